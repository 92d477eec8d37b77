/* compose_exits.c - take-profit and stop-loss of a signal, for the order that opens. */
#include "domain/bracket.h"
#include "domain/compose.h"
#include "domain/market.h"

static enum yq_rc
refuse(struct yq_trace *trace, const char *text)
{
	yq_trace_add(trace, YQ_COMPOSE_BRACKET, false, "{}", YQ_ARGS(YQ_ARG_TEXT(text)));
	return YQ_E_REFUSED;
}

/* It closes what is held, and opens nothing. */
static bool
only_closes(const struct yq_order *order, struct yq_decimal held)
{
	int side = order->action == YQ_BUY ? -1 : 1;

	return order->reduce_only || (yq_decimal_sign(held) == side &&
					 yq_decimal_cmp(order->qty, yq_decimal_abs(held)) <= 0);
}

/*
 * Of what a buy opens: the take-profit never sells for less than asked; the stop never triggers
 * earlier than asked, and its limit follows it down, for a stop-loss that does not fill is none.
 */
static enum yq_rc
round_exits(const struct yq_exits *asked, enum yq_ticks ticks, struct yq_order *order,
    struct yq_trace *trace)
{
	bool buys = order->action == YQ_BUY;
	const struct {
		const char *what;
		struct yq_opt_decimal asked;
		enum yq_rounding rounding;
		struct yq_opt_decimal *result;
	} prices[] = {
		{ "take-profit", asked->take_profit, buys ? YQ_ROUND_CEILING : YQ_ROUND_FLOOR,
		    &order->exits.take_profit },
		{ "stop-loss", asked->stop_loss, buys ? YQ_ROUND_FLOOR : YQ_ROUND_CEILING,
		    &order->exits.stop_loss },
		{ "limit of the stop-loss", asked->stop_loss_limit,
		    buys ? YQ_ROUND_FLOOR : YQ_ROUND_CEILING, &order->exits.stop_loss_limit },
	};

	for (size_t i = 0; i < YQ_COUNT(prices); i++) {
		struct yq_opt_decimal *result = prices[i].result;

		*result = prices[i].asked;
		if (!result->set)
			continue;
		if (yq_ticks_round(order->exchange, ticks, prices[i].asked.value,
			prices[i].rounding, &result->value) != YQ_OK)
			return refuse(trace, "no price step is left below a price of an exit");
		yq_trace_add(trace, YQ_COMPOSE_BRACKET, true, "{} {}, {} was asked",
		    YQ_ARGS(YQ_ARG_TEXT(prices[i].what), YQ_ARG_NUMBER(result->value),
			YQ_ARG_NUMBER(prices[i].asked.value)));
	}
	return YQ_OK;
}

enum yq_rc
yq_compose_exits(const struct yq_signal *signal, struct yq_decimal held, enum yq_ticks ticks,
    struct yq_order *order, struct yq_trace *trace)
{
	struct yq_err err = { 0 };
	enum yq_rc rc;

	if (!yq_exits_any(&signal->exits))
		return YQ_OK;
	if (only_closes(order, held)) {
		yq_trace_add(trace, YQ_COMPOSE_BRACKET, true,
		    "an order that closes needs no take-profit and no stop-loss", YQ_NO_ARGS);
		return YQ_OK;
	}
	rc = round_exits(&signal->exits, ticks, order, trace);
	if (rc == YQ_OK &&
	    yq_bracket_check_entry(order, ticks, order->reference_price, &err) != YQ_OK)
		rc = refuse(trace, err.text);
	return rc;
}
