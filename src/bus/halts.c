/* halts.c - the kill switches on the bus: read together, and thrown by rules. */
#include "bus/halts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/reply.h"

#define READ_TIMEOUT_MS 5000

/* ---- throwing ---- */

/* Of "account:Paper" and "account:Paper/strategy:Trend" the alias. */
static void
copy_alias(char alias[YQ_ALIAS_SIZE], const char *scope)
{
	char whole[YQ_HALT_FIELD_SIZE];
	size_t prefix, length;

	yq_halt_field_account("", whole);
	prefix = strlen(whole);
	alias[0] = '\0';
	if (!yq_str_starts(scope, whole))
		return;
	length = strcspn(scope + prefix, "/");
	if (!yq_str_copy_bytes(alias, YQ_ALIAS_SIZE, scope + prefix, length))
		alias[0] = '\0';
}

/* In one step: the change, the act of a rule that it is, and the notice of it. */
static void
carry_out(struct yq_valkey *valkey, struct yq_halt_item *item, struct yq_act *act,
    struct yq_notification *notice, yq_halted_fn *fn, void *cookie)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf told = yq_buf_make(YQ_MESSAGE_MAX);

	yq_str_copy_cut(
	    act->kind, sizeof(act->kind), yq_names_text(&yq_submit_kind_names, (int)item->kind));
	yq_str_copy_cut(act->target, sizeof(act->target), item->changes[0].field);
	yq_str_copy_cut(act->hand.who, sizeof(act->hand.who), YQ_HALT_WHO_RISK);
	yq_str_copy_cut(act->hand.origin, sizeof(act->hand.origin), notice->app);
	yq_message_encode_act(act, &payload);
	notice->id = yq_id_random();
	notice->kind = YQ_NOTIFICATION_RISK;
	notice->timestamp_us = act->timestamp_us;
	yq_message_encode_notification(notice, &told);
	item->payload = yq_buf_text(&payload);
	item->length = payload.length;
	item->notice = yq_buf_text(&told);
	yq_step_halt(valkey, item, fn, cookie);
}

static struct yq_notification
notice_by(enum yq_program by, enum yq_severity severity)
{
	struct yq_notification notice = { .severity = severity };

	yq_str_copy_cut(notice.app, sizeof(notice.app), yq_programs[by].app);
	return notice;
}

void
yq_halts_raise(struct yq_valkey *valkey, const char *rule, const char *scope,
    const struct yq_halt *halt, enum yq_program by, const char *text, yq_halted_fn *fn,
    void *cookie)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf value = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_act act = { .id = halt->id, .timestamp_us = halt->when_us };
	struct yq_notification notice = notice_by(by, YQ_SEVERITY_CRITICAL);
	struct yq_halt thrown = *halt;
	char field[YQ_HALT_FIELD_SIZE];
	struct yq_halt_change change = { .field = field };
	struct yq_halt_item item = {
		.kind = YQ_SUBMIT_HALT, .changes = &change, .count = 1, .once = &halt->id
	};

	assert(!yq_id_is_none(&halt->id) && halt->when_us != 0 && halt->why[0] != '\0');
	yq_str_copy_cut(thrown.who, sizeof(thrown.who), YQ_HALT_WHO_RISK);
	yq_message_encode_halt(&thrown, &value);
	yq_halt_field_rule(rule, scope, field);
	change.value = yq_buf_text(&value);
	copy_alias(act.account_alias, scope);
	yq_str_copy_cut(act.reason, sizeof(act.reason), halt->why);
	yq_str_copy_cut(notice.text, sizeof(notice.text), text);
	carry_out(valkey, &item, &act, &notice, fn, cookie);
}

