/* schedule_make.c - a schedule from the words and options of a command. */
#include "base/str.h"
#include "console/command_line.h"
#include "console/fetch.h"
#include "console/schedule.h"
#include "console/take.h"
#include "domain/schedule_text.h"
#include "domain/ticker.h"

#include <string.h>

static int
refuse(const struct yq_call *call, enum yq_option option, const struct yq_err *err)
{
	return yq_fail_usage(call, "--%s: %s", yq_option_name(option), err->text);
}

/* ---- when ---- */

static int
take_minutes(const struct yq_call *call, enum yq_option option, int64_t *minutes)
{
	if (!yq_str_to_int64(call->options[option], 0, 1439, minutes))
		return yq_fail_usage(call, "--%s: expected minutes, found \"%s\"",
		    yq_option_name(option), call->options[option]);
	return YQ_CONSOLE_DONE;
}

static int
take_time(const struct yq_call *call, struct yq_schedule *schedule)
{
	static const enum yq_option options[] = { YQ_OPT_AT, YQ_OPT_AFTER_OPEN,
		YQ_OPT_BEFORE_CLOSE };
	size_t given = 0;
	int16_t minute;
	int status = YQ_CONSOLE_DONE;

	for (size_t i = 0; i < YQ_COUNT(options); i++)
		given += yq_call_has(call, options[i]);
	if (given == 0)
		return YQ_CONSOLE_DONE;
	if (given > 1)
		return yq_fail_usage(call, "--at, --after-open or --before-close: one of them");
	schedule->minute = schedule->offset = 0;
	if (yq_call_has(call, YQ_OPT_AT)) {
		schedule->when = YQ_SCHEDULE_AT;
		if (!yq_minute_parse(call->options[YQ_OPT_AT], &minute) || minute >= 1440)
			return yq_fail_usage(call,
			    "--at: expected a local time like 09:35, found \"%s\"",
			    call->options[YQ_OPT_AT]);
		schedule->minute = minute;
	} else if (yq_call_has(call, YQ_OPT_AFTER_OPEN)) {
		schedule->when = YQ_SCHEDULE_OPEN;
		status = take_minutes(call, YQ_OPT_AFTER_OPEN, &schedule->offset);
	} else {
		schedule->when = YQ_SCHEDULE_CLOSE;
		status = take_minutes(call, YQ_OPT_BEFORE_CLOSE, &schedule->offset);
		schedule->offset = -schedule->offset;
	}
	return status;
}

static int
take_date(const struct yq_call *call, enum yq_option option, int64_t *date)
{
	const char *text = call->options[option];
	yq_date value;

	if (text == NULL)
		return YQ_CONSOLE_DONE;
	if (!yq_date_parse(text, &value))
		return yq_fail_usage(call, "--%s: expected a date like 2026-11-23, found \"%s\"",
		    yq_option_name(option), text);
	*date = value;
	return YQ_CONSOLE_DONE;
}

static int
take_when(const struct yq_call *call, struct yq_schedule *schedule)
{
	const char *days = call->options[YQ_OPT_DAYS];
	struct yq_err err = { 0 };
	int status = take_time(call, schedule);

	if (status == YQ_CONSOLE_DONE && days != NULL &&
	    yq_weekdays_parse(days, &schedule->weekdays, &err) != YQ_OK)
		status = refuse(call, YQ_OPT_DAYS, &err);
	if (status == YQ_CONSOLE_DONE)
		status = take_date(call, YQ_OPT_FROM, &schedule->from);
	if (status == YQ_CONSOLE_DONE)
		status = take_date(call, YQ_OPT_TO, &schedule->to);
	if (status == YQ_CONSOLE_DONE &&
	    yq_option_int(call, YQ_OPT_MAX_LATE, YQ_SCHEDULE_LATE_MIN_S, YQ_SCHEDULE_LATE_MAX_S,
		schedule->max_late_seconds, &schedule->max_late_seconds, &err) != YQ_OK)
		status = yq_fail_usage(call, "%s", err.text);
	if (yq_call_has(call, YQ_OPT_ANY_HOUR))
		schedule->any_hour = true;
	return status;
}

/* ---- what ---- */

