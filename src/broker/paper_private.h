/*
 * paper_private.h - the book's inside, shared by its two files: paper_book.c keeps, paper_match.c
 * decides.
 */
#ifndef YQ_BROKER_PAPER_PRIVATE_H
#define YQ_BROKER_PAPER_PRIVATE_H

#include "broker/paper_book.h"
#include "broker/paper_price.h"

/* An id whose order is no longer kept. */
struct yq_paper_known {
	struct yq_table_node node;
	struct yq_id id;
	int64_t number;
	enum yq_order_state state;
};

struct yq_paper_book {
	struct yq_paper_settings settings;
	yq_paper_sink_fn *sink;
	void *sink_cookie;
	char epoch[YQ_PAPER_EPOCH_SIZE]; /* "" = not founded */
	int64_t next_number, next_execution;
	struct yq_account *account;
	struct yq_table orders;	     /* of struct yq_paper_order */
	struct yq_table instruments; /* of struct yq_paper_instrument */
	struct yq_table known;	     /* of struct yq_paper_known */
	struct yq_paper_known *ring; /* YQ_PAPER_KNOWN of them, oldest overwritten; owned */
	size_t ring_next;
	struct yq_paper_order *oldest_final, *newest_final;
	size_t final_count;
	struct yq_paper_random random;
};

/* Apply a record of ours and hand it to the sink.  It must be applicable. */
void yq_paper_emit(struct yq_paper_book *book, const struct yq_paper_record *record);
struct yq_paper_order *yq_paper_order_of(const struct yq_paper_book *book, const struct yq_id *id);
struct yq_paper_known *yq_paper_known_of(const struct yq_paper_book *book, const struct yq_id *id);
/* Higher than any price. */
#define YQ_PAPER_NEVER ((yq_int128)1 << 120)
/* Work out anew which prices would make something happen. */
void yq_paper_bounds_reset(struct yq_paper_instrument *instrument);
struct yq_paper_instrument *yq_paper_instrument_find(
    const struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker);
/* Entered when it is new. */
struct yq_paper_instrument *yq_paper_instrument_get(
    struct yq_paper_book *book, enum yq_exchange exchange, const char *ticker);
/* The order as the domain's struct, for the account's arithmetic. */
struct yq_order yq_paper_as_order(const struct yq_paper_order *order);

/* ---- paper_book.c ---- */
uint64_t yq_paper_id_hash(const struct yq_id *id);
void yq_paper_order_free(struct yq_paper_order *order);
void yq_paper_known_add(
    struct yq_paper_book *book, const struct yq_id *id, int64_t number, enum yq_order_state state);
void yq_paper_final_push(struct yq_paper_book *book, struct yq_paper_order *order);
void yq_paper_open_link(struct yq_paper_book *book, struct yq_paper_order *order);
/* True while any price at all would fill it: it is then looked at each time. */
bool yq_paper_is_restless(const struct yq_paper_order *order);
/* Widen what a price must not reach, so that `order` is looked at when it does. */
void yq_paper_note_bounds(
    struct yq_paper_instrument *instrument, const struct yq_paper_order *order);
/* An open order becomes final. */
void yq_paper_finish(
    struct yq_paper_book *book, struct yq_paper_order *order, enum yq_order_state state);

/* ---- paper_match.c ---- */
struct yq_paper_record yq_paper_record_for(
    enum yq_paper_kind kind, const struct yq_id *id, int64_t now_us);
void yq_paper_close_order(struct yq_paper_book *book, const struct yq_paper_order *order,
    enum yq_order_state state, const char *text, int64_t now_us);
/* Cash that buying `qty` at `price` takes from an order that has traded `notional` and was charged
 * `charged`; `fee` is the commission in it. */
enum yq_rc yq_paper_cost_of(const struct yq_paper_book *book, enum yq_exchange exchange,
    struct yq_decimal qty, struct yq_decimal price, struct yq_decimal notional,
    struct yq_decimal charged, struct yq_decimal *cost, struct yq_decimal *fee);
bool yq_paper_is_stop(enum yq_order_type type);
bool yq_paper_has_limit(enum yq_order_type type);
/* True when `last` is at `bound` or better (`below` = better is lower). */
bool yq_paper_reached(struct yq_decimal last, struct yq_decimal bound, bool below);
/* The price at which a (triggered) order trades when the market is at `last`; false when it does
 * not. */
bool yq_paper_trade_price(const struct yq_paper_book *book, const struct yq_paper_order *order,
    struct yq_decimal last, struct yq_decimal *price);
/* All that is left of an order, or a part of it now and then, at `price`: cash permitting. */
void yq_paper_trade(struct yq_paper_book *book, struct yq_paper_order *order,
    struct yq_decimal price, int64_t now_us);
void yq_paper_match_order(struct yq_paper_book *book, struct yq_paper_order *order,
    struct yq_decimal last, int64_t now_us);
void yq_paper_match_instrument(
    struct yq_paper_book *book, struct yq_paper_instrument *instrument, int64_t now_us);
void yq_paper_set_price(struct yq_paper_book *book, const struct yq_paper_instrument *instrument,
    struct yq_decimal price, int64_t now_us);

#endif
