/* journal_audit.c - what people did into AUDIT. */
#include "order_manager/journal_audit.h"

#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/refuse.h"
#include "bus/reply.h"

#define READ_TIMEOUT_MS 5000

/* What an entry of each kind becomes, and how long the gateway's word on it is waited for.  A kill
 * switch is written with its entry: it is applied. */
static const struct {
	const char *outcome, *after;
	int64_t answer_us;
} kinds[YQ_SUBMIT_KIND_COUNT] = {
	[YQ_SUBMIT_ORDER] = { "asked", "", 0 },
	[YQ_SUBMIT_CANCEL] = { "asked", "", 0 },
	[YQ_SUBMIT_REPLACE] = { "asked", "", INT64_C(10000000) },
	[YQ_SUBMIT_RESOLVE] = { "asked", "", INT64_C(60000000) },
	[YQ_SUBMIT_HALT] = { "applied", "halted", 0 },
	[YQ_SUBMIT_RESUME] = { "applied", "released", 0 },
	[YQ_SUBMIT_LIFE] = { "applied", "", 0 },
	[YQ_SUBMIT_PROTECT] = { "asked", "", 0 },
};

/* Orders are many, and few of them are made by hand: looked at before they are taken apart. */
static bool
may_be_by_hand(const struct yq_lane_entry *entry, int kind)
{
	return kind != YQ_SUBMIT_ORDER || strstr(entry->payload, "\"Manual\"") != NULL ||
	       strstr(entry->payload, "\"Who\"") != NULL;
}

static bool
read_act(const struct yq_lane_entry *entry, int kind, struct yq_act *act)
{
	struct yq_err err = { .rc = YQ_OK };

	if (yq_message_decode_act(entry->payload, entry->length, act, &err) != YQ_OK) {
		yq_debug(
		    "entry %s cannot be read: %s", entry->id, err.text); /* as the gateway said */
		return false;
	}
	return kind != YQ_SUBMIT_ORDER || act->hand.who[0] != '\0' ||
	       yq_str_equal(act->buy_reason, "Manual");
}

static const char *
target_of(int kind, const struct yq_act *act)
{
	if (kind == YQ_SUBMIT_HALT || kind == YQ_SUBMIT_RESUME || kind == YQ_SUBMIT_LIFE)
		return act->target[0] != '\0' ? act->target : "all";
	return kind == YQ_SUBMIT_ORDER || kind == YQ_SUBMIT_PROTECT ? act->id.text
								    : act->order_id.text;
}

static void
fill(struct yq_audit_row *row, int kind, const struct yq_act *act, const char *request)
{
	*row = (struct yq_audit_row){
		.id = act->id, .at_us = act->timestamp_us, .hand = act->hand, .request = request
	};
	yq_str_copy_cut(row->verb, sizeof(row->verb), yq_names_text(&yq_submit_kind_names, kind));
	yq_str_copy_cut(row->outcome, sizeof(row->outcome), kinds[kind].outcome);
	yq_str_copy_cut(row->target, sizeof(row->target), target_of(kind, act));
	yq_str_copy_cut(row->account_alias, sizeof(row->account_alias), act->account_alias);
	yq_str_copy_cut(row->before, sizeof(row->before), act->before);
	yq_str_copy_cut(row->after, sizeof(row->after),
	    kind == YQ_SUBMIT_LIFE ? act->outcome : kinds[kind].after);
	yq_str_copy_cut(row->reason, sizeof(row->reason), act->reason);
}

/* ---- what became of a replace or a resolve ---- */

/* False: the mark says no more than that it was made. */
static bool
take_word(struct yq_audit_row *row, const char *mark)
{
	static const struct {
		const char *prefix, *outcome;
	} words[] = { { YQ_MARK_APPLIED, "applied" }, { YQ_MARK_REFUSED, "refused" } };

	for (size_t i = 0; mark != NULL && i < YQ_COUNT(words); i++) {
		if (!yq_str_starts(mark, words[i].prefix))
			continue;
		yq_str_copy_cut(row->outcome, sizeof(row->outcome), words[i].outcome);
		yq_str_copy_cut(row->after, sizeof(row->after), mark + strlen(words[i].prefix));
		return true;
	}
	return false;
}

