/*
 * schedules.h - the schedules that people make (table SCHEDULED_ORDERS).
 *
 * Two people cannot overwrite one another: a change names the version that it was made from.  Each
 * change is audited in its own transaction: there is no change without its row in AUDIT.
 */
#ifndef YQ_STORE_SCHEDULES_H
#define YQ_STORE_SCHEDULES_H

#include "domain/hand.h"
#include "domain/schedule.h"
#include "store/tx.h"

#define YQ_SCHEDULES_MAX     1000
#define YQ_SCHEDULE_NEVER_US INT64_C(7258118400000000) /* the year 2200: nothing more to do */

struct yq_schedule_row {
	struct yq_schedule schedule;
	int64_t version;			/* 1 at first */
	int64_t done_to_us;			/* times up to here are settled */
	int64_t next_at_us;			/* when to look again; 0 = at once */
	int64_t last_due_at_us, last_run_at_us; /* 0 = never */
	struct yq_id last_order_id;
	char last_outcome[YQ_MESSAGE_SIZE];
	int64_t created_at_us, updated_at_us;
	char updated_by[YQ_WHO_SIZE];
};
extern const struct yq_field yq_schedule_row_fields[];
extern const size_t yq_schedule_row_field_count;
#define YQ_SCHEDULE_TABLE "SCHEDULED_ORDERS"

struct yq_schedule_list {
	struct yq_schedule_row *items; /* owned */
	size_t count;
};
void yq_schedule_list_free(struct yq_schedule_list *list);

/* All of them, by name. */
YQ_NODISCARD enum yq_rc yq_schedules_list(
    struct yq_firebird *firebird, struct yq_schedule_list *list, struct yq_err *err);
/* By name (any case) or id; YQ_E_NOT_FOUND. */
YQ_NODISCARD enum yq_rc yq_schedules_get(struct yq_firebird *firebird, const char *name,
    struct yq_schedule_row *row, struct yq_err *err);
/* By id alone; YQ_E_NOT_FOUND. */
YQ_NODISCARD enum yq_rc yq_schedules_by_id(struct yq_firebird *firebird, const struct yq_id *id,
    struct yq_schedule_row *row, struct yq_err *err);
/* Within a transaction, by id; YQ_E_NOT_FOUND without a text. */
YQ_NODISCARD enum yq_rc yq_schedules_read(
    struct yq_tx *tx, const struct yq_id *id, struct yq_schedule_row *row, struct yq_err *err);

enum yq_schedule_change_kind {
	YQ_SCHEDULE_ADD,
	YQ_SCHEDULE_REPLACE,
	YQ_SCHEDULE_REMOVE, /* its runs stay */
	YQ_SCHEDULE_RUN,    /* run it now, whatever the day, and enabled or not */
};
struct yq_schedule_change {
	enum yq_schedule_change_kind kind;
	struct yq_schedule schedule;
	int64_t version;	    /* but for ADD: of what is changed */
	const char *verb;	    /* for the audit: "add", "disable", ... */
	const char *before, *after; /* for the audit, in a few words; NULL = "" */
};
/*
 * Make all changes or none.  No time up to `now_us` will run for a schedule that was added,
 * enabled, or given other times.  `ret_index` (may be NULL): which one failed.
 *   YQ_E_EXISTS     another schedule has that name or id.
 *   YQ_E_STATE      somebody changed it meanwhile; the text says who.
 *   YQ_E_NOT_FOUND  it is not there (any more).
 *   YQ_E_LIMIT      more than YQ_SCHEDULES_MAX.
 */
YQ_NODISCARD enum yq_rc yq_schedules_change(struct yq_firebird *firebird,
    const struct yq_schedule_change *changes, size_t count, const struct yq_hand *hand,
    const char *reason, int64_t now_us, size_t *ret_index, struct yq_err *err);

#endif
