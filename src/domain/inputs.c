/* inputs.c - what a decision was made from, written down beside it and read back exactly. */
#include "domain/inputs.h"

#include <string.h>

#include "base/str.h"

/*
 * One row a member.  Names are for people who read a verdict, and stay: what is archived is read
 * with them.  A member that is taken out of a struct keeps no row; one whose meaning changes gets
 * another name.
 */
#define TEXT(n, m)   YQ_FIELD_TEXT(n, struct yq_inputs, m, YQ_OPTIONAL)
#define BOOL(n, m)   YQ_FIELD_BOOL(n, struct yq_inputs, m, YQ_OPTIONAL)
#define INT(n, m)    YQ_FIELD_INT(n, struct yq_inputs, m, YQ_OPTIONAL)
#define TIME(n, m)   YQ_FIELD_TIME(n, struct yq_inputs, m, YQ_OPTIONAL)
#define NUMBER(n, m) YQ_FIELD_DECIMAL(n, struct yq_inputs, m, YQ_OPTIONAL)
#define MAYBE(n, m)  YQ_FIELD_OPT_DECIMAL(n, struct yq_inputs, m)

const struct yq_field yq_input_fields[] = {
	YQ_FIELD_ID("Rules", struct yq_inputs, rules, YQ_OPTIONAL),
	/* struct yq_account_view */
	TEXT("Account", account.alias),
	BOOL("Active", account.active),
	YQ_FIELD_ENUM(
	    "Currency", struct yq_inputs, account.currency, yq_currency_names, YQ_REQUIRED),
	NUMBER("Commission", account.commission_rate),
	NUMBER("Cash", account.cash),
	NUMBER("Reserved", account.reserved),
	NUMBER("Invested", account.invested),
	INT("OpenOrders", account.open_orders),
	NUMBER("Held", account.held),
	NUMBER("AvgPrice", account.avg_price),
	NUMBER("Buying", account.buying),
	NUMBER("Selling", account.selling),
	INT("OpenBuys", account.open_buys),
	INT("OpenSells", account.open_sells),
	/* struct yq_market_facts; "Halted" and "Track" are written by hand, for they are pointers
	 */
	BOOL("Open", market.open),
	BOOL("Covered", market.covered),
	MAYBE("LastPrice", market.last_price),
	TIME("LastPriceAt", market.last_price_at_us),
	MAYBE("Lot", market.lot),
	INT("OrdersLastMinute", market.orders_last_minute),
	MAYBE("DayLoss", market.day_loss),
	MAYBE("LastSameQty", market.last_same_qty),
	TIME("LastSameAt", market.last_same_at_us),
};
const size_t yq_input_field_count = YQ_COUNT(yq_input_fields);

#define HALTED "Halted"
#define TRACK  "Track"

#define T_INT(n, m)    YQ_FIELD_INT(n, struct yq_track, m, YQ_OPTIONAL)
#define T_TIME(n, m)   YQ_FIELD_TIME(n, struct yq_track, m, YQ_OPTIONAL)
#define T_NUMBER(n, m) YQ_FIELD_DECIMAL(n, struct yq_track, m, YQ_OPTIONAL)

const struct yq_field yq_track_fields[] = {
	T_INT("Trips", trips),
	T_INT("Wins", wins),
	T_INT("Losses", losses),
	T_NUMBER("Won", won),
	T_NUMBER("Lost", lost),
	T_INT("LossesInRow", losses_in_row),
	T_TIME("LastClosedAt", last_closed_at_us),
	T_TIME("LastLossAt", last_loss_at_us),
};
const size_t yq_track_field_count = YQ_COUNT(yq_track_fields);

#define P_ENUM(n, m, ns) YQ_FIELD_ENUM(n, struct yq_policy, m, ns, YQ_REQUIRED)
#define P_BOOL(n, m)	 YQ_FIELD_BOOL(n, struct yq_policy, m, YQ_OPTIONAL)
#define P_INT(n, m)	 YQ_FIELD_INT(n, struct yq_policy, m, YQ_OPTIONAL)
#define P_NUMBER(n, m)	 YQ_FIELD_DECIMAL(n, struct yq_policy, m, YQ_OPTIONAL)
#define P_MAYBE(n, m)	 YQ_FIELD_OPT_DECIMAL(n, struct yq_policy, m)

