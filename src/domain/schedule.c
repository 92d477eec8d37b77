/* schedule.c - what makes a schedule whole; every sentence begins with the member's name. */
#include "domain/schedule.h"

#include <string.h>

#include "base/str.h"
#include "domain/check.h"
#include "domain/schedule_text.h"

#define MINUTES_A_DAY 1440
#define ALL_WEEKDAYS  0x7f

#define NAME(ident, name) name,
static const char *const kind_names[] = { YQ_SCHEDULE_KINDS(NAME) };
static const char *const when_names[] = { YQ_SCHEDULE_WHENS(NAME) };
#undef NAME
const struct yq_names yq_schedule_kind_names = { "kind", kind_names, YQ_COUNT(kind_names) };
const struct yq_names yq_schedule_when_names = { "when", when_names, YQ_COUNT(when_names) };

struct yq_schedule
yq_schedule_default(void)
{
	return (struct yq_schedule){
		.enabled = true,
		.type = YQ_TYPE_MARKET,
		.action = YQ_SELL,
		.weekdays = YQ_WEEKDAYS_MON_FRI,
		.max_late_seconds = YQ_SCHEDULE_LATE_S,
	};
}

static const char *
exchange_name(const struct yq_schedule *schedule)
{
	return yq_names_text(&yq_exchange_names, (int)schedule->exchange);
}

static enum yq_rc
check_name(const char *name, struct yq_err *err)
{
	size_t length = strlen(name);

	if (length == 0)
		return yq_err_set(err, YQ_E_INVALID, "Name: expected a text, found nothing");
	if (!yq_str_is_utf8(name, length) || name[0] == ' ' || name[length - 1] == ' ')
		return yq_err_set(
		    err, YQ_E_INVALID, "Name: expected UTF-8 without blanks at its ends");
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == '\x7f')
			return yq_err_set(
			    err, YQ_E_INVALID, "Name: expected a text without control characters");
	return YQ_OK;
}

/* ---- an order ---- */

static enum yq_rc
check_step(const char *what, struct yq_decimal value, struct yq_decimal step,
    const struct yq_schedule *schedule, struct yq_err *err)
{
	char found[YQ_DECIMAL_TEXT_SIZE], expected[YQ_DECIMAL_TEXT_SIZE];
	struct yq_decimal rounded;

	if (yq_decimal_round_to(value, step, YQ_ROUND_DOWN, &rounded) == YQ_OK &&
	    yq_decimal_cmp(rounded, value) == 0)
		return YQ_OK;
	yq_decimal_format(value, found);
	yq_decimal_format(step, expected);
	return yq_err_set(err, YQ_E_INVALID, "%s: %s trades in steps of %s, found %s", what,
	    exchange_name(schedule), expected, found);
}

static enum yq_rc
check_price(const struct yq_schedule *schedule, struct yq_err *err)
{
	enum yq_rc rc;

	if (schedule->type != YQ_TYPE_MARKET && schedule->type != YQ_TYPE_LIMIT)
		return yq_err_set(err, YQ_E_INVALID, "Type: expected Market or Limit, found %s",
		    yq_names_text(&yq_order_type_names, (int)schedule->type));
	if (schedule->type == YQ_TYPE_MARKET && schedule->price.set)
		return yq_err_set(err, YQ_E_INVALID, "Price: a market order has none");
	rc = yq_check_prices(schedule->type, "Price", schedule->price, YQ_OPT_DECIMAL_NONE, err);
	if (rc == YQ_OK)
		rc = yq_check_kept("Price", schedule->price, err);
	if (rc != YQ_OK || !schedule->price.set)
		return rc;
	return check_step("Price", schedule->price.value,
	    yq_tick_size(schedule->exchange, schedule->price.value), schedule, err);
}

