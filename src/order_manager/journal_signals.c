/* journal_signals.c - signals and the decisions on them into SIGNALS. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/reply.h"
#include "bus/valkey.h"
#include "order_manager/carried.h"
#include "order_manager/journal.h"
#include "store/signals.h"

#define READ_TIMEOUT_MS 5000
#define UNDECIDED	"accepted" /* what the bus holds of a signal before its verdict */

struct signal_rows {
	struct yq_signal_row rows[YQ_LANE_MAX];
	size_t entries[YQ_LANE_MAX]; /* the entry of each row */
	size_t count;
	struct yq_archived_signal words[YQ_LANE_MAX]; /* what the verdicts become in the bus */
	char faults[YQ_LANE_MAX][160];		      /* why a row was refused; "" = it was not */
	struct yq_carried rules;
};

static void
copy_member(char *target, size_t size, const yq_json *object, const char *name)
{
	const yq_json *member = yq_json_get(object, name);
	size_t length = 0;
	const char *text = member == NULL ? NULL : yq_json_text(member, &length);

	yq_str_copy_cut(target, size, text == NULL ? "" : text);
}

#define VERDICT_HEAD_MAX 2048
#define ID_ITEM		 (YQ_ID_LENGTH + 3) /* an id in a list, with its quotes and a comma */

static const struct yq_field verdict_fields[] = {
	YQ_FIELD_TEXT("Verdict", struct yq_signal_row, verdict, YQ_REQUIRED),
	YQ_FIELD_TEXT("Code", struct yq_signal_row, code, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Text", struct yq_signal_row, text, YQ_OPTIONAL),
	YQ_FIELD_TIME("DecidedAt", struct yq_signal_row, decided_at_us, YQ_REQUIRED),
};

/* A verdict as we write it: plain members, then the ids of the orders and all the steps.  The steps
 * are kept as they are and need not be read. */
static bool
read_plain_verdict(struct yq_signal_row *row, const char *text, size_t length)
{
	static const struct yq_record_table table = { .fields = verdict_fields,
		.count = YQ_COUNT(verdict_fields) };
	static const char orders[] = ",\"Orders\":[";
	const char *list = memmem(text, length, orders, sizeof(orders) - 1);
	size_t head_length = list == NULL ? 0 : (size_t)(list - text);
	char head[VERDICT_HEAD_MAX];
	const char *end;

	if (head_length == 0 || head_length + 1 > sizeof(head))
		return false;
	memcpy(head, text, head_length);
	head[head_length] = '}';
	if (!yq_record_read_plain(head, head_length + 1, &table, row))
		return false;
	list += sizeof(orders) - 1;
	end = memchr(list, ']', (size_t)(text + length - list));
	if (end == NULL || (end != list && (size_t)(end - list + 1) % ID_ITEM != 0))
		return false;
	row->order_count = (int64_t)((size_t)(end - list + 1) / ID_ITEM);
	return true;
}

/* Take over a verdict; one that cannot be read is kept as text alone. */
static void
read_verdict(struct yq_signal_row *row, const char *text, size_t length)
{
	YQ_CLEANUP(yq_json_freep) yq_json *verdict = NULL;
	char decided_at[YQ_TIME_TEXT_SIZE];
	const yq_json *orders;
	char word[YQ_VERDICT_SIZE];

	row->decision = strndup(text, length);
	if (read_plain_verdict(row, text, length))
		return;
	if (yq_json_parse(text, length, &verdict, NULL) != YQ_OK)
		return;
	copy_member(word, sizeof(word), verdict, "Verdict");
	memcpy(row->verdict, word, sizeof(word));
	copy_member(row->code, sizeof(row->code), verdict, "Code");
	copy_member(row->text, sizeof(row->text), verdict, "Text");
	copy_member(decided_at, sizeof(decided_at), verdict, "DecidedAt");
	if (yq_time_parse(decided_at, strlen(decided_at), &row->decided_at_us) != YQ_OK)
		row->decided_at_us = 0;
	orders = yq_json_get(verdict, "Orders");
	row->order_count = orders == NULL ? 0 : (int64_t)yq_json_count(orders);
}

/* Rows whose signal waits, or stands in the archive already, are taken out again. */
static void
join_verdicts(struct yq_lane *lane, struct signal_rows *rows, const struct redisReply *reply)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->count; i++) {
		size_t length = 0;
		const char *text = yq_reply_text(yq_reply_at(reply, i), &length);
		struct yq_signal_row *row = &rows->rows[kept];

		if (text != NULL && yq_str_equal(text, UNDECIDED)) {
			yq_lane_entry(lane, rows->entries[i])->wait = true;
			continue;
		}
		if (text != NULL && text[0] != '{')
			continue;
		if (text != NULL && !yq_carried_take(&rows->rules, text, length,
					yq_clock_now_us(yq_lane_clock(lane)))) {
			yq_lane_entry(lane, rows->entries[i])->wait = true;
			continue;
		}
		if (kept != i) {
			*row = rows->rows[i];
			rows->entries[kept] = rows->entries[i];
		}
		if (text != NULL)
			read_verdict(row, text, length);
		kept++;
	}
	memset(&rows->rows[kept], 0, (rows->count - kept) * sizeof(rows->rows[0]));
	rows->count = kept;
}