/* The account that --account names, the only one there is, or every one. */
static int
take_account(struct yq_scheduling *s, struct yq_schedule *schedule, bool needed)
{
	const struct yq_call *call = s->call;
	int status;

	if (schedule->kind == YQ_SCHEDULE_LIQUIDATION && yq_call_has(call, YQ_OPT_ALL)) {
		yq_str_copy_cut(schedule->account_alias, sizeof(schedule->account_alias),
		    YQ_SCHEDULE_ANY_ACCOUNT);
		return YQ_CONSOLE_DONE;
	}
	if (!needed && !yq_call_has(call, YQ_OPT_ACCOUNT))
		return YQ_CONSOLE_DONE;
	status = yq_system_valkey(&s->system);
	return status == YQ_CONSOLE_DONE ? yq_fetch_alias(&s->system, call, schedule->account_alias)
					 : status;
}

/* One way to say how much takes the place of the other. */
static int
take_size(const struct yq_call *call, const char *qty, struct yq_schedule *schedule)
{
	int status = YQ_CONSOLE_DONE;

	if (qty != NULL) {
		status = yq_take_number(call, "quantity", qty, &schedule->quantity.value);
		if (status != YQ_CONSOLE_DONE)
			return status;
		schedule->quantity.set = true;
		schedule->amount.set = yq_call_has(call, YQ_OPT_AMOUNT); /* both: refused */
	}
	if (yq_call_has(call, YQ_OPT_AMOUNT)) {
		status = yq_take_positive(call, YQ_OPT_AMOUNT, &schedule->amount);
		if (qty == NULL)
			schedule->quantity.set = false;
	}
	if (status == YQ_CONSOLE_DONE && yq_call_has(call, YQ_OPT_PRICE)) {
		status = yq_take_positive(call, YQ_OPT_PRICE, &schedule->price);
		schedule->type = YQ_TYPE_LIMIT;
	}
	return status;
}

/* What says nothing of that kind of schedule: left out in silence it would do something else. */
static int
refuse_strangers(const struct yq_call *call, bool liquidation)
{
	static const enum yq_option of_orders[] = { YQ_OPT_AMOUNT, YQ_OPT_PRICE, YQ_OPT_EXCHANGE };
	static const enum yq_option of_liquidations[] = { YQ_OPT_COUNTRY, YQ_OPT_REASONS,
		YQ_OPT_ALL };
	const enum yq_option *strangers = liquidation ? of_orders : of_liquidations;

	for (size_t i = 0; i < YQ_COUNT(of_orders); i++)
		if (yq_call_has(call, strangers[i]))
			return yq_fail_usage(call, "--%s: %s", yq_option_name(strangers[i]),
			    liquidation ? "a liquidation sells whatever is held"
					: "only of a liquidation");
	return YQ_CONSOLE_DONE;
}

/* An exchange is never guessed here: nobody looks when it runs. */
static int
take_instrument(const struct yq_call *call, const char *text, struct yq_schedule *schedule)
{
	const char *named = call->options[YQ_OPT_EXCHANGE];
	enum yq_exchange said;
	struct yq_err err = { 0 };
	enum yq_rc rc =
	    yq_market_split(text, strlen(text), &schedule->exchange, schedule->ticker, &err);

	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return yq_fail_usage(call, "%s", err.text);
	if (named != NULL && !yq_exchange_parse(named, strlen(named), &said))
		return yq_fail_usage(call, "\"%s\" is no exchange", named);
	if (named != NULL && rc == YQ_OK && said != schedule->exchange)
		return yq_fail_usage(call, "%s is not on %s: one of the two", text, named);
	if (named != NULL)
		schedule->exchange = said;
	if (named != NULL || rc == YQ_OK)
		yq_ticker_normalize(schedule->exchange, schedule->ticker);
	if (named == NULL && rc == YQ_E_NOT_FOUND)
		return yq_fail_usage(
		    call, "on which exchange? Say EXCHANGE:%s or --exchange NAME", text);
	return YQ_CONSOLE_DONE;
}

static int
make_order(struct yq_scheduling *s, struct yq_schedule *schedule)
{
	const struct yq_call *call = s->call;
	int action = yq_names_find(&yq_action_names, call->words[2], strlen(call->words[2]));
	int status;

	if (action < 0)
		return yq_fail_usage(
		    call, "\"%s\" is none of buy, sell and liquidate", call->words[2]);
	if (call->word_count < 4)
		return yq_fail_usage(call, "what is to be bought or sold?");
	schedule->action = (enum yq_action)action;
	status = take_instrument(call, call->words[3], schedule);
	if (status == YQ_CONSOLE_DONE)
		status = take_size(call, call->word_count > 4 ? call->words[4] : NULL, schedule);
	return status;
}

