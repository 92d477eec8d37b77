/* intent.c - what a strategy wants with an order: one table of positions before and after. */
#include "domain/intent.h"

#define NAME(ident, name) name,
static const char *const intent_list[] = { YQ_INTENTS(NAME) };
const struct yq_names yq_intent_names = { "intent", intent_list, YQ_COUNT(intent_list) };

/* What an order of each side means between two positions; a gap: it leads from the one to the other
 * in no way.  A flat after a flat is taken at its word: nothing is to be held. */
#define NONE YQ_INTENT_ORDER
static const enum yq_intent_kind kinds[YQ_STANCE_COUNT][YQ_STANCE_COUNT][YQ_ACTION_COUNT] = {
	[YQ_STANCE_FLAT] = {
		[YQ_STANCE_FLAT] = { YQ_INTENT_EXIT, YQ_INTENT_EXIT },
		[YQ_STANCE_LONG] = { YQ_INTENT_ENTRY, NONE },
		[YQ_STANCE_SHORT] = { NONE, YQ_INTENT_ENTRY },
	},
	[YQ_STANCE_LONG] = {
		[YQ_STANCE_FLAT] = { NONE, YQ_INTENT_EXIT },
		[YQ_STANCE_LONG] = { YQ_INTENT_ADD, YQ_INTENT_REDUCE },
		[YQ_STANCE_SHORT] = { NONE, YQ_INTENT_REVERSE },
	},
	[YQ_STANCE_SHORT] = {
		[YQ_STANCE_FLAT] = { YQ_INTENT_EXIT, NONE },
		[YQ_STANCE_LONG] = { YQ_INTENT_REVERSE, NONE },
		[YQ_STANCE_SHORT] = { YQ_INTENT_REDUCE, YQ_INTENT_ADD },
	},
};

static const char *
stance_text(enum yq_stance stance)
{
	return yq_names_text(&yq_stance_names, (int)stance);
}

static enum yq_stance
stance_of(struct yq_decimal size)
{
	int sign = yq_decimal_sign(size);

	return sign > 0 ? YQ_STANCE_LONG : sign < 0 ? YQ_STANCE_SHORT : YQ_STANCE_FLAT;
}

/* A size without a sign, on that side. */
static struct yq_opt_decimal
signed_size(enum yq_stance stance, struct yq_opt_decimal size)
{
	if (stance == YQ_STANCE_FLAT)
		return yq_opt_decimal_of(YQ_DECIMAL_ZERO);
	if (stance == YQ_STANCE_NONE || !size.set)
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(
	    stance == YQ_STANCE_LONG ? size.value : yq_decimal_neg(size.value));
}

struct yq_opt_decimal
yq_intent_target(const struct yq_signal *signal)
{
	if (signal->position_size.set)
		return signal->position_size;
	return signed_size(signal->market_position, signal->market_position_size);
}

/* A position of size 0 is flat, and no other is. */
static enum yq_rc
check_size(const char *size_name, struct yq_opt_decimal size, const char *name,
    enum yq_stance stance, struct yq_err *err)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	if (!size.set || stance == YQ_STANCE_NONE ||
	    (yq_decimal_sign(size.value) == 0) == (stance == YQ_STANCE_FLAT))
		return YQ_OK;
	yq_decimal_format(size.value, text);
	return yq_err_set(err, YQ_E_INVALID, "%s: %s contradicts %s %s", size_name, text, name,
	    stance_text(stance));
}

