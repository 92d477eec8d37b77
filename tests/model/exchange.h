/*
 * exchange.h - where orders really are executed: the truth that everything else is compared with.
 *
 * Knows nothing of the gateway.  It counts in whole units of its own; each change is told to
 * whoever listens, and is true at once whether anybody heard it or not.
 */
#ifndef YQ_TESTS_MODEL_EXCHANGE_H
#define YQ_TESTS_MODEL_EXCHANGE_H

#include "broker/broker.h"
#include "world.h"

#define INSTRUMENTS 4

struct instrument {
	enum yq_exchange exchange;
	const char *ticker;
	int64_t price, step; /* hundredths */
};

struct execution {
	struct execution *next;
	struct deal *deal;
	char id[24];
	struct yq_decimal qty, price, commission;
	int64_t time_us;
	unsigned booked; /* how often the bus was told */
};

struct deal { /* an order that the exchange has taken */
	struct yq_table_node node;
	struct deal *next; /* of all, oldest first */
	struct yq_order order;
	size_t account, instrument;
	char number[24];
	enum yq_order_state state;
	struct yq_decimal qty, filled, notional;
	struct yq_opt_decimal price;
	struct execution *executions, **last;
	size_t execution_count;
	int64_t time_us;
	char text[64];
	unsigned parts; /* into which it will be filled, what is planned */
	unsigned taken; /* how often it came */
};

/* How an account's broker is: see enum yq_broker_flag. */
struct manner {
	const char *alias;
	uint32_t flags;
	int64_t absent_after_us;
	bool takes_few; /* orders at the market and limits, of a day alone: stops are watched */
};
extern const struct manner manners[ACCOUNTS];

struct exchange {
	struct instrument instruments[INSTRUMENTS];
	struct yq_table deals; /* by account and order id */
	struct deal *first, **last;
	yq_int128 cash[ACCOUNTS][YQ_CURRENCY_COUNT];
	struct yq_position held[ACCOUNTS][INSTRUMENTS];
	uint64_t numbers;
	size_t open_count;
};

void exchange_open(void);
void exchange_close(void);
size_t exchange_account(const char *alias);
size_t exchange_instrument(enum yq_exchange exchange, const char *ticker);
struct deal *exchange_find(size_t account, const struct yq_id *id); /* NULL: it never came */
/* What an order does that comes; NULL = rejected at once (`why`), and there all the same. */
struct deal *exchange_take(size_t account, const struct yq_order *order, const char **why);
/* False: too late. */
bool exchange_cancel(struct deal *deal, const char *why);
bool exchange_change(struct deal *deal, const struct yq_broker_change *change);
void exchange_move_prices(void);
bool deal_is_open(const struct deal *deal);
struct yq_decimal instrument_price(size_t instrument);

/* broker.c: to every session, as the network will have it. */
void broker_tell(struct deal *deal, enum yq_broker_event_kind kind, struct execution *execution);

#endif
