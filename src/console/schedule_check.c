/* schedule_check.c - schedules in a few words, checked, and changed. */
#include "base/str.h"
#include "console/fetch.h"
#include "console/person.h"
#include "console/schedule.h"
#include "domain/schedule_text.h"

const struct yq_market_hours *
yq_scheduling_hours(const struct yq_scheduling *s, const struct yq_schedule *schedule)
{
	return yq_calendar_hours(s->calendars.calendar, schedule->exchange);
}

void
yq_schedule_what(const struct yq_schedule *schedule, char text[YQ_SCHEDULE_WHAT_SIZE])
{
	const struct yq_market *market = yq_market_of(schedule->exchange);
	char size[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE] = "";
	bool by_amount = schedule->amount.set;

	if (schedule->kind == YQ_SCHEDULE_LIQUIDATION) {
		yq_str_format(text, YQ_SCHEDULE_WHAT_SIZE, "Liquidate %s%s%.100s",
		    yq_names_text(&yq_country_names, (int)market->country),
		    schedule->reasons[0] != '\0' ? ": " : "", schedule->reasons);
		for (char *c = text; *c != '\0'; c++)
			if (*c == '\n')
				*c = ',';
		return;
	}
	yq_decimal_format(by_amount ? schedule->amount.value : schedule->quantity.value, size);
	if (schedule->price.set)
		yq_decimal_format(schedule->price.value, price);
	yq_str_format(text, YQ_SCHEDULE_WHAT_SIZE, "%s %s%s%s%s %s on %s%s%s",
	    yq_names_text(&yq_action_names, (int)schedule->action), size, by_amount ? " " : "",
	    by_amount ? yq_names_text(&yq_currency_names, (int)market->currency) : "",
	    by_amount ? " of" : "", schedule->ticker,
	    yq_names_text(&yq_exchange_names, (int)schedule->exchange),
	    price[0] != '\0' ? " at " : "", price);
}

void
yq_schedule_brief(const struct yq_schedule *schedule, char text[YQ_MESSAGE_SIZE])
{
	char what[YQ_SCHEDULE_WHAT_SIZE], when[YQ_WHEN_TEXT_SIZE], days[YQ_WEEKDAYS_TEXT_SIZE];

	yq_schedule_what(schedule, what);
	yq_schedule_when_text(schedule, when);
	yq_weekdays_format(schedule->weekdays, days);
	yq_str_format(text, YQ_MESSAGE_SIZE, "%s, %s, %s%s", what, when, days,
	    schedule->enabled ? "" : ", disabled");
}

/* An account that no gateway serves now may be a slip of the pen. */
static int
check_account(struct yq_scheduling *s, const struct yq_schedule *schedule, struct yq_err *err)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	int status;

	if (yq_str_equal(schedule->account_alias, YQ_SCHEDULE_ANY_ACCOUNT))
		return YQ_CONSOLE_DONE;
	status = yq_system_valkey(&s->system);
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_members(&s->system, YQ_KEY_ACCOUNT_INDEX, &members);
	if (status != YQ_CONSOLE_DONE)
		return status;
	for (size_t i = 0; i < members.count; i++)
		if (yq_str_equal(schedule->account_alias, members.texts[i]))
			return YQ_CONSOLE_DONE;
	(void)yq_err_set(
	    err, YQ_E_REFUSED, "AccountAlias: there is no account \"%s\"", schedule->account_alias);
	return YQ_CONSOLE_REFUSED;
}

int
yq_scheduling_check(struct yq_scheduling *s, struct yq_schedule *schedule, struct yq_err *err)
{
	const struct yq_market_hours *hours = yq_scheduling_hours(s, schedule);
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_due due;

	if (yq_schedule_check(schedule, hours, err) != YQ_OK)
		return YQ_CONSOLE_REFUSED;
	if (yq_schedule_next_run(schedule, hours, now_us, &due) != YQ_OK) {
		(void)yq_err_set(err, YQ_E_REFUSED,
		    "To: as far as the calendar knows it would never run (`yq calendar`)");
		return YQ_CONSOLE_REFUSED;
	}
	return check_account(s, schedule, err);
}

int
yq_scheduling_change(struct yq_scheduling *s, const struct yq_schedule_change *changes,
    size_t count, size_t *ret_index)
{
	const char *reason = s->call->options[YQ_OPT_REASON];
	struct yq_hand hand = yq_person();
	struct yq_err err = { 0 };

	if (yq_schedules_change(s->system.desk.firebird, changes, count, &hand,
		reason != NULL ? reason : "", yq_clock_now_us(yq_clock_system()), ret_index,
		&err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}
