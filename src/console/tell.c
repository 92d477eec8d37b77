/* tell.c - a notification from the console. */
#include "console/tell.h"

#include "base/str.h"
#include "bus/valkey_sync.h"

int
yq_tell(struct yq_system *system, enum yq_notification_kind kind, enum yq_severity severity,
    const char *text)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_notification notification = { .id = yq_id_random(),
		.kind = kind,
		.severity = severity,
		.timestamp_us = yq_clock_now_us(yq_clock_system()) };
	struct yq_err err = { 0 };

	yq_str_copy_cut(notification.app, sizeof(notification.app), "Console");
	yq_str_copy_cut(notification.text, sizeof(notification.text), text);
	yq_message_encode_notification(&notification, &payload);
	if (yq_valkey_sync_notify(system->desk.valkey, payload.data, payload.length, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}