static int
take_country(const struct yq_call *call, struct yq_schedule *schedule)
{
	const char *text = call->options[YQ_OPT_COUNTRY];
	int country = text != NULL ? yq_names_find(&yq_country_names, text, strlen(text)) : -1;

	if (country < 0)
		return yq_fail_usage(call, "--country: expected KR, US, CN, JP, HK or VN");
	schedule->exchange = yq_market_of_country((enum yq_country)country)->exchange;
	schedule->zone[0] = '\0';
	return YQ_CONSOLE_DONE;
}

static int
take_reasons(const struct yq_call *call, struct yq_schedule *schedule)
{
	const char *text = call->options[YQ_OPT_REASONS];

	if (text == NULL)
		return YQ_CONSOLE_DONE;
	if (text[0] == '\0') /* would sell everything: that is said with "*" */
		return yq_fail_usage(call, "--reasons is empty; * is any of them");
	if (!yq_str_copy(schedule->reasons, sizeof(schedule->reasons), text))
		return yq_fail_usage(call, "--reasons is too long");
	for (char *c = schedule->reasons; *c != '\0'; c++)
		if (*c == ',')
			*c = '\n';
	return YQ_CONSOLE_DONE;
}

static int
make_liquidation(const struct yq_call *call, struct yq_schedule *schedule)
{
	int status = take_country(call, schedule);

	schedule->kind = YQ_SCHEDULE_LIQUIDATION;
	if (call->word_count > 3)
		return yq_fail_usage(call, "a liquidation sells whatever is held: no ticker");
	return status == YQ_CONSOLE_DONE ? take_reasons(call, schedule) : status;
}

int
yq_schedule_make(struct yq_scheduling *s, struct yq_schedule *schedule)
{
	const struct yq_call *call = s->call;
	bool liquidation;
	int status;

	*schedule = yq_schedule_default();
	if (call->word_count < 3)
		return yq_fail_usage(call, "expected add NAME buy|sell|liquidate ...");
	schedule->id = yq_id_random();
	if (!yq_str_copy(schedule->name, sizeof(schedule->name), call->words[1]))
		return yq_fail_usage(
		    call, "the name is longer than %d bytes", YQ_SCHEDULE_NAME_SIZE - 1);
	if (!yq_call_has(call, YQ_OPT_AT) && !yq_call_has(call, YQ_OPT_AFTER_OPEN) &&
	    !yq_call_has(call, YQ_OPT_BEFORE_CLOSE))
		return yq_fail_usage(call, "when? Say --at, --after-open or --before-close");
	liquidation = yq_str_equal_nocase(call->words[2], "liquidate");
	status = refuse_strangers(call, liquidation);
	if (status == YQ_CONSOLE_DONE)
		status = liquidation ? make_liquidation(call, schedule) : make_order(s, schedule);
	if (status == YQ_CONSOLE_DONE)
		status = take_account(s, schedule, true);
	return status == YQ_CONSOLE_DONE ? take_when(call, schedule) : status;
}

int
yq_schedule_alter(struct yq_scheduling *s, struct yq_schedule *schedule)
{
	const struct yq_call *call = s->call;
	const char *qty = call->word_count > 2 ? call->words[2] : NULL;
	bool order = schedule->kind == YQ_SCHEDULE_ORDER;
	int status = refuse_strangers(call, !order);

	if (status == YQ_CONSOLE_DONE)
		status = take_account(s, schedule, false);
	if (status == YQ_CONSOLE_DONE && order)
		status = take_size(call, qty, schedule);
	else if (status == YQ_CONSOLE_DONE && qty != NULL)
		status = yq_fail_usage(call, "a liquidation sells whatever is held");
	if (status == YQ_CONSOLE_DONE && !order && yq_call_has(call, YQ_OPT_COUNTRY))
		status = take_country(call, schedule);
	if (status == YQ_CONSOLE_DONE && !order)
		status = take_reasons(call, schedule);
	return status == YQ_CONSOLE_DONE ? take_when(call, schedule) : status;
}
