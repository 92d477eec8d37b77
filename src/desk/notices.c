/* notices.c - the stream of notifications, some entries at a time. */
#include "desk/notices.h"

#include <string.h>

#include "base/str.h"

#define ENTRIES "200" /* of one round trip */

/* "1763955600000-0" */
static bool
is_entry(const char *text)
{
	size_t first = strspn(text, "0123456789");

	return first > 0 && first <= 20 && text[first] == '-' && strlen(text) < YQ_ENTRY_ID_SIZE &&
	       text[first + 1] != '\0' &&
	       strspn(text + first + 1, "0123456789") == strlen(text) - first - 1;
}

/* False: the walk is over.  `last` becomes the id of the last entry. */
static bool
tell(const struct redisReply *reply, char last[YQ_ENTRY_ID_SIZE], yq_notice_fn *fn, void *cookie)
{
	for (size_t i = 0; i < yq_reply_count(reply); i++) {
		const struct redisReply *entry = yq_reply_at(reply, i);
		const char *id = yq_reply_text(yq_reply_at(entry, 0), NULL);
		const char *payload = yq_reply_field(yq_reply_at(entry, 1), YQ_ENTRY_PAYLOAD);
		struct yq_notification notification;

		if (id == NULL || !yq_str_copy(last, YQ_ENTRY_ID_SIZE, id))
			return false;
		if (payload != NULL && yq_message_decode_notification(
					   payload, strlen(payload), &notification, NULL) == YQ_OK)
			if (!fn(cookie, last, &notification))
				return false;
	}
	return yq_reply_count(reply) > 0;
}

enum yq_rc
yq_desk_notices(
    struct yq_desk *desk, const char *before, yq_notice_fn *fn, void *cookie, struct yq_err *err)
{
	char from[YQ_ENTRY_ID_SIZE + 1] = "+", last[YQ_ENTRY_ID_SIZE];
	const char *argv[] = { "XREVRANGE", yq_key_name(YQ_KEY_NOTIFICATION_STREAM), from, "-",
		"COUNT", ENTRIES };
	enum yq_rc rc = yq_desk_valkey(desk, err);
	bool more = true;

	if (before != NULL && !is_entry(before))
		return yq_err_set(err, YQ_E_INVALID, "\"%.40s\" is no entry of a stream", before);
	if (before != NULL)
		yq_str_format(from, sizeof(from), "(%s", before);
	while (rc == YQ_OK && more) {
		YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;

		rc = yq_valkey_sync_command(
		    desk->valkey, YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);
		more = rc == YQ_OK && tell(reply, last, fn, cookie);
		yq_str_format(from, sizeof(from), "(%s", last);
	}
	return rc;
}
