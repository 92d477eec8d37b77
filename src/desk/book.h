/*
 * book.h - one account as its gateway sees it, made anew from what is on the bus: cash, positions,
 * open orders with what they reserve, orders of the last minute and day, the day's loss.
 */
#ifndef YQ_DESK_BOOK_H
#define YQ_DESK_BOOK_H

#include "bus/state.h"
#include "daemon/settings.h"
#include "desk/desk.h"
#include "domain/account.h"
#include "domain/guard.h"
#include "domain/rate.h"

struct yq_book_recent; /* private */
struct yq_book {
	struct yq_account *account; /* owned */
	struct yq_rate rate;	    /* by wall-clock time */
	struct yq_day_base day[YQ_CURRENCY_COUNT];
	bool has_day[YQ_CURRENCY_COUNT];
	struct yq_book_recent *recent; /* orders that were sent lately; owned */
	size_t recent_count;
};

/*
 * `settings` NULL: nothing is configured of the account.  `window_us`: how far back orders of the
 * minute and of the duplicate window are looked for.  YQ_E_NOT_FOUND: no gateway serves it.  Two
 * round trips for each open order of the system.
 */
YQ_NODISCARD enum yq_rc yq_book_read(struct yq_desk *desk, const char *alias,
    const struct yq_account_settings *settings, int64_t window_us, int64_t now_us,
    struct yq_book *book, struct yq_err *err);
void yq_book_clear(struct yq_book *book);

/* What was lost today in that currency; absent while its gateway has not begun the day. */
struct yq_opt_decimal yq_book_day_loss(const struct yq_book *book, enum yq_currency currency);
/* The latest order that was sent on that instrument and side; *at_us 0: none lately. */
struct yq_opt_decimal yq_book_last_same(
    const struct yq_book *book, const struct yq_order *order, int64_t *at_us);

#endif
