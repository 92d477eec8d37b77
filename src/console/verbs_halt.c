/* verbs_halt.c - the kill switch: halt, resume. */
#include "console/verbs_halt.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "console/fetch_halts.h"
#include "console/sheet.h"
#include "console/take.h"
#include "desk/halt_by_hand.h"

#define FLATTEN_WORD "FLATTEN" /* what a person types to go on */

static int64_t
now(void)
{
	return yq_clock_now_us(yq_clock_system());
}

static const char *
reason_of(const struct yq_call *call)
{
	const char *given = call->options[YQ_OPT_REASON];

	return given != NULL ? given : "by hand";
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
	    yq_halt_scope_for_people(scope));
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

static int
take_until(const struct yq_call *call, int64_t *until_us)
{
	int status = yq_take_time(call, YQ_OPT_UNTIL, until_us);

	if (status == YQ_CONSOLE_DONE && *until_us != 0 && *until_us <= now())
		status = yq_fail_usage(call, "--until is over already");
	return status;
}

static int throw(
    struct yq_system * system, const struct yq_call *call, const char *scope, const char *alias)
{
	struct yq_halt_wish wish = { .scope = scope,
		.alias = alias,
		.why = reason_of(call),
		.flatten = yq_call_has(call, YQ_OPT_FLATTEN) };
	char text[YQ_HALT_BY_HAND_TEXT_SIZE];
	struct yq_config *config = NULL;
	struct yq_err err = { 0 };
	struct yq_halt halt;
	int status = take_until(call, &wish.until_us);
	enum yq_rc rc;

	if (status == YQ_CONSOLE_DONE)
		status = confirm_flatten(system, call, scope);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_system_settings(call, system, &config) == YQ_CONSOLE_DONE)
		system->desk.config = config; /* else it is thrown without a cooling off */
	rc = yq_halt_by_hand(&system->desk, &wish, &halt, text, &err);
	system->desk.config = NULL;
	yq_config_free(config);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	print_thrown(call, scope, &halt, text);
	return YQ_CONSOLE_DONE;
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

int
yq_verb_resume(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	bool all = yq_call_has(call, YQ_OPT_ALL);
	char scope[YQ_HALT_FIELD_SIZE] = "", alias[YQ_ALIAS_SIZE] = "";
	char text[YQ_HALT_BY_HAND_TEXT_SIZE];
	struct yq_release_wish wish = { .scope = scope,
		.alias = alias,
		.why = reason_of(call),
		.force = yq_call_has(call, YQ_OPT_FORCE) };
	struct yq_err err = { 0 };
	size_t count = 0;
	int status = yq_system_open_valkey(call, &system);
	enum yq_rc rc;

	if (status == YQ_CONSOLE_DONE && !all)
		status = yq_fetch_scope(&system, call, scope, alias);
	if (status == YQ_CONSOLE_DONE && wish.force && !yq_call_has(call, YQ_OPT_REASON))
		status = yq_fail_usage(call, "--force needs a --reason");
	if (status != YQ_CONSOLE_DONE)
		return status;
	rc = yq_release_by_hand(&system.desk, &wish, &count, text, &err);
	if (rc == YQ_E_NOT_FOUND)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s (`yq status` shows what stands)", err.text);
	if (rc == YQ_E_REFUSED)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "%s; --force with a --reason releases it all the same", err.text);
	if (rc == YQ_E_STATE)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	puts(yq_call_has(call, YQ_OPT_JSON) ? "{\"halted\":false}" : text);
	return YQ_CONSOLE_DONE;
}
