/* resolve.c - ids by their beginning. */
#include "console/resolve.h"

#include "base/str.h"
#include "bus/reply.h"
#include "store/tx.h"

#include <ctype.h>
#include <string.h>

#define MATCHES_MAX 8
#define TIMEOUT_MS  5000

struct matches {
	struct yq_resolved items[MATCHES_MAX];
	size_t count;
	bool more;
};

bool
yq_resolve_is_prefix(const char *text)
{
	size_t length = strlen(text);

	if (length < YQ_RESOLVE_PREFIX_MIN || length > YQ_ID_LENGTH)
		return false;
	for (const char *at = text; *at != '\0'; at++)
		if (!isxdigit((unsigned char)*at) && *at != '-')
			return false;
	return true;
}

static void
add_match(struct matches *matches, enum yq_resolved_kind kind, const char *text, size_t length)
{
	struct yq_id id;

	while (length > 0 && text[length - 1] == ' ')
		length--;
	if (yq_id_parse(text, length, &id) != YQ_OK)
		return;
	for (size_t i = 0; i < matches->count; i++)
		if (matches->items[i].kind == kind && yq_id_equal(&matches->items[i].id, &id))
			return;
	if (matches->count == MATCHES_MAX) {
		matches->more = true;
		return;
	}
	matches->items[matches->count++] = (struct yq_resolved){ kind, id };
}

/* Keys of one kind that begin so; the id is what follows the name's own part. */
static int
scan(struct yq_system *system, enum yq_key key, enum yq_resolved_kind kind, const char *prefix,
    struct matches *matches)
{
	char pattern[YQ_KEY_SIZE], cursor[24] = "0", begun[YQ_ID_LENGTH + 2];
	size_t own;

	if (!yq_str_format(begun, sizeof(begun), "%s*", prefix))
		return YQ_CONSOLE_DONE;
	yq_key_format(key, begun, pattern);
	own = strlen(pattern) - strlen(begun);
	do {
		const char *argv[] = { "SCAN", cursor, "MATCH", pattern, "COUNT", "10000" };
		YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
		const struct redisReply *keys;
		const char *next;
		struct yq_err err = { 0 };

		if (yq_valkey_sync_command(
			system->desk.valkey, 6, argv, NULL, TIMEOUT_MS, &reply, &err) != YQ_OK)
			return yq_fail_err(&err);
		next = yq_reply_text(yq_reply_at(reply, 0), NULL);
		if (next == NULL || !yq_str_copy(cursor, sizeof(cursor), next))
			return yq_fail(YQ_CONSOLE_UNREACHABLE, "Valkey gave a strange answer");
		keys = yq_reply_at(reply, 1);
		for (size_t i = 0; i < yq_reply_count(keys); i++) {
			size_t length = 0;
			const char *name = yq_reply_text(yq_reply_at(keys, i), &length);

			if (name != NULL && length > own)
				add_match(matches, kind, name + own, length - own);
		}
	} while (!yq_str_equal(cursor, "0"));
	return YQ_CONSOLE_DONE;
}

static int
search_archive(struct yq_system *system, const char *sql, enum yq_resolved_kind kind,
    const char *prefix, struct matches *matches)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	const struct yq_tx_options options = { .read_only = true };
	const struct yq_param params[] = { yq_param_text("PREFIX", prefix) };
	struct yq_err err = { 0 };
	enum yq_rc rc;

	rc = yq_tx_begin(system->desk.firebird, &options, &tx, &err);
	if (rc == YQ_OK)
		rc = yq_tx_query(tx, sql, params, 1, &rows, &err);
	while (rc == YQ_OK && (rc = yq_rows_next(rows, &err)) == YQ_OK) {
		size_t length = 0;
		const char *text = yq_rows_text(rows, 0, &length);

		add_match(matches, kind, text, length);
	}
	return rc == YQ_OK || rc == YQ_E_NOT_FOUND ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

static int
several(const char *text, const struct matches *matches)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf list = yq_buf_make(1024);

	for (size_t i = 0; i < matches->count; i++)
		yq_buf_add_format(&list, "\n  %s %s",
		    matches->items[i].kind == YQ_RESOLVED_ORDER ? "order " : "signal",
		    matches->items[i].id.text);
	return yq_fail(YQ_CONSOLE_REFUSED, "\"%s\" begins several ids:%s%s", text,
	    yq_buf_text(&list), matches->more ? "\n  ..." : "");
}

int
yq_resolve(
    struct yq_system *system, const char *text, bool orders_only, struct yq_resolved *resolved)
{
	struct matches matches = { 0 };
	char prefix[YQ_ID_LENGTH + 1];
	int status;

	if (!yq_resolve_is_prefix(text) || !yq_str_copy(prefix, sizeof(prefix), text))
		return yq_fail(YQ_CONSOLE_USAGE,
		    "\"%s\" is no id: expected one, or at least its first %d characters", text,
		    YQ_RESOLVE_PREFIX_MIN);
	for (char *at = prefix; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	status = yq_system_valkey(system);
	if (status == YQ_CONSOLE_DONE)
		status = yq_system_firebird(system);
	if (status == YQ_CONSOLE_DONE)
		status = scan(system, YQ_KEY_ORDER_STATE, YQ_RESOLVED_ORDER, prefix, &matches);
	if (status == YQ_CONSOLE_DONE)
		status = search_archive(system,
		    "SELECT FIRST 9 ID FROM ORDERS WHERE ID STARTING WITH :PREFIX",
		    YQ_RESOLVED_ORDER, prefix, &matches);
	if (status == YQ_CONSOLE_DONE && !orders_only)
		status = scan(system, YQ_KEY_SIGNAL_STATE, YQ_RESOLVED_SIGNAL, prefix, &matches);
	if (status == YQ_CONSOLE_DONE && !orders_only)
		status = search_archive(system,
		    "SELECT FIRST 9 ID FROM SIGNALS WHERE ID STARTING WITH :PREFIX",
		    YQ_RESOLVED_SIGNAL, prefix, &matches);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (matches.count == 0)
		return yq_fail(YQ_CONSOLE_REFUSED, "there is no %s whose id begins with \"%s\"",
		    orders_only ? "order" : "order or signal", text);
	if (matches.count > 1)
		return several(text, &matches);
	*resolved = matches.items[0];
	return YQ_CONSOLE_DONE;
}