/* PositionSize against the same in words and without its sign. */
static enum yq_rc
check_after(const struct yq_signal *signal, struct yq_err *err)
{
	struct yq_opt_decimal size = signal->position_size, plain = signal->market_position_size;
	char text[YQ_DECIMAL_TEXT_SIZE], other[YQ_DECIMAL_TEXT_SIZE];

	if (!size.set)
		return YQ_OK;
	yq_decimal_format(size.value, text);
	if (signal->market_position != YQ_STANCE_NONE &&
	    signal->market_position != stance_of(size.value))
		return yq_err_set(err, YQ_E_INVALID,
		    "PositionSize: %s contradicts MarketPosition %s", text,
		    stance_text(signal->market_position));
	if (!plain.set || yq_decimal_cmp(yq_decimal_abs(size.value), plain.value) == 0)
		return YQ_OK;
	yq_decimal_format(plain.value, other);
	return yq_err_set(
	    err, YQ_E_INVALID, "PositionSize: %s contradicts MarketPositionSize %s", text, other);
}

static enum yq_rc
check_sizes(const struct yq_signal *signal, struct yq_err *err)
{
	enum yq_rc rc = check_after(signal, err);

	if (rc == YQ_OK)
		rc = check_size("MarketPositionSize", signal->market_position_size,
		    "MarketPosition", signal->market_position, err);
	if (rc == YQ_OK)
		rc = check_size("PrevMarketPositionSize", signal->prev_market_position_size,
		    "PrevMarketPosition", signal->prev_market_position, err);
	return rc;
}

/* A buy makes the position more, a sell less. */
static enum yq_rc
check_direction(const struct yq_signal *signal, const struct yq_intent *intent, struct yq_err *err)
{
	char before[YQ_DECIMAL_TEXT_SIZE], after[YQ_DECIMAL_TEXT_SIZE];
	int moves;

	if (intent->kind == YQ_INTENT_EXIT || !intent->size_before.set || !intent->size_after.set)
		return YQ_OK;
	moves = yq_decimal_cmp(intent->size_after.value, intent->size_before.value);
	if (moves == (signal->action == YQ_BUY ? 1 : -1))
		return YQ_OK;
	yq_decimal_format(intent->size_before.value, before);
	yq_decimal_format(intent->size_after.value, after);
	return yq_err_set(err, YQ_E_INVALID,
	    "Action: %s contradicts a position that goes from %s to %s",
	    yq_names_text(&yq_action_names, (int)signal->action), before, after);
}

/* The table's word; where the position before was not said, an order away from the one after can
 * only be a part of it, and one towards it begins with what is held. */
static enum yq_intent_kind
kind_of(const struct yq_signal *signal, struct yq_decimal held, struct yq_intent *intent)
{
	enum yq_stance towards = signal->action == YQ_BUY ? YQ_STANCE_LONG : YQ_STANCE_SHORT;

	if (intent->before == YQ_STANCE_NONE && intent->after == YQ_STANCE_FLAT)
		return YQ_INTENT_EXIT;
	if (intent->before == YQ_STANCE_NONE)
		intent->before = intent->after == towards ? stance_of(held) : intent->after;
	return kinds[intent->before][intent->after][signal->action];
}

enum yq_rc
yq_intent_of(const struct yq_signal *signal, struct yq_decimal held, struct yq_intent *intent,
    struct yq_err *err)
{
	enum yq_rc rc = check_sizes(signal, err);

	*intent = (struct yq_intent){
		.kind = YQ_INTENT_ORDER,
		.before = signal->prev_market_position,
		.after = signal->market_position,
		.size_before =
		    signed_size(signal->prev_market_position, signal->prev_market_position_size),
		.size_after = yq_intent_target(signal),
	};
	if (intent->after == YQ_STANCE_NONE && signal->position_size.set)
		intent->after = stance_of(signal->position_size.value);
	if (rc != YQ_OK || intent->after == YQ_STANCE_NONE)
		return rc;
	intent->kind = kind_of(signal, held, intent);
	if (intent->kind == YQ_INTENT_ORDER)
		return yq_err_set(err, YQ_E_INVALID,
		    "Action: %s contradicts a position that goes from %s to %s",
		    yq_names_text(&yq_action_names, (int)signal->action),
		    stance_text(intent->before), stance_text(intent->after));
	return check_direction(signal, intent, err);
}
