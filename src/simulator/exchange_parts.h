/*
 * exchange_parts.h - what the exchange's own files share.
 */
#ifndef YQ_SIMULATOR_EXCHANGE_PARTS_H
#define YQ_SIMULATOR_EXCHANGE_PARTS_H

#include "simulator/exchange.h"

/* A position that was changed, to be recorded. */
struct sim_moved {
	struct sim_account *account;
	struct sim_instrument *instrument;
};

struct sim_exchange {
	struct sim_settings settings;
	char epoch[SIM_EPOCH_SIZE];
	bool book_changed;
	struct yq_table instruments, accounts, keys;
	struct yq_table orders, ids, clients; /* the same orders: by number, id, client id */
	int64_t next_order, next_execution;
	uint64_t draws, draws_recorded;
	struct sim_execution *executions; /* owned; oldest first */
	size_t execution_count, execution_room, executions_recorded;
	struct sim_moved *moved; /* owned */
	size_t moved_count, moved_room;
	struct sim_order **dirty; /* owned */
	size_t dirty_count, dirty_room;
	struct sim_event *events; /* owned */
	size_t event_count, event_room;
	size_t changes; /* marks set since the last record was made */
};

/* Room for one more item in an array that grows by doubling. */
void *sim_room(void *array, size_t count, size_t *room, size_t size);

struct sim_instrument *sim_instrument_find(
    const struct sim_exchange *x, enum yq_exchange market, const char *ticker);
struct sim_instrument *sim_instrument_add(
    struct sim_exchange *x, enum yq_exchange market, const char *ticker);
struct sim_account *sim_account_add(struct sim_exchange *x, const char *name);
struct sim_key *sim_key_add(struct sim_exchange *x, const char *name);

void sim_order_touch(struct sim_exchange *x, struct sim_order *order, int64_t now_us);
void sim_position_touch(
    struct sim_exchange *x, struct sim_account *account, struct sim_instrument *instrument);
/* Enter it in the tables, and take it out and free it. */
void sim_order_enter(struct sim_exchange *x, struct sim_order *order);
void sim_order_forget(struct sim_exchange *x, struct sim_order *order);
/* Into and out of the list of working orders and the account's reservations.  False: there are too
 * many for the account. */
YQ_NODISCARD bool sim_order_work(
    struct sim_exchange *x, struct sim_order *order, struct yq_err *err);
void sim_order_rest(struct sim_order *order);
/* One that was read back: entered, and working if its state says so. */
YQ_NODISCARD enum yq_rc sim_order_restore(
    struct sim_exchange *x, const struct sim_order *recorded, struct yq_err *err);
void sim_execution_keep(struct sim_exchange *x, const struct sim_execution *execution);
void sim_tell(struct sim_exchange *x, enum sim_event_kind kind, const struct sim_order *order,
    const struct sim_execution *execution, int64_t now_us);

/* exchange_match.c */
/* The other one of a pair of which one only is to be executed; NULL = there is none. */
struct sim_order *sim_partner(const struct sim_exchange *x, const struct sim_order *order);
/* What trading `qty` at `price` costs. */
struct yq_decimal sim_fee_of(const struct sim_exchange *x, enum yq_exchange market,
    struct yq_decimal qty, struct yq_decimal price);
/* Trade what can be traded now; an IOC or FOK order ends here. */
void sim_match(struct sim_exchange *x, struct sim_order *order, int64_t now_us);
/* End an order that works or is held, and those that hang from it. */
void sim_close(
    struct sim_exchange *x, struct sim_order *order, enum sim_state state, int64_t now_us);

/* Why not, in the words of the broker that is played; returns `reason`. */
enum sim_reason sim_say(struct yq_err *err, enum sim_reason reason, const char *text);
bool sim_is_price(const struct sim_instrument *instrument, struct yq_opt_decimal price);

/* The order as the account's book knows one. */
struct yq_order sim_as_order(const struct sim_order *order);

#endif
