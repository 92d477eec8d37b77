/*
 * state.h - typed reads of what is on the bus now.
 *
 * Each takes one round trip; `fn` runs exactly once, from the loop.  What it is given is borrowed
 * for the call and NULL unless rc == YQ_OK.  YQ_E_NOT_FOUND: there is no such thing; YQ_E_CORRUPT:
 * a value cannot be read (the text says which): a failed read is never an empty answer.
 */
#ifndef YQ_BUS_STATE_H
#define YQ_BUS_STATE_H

#include "bus/message.h"
#include "bus/steps.h"
#include "bus/valkey.h"

struct yq_deposit {
	enum yq_currency currency;
	struct yq_decimal amount;
};
/* One account: account:{Alias}, deposit:{Alias} and position:{Alias}, read in one transaction. */
struct yq_account_state {
	char alias[YQ_ALIAS_SIZE];
	char number[65];
	char broker[33];
	bool active;
	int64_t updated_at_us, synced_at_us; /* 0 = never */
	int64_t
	    fills_from_us; /* all fills before it are booked, in the broker's time; 0 = none is */
	struct yq_deposit deposits[YQ_CURRENCY_COUNT];
	size_t deposit_count;
	struct yq_position *positions;
	size_t position_count;
};
typedef void yq_account_fn(
    void *cookie, enum yq_rc rc, const struct yq_account_state *account, const struct yq_err *err);
void yq_state_account(struct yq_valkey *valkey, const char *alias, yq_account_fn *fn, void *cookie);

/* order:{id}, whole. */
struct yq_order_state_full {
	struct yq_order order;
	struct yq_order_progress progress;
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	char last_error[YQ_MESSAGE_SIZE];
	char entry_id[YQ_ENTRY_ID_SIZE]; /* its place in order:stream */
	int64_t created_at_us, claimed_at_us, submitted_at_us, first_fill_at_us, final_at_us,
	    archived_at_us, cancel_requested_at_us; /* 0 = not yet */
	int64_t unknown_at_us;			    /* since when nobody knows its outcome */
	int64_t alarmed_at_us;			    /* when people were last told of that */
	struct yq_decimal manual_left;	  /* booked by hand and not told by the broker: see
					     domain/resolution.h */
	char resolved_as[16];		  /* what a person said became of it; "" = nothing */
	const char *const *execution_ids; /* booked fills, NUL-terminated */
	size_t execution_count;
};
typedef void yq_order_fn(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *order, const struct yq_err *err);
void yq_state_order(
    struct yq_valkey *valkey, const struct yq_id *id, yq_order_fn *fn, void *cookie);
/* The same for a reply of HGETALL (console). */
struct redisReply;
YQ_NODISCARD enum yq_rc yq_state_order_read(const struct redisReply *reply,
    struct yq_order_state_full *order, const char **execution_ids, size_t execution_max,
    struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_state_account_read(const char *alias, const struct redisReply *account,
    const struct redisReply *deposit, const struct redisReply *position,
    struct yq_account_state *result, struct yq_err *err);
void yq_account_state_clear(struct yq_account_state *account); /* frees positions */

/* Ids in order:open, in no order. */
typedef void yq_ids_fn(
    void *cookie, enum yq_rc rc, const struct yq_id *ids, size_t count, const struct yq_err *err);
void yq_state_open_orders(struct yq_valkey *valkey, yq_ids_fn *fn, void *cookie);
/* Ids in bracket:open (bus/bracket.h). */
void yq_state_open_brackets(struct yq_valkey *valkey, yq_ids_fn *fn, void *cookie);

/* The price of a ticker on one exchange; a price of the same ticker elsewhere is never given.
 * Exchanges of one market and one ticker space (KRX, KOSDAQ, KOSPI) are not mixed here either. */
struct yq_stock_price {
	struct yq_decimal price;
	enum yq_currency currency;
	struct yq_opt_decimal change_rate;
	int64_t updated_at_us;
};
typedef void yq_stock_fn(
    void *cookie, enum yq_rc rc, const struct yq_stock_price *price, const struct yq_err *err);
void yq_state_stock(struct yq_valkey *valkey, const char *ticker, enum yq_exchange exchange,
    yq_stock_fn *fn, void *cookie);
/* The same for a reply of HGET, or an item of one of HGETALL. */
YQ_NODISCARD enum yq_rc yq_state_stock_read(
    const struct redisReply *reply, struct yq_stock_price *price, struct yq_err *err);

/* What a person has said that a strategy may do; YQ_E_NOT_FOUND: nobody has. */
typedef void yq_life_fn(
    void *cookie, enum yq_rc rc, const struct yq_life *life, const struct yq_err *err);
void yq_state_life(struct yq_valkey *valkey, const char *strategy, yq_life_fn *fn, void *cookie);

#endif
