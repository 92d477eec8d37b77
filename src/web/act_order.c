/* act_order.c - POST /orders: from what a request says to an order on its way. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "desk/fetch.h"
#include "desk/order_by_hand.h"
#include "domain/listing.h"
#include "domain/market.h"
#include "domain/ticker.h"
#include "store/catalog.h"
#include "web/acts.h"

struct yq_id
yq_act_id(const struct yq_api_call *call)
{
	char name[sizeof(call->who.user) + YQ_ID_LENGTH + 2];

	(void)yq_str_format(name, sizeof(name), "%s:%s", call->who.user, call->key.text);
	return yq_id_named(name, strlen(name));
}

const char *
yq_act_reason(const struct yq_api_call *call, const char *fallback)
{
	const char *given = yq_api_text(call, "reason");

	return given != NULL && given[0] != '\0' ? given : fallback;
}

enum yq_rc
yq_act_account(struct yq_api_call *call, const char *name, struct yq_account_state *account,
    struct yq_err *err)
{
	const char *alias = yq_api_text(call, name);
	enum yq_rc rc = yq_desk_account(call->desk, alias, account, err);

	if (rc != YQ_E_NOT_FOUND)
		return rc;
	return yq_api_refuse(call, yq_str_equal(name, "account") ? 422 : 404, "UNKNOWN_ACCOUNT",
	    name, err, "no gateway serves an account of the name %s", alias);
}

void
yq_act_instrument(const struct yq_api_call *call, struct yq_order *order)
{
	yq_str_copy_cut(order->ticker, sizeof(order->ticker), yq_api_text(call, "ticker"));
	order->exchange = (enum yq_exchange)yq_api_name(call, "exchange", YQ_NASDAQ);
	order->currency = yq_market_of(order->exchange)->currency;
	yq_ticker_normalize(order->exchange, order->ticker);
}

struct yq_listing
yq_act_listing(struct yq_desk *desk, enum yq_exchange exchange, const char *ticker, bool *known)
{
	struct yq_instrument instrument;
	struct yq_err err;
	enum yq_rc rc = yq_desk_firebird(desk, &err);

	if (rc == YQ_OK)
		rc = yq_catalog_find(desk->firebird, exchange, ticker, &instrument, &err);
	*known = rc == YQ_OK || rc == YQ_E_NOT_FOUND;
	return rc == YQ_OK ? yq_listing_of(&instrument)
			   : (struct yq_listing){ .state = YQ_LISTING_UNKNOWN };
}

/* ---- how much ---- */

/* What one unit will cost: its own price, else the latest. */
static enum yq_rc
price_of(struct yq_api_call *call, const struct yq_order *order, struct yq_decimal *price,
    struct yq_err *err)
{
	struct yq_stock_price latest;
	bool found = false;
	enum yq_rc rc;

	*price = order->price.set ? order->price.value : order->stop_price.value;
	if (order->price.set || order->stop_price.set)
		return YQ_OK;
	rc = yq_desk_price(call->desk, order->ticker, order->exchange, &latest, &found, err);
	if (rc == YQ_OK && !found)
		return yq_api_refuse(call, 422, "NO_PRICE", "amount", err,
		    "no price of %s on %s is known: say a quantity, or a limit price",
		    order->ticker, yq_names_text(&yq_exchange_names, (int)order->exchange));
	*price = latest.price;
	return rc;
}

static enum yq_rc
take_amount(struct yq_api_call *call, struct yq_order *order, struct yq_err *err)
{
	struct yq_decimal amount = yq_api_decimal(call, "amount").value, price;
	struct yq_decimal lot = yq_market_of(order->exchange)->lot;
	struct yq_listing listing;
	bool known = false;
	enum yq_rc rc = price_of(call, order, &price, err);

	if (rc != YQ_OK)
		return rc;
	listing = yq_act_listing(call->desk, order->exchange, order->ticker, &known);
	if (listing.lot.set)
		lot = listing.lot.value;
	rc = yq_order_by_hand_qty(amount, price, lot, &order->qty, err);
	return rc == YQ_E_RANGE
		   ? yq_api_refuse(call, 422, "TOO_SMALL", "amount", err, "%s", err->text)
		   : rc;
}

static enum yq_rc
take_qty(struct yq_api_call *call, struct yq_order *order, struct yq_err *err)
{
	struct yq_opt_decimal qty = yq_api_decimal(call, "qty");

	if (qty.set == yq_api_given(call, "amount"))
		return yq_api_refuse(call, 422, "INVALID", "qty", err, "say either qty or amount");
	if (!qty.set)
		return take_amount(call, order, err);
	order->qty = qty.value;
	return YQ_OK;
}

/* ---- the order ---- */

static void
take_terms(const struct yq_api_call *call, struct yq_order *order)
{
	order->id = yq_act_id(call);
	order->action = (enum yq_action)yq_api_name(call, "action", YQ_BUY);
	order->type = (enum yq_order_type)yq_api_name(call, "type", YQ_TYPE_MARKET);
	order->time_in_force = (enum yq_tif)yq_api_name(call, "tif", YQ_TIF_DAY);
	order->price = yq_api_decimal(call, "price");
	order->stop_price = yq_api_decimal(call, "stopPrice");
	order->exits.take_profit = yq_api_decimal(call, "takeProfit");
	order->exits.stop_loss = yq_api_decimal(call, "stopLoss");
	order->exits.stop_loss_limit = yq_api_decimal(call, "stopLossLimit");
	order->reduce_only = yq_api_bool(call, "reduceOnly", false);
	order->timestamp_us = call->now_us;
	yq_str_copy_cut(order->buy_reason, sizeof(order->buy_reason), YQ_BY_HAND_REASON);
	yq_act_instrument(call, order);
}

