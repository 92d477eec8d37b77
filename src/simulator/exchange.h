/*
 * exchange.h - the simulated exchange: instruments, accounts, orders, executions.
 *
 * Pure: no file, no loop, no clock of its own; every command is told the time.  It is a quoted
 * market: each instrument has a bid and an ask around a price that follows a seeded path or was
 * set, and orders are served in the order of their arrival.  An order that can trade when it comes
 * pays the quote, one that had to wait trades at its limit.  The same seed and the same commands at
 * the same times give the same book, to the last byte.
 *
 * What a command changed is marked, and record.h turns it into a line for the journal; what the
 * owner of an order has to be told waits as events (sim_take_events), to be told once the journal
 * has it.  Single thread.
 */
#ifndef YQ_SIMULATOR_EXCHANGE_H
#define YQ_SIMULATOR_EXCHANGE_H

#include "base/table.h"
#include "domain/account.h"
#include "domain/calendar.h"
#include "domain/market.h"
#include "simulator/path.h"

#define SIM_ORDERS_MAX	    200000 /* kept; beyond it the oldest that are over are forgotten */
#define SIM_EXECUTIONS_MAX  400000
#define SIM_INSTRUMENTS_MAX 20000
#define SIM_ACCOUNTS_MAX    1000
#define SIM_CLIENT_ID_SIZE  129
#define SIM_EPOCH_SIZE	    17
#define SIM_NAME_SIZE	    65
#define SIM_NOTE_SIZE	    65
#define SIM_KEY_SIZE	    65

/* X(ident, name): the life of an order. */
#define SIM_STATES(X)                                                         \
	X(NEW, "New")		      /* working, or waiting for the open */  \
	X(PARTIAL, "PartiallyFilled") /* working */                           \
	X(HELD, "Held")		      /* an exit whose entry is not filled */ \
	X(FILLED, "Filled")                                                   \
	X(CANCELED, "Canceled")                                               \
	X(EXPIRED, "Expired")                                                 \
	X(REPLACED, "Replaced") /* another order stands in its place */       \
	X(REJECTED, "Rejected")
#define SIM_CLASSES(X) X(SIMPLE, "Simple") X(BRACKET, "Bracket") X(OCO, "Oco") X(OTO, "Oto")
#define SIM_ROLES(X)   X(ENTRY, "Entry") X(PROFIT, "TakeProfit") X(LOSS, "StopLoss")

#define SIM_STATE_VALUE(ident, name) SIM_##ident,
enum sim_state { SIM_STATES(SIM_STATE_VALUE) SIM_STATE_COUNT };
#define SIM_CLASS_VALUE(ident, name) SIM_CLASS_##ident,
enum sim_class { SIM_CLASSES(SIM_CLASS_VALUE) SIM_CLASS_COUNT };
#define SIM_ROLE_VALUE(ident, name) SIM_ROLE_##ident,
enum sim_role { SIM_ROLES(SIM_ROLE_VALUE) SIM_ROLE_COUNT };
extern const struct yq_names sim_state_names, sim_class_names, sim_role_names;

bool sim_state_is_final(enum sim_state state);

struct sim_fee {
	struct yq_decimal rate;	   /* of the value: 0.001 = 0.1 % */
	struct yq_decimal minimum; /* an execution, in the market's currency */
};

struct sim_settings {
	uint64_t seed;
	struct yq_decimal cash[YQ_CURRENCY_COUNT]; /* of a new account */
	struct sim_fee fees[YQ_COUNTRY_COUNT];
	uint32_t walk_bps;     /* how far a price strays from where it was set; 0 = stands still */
	uint32_t interval_ms;  /* between two prices of a path; > 0 */
	uint32_t spread_ticks; /* from the price to the bid and to the ask */
	uint32_t partial_ppm;  /* chance in a million that an execution is of a part only */
	bool always_open;      /* else the markets' hours */
	bool allow_short;
	bool invent;			    /* any well-formed ticker is an instrument */
	const struct yq_calendar *calendar; /* borrowed; may be NULL when always_open */
};
struct sim_settings sim_settings_default(void);

struct sim_exchange; /* opaque */
struct sim_order;

struct sim_instrument {
	struct yq_table_node node; /* by ticker and exchange */
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	char name[SIM_NAME_SIZE];
	struct yq_decimal lot;
	struct yq_decimal base; /* the price at `anchor_us` */
	int64_t anchor_us;
	struct yq_opt_decimal bid, ask; /* set by hand: they stand */
	bool halted;
	struct yq_decimal volume;	/* executed since the book began */
	struct sim_order *first, *last; /* working orders, oldest first */
	bool changed;
};

struct sim_account {
	struct yq_table_node node; /* by name */
	char name[YQ_ALIAS_SIZE];
	struct yq_account *book; /* owned: cash, positions, what open orders reserve */
	bool changed;
};

