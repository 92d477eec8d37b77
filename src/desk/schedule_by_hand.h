/*
 * schedule_by_hand.h - schedules as a person makes, changes, exports and imports them: desk->hand
 * says who, and each change stands in the audit trail with it.
 */
#ifndef YQ_DESK_SCHEDULE_BY_HAND_H
#define YQ_DESK_SCHEDULE_BY_HAND_H

#include "base/json.h"
#include "desk/desk.h"
#include "store/schedules.h"

#define YQ_SCHEDULE_FILE_MAX ((size_t)4 << 20)

/* ---- in words: schedule_words.c; pure ---- */

/* "Buy 10 AAPL on NASDAQ" */
#define YQ_SCHEDULE_WHAT_SIZE 160
void yq_schedule_what(const struct yq_schedule *schedule, char text[YQ_SCHEDULE_WHAT_SIZE]);
/* "Mon-Fri 10 min before the close (US)" */
#define YQ_SCHEDULE_TIMES_SIZE 160
void yq_schedule_times(const struct yq_schedule *schedule, char text[YQ_SCHEDULE_TIMES_SIZE]);
/* In a few words, for the audit trail: what, when, on which days. */
void yq_schedule_brief(const struct yq_schedule *schedule, char text[YQ_MESSAGE_SIZE]);
/* As an object of an exported file, in one line; version 0 = without it. */
void yq_schedule_line(struct yq_buf *text, const struct yq_schedule *schedule, int64_t version);
bool yq_schedule_is_same(const struct yq_schedule *a, const struct yq_schedule *b);

/* ---- looking and changing ---- */

/* For one thing that is done. */
struct yq_schedule_work {
	struct yq_desk *desk;
	const struct yq_calendar *calendar; /* of the markets; borrowed */
	const char *reason;		    /* for the audit trail; never NULL */
	int64_t now_us;
};
const struct yq_market_hours *yq_schedule_hours(
    const struct yq_schedule_work *work, const struct yq_schedule *schedule);
/* The next time that it will run, as far as the calendar knows; 0 = none. */
int64_t yq_schedule_next_us(
    const struct yq_schedule_work *work, const struct yq_schedule *schedule);

/*
 * Whether it makes sense in its market, will ever run, and is of an account that is served; its
 * zone is filled in.  YQ_E_INVALID, YQ_E_RANGE and YQ_E_REFUSED name the member; also the errors of
 * yq_desk_valkey.
 */
YQ_NODISCARD enum yq_rc yq_schedule_by_hand_check(
    const struct yq_schedule_work *work, struct yq_schedule *schedule, struct yq_err *err);

/*
 * Check and make one change, from what it was before (`before`; NULL of one that is added).  One
 * that is removed, or only switched off, is not checked; one that stays disabled need not run ever.
 * The errors of yq_schedule_by_hand_check and yq_schedules_change.
 */
YQ_NODISCARD enum yq_rc yq_schedule_by_hand(const struct yq_schedule_work *work,
    enum yq_schedule_change_kind kind, struct yq_schedule *schedule,
    const struct yq_schedule_row *before, const char *verb, struct yq_err *err);

/* ---- files: schedule_file.c ---- */

/* All of them, one a line. */
YQ_NODISCARD enum yq_rc yq_schedules_export(
    struct yq_desk *desk, struct yq_buf *text, struct yq_err *err);
/*
 * Add those of a file and replace those that are there under their id, all or none; *count: how
 * many.  Of what is refused *line says where it stands (0 = nowhere), and the text which it is and
 * what was expected.
 */
YQ_NODISCARD enum yq_rc yq_schedules_import(const struct yq_schedule_work *work, const char *text,
    size_t length, size_t *count, size_t *line, struct yq_err *err);

#endif