/* As the archive keeps amounts: 14 digits before the point and 4 after it. */
static enum yq_rc
check_amount(const struct yq_schedule *schedule, struct yq_err *err)
{
	int64_t scaled;
	enum yq_rc rc = yq_check_opt_positive("Amount", schedule->amount, err);

	if (rc == YQ_OK &&
	    yq_decimal_to_scaled(schedule->amount.value, 4, YQ_ROUND_EXACT, &scaled) != YQ_OK)
		rc = yq_err_set(err, YQ_E_INVALID,
		    "Amount: expected at most 14 digits before the point and 4 after it");
	return rc;
}

static enum yq_rc
check_order(const struct yq_schedule *schedule, struct yq_err *err)
{
	enum yq_rc rc = yq_check_alias(schedule->account_alias, err);

	if (rc == YQ_OK)
		rc = yq_check_ticker(schedule->ticker, err);
	if (rc == YQ_OK)
		rc = check_price(schedule, err);
	if (rc != YQ_OK)
		return rc;
	if (schedule->reasons[0] != '\0')
		return yq_err_set(err, YQ_E_INVALID, "Reasons: only a liquidation has them");
	if (schedule->quantity.set == schedule->amount.set)
		return yq_err_set(err, YQ_E_INVALID, "Quantity: expected %s",
		    schedule->quantity.set ? "it or Amount, found both"
					   : "it, or Amount, found neither");
	if (schedule->amount.set)
		return check_amount(schedule, err);
	rc = yq_check_opt_positive("Quantity", schedule->quantity, err);
	if (rc == YQ_OK)
		rc = yq_check_kept("Quantity", schedule->quantity, err);
	if (rc != YQ_OK)
		return rc;
	return check_step("Quantity", schedule->quantity.value,
	    yq_market_of(schedule->exchange)->lot, schedule, err);
}

/* ---- a liquidation ---- */

/* What orders are made for; a pattern that fits none of it is a slip of the pen. */
static bool
may_match(const char *pattern, size_t length)
{
	static const char webhook[] = "Webhook:";
	size_t known = sizeof(webhook) - 1, plain = 0;

	if (yq_str_matches(pattern, length, "Manual") ||
	    yq_str_matches(pattern, length, YQ_SCHEDULE_REASON))
		return true;
	while (plain < length && plain < known && pattern[plain] != '*' && pattern[plain] != '?')
		plain++;
	if (plain == length || plain == known)
		return length > known && yq_str_equal_nocase_bytes(webhook, pattern, known);
	return yq_str_equal_nocase_bytes(webhook, pattern, plain);
}

static enum yq_rc
check_reasons(const char *reasons, struct yq_err *err)
{
	for (const char *line = reasons; *line != '\0';) {
		size_t length = strcspn(line, "\n");

		if (length == 0 || length >= YQ_REASON_SIZE)
			return yq_err_set(err, YQ_E_INVALID,
			    "Reasons: expected texts of 1-%d bytes, like Manual, Schedule or "
			    "Webhook:*",
			    YQ_REASON_SIZE - 1);
		if (!yq_str_is_utf8(line, length))
			return yq_err_set(err, YQ_E_INVALID, "Reasons: expected UTF-8");
		if (!may_match(line, length))
			return yq_err_set(err, YQ_E_INVALID,
			    "Reasons: nothing is bought for \"%.*s\"; there is Manual, Schedule "
			    "and "
			    "Webhook:{Strategy}, with * for any text",
			    (int)length, line);
		line += length + (line[length] == '\n');
	}
	return YQ_OK;
}

