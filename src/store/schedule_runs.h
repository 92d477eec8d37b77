/*
 * schedule_runs.h - the runs of schedules (tables SCHEDULE_RUNS, SCHEDULE_RUN_ORDERS): what makes
 * each happen once, whichever of two systems it falls to and wherever that dies.
 *
 *	state      who may move it                     to
 *	(none)     the active system, by claiming      claimed, sending, skipped
 *	claimed    the active system, whoever owns it  sending, skipped, failed
 *	sending    its owner                           submitted, skipped
 *	           the active system, after a while    submitted, unknown
 *	the rest   nobody; but what was skipped before anybody claimed it may be claimed
 *
 * Orders are sent only in `sending`, which is committed before.  That a system is the active one is
 * looked at in the very transaction that claims or decides, with the row of LEASES held until it
 * ends.
 */
#ifndef YQ_STORE_SCHEDULE_RUNS_H
#define YQ_STORE_SCHEDULE_RUNS_H

#include "store/schedules.h"

#define YQ_RUN_STATES(X)      \
	X(CLAIMED, "claimed") \
	X(SENDING, "sending") \
	X(SUBMITTED, "submitted") X(SKIPPED, "skipped") X(FAILED, "failed") X(UNKNOWN, "unknown")
#define YQ_RUN_STATE_VALUE(ident, name) YQ_RUN_##ident,
enum yq_run_state { YQ_RUN_STATES(YQ_RUN_STATE_VALUE) YQ_RUN_STATE_COUNT };
extern const struct yq_names yq_run_state_names;

#define YQ_RUN_OWNER_SIZE   17
#define YQ_RUN_OWNER_ALONE  "-" /* a system without a color */
#define YQ_RUN_CODE_SIZE    25
#define YQ_RUN_PAYLOAD_SIZE 2000

struct yq_run {
	struct yq_id schedule_id;
	int64_t due_at_us;
	char schedule_name[YQ_SCHEDULE_NAME_SIZE];
	int64_t schedule_version;
	int64_t run_date; /* local; below 0: a person asked for it, at that time */
	enum yq_run_state state;
	char owner[YQ_RUN_OWNER_SIZE]; /* "" = nobody yet */
	char code[YQ_RUN_CODE_SIZE];
	char outcome[YQ_MESSAGE_SIZE]; /* for people */
	int64_t order_count;
	int64_t claimed_at_us, settled_at_us; /* 0 = not (yet) */
	int64_t open_since_us;		      /* 0 = nothing is left to do */
};

struct yq_run_order {
	struct yq_id id;
	char alias[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	int64_t ordered_at_us;
	char payload[YQ_RUN_PAYLOAD_SIZE];
	bool archived; /* read: it stands in ORDERS */
};

/* A run that waits for something. */
struct yq_open_run {
	struct yq_run run;
	bool has_schedule; /* else it was removed */
	struct yq_schedule schedule;
	struct yq_run_order *orders; /* of `sending`; owned */
	size_t order_count;
};

/* ---- looking ---- */

struct yq_schedule_look {
	int64_t now_us;
	bool all; /* every enabled schedule, not only those whose time has come */
	/* filled: */
	struct yq_schedule_row *due; /* owned, as all below */
	size_t due_count;
	struct yq_open_run *open; /* the oldest first */
	size_t open_count;
	int64_t next_at_us; /* of what is not due yet; 0 = nothing */
	/* A row that cannot be read is left out, so that it holds up no other. */
	char fault[YQ_MESSAGE_SIZE]; /* of the last one; "" = all could be read */
};
#define YQ_LOOK_DUE_MAX	 128
#define YQ_LOOK_OPEN_MAX 256
YQ_NODISCARD enum yq_rc yq_schedule_look(
    struct yq_firebird *firebird, struct yq_schedule_look *look, struct yq_err *err);
void yq_schedule_look_clear(struct yq_schedule_look *look);

/* ---- writing ---- */

/* Move a schedule's cursor on, if it is where it was read; with up to two runs. */
struct yq_run_claim {
	struct yq_id schedule_id;
	int64_t version, done_before_us; /* as read */
	int64_t done_to_us, next_at_us;
	size_t run_count;
	struct yq_run runs[2];	    /* claimed, sending or skipped */
	struct yq_run_order *order; /* of the last, in `sending`; borrowed */
	bool claimed;		    /* filled: the last run is as given */
};
/* Move a run on, if it is as it was read. */
struct yq_run_move {
	struct yq_run run;		      /* as it shall be */
	enum yq_run_state state_before;	      /* as read */
	char owner_before[YQ_RUN_OWNER_SIZE]; /* as read */
	struct yq_run_order *orders;	      /* of a move to `sending`; borrowed */
	size_t order_count;
	struct yq_id first_order_id; /* for people; may be none */
	bool needs_active;	     /* only for the active system */
	bool moved;		     /* filled */
};
struct yq_run_told {
	struct yq_id schedule_id;
	int64_t due_at_us;
	enum yq_run_state state;
};
struct yq_run_writes {
	const char *color; /* of this system; "" = it has none, and is always active */
	struct yq_run_claim *claims;
	size_t claim_count;
	struct yq_run_move *moves;
	size_t move_count;
	struct yq_run_told *told;
	size_t told_count;
	bool inactive; /* filled: another system is; claims and moves that need it were left out */
};
/* All in one transaction, without waiting for anybody's lock. */
YQ_NODISCARD enum yq_rc yq_schedule_write_runs(
    struct yq_firebird *firebird, struct yq_run_writes *writes, struct yq_err *err);

/* ---- for people ---- */

struct yq_run_list {
	struct yq_run *items; /* owned */
	size_t count;
};
void yq_run_list_free(struct yq_run_list *list);
/* The latest first; of one schedule, or of all (NULL). */
YQ_NODISCARD enum yq_rc yq_runs_find(struct yq_firebird *firebird, const struct yq_id *schedule_id,
    unsigned limit, struct yq_run_list *list, struct yq_err *err);
/* The orders of a schedule's runs that were due at `since_us` or later, those of a run together. */
struct yq_run_order_row {
	struct yq_id id;
	int64_t due_at_us;
};
struct yq_run_order_list {
	struct yq_run_order_row *items; /* owned */
	size_t count;
};
void yq_run_order_list_free(struct yq_run_order_list *list);
YQ_NODISCARD enum yq_rc yq_run_orders_find(struct yq_firebird *firebird,
    const struct yq_id *schedule_id, int64_t since_us, struct yq_run_order_list *list,
    struct yq_err *err);
/* One run; YQ_E_NOT_FOUND. */
YQ_NODISCARD enum yq_rc yq_runs_get(struct yq_firebird *firebird, const struct yq_id *schedule_id,
    int64_t due_at_us, struct yq_run *run, struct yq_err *err);
/* The run that an order belongs to; YQ_E_NOT_FOUND. */
YQ_NODISCARD enum yq_rc yq_runs_of_order(struct yq_firebird *firebird, const struct yq_id *order_id,
    struct yq_run *run, struct yq_err *err);

#endif
