/* resolution.c - what a person says of an order: its JSON members, when it counts, and what the
 * broker says later. */
#include "domain/resolution.h"

#include "base/str.h"
#include "domain/check.h"

#define NAME(ident, name) name,
static const char *const outcome_list[] = { YQ_RESOLVED_AS(NAME) };
const struct yq_names yq_resolved_as_names = { "outcome", outcome_list, YQ_COUNT(outcome_list) };

#define R struct yq_resolution

struct yq_resolution
yq_resolution_default(void)
{
	return (struct yq_resolution){ .kind = "resolve" };
}

const struct yq_field yq_resolution_fields[] = {
	YQ_FIELD_ID("Id", R, id, YQ_REQUIRED),
	YQ_FIELD_TEXT("Kind", R, kind, YQ_REQUIRED),
	YQ_FIELD_ID("OrderId", R, order_id, YQ_REQUIRED),
	YQ_FIELD_TEXT("AccountAlias", R, account_alias, YQ_REQUIRED),
	YQ_FIELD_ENUM("Outcome", R, outcome, yq_resolved_as_names, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("Qty", R, qty),
	YQ_FIELD_OPT_DECIMAL("Price", R, price),
	YQ_FIELD_OPT_DECIMAL("Commission", R, commission),
	YQ_FIELD_TEXT("BrokerOrderId", R, broker_order_id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Before", R, before, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Reason", R, reason, YQ_REQUIRED),
	YQ_HAND_FIELDS(R),
	YQ_FIELD_TIME("Timestamp", R, timestamp_us, YQ_REQUIRED),
};
const size_t yq_resolution_field_count = YQ_COUNT(yq_resolution_fields);

static enum yq_rc
check_fill(const struct yq_resolution *r, struct yq_err *err)
{
	enum yq_rc rc = yq_check_opt_positive("Qty", r->qty, err);

	if (rc == YQ_OK)
		rc = yq_check_opt_positive("Price", r->price, err);
	if (rc != YQ_OK)
		return rc;
	if (r->qty.set != r->price.set)
		return yq_err_set(err, YQ_E_INVALID, "%s: expected together with %s",
		    r->qty.set ? "Price" : "Qty", r->qty.set ? "Qty" : "Price");
	if (r->outcome == YQ_RESOLVED_FILLED && !r->qty.set)
		return yq_err_set(
		    err, YQ_E_INVALID, "Qty: what was filled needs a quantity and a price");
	if (r->qty.set && r->outcome != YQ_RESOLVED_FILLED && r->outcome != YQ_RESOLVED_CANCELED)
		return yq_err_set(err, YQ_E_INVALID,
		    "Qty: only what was filled, or canceled after a part was, has one");
	if (r->commission.set && (!r->qty.set || yq_decimal_sign(r->commission.value) < 0))
		return yq_err_set(
		    err, YQ_E_INVALID, "Commission: expected 0 or more, together with Qty");
	return YQ_OK;
}

enum yq_rc
yq_resolution_check(const struct yq_resolution *r, struct yq_err *err)
{
	enum yq_rc rc;

	if (!yq_str_equal(r->kind, "resolve"))
		return yq_err_set(
		    err, YQ_E_INVALID, "Kind: expected \"resolve\", found \"%s\"", r->kind);
	rc = yq_check_id("Id", &r->id, err);
	if (rc == YQ_OK)
		rc = yq_check_id("OrderId", &r->order_id, err);
	if (rc == YQ_OK)
		rc = yq_check_alias(r->account_alias, err);
	if (rc == YQ_OK && r->reason[0] == '\0')
		rc = yq_err_set(err, YQ_E_INVALID, "Reason: expected why, found nothing");
	return rc == YQ_OK ? check_fill(r, err) : rc;
}

enum yq_rc
yq_resolution_allowed(const struct yq_resolution *r, const struct yq_order_progress *progress,
    const char *broker_order_id, bool denied, struct yq_err *err)
{
	const char *state = yq_names_text(&yq_order_state_names, (int)progress->state);
	bool open =
	    progress->state == YQ_ORDER_OPEN || progress->state == YQ_ORDER_PARTIALLY_FILLED;
	struct yq_decimal left;
	char text[YQ_DECIMAL_TEXT_SIZE];

	if (progress->state != YQ_ORDER_UNKNOWN && !(open && denied))
		return yq_err_set(err, YQ_E_STATE, "the order is %s: %s", state,
		    open ? "its broker knows it, and `yq cancel` ends it"
			 : "there is nothing to resolve");
	if (r->outcome == YQ_RESOLVED_OPEN && r->broker_order_id[0] == '\0' &&
	    broker_order_id[0] == '\0')
		return yq_err_set(err, YQ_E_STATE,
		    "under which id does the broker hold it? Nothing is known of one");
	if (!r->qty.set || yq_decimal_sub(progress->qty, progress->filled, &left) != YQ_OK ||
	    yq_decimal_cmp(r->qty.value, left) <= 0)
		return YQ_OK;
	yq_decimal_format(left, text);
	return yq_err_set(err, YQ_E_STATE, "only %s of the order is open", text);
}

/* The part of a commission that belongs to `part` of `whole`. */
static struct yq_decimal
share(struct yq_decimal commission, struct yq_decimal part, struct yq_decimal whole)
{
	struct yq_decimal result;

	if (yq_decimal_mul(commission, part, YQ_ROUND_HALF_EVEN, &result) != YQ_OK ||
	    yq_decimal_div(result, whole, YQ_ROUND_HALF_EVEN, &result) != YQ_OK)
		return commission;
	return result;
}

struct yq_decimal
yq_resolution_cover(const struct yq_fill *fill, struct yq_decimal *left, struct yq_fill *excess)
{
	struct yq_decimal covered = yq_decimal_min(fill->qty, *left);

	*excess = *fill;
	if (yq_decimal_sign(covered) <= 0)
		return YQ_DECIMAL_ZERO;
	/* Neither can leave the range: covered is within both. */
	if (yq_decimal_sub(fill->qty, covered, &excess->qty) != YQ_OK ||
	    yq_decimal_sub(*left, covered, left) != YQ_OK)
		YQ_PANIC("a part is more than the whole");
	excess->commission = yq_decimal_sign(excess->qty) == 0
				 ? YQ_DECIMAL_ZERO
				 : share(fill->commission, excess->qty, fill->qty);
	return covered;
}

#define MANUAL "manual:"

void
yq_manual_execution_id(
    const struct yq_id *order_id, size_t number, char text[YQ_MANUAL_EXECUTION_SIZE])
{
	if (!yq_str_format(text, YQ_MANUAL_EXECUTION_SIZE, MANUAL "%s:%zu", order_id->text, number))
		YQ_PANIC("an execution's id does not fit");
}

bool
yq_execution_is_manual(const char *execution_id)
{
	return yq_str_starts(execution_id, MANUAL);
}
