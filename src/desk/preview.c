/* preview.c - the gateway's checks, asked before. */
#include "desk/preview.h"

#include <stdarg.h>

#include "base/str.h"
#include "bus/halts.h"
#include "desk/fetch.h"
#include "desk/fetch_halts.h"
#include "domain/bracket.h"

/* What is configured, read for one preview. */
struct rules {
	struct yq_config_report report;
	struct yq_accounts *accounts;
	struct yq_risks *risks;
	struct yq_markets *markets;
};

static void
rules_read(struct rules *rules, const struct yq_config *config)
{
	rules->accounts = yq_settings_accounts(config, &rules->report);
	rules->risks = yq_settings_risk(config, &rules->report);
	rules->markets = yq_settings_markets(config, &rules->report);
}

static void
rules_clear(struct rules *rules)
{
	yq_accounts_free(rules->accounts);
	yq_risks_free(rules->risks);
	yq_markets_free(rules->markets);
	yq_config_report_free(&rules->report);
}

static void warn(struct yq_preview *preview, const char *format, ...) YQ_PRINTF(2, 3);
static void
warn(struct yq_preview *preview, const char *format, ...)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(1024);
	va_list args;

	if (preview->warning_count == YQ_PREVIEW_WARNINGS_MAX)
		return;
	va_start(args, format);
	yq_buf_add_va(&text, format, args);
	va_end(args);
	yq_str_copy_cut(preview->warnings[preview->warning_count++], sizeof(preview->warnings[0]),
	    yq_buf_text(&text));
}

/* ---- the market ---- */

static void
describe_market(const struct yq_market_hours *hours, const struct yq_order *order, int64_t now_us,
    struct yq_preview *preview)
{
	const char *country =
	    yq_names_text(&yq_country_names, (int)yq_market_of(order->exchange)->country);
	char at[YQ_TIME_TEXT_SIZE];
	int64_t at_us;

	if (yq_market_session_close(hours, now_us, &at_us) == YQ_OK) {
		yq_time_format(at_us, at);
		yq_str_format(preview->market, sizeof(preview->market), "%s is open until %.19sZ",
		    country, at);
	} else if (yq_market_next_open(hours, now_us, &at_us) == YQ_OK) {
		yq_time_format(at_us, at);
		yq_str_format(
		    preview->market, sizeof(preview->market), "%s opens %.19sZ", country, at);
	} else {
		yq_str_format(preview->market, sizeof(preview->market),
		    "%s: the calendar knows no day on which it opens", country);
	}
}

/* ---- the order ---- */

static void
describe_order(
    const struct yq_order *order, const struct yq_risk_facts *facts, struct yq_preview *preview)
{
	const struct yq_market *market = yq_market_of(order->exchange);
	struct yq_decimal rounded;

	preview->lot = facts->lot.set ? facts->lot.value : market->lot;
	preview->held = facts->account->held;
	preview->buying_power = yq_view_buying_power(facts->account);
	preview->price = yq_risk_price(order, facts->last_price, facts->last_price_at_us);
	if (!preview->price.set || yq_decimal_sign(preview->price.value) <= 0)
		return;
	preview->tick =
	    yq_opt_decimal_of(yq_ticks_size(order->exchange, facts->ticks, preview->price.value));
	if (order->price.set &&
	    yq_ticks_round(order->exchange, facts->ticks, order->price.value,
		order->action == YQ_BUY ? YQ_ROUND_FLOOR : YQ_ROUND_CEILING, &rounded) == YQ_OK)
		preview->price = yq_opt_decimal_of(rounded);
	preview->amount.set = yq_decimal_mul(order->qty, preview->price.value, YQ_ROUND_HALF_EVEN,
				  &preview->amount.value) == YQ_OK;
}

/* A switch is looked at last, when the order is claimed. */
static enum yq_rc
check_halts(struct yq_desk *desk, const struct yq_order *order, int64_t now_us,
    struct yq_preview *preview, struct yq_err *err)
{
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	const struct yq_halt_entry *halt;
	char text[YQ_HALT_TEXT_SIZE];
	enum yq_rc rc = yq_desk_halts(desk, &halts, err);

	if (rc != YQ_OK)
		return rc;
	halt = yq_halts_find(&halts, order->account_alias, yq_order_strategy(order), now_us);
	if (halt == NULL || order->reduce_only) {
		yq_trace_add(&preview->trace, YQ_RISK_HALTED, true,
		    halt == NULL ? "no kill switch stands over it"
				 : "a kill switch lets pass what only reduces",
		    YQ_NO_ARGS);
		return YQ_OK;
	}
	yq_halt_describe(halt->field, &halt->halt, text, sizeof(text));
	yq_trace_add(&preview->trace, YQ_RISK_HALTED, false, "{}", YQ_ARGS(YQ_ARG_TEXT(text)));
	preview->passes = false;
	return YQ_OK;
}

