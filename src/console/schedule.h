/* schedule.h - what the files of `yq schedule` share. */
#ifndef YQ_CONSOLE_SCHEDULE_H
#define YQ_CONSOLE_SCHEDULE_H

#include "console/calendars.h"
#include "console/find.h"
#include "desk/schedule_by_hand.h"

/* One call of the verb.  Every function says itself what is wrong, and returns enum
 * yq_console_exit. */
struct yq_scheduling {
	const struct yq_call *call;
	struct yq_system system;
	struct yq_calendars calendars;
};

/* What the desk needs for it: now, and --reason. */
struct yq_schedule_work yq_scheduling_work(struct yq_scheduling *s);

/* schedule_make.c: a schedule from the words and options of `add` and `edit`. */
int yq_schedule_make(struct yq_scheduling *s, struct yq_schedule *schedule);
int yq_schedule_alter(struct yq_scheduling *s, struct yq_schedule *schedule);
/* schedule_file.c */
int yq_schedule_export(struct yq_scheduling *s);
int yq_schedule_import(struct yq_scheduling *s, const char *file);

#endif
