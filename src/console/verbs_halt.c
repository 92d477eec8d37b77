/* verbs_halt.c - the kill switch: halt, resume. */
#include "console/verbs_halt.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/fetch_halts.h"
#include "console/person.h"
#include "console/sheet.h"
#include "console/take.h"
#include "console/tell.h"
#include "daemon/settings.h"

#define FLATTEN_WORD "FLATTEN" /* what a person types to go on */

static int64_t
now(void)
{
	return yq_clock_now_us(yq_clock_system());
}

static void
take_reason(const struct yq_call *call, char *reason, size_t size)
{
	const char *given = call->options[YQ_OPT_REASON];

	yq_str_copy_cut(reason, size, given != NULL ? given : "by hand");
}

/* Whether a field is among those that a call for `scope` releases; "" = all are. */
static bool
is_meant(const struct yq_halt_entry *entry, const char *scope)
{
	return scope[0] == '\0' || yq_str_equal(yq_halt_scope(entry->field), scope);
}

/* What stood, for the audit trail: "account:Paper halted by me: why". */
static void
describe(const struct yq_halts *halts, const char *scope, char *text, size_t size)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf list = yq_buf_make(4096);

	for (size_t i = 0; i < halts->count; i++) {
		const struct yq_halt_entry *entry = &halts->items[i];

		if (is_meant(entry, scope))
			yq_buf_add_format(&list, "%s%s halted by %s: %s",
			    list.length > 0 ? "; " : "", entry->field, entry->halt.who,
			    entry->halt.why);
	}
	yq_str_copy_cut(text, size, yq_buf_text(&list));
}

/* What a person did, with the words for why. */
static struct yq_act
act_of(const struct yq_call *call, const char *kind, const char *target, const char *alias)
{
	struct yq_act act = { .id = yq_id_random(), .hand = yq_person(), .timestamp_us = now() };

	yq_str_copy_cut(act.kind, sizeof(act.kind), kind);
	yq_str_copy_cut(act.target, sizeof(act.target), target);
	yq_str_copy_cut(act.account_alias, sizeof(act.account_alias), alias);
	take_reason(call, act.reason, sizeof(act.reason));
	return act;
}

