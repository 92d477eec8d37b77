/* engine_parts.h - the engine's inside: engine.c (time, signals), desk.c (deciding, ordering),
 * exits.c (take-profits and stop-losses) and account.c (what an account remembers). */
#ifndef YQ_CONSOLE_SIMULATE_ENGINE_PARTS_H
#define YQ_CONSOLE_SIMULATE_ENGINE_PARTS_H

#include "base/table.h"
#include "broker/paper.h"
#include "console/simulate/engine.h"
#include "domain/bracket.h"
#include "domain/lot_books.h"
#include "domain/track.h"

struct sim_bracket; /* of exits.c */

/* What an account remembers of one instrument. */
struct sim_lane {
	struct yq_table_node node;
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	struct sim_bracket *brackets;		     /* the newest first */
	struct yq_decimal guarding[YQ_ACTION_COUNT]; /* what their exits may still take, by side */
	struct yq_decimal wanted; /* so much of what is held is to be free of exits */
	uint64_t changes;	  /* of orders while there were brackets */
	bool due;		  /* its brackets are to be asked what should rest */
	struct sim_lane *next_due;
	struct yq_opt_decimal same_qty[YQ_ACTION_COUNT]; /* of the last order, by side */
	int64_t same_at_us[YQ_ACTION_COUNT];
};

/* How a strategy's closed trades ended in an account: of a currency (ticker ""), or one instrument
 * (then only the times count). */
struct sim_past {
	struct yq_table_node node;
	char strategy[YQ_STRATEGY_SIZE];
	enum yq_currency currency;
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	struct yq_history history;
};

/* An order that is at the broker, or waits for another one. */
struct sim_order {
	struct yq_table_node node; /* by id */
	struct yq_order order;
	const struct yq_risk_limits *limits;
	bool waits; /* for the order it is to come after */
};

struct sim_account {
	struct yq_table_node node; /* by alias */
	struct yq_sim *sim;
	const struct yq_account_settings *settings;
	struct yq_paper_book *book;
	struct yq_decimal commission_rate;
	struct yq_rate rate;
	int64_t *order_times; /* of the last 24 hours, a ring; owned */
	size_t order_first, order_count, order_capacity;
	struct yq_table lanes, pasts;
	struct yq_table brackets;	/* of struct sim_bracket, by id */
	struct sim_lane *due;		/* lanes that are */
	const char *why;		/* what is being canceled is; NULL = on request */
	struct yq_table orders;		/* of struct sim_order */
	struct yq_account *own;		/* ... and nothing else: the book does not know for whom
					   an order is */
	size_t waiting;			/* of them */
	struct yq_table_node *spare;	/* sim_orders to be used again */
	const struct yq_order *placing; /* the order that the book is being given */
	int64_t expires_us;		/* nothing expires before */
	struct yq_curve curves[YQ_CURRENCY_COUNT];
	struct {
		bool set;
		yq_date date;
		struct yq_decimal equity;
	} day[YQ_CURRENCY_COUNT]; /* what the day's loss is counted from */
};

struct yq_sim {
	struct yq_sim_spec spec;
	const struct yq_calendar *calendar;
	int64_t now_us;
	int64_t passes_us; /* no day ends before */
	struct yq_table accounts;
	struct yq_lot_books *lots;
	struct yq_decision decision;
	struct yq_trace trace;
	struct yq_sim_counts counts;
};

/* ---- account.c ---- */
/* Made at its first use.  YQ_E_REFUSED: it has no money to begin with, or its settings are wrong.
 */
enum yq_rc sim_account_get(
    struct yq_sim *sim, const char *alias, struct sim_account **ret_account, struct yq_err *err);
void sim_account_free(struct sim_account *account);
struct sim_lane *sim_lane_of(
    struct sim_account *account, enum yq_exchange exchange, const char *ticker);
/* NULL: nothing was closed yet. */
const struct sim_past *sim_past_of(struct sim_account *account, const char *strategy,
    enum yq_currency currency, enum yq_exchange exchange, const char *ticker);
void sim_past_add(struct sim_account *account, const struct yq_trip *trip);
void sim_order_counted(struct sim_account *account, int64_t now_us);
int64_t sim_orders_last_day(struct sim_account *account, int64_t now_us);
/* The loss since the first look of the market's local day. */
struct yq_opt_decimal sim_day_loss(struct sim_account *account, enum yq_exchange exchange);
struct sim_order *sim_order_find(const struct sim_account *account, const struct yq_id *id);
/* `left` of it is not filled yet. */
struct sim_order *sim_order_keep(
    struct sim_account *account, const struct yq_order *order, struct yq_decimal left);
void sim_order_drop(struct sim_account *account, struct sim_order *kept);

/* ---- own_orders.c ---- */
/* A signal that says where its strategy stands is decided on what the strategy has on the way. */
void sim_see_strategy(const struct sim_account *account, const struct yq_signal *signal,
    struct yq_account_view *view);
/* Cancel the entries that the decision withdraws. */
void sim_withdraw(
    struct sim_account *account, const struct yq_signal *signal, struct yq_decision *decision);

/* ---- exits.c ---- */
/* If `entry`, which is about to be placed, has exits. */
void sim_bracket_add(
    struct sim_account *account, const struct yq_order *entry, const struct yq_risk_limits *limits);
/* What the book did to an order, which may be an entry or an exit. */
void sim_bracket_see(struct sim_account *account, const struct yq_order *order,
    const struct yq_paper_record *record, const struct yq_paper_order *taken);
/* The market of an instrument has moved. */
void sim_lane_moved(struct sim_account *account, enum yq_exchange exchange, const char *ticker);
/* Where something has changed, and the market is open: cancel and place what is to be.  True when
 * exits were placed. */
bool sim_brackets_run(struct sim_account *account);
/* Within the bar that ends, at one of its ends: for longs its low or high, for shorts the reverse.
 * True when exits were placed that meet the same bar. */
enum sim_end { SIM_WORST, SIM_BEST };
bool sim_brackets_meet(
    struct sim_account *account, const struct yq_bar_step *step, enum sim_end end);
/* Exits give way to `order`, which is about to be placed; once it was, or was refused, they are
 * free to take what it left. */
void sim_lane_give_way(struct sim_account *account, struct sim_lane *lane,
    const struct yq_order *order, bool allow_short);
void sim_lane_given(struct sim_account *account, struct sim_lane *lane);
void sim_brackets_free(struct sim_account *account);

/* ---- desk.c ---- */
bool sim_is_open(const struct sim_account *account, enum yq_exchange exchange);
/* As a decision about the instrument sees the account: exits give way, and take nothing. */
struct yq_account_view sim_view_of(const struct sim_account *account, const struct sim_lane *lane);
/* A price is the market's from now on. */
void sim_observe(struct sim_account *account, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, bool open);
/* One exit, checked as any order is; a bar that began at `since_us` or later meets it.  False: it
 * was refused. */
bool sim_place_exit(struct sim_account *account, const struct yq_order *exit,
    const struct yq_risk_limits *limits, int64_t since_us);
/* What the book of an account does: the sink of its records. */
void sim_on_record(
    void *cookie, const struct yq_paper_record *record, const struct yq_paper_order *order);
void sim_decide(struct sim_account *account, const struct yq_signal *signal);
/* Orders whose turn has come.  True when there were any. */
bool sim_release(struct sim_account *account);

#endif