static enum yq_rc
check_liquidation(const struct yq_schedule *schedule, struct yq_err *err)
{
	const struct {
		bool there;
		const char *name;
	} strangers[] = { { schedule->ticker[0] != '\0', "Ticker" },
		{ schedule->price.set, "Price" }, { schedule->quantity.set, "Quantity" },
		{ schedule->amount.set, "Amount" } };

	for (size_t i = 0; i < YQ_COUNT(strangers); i++)
		if (strangers[i].there)
			return yq_err_set(err, YQ_E_INVALID,
			    "%s: a liquidation sells whatever is held", strangers[i].name);
	if (schedule->action != YQ_SELL || schedule->type != YQ_TYPE_MARKET)
		return yq_err_set(err, YQ_E_INVALID, "%s: a liquidation sells at the market",
		    schedule->action != YQ_SELL ? "Action" : "Type");
	if (!yq_str_equal(schedule->account_alias, YQ_SCHEDULE_ANY_ACCOUNT)) {
		enum yq_rc rc = yq_check_alias(schedule->account_alias, err);

		if (rc != YQ_OK)
			return rc;
	}
	return check_reasons(schedule->reasons, err);
}

/* ---- when ---- */

static enum yq_rc
check_days(
    const struct yq_schedule *schedule, const struct yq_market_hours *hours, struct yq_err *err)
{
	int64_t strange = schedule->weekdays & ~(int64_t)hours->weekdays;
	char text[YQ_WEEKDAYS_TEXT_SIZE];

	if (schedule->weekdays == 0)
		return yq_err_set(err, YQ_E_INVALID, "Weekdays: none is given");
	if (schedule->weekdays < 0 || schedule->weekdays > ALL_WEEKDAYS)
		return yq_err_set(err, YQ_E_INVALID, "Weekdays: expected days of the week");
	if (strange != 0 && !schedule->any_hour) {
		yq_weekdays_format(strange, text);
		return yq_err_set(err, YQ_E_INVALID, "Weekdays: %s never opens on %s",
		    exchange_name(schedule), text);
	}
	if (schedule->from != 0 && schedule->to != 0 && schedule->to < schedule->from)
		return yq_err_set(err, YQ_E_INVALID, "To: it is before From");
	return YQ_OK;
}

/* The hours of an ordinary day, for people: "09:00-11:30, 12:30-15:30". */
static void
sessions_text(const struct yq_market_hours *hours, char *text, size_t size)
{
	struct yq_buf buf = yq_buf_make(size - 1);

	for (size_t i = 0; i < hours->session_count; i++)
		yq_buf_add_format(&buf, "%s%02d:%02d-%02d:%02d", i > 0 ? ", " : "",
		    hours->sessions[i].open / 60, hours->sessions[i].open % 60,
		    hours->sessions[i].close / 60, hours->sessions[i].close % 60);
	yq_str_copy_cut(text, size, yq_buf_text(&buf));
	yq_buf_free(&buf);
}

static bool
in_session(const struct yq_market_hours *hours, int64_t minute)
{
	for (size_t i = 0; i < hours->session_count; i++)
		if (minute >= hours->sessions[i].open && minute < hours->sessions[i].close)
			return true;
	return false;
}

static enum yq_rc
check_in_session(const struct yq_schedule *schedule, const struct yq_market_hours *hours,
    const char *name, int64_t minute, struct yq_err *err)
{
	char text[96];

	if (in_session(hours, minute))
		return YQ_OK;
	sessions_text(hours, text, sizeof(text));
	if (minute < 0 || minute >= MINUTES_A_DAY)
		return yq_err_set(err, YQ_E_INVALID, "%s: that is another day; %s is open %s", name,
		    exchange_name(schedule), text);
	return yq_err_set(err, YQ_E_INVALID, "%s: %02d:%02d is outside of the hours of %s, %s%s",
	    name, (int)minute / 60, (int)minute % 60, exchange_name(schedule), text,
	    schedule->when == YQ_SCHEDULE_AT ? " (AnyHour is for accounts that trade at any hour)"
					     : "");
}

static enum yq_rc
check_hours(const struct yq_market_hours *hours, struct yq_err *err)
{
	if (hours->session_count == 0)
		return yq_err_set(err, YQ_E_INVALID, "Exchange: its market never opens");
	for (size_t i = 0; i < hours->session_count; i++)
		if (hours->sessions[i].open >= hours->sessions[i].close)
			return yq_err_set(
			    err, YQ_E_INVALID, "Exchange: its market closes before it opens");
	return YQ_OK;
}

