/* put_account.c - positions, equity and prices. */
#include <string.h>

#include "base/str.h"
#include "web/put.h"

#define SHOWN 4 /* characters of a number that stay */

static void
put_opt_text(struct yq_json_writer *w, const char *name, const char *text)
{
	yq_json_name(w, name);
	if (text != NULL)
		yq_json_add_text(w, text);
	else
		yq_json_add_null(w);
}

/* Of the cost as it is, so that a short position that gained has a rate above 0 too. */
static struct yq_opt_decimal
rate_of(const struct yq_position_worth *worth)
{
	struct yq_decimal rate;

	if (!worth->unrealized.set || yq_decimal_sign(worth->cost) == 0 ||
	    yq_decimal_div(worth->unrealized.value, yq_decimal_abs(worth->cost), YQ_ROUND_HALF_EVEN,
		&rate) != YQ_OK)
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(rate);
}

void
yq_put_position(struct yq_json_writer *w, const struct yq_position *position,
    const struct yq_put_instrument *about)
{
	struct yq_position_worth worth;
	bool fits = yq_worth_position(position, &worth, NULL) == YQ_OK;

	if (!fits)
		worth.value.set = worth.unrealized.set = false;
	yq_json_begin_object(w);
	yq_json_put_text(w, "account", position->account_alias);
	yq_json_put_text(w, "ticker", position->ticker);
	yq_api_put_name(w, "exchange", &yq_exchange_names, (int)position->exchange);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)position->currency);
	put_opt_text(w, "name", about != NULL ? about->name : NULL);
	yq_api_put_decimal(w, "qty", position->qty);
	yq_api_put_decimal(w, "avgPrice", position->avg_price);
	yq_api_put_opt_decimal(w, "price", position->current_price);
	yq_api_put_time(
	    w, "priceAt", position->current_price.set && about != NULL ? about->price_at_us : 0);
	yq_api_put_opt_decimal(w, "value", worth.value);
	yq_api_put_decimal(w, "cost", worth.cost);
	yq_api_put_opt_decimal(w, "unrealized", worth.unrealized);
	yq_api_put_opt_decimal(w, "unrealizedRate", rate_of(&worth));
	yq_api_put_opt_decimal(w, "changeRate", position->change_rate);
	yq_json_put_text(w, "reason", position->buy_reason);
	yq_json_end_object(w);
}

void
yq_put_equity(struct yq_json_writer *w, const struct yq_worth *worth)
{
	yq_json_begin_object(w);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)worth->currency);
	yq_api_put_decimal(w, "cash", worth->cash);
	yq_api_put_decimal(w, "positions", worth->positions);
	yq_api_put_decimal(w, "total", worth->total);
	yq_api_put_opt_decimal(w, "today", worth->today);
	yq_api_put_opt_decimal(w, "todayRate", yq_worth_rate(worth));
	yq_json_put_bool(w, "complete", worth->complete);
	yq_json_end_object(w);
}

void
yq_put_masked(const char *number, char text[YQ_MASKED_SIZE])
{
	size_t length;

	yq_str_copy_cut(text, YQ_MASKED_SIZE, number);
	length = strlen(text);
	/* Of a short one nothing stays: the last four would be most of it. */
	for (size_t i = 0; i < length && (i + SHOWN < length || length <= 2 * SHOWN - 1); i++)
		text[i] = '*';
}

void
yq_put_price(struct yq_json_writer *w, const char *ticker, enum yq_exchange exchange,
    const struct yq_stock_price *price)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "ticker", ticker);
	yq_api_put_name(w, "exchange", &yq_exchange_names, (int)exchange);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)price->currency);
	yq_api_put_decimal(w, "price", price->price);
	yq_api_put_opt_decimal(w, "changeRate", price->change_rate);
	yq_json_put_time(w, "at", price->updated_at_us);
	yq_json_end_object(w);
}

void
yq_put_gone(
    struct yq_json_writer *w, const char *account, const char *ticker, enum yq_exchange exchange)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "account", account);
	yq_json_put_text(w, "ticker", ticker);
	yq_api_put_name(w, "exchange", &yq_exchange_names, (int)exchange);
	yq_json_end_object(w);
}
