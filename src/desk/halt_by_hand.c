/* halt_by_hand.c - kill switches thrown and released by a person. */
#include "desk/halt_by_hand.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/valkey_sync.h"
#include "daemon/settings.h"
#include "desk/by_hand_parts.h"
#include "desk/fetch_halts.h"

const char *
yq_halt_scope_for_people(const char *scope)
{
	return yq_str_equal(scope, YQ_HALT_ALL) ? "everything" : scope;
}

/* ---- an act: the change, who made it, what people are told ---- */

static void
encode_notice(const struct yq_desk *desk, const char *text, int64_t now_us, struct yq_buf *out)
{
	struct yq_notification notice = { .id = yq_id_random(),
		.kind = YQ_NOTIFICATION_RISK,
		.severity = YQ_SEVERITY_WARNING,
		.timestamp_us = now_us };

	yq_str_copy_cut(notice.app, sizeof(notice.app), desk->hand.origin);
	yq_str_copy_cut(notice.text, sizeof(notice.text), text);
	yq_message_encode_notification(&notice, out);
}

enum yq_rc
yq_by_hand_act(struct yq_desk *desk, struct yq_halt_item *item, struct yq_act *act,
    const char *text, int64_t *changed, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf notice = yq_buf_make(YQ_MESSAGE_MAX);
	enum yq_rc rc = yq_desk_valkey(desk, err);

	act->hand = desk->hand;
	yq_message_encode_act(act, &payload);
	encode_notice(desk, text, act->timestamp_us, &notice);
	item->payload = yq_buf_text(&payload);
	item->length = payload.length;
	item->notice = yq_buf_text(&notice);
	*changed = 0;
	return rc == YQ_OK ? yq_valkey_sync_halt(desk->valkey, item, changed, err) : rc;
}

static struct yq_act
act_of(const char *kind, const char *target, const char *alias, const char *why, int64_t now_us)
{
	struct yq_act act = { .id = yq_id_random(), .timestamp_us = now_us };

	yq_str_copy_cut(act.kind, sizeof(act.kind), kind);
	yq_str_copy_cut(act.target, sizeof(act.target), target);
	yq_str_copy_cut(act.account_alias, sizeof(act.account_alias), alias);
	yq_str_copy_cut(act.reason, sizeof(act.reason), why);
	return act;
}

/* ---- throwing one ---- */

/* Risk: CoolingOffMinutes of the account, or of all accounts.  Settings that cannot be read stop no
 * halt. */
static int64_t
cooling_off(const struct yq_desk *desk, const char *alias)
{
	struct yq_config_report report = { 0 };
	struct yq_risks *risks;
	int64_t cooling_us;

	if (desk->config == NULL)
		return 0;
	risks = yq_settings_risk(desk->config, &report);
	cooling_us = yq_risks_find(risks, alias)->cooling_off_us;
	yq_risks_free(risks);
	yq_config_report_free(&report);
	return cooling_us;
}

static const struct yq_halt_entry *
find_field(const struct yq_halts *halts, const char *field)
{
	for (size_t i = 0; i < halts->count; i++)
		if (yq_str_equal(halts->items[i].field, field))
			return &halts->items[i];
	return NULL;
}

static struct yq_halt
make_halt(const struct yq_desk *desk, const struct yq_halt_wish *wish,
    const struct yq_halt_entry *before, int64_t cooling_us)
{
	struct yq_halt halt = { .id = wish->id, .flatten = wish->flatten };

	if (yq_id_is_none(&halt.id))
		halt.id = yq_id_random();
	memcpy(halt.who, desk->hand.who, sizeof(halt.who));
	yq_str_copy_cut(halt.why, sizeof(halt.why), wish->why);
	yq_halt_set_times(&halt, yq_by_hand_now(), wish->until_us, cooling_us);
	if (before != NULL)
		yq_halt_keep(&halt, &before->halt);
	return halt;
}