struct sim_key {
	struct yq_table_node node; /* by name */
	char name[SIM_KEY_SIZE];
	struct yq_id fingerprint; /* of its secret */
	/* Where a face gives tokens: when the last was given, and those until when are of no use.
	 */
	int64_t given_us, ended_us; /* 0 = none */
	bool changed;
};

struct sim_order {
	struct yq_table_node node, id_node; /* by number; by id */
	struct yq_table_node client_node;   /* by account and client id */
	struct sim_order *prev, *next;	    /* working ones of the instrument */
	struct sim_account *account;
	struct sim_instrument *instrument;
	bool changed, working, rested;
	/* what is recorded */
	int64_t number; /* from 1 */
	struct yq_id id;
	char account_name[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	char client_id[SIM_CLIENT_ID_SIZE];
	enum yq_action action;
	enum yq_order_type type;
	enum yq_tif time_in_force;
	enum sim_state state;
	enum sim_class order_class;
	enum sim_role role;
	struct yq_decimal qty, filled, value, fee; /* value: sum of qty x price of what is filled */
	struct yq_opt_decimal notional, price, stop_price;
	bool extended, triggered;
	int64_t parent, legs[2];			    /* numbers; 0 = none */
	int64_t replaces, replaced_by;			    /* numbers; 0 = none */
	int64_t time_us, updated_us, closed_us, expires_us; /* 0 = not (yet), never */
	int64_t cancel_number;	  /* of the cancel where a face numbers them; not recorded */
	char note[SIM_NOTE_SIZE]; /* the face's own: kept, not looked at */
};

struct sim_execution {
	int64_t number, order; /* both from 1 */
	struct yq_id id;
	struct yq_decimal qty, price, fee;
	struct yq_decimal position; /* of the account in the instrument after it */
	struct yq_decimal filled;   /* of the order after it */
	int64_t time_us;
};

/* `epoch` (up to 16 of a-z 0-9) tells this book's ids from those of any other; "" leaves that to
 * the journal.  The settings are copied. */
struct sim_exchange *sim_exchange_make(const struct sim_settings *settings, const char *epoch);
void sim_exchange_free(struct sim_exchange *exchange); /* NULL is a no-op */
const char *sim_epoch(const struct sim_exchange *exchange);
/* To be changed while it runs (partial_ppm, always_open ...); the seed is not to be. */
struct sim_settings *sim_settings_of(struct sim_exchange *exchange);

/* ---- instruments and prices ---- */

/* NULL when there is none and none may be invented. */
struct sim_instrument *sim_instrument(
    struct sim_exchange *exchange, enum yq_exchange market, const char *ticker);
/* The same among all exchanges of a country, in the order of enum yq_exchange. */
struct sim_instrument *sim_instrument_in(
    struct sim_exchange *exchange, enum yq_country country, const char *ticker);
/* One more; the one that is there if it is.  `price` 0 = a made-up one.  NULL: the ticker is not
 * well-formed or there are too many. */
struct sim_instrument *sim_list(struct sim_exchange *exchange, enum yq_exchange market,
    const char *ticker, const char *name, struct yq_decimal price);
const struct yq_table *sim_instruments(const struct sim_exchange *exchange);

struct sim_quote {
	struct yq_decimal price, bid, ask;
};
struct sim_quote sim_quote(
    const struct sim_exchange *exchange, const struct sim_instrument *instrument, int64_t now_us);
/* From now on it is `price` (> 0), and strays from there; bid and ask stand as given, if given. */
void sim_set_price(struct sim_exchange *exchange, struct sim_instrument *instrument,
    struct yq_decimal price, struct yq_opt_decimal bid, struct yq_opt_decimal ask, int64_t now_us);
void sim_set_halted(
    struct sim_exchange *exchange, struct sim_instrument *instrument, bool halted, int64_t now_us);
/* In its regular session; before and after it as well if `extended`. */
bool sim_is_open(
    const struct sim_exchange *exchange, enum yq_exchange market, bool extended, int64_t now_us);

/* ---- accounts ---- */

/* The account of that name, opened with the settings' cash if there is none; NULL when the name is
 * no alias or there are too many. */
struct sim_account *sim_account(struct sim_exchange *exchange, const char *name);
struct sim_account *sim_account_find(struct sim_exchange *exchange, const char *name);
const struct yq_table *sim_accounts(const struct sim_exchange *exchange);
void sim_set_cash(struct sim_exchange *exchange, struct sim_account *account,
    enum yq_currency currency, struct yq_decimal cash);
/* YQ_E_RANGE: a value does not fit. */
YQ_NODISCARD enum yq_rc sim_set_position(struct sim_exchange *exchange, struct sim_account *account,
    struct sim_instrument *instrument, struct yq_decimal qty, struct yq_decimal avg_price,
    struct yq_err *err);
/* Who first uses a key decides its secret.  False: it is another. */
YQ_NODISCARD bool sim_key_fits(struct sim_exchange *exchange, const char *key, const char *secret);
/* The same without giving it one. */
bool sim_key_is(const struct sim_exchange *exchange, const char *key, const char *secret);
struct sim_key *sim_key_find(const struct sim_exchange *exchange, const char *key); /* or NULL */
const struct yq_table *sim_keys(const struct sim_exchange *exchange);
void sim_key_set_tokens(
    struct sim_exchange *exchange, struct sim_key *key, int64_t given_us, int64_t ended_us);

/* ---- orders ---- */

/* What became of a command. */
enum sim_reason {
	SIM_DONE,
	SIM_DUPLICATE_ID, /* the client id is used already */
	SIM_NO_CASH,
	SIM_NO_SHARES,
	SIM_BAD_QTY,   /* not above zero, no whole lots */
	SIM_BAD_PRICE, /* missing, not above zero, not on the price step, on the wrong side */
	SIM_UNSUPPORTED,
	SIM_CLOSED, /* the order is over, or not yet working */
	SIM_TOO_MANY,
};

struct sim_ask {
	struct sim_account *account;
	struct sim_instrument *instrument;
	const char *client_id; /* NULL or "" = the exchange makes one of its own */
	enum yq_action action;
	enum yq_order_type type;
	enum yq_tif time_in_force;
	struct yq_decimal qty;		/* > 0, whole lots unless `fractional` */
	struct yq_opt_decimal notional; /* in place of qty, Market only */
	struct yq_opt_decimal price, stop_price;
	bool extended, fractional;
	enum sim_class order_class;
	struct yq_opt_decimal profit;		     /* limit price of the take-profit */
	struct yq_opt_decimal loss_stop, loss_limit; /* of the stop-loss */
	const char *note;			     /* NULL = none */
};
/* Anything but SIM_DONE changes nothing, and `err` says why; *ret_order is then NULL, but the order
 * that has the id with SIM_DUPLICATE_ID. */
YQ_NODISCARD enum sim_reason sim_submit(struct sim_exchange *exchange, const struct sim_ask *ask,
    int64_t now_us, struct sim_order **ret_order, struct yq_err *err);
YQ_NODISCARD enum sim_reason sim_cancel(
    struct sim_exchange *exchange, struct sim_order *order, int64_t now_us, struct yq_err *err);
/*
 * Another order in its place, with a number and an id of its own.  What is not set stays; `qty` is
 * the new order's, not set = what is left of the old one.
 */
struct sim_change {
	struct yq_opt_decimal qty, price, stop_price;
	const char *client_id; /* NULL = one of its own */
	const char *note;      /* NULL = that of the old one */
	bool has_type, has_tif;
	enum yq_order_type type;
	enum yq_tif time_in_force;
};
YQ_NODISCARD enum sim_reason sim_replace(struct sim_exchange *exchange, struct sim_order *order,
    const struct sim_change *change, int64_t now_us, struct sim_order **ret_order,
    struct yq_err *err);
/* A number of the orders' own that no order has: for brokers that number their cancels too. */
int64_t sim_take_number(struct sim_exchange *exchange);
/* Time went by: what has expired ends, stops are triggered, what the quotes reach trades. */
void sim_tick(struct sim_exchange *exchange, int64_t now_us);

/* ---- looking ---- */

struct sim_order *sim_order(const struct sim_exchange *exchange, int64_t number); /* or NULL */
struct sim_order *sim_order_by_id(const struct sim_exchange *exchange, const char *id);
struct sim_order *sim_order_by_client_id(
    const struct sim_exchange *exchange, const struct sim_account *account, const char *client_id);
/* All orders, by entry: yq_container(node, struct sim_order, node). */
const struct yq_table *sim_orders(const struct sim_exchange *exchange);
/* The ones kept, oldest first; borrowed until the next command. */
const struct sim_execution *sim_executions(const struct sim_exchange *exchange, size_t *ret_count);
struct yq_decimal sim_order_left(const struct sim_order *order);
/* Of what is filled, 8 places; none = nothing is. */
struct yq_opt_decimal sim_order_average(const struct sim_order *order);
/* The ids are those of the epoch and the number. */
struct yq_id sim_id_of(const struct sim_exchange *exchange, const char *what, int64_t number);

/* ---- events ---- */

enum sim_event_kind {
	SIM_EV_NEW,
	SIM_EV_FILL, /* one execution; the order's state tells whether it was the last */
	SIM_EV_CANCELED,
	SIM_EV_EXPIRED,
	SIM_EV_REPLACED, /* the order is the new one */
};
struct sim_event {
	enum sim_event_kind kind;
	struct sim_order order;		/* as it was then */
	struct sim_execution execution; /* of FILL */
	int64_t time_us;
};
/* What happened since the last call, oldest first; free() it. */
YQ_NODISCARD struct sim_event *sim_take_events(struct sim_exchange *exchange, size_t *ret_count);

#endif
