/*
 * gateway.h - what the files of the gateway share: accounts, orders in hand, what waits to be sent.
 *
 *	order:stream -> intake -> desk (risk, order of work) -> claim -> broker
 *	                                       broker -> fills -> record -> apply
 *
 * One thread, one loop.  An account's book has one writer: this program, while it holds the lease.
 */
#ifndef YQ_BROKER_GATEWAY_GATEWAY_H
#define YQ_BROKER_GATEWAY_GATEWAY_H

#include <uv.h>

#include "base/str.h"
#include "base/table.h"
#include "broker/broker.h"
#include "bus/adopt.h"
#include "bus/consume.h"
#include "bus/message.h"
#include "bus/state.h"
#include "bus/steps.h"
#include "bus/subscriber.h"
#include "daemon/daemon.h"
#include "daemon/settings.h"
#include "domain/account.h"
#include "domain/risk.h"

#define GW_BATCH_MAX   256  /* items of one call: larger ones win little and take memory */
#define GW_TASKS_MAX   1024 /* taken in and not yet sent, all accounts; then the reader pauses */
#define GW_TASKS_LOW   512  /* ... and goes on */
#define GW_LANES_MAX   4096 /* instruments remembered an account, those in use beyond */
#define GW_RETRY_MS    200  /* before a step is repeated */
#define GW_REOPEN_NS   INT64_C(3000000000) /* before a broker is opened again */
#define GW_ASK_AGAIN_S 5 /* before the broker is asked again about an unknown order */

struct gateway;
struct gw_account;

/* One instrument of one account: its orders run in order. */
struct gw_lane {
	struct yq_table_node node; /* by ticker and exchange */
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	size_t unknown;		     /* orders whose outcome is not known: the lane stands still */
	size_t unanswered;	     /* orders claimed or sent, without the broker's answer */
	size_t tasks;		     /* waiting */
	uint64_t passed;	     /* the round of the desk in which a task of it had to wait */
	struct yq_opt_decimal price; /* last seen */
	int64_t price_at_us;
	struct yq_opt_decimal same_qty[YQ_ACTION_COUNT]; /* of the last order on each side */
	int64_t same_at_us[YQ_ACTION_COUNT];
};

enum gw_phase {
	GW_WAITING,  /* in the desk's list */
	GW_CLAIMING, /* being made durable as about to be sent */
	GW_SENT,     /* at the broker, no answer yet */
	GW_LIVE,     /* the broker has it */
	GW_UNKNOWN,  /* may be there */
	GW_OVER,     /* final; leaves when the last record is written */
};

/* An order that is not final, or whose end is not yet recorded. */
struct gw_order {
	struct yq_table_node node; /* by id */
	struct yq_order order;
	struct gw_account *account;
	struct gw_lane *lane;
	char entry_id[YQ_ENTRY_ID_SIZE]; /* to acknowledge with the next record; "" = none */
	enum gw_phase phase;
	struct yq_order_progress progress;
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	int64_t taken_ns, sent_ns; /* for the histograms */
	int64_t claimed_at_us, submitted_at_us, first_fill_at_us, asked_at_us;
	uint64_t *executions; /* hashes of the ids that are booked; owned */
	size_t execution_count;
	size_t refs;			/* calls under way that name it */
	bool detached;			/* no longer ours: its memory goes with the last call */
	bool ack_untold;		/* the broker has it; nothing of that is recorded yet */
	bool asking;			/* the broker is being asked about it */
	bool price_asked, price_asking; /* what its instrument costs; once */
	bool in_untold;
	struct gw_order *next_untold;
};

enum gw_task_kind { GW_TASK_ORDER, GW_TASK_CANCEL, GW_TASK_REPLACE };

/* Something taken in that waits for its turn. */
struct gw_task {
	struct gw_task *next;
	enum gw_task_kind kind;
	struct gw_order *order; /* ORDER */
	struct yq_id order_id;	/* CANCEL, REPLACE: what it is about */
	struct gw_account *account;
	struct yq_broker_change change;
	char reason[YQ_REASON_SIZE];
	char entry_id[YQ_ENTRY_ID_SIZE];
};

enum gw_account_state {
	GW_NO_LEASE, /* not ours (yet) */
	GW_LOADING,  /* ours; reading what was left */
	GW_SETTLING, /* asking the broker about orders left behind */
	GW_SERVING,
	GW_BROKEN, /* the broker cannot be opened; nothing is sent */
};