void
yq_halts_end(struct yq_valkey *valkey, const struct yq_halt_entry *entry, enum yq_program by,
    int64_t now_us, yq_halted_fn *fn, void *cookie)
{
	struct yq_act act = { .id = yq_id_random(), .timestamp_us = now_us };
	struct yq_notification notice = notice_by(by, YQ_SEVERITY_INFO);
	struct yq_halt_change change = {
		.field = entry->field, .expected = entry->value, .only_over = true
	};
	struct yq_halt_item item = { .kind = YQ_SUBMIT_RESUME, .changes = &change, .count = 1 };

	yq_halt_describe(entry->field, &entry->halt, act.before, sizeof(act.before));
	yq_str_copy_cut(act.reason, sizeof(act.reason), "its time is over");
	yq_str_format(notice.text, sizeof(notice.text), "it is over: %s", act.before);
	carry_out(valkey, &item, &act, &notice, fn, cookie);
}

/* ---- reading ---- */

void
yq_halts_clear(struct yq_halts *halts)
{
	for (size_t i = 0; i < halts->count; i++)
		free(halts->items[i].value);
	free(halts->items);
	*halts = (struct yq_halts){ 0 };
}

static bool
is_of_rule(const struct yq_halt_entry *entry)
{
	return yq_halt_scope(entry->field) != entry->field;
}

static int
in_order(const void *left, const void *right)
{
	const struct yq_halt_entry *a = left, *b = right;

	if (is_of_rule(a) != is_of_rule(b))
		return is_of_rule(a) ? 1 : -1;
	return strcmp(a->field, b->field);
}

void
yq_halts_from(const struct redisReply *reply, struct yq_halts *halts)
{
	size_t count = yq_reply_count(reply) / 2;

	*halts = (struct yq_halts){ .items = yq_xcalloc(count + 1, sizeof(*halts->items)) };
	for (size_t i = 0; i < count; i++) {
		struct yq_halt_entry *entry = &halts->items[halts->count];
		const char *field = yq_reply_text(yq_reply_at(reply, 2 * i), NULL);
		size_t length = 0;
		const char *value = yq_reply_text(yq_reply_at(reply, 2 * i + 1), &length);

		if (field == NULL || value == NULL)
			continue;
		/* Whatever stands there halts, also a word that a person wrote by hand. */
		yq_str_copy_cut(entry->field, sizeof(entry->field), field);
		if (yq_message_decode_halt(value, length, &entry->halt, NULL) != YQ_OK)
			yq_str_copy_cut(entry->halt.why, sizeof(entry->halt.why), value);
		entry->value = yq_xstrdup(value);
		if (yq_id_is_none(&entry->halt.id))
			entry->halt.id = yq_id_named(value, length);
		halts->count++;
	}
	qsort(halts->items, halts->count, sizeof(*halts->items), in_order);
}

struct reading {
	yq_halts_fn *fn;
	void *cookie;
};

static void
on_halts(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct reading *reading = cookie;
	struct yq_halts halts = { 0 };

	if (rc == YQ_OK)
		yq_halts_from(reply, &halts);
	reading->fn(reading->cookie, rc, rc == YQ_OK ? &halts : NULL, err);
	yq_halts_clear(&halts);
	free(reading);
}

void
yq_halts_read(struct yq_valkey *valkey, yq_halts_fn *fn, void *cookie)
{
	struct yq_args *args = yq_valkey_args(valkey);
	struct reading *reading = yq_xcalloc(1, sizeof(*reading));

	*reading = (struct reading){ fn, cookie };
	yq_args_text(args, "HGETALL");
	yq_args_key(args, YQ_KEY_HALT, NULL);
	yq_valkey_send(valkey, args, READ_TIMEOUT_MS, on_halts, reading);
}

const struct yq_halt_entry *
yq_halts_find(const struct yq_halts *halts, const char *alias, const char *strategy, int64_t now_us)
{
	for (size_t i = 0; i < halts->count; i++)
		if (yq_halt_stands(&halts->items[i].halt, now_us) &&
		    yq_halt_covers(yq_halt_scope(halts->items[i].field), alias, strategy))
			return &halts->items[i];
	return NULL;
}
