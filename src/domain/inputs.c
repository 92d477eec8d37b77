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
	NUMBER("Gross", account.gross),
	INT("OpenOrders", account.open_orders),
	INT("Instruments", account.instruments),
	NUMBER("Held", account.held),
	NUMBER("AvgPrice", account.avg_price),
	NUMBER("Buying", account.buying),
	NUMBER("Selling", account.selling),
	INT("OpenBuys", account.open_buys),
	INT("OpenSells", account.open_sells),
	NUMBER("Ahead", account.ahead),
	NUMBER("OthersBuying", account.others_buying),
	NUMBER("OthersSelling", account.others_selling),
	INT("OwnRestingBuys", account.own_resting_buys),
	INT("OwnRestingSells", account.own_resting_sells),
	/* struct yq_market_facts; "Halted" and "Track" are written by hand, for they are pointers
	 */
	YQ_FIELD_ENUM("Life", struct yq_inputs, market.life, yq_life_state_names, YQ_OPTIONAL),
	BOOL("HaltLetsOut", market.halt_lets_out),
	BOOL("Open", market.open),
	BOOL("Covered", market.covered),
	MAYBE("LastPrice", market.last_price),
	TIME("LastPriceAt", market.last_price_at_us),
	MAYBE("Lot", market.lot),
	YQ_FIELD_ENUM(
	    "Listing", struct yq_inputs, market.listing, yq_listing_state_names, YQ_OPTIONAL),
	YQ_FIELD_ENUM(
	    "ListedIn", struct yq_inputs, market.listed_in, yq_currency_names, YQ_OPTIONAL),
	YQ_FIELD_ENUM("Ticks", struct yq_inputs, market.ticks, yq_ticks_names, YQ_OPTIONAL),
	INT("OrdersLastMinute", market.orders_last_minute),
	INT("OrdersLastDay", market.orders_last_day),
	INT("LocalMinute", market.local_minute),
	MAYBE("DayLoss", market.day_loss),
	MAYBE("LastSameQty", market.last_same_qty),
	TIME("LastSameAt", market.last_same_at_us),
	TIME("LastClosedAt", market.last_closed_at_us),
	TIME("LastLossAt", market.last_loss_at_us),
};
const size_t yq_input_field_count = YQ_COUNT(yq_input_fields);

#define HALTED "Halted"
#define TRACK  "Track"
#define ANSWER "Answer"

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

static const char *const verdict_list[] = { "Buy", "No", "Failed" };
static const struct yq_names verdict_names = { "answer", verdict_list, YQ_COUNT(verdict_list) };

