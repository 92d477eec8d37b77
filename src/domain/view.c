/* view.c - the little of an account that a decision about one instrument looks at. */
#include "domain/view.h"

#include <string.h>

#include "base/table.h"
#include "domain/market.h"

struct yq_account_view
yq_view_of(const struct yq_account *account, enum yq_exchange exchange, const char *ticker)
{
	const struct yq_holding *holding = yq_account_holding(account, exchange, ticker);
	enum yq_currency currency = yq_market_of(exchange)->currency;
	struct yq_account_view view = {
		.active = account->active,
		.currency = currency,
		.commission_rate = account->commission_rate,
		.cash = account->cash[currency],
		.reserved = account->reserved[currency],
		.invested = account->invested[currency],
		.gross = account->gross[currency],
		.open_orders = (int64_t)account->open_order_count,
		.instruments = (int64_t)yq_account_instruments(account),
	};

	memcpy(view.alias, account->alias, sizeof(view.alias));
	if (holding == NULL)
		return view;
	view.held = holding->position.qty;
	view.avg_price = holding->position.avg_price;
	view.buying = holding->buying;
	view.selling = holding->selling;
	view.open_buys = (int64_t)holding->open_buys;
	view.open_sells = (int64_t)holding->open_sells;
	view.ahead.units = view.held.units + view.buying.units - view.selling.units;
	return view;
}

struct seeing {
	struct yq_account_view *view;
	uint64_t entry_of;
};

/* Nearer to zero by so much, and not through it. */
static struct yq_decimal
closed_by(struct yq_decimal held, enum yq_action action, struct yq_decimal qty)
{
	qty = yq_decimal_min(qty, yq_closable(held, YQ_DECIMAL_ZERO, action));
	held.units += action == YQ_BUY ? qty.units : -qty.units;
	return held;
}

static bool
see_order(void *cookie, const struct yq_open_order *order)
{
	const struct seeing *seeing = cookie;
	struct yq_account_view *view = seeing->view;
	bool buys = order->action == YQ_BUY;
	yq_int128 moves = buys ? order->remaining.units : -order->remaining.units;

	if (order->gives_way)
		return true;
	if (order->entry_of == 0) {
		view->ahead = closed_by(view->ahead, order->action, order->remaining);
	} else if (order->entry_of == seeing->entry_of) {
		view->ahead.units += moves;
		*(buys ? &view->own_resting_buys : &view->own_resting_sells) += order->rests;
	} else {
		(buys ? &view->others_buying : &view->others_selling)->units +=
		    order->remaining.units;
	}
	return true;
}

void
yq_view_see_strategy(struct yq_account_view *view, const struct yq_account *account,
    enum yq_exchange exchange, const char *ticker, const char *reason)
{
	struct seeing seeing = { view, yq_table_hash_text(reason) };

	view->ahead = view->held;
	view->others_buying = view->others_selling = YQ_DECIMAL_ZERO;
	view->own_resting_buys = view->own_resting_sells = 0;
	yq_account_each_order_of(account, exchange, ticker, see_order, &seeing);
}

struct yq_decimal
yq_view_buying_power(const struct yq_account_view *view)
{
	return (struct yq_decimal){ view->cash.units - view->reserved.units };
}

struct yq_decimal
yq_view_equity(const struct yq_account_view *view)
{
	return (struct yq_decimal){ view->cash.units + view->invested.units };
}

struct yq_decimal
yq_view_closable(const struct yq_account_view *view, enum yq_action action)
{
	return yq_closable(view->held, action == YQ_SELL ? view->selling : view->buying, action);
}

struct yq_decimal
yq_view_expected(const struct yq_account_view *view)
{
	return (struct yq_decimal){ view->ahead.units + view->others_buying.units -
				    view->others_selling.units };
}