static void
on_mark(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	const struct yq_audit_look *look = cookie;
	struct yq_lane *lane = look->lane;
	struct yq_lane_entry *entry;
	const char *mark;
	size_t length;

	if (!yq_lane_answered(lane))
		return;
	if (rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN) {
		yq_lane_settle(lane, rc, err);
		return;
	}
	entry = yq_lane_entry(lane, look->entry);
	mark = rc == YQ_OK ? yq_reply_text(reply, &length) : NULL;
	/* Without a mark the order has left the bus: nobody will say more. */
	if (!take_word(&look->rows->rows[look->row], mark) && mark != NULL &&
	    yq_lane_age_us(lane, entry) < look->answer_us)
		entry->wait = look->rows->left_out[look->row] = true;
	yq_lane_settle(lane, YQ_OK, NULL);
}

static void
ask_for_mark(struct yq_audit_rows *rows, struct yq_lane *lane, size_t entry, size_t row, int kind,
    const struct yq_act *act)
{
	struct yq_args *args = yq_valkey_args(yq_lane_valkey(lane));
	char mark[YQ_REQUEST_MARK_SIZE];

	yq_request_mark((enum yq_submit_kind)kind, &act->id, mark);
	yq_args_text(args, "HGET");
	yq_args_key(args, YQ_KEY_ORDER_STATE, act->order_id.text);
	yq_args_text(args, mark);
	rows->looks[row] = (struct yq_audit_look){ lane, rows, entry, row, kinds[kind].answer_us };
	yq_lane_ask(lane);
	yq_valkey_send(yq_lane_valkey(lane), args, READ_TIMEOUT_MS, on_mark, &rows->looks[row]);
}

/* ---- the parts of a lane's table ---- */

void
yq_audit_rows_load(struct yq_audit_rows *rows, struct yq_lane *lane, size_t index)
{
	const struct yq_lane_entry *entry = yq_lane_entry(lane, index);
	int kind = yq_names_find(&yq_submit_kind_names, entry->kind, strlen(entry->kind));
	struct yq_act act;

	if (kind < 0 || !may_be_by_hand(entry, kind) || !read_act(entry, kind, &act))
		return;
	fill(&rows->rows[rows->count], kind, &act, entry->payload);
	rows->rows[rows->count].recorded_us = yq_clock_now_us(yq_lane_clock(lane));
	rows->entries[rows->count] = index;
	rows->count++;
	if (kinds[kind].answer_us != 0)
		ask_for_mark(rows, lane, index, rows->count - 1, kind, &act);
}

static void
on_refused(void *cookie, size_t index, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_audit_rows *rows = cookie;

	(void)rc;
	yq_str_copy_cut(rows->faults[index], sizeof(rows->faults[index]), err->text);
}

/* Those that wait are taken out, in place. */
static void
drop_left_out(struct yq_audit_rows *rows)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->count; i++) {
		if (rows->left_out[i])
			continue;
		rows->rows[kept] = rows->rows[i];
		rows->entries[kept++] = rows->entries[i];
	}
	memset(rows->left_out, 0, sizeof(rows->left_out));
	rows->count = kept;
}

enum yq_rc
yq_audit_rows_store(struct yq_firebird *firebird, struct yq_audit_rows *rows, struct yq_err *err)
{
	enum yq_rc outcomes[YQ_LANE_MAX];

	drop_left_out(rows);
	if (rows->count == 0)
		return YQ_OK;
	return yq_audit_add(firebird, rows->rows, rows->count, outcomes, on_refused, rows, err);
}

void
yq_audit_rows_stored(const struct yq_audit_rows *rows, struct yq_lane *lane)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->faults[i][0] != '\0')
			yq_lane_discard(
			    lane, yq_lane_entry(lane, rows->entries[i]), rows->faults[i]);
}