const struct yq_field yq_answer_fields[] = {
	YQ_FIELD_ENUM("Verdict", struct yq_sizer_answer, verdict, verdict_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", struct yq_sizer_answer, qty, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Name", struct yq_sizer_answer, name, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Text", struct yq_sizer_answer, text, YQ_OPTIONAL),
};
const size_t yq_answer_field_count = YQ_COUNT(yq_answer_fields);

static const struct yq_field plugin_fields[] = {
	YQ_FIELD_TEXT("Path", struct yq_plugin, path, YQ_OPTIONAL),
	YQ_FIELD_INT("DeadlineMs", struct yq_plugin, deadline_ms, YQ_OPTIONAL),
};
static const struct yq_field parameter_fields[] = {
	YQ_FIELD_TEXT("Name", struct yq_plugin_parameter, name, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Value", struct yq_plugin_parameter, value, YQ_OPTIONAL),
};

#define P_ENUM(n, m, ns) YQ_FIELD_ENUM(n, struct yq_policy, m, ns, YQ_REQUIRED)
#define P_BOOL(n, m)	 YQ_FIELD_BOOL(n, struct yq_policy, m, YQ_OPTIONAL)
#define P_INT(n, m)	 YQ_FIELD_INT(n, struct yq_policy, m, YQ_OPTIONAL)
#define P_NUMBER(n, m)	 YQ_FIELD_DECIMAL(n, struct yq_policy, m, YQ_OPTIONAL)
#define P_MAYBE(n, m)	 YQ_FIELD_OPT_DECIMAL(n, struct yq_policy, m)

#define P_ORDER_VALUE(ident, name) \
	P_MAYBE("MaxOrderValue" name, limits.max_order_value[YQ_##ident]),
#define P_MIN_VALUE(ident, name)  P_MAYBE("MinOrderValue" name, limits.min_order_value[YQ_##ident]),
#define P_DAILY_LOSS(ident, name) P_MAYBE("MaxDailyLoss" name, limits.max_daily_loss[YQ_##ident]),

const struct yq_field yq_policy_fields[] = {
	/* struct yq_sizing */
	P_ENUM("Sizer", sizing.sizer, yq_sizer_names),
	P_NUMBER("MaxPositionRiskPct", sizing.max_position_risk_pct),
	P_NUMBER("StopLossPct", sizing.stop_loss_pct),
	P_NUMBER("MaxPortfolioAllocPct", sizing.max_portfolio_alloc_pct),
	P_NUMBER("EquityPct", sizing.equity_pct),
	P_MAYBE("FixedQty", sizing.fixed_qty),
	P_NUMBER("AtrMultiple", sizing.atr_multiple),
	P_INT("MinTrades", sizing.min_trades),
	/* "Fallback" and "Plugin" are written by hand: one may be none, the other is a pointer */
	/* struct yq_risk_limits */
	YQ_CURRENCIES(P_ORDER_VALUE) YQ_CURRENCIES(P_MIN_VALUE) YQ_CURRENCIES(P_DAILY_LOSS)
	    P_MAYBE("MaxPositionShare", limits.max_position_share),
	P_MAYBE("MaxInvestedShare", limits.max_invested_share),
	P_MAYBE("MaxOrderQty", limits.max_order_qty),
	P_MAYBE("PriceCollar", limits.price_collar),
	P_INT("MaxPositions", limits.max_positions),
	P_INT("MaxOpenOrders", limits.max_open_orders),
	P_INT("MaxOrdersPerMinute", limits.max_orders_per_minute),
	P_INT("MaxOrdersPerDay", limits.max_orders_per_day),
	P_INT("MaxAgeUs", limits.max_age_us),
	P_INT("DuplicateWindowUs", limits.duplicate_window_us),
	P_INT("MaxMarketPriceAgeUs", limits.max_price_age_us),
	P_INT("WindowFrom", limits.window_from),
	P_INT("WindowUntil", limits.window_until),
	/* "Allow" and "Deny" are pointers */
	P_INT("CooldownUs", limits.cooldown_us),
	P_INT("LossCooldownUs", limits.loss_cooldown_us),
	P_BOOL("NeedsTrack", limits.needs_track),
	P_BOOL("AllowShort", limits.allow_short),
	YQ_FIELD_ENUM("DailyLossAction", struct yq_policy, limits.daily_loss_action,
	    yq_loss_action_names, YQ_OPTIONAL),
	P_INT("CoolingOffUs", limits.cooling_off_us),
	/* struct yq_policy itself */
	P_INT("MaxPriceAgeUs", max_price_age_us),
	P_BOOL("RealMoney", real_money),
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
	case YQ_KIND_ENUM:
		return field->presence == YQ_OPTIONAL && *(const int *)at == 0;
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

/* A member that is a pointer; NULL is left out. */
static void
write_object(struct yq_json_writer *w, const char *name, const struct yq_field *fields,
    size_t count, const void *record)
{
	if (record == NULL)
		return;
	yq_json_name(w, name);
	yq_json_begin_object(w);
	write_fields(w, fields, count, record);
	yq_json_end_object(w);
}

/* False: the member is not there. */
static enum yq_rc
read_object(const yq_json *parent, const char *name, const struct yq_field *fields, size_t count,
    void *record, bool *there, struct yq_err *err)
{
	const yq_json *object = yq_json_get(parent, name);

	*there = object != NULL;
	return *there ? yq_record_read(object, fields, count, record, err) : YQ_OK;
}

void
yq_inputs_write(struct yq_json_writer *w, const struct yq_inputs *inputs)
{
	write_fields(w, yq_input_fields, yq_input_field_count, inputs);
	if (inputs->market.halt_reason != NULL)
		yq_json_put_text(w, HALTED, inputs->market.halt_reason);
	write_object(w, TRACK, yq_track_fields, yq_track_field_count, inputs->market.track);
	write_object(w, ANSWER, yq_answer_fields, yq_answer_field_count, inputs->market.answer);
	if (inputs->rules_text != NULL)
		yq_json_put_text(w, YQ_INPUTS_RULES_TEXT, inputs->rules_text);
}

enum yq_rc
yq_inputs_read(const yq_json *object, struct yq_inputs *inputs, struct yq_err *err)
{
	const yq_json *halted = yq_json_get(object, HALTED);
	const yq_json *text = yq_json_get(object, YQ_INPUTS_RULES_TEXT);
	bool has_track, has_answer;
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
	if (rc == YQ_OK)
		rc = read_object(object, TRACK, yq_track_fields, yq_track_field_count,
		    &inputs->kept.track, &has_track, err);
	if (rc == YQ_OK)
		rc = read_object(object, ANSWER, yq_answer_fields, yq_answer_field_count,
		    &inputs->kept.answer, &has_answer, err);
	if (rc != YQ_OK)
		return rc;
	inputs->market.track = has_track ? &inputs->kept.track : NULL;
	inputs->market.answer = has_answer ? &inputs->kept.answer : NULL;
	return YQ_OK;
}

#define FALLBACK   "Fallback"
#define PLUGIN	   "Plugin"
#define PARAMETERS "Parameters"
#define ALLOW	   "Allow"
#define DENY	   "Deny"

static void
write_plugin(struct yq_json_writer *w, const struct yq_plugin *plugin)
{
	yq_json_name(w, PLUGIN);
	yq_json_begin_object(w);
	write_fields(w, plugin_fields, YQ_COUNT(plugin_fields), plugin);
	yq_json_name(w, PARAMETERS);
	yq_json_begin_array(w);
	for (size_t i = 0; i < plugin->parameter_count; i++) {
		yq_json_begin_object(w);
		write_fields(
		    w, parameter_fields, YQ_COUNT(parameter_fields), &plugin->parameters[i]);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
	yq_json_end_object(w);
}

static enum yq_rc
read_plugin(const yq_json *object, struct yq_plugin *plugin, struct yq_err *err)
{
	const yq_json *list = yq_json_get(object, PARAMETERS);
	enum yq_rc rc = yq_record_read(object, plugin_fields, YQ_COUNT(plugin_fields), plugin, err);

	plugin->parameter_count = list == NULL ? 0 : yq_json_count(list);
	if (plugin->parameter_count > YQ_PLUGIN_PARAMETERS_MAX)
		return yq_err_set(err, YQ_E_INVALID, PARAMETERS ": there are too many");
	for (size_t i = 0; rc == YQ_OK && i < plugin->parameter_count; i++)
		rc = yq_record_read(yq_json_at(list, i), parameter_fields,
		    YQ_COUNT(parameter_fields), &plugin->parameters[i], err);
	return rc;
}

/* Where the half-Kelly policy has none the number stands behind all names. */
static enum yq_rc
read_fallback(const yq_json *object, enum yq_sizer *fallback, struct yq_err *err)
{
	const yq_json *name = yq_json_get(object, FALLBACK);
	size_t length = 0;
	const char *text = name == NULL ? NULL : yq_json_text(name, &length);
	int value =
	    text == NULL ? (int)YQ_SIZER_COUNT : yq_names_find(&yq_sizer_names, text, length);

	if (value < 0)
		return yq_err_set(err, YQ_E_INVALID, FALLBACK ": \"%s\" is no policy", text);
	*fallback = (enum yq_sizer)value;
	return YQ_OK;
}

/* A list of instruments into `kept`; absent leaves *list NULL. */
static enum yq_rc
read_list(const yq_json *object, const char *name, char kept[YQ_RISK_LIST_SIZE], const char **list,
    struct yq_err *err)
{
	const yq_json *text = yq_json_get(object, name);

	if (text == NULL)
		return YQ_OK;
	if (yq_json_type_of(text) != YQ_JSON_STRING ||
	    !yq_str_copy(kept, YQ_RISK_LIST_SIZE, yq_json_text(text, NULL)))
		return yq_err_set(err, YQ_E_INVALID, "%s: no list of instruments", name);
	*list = kept;
	return YQ_OK;
}

void
yq_policy_write(struct yq_buf *out, const struct yq_policy *policy)
{
	struct yq_json_writer w = yq_json_writer_make(out);
	enum yq_sizer fallback = policy->sizing.fallback;

	yq_json_begin_object(&w);
	write_fields(&w, yq_policy_fields, yq_policy_field_count, policy);
	if (fallback != YQ_SIZER_COUNT)
		yq_json_put_text(&w, FALLBACK, yq_names_text(&yq_sizer_names, (int)fallback));
	if (policy->limits.allow != NULL)
		yq_json_put_text(&w, ALLOW, policy->limits.allow);
	if (policy->limits.deny != NULL)
		yq_json_put_text(&w, DENY, policy->limits.deny);
	if (policy->sizing.plugin != NULL)
		write_plugin(&w, policy->sizing.plugin);
	yq_json_end_object(&w);
}

struct yq_id
yq_policy_digest(const char *text, size_t length)
{
	return yq_id_named(text, length);
}

enum yq_rc
yq_policy_read(const char *text, size_t length, struct yq_kept_policy *kept, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *object = NULL;
	struct yq_policy *policy = &kept->policy;
	const yq_json *plugin;
	enum yq_rc rc;

	memset(kept, 0, sizeof(*kept));
	rc = yq_json_parse(text, length, &object, err);
	if (rc == YQ_OK)
		rc = yq_record_read(object, yq_policy_fields, yq_policy_field_count, policy, err);
	if (rc == YQ_OK)
		rc = read_fallback(object, &policy->sizing.fallback, err);
	if (rc == YQ_OK)
		rc = read_list(object, ALLOW, kept->allow, &policy->limits.allow, err);
	if (rc == YQ_OK)
		rc = read_list(object, DENY, kept->deny, &policy->limits.deny, err);
	plugin = rc == YQ_OK ? yq_json_get(object, PLUGIN) : NULL;
	if (plugin == NULL)
		return rc;
	policy->sizing.plugin = &kept->plugin;
	return read_plugin(plugin, &kept->plugin, err);
}