/* What stood, for the audit trail: "account:Paper halted by me: why". */
static void
add_stood(struct yq_buf *list, const struct yq_halt_entry *entry)
{
	yq_buf_add_format(list, "%s%s halted by %s: %s", list->length > 0 ? "; " : "", entry->field,
	    entry->halt.who, entry->halt.why);
}

/* In the place of `before` (NULL = of nothing). */
static enum yq_rc
throw_over(struct yq_desk *desk, const struct yq_halt_wish *wish, const struct yq_halt *halt,
    const struct yq_halt_entry *before, const char *text, int64_t *changed, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf value = yq_buf_make(YQ_MESSAGE_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf stood = yq_buf_make(4096);
	struct yq_act act = act_of("halt", wish->scope, wish->alias, wish->why, halt->when_us);
	struct yq_halt_change change = { .field = wish->scope,
		.expected = before != NULL ? before->value : YQ_HALT_NOTHING };
	struct yq_halt_item item = { .kind = YQ_SUBMIT_HALT,
		.changes = &change,
		.count = 1,
		.once = yq_id_is_none(&wish->id) ? NULL : &wish->id };

	if (before != NULL)
		add_stood(&stood, before);
	yq_str_copy_cut(act.before, sizeof(act.before), yq_buf_text(&stood));
	yq_message_encode_halt(halt, &value);
	change.value = yq_buf_text(&value);
	return yq_by_hand_act(desk, &item, &act, text, changed, err);
}

enum yq_rc
yq_halt_by_hand(struct yq_desk *desk, const struct yq_halt_wish *wish, struct yq_halt *halt,
    char text[YQ_HALT_BY_HAND_TEXT_SIZE], struct yq_err *err)
{
	int64_t cooling_us = cooling_off(desk, wish->alias), changed = YQ_HALT_OVERTAKEN;

	for (int i = 0; i < YQ_BY_HAND_TRIES && changed == YQ_HALT_OVERTAKEN; i++) {
		YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
		const struct yq_halt_entry *before;
		enum yq_rc rc = yq_desk_halts(desk, &halts, err);

		if (rc != YQ_OK)
			return rc;
		before = find_field(&halts, wish->scope);
		*halt = make_halt(desk, wish, before, cooling_us);
		yq_str_format(text, YQ_HALT_BY_HAND_TEXT_SIZE, "halted %s%s by %s: %.300s",
		    yq_halt_scope_for_people(wish->scope),
		    halt->flatten ? ", to be flattened," : "", halt->who, halt->why);
		rc = throw_over(desk, wish, halt, before, text, &changed, err);
		if (rc != YQ_OK)
			return rc;
	}
	return changed == YQ_HALT_OVERTAKEN ? yq_by_hand_crowded(err) : YQ_OK;
}

/* ---- releasing ---- */

static bool
is_meant(const struct yq_release_wish *wish, const struct yq_halt_entry *entry)
{
	if (wish->field != NULL)
		return yq_str_equal(entry->field, wish->field);
	return wish->scope[0] == '\0' || yq_str_equal(yq_halt_scope(entry->field), wish->scope);
}

enum yq_rc
yq_by_hand_cools(
    const struct yq_halt_entry *entry, int64_t now_us, const char *what, struct yq_err *err)
{
	int64_t left_us = yq_halt_cooling_us(&entry->halt, now_us);
	char halted[YQ_HALT_TEXT_SIZE];

	if (left_us == 0)
		return YQ_OK;
	yq_halt_describe(entry->field, &entry->halt, halted, sizeof(halted));
	return yq_err_set(err, YQ_E_REFUSED, "%s for another %lld min %lld s (%.400s)", what,
	    (long long)(left_us / (60 * YQ_US_PER_SECOND)),
	    (long long)(left_us / YQ_US_PER_SECOND % 60), halted);
}

/* Those that are meant, as what is to be released. */
static enum yq_rc
gather(const struct yq_release_wish *wish, const struct yq_halts *halts,
    struct yq_halt_change *changes, size_t *count, struct yq_buf *stood, struct yq_err *err)
{
	int64_t now_us = yq_by_hand_now();

	for (size_t i = 0; i < halts->count; i++) {
		const struct yq_halt_entry *entry = &halts->items[i];
		enum yq_rc rc = YQ_OK;

		if (!is_meant(wish, entry))
			continue;
		if (!wish->force)
			rc = yq_by_hand_cools(entry, now_us, "it cools off", err);
		if (rc != YQ_OK)
			return rc;
		add_stood(stood, entry);
		changes[(*count)++] =
		    (struct yq_halt_change){ .field = entry->field, .expected = entry->value };
	}
	return YQ_OK;
}

/* Whether a wish with an id was carried out before. */
static enum yq_rc
was_done(struct yq_desk *desk, const struct yq_id *id, bool *done, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	char key[YQ_KEY_SIZE];
	const char *argv[] = { "EXISTS", key };
	enum yq_rc rc;

	*done = false;
	if (yq_id_is_none(id))
		return YQ_OK;
	yq_key_format(YQ_KEY_HALT_RAISED, id->text, key);
	rc = yq_valkey_sync_command(desk->valkey, 2, argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);
	*done = yq_reply_int(reply) == 1;
	return rc;
}

static const char *
released_for_people(const struct yq_release_wish *wish)
{
	if (wish->field != NULL)
		return yq_halt_scope_for_people(wish->field);
	return wish->scope[0] == '\0' ? "all that was halted"
				      : yq_halt_scope_for_people(wish->scope);
}

static enum yq_rc
release(struct yq_desk *desk, const struct yq_release_wish *wish, const struct yq_halts *halts,
    const char *text, size_t *count, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep)
	struct yq_halt_change *changes = yq_xcalloc(halts->count + 1, sizeof(*changes));
	YQ_CLEANUP(yq_buf_free) struct yq_buf stood = yq_buf_make(4096);
	struct yq_act act = act_of("resume", wish->field != NULL ? wish->field : wish->scope,
	    wish->alias, wish->why, yq_by_hand_now());
	struct yq_halt_item item = { .kind = YQ_SUBMIT_RESUME,
		.changes = changes,
		.once = yq_id_is_none(&wish->id) ? NULL : &wish->id };
	int64_t changed = 0;
	enum yq_rc rc = gather(wish, halts, changes, &item.count, &stood, err);

	if (rc == YQ_OK && item.count == 0)
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no halt of %s to release",
		    wish->field == NULL && wish->scope[0] == '\0' ? "anything"
								  : released_for_people(wish));
	yq_str_copy_cut(act.before, sizeof(act.before), yq_buf_text(&stood));
	if (rc == YQ_OK)
		rc = yq_by_hand_act(desk, &item, &act, text, &changed, err);
	if (rc == YQ_OK && changed == 0)
		return yq_err_set(
		    err, YQ_E_STATE, "what was to be released has changed meanwhile: look again");
	*count = changed > 0 ? (size_t)changed : 0;
	return rc;
}

enum yq_rc
yq_release_by_hand(struct yq_desk *desk, const struct yq_release_wish *wish, size_t *count,
    char text[YQ_HALT_BY_HAND_TEXT_SIZE], struct yq_err *err)
{
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	bool done = false;
	enum yq_rc rc = yq_desk_halts(desk, &halts, err);

	*count = 1;
	yq_str_format(text, YQ_HALT_BY_HAND_TEXT_SIZE, "resumed %s by %s",
	    released_for_people(wish), desk->hand.who);
	if (rc == YQ_OK)
		rc = was_done(desk, &wish->id, &done, err);
	return rc == YQ_OK && !done ? release(desk, wish, &halts, text, count, err) : rc;
}
