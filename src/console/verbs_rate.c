/* verbs_rate.c - `yq rate`: exchange rates, written down by people. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "console/find.h"
#include "console/person.h"
#include "console/sheet.h"
#include "console/take.h"
#include "store/rates.h"

static const struct yq_column columns[] = {
	{ "DATE", "date", YQ_COLUMN_TEXT },
	{ "ONE", "currency", YQ_COLUMN_TEXT },
	{ "IS", "rate", YQ_COLUMN_NUMBER },
	{ "OF", "base", YQ_COLUMN_TEXT },
	{ "SOURCE", "source", YQ_COLUMN_TEXT },
	{ "WRITTEN", "written", YQ_COLUMN_TIME },
};

/* ---- what is asked for ---- */

static int
take_date(const struct yq_call *call, enum yq_option option, yq_date *date)
{
	const char *text = call->options[option];

	if (text == NULL || yq_date_parse(text, date))
		return YQ_CONSOLE_DONE;
	return yq_fail_usage(call, "expected a date like 2026-11-22, found \"%s\"", text);
}

/* The words after "set" or "remove": two currencies; the day, which is today where none is given.
 */
static int
take_key(const struct yq_call *call, struct yq_exchange_rate *rate)
{
	int64_t days = yq_clock_now_us(yq_clock_system()) / (86400 * YQ_US_PER_SECOND);
	int status = yq_take_currency(call, call->words[1], &rate->currency), year, month, day;

	if (status == YQ_CONSOLE_DONE)
		status = yq_take_currency(call, call->words[2], &rate->base);
	if (status == YQ_CONSOLE_DONE && rate->currency == rate->base)
		status = yq_fail_usage(call, "a rate is of two currencies");
	yq_days_to_date(days, &year, &month, &day);
	rate->date = (yq_date)(year * 10000 + month * 100 + day);
	return status == YQ_CONSOLE_DONE ? take_date(call, YQ_OPT_DATE, &rate->date) : status;
}

static int
take_rate(const struct yq_call *call, struct yq_exchange_rate *rate)
{
	const char *number = call->words[3], *source = call->options[YQ_OPT_SOURCE];
	int status = take_key(call, rate);

	if (status == YQ_CONSOLE_DONE)
		status = yq_take_number(call, "rate", number, &rate->rate);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (source == NULL || source[0] == '\0')
		source = "by hand";
	if (!yq_str_is_utf8(source, strlen(source)) ||
	    !yq_str_copy(rate->source, sizeof(rate->source), source))
		return yq_fail_usage(call, "--source is too long, or no UTF-8");
	return YQ_CONSOLE_DONE;
}

/* ---- what is done ---- */

static struct yq_rate_act
act_of(const struct yq_call *call, const struct yq_hand *hand)
{
	const char *reason = call->options[YQ_OPT_REASON];

	return (struct yq_rate_act){ .hand = hand,
		.reason = reason != NULL ? reason : "",
		.now_us = yq_clock_now_us(yq_clock_system()) };
}

static int
list(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_rate_list_free) struct yq_rate_list rates = { 0 };
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(columns, YQ_COUNT(columns));
	struct yq_rate_filter filter = { .currency = YQ_CURRENCY_NONE, .base = YQ_CURRENCY_NONE };
	struct yq_err err = { 0 };
	int status = take_date(call, YQ_OPT_FROM, &filter.from);

	if (status == YQ_CONSOLE_DONE)
		status = take_date(call, YQ_OPT_TO, &filter.to);
	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_rates_find(system.desk.firebird, &filter, &rates, &err) != YQ_OK)
		return yq_fail_err(&err);
	for (size_t i = 0; i < rates.count; i++) {
		const struct yq_exchange_rate *rate = &rates.items[i];
		char date[YQ_DATE_TEXT_SIZE];

		yq_date_format(rate->date, date);
		yq_sheet_add(sheet, date);
		yq_sheet_add(sheet, yq_names_text(&yq_currency_names, (int)rate->currency));
		yq_sheet_add_decimal(sheet, rate->rate);
		yq_sheet_add(sheet, yq_names_text(&yq_currency_names, (int)rate->base));
		yq_sheet_add(sheet, rate->source);
		yq_sheet_add_time(sheet, rate->written_us);
	}
	yq_sheet_print(sheet, call, "no rate has been written down (`yq help rate` shows how)");
	return YQ_CONSOLE_DONE;
}

static int
set(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_exchange_rate rate = { 0 };
	struct yq_hand hand = yq_person();
	struct yq_rate_act act = act_of(call, &hand);
	struct yq_opt_decimal before;
	char now[YQ_DECIMAL_TEXT_SIZE], was[YQ_DECIMAL_TEXT_SIZE] = "", date[YQ_DATE_TEXT_SIZE];
	struct yq_err err = { 0 };
	int status = take_rate(call, &rate);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_rates_set(system.desk.firebird, &rate, &act, &before, &err) != YQ_OK)
		return yq_fail_err(&err);
	yq_decimal_format(rate.rate, now);
	if (before.set)
		yq_decimal_format(before.value, was);
	yq_date_format(rate.date, date);
	if (yq_call_has(call, YQ_OPT_JSON))
		printf("{\"date\":\"%s\",\"rate\":%s,\"before\":%s}\n", date, now,
		    before.set ? was : "null");
	else
		printf("1 %s = %s %s on %s%s%s%s\n",
		    yq_names_text(&yq_currency_names, (int)rate.currency), now,
		    yq_names_text(&yq_currency_names, (int)rate.base), date,
		    before.set ? " (before: " : "", was, before.set ? ")" : "");
	return YQ_CONSOLE_DONE;
}

static int
remove_one(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_exchange_rate rate = { 0 };
	struct yq_hand hand = yq_person();
	struct yq_rate_act act = act_of(call, &hand);
	struct yq_err err = { 0 };
	int status;

	if (!yq_call_has(call, YQ_OPT_DATE))
		return yq_fail_usage(call, "say of which day: --date");
	status = take_key(call, &rate);
	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_rates_remove(
		system.desk.firebird, rate.currency, rate.base, rate.date, &act, &err) != YQ_OK)
		return yq_fail_err(&err);
	puts(yq_call_has(call, YQ_OPT_JSON) ? "{\"removed\":true}" : "removed");
	return YQ_CONSOLE_DONE;
}

int
yq_verb_rate(const struct yq_call *call)
{
	static const struct {
		const char *name;
		size_t words;
		int (*run)(const struct yq_call *call);
	} acts[] = { { "list", 1, list }, { "set", 4, set }, { "remove", 3, remove_one } };

	if (call->word_count == 0)
		return list(call);
	for (size_t i = 0; i < YQ_COUNT(acts); i++)
		if (yq_str_equal(call->words[0], acts[i].name) && call->word_count == acts[i].words)
			return acts[i].run(call);
	return yq_fail_usage(
	    call, "expected list, set CURRENCY BASE RATE, or remove CURRENCY BASE");
}