struct gw_account {
	struct gateway *gw;
	struct yq_account_settings settings;
	const struct yq_risk_limits *limits;
	struct yq_broker *broker;
	enum gw_account_state state;
	int64_t fence;
	int64_t lease_until_ns; /* by our own clock; after it nothing is sent */
	bool leasing;
	int64_t retry_ns; /* when a broken broker is opened again */
	struct yq_account *book;
	struct yq_table lanes;
	struct gw_task *first, **last; /* waiting, in order of arrival */
	size_t task_count;
	size_t unanswered;		/* orders claimed or sent without an answer */
	size_t records;			/* not yet written */
	size_t settling;		/* orders being asked about before serving begins */
	uint64_t generation;		/* counts fills: an answer older than one is dropped */
	uint64_t seen, seen_generation; /* what the last full sync saw that our book did not have */
	bool syncing, synced_once;
	uint64_t sync_count;
	int64_t sync_due_ns, synced_at_us, fills_from_us;
	struct yq_rate rate;
	struct yq_table plain; /* tickers whose field in position:{Alias} has no exchange */
	struct {
		int64_t day;
		bool set;
		struct yq_decimal equity;
	} day[YQ_CURRENCY_COUNT];
};

struct gw_metrics {
	struct yq_counter *taken, *sent, *fills, *refused, *rejected, *unknown, *canceled, *bad,
	    *syncs, *fenced;
	struct yq_histogram *claim, *broker, *apply, *whole;
	struct yq_gauge *open, *waiting;
};

struct gw_record;  /* record.c */
struct gw_query;   /* query.c */
struct gw_foreign; /* intake.c */

struct gateway {
	struct yq_daemon *daemon;
	uv_loop_t *loop;
	const struct yq_clock *clock;
	struct yq_valkey *valkey;
	struct yq_accounts *accounts_config;
	struct yq_markets *markets;
	struct yq_risks *risks;
	struct gw_account *accounts; /* owned; account_count of them */
	size_t account_count;
	char owner[YQ_ID_LENGTH + 1]; /* this life of this process */
	struct yq_table orders;
	struct yq_consumer *consumer;
	struct yq_subscriber *subscriber;
	struct yq_adopt *adopt;
	bool paused, started, stopped, draining;
	size_t task_count;
	uint64_t round;
	/* claim: one call in flight */
	struct gw_order **claims;
	size_t claim_count, claim_room, claim_sent;
	bool claiming;
	int64_t claim_started_ns;
	/* apply: one call in flight */
	struct gw_record *records, **records_last;
	size_t record_count, record_sent;
	bool applying;
	int64_t apply_started_ns;
	struct gw_order *untold;
	/* entries that need no more than an XACK */
	char (*acks)[YQ_ENTRY_ID_SIZE];
	size_t ack_count, ack_room;
	bool acking;
	/* prices on their way to stock:{Ticker} */
	struct yq_stock_item *stocks;
	char (*stock_tickers)[YQ_TICKER_SIZE];
	size_t stock_count;
	bool stocking;
	struct gw_foreign *foreigns; /* orders heard on the channel, on their way into the stream */
	size_t foreign_count;
	struct gw_query *queries; /* that wait for a full sync */
	bool told_ready;
	uint64_t taken_trimmed; /* orders taken when memory was last given back */
	bool recovering, recover_wanted;
	size_t recover_left;
	uv_idle_t soon;
	uv_timer_t beat, retry;
	struct gw_metrics metrics;
};

/* ---- main.c ---- */
void gw_soon(struct gateway *gw); /* run the desk and the steps in the next turn of the loop */
void gw_retry_later(struct gateway *gw);
/* Tell people: a notification; the rest as printf. */
#define gw_notify(gw, kind, severity, ...)                               \
	do {                                                             \
		char notice_[YQ_NOTIFICATION_TEXT_SIZE];                 \
		yq_str_format(notice_, sizeof(notice_), __VA_ARGS__);    \
		yq_daemon_notify((gw)->daemon, kind, severity, notice_); \
	} while (0)

/* ---- account.c ---- */
YQ_NODISCARD enum yq_rc gw_accounts_open(struct gateway *gw, struct yq_err *err);
void gw_accounts_close(struct gateway *gw);
struct gw_account *gw_account_find(struct gateway *gw, const char *alias);
/* Renew leases; take those that are free. */
void gw_leases_renew(struct gateway *gw);
yq_lease_fn gw_lease_returned; /* nobody waits for it */
/* Another gateway has it: write and send nothing more. */
void gw_account_lose(struct gw_account *account, const char *why);
bool gw_account_may_send(const struct gw_account *account);
struct gw_lane *gw_lane_of(
    struct gw_account *account, enum yq_exchange exchange, const char *ticker);
void gw_lane_release(struct gw_account *account, struct gw_lane *lane);
/* The field of position:{Alias} that this instrument has; the empty text when it has none yet and
 * `take` is false. */
void gw_position_field(struct gw_account *account, enum yq_exchange exchange, const char *ticker,
    char field[YQ_TICKER_SIZE + 16]);
/* A position came to nothing. */
void gw_position_gone(struct gw_account *account, const char *ticker);

