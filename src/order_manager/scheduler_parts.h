/* scheduler_parts.h - what the files of the scheduler share; for them alone. */
#ifndef YQ_ORDER_MANAGER_SCHEDULER_PARTS_H
#define YQ_ORDER_MANAGER_SCHEDULER_PARTS_H

#include "daemon/settings.h"
#include "order_manager/scheduler.h"
#include "store/schedule_runs.h"

#define SCHEDULER_TIMEOUT_MS 5000
#define SCHEDULER_LATE_US    (30 * YQ_US_PER_SECOND) /* people are told, though it ran */
#define SCHEDULER_ORDERS_MAX 2000		     /* of one liquidation */

/* Codes of runs; people and programs match on them. */
#define RUN_HOLIDAY   "HOLIDAY"
#define RUN_SHORT_DAY "SHORT_DAY"
#define RUN_CALENDAR  "CALENDAR" /* it does not reach that date */
#define RUN_LATE      "LATE"
#define RUN_MISSED    "MISSED"
#define RUN_REMOVED   "REMOVED"
#define RUN_DISABLED  "DISABLED"
#define RUN_NO_PRICE  "NO_PRICE"
#define RUN_TOO_SMALL "TOO_SMALL"
#define RUN_NOTHING   "NOTHING_HELD"
#define RUN_ACCOUNT   "ACCOUNT_UNKNOWN"
#define RUN_ORDER     "ORDER_INVALID"
#define RUN_SILENT    "SILENT"	    /* its owner never said what became of it */
#define RUN_BLOCKED   "ORDERS_OPEN" /* orders in its way did not end */
#define RUN_SENT      "SENT"
#define RUN_PARTLY    "SENT_PARTLY" /* some of it could not be, or not in time */
/* Claimed or sending: orders in its way are asked to end, so that it goes on however late it is:
 * what it does not sell then would be held without the stop that it had. */
#define RUN_CANCELING "CANCELING"

/* What a pass does about one run that is not over. */
struct work {
	struct yq_scheduler *scheduler;
	struct yq_open_run *open;
	struct yq_run_move move;
	bool moves;
	struct yq_run_order *orders; /* decided here; owned */
	size_t order_count;
	size_t reads;  /* accounts that were read ... */
	size_t unread; /* ... and that could not be, for too long */
	bool failed;   /* an answer was none: the next pass tries again */
	bool sends;    /* its orders may be sent */
	bool blocked;  /* orders in its way are to end first */
	/* What a liquidation leaves out, and why: the first of it; NULL = nothing. */
	const char *left_code;
	char left[YQ_MESSAGE_SIZE];
	size_t standing; /* sending: orders that are on the bus or in the archive */
	bool told;	 /* people were */
	struct yq_opt_decimal price;
};

struct yq_scheduler {
	struct yq_daemon *daemon;
	struct yq_worker *worker;
	struct yq_books *books;
	struct yq_lookup *lookup;
	struct yq_decider *decider;
	struct yq_markets *markets;    /* owned */
	uint64_t calendars;	       /* their files\' stamp ... */
	int64_t calendars_ns;	       /* ... and when it was looked at last */
	char color[YQ_RUN_OWNER_SIZE]; /* "" = none */
	const char *owner;	       /* the color, or YQ_RUN_OWNER_ALONE */
	uv_timer_t timer;
	bool started, stopped, closed, timer_closed;
	bool busy;		     /* a pass is under way */
	bool again;		     /* the next one follows at once: something moved */
	bool waiting;		     /* ... or soon: something is waited for */
	bool blind;		     /* Firebird was away at the last look */
	bool unwritten;		     /* people were told that it cannot be written */
	size_t left;		     /* answers of the bus to come in this pass */
	bool in_job;		     /* the worker has the pass */
	int64_t planned_ns;	     /* when all schedules were planned last; 0 = never */
	int64_t offset_us;	     /* wall clock less monotonic, at the last look */
	int64_t now_us;		     /* of this pass */
	bool active;		     /* this system may trade; of this pass */
	int64_t active_since_us;     /* monotonic: Valkey is there, and it may, since then */
	char fault[YQ_MESSAGE_SIZE]; /* people were told of this one */

	struct yq_schedule_look look;
	struct work *works; /* one an open run */
	struct yq_run_writes writes;
	struct yq_counter *counters[YQ_RUN_STATE_COUNT];
};

/* schedule_plan.c: what is due into scheduler->writes.claims. */
void yq_schedule_plan(struct yq_scheduler *scheduler);
/* schedule_take.c: a claimed run: facts, then orders or why not. */
void yq_schedule_take(struct work *work);
void yq_schedule_decide(struct work *work); /* all has been read */
/* schedule_send.c: a run whose orders are decided. */
void yq_schedule_send(struct work *work);
void yq_schedule_send_all(struct yq_scheduler *scheduler); /* in one step, those that may be */
void yq_schedule_settle(struct work *work);		   /* all answers are there */
/* schedule_tell.c: a run that is over, of which people do not know. */
void yq_schedule_tell(struct work *work);

/* scheduler.c */
const struct yq_market_hours *yq_scheduler_hours(
    const struct yq_scheduler *scheduler, enum yq_exchange exchange);
/* One more answer is awaited; and it is there.  False: the scheduler is gone, touch nothing. */
void yq_scheduler_ask(struct yq_scheduler *scheduler);
bool yq_scheduler_answered(struct yq_scheduler *scheduler);
void yq_scheduler_answer_done(struct yq_scheduler *scheduler);
/* Fill work->move: the run's next state, code and text. */
void yq_work_move(struct work *work, enum yq_run_state state, const char *code, const char *text);
/* How late the run is, whether that is more than it may be, and whether it is not to go on then. */
int64_t yq_work_late_us(const struct work *work);
bool yq_work_is_overdue(const struct work *work);
bool yq_work_is_late(const struct work *work);
/* It asked orders in its way to end, in this life or before. */
bool yq_work_is_canceling(const struct work *work);
/* An order as a row of its run; YQ_E_INVALID, YQ_E_RANGE: it cannot be one. */
YQ_NODISCARD enum yq_rc yq_run_order_of(
    const struct yq_order *order, struct yq_run_order *row, struct yq_err *err);
/* "2026-11-23 10:00 Mon" in the market's zone. */
void yq_due_text(const struct yq_scheduler *scheduler, enum yq_exchange exchange, int64_t due_us,
    char *text, size_t size);

#endif
