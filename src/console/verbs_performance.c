/* verbs_performance.c - `yq performance`: recorded days and executions into reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/calendars.h"
#include "console/command_line.h"
#include "console/find.h"
#include "console/slip.h"
#include "console/take.h"
#include "console/totals.h"

/* What is asked for. */
struct wish {
	struct yq_gathered_wish gathered;
	bool only_totals;      /* --in */
	enum yq_currency base; /* of totals; YQ_CURRENCY_NONE = none are asked for */
};

/* The totals stand behind the reports of the currencies, and own what they are made of. */
struct found {
	struct yq_gathered g;
	struct yq_totals totals;
};

static void
found_clear(struct found *found)
{
	yq_gathered_clear(&found->g);
	yq_totals_clear(&found->totals);
}

/* ---- what is asked for ---- */

static int
take_currencies(const struct yq_call *call, struct wish *wish)
{
	const char *one = call->options[YQ_OPT_CURRENCY], *base = call->options[YQ_OPT_IN];
	int status = YQ_CONSOLE_DONE;

	wish->gathered.currency = wish->base = YQ_CURRENCY_NONE;
	wish->only_totals = base != NULL;
	if (one != NULL)
		status = yq_take_currency(call, one, &wish->gathered.currency);
	if (status == YQ_CONSOLE_DONE && base != NULL)
		status = yq_take_currency(call, base, &wish->base);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (base != NULL && (one != NULL || wish->gathered.strategy != NULL))
		return yq_fail_usage(
		    call, "--in is of all currencies and strategies of an account");
	if (base == NULL && yq_call_has(call, YQ_OPT_ALL))
		return yq_fail_usage(call, "--all is for one total: --in says in what currency");
	if (wish->gathered.accounts != NULL && yq_call_has(call, YQ_OPT_ALL))
		return yq_fail_usage(call, "--all and --account exclude each other");
	return YQ_CONSOLE_DONE;
}

