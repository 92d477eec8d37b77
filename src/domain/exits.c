/* exits.c - take-profit and stop-loss: which prices make sense. */
#include "domain/exits.h"

#include "domain/check.h"

#define NAME(ident, name) name,
static const char *const exit_list[] = { YQ_EXITS(NAME) };
const struct yq_names yq_exit_names = { "exit", exit_list, YQ_COUNT(exit_list) };

bool
yq_exits_any(const struct yq_exits *exits)
{
	return exits->take_profit.set || exits->stop_loss.set;
}

enum yq_rc
yq_exits_check(const struct yq_exits *exits, struct yq_err *err)
{
	const struct {
		const char *name;
		struct yq_opt_decimal value;
	} prices[] = {
		{ "TakeProfitPrice", exits->take_profit },
		{ "StopLossPrice", exits->stop_loss },
		{ "StopLossLimitPrice", exits->stop_loss_limit },
	};
	enum yq_rc rc = YQ_OK;

	for (size_t i = 0; i < YQ_COUNT(prices) && rc == YQ_OK; i++) {
		rc = yq_check_opt_positive(prices[i].name, prices[i].value, err);
		if (rc == YQ_OK)
			rc = yq_check_kept(prices[i].name, prices[i].value, err);
	}
	if (rc == YQ_OK && exits->stop_loss_limit.set && !exits->stop_loss.set)
		rc = yq_err_set(err, YQ_E_INVALID,
		    "StopLossLimitPrice: expected together with StopLossPrice, which is missing");
	return rc;
}

/* A limit that the stop's own price does not reach would rest unfilled while the price runs away.
 */
static enum yq_rc
check_limit(const struct yq_exits *exits, enum yq_action entry, struct yq_err *err)
{
	char limit[YQ_DECIMAL_TEXT_SIZE], stop[YQ_DECIMAL_TEXT_SIZE];
	int order;

	if (!exits->stop_loss_limit.set || !exits->stop_loss.set)
		return YQ_OK;
	order = yq_decimal_cmp(exits->stop_loss_limit.value, exits->stop_loss.value);
	if (entry == YQ_BUY ? order <= 0 : order >= 0)
		return YQ_OK;
	yq_decimal_format(exits->stop_loss_limit.value, limit);
	yq_decimal_format(exits->stop_loss.value, stop);
	return yq_err_set(err, YQ_E_INVALID,
	    "StopLossLimitPrice: of a %s it must not be %s the StopLossPrice: %s is %s %s",
	    entry == YQ_BUY ? "buy" : "sell", entry == YQ_BUY ? "above" : "below", limit,
	    entry == YQ_BUY ? "above" : "below", stop);
}

/* `high` has to be above `low`. */
static enum yq_rc
above(const char *high_name, struct yq_opt_decimal high, const char *low_name,
    struct yq_opt_decimal low, enum yq_action entry, struct yq_err *err)
{
	char high_text[YQ_DECIMAL_TEXT_SIZE], low_text[YQ_DECIMAL_TEXT_SIZE];

	if (!high.set || !low.set || yq_decimal_cmp(high.value, low.value) > 0)
		return YQ_OK;
	yq_decimal_format(high.value, high_text);
	yq_decimal_format(low.value, low_text);
	return yq_err_set(err, YQ_E_INVALID,
	    "%s: of a %s it must be above the %s: %s is not above %s", high_name,
	    entry == YQ_BUY ? "buy" : "sell", low_name, high_text, low_text);
}

enum yq_rc
yq_exits_check_sides(const struct yq_exits *exits, enum yq_action entry,
    struct yq_opt_decimal opens_at, struct yq_err *err)
{
	static const char profit[] = "TakeProfitPrice", loss[] = "StopLossPrice",
			  opens[] = "price of the entry";
	enum yq_rc rc = check_limit(exits, entry, err);

	if (rc != YQ_OK)
		return rc;
	if (entry == YQ_BUY) {
		rc = above(profit, exits->take_profit, loss, exits->stop_loss, entry, err);
		if (rc == YQ_OK)
			rc = above(profit, exits->take_profit, opens, opens_at, entry, err);
		if (rc == YQ_OK)
			rc = above(opens, opens_at, loss, exits->stop_loss, entry, err);
		return rc;
	}
	rc = above(loss, exits->stop_loss, profit, exits->take_profit, entry, err);
	if (rc == YQ_OK)
		rc = above(loss, exits->stop_loss, opens, opens_at, entry, err);
	if (rc == YQ_OK)
		rc = above(opens, opens_at, profit, exits->take_profit, entry, err);
	return rc;
}