/* A price that the type has no use for was not meant so. */
static enum yq_rc
check_prices(struct yq_api_call *call, const struct yq_order *order, struct yq_err *err)
{
	bool limit = order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT;
	bool stop = order->type == YQ_TYPE_STOP || order->type == YQ_TYPE_STOP_LIMIT;
	const char *type = yq_names_text(&yq_order_type_names, (int)order->type);

	if (order->price.set != limit)
		return yq_api_refuse(call, 422, "INVALID", "price", err, "a %s order %s", type,
		    limit ? "needs a price" : "has no limit price");
	if (order->stop_price.set != stop)
		return yq_api_refuse(call, 422, "INVALID", "stopPrice", err, "a %s order %s", type,
		    stop ? "needs a stop price" : "has no stop price");
	return YQ_OK;
}

enum yq_rc
yq_act_make(struct yq_api_call *call, struct yq_order *order, struct yq_err *err)
{
	struct yq_account_state account = { 0 };
	enum yq_rc rc;

	*order = yq_order_default();
	take_terms(call, order);
	rc = check_prices(call, order, err);
	if (rc == YQ_OK)
		rc = yq_act_account(call, "account", &account, err);
	yq_str_copy_cut(
	    order->account_alias, sizeof(order->account_alias), yq_api_text(call, "account"));
	yq_account_state_clear(&account);
	if (rc == YQ_OK)
		rc = take_qty(call, order, err);
	return rc == YQ_OK ? yq_order_by_hand_check(order, err) : rc;
}

/* ---- sending ---- */

static void
put_sent(struct yq_api_call *call, const struct yq_id *id, bool duplicate)
{
	yq_json_begin_object(call->out);
	yq_api_put_id(call->out, "id", id);
	yq_json_put_bool(call->out, "duplicate", duplicate);
	yq_json_end_object(call->out);
}

static bool
same_price(struct yq_opt_decimal a, struct yq_opt_decimal b)
{
	return a.set == b.set && (!a.set || yq_decimal_cmp(a.value, b.value) == 0);
}

/* Whether both were asked for in the same words; a quantity of 0 was not said, and what is cut to
 * what is held has side and quantity from there. */
static bool
same_wish(const struct yq_order *a, const struct yq_order *b)
{
	return yq_str_equal(a->account_alias, b->account_alias) &&
	       yq_str_equal(a->ticker, b->ticker) && a->exchange == b->exchange &&
	       a->cut_to_held == b->cut_to_held && (a->cut_to_held || a->action == b->action) &&
	       a->type == b->type && a->time_in_force == b->time_in_force &&
	       a->reduce_only == b->reduce_only && same_price(a->price, b->price) &&
	       same_price(a->stop_price, b->stop_price) &&
	       (a->cut_to_held || yq_decimal_sign(b->qty) == 0 ||
		   yq_decimal_cmp(a->qty, b->qty) == 0);
}

enum yq_rc
yq_act_repeat(
    struct yq_api_call *call, const struct yq_order *order, bool *repeated, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	enum yq_rc rc = yq_desk_order(call->desk, &order->id, full, repeated, err);

	if (rc != YQ_OK || !*repeated)
		return rc;
	if (!same_wish(&full->order, order))
		return yq_api_refuse(call, 422, "IDEMPOTENCY_REUSED", "Idempotency-Key", err,
		    "another order was sent under this key: %s", order->id.text);
	put_sent(call, &order->id, true);
	return YQ_OK;
}

enum yq_rc
yq_act_send(
    struct yq_api_call *call, const struct yq_order *order, const char *why, struct yq_err *err)
{
	struct yq_order said = *order;
	bool duplicate = false;
	enum yq_rc rc = yq_order_by_hand(call->desk, order, why, &duplicate, err);

	if (!yq_api_given(call, "qty"))
		said.qty = YQ_DECIMAL_ZERO;
	if (rc == YQ_OK && duplicate) /* at the same time, by another thread or program */
		return yq_act_repeat(call, &said, &duplicate, err);
	if (rc == YQ_OK)
		put_sent(call, &order->id, false);
	return rc;
}

/* Before anything that may be otherwise by now is looked at: was it sent already? */
enum yq_rc
yq_act_order(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_order order = yq_order_default();
	bool repeated = false;
	enum yq_rc rc;

	take_terms(call, &order);
	yq_str_copy_cut(
	    order.account_alias, sizeof(order.account_alias), yq_api_text(call, "account"));
	order.qty = yq_api_decimal(call, "qty").value;
	rc = yq_act_repeat(call, &order, &repeated, err);
	if (rc != YQ_OK || repeated)
		return rc;
	rc = yq_act_make(call, &order, err);
	return rc == YQ_OK ? yq_act_send(call, &order, yq_act_reason(call, ""), err) : rc;
}