#define P_ORDER_VALUE(ident, name) \
	P_MAYBE("MaxOrderValue" name, limits.max_order_value[YQ_##ident]),
#define P_DAILY_LOSS(ident, name) P_MAYBE("MaxDailyLoss" name, limits.max_daily_loss[YQ_##ident]),

const struct yq_field yq_policy_fields[] = {
	/* struct yq_sizing */
	P_ENUM("Sizer", sizing.sizer, yq_sizer_names),
	P_NUMBER("MaxPositionRiskPct", sizing.max_position_risk_pct),
	P_NUMBER("StopLossPct", sizing.stop_loss_pct),
	P_NUMBER("MaxPortfolioAllocPct", sizing.max_portfolio_alloc_pct),
	P_NUMBER("EquityPct", sizing.equity_pct),
	P_MAYBE("FixedQty", sizing.fixed_qty),
	/* struct yq_risk_limits */
	YQ_CURRENCIES(P_ORDER_VALUE) YQ_CURRENCIES(P_DAILY_LOSS)
	    P_MAYBE("MaxPositionShare", limits.max_position_share),
	P_MAYBE("PriceCollar", limits.price_collar),
	P_INT("MaxOpenOrders", limits.max_open_orders),
	P_INT("MaxOrdersPerMinute", limits.max_orders_per_minute),
	P_INT("MaxAgeUs", limits.max_age_us),
	P_INT("DuplicateWindowUs", limits.duplicate_window_us),
	P_BOOL("AllowShort", limits.allow_short),
	/* struct yq_policy itself */
	P_INT("MaxPriceAgeUs", max_price_age_us),
};
const size_t yq_policy_field_count = YQ_COUNT(yq_policy_fields);

/* What reading leaves when the member is not there. */
static bool
is_blank(const struct yq_field *field, const void *record)
{
	const void *at = (const char *)record + field->offset;
	int64_t integer;

	switch (field->kind) {
	case YQ_KIND_DECIMAL:
		return yq_decimal_sign(*(const struct yq_decimal *)at) == 0;
	case YQ_KIND_BOOL:
		return !*(const bool *)at;
	case YQ_KIND_INT:
		memcpy(&integer, at, sizeof(integer));
		return integer == 0;
	default:
		return false; /* yq_record_write leaves them out by itself */
	}
}

static void
write_fields(
    struct yq_json_writer *w, const struct yq_field *fields, size_t count, const void *record)
{
	for (size_t i = 0; i < count; i++)
		if (!is_blank(&fields[i], record))
			yq_record_write(w, &fields[i], 1, record);
}

static void
write_track(struct yq_json_writer *w, const struct yq_track *track)
{
	yq_json_name(w, TRACK);
	yq_json_begin_object(w);
	write_fields(w, yq_track_fields, yq_track_field_count, track);
	yq_json_end_object(w);
}

void
yq_inputs_write(struct yq_json_writer *w, const struct yq_inputs *inputs)
{
	write_fields(w, yq_input_fields, yq_input_field_count, inputs);
	if (inputs->market.halt_reason != NULL)
		yq_json_put_text(w, HALTED, inputs->market.halt_reason);
	if (inputs->market.track != NULL)
		write_track(w, inputs->market.track);
	if (inputs->rules_text != NULL)
		yq_json_put_text(w, YQ_INPUTS_RULES_TEXT, inputs->rules_text);
}

enum yq_rc
yq_inputs_read(const yq_json *object, struct yq_inputs *inputs, struct yq_err *err)
{
	const yq_json *halted = yq_json_get(object, HALTED);
	const yq_json *text = yq_json_get(object, YQ_INPUTS_RULES_TEXT);
	const yq_json *track = yq_json_get(object, TRACK);
	enum yq_rc rc;

	memset(inputs, 0, sizeof(*inputs));
	if (halted != NULL) {
		if (!yq_str_copy(inputs->kept.halt_reason, sizeof(inputs->kept.halt_reason),
			yq_json_text(halted, NULL)))
			return yq_err_set(err, YQ_E_INVALID, HALTED ": the text is too long");
		inputs->market.halt_reason = inputs->kept.halt_reason;
	}
	if (text != NULL)
		inputs->rules_text = yq_json_text(text, NULL);
	rc = yq_record_read(object, yq_input_fields, yq_input_field_count, inputs, err);
	if (rc != YQ_OK || track == NULL)
		return rc;
	inputs->market.track = &inputs->kept.track;
	return yq_record_read(
	    track, yq_track_fields, yq_track_field_count, &inputs->kept.track, err);
}

void
yq_policy_write(struct yq_buf *out, const struct yq_policy *policy)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	write_fields(&w, yq_policy_fields, yq_policy_field_count, policy);
	yq_json_end_object(&w);
}

struct yq_id
yq_policy_digest(const char *text, size_t length)
{
	return yq_id_named(text, length);
}

enum yq_rc
yq_policy_read(const char *text, size_t length, struct yq_policy *policy, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *object = NULL;
	enum yq_rc rc;

	memset(policy, 0, sizeof(*policy));
	rc = yq_json_parse(text, length, &object, err);
	if (rc != YQ_OK)
		return rc;
	return yq_record_read(object, yq_policy_fields, yq_policy_field_count, policy, err);
}