static enum yq_rc
check_time(
    const struct yq_schedule *schedule, const struct yq_market_hours *hours, struct yq_err *err)
{
	const struct yq_session *first = &hours->sessions[0];
	const struct yq_session *last = &hours->sessions[hours->session_count - 1];

	if (schedule->when == YQ_SCHEDULE_AT) {
		if (schedule->offset != 0)
			return yq_err_set(
			    err, YQ_E_INVALID, "Minutes: it needs When Open or Close");
		if (schedule->minute < 0 || schedule->minute >= MINUTES_A_DAY)
			return yq_err_set(err, YQ_E_INVALID, "Time: expected 00:00-23:59");
		return schedule->any_hour
			   ? YQ_OK
			   : check_in_session(schedule, hours, "Time", schedule->minute, err);
	}
	if (schedule->any_hour)
		return yq_err_set(err, YQ_E_INVALID, "AnyHour: it needs a Time");
	if (schedule->offset < -MINUTES_A_DAY || schedule->offset > MINUTES_A_DAY)
		return yq_err_set(err, YQ_E_INVALID, "Minutes: that is another day");
	if (schedule->when == YQ_SCHEDULE_OPEN) {
		if (schedule->offset < 0)
			return yq_err_set(
			    err, YQ_E_INVALID, "Minutes: before the open the market is closed");
		return check_in_session(
		    schedule, hours, "Minutes", first->open + schedule->offset, err);
	}
	if (schedule->offset >= 0)
		return yq_err_set(err, YQ_E_INVALID,
		    "Minutes: at the close the market is closed; -10 is 10 minutes before it");
	return check_in_session(schedule, hours, "Minutes", last->close + schedule->offset, err);
}

static enum yq_rc
check_zone(struct yq_schedule *schedule, const struct yq_market_hours *hours, struct yq_err *err)
{
	const char *own = yq_zone_name(hours->zone);
	struct yq_zone *zone = NULL;
	enum yq_rc rc;

	if (schedule->zone[0] == '\0' && yq_str_copy(schedule->zone, sizeof(schedule->zone), own))
		return YQ_OK;
	if (yq_str_equal(schedule->zone, own))
		return YQ_OK;
	rc = yq_zone_load(schedule->zone, &zone, err);
	yq_zone_free(zone);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "Zone");
	return yq_err_set(err, YQ_E_INVALID, "Zone: the clock of %s is that of %s, found %s",
	    exchange_name(schedule), own, schedule->zone);
}

static enum yq_rc
check_late(const struct yq_schedule *schedule, struct yq_err *err)
{
	if (schedule->max_late_seconds >= YQ_SCHEDULE_LATE_MIN_S &&
	    schedule->max_late_seconds <= YQ_SCHEDULE_LATE_MAX_S)
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID, "MaxLateSeconds: expected %d-%d, found %lld",
	    YQ_SCHEDULE_LATE_MIN_S, YQ_SCHEDULE_LATE_MAX_S, (long long)schedule->max_late_seconds);
}

enum yq_rc
yq_schedule_check(
    struct yq_schedule *schedule, const struct yq_market_hours *hours, struct yq_err *err)
{
	enum yq_rc rc = yq_check_id("Id", &schedule->id, err);

	if (rc == YQ_OK)
		rc = check_name(schedule->name, err);
	if (rc == YQ_OK)
		rc = schedule->kind == YQ_SCHEDULE_ORDER ? check_order(schedule, err)
							 : check_liquidation(schedule, err);
	if (rc == YQ_OK)
		rc = check_hours(hours, err);
	if (rc == YQ_OK)
		rc = check_zone(schedule, hours, err);
	if (rc == YQ_OK)
		rc = check_days(schedule, hours, err);
	if (rc == YQ_OK)
		rc = check_time(schedule, hours, err);
	return rc == YQ_OK ? check_late(schedule, err) : rc;
}
