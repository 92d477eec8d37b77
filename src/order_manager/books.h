/*
 * books.h - the accounts as decisions see them: cash and positions as last read, open orders as
 * followed.
 *
 * Cash and positions are read anew for every batch of decisions (the gateway is their only writer).
 * Open orders are kept between reads, because an order reserves cash from the moment it is decided:
 * it enters with its decision, or when it is heard on the bus, and leaves when an execution says
 * that it is final.  An execution is heard after the books it changed were written, so that a
 * reservation may be counted too long but never too short.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_BOOKS_H
#define YQ_ORDER_MANAGER_BOOKS_H

#include "bus/state.h"
#include "domain/account.h"
#include "domain/risk.h"

struct yq_books; /* opaque */

#define YQ_BOOKS_MAX 4096 /* accounts; orders of more are not followed */

/* The latest order on one instrument and side, for the duplicate window. */
struct yq_last_order {
	struct yq_opt_decimal qty; /* not set: there is none */
	int64_t at_us;
};

struct yq_book {
	struct yq_account *account;
	struct yq_rate rate; /* orders of the last minute */
};

struct yq_books *yq_books_make(struct yq_valkey *valkey, const struct yq_clock *clock);
const struct yq_clock *yq_books_clock(const struct yq_books *books);
/* Reads under way end without effect.  NULL is a no-op. */
void yq_books_free(struct yq_books *books);

/* Why nothing may be decided at present: every signal is refused with it.  NULL = nothing is in the
 * way.  Copied. */
void yq_books_forbid(struct yq_books *books, const char *why);
const char *yq_books_forbidden(const struct yq_books *books);
/* How often what was forbidden has been allowed again: others have traded meanwhile. */
unsigned yq_books_turns(const struct yq_books *books);

/* The book of an alias (one of the configuration's), made empty if it is new.  Borrowed until
 * yq_books_free. */
struct yq_book *yq_books_get(struct yq_books *books, const char *alias);

/* Take over what was read from the bus.  YQ_E_LIMIT, YQ_E_RANGE: too many or too large values. */
YQ_NODISCARD enum yq_rc yq_books_update(
    struct yq_books *books, const struct yq_account_state *state, struct yq_err *err);

/* Enter a decided order: its reservation, the rate, the duplicate window.  Times are those of
 * yq_clock_monotonic_us. */
void yq_books_enter(struct yq_books *books, const struct yq_order *order,
    struct yq_decimal reserve_price, int64_t at_us);
struct yq_last_order yq_books_last(const struct yq_books *books, const char *alias,
    enum yq_exchange exchange, const char *ticker, enum yq_action action);

/* What was heard on the channels `order` and `execution`; what cannot be read is left to others. */
void yq_books_hear_order(struct yq_books *books, const char *payload, size_t length, int64_t at_us);
void yq_books_hear_execution(struct yq_books *books, const char *payload, size_t length);

/*
 * Make the open orders those that stand in the bus.  Needed at start, after the ear was away,
 * whenever a decision turns out to have been made before, and from time to time.  No decision may
 * be under way until `done` runs, from the loop; anything but YQ_OK: it failed, and is needed
 * still.  What is heard meanwhile counts afterwards.  One at a time.
 */
typedef void yq_books_done_fn(void *cookie, enum yq_rc rc);
void yq_books_resync(struct yq_books *books, yq_books_done_fn *done, void *cookie);
/* Ask for one before the next decision. */
void yq_books_mark_stale(struct yq_books *books);
/* True from the start, and until the first that succeeds has come to its end. */
bool yq_books_is_stale(const struct yq_books *books);

#endif