static void
on_verdicts(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_lane *lane = cookie;

	if (!yq_lane_answered(lane))
		return;
	if (rc == YQ_OK)
		join_verdicts(lane, yq_lane_rows(lane), reply);
	yq_lane_settle(lane, rc, err);
}

static void
load(struct yq_lane *lane, void *cookie)
{
	struct signal_rows *rows = cookie;
	struct yq_args *args = yq_valkey_args(yq_lane_valkey(lane));

	yq_args_text(args, "MGET");
	for (size_t i = 0; i < yq_lane_count(lane); i++) {
		const struct yq_lane_entry *entry = yq_lane_entry(lane, i);
		struct yq_signal_row *row = &rows->rows[rows->count];
		struct yq_err err = { .rc = YQ_OK };

		/* What cannot be read was reported by the intake. */
		if (yq_message_decode_signal(entry->payload, entry->length, &row->signal, &err) !=
		    YQ_OK) {
			yq_debug("entry %s is no signal: %s", entry->id, err.text);
			continue;
		}
		yq_args_key(args, YQ_KEY_SIGNAL_STATE, row->signal.id.text);
		rows->entries[rows->count++] = i;
	}
	if (rows->count == 0)
		return;
	yq_lane_ask(lane);
	yq_valkey_send(yq_lane_valkey(lane), args, READ_TIMEOUT_MS, on_verdicts, lane);
}

static void
on_refused(void *cookie, size_t index, enum yq_rc rc, const struct yq_err *err)
{
	struct signal_rows *rows = cookie;

	(void)rc;
	yq_str_copy_cut(rows->faults[index], sizeof(rows->faults[index]), err->text);
}

static enum yq_rc
store(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct signal_rows *rows = cookie;
	enum yq_rc outcomes[YQ_LANE_MAX];

	enum yq_rc rc;

	if (rows->count == 0)
		return YQ_OK;
	/* First, so that no row is there without its rules. */
	if (rows->rules.count > 0) {
		rc = yq_policies_save(firebird, rows->rules.rows, rows->rules.count, err);
		if (rc != YQ_OK)
			return rc;
	}
	return yq_signals_save(firebird, rows->rows, rows->count, outcomes, on_refused, rows, err);
}

static void
stored(struct yq_lane *lane, void *cookie, struct yq_archived *archived)
{
	struct signal_rows *rows = cookie;

	for (size_t i = 0; i < rows->count; i++) {
		const struct yq_signal_row *row = &rows->rows[i];

		if (rows->faults[i][0] != '\0')
			yq_lane_discard(
			    lane, yq_lane_entry(lane, rows->entries[i]), rows->faults[i]);
		else if (row->verdict[0] != '\0')
			rows->words[archived->signal_count++] =
			    (struct yq_archived_signal){ row->signal.id, row->verdict };
	}
	archived->signals = rows->words;
}

static void
clear(void *cookie)
{
	struct signal_rows *rows = cookie;

	for (size_t i = 0; i < rows->count; i++)
		free(rows->rows[i].decision);
	yq_carried_clear(&rows->rules);
}

const struct yq_lane_table yq_journal_signals = {
	.name = "signals",
	.labels = "table=\"SIGNALS\"",
	.group = YQ_GROUP_SIGNAL_ARCHIVER,
	.gather_ms = 100,
	.rows_size = sizeof(struct signal_rows),
	.load = load,
	.store = store,
	.stored = stored,
	.clear = clear,
};