static int
take_options(const struct yq_call *call, struct yq_performance_options *options)
{
	const char *rate = call->options[YQ_OPT_RISK_FREE];
	struct yq_decimal value = YQ_DECIMAL_ZERO;
	struct yq_err err = { 0 };
	int64_t periods;

	if (yq_option_int(call, YQ_OPT_PERIODS, 1, 366, YQ_PERFORMANCE_PERIODS, &periods, &err) !=
	    YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	if (rate != NULL &&
	    (yq_decimal_parse(rate, strlen(rate), &value) != YQ_OK || yq_decimal_sign(value) < 0 ||
		yq_decimal_cmp(value, yq_decimal_from_int(1)) >= 0))
		return yq_fail_usage(
		    call, "--risk-free: expected a fraction from 0 to below 1, found \"%s\"", rate);
	*options = (struct yq_performance_options){ .periods = (double)periods,
		.risk_free = yq_ratio_of(value, yq_decimal_from_int(1)).value };
	return YQ_CONSOLE_DONE;
}

static int
take_wish(const struct yq_call *call, struct wish *wish)
{
	int status;

	wish->gathered.accounts = call->options[YQ_OPT_ACCOUNT];
	wish->gathered.strategy = call->options[YQ_OPT_STRATEGY];
	status = take_currencies(call, wish);
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_period(
		    call, YQ_OPT_FROM, &wish->gathered.from_us, &wish->gathered.to_us);
	if (status == YQ_CONSOLE_DONE)
		status = take_options(call, &wish->gathered.options);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (wish->gathered.to_us != 0 && wish->gathered.from_us >= wish->gathered.to_us)
		return yq_fail_usage(call, "--from has to be before --to");
	if (yq_call_has(call, YQ_OPT_CSV) && wish->gathered.strategy != NULL)
		return yq_fail_usage(call, "a strategy has no equity of its own: --csv is of an "
					   "account");
	return YQ_CONSOLE_DONE;
}

/* ---- totals ---- */

static const char *
total_name(const struct yq_call *call, const struct wish *wish)
{
	if (yq_call_has(call, YQ_OPT_ALL))
		return "all accounts";
	return wish->gathered.accounts != NULL && strchr(wish->gathered.accounts, ',') != NULL
		   ? wish->gathered.accounts
		   : NULL;
}

/* A total without one that was named would look like the whole. */
static int
check_named(const struct yq_gathered *g)
{
	size_t length;

	for (const char *at = g->wish->accounts; at != NULL;
	     at = at[length] == ',' ? at + length + 1 : NULL) {
		bool found = false;

		length = strcspn(at, ",");
		for (size_t i = 0; i < g->days.count && !found; i++)
			found = strlen(g->days.items[i].account_alias) == length &&
				strncmp(g->days.items[i].account_alias, at, length) == 0;
		if (!found)
			return yq_fail(YQ_CONSOLE_REFUSED, "no day has been recorded for \"%.*s\"",
			    (int)length, at);
	}
	return YQ_CONSOLE_DONE;
}

/* After the reports of the currencies. */
static int
add_totals(const struct yq_call *call, struct found *found, const struct wish *asked,
    struct yq_firebird *firebird, const struct yq_config *config)
{
	struct yq_gathered *g = &found->g;
	struct yq_totals_wish wish = { .total = { .currency = asked->base },
		.together = asked->only_totals ? total_name(call, asked) : NULL,
		.mixed_alone = !asked->only_totals,
		.from = g->wish->from_us == 0 ? 0 : yq_gathered_date(g->wish->from_us),
		.options = g->wish->options };
	struct yq_err err = { 0 };

	if (yq_totals_read(&g->days, firebird, config, &wish, &found->totals, &err) != YQ_OK)
		return yq_fail_err(&err);
	if (found->totals.count == 0)
		return YQ_CONSOLE_DONE;
	g->reports =
	    yq_xrealloc(g->reports, g->report_count + found->totals.count, sizeof(*g->reports));
	memcpy(&g->reports[g->report_count], found->totals.reports,
	    found->totals.count * sizeof(*g->reports));
	g->report_count += found->totals.count;
	return YQ_CONSOLE_DONE;
}

/* ---- showing ---- */

static int
print_csv(const struct yq_call *call, const struct yq_gathered *g)
{
	char text[YQ_TOTAL_GAP_TEXT_SIZE];

	if (g->report_count == 0)
		return yq_fail(YQ_CONSOLE_REFUSED, "no day has been recorded");
	if (g->report_count > 1)
		return yq_fail_usage(call,
		    "there are %zu accounts and currencies: name one with "
		    "--account and --currency",
		    g->report_count);
	if (g->reports[0].gap_count > 0) {
		yq_total_gap_text(g->reports[0].gaps, g->reports[0].currency, text);
		fprintf(stderr,
		    "yq: days are left out (--json tells of each), the first because %s\n", text);
	}
	yq_report_print_csv(&g->reports[0], yq_call_has(call, YQ_OPT_EQUITY));
	return YQ_CONSOLE_DONE;
}

/* Nothing was found: perhaps by a slip of the pen. */
static void
hint(const struct yq_gathered *g, const struct yq_config *config)
{
	const char *named = g->wish->strategy, *nearest = NULL;

	if (g->report_count > 0)
		return;
	if (g->wish->accounts != NULL)
		yq_slip_account(config, g->wish->accounts);
	for (size_t i = 0; i < g->account_count && named != NULL; i++)
		nearest = yq_slip_nearest(named, g->accounts[i].tallies, nearest);
	if (nearest != NULL)
		yq_slip_say("strategy", named, nearest);
}

static int
print(const struct yq_call *call, const struct yq_gathered *g)
{
	if (yq_call_has(call, YQ_OPT_CSV))
		return print_csv(call, g);
	if (yq_call_has(call, YQ_OPT_JSON)) {
		yq_reports_print_json(g->reports, g->report_count);
		return YQ_CONSOLE_DONE;
	}
	for (size_t i = 0; i < g->report_count; i++) {
		if (i > 0)
			putchar('\n');
		yq_report_print(&g->reports[i]);
	}
	if (g->report_count == 0)
		puts("nothing has been traded, and no day recorded");
	return YQ_CONSOLE_DONE;
}

/* Totals that nobody asks for by name: as the settings say, and where they are in nobody's way. */
static void
take_base(const struct yq_call *call, const struct yq_config *config, struct wish *wish)
{
	const char *name = yq_config_text(config, "Performance:BaseCurrency");

	if (!wish->only_totals && wish->gathered.strategy == NULL &&
	    wish->gathered.currency == YQ_CURRENCY_NONE && !yq_call_has(call, YQ_OPT_CSV) &&
	    name[0] != '\0')
		wish->base =
		    (enum yq_currency)yq_names_find(&yq_currency_names, name, strlen(name));
}

static int
gather(const struct wish *wish, struct yq_system *system, struct found *found)
{
	struct yq_err err = { 0 };

	if (yq_gathered_read(&wish->gathered, system->desk.firebird, &found->g, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}

int
yq_verb_performance(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(found_clear) struct found found = { .totals = { 0 } };
	struct yq_config *config = NULL;
	struct wish wish = { .only_totals = false };
	int status = take_wish(call, &wish);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status == YQ_CONSOLE_DONE)
		status = yq_calendars_settings(call, &config);
	if (status == YQ_CONSOLE_DONE) {
		take_base(call, config, &wish);
		wish.gathered.only_days = wish.only_totals;
		status = gather(&wish, &system, &found);
	}
	if (status == YQ_CONSOLE_DONE && wish.only_totals)
		status = check_named(&found.g);
	if (status == YQ_CONSOLE_DONE && wish.base != YQ_CURRENCY_NONE)
		status = add_totals(call, &found, &wish, system.desk.firebird, config);
	if (status == YQ_CONSOLE_DONE)
		hint(&found.g, config);
	yq_config_free(config);
	return status == YQ_CONSOLE_DONE ? print(call, &found.g) : status;
}
