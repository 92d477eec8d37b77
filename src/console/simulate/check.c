/* check.c - prove that the archive's decisions come out again, byte for byte. */
#include "console/simulate/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"
#include "console/find.h"
#include "console/sheet.h"
#include "console/simulate/recheck.h"
#include "console/take.h"
#include "store/policies.h"
#include "store/signals.h"

struct rules {
	struct yq_table_node node; /* by digest */
	struct yq_id digest;
	char *text; /* owned */
};

struct check {
	const struct yq_call *call;
	struct yq_table rules;
	struct yq_recheck *recheck;
	int64_t counts[YQ_RECHECK_RESULT_COUNT];
	int64_t undecided;
	bool told; /* the first that is not as it was */
};

/* ---- rules ---- */

static bool
same_digest(const struct yq_table_node *node, const void *key)
{
	return yq_id_equal(&((const struct rules *)(const void *)node)->digest, key);
}

static enum yq_rc
keep_rules(void *cookie, const struct yq_policy_row *row, struct yq_err *err)
{
	struct check *check = cookie;
	struct rules *rules = yq_xcalloc(1, sizeof(*rules));

	(void)err;
	rules->digest = row->digest;
	rules->text = yq_xstrdup(row->text);
	yq_table_insert(&check->rules, yq_table_hash_text(row->digest.text), &rules->node);
	return YQ_OK;
}

static const char *
find_rules(void *cookie, const struct yq_id *digest)
{
	const struct check *check = cookie;
	const struct rules *rules = yq_container(
	    yq_table_find(&check->rules, yq_table_hash_text(digest->text), same_digest, digest),
	    struct rules, node);

	return rules != NULL ? rules->text : NULL;
}

static bool
free_rules(void *cookie, struct yq_table_node *node)
{
	struct rules *rules = yq_container(node, struct rules, node);

	(void)cookie;
	free(rules->text);
	free(rules);
	return true;
}

/* ---- signals ---- */

static void
tell(const struct yq_signal_row *row, enum yq_recheck_result result,
    const struct yq_recheck_difference *difference)
{
	char time[YQ_TIME_TEXT_SIZE];

	yq_time_format(row->signal.received_at_us, time);
	fprintf(stderr, "signal %s, received %s: %s\n", row->signal.id.text, time,
	    result == YQ_RECHECK_DIFFERENT ? "it does not come out as it was decided"
					   : "it cannot be decided again");
	fprintf(stderr, "  %s\n", difference->what);
	fprintf(stderr, result == YQ_RECHECK_DIFFERENT ? "    recorded: %s\n" : "    %s\n",
	    difference->recorded);
	if (result == YQ_RECHECK_DIFFERENT)
		fprintf(stderr, "    now:      %s\n", difference->now);
}

static enum yq_rc
take_signal(void *cookie, const struct yq_signal_row *row, struct yq_err *err)
{
	struct check *check = cookie;
	struct yq_recheck_difference difference = { .what = "" };
	enum yq_recheck_result result;

	(void)err;
	if (row->decision == NULL) {
		check->undecided++;
		return YQ_OK;
	}
	result = yq_recheck_run(check->recheck, &row->signal, row->decision, &difference);
	check->counts[result]++;
	if ((result == YQ_RECHECK_DIFFERENT || result == YQ_RECHECK_UNREADABLE) && !check->told) {
		tell(row, result, &difference);
		check->told = true;
	}
	return YQ_OK;
}

static int
run(struct check *check, struct yq_firebird *firebird)
{
	const char *one = check->call->options[YQ_OPT_SIGNAL];
	struct yq_signal_filter filter = { .from_us = 0 };
	struct yq_signal_row row;
	struct yq_err err = { 0 };
	struct yq_id id;
	int status = yq_take_period(check->call, YQ_OPT_FROM, &filter.from_us, &filter.to_us);
	enum yq_rc rc;

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (one != NULL && yq_id_parse(one, strlen(one), &id) != YQ_OK)
		return yq_fail_usage(check->call, "--signal: expected the whole id of a signal");
	rc = yq_policies_each(firebird, keep_rules, check, &err);
	if (rc == YQ_OK && one == NULL) {
		rc = yq_signals_each(firebird, &filter, take_signal, check, &err);
	} else if (rc == YQ_OK) {
		rc = yq_signals_get(firebird, &id, &row, &err);
		if (rc == YQ_OK) {
			rc = take_signal(check, &row, &err);
			yq_signal_row_clear(&row);
		}
	}
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

/* ---- the result ---- */

static const struct {
	const char *name, *title;
} results[YQ_RECHECK_RESULT_COUNT] = {
	[YQ_RECHECK_SAME] = { "Same", "come out the same" },
	[YQ_RECHECK_DIFFERENT] = { "Different", "come out different" },
	[YQ_RECHECK_BARRED] = { "Barred", "refused before any rule was asked" },
	[YQ_RECHECK_NOT_RECORDED] = { "NotRecorded", "decided before inputs were recorded" },
	[YQ_RECHECK_UNREADABLE] = { "Unreadable", "cannot be decided again" },
};

static void
print_counts(const struct check *check)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(4096);
	struct yq_json_writer w = yq_json_writer_make(&out);
	bool json = yq_call_has(check->call, YQ_OPT_JSON);

	yq_json_begin_object(&w);
	for (size_t i = 0; i < YQ_RECHECK_RESULT_COUNT; i++) {
		yq_json_put_int(&w, results[i].name, check->counts[i]);
		if (!json && (check->counts[i] > 0 || i < 2))
			printf("%10lld  %s\n", (long long)check->counts[i], results[i].title);
	}
	if (!json && check->undecided > 0)
		printf("%10lld  not decided yet\n", (long long)check->undecided);
	yq_json_put_int(&w, "Undecided", check->undecided);
	yq_json_end_object(&w);
	if (json)
		printf("%s\n", yq_buf_text(&out));
}

int
yq_simulate_check(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct check check = { .call = call };
	int status = yq_system_open_firebird(call, &system);

	if (status != YQ_CONSOLE_DONE)
		return status;
	check.recheck = yq_recheck_make(find_rules, &check);
	status = run(&check, system.desk.firebird);
	yq_recheck_free(check.recheck);
	yq_table_each(&check.rules, free_rules, NULL);
	yq_table_clear(&check.rules);
	if (status != YQ_CONSOLE_DONE)
		return status;
	print_counts(&check);
	return check.told ? YQ_CONSOLE_REFUSED : YQ_CONSOLE_DONE;
}
