/*
 * guard.h - what an account is watched by: the equity with which its local day began, and the
 * orders that are to close what a halt says is to be closed.
 */
#ifndef YQ_DOMAIN_GUARD_H
#define YQ_DOMAIN_GUARD_H

#include "domain/calendar.h"
#include "domain/halt.h"
#include "domain/market.h"
#include "domain/order.h"
#include "domain/position.h"

/* ---- the day ---- */

/* Of one currency: the day is that of the country whose currency it is. */
struct yq_day_base {
	int64_t date; /* yyyymmdd, as yq_date */
	struct yq_decimal equity;
};
extern const struct yq_field yq_day_base_fields[];
extern const size_t yq_day_base_field_count;

/* Whether a new day has begun.  A base of tomorrow stays where the clock was set back by less than
 * a day; one that is further ahead is not believed. */
bool yq_day_is_over(const struct yq_day_base *base, yq_date today);
/* What was lost since, 0 if nothing was. */
struct yq_decimal yq_day_loss(const struct yq_day_base *base, struct yq_decimal equity);
/* Whether that is as much as may be lost: exactly the limit is. */
bool yq_day_is_lost(struct yq_decimal loss, struct yq_opt_decimal limit);
/* The id of the halt that this throws: once a day, account and currency. */
struct yq_id yq_day_halt_id(const char *alias, enum yq_currency currency, int64_t date);
/* Cash that comes or goes without a fill, and positions that others changed, are neither profit nor
 * loss: the base moves with them. */
void yq_day_move(struct yq_day_base *base, struct yq_decimal by);

/* ---- flattening ---- */

#define YQ_FLATTEN_ATTEMPTS_MAX 100000
#define YQ_FLATTEN_REASON	"Flatten" /* of what was held for no reason that is known */

/* The last order that was made to close an instrument. */
struct yq_flatten_mark {
	struct yq_id halt;
	int64_t attempt; /* from 1 */
	int64_t at_us;
};
extern const struct yq_field yq_flatten_mark_fields[];
extern const size_t yq_flatten_mark_field_count;

/* Of this halt the `attempt`th order that is to close the instrument. */
struct yq_id yq_flatten_id(const struct yq_id *halt, const char *alias, const char *ticker,
    enum yq_exchange exchange, int64_t attempt);
/* After so many attempts the next is made so much later: 2 s, 4 s, 8 s ... 5 min. */
int64_t yq_flatten_pause_us(int64_t attempts);
/* Whether the order is one of those that this mark tells of. */
bool yq_flatten_is_exit(const struct yq_flatten_mark *mark, const struct yq_order *order);

/*
 * The order that closes `qty` (> 0) of a position: reduce-only, at the market; where the broker has
 * no market orders a limit so far beyond `last` that it trades at once, and no further (`slack`: a
 * fraction of the price).  It keeps the position's reason, so that the trade is its strategy's.
 * YQ_E_NOT_FOUND: it takes a price, and none is known.
 */
struct yq_flatten_terms {
	struct yq_id id;
	const char *alias;
	bool has_market;
	struct yq_opt_decimal last;
	struct yq_decimal slack;
	enum yq_ticks ticks;
	int64_t now_us;
};
YQ_NODISCARD enum yq_rc yq_flatten_order(const struct yq_flatten_terms *terms,
    const struct yq_position *position, struct yq_decimal qty, struct yq_order *order);

#endif
