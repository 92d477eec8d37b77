/* alert_position.c - where a strategy stands after its order, and stood before it. */
#include "base/str.h"
#include "domain/alert_parts.h"

static const struct alert_word stances[] = { { "long", YQ_STANCE_LONG },
	{ "short", YQ_STANCE_SHORT }, { "flat", YQ_STANCE_FLAT } };

static bool
field_stance(struct alert_reading *r, enum yq_stance *stance)
{
	int value = YQ_STANCE_NONE;

	if (!alert_field_word(r, stances, YQ_COUNT(stances), "long, short or flat", &value))
		return false;
	*stance = (enum yq_stance)value;
	return true;
}

/* Says in words what the position size says in numbers; both must mean the same. */
bool
alert_read_market_position(struct alert_reading *r)
{
	struct yq_opt_decimal *size = &r->signal->position_size;
	enum yq_stance *stance = &r->signal->market_position;
	int side;

	if (!field_stance(r, stance))
		return false;
	side = (*stance == YQ_STANCE_LONG) - (*stance == YQ_STANCE_SHORT);
	if (size->set && yq_decimal_sign(size->value) != side)
		return alert_wrong(r, "the side of position_size");
	if (side == 0)
		*size = yq_opt_decimal_of(YQ_DECIMAL_ZERO);
	return true;
}

bool
alert_read_prev_position(struct alert_reading *r)
{
	return field_stance(r, &r->signal->prev_market_position);
}

/* A size without a sign, which is zero where the position is flat and there alone. */
static bool
field_size(struct alert_reading *r, enum yq_stance stance, struct yq_opt_decimal *size)
{
	if (!alert_field_number(r, size))
		return false;
	if (yq_decimal_sign(size->value) < 0)
		return alert_wrong(r, "a size, which has no sign");
	if (stance != YQ_STANCE_NONE &&
	    (yq_decimal_sign(size->value) == 0) != (stance == YQ_STANCE_FLAT))
		return alert_wrong(
		    r, stance == YQ_STANCE_FLAT ? "0, for it is flat" : "a size above zero");
	return true;
}

bool
alert_read_market_position_size(struct alert_reading *r)
{
	const struct yq_signal *signal = r->signal;
	struct yq_opt_decimal *size = &r->signal->market_position_size;

	if (!field_size(r, signal->market_position, size))
		return false;
	return !signal->position_size.set ||
	       yq_decimal_cmp(size->value, yq_decimal_abs(signal->position_size.value)) == 0 ||
	       alert_wrong(r, "the size of position_size");
}

bool
alert_read_prev_position_size(struct alert_reading *r)
{
	return field_size(
	    r, r->signal->prev_market_position, &r->signal->prev_market_position_size);
}
