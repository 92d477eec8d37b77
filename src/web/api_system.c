/* api_system.c - the machine room, what people were told, and what they did by hand. */
#include <string.h>

#include "base/str.h"
#include "desk/notices.h"
#include "store/audit.h"
#include "web/machine.h"
#include "web/put.h"
#include "web/reads.h"

/* ---- notifications ---- */

struct notices {
	struct yq_json_writer *out;
	int severity; /* -1 = any */
	unsigned limit, shown;
	char last[YQ_ENTRY_ID_SIZE];
	bool more;
};

static bool
on_notice(void *cookie, const char *entry, const struct yq_notification *notification)
{
	struct notices *notices = cookie;

	if (notices->severity >= 0 && notices->severity != (int)notification->severity)
		return true;
	notices->more = notices->shown == notices->limit;
	if (notices->more)
		return false;
	yq_put_notification(notices->out, entry, notification);
	yq_str_copy_cut(notices->last, sizeof(notices->last), entry);
	notices->shown++;
	return true;
}

static enum yq_rc
list_notifications(struct yq_api_call *call, struct yq_err *err)
{
	struct notices notices = { .out = call->out,
		.severity = yq_api_name(call, "severity", -1),
		.limit = yq_api_limit(call) };
	enum yq_rc rc;

	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	rc = yq_desk_notices(call->desk, yq_api_cursor(call), on_notice, &notices, err);
	yq_json_end_array(call->out);
	yq_api_put_next(call, notices.more ? notices.last : NULL);
	yq_json_end_object(call->out);
	if (rc == YQ_E_INVALID)
		return yq_reads_cursor(call, err);
	return yq_reads_rc(rc, err);
}

/* Its id is the idempotency key, so that whoever counts by id counts it once. */
static enum yq_rc
test_notification(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	const char *text = yq_api_text(call, "text");
	struct yq_notification notification = { .id = call->key,
		.kind = YQ_NOTIFICATION_SYSTEM,
		.severity = YQ_SEVERITY_INFO,
		.timestamp_us = call->now_us };
	enum yq_rc rc = yq_desk_valkey(call->desk, err);

	if (rc != YQ_OK)
		return rc;
	yq_str_copy_cut(notification.app, sizeof(notification.app), "Web");
	if (text != NULL)
		yq_str_copy_cut(notification.text, sizeof(notification.text), text);
	else
		yq_str_format(notification.text, sizeof(notification.text),
		    "a test, asked for by %s", call->desk->hand.who);
	yq_message_encode_notification(&notification, &payload);
	rc = yq_valkey_sync_notify(call->desk->valkey, payload.data, payload.length, err);
	if (rc == YQ_OK)
		yq_api_done(call, "it is on its way");
	return rc;
}

/* ---- audit ---- */

static void
put_audit(struct yq_json_writer *w, const struct yq_audit_row *row)
{
	yq_json_begin_object(w);
	yq_json_put_int(w, "seq", row->seq);
	yq_json_put_time(w, "at", row->at_us);
	yq_json_put_text(w, "who", row->hand.who);
	yq_json_put_text(w, "origin", row->hand.origin);
	yq_json_put_text(w, "verb", row->verb);
	yq_json_put_text(w, "target", row->target);
	yq_json_put_text(w, "account", row->account_alias);
	yq_json_put_text(w, "before", row->before);
	yq_json_put_text(w, "after", row->after);
	yq_json_put_text(w, "reason", row->reason);
	yq_json_end_object(w);
}

static void
put_audits(struct yq_api_call *call, const struct yq_audit_list *list)
{
	size_t limit = yq_api_limit(call), shown = list->count < limit ? list->count : limit;
	char next[24] = "";

	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < shown; i++)
		put_audit(call->out, &list->items[i]);
	yq_json_end_array(call->out);
	if (list->count > limit)
		yq_str_format(next, sizeof(next), "%lld", (long long)list->items[shown - 1].seq);
	yq_api_put_next(call, next[0] != '\0' ? next : NULL);
	yq_json_end_object(call->out);
}

static enum yq_rc
list_audit(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list list = { 0 };
	const char *target = yq_api_text(call, "target"), *account = yq_api_text(call, "account");
	const char *cursor = yq_api_cursor(call);
	struct yq_audit_filter filter = { .from_us = yq_api_time(call, "from"),
		.to_us = yq_api_time(call, "to"),
		.limit = yq_api_limit(call) + 1 }; /* one more: there is another page */
	enum yq_rc rc;

	if (cursor != NULL && !yq_str_to_int64(cursor, 1, INT64_MAX, &filter.before_seq))
		return yq_reads_cursor(call, err);
	yq_str_copy_cut(filter.target, sizeof(filter.target), target != NULL ? target : "");
	yq_str_copy_cut(
	    filter.account_alias, sizeof(filter.account_alias), account != NULL ? account : "");
	rc = yq_reads_archive(call, err);
	if (rc == YQ_OK)
		rc = yq_audit_find(call->desk->firebird, &filter, &list, err);
	if (rc == YQ_OK)
		put_audits(call, &list);
	return yq_reads_rc(rc, err);
}

static const struct yq_api_field notification_fields[] = {
	{ .name = "severity",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_NAME,
	    .names = &yq_severity_names,
	    .what = "of this severity alone" },
};
static const struct yq_api_field test_fields[] = {
	{ .name = "text",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_TEXT,
	    .min = 1,
	    .max = YQ_MESSAGE_SIZE - 1,
	    .what = "what it says" },
};
static const struct yq_api_field audit_fields[] = {
	{ .name = "target",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_TEXT,
	    .max = YQ_AUDIT_TARGET_SIZE - 1,
	    .what = "about this alone: an order's id, a kill switch" },
	{ .name = "account",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_ALIAS,
	    .what = "of this account alone" },
	{ .name = "from",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_TIME,
	    .what = "done then or later" },
	{ .name = "to", .place = YQ_API_QUERY, .kind = YQ_API_TIME, .what = "done before" },
};

#define TAKES(list) .fields = (list), .field_count = YQ_COUNT(list)

static const struct yq_api_route routes[] = {
	{ .method = "GET",
	    .path = "/system",
	    .name = "getSystem",
	    .summary = "The machine room: programs, streams, brokers, how long orders take.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_ARCHIVE,
	    .status = 200,
	    .answer = "System",
	    .run = yq_get_system },
	{ .method = "GET",
	    .path = "/notifications",
	    .name = "listNotifications",
	    .summary = "What people were told, newest first.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_LIVE,
	    .flags = YQ_API_LIST,
	    .status = 200,
	    .answer = "NotificationList",
	    TAKES(notification_fields),
	    .run = list_notifications },
	{ .method = "POST",
	    .path = "/notifications/test",
	    .name = "testNotification",
	    .summary = "Tell people something, to see that it reaches them.",
	    .role = YQ_ROLE_ADMIN,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "Done",
	    TAKES(test_fields),
	    .run = test_notification },
	{ .method = "GET",
	    .path = "/audit",
	    .name = "listAudit",
	    .summary = "What people did by hand, newest first.",
	    .role = YQ_ROLE_ADMIN,
	    .lane = YQ_LANE_ARCHIVE,
	    .flags = YQ_API_LIST,
	    .status = 200,
	    .answer = "AuditList",
	    TAKES(audit_fields),
	    .run = list_audit },
};
const struct yq_api_family yq_api_system = { "system", routes, YQ_COUNT(routes) };
