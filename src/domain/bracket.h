/*
 * bracket.h - the exits of what an order opens: a take-profit and a stop-loss, of which one ends
 * the other.
 *
 * Pure.  What should rest at the broker follows from facts alone: what the entry has filled, what
 * the exits have, what is still held.  So it does not matter how often, or after which accident, it
 * is asked: the same facts give the same answer.
 *
 * The stop-loss comes first: it rests at the broker.  The two are never there for the same shares:
 * the take-profit is watched, and sent when its price is reached and the stop-loss is gone.  Where
 * the broker takes no such order (exit_way.h), the stop-loss is watched as well, and sent when its
 * price is touched; from then on it is on its way, whatever the price does.
 */
#ifndef YQ_DOMAIN_BRACKET_H
#define YQ_DOMAIN_BRACKET_H

#include "domain/exit_way.h"
#include "domain/exits.h"
#include "domain/market.h"
#include "domain/order.h"
#include "domain/order_state.h"

#define YQ_BRACKET_WHY_SIZE 128

/* What is kept of it; written once. */
struct yq_bracket {
	struct yq_id id; /* of the entry; where there is none, its own */
	char account_alias[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_currency currency;
	enum yq_action action; /* of the entry; its exits do the opposite */
	struct yq_opt_decimal
	    qty; /* set: there is no entry; so much of what is held is protected */
	struct yq_exits exits;
	char buy_reason[YQ_REASON_SIZE]; /* of the entry: trades of the exits are its strategy's */
	struct yq_id signal_id;
	int64_t created_at_us;
};
extern const struct yq_field yq_bracket_fields[];
extern const size_t yq_bracket_field_count;
YQ_NODISCARD enum yq_rc yq_bracket_check(const struct yq_bracket *bracket, struct yq_err *err);
/* Whether the exits of `entry` can be: on the price steps of `ticks`, and on the right sides of the
 * price at which it opens, as far as that is known: its limit or stop, else the price that was
 * seen. */
YQ_NODISCARD enum yq_rc yq_bracket_check_entry(const struct yq_order *entry, enum yq_ticks ticks,
    struct yq_opt_decimal last_price, struct yq_err *err);
struct yq_bracket yq_bracket_of(const struct yq_order *entry, int64_t now_us);

/* One order of it: the entry (number 0), or one of its exits (numbered from 1, of both kinds). */
struct yq_bracket_leg {
	struct yq_id id;
	int64_t number;
	char exit[YQ_EXIT_SIZE]; /* "" = the entry */
	struct yq_decimal qty, filled;
	enum yq_order_state state;
	bool touched; /* a stop-loss that was watched, and sent because its price was touched */
};
extern const struct yq_field yq_bracket_leg_fields[];
extern const size_t yq_bracket_leg_field_count;
/* The id of an exit: the same inputs give the same id, for ever. */
struct yq_id yq_bracket_exit_id(
    const struct yq_id *bracket, enum yq_exit_kind exit, int64_t number);
/* The order that is exit `number`, whole, sent this way (not YQ_EXIT_CANNOT); `limit` is looked at
 * where the way is near the market's price.  No signal asked for it: it names its bracket. */
struct yq_order yq_bracket_exit(const struct yq_bracket *bracket, enum yq_exit_kind exit,
    const struct yq_exit_way *way, struct yq_opt_decimal limit, int64_t number,
    struct yq_decimal qty, int64_t now_us);
/* Whether that price is at its stop-loss or beyond; false where there is none. */
bool yq_bracket_touches(const struct yq_bracket *bracket, struct yq_opt_decimal price);
/* Whether an order is such a stop-loss as is sent when its price is touched. */
bool yq_bracket_is_touched(const struct yq_order *exit);

/* How much of `closable`, which an order of its side can close (yq_account_closable), `order` wants
 * free of exits; 0 also where it asks for more than there is and will be refused for that. */
struct yq_decimal yq_bracket_wanted(
    const struct yq_order *order, struct yq_decimal closable, bool allow_short);

/* Before an exit is made again of which `failures` in a row and one more came to nothing: 1, 2, 4
 * ... up to 300 seconds. */
int64_t yq_bracket_pause_s(unsigned failures);

struct yq_bracket_facts {
	struct yq_decimal entered; /* what the entry has filled */
	bool entry_final;
	struct yq_decimal exited[YQ_EXIT_COUNT];  /* what its exits have filled */
	struct yq_decimal resting[YQ_EXIT_COUNT]; /* ... and those that are not final may still */
	size_t live;				  /* exits that are not final */
	struct yq_decimal lost;	     /* what went another way, as far as that was written down */
	struct yq_decimal held;	     /* what is held of it at most, counted in its direction */
	struct yq_decimal available; /* of that, what no other order takes; <= held */
	struct yq_decimal lot;
	struct yq_opt_decimal price;
	bool ended; /* a person or a halt ended it */
	/* Where the stop-loss is watched: */
	bool watched;
	struct yq_opt_decimal fresh; /* the price, if it is young enough to act on */
	bool touched;		     /* one was sent already */
	bool overdue;		     /* what rests of it should have been executed at once */
};

struct yq_bracket_plan {
	struct yq_decimal lost;	 /* to be written down where it is more than known */
	struct yq_decimal left;	 /* what it still protects */
	enum yq_exit_kind exit;	 /* which should rest */
	bool waits;		 /* ... when its price is touched: until then it is watched */
	struct yq_decimal place; /* so much of it is missing; 0 = nothing */
	struct yq_decimal cancel[YQ_EXIT_COUNT]; /* so much at least of it is too much */
	const char *why; /* it is too much, or the bracket is over; static */
	bool over;	 /* it never does anything any more */
};
/* What there is to do. */
void yq_bracket_plan(const struct yq_bracket *bracket, const struct yq_bracket_facts *facts,
    struct yq_bracket_plan *plan);

#endif