/* ---- intake.c ---- */
YQ_NODISCARD enum yq_rc gw_intake_open(struct gateway *gw, struct yq_err *err);
void gw_intake_close(struct gateway *gw);
void gw_ack_only(struct gateway *gw, const char *entry_id);
void gw_acks_flush(struct gateway *gw);
void gw_foreigns_flush(struct gateway *gw);

/* ---- order.c ---- */
struct gw_order *gw_order_find(struct gateway *gw, const struct yq_id *id);
struct gw_order *gw_order_by_broker_id(struct gw_account *account, const char *broker_order_id);
/* A new order in hand, waiting; YQ_ORDER_PENDING. */
struct gw_order *gw_order_make(struct gw_account *account, const struct yq_order *order);
/* A call that names the order begins; ends.  False from the end: it is no longer ours, and gone. */
void gw_order_hold(struct gw_order *o);
bool gw_order_unhold(struct gw_order *o);
/* Out of the tables; frees it unless a call still names it. */
void gw_order_detach(struct gw_order *o);
/* Forget it if it is final and all of it is recorded. */
void gw_order_release(struct gw_order *o);
bool gw_order_has_execution(const struct gw_order *o, const char *execution_id);
void gw_order_add_execution(struct gw_order *o, const char *execution_id);
void gw_order_set_phase(struct gw_order *o, enum gw_phase phase);

/* ---- desk.c ---- */
void gw_task_add(struct gw_account *account, struct gw_task *task);
void gw_task_order(struct gw_order *o); /* enter an order */
void gw_desk_run(struct gateway *gw);
/* The risk check for `order` as it would be sent now; `again` = it changes one that is open. */
YQ_NODISCARD enum yq_rc gw_check_risk(struct gw_account *account, const struct gw_lane *lane,
    const struct yq_order *order, bool again, struct yq_trace *trace);
void gw_desk_clear(struct gw_account *account);
/* Claim what the desk has let through. */
void gw_claims_flush(struct gateway *gw);

/* ---- price.c ---- */
/* What the price of something is believed to be. */
void gw_price_seen(struct gw_account *account, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, struct yq_opt_decimal change_rate, int64_t at_us);
void gw_stocks_flush(struct gateway *gw);
/* Whether the order can be valued, or nobody can tell; else the broker is asked and the desk runs
 * again with its answer. */
bool gw_price_is_known(struct gw_order *o);

/* ---- submit.c ---- */
void gw_submit(struct gw_order *o);
void gw_refuse(struct gw_order *o, const char *code, const char *text);
void gw_cancel(struct gw_account *account, struct gw_task *task, struct gw_order *o);
void gw_replace(struct gw_account *account, struct gw_task *task, struct gw_order *o);

/* ---- fills.c ---- */
yq_broker_event_fn gw_on_events;
/* An event of the order's life without a fill.  True when it changed the order. */
bool gw_order_event(struct gw_order *o, enum yq_order_event event, const char *text, bool success);
/* Book one execution, once. */
void gw_order_fill(struct gw_order *o, const struct yq_broker_fill *fill);
/* A fill of an order that is not in hand: look it up first. */
void gw_stray_fill(struct gw_account *account, const struct yq_broker_fill *fill);

/* ---- record.c ---- */
struct gw_change {
	const char *text; /* for people */
	bool success;
	const struct yq_broker_fill *fill; /* NULL = none */
	bool tell;			   /* an execution message */
};
void gw_record(struct gw_order *o, const struct gw_change *change);
/* The order's JSON changed (a replace). */
void gw_record_order(struct gw_order *o, const char *text);
/* The broker did not take a cancel: acknowledge its entry, and let it be asked for again. */
void gw_record_no_cancel(struct gw_order *o, const char *entry_id);
void gw_records_flush(struct gateway *gw);
void gw_records_drop(struct gateway *gw);

/* ---- reconcile.c ---- */
/* Read the orders of accounts that are being loaded and ask their brokers. */
void gw_recover(struct gateway *gw);
void gw_ask(struct gw_order *o);
/* What was claimed by somebody before us: find out what it is. */
void gw_look_up(struct gw_account *account, const struct yq_id *id, const char *entry_id);
void gw_reconcile_tick(struct gateway *gw);

/* ---- sync.c ---- */
void gw_sync(struct gw_account *account);
void gw_sync_tick(struct gateway *gw);
/* Currencies, names and times of account:{Alias} with the books as they are, in one transaction. */
void gw_account_write(struct gw_account *account, yq_step_fn *fn, void *cookie);
void gw_poll_fills(struct gw_account *account);

/* ---- query.c ---- */
/* Answer those that wait for a sync that came, or waited long enough; `all` at the end. */
void gw_queries_run(struct gateway *gw, bool all);
void gw_query_heard(struct gateway *gw, const char *payload, size_t length);

#endif
