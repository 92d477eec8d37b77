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
	return view;
}

struct seeing {
	struct yq_account_view *view;
	enum yq_exchange exchange;
	const char *ticker;
	uint64_t entry_of;
};

static bool
see_order(void *cookie, const struct yq_open_order *order)
{
	const struct seeing *seeing = cookie;
	struct yq_account_view *view = seeing->view;
	bool buys = order->action == YQ_BUY;

	if (!yq_open_order_is_entry(order, seeing->exchange, seeing->ticker, seeing->entry_of))
		return true;
	(buys ? &view->own_buying : &view->own_selling)->units += order->remaining.units;
	*(buys ? &view->own_resting_buys : &view->own_resting_sells) += order->rests;
	return true;
}

void
yq_view_see_strategy(struct yq_account_view *view, const struct yq_account *account,
    enum yq_exchange exchange, const char *ticker, const char *reason)
{
	struct seeing seeing = { view, exchange, ticker, yq_table_hash_text(reason) };

	if (view->open_buys > 0 || view->open_sells > 0)
		yq_account_each_order(account, see_order, &seeing);
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
yq_view_sellable(const struct yq_account_view *view)
{
	return yq_decimal_max(
	    YQ_DECIMAL_ZERO, (struct yq_decimal){ view->held.units - view->selling.units });
}

struct yq_decimal
yq_view_expected(const struct yq_account_view *view)
{
	return (struct yq_decimal){ view->held.units + view->buying.units - view->selling.units };
}
