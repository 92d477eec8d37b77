/* sizers.c - who asks which plug-in, whose turn it is, and what came of it. */
#include "order_manager/sizers.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "order_manager/sizer_host.h"

enum stage { IN_LINE, ASKED, SETTLED };

/* Oldest first in its list. */
struct question {
	struct question *next;
	struct yq_id signal_id;
	char alias[YQ_ALIAS_SIZE];
	char path[YQ_PLUGIN_PATH_SIZE];
	int64_t deadline_ms;
	uint64_t since_ms;
	enum stage stage;
	struct yq_sizer_input input;
	struct yq_sizer_answer answer; /* once settled */
};

struct entry {
	struct yq_sizer_host *host;
	bool named; /* by the present rules */
};

struct yq_sizers {
	struct yq_daemon *daemon;
	yq_sizers_fn *fn;
	void *cookie;
	struct entry *entries;
	size_t entry_count;
	struct question *oldest;
	uv_timer_t *turn; /* one turn of the loop later: what is asked, and that it is settled */
	struct yq_counter *answered, *failed;
};

static void on_turn(uv_timer_t *timer);

/* ---- the plug-ins ---- */

static struct entry *
find_entry(const struct yq_sizers *sizers, const char *path)
{
	for (size_t i = 0; i < sizers->entry_count; i++)
		if (yq_str_equal(yq_sizer_host_path(sizers->entries[i].host), path))
			return &sizers->entries[i];
	return NULL;
}

static void
soon(struct yq_sizers *sizers)
{
	uv_timer_start(sizers->turn, on_turn, 0, 0);
}

static void
settle(struct yq_sizers *sizers, struct question *question, const struct yq_sizer_answer *answer)
{
	question->stage = SETTLED;
	question->answer = *answer;
	yq_counter_add(answer->verdict == YQ_SIZER_FAILED ? sizers->failed : sizers->answered, 1);
}

static struct question *
find_asked(const struct yq_sizers *sizers, const char *path)
{
	for (struct question *q = sizers->oldest; q != NULL; q = q->next)
		if (q->stage == ASKED && yq_str_equal(q->path, path))
			return q;
	return NULL;
}

static void
on_host(void *cookie, struct yq_sizer_host *host, const struct yq_sizer_answer *answer,
    const char *trouble)
{
	struct yq_sizers *sizers = cookie;
	struct question *question = find_asked(sizers, yq_sizer_host_path(host));

	if (trouble != NULL)
		yq_daemon_notify(sizers->daemon, "Risk", "Critical", trouble);
	if (answer != NULL && question != NULL)
		settle(sizers, question, answer);
	soon(sizers);
}

static void
start_plugin(struct yq_sizers *sizers, const char *path)
{
	struct entry *entry;

	sizers->entries =
	    yq_xrealloc(sizers->entries, sizers->entry_count + 1, sizeof(sizers->entries[0]));
	entry = &sizers->entries[sizers->entry_count++];
	*entry = (struct entry){
		.host =
		    yq_sizer_host_make(yq_daemon_loop(sizers->daemon), NULL, path, on_host, sizers),
		.named = true,
	};
}

static void
fail_question(struct yq_sizers *sizers, struct question *question, const char *text)
{
	struct yq_sizer_answer answer = { .verdict = YQ_SIZER_FAILED };

	yq_str_copy_cut(answer.name, sizeof(answer.name), question->path);
	yq_str_copy_cut(answer.text, sizeof(answer.text), text);
	settle(sizers, question, &answer);
	soon(sizers);
}

static void
stop_plugin(struct yq_sizers *sizers, size_t index)
{
	struct yq_sizer_host *host = sizers->entries[index].host;
	struct question *asked = find_asked(sizers, yq_sizer_host_path(host));

	if (asked != NULL)
		fail_question(sizers, asked, "it is not configured any more");
	yq_sizer_host_free(host);
	sizers->entries[index] = sizers->entries[--sizers->entry_count];
}

void
yq_sizers_configure(struct yq_sizers *sizers, const struct yq_rules *rules)
{
	const struct yq_plugin *plugin;

	for (size_t i = 0; i < sizers->entry_count; i++)
		sizers->entries[i].named = false;
	for (size_t i = 0; (plugin = yq_rules_plugin(rules, i)) != NULL; i++) {
		struct entry *entry = find_entry(sizers, plugin->path);

		if (entry == NULL)
			start_plugin(sizers, plugin->path);
		else if (!entry->named) {
			entry->named = true;
			yq_sizer_host_renew(entry->host);
		}
	}
	for (size_t i = sizers->entry_count; i-- > 0;)
		if (!sizers->entries[i].named)
			stop_plugin(sizers, i);
	soon(sizers);
}

/* ---- the questions ---- */

static struct question *
find_question(const struct yq_sizers *sizers, const struct yq_id *signal_id, const char *alias)
{
	for (struct question *q = sizers->oldest; q != NULL; q = q->next)
		if (yq_id_equal(&q->signal_id, signal_id) && yq_str_equal(q->alias, alias))
			return q;
	return NULL;
}

/* Put the oldest that waits for a plug-in that is idle; settle those whose plug-in cannot be asked.
 */