/* The checks in the gateway's order: the bracket, the rules of risk, the switches. */
static enum yq_rc
check(struct yq_desk *desk, const struct yq_order *order, const struct yq_risk_facts *facts,
    const struct yq_risk_limits *limits, struct yq_preview *preview, struct yq_err *err)
{
	struct yq_err why;

	if (yq_bracket_check_entry(order, facts->ticks, facts->last_price, &why) != YQ_OK) {
		yq_trace_add(
		    &preview->trace, "BRACKET", false, "{}", YQ_ARGS(YQ_ARG_TEXT(why.text)));
		preview->passes = false;
		return YQ_OK;
	}
	preview->passes = yq_risk_check(order, facts, limits, &preview->trace) == YQ_OK;
	return preview->passes ? check_halts(desk, order, facts->now_us, preview, err) : YQ_OK;
}

static void
warn_of(const struct yq_order *order, const struct yq_risk_facts *facts, bool listed,
    struct yq_preview *preview)
{
	if (!listed)
		warn(preview,
		    "the archive is away: what the catalog says of %s (lot, price steps, listing) "
		    "was "
		    "not looked at",
		    order->ticker);
	else if (facts->listing == YQ_LISTING_UNKNOWN)
		warn(preview, "the catalog does not know %s on %s", order->ticker,
		    yq_names_text(&yq_exchange_names, (int)order->exchange));
	if (!facts->last_price.set)
		warn(preview, "no price of %s is known here; the gateway asks the broker for one",
		    order->ticker);
	if (order->type == YQ_TYPE_STOP || order->type == YQ_TYPE_STOP_LIMIT ||
	    order->time_in_force != YQ_TIF_DAY)
		warn(preview, "whether the broker takes %s orders with %s is seen when it is sent",
		    yq_names_text(&yq_order_type_names, (int)order->type),
		    yq_names_text(&yq_tif_names, (int)order->time_in_force));
}

static enum yq_rc
find_price(struct yq_desk *desk, const struct yq_order *order, struct yq_risk_facts *facts,
    struct yq_err *err)
{
	struct yq_stock_price latest;
	bool found = false;
	enum yq_rc rc = yq_desk_price(desk, order->ticker, order->exchange, &latest, &found, err);

	if (rc != YQ_OK || !found)
		return rc;
	facts->last_price = yq_opt_decimal_of(latest.price);
	facts->last_price_at_us = latest.updated_at_us;
	return YQ_OK;
}

static enum yq_rc
look(struct yq_desk *desk, const struct yq_order *order, const struct rules *rules,
    const struct yq_book *book, const struct yq_listing *listing, bool listed, int64_t now_us,
    struct yq_preview *preview, struct yq_err *err)
{
	const struct yq_risk_limits *limits =
	    yq_risks_limits(rules->risks, order->account_alias, yq_order_strategy(order));
	const struct yq_account_settings *settings =
	    yq_accounts_find(rules->accounts, order->account_alias);
	const struct yq_market_hours *hours =
	    yq_calendar_hours(yq_markets_calendar(rules->markets), order->exchange);
	struct yq_account_view view = yq_view_of(book->account, order->exchange, order->ticker);
	bool any_hour = settings != NULL && settings->any_hour;
	struct yq_risk_facts facts = {
		.account = &view,
		.market_open = any_hour || yq_market_is_open(hours, now_us),
		.calendar_covered = any_hour || yq_market_is_covered(hours, now_us),
		.by_hand = true,
		.lot = listing->lot,
		.listing = listing->state,
		.listed_in = listing->currency,
		.ticks = listing->ticks,
		.now_us = now_us,
		.orders_last_minute = yq_rate_count(&book->rate, now_us),
		.orders_last_day = yq_risk_orders_last_day(limits, &book->rate, now_us),
		.local_minute = yq_risk_local_minute(limits, hours, now_us),
		.day_loss = yq_book_day_loss(book, order->currency),
	};
	enum yq_rc rc = find_price(desk, order, &facts, err);

	facts.last_same_qty = yq_book_last_same(book, order, &facts.last_same_at_us);
	if (rc == YQ_OK)
		rc = check(desk, order, &facts, limits, preview, err);
	preview->market_open = facts.market_open;
	describe_market(hours, order, now_us, preview);
	describe_order(order, &facts, preview);
	warn_of(order, &facts, listed, preview);
	return rc;
}

enum yq_rc
yq_preview_make(struct yq_desk *desk, const struct yq_order *order,
    const struct yq_listing *listing, bool listed, int64_t now_us, struct yq_preview *preview,
    struct yq_err *err)
{
	struct rules rules = { 0 };
	struct yq_book book = { 0 };
	const struct yq_risk_limits *limits;
	int64_t window_us = 60 * YQ_US_PER_SECOND;
	enum yq_rc rc;

	*preview = (struct yq_preview){ 0 };
	yq_trace_clear(&preview->trace);
	rules_read(&rules, desk->config);
	limits = yq_risks_limits(rules.risks, order->account_alias, yq_order_strategy(order));
	if (limits->duplicate_window_us > window_us)
		window_us = limits->duplicate_window_us;
	rc = yq_book_read(desk, order->account_alias,
	    yq_accounts_find(rules.accounts, order->account_alias), window_us, now_us, &book, err);
	if (rc == YQ_OK)
		rc = look(desk, order, &rules, &book, listing, listed, now_us, preview, err);
	yq_book_clear(&book);
	rules_clear(&rules);
	return rc;
}
