/* recheck.c - decide again what was decided, and compare. */
#include "console/simulate/recheck.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define ACCOUNTS_MAX 64
#define VERDICT_MAX  (4U << 20)

struct yq_recheck {
	yq_recheck_rules_fn *rules;
	void *cookie;
	struct yq_decision decisions[ACCOUNTS_MAX];
	struct yq_inputs inputs[ACCOUNTS_MAX];
	struct yq_kept_policy policy;
	struct yq_buf again;
};

struct yq_recheck *
yq_recheck_make(yq_recheck_rules_fn *fn, void *cookie)
{
	struct yq_recheck *recheck = yq_xcalloc(1, sizeof(*recheck));

	recheck->rules = fn;
	recheck->cookie = cookie;
	recheck->again = yq_buf_make(VERDICT_MAX);
	return recheck;
}

void
yq_recheck_free(struct yq_recheck *recheck)
{
	if (recheck == NULL)
		return;
	yq_buf_free(&recheck->again);
	free(recheck);
}

void
yq_recheck_freep(struct yq_recheck **recheck)
{
	yq_recheck_free(*recheck);
}

/* One verdict being decided again. */
struct work {
	struct yq_recheck *recheck;
	const struct yq_signal *signal;
	const yq_json *verdict, *steps, *inputs;
	int64_t now_us;
	size_t count;	 /* accounts */
	size_t composed; /* of them */
	struct yq_recheck_difference *difference;
};

static bool
unreadable(struct work *work, const char *format, const char *detail)
{
	*work->difference = (struct yq_recheck_difference){ .what = "" };
	yq_str_format(work->difference->what, sizeof(work->difference->what), "%s", format);
	yq_str_copy_cut(work->difference->recorded, sizeof(work->difference->recorded), detail);
	return false;
}

static const char *
text_of(const yq_json *object, const char *name)
{
	const yq_json *member = yq_json_get(object, name);

	return member == NULL ? "" : yq_json_text(member, NULL);
}

static const yq_json *
inputs_of(const struct work *work, const char *alias)
{
	for (size_t i = 0; i < yq_json_count(work->inputs); i++) {
		const yq_json *item = yq_json_at(work->inputs, i);

		if (yq_str_equal(text_of(item, "Account"), alias))
			return item;
	}
	return NULL;
}

/* A refusal that no rule of the domain made stands as it was told: one step. */
static void
take_barred(struct work *work, const yq_json *step, const char *alias)
{
	struct yq_decision *decision = &work->recheck->decisions[work->count];

	memset(decision, 0, sizeof(*decision));
	yq_str_copy_cut(decision->account_alias, sizeof(decision->account_alias), alias);
	decision->code = text_of(step, "Rule");
	yq_str_copy_cut(decision->text, sizeof(decision->text), text_of(step, "Text"));
	yq_trace_add(&decision->trace, decision->code, yq_json_bool(yq_json_get(step, "Ok")), "{}",
	    YQ_ARGS(YQ_ARG_TEXT(text_of(step, "Text"))));
	decision->decided_at_us = work->now_us;
	work->recheck->inputs[work->count].rules = (struct yq_id){ .text = "" };
}

static bool
read_rules(struct work *work, const struct yq_inputs *inputs)
{
	struct yq_recheck *recheck = work->recheck;
	const char *text = inputs->rules_text;
	struct yq_id digest;
	struct yq_err err;

	if (text == NULL)
		text = recheck->rules(recheck->cookie, &inputs->rules);
	if (text == NULL)
		return unreadable(work, "its rules are not in the archive", inputs->rules.text);
	digest = yq_policy_digest(text, strlen(text));
	if (!yq_id_equal(&digest, &inputs->rules))
		return unreadable(work, "its rules are not those of their digest", text);
	if (yq_policy_read(text, strlen(text), &recheck->policy, &err) != YQ_OK)
		return unreadable(work, "its rules cannot be read", err.text);
	return true;
}

static bool
compose_again(struct work *work, const yq_json *recorded)
{
	struct yq_inputs *inputs = &work->recheck->inputs[work->count];
	struct yq_decision *decision = &work->recheck->decisions[work->count];
	struct yq_err err;

	if (yq_inputs_read(recorded, inputs, &err) != YQ_OK)
		return unreadable(work, "its inputs cannot be read", err.text);
	if (!read_rules(work, inputs))
		return false;
	/* What it decided is in `decision`. */
	(void)!yq_compose(work->signal, &inputs->account, &inputs->market,
	    &work->recheck->policy.policy, work->now_us, decision);
	work->composed++;
	return true;
}

/* The accounts in the order of their first steps: that in which they were decided. */
static bool
decide_again(struct work *work)
{
	const char *last = "";

	for (size_t i = 0; i < yq_json_count(work->steps); i++) {
		const yq_json *step = yq_json_at(work->steps, i);
		const char *alias = text_of(step, "Account");
		const yq_json *recorded;

		if (yq_str_equal(alias, last))
			continue;
		last = alias;
		if (work->count == ACCOUNTS_MAX)
			return unreadable(work, "it names too many accounts", alias);
		recorded = inputs_of(work, alias);
		if (recorded == NULL)
			take_barred(work, step, alias);
		else if (!compose_again(work, recorded))
			return false;
		work->count++;
	}
	return true;
}

/* ---- comparing ---- */

