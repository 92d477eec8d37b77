/* schedule.h - what the files of `yq schedule` share. */
#ifndef YQ_CONSOLE_SCHEDULE_H
#define YQ_CONSOLE_SCHEDULE_H

#include "console/calendars.h"
#include "console/find.h"
#include "store/schedules.h"

/* One call of the verb.  Every function says itself what is wrong, and returns enum
 * yq_console_exit. */
struct yq_scheduling {
	const struct yq_call *call;
	struct yq_system system;
	struct yq_calendars calendars;
};

const struct yq_market_hours *yq_scheduling_hours(
    const struct yq_scheduling *s, const struct yq_schedule *schedule);
/* "Buy 10 AAPL on NASDAQ" */
#define YQ_SCHEDULE_WHAT_SIZE 160
void yq_schedule_what(const struct yq_schedule *schedule, char text[YQ_SCHEDULE_WHAT_SIZE]);
/* In a few words, for the audit trail: what, when, on which days. */
void yq_schedule_brief(const struct yq_schedule *schedule, char text[YQ_MESSAGE_SIZE]);
/* Check it against the market and the accounts there are, and that it will ever run. */
int yq_scheduling_check(struct yq_scheduling *s, struct yq_schedule *schedule, struct yq_err *err);
/* Make the changes; what is refused is said. */
int yq_scheduling_change(struct yq_scheduling *s, const struct yq_schedule_change *changes,
    size_t count, size_t *ret_index);

/* schedule_make.c: a schedule from the words and options of `add` and `edit`. */
int yq_schedule_make(struct yq_scheduling *s, struct yq_schedule *schedule);
int yq_schedule_alter(struct yq_scheduling *s, struct yq_schedule *schedule);
/* schedule_file.c */
int yq_schedule_export(struct yq_scheduling *s);
int yq_schedule_import(struct yq_scheduling *s, const char *file);

#endif