/* In one step: the switches, and what tells of it. */
static int
carry_out(
    struct yq_system *system, struct yq_halt_item *item, const struct yq_act *act, int64_t *changed)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_err err = { 0 };

	yq_message_encode_act(act, &payload);
	item->payload = yq_buf_text(&payload);
	item->length = payload.length;
	if (yq_valkey_sync_halt(system->desk.valkey, item, changed, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}

/* ---- for people ---- */

static void
print_way_back(const char *scope)
{
	const char *slash = strchr(scope, '/');

	printf("`yq resume");
	while (strchr(scope, ':') != NULL) {
		const char *name = strchr(scope, ':') + 1;
		bool account = yq_str_starts(scope, "account");
		size_t length = account && slash != NULL ? (size_t)(slash - name) : strlen(name);
		char part[YQ_HALT_FIELD_SIZE] = "";

		if (!yq_str_copy_bytes(part, sizeof(part), name, length))
			break;
		printf(" --%s '", account ? "account" : "strategy");
		yq_print_plain(part);
		putchar('\'');
		scope = account && slash != NULL ? slash + 1 : "";
	}
	printf("` releases it");
}

static void
print_time(const char *before, int64_t at_us)
{
	char text[YQ_TIME_TEXT_SIZE], shown[YQ_SHORT_TIME_SIZE];

	yq_time_format(at_us, text);
	yq_time_shorten(text, shown);
	printf("%s%.19s UTC", before, shown);
}

static void
print_halt(const struct yq_halt_entry *entry)
{
	const struct yq_halt *halt = &entry->halt;
	const char *scope = yq_halt_scope(entry->field);

	printf("\nHALTED: ");
	yq_print_plain(yq_str_equal(scope, YQ_HALT_ALL) ? "everything" : scope);
	printf(", by ");
	yq_print_plain(halt->who[0] != '\0' ? halt->who : "somebody");
	if (halt->flatten)
		printf(", flattened");
	if (halt->until_us != 0)
		print_time(", until ", halt->until_us);
	printf(": ");
	yq_print_plain(halt->why);
	if (yq_halt_cooling_us(halt, now()) > 0)
		print_time(" (cooling off until ", halt->not_before_us);
	else
		printf(" (");
	if (yq_halt_cooling_us(halt, now()) > 0)
		printf("; ");
	print_way_back(scope);
	printf(")\n");
}

int
yq_print_halts(struct yq_system *system)
{
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	int status = yq_fetch_halts(system, &halts);

	for (size_t i = 0; i < halts.count; i++)
		if (yq_halt_stands(&halts.items[i].halt, now()))
			print_halt(&halts.items[i]);
	return status;
}

static const char *
scope_for_people(const char *scope)
{
	return yq_str_equal(scope, YQ_HALT_ALL) ? "everything" : scope;
}

/* ---- flatten: what it will close, and whether that is meant ---- */

static enum yq_rc
print_held(void *cookie, const struct yq_position *position)
{
	size_t *count = cookie;
	char qty[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(position->qty, qty);
	printf("  %s: %s %s on %s", position->account_alias, qty, position->ticker,
	    yq_names_text(&yq_exchange_names, (int)position->exchange));
	if (position->buy_reason[0] != '\0') {
		printf(", ");
		yq_print_plain(position->buy_reason);
	}
	putchar('\n');
	++*count;
	return YQ_OK;
}

static bool
is_typed(void)
{
	char line[32];

	fprintf(stderr, "Type %s to go on: ", FLATTEN_WORD);
	fflush(stderr);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return yq_str_equal(line, FLATTEN_WORD);
}

static int
confirm_flatten(struct yq_system *system, const struct yq_call *call, const char *scope)
{
	bool json = yq_call_has(call, YQ_OPT_JSON);
	size_t count = 0;
	int status;

	if (!yq_call_has(call, YQ_OPT_FLATTEN) || (json && yq_call_has(call, YQ_OPT_YES)))
		return YQ_CONSOLE_DONE;
	printf("open orders of %s are canceled, and this is closed at the market:\n",
	    scope_for_people(scope));
	status = yq_fetch_held(system, scope, print_held, &count);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (count == 0)
		puts("  nothing is held there now; what comes to be held is closed");
	fflush(stdout);
	if (yq_call_has(call, YQ_OPT_YES))
		return YQ_CONSOLE_DONE;
	if (isatty(STDIN_FILENO) == 0)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "nobody can be asked whether that is meant: say so with --yes");
	return is_typed() ? YQ_CONSOLE_DONE : yq_fail(YQ_CONSOLE_REFUSED, "nothing was changed");
}

/* ---- halt ---- */

/* Risk: CoolingOffMinutes of the account, or of all accounts.  Settings that cannot be read stop no
 * halt. */
static int64_t
cooling_off(struct yq_system *system, const struct yq_call *call, const char *alias)
{
	struct yq_config_report report = { 0 };
	struct yq_config *config = NULL;
	struct yq_risks *risks;
	int64_t cooling_us;

	if (yq_system_settings(call, system, &config) != YQ_CONSOLE_DONE)
		return 0;
	risks = yq_settings_risk(config, &report);
	cooling_us = yq_risks_find(risks, alias)->cooling_off_us;
	yq_risks_free(risks);
	yq_config_free(config);
	yq_config_report_free(&report);
	return cooling_us;
}

/* Thrown once more in the place of one that cools off, it cools off as long. */
static void
keep_cooling(struct yq_halt *halt, const struct yq_halts *halts, const char *scope)
{
	for (size_t i = 0; i < halts->count; i++) {
		const struct yq_halt *before = &halts->items[i].halt;

		if (!yq_str_equal(halts->items[i].field, scope) ||
		    yq_halt_cooling_us(before, halt->when_us) == 0 ||
		    before->not_before_us <= halt->not_before_us)
			continue;
		halt->not_before_us = before->not_before_us;
		if (halt->until_us != 0 && halt->until_us < halt->not_before_us)
			halt->until_us = halt->not_before_us;
	}
}

static int
make_halt(struct yq_system *system, const struct yq_call *call, const struct yq_halts *halts,
    const char *scope, const char *alias, struct yq_halt *halt)
{
	int64_t until_us = 0;
	int status = yq_take_time(call, YQ_OPT_UNTIL, &until_us);

	if (status == YQ_CONSOLE_DONE && until_us != 0 && until_us <= now())
		status = yq_fail_usage(call, "--until is over already");
	*halt =
	    (struct yq_halt){ .id = yq_id_random(), .flatten = yq_call_has(call, YQ_OPT_FLATTEN) };
	memcpy(halt->who, yq_person().who, sizeof(halt->who));
	take_reason(call, halt->why, sizeof(halt->why));
	yq_halt_set_times(halt, now(), until_us, cooling_off(system, call, alias));
	keep_cooling(halt, halts, scope);
	return status;
}

static void
print_thrown(
    const struct yq_call *call, const char *scope, const struct yq_halt *halt, const char *text)
{
	if (yq_call_has(call, YQ_OPT_JSON)) {
		printf("{\"halted\":true}\n");
		return;
	}
	yq_print_plain(text);
	putchar('\n');
	if (halt->until_us != 0)
		print_time("it is over by itself at ", halt->until_us);
	if (halt->until_us != 0)
		printf("; ");
	print_way_back(scope);
	if (halt->not_before_us != 0)
		print_time(", not before ", halt->not_before_us);
	puts(halt->flatten ? "; `yq positions` shows what is left"
			   : "; open orders stay (`yq cancel --all`)");
}

static int throw(
    struct yq_system * system, const struct yq_call *call, const char *scope, const char *alias)
{
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	YQ_CLEANUP(yq_buf_free) struct yq_buf value = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_act act = act_of(call, "halt", scope, alias);
	struct yq_halt_change change = { .field = scope };
	struct yq_halt_item item = { .kind = YQ_SUBMIT_HALT, .changes = &change, .count = 1 };
	char text[YQ_ERR_TEXT_MAX];
	struct yq_halt halt;
	int64_t changed = 0;
	int status = yq_fetch_halts(system, &halts);

	if (status == YQ_CONSOLE_DONE)
		status = make_halt(system, call, &halts, scope, alias, &halt);
	if (status == YQ_CONSOLE_DONE)
		status = confirm_flatten(system, call, scope);
	if (status != YQ_CONSOLE_DONE)
		return status;
	describe(&halts, scope, act.before, sizeof(act.before));
	yq_message_encode_halt(&halt, &value);
	change.value = yq_buf_text(&value);
	status = carry_out(system, &item, &act, &changed);
	if (status != YQ_CONSOLE_DONE)
		return status;
	yq_str_format(text, sizeof(text), "halted %s%s by %s: %.300s", scope_for_people(scope),
	    halt.flatten ? ", to be flattened," : "", halt.who, halt.why);
	print_thrown(call, scope, &halt, text);
	return yq_tell(system, YQ_NOTIFICATION_RISK, YQ_SEVERITY_WARNING, text);
}

int
yq_verb_halt(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	char scope[YQ_HALT_FIELD_SIZE] = "", alias[YQ_ALIAS_SIZE] = "";
	int status = yq_system_open_valkey(call, &system);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_scope(&system, call, scope, alias);
	return status == YQ_CONSOLE_DONE ? throw(&system, call, scope, alias) : status;
}

/* ---- resume ---- */

/* Those that the call means as what is to be released; refused while one cools off. */
static int
releases(const struct yq_call *call, const struct yq_halts *halts, const char *scope,
    struct yq_halt_change *changes, size_t *count)
{
	char left[YQ_HALT_TEXT_SIZE];

	if (yq_call_has(call, YQ_OPT_FORCE) && !yq_call_has(call, YQ_OPT_REASON))
		return yq_fail_usage(call, "--force needs a --reason");
	for (size_t i = 0; i < halts->count; i++) {
		const struct yq_halt_entry *entry = &halts->items[i];
		int64_t cooling_us = yq_halt_cooling_us(&entry->halt, now());

		if (!is_meant(entry, scope))
			continue;
		if (cooling_us > 0 && !yq_call_has(call, YQ_OPT_FORCE)) {
			yq_halt_describe(entry->field, &entry->halt, left, sizeof(left));
			return yq_fail(YQ_CONSOLE_REFUSED,
			    "it cools off for another %lld min %lld s (%s); --force with a "
			    "--reason releases it all the same",
			    (long long)(cooling_us / (60 * YQ_US_PER_SECOND)),
			    (long long)(cooling_us / YQ_US_PER_SECOND % 60), left);
		}
		changes[(*count)++] =
		    (struct yq_halt_change){ .field = entry->field, .expected = entry->value };
	}
	return YQ_CONSOLE_DONE;
}

static int
release(struct yq_system *system, const struct yq_call *call, const char *scope, const char *alias,
    int64_t *changed)
{
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	struct yq_act act = act_of(call, "resume", scope, alias);
	struct yq_halt_item item = { .kind = YQ_SUBMIT_RESUME };
	YQ_CLEANUP(yq_freep) struct yq_halt_change *changes = NULL;
	int status = yq_fetch_halts(system, &halts);

	changes = yq_xcalloc(halts.count + 1, sizeof(*changes));
	if (status == YQ_CONSOLE_DONE)
		status = releases(call, &halts, scope, changes, &item.count);
	if (status != YQ_CONSOLE_DONE || item.count == 0)
		return status;
	describe(&halts, scope, act.before, sizeof(act.before));
	item.changes = changes;
	return carry_out(system, &item, &act, changed);
}

int
yq_verb_resume(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	bool all = yq_call_has(call, YQ_OPT_ALL);
	char scope[YQ_HALT_FIELD_SIZE] = "", alias[YQ_ALIAS_SIZE] = "", text[YQ_ERR_TEXT_MAX];
	int64_t changed = 0;
	int status = yq_system_open_valkey(call, &system);

	if (status == YQ_CONSOLE_DONE && !all)
		status = yq_fetch_scope(&system, call, scope, alias);
	if (status == YQ_CONSOLE_DONE)
		status = release(&system, call, scope, alias, &changed);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (changed == 0)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "there is no halt of %s to release (`yq status` shows what stands)",
		    all ? "anything" : scope_for_people(scope));
	yq_str_format(text, sizeof(text), "resumed %s by %s",
	    all ? "all that was halted" : scope_for_people(scope), yq_person().who);
	puts(yq_call_has(call, YQ_OPT_JSON) ? "{\"halted\":false}" : text);
	return yq_tell(&system, YQ_NOTIFICATION_RISK, YQ_SEVERITY_WARNING, text);
}