static void
tell(struct work *work, const char *what, const char *recorded, const char *now)
{
	struct yq_recheck_difference *d = work->difference;

	yq_str_copy_cut(d->what, sizeof(d->what), what);
	yq_str_copy_cut(d->recorded, sizeof(d->recorded), recorded);
	yq_str_copy_cut(d->now, sizeof(d->now), now);
}

static void
tell_step(struct work *work, size_t index, const yq_json *recorded, const yq_json *now)
{
	const yq_json *named = recorded != NULL ? recorded : now;
	char what[sizeof(work->difference->what)];
	char texts[2][640];
	const yq_json *steps[2] = { recorded, now };

	yq_str_format(what, sizeof(what), "step %zu of %s, %s", index + 1,
	    text_of(named, "Account"), text_of(named, "Rule"));
	for (size_t i = 0; i < 2; i++)
		yq_str_format(texts[i], sizeof(texts[i]), "%s%s: %s", text_of(steps[i], "Rule"),
		    steps[i] == NULL				? "nothing"
		    : yq_json_bool(yq_json_get(steps[i], "Ok")) ? " passed"
								: " refused",
		    text_of(steps[i], "Text"));
	tell(work, what, texts[0], texts[1]);
}

static bool
same_step(const yq_json *a, const yq_json *b)
{
	static const char *const names[] = { "Account", "Rule", "Text" };

	for (size_t i = 0; i < YQ_COUNT(names); i++)
		if (!yq_str_equal(text_of(a, names[i]), text_of(b, names[i])))
			return false;
	return yq_json_bool(yq_json_get(a, "Ok")) == yq_json_bool(yq_json_get(b, "Ok"));
}

/* True when it was told. */
static bool
compare_steps(struct work *work, const yq_json *now)
{
	const yq_json *steps = yq_json_get(now, "Steps");
	size_t recorded = yq_json_count(work->steps), again = yq_json_count(steps);

	for (size_t i = 0; i < recorded || i < again; i++) {
		const yq_json *a = i < recorded ? yq_json_at(work->steps, i) : NULL;
		const yq_json *b = i < again ? yq_json_at(steps, i) : NULL;

		if (a != NULL && b != NULL && same_step(a, b))
			continue;
		tell_step(work, i, a, b);
		return true;
	}
	return false;
}

static bool
compare_member(struct work *work, const yq_json *now, const char *name)
{
	const char *recorded = text_of(work->verdict, name), *again = text_of(now, name);

	if (yq_str_equal(recorded, again))
		return false;
	tell(work, name, recorded, again);
	return true;
}

static void
find_difference(struct work *work, const char *recorded, const char *again)
{
	static const char *const members[] = { "Verdict", "Code", "Text", "DecidedAt" };
	YQ_CLEANUP(yq_json_freep) yq_json *now = NULL;
	size_t at = 0;

	if (yq_json_parse(again, strlen(again), &now, NULL) == YQ_OK) {
		if (compare_steps(work, now))
			return;
		for (size_t i = 0; i < YQ_COUNT(members); i++)
			if (compare_member(work, now, members[i]))
				return;
	}
	while (recorded[at] != '\0' && recorded[at] == again[at])
		at++;
	at = at > 40 ? at - 40 : 0;
	tell(work, "the text", recorded + at, again + at);
}

static enum yq_recheck_result
compare(struct work *work, const char *recorded)
{
	struct yq_recheck *recheck = work->recheck;
	const struct yq_decision *pointers[ACCOUNTS_MAX];

	for (size_t i = 0; i < work->count; i++)
		pointers[i] = &recheck->decisions[i];
	yq_buf_clear(&recheck->again);
	yq_verdict_write(&recheck->again, pointers, recheck->inputs, work->count, work->now_us);
	if (!yq_str_equal(yq_buf_text(&recheck->again), recorded)) {
		find_difference(work, recorded, yq_buf_text(&recheck->again));
		return YQ_RECHECK_DIFFERENT;
	}
	return work->composed > 0 ? YQ_RECHECK_SAME : YQ_RECHECK_BARRED;
}

enum yq_recheck_result
yq_recheck_run(struct yq_recheck *recheck, const struct yq_signal *signal, const char *verdict,
    struct yq_recheck_difference *difference)
{
	YQ_CLEANUP(yq_json_freep) yq_json *tree = NULL;
	struct work work = { .recheck = recheck, .signal = signal, .difference = difference };
	const char *decided_at;
	struct yq_err err;

	if (yq_json_parse(verdict, strlen(verdict), &tree, &err) != YQ_OK) {
		unreadable(&work, "its verdict cannot be read", err.text);
		return YQ_RECHECK_UNREADABLE;
	}
	work.verdict = tree;
	work.steps = yq_json_get(tree, "Steps");
	work.inputs = yq_json_get(tree, YQ_VERDICT_INPUTS);
	if (work.inputs == NULL)
		return YQ_RECHECK_NOT_RECORDED;
	decided_at = text_of(tree, "DecidedAt");
	if (yq_time_parse(decided_at, strlen(decided_at), &work.now_us) != YQ_OK) {
		unreadable(&work, "its time cannot be read", decided_at);
		return YQ_RECHECK_UNREADABLE;
	}
	if (!decide_again(&work))
		return YQ_RECHECK_UNREADABLE;
	return compare(&work, verdict);
}