static void
advance(struct yq_sizers *sizers, struct question *question)
{
	const struct entry *entry = find_entry(sizers, question->path);
	uint64_t waited = uv_now(yq_daemon_loop(sizers->daemon)) - question->since_ms;
	struct yq_sizer_answer excuse;

	if (entry == NULL) {
		fail_question(sizers, question, "it is not configured any more");
		return;
	}
	switch (yq_sizer_host_state(entry->host)) {
	case YQ_SIZER_HOST_DOWN:
		yq_sizer_host_excuse(entry->host, &excuse);
		settle(sizers, question, &excuse);
		soon(sizers);
		break;
	case YQ_SIZER_HOST_IDLE:
		if (waited > YQ_SIZERS_WAIT_MS) {
			fail_question(sizers, question, "it is too slow: others wait before this");
			break;
		}
		question->stage = ASKED;
		yq_sizer_host_ask(entry->host, &question->input, question->deadline_ms);
		break;
	case YQ_SIZER_HOST_STARTING:
	case YQ_SIZER_HOST_ASKED:
		break; /* its turn comes */
	}
}

static void
on_turn(uv_timer_t *timer)
{
	struct yq_sizers *sizers = timer->data;
	bool settled = false;

	for (struct question *q = sizers->oldest; q != NULL; q = q->next)
		if (q->stage == IN_LINE)
			advance(sizers, q);
	for (const struct question *q = sizers->oldest; q != NULL; q = q->next)
		settled = settled || q->stage == SETTLED;
	if (settled)
		sizers->fn(sizers->cookie);
}

bool
yq_sizers_are_free(const struct yq_sizers *sizers, const struct yq_id *signal_id,
    const struct yq_mapping_row *accounts)
{
	for (const struct question *q = sizers->oldest; q != NULL; q = q->next)
		for (size_t i = 0; accounts != NULL && i < accounts->alias_count; i++)
			if (!yq_id_equal(&q->signal_id, signal_id) &&
			    yq_str_equal(q->alias, accounts->aliases[i]))
				return false;
	return true;
}

void
yq_sizers_ask(struct yq_sizers *sizers, const struct yq_plugin *plugin,
    const struct yq_id *signal_id, const char *alias, const struct yq_sizer_input *input)
{
	struct question *question, **last = &sizers->oldest;

	if (find_question(sizers, signal_id, alias) != NULL)
		return;
	question = yq_xcalloc(1, sizeof(*question));
	question->signal_id = *signal_id;
	yq_str_copy_cut(question->alias, sizeof(question->alias), alias);
	yq_str_copy_cut(question->path, sizeof(question->path), plugin->path);
	question->deadline_ms = plugin->deadline_ms;
	question->since_ms = uv_now(yq_daemon_loop(sizers->daemon));
	question->input = *input;
	while (*last != NULL)
		last = &(*last)->next;
	*last = question;
	soon(sizers);
}

bool
yq_sizers_are_settled(const struct yq_sizers *sizers, const struct yq_id *signal_id)
{
	for (const struct question *q = sizers->oldest; q != NULL; q = q->next)
		if (q->stage != SETTLED && yq_id_equal(&q->signal_id, signal_id))
			return false;
	return true;
}

const struct yq_sizer_answer *
yq_sizers_answer(const struct yq_sizers *sizers, const struct yq_id *signal_id, const char *alias)
{
	const struct question *question = find_question(sizers, signal_id, alias);

	return question != NULL && question->stage == SETTLED ? &question->answer : NULL;
}

void
yq_sizers_forget(struct yq_sizers *sizers, const struct yq_id *signal_id)
{
	for (struct question **link = &sizers->oldest, *q; (q = *link) != NULL;) {
		if (!yq_id_equal(&q->signal_id, signal_id)) {
			link = &q->next;
			continue;
		}
		*link = q->next;
		free(q);
	}
}

/* ---- life ---- */

struct yq_sizers *
yq_sizers_make(struct yq_daemon *daemon, yq_sizers_fn *fn, void *cookie)
{
	struct yq_sizers *sizers = yq_xcalloc(1, sizeof(*sizers));
	struct yq_metrics *metrics = yq_daemon_metrics(daemon);
	const char *help = "Questions to sizing plug-ins.";

	sizers->daemon = daemon;
	sizers->fn = fn;
	sizers->cookie = cookie;
	sizers->turn = yq_xcalloc(1, sizeof(*sizers->turn));
	uv_timer_init(yq_daemon_loop(daemon), sizers->turn);
	sizers->turn->data = sizers;
	sizers->answered =
	    yq_metrics_counter(metrics, "yq_sizer_questions_total", "result=\"answered\"", help);
	sizers->failed =
	    yq_metrics_counter(metrics, "yq_sizer_questions_total", "result=\"failed\"", help);
	return sizers;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void
yq_sizers_free(struct yq_sizers *sizers)
{
	if (sizers == NULL)
		return;
	for (size_t i = 0; i < sizers->entry_count; i++)
		yq_sizer_host_free(sizers->entries[i].host);
	while (sizers->oldest != NULL) {
		struct yq_id first = sizers->oldest->signal_id;

		yq_sizers_forget(sizers, &first);
	}
	uv_close((uv_handle_t *)sizers->turn, on_timer_closed);
	free(sizers->entries);
	free(sizers);
}
