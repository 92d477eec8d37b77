/* verbs_simulate.c - signals of the past through the rules of today; or the proof that the rules of
 * then decided as recorded. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "console/command_line.h"
#include "console/find.h"
#include "console/simulate/check.h"
#include "console/simulate/report.h"
#include "console/simulate/signals_file.h"
#include "console/take.h"
#include "store/signals.h"

#define CASH_MAX INT64_C(99999999999999)

/* What a simulation is made of. */
struct setting {
	struct yq_config *config;
	struct yq_rules *rules;
	struct yq_accounts *accounts;
	struct yq_markets *markets;
	struct yq_bars *bars;
};

static void
setting_clear(struct setting *setting)
{
	yq_bars_free(setting->bars);
	yq_markets_free(setting->markets);
	yq_accounts_free(setting->accounts);
	yq_rules_free(setting->rules);
	yq_config_free(setting->config);
}

/* The settings have been checked; whatever is wrong was said. */
static int
setting_load(const struct yq_call *call, struct setting *setting)
{
	struct yq_config_report report = { 0 };
	const char *path = call->options[YQ_OPT_BARS];
	struct yq_err err = { 0 };
	int status = yq_find_settings(call, &setting->config);

	if (status != YQ_CONSOLE_DONE)
		return status;
	setting->rules = yq_rules_load(setting->config, &report);
	setting->accounts = yq_settings_accounts(setting->config, &report);
	setting->markets = yq_settings_markets(setting->config, &report);
	if (report.fault_count > 0)
		status = yq_fail(YQ_CONSOLE_REFUSED, "%s", yq_buf_text(&report.faults));
	yq_config_report_free(&report);
	if (status != YQ_CONSOLE_DONE || path == NULL)
		return status;
	setting->bars = yq_bars_make();
	if (yq_bars_load(setting->bars, yq_markets_calendar(setting->markets), path, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}

/* "USD=10000,KRW=5000000" */
static int
take_cash(const struct yq_call *call, struct yq_sim_spec *spec)
{
	const char *text = call->options[YQ_OPT_CASH];
	size_t length, name;
	int currency;

	for (; text != NULL && *text != '\0'; text += length + (text[length] == ',')) {
		struct yq_decimal amount;

		length = strcspn(text, ",");
		name = strcspn(text, "=");
		currency = name < length ? yq_names_find(&yq_currency_names, text, name) : -1;
		if (currency < 0 ||
		    yq_decimal_parse(text + name + 1, length - name - 1, &amount) != YQ_OK ||
		    yq_decimal_sign(amount) <= 0 || spec->cash[currency].set ||
		    yq_decimal_cmp(amount, yq_decimal_from_int(CASH_MAX)) > 0)
			return yq_fail_usage(call,
			    "--cash: expected amounts as in USD=10000,KRW=5000000, each currency "
			    "once, at most 14 digits, found \"%s\"",
			    text);
		spec->cash[currency] = yq_opt_decimal_of(amount);
		spec->has_cash = true;
	}
	return YQ_CONSOLE_DONE;
}

/* ---- where the signals come from ---- */

static int
play_file(const struct yq_call *call, struct yq_sim *sim)
{
	YQ_CLEANUP(yq_signal_file_closep) struct yq_signal_file *file = NULL;
	struct yq_signal signal;
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_signal_file_open(call->options[YQ_OPT_SIGNALS], &file, &err);

	if (rc != YQ_OK)
		return yq_fail_err(&err);
	while ((rc = yq_signal_file_next(file, &signal, &err)) == YQ_OK) {
		if (yq_sim_signal(sim, &signal, signal.timestamp_us, &err) == YQ_OK)
			continue;
		rc = yq_signal_file_blame(file, &err);
		break;
	}
	return rc == YQ_E_NOT_FOUND ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

static enum yq_rc
play_row(void *cookie, const struct yq_signal_row *row, struct yq_err *err)
{
	int64_t at_us = row->decided_at_us != 0 ? row->decided_at_us : row->signal.received_at_us;
	int64_t *last_us = ((void **)cookie)[1];

	/* Of two that were decided in one breath the later one may have been received first. */
	if (at_us < *last_us)
		at_us = *last_us;
	*last_us = at_us;
	return yq_sim_signal(((void **)cookie)[0], &row->signal, at_us, err);
}

static int
play_archive(const struct yq_call *call, struct yq_sim *sim)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_signal_filter filter = { .from_us = 0 };
	struct yq_err err = { 0 };
	int64_t last_us = 0;
	void *cookie[2] = { sim, &last_us };
	int status = yq_take_period(call, YQ_OPT_FROM, &filter.from_us, &filter.to_us);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_signals_each(system.desk.firebird, &filter, play_row, cookie, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}

static int
simulate(const struct yq_call *call, const struct setting *setting)
{
	YQ_CLEANUP(yq_sim_report_freep)
	struct yq_sim_report *report = yq_sim_report_make(call);
	YQ_CLEANUP(yq_sim_freep) struct yq_sim *sim = NULL;
	struct yq_sim_spec spec = {
		.config = setting->config,
		.rules = setting->rules,
		.accounts = setting->accounts,
		.markets = setting->markets,
		.bars = setting->bars,
		.listener = yq_sim_report_listener(report),
	};
	int status = take_cash(call, &spec);

	if (status != YQ_CONSOLE_DONE)
		return status;
	sim = yq_sim_make(&spec);
	status = yq_call_has(call, YQ_OPT_SIGNALS) ? play_file(call, sim) : play_archive(call, sim);
	if (status != YQ_CONSOLE_DONE)
		return status;
	yq_sim_finish(sim);
	return yq_sim_report_print(report, sim);
}

/* Options that would be left out in silence. */
static int
check_words(const struct yq_call *call)
{
	static const enum yq_option of_runs[] = { YQ_OPT_SIGNALS, YQ_OPT_BARS, YQ_OPT_CASH };
	int64_t from_us = 0, to_us = 0;
	int status = yq_take_period(call, YQ_OPT_FROM, &from_us, &to_us);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (to_us != 0 && to_us <= from_us)
		return yq_fail_usage(call, "--from has to be before --to");
	for (size_t i = 0; yq_call_has(call, YQ_OPT_CHECK) && i < YQ_COUNT(of_runs); i++)
		if (yq_call_has(call, of_runs[i]))
			return yq_fail_usage(call,
			    "--check decides again what is archived: without --%s",
			    yq_option_name(of_runs[i]));
	if (yq_call_has(call, YQ_OPT_SIGNALS) &&
	    (yq_call_has(call, YQ_OPT_FROM) || yq_call_has(call, YQ_OPT_TO)))
		return yq_fail_usage(
		    call, "--from and --to are of the archive's signals: without --signals");
	return YQ_CONSOLE_DONE;
}

int
yq_verb_simulate(const struct yq_call *call)
{
	struct setting setting = { 0 };
	int status = check_words(call);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_call_has(call, YQ_OPT_CHECK))
		return yq_simulate_check(call);
	if (!yq_call_has(call, YQ_OPT_SIGNALS) && !yq_call_has(call, YQ_OPT_FROM))
		return yq_fail_usage(
		    call, "which signals? --signals FILE, --from TIME (the archive's), or --check");
	status = setting_load(call, &setting);
	if (status == YQ_CONSOLE_DONE)
		status = simulate(call, &setting);
	setting_clear(&setting);
	return status;
}
