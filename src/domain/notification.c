/* notification.c - the message on `notification`: its JSON members. */
#include "domain/notification.h"

#define NAME(ident, name) name,
static const char *const kind_list[] = { YQ_NOTIFICATION_KINDS(NAME) };
static const char *const severity_list[] = { YQ_SEVERITIES(NAME) };
const struct yq_names yq_notification_kind_names = { "notification kind", kind_list,
	YQ_COUNT(kind_list) };
const struct yq_names yq_severity_names = { "severity", severity_list, YQ_COUNT(severity_list) };

const struct yq_field yq_notification_fields[] = {
	YQ_FIELD_ID("Id", struct yq_notification, id, YQ_REQUIRED),
	YQ_FIELD_ENUM(
	    "Kind", struct yq_notification, kind, yq_notification_kind_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Severity", struct yq_notification, severity, yq_severity_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("App", struct yq_notification, app, YQ_REQUIRED),
	YQ_FIELD_TEXT("Text", struct yq_notification, text, YQ_REQUIRED),
	YQ_FIELD_TEXT("AccountAlias", struct yq_notification, account_alias, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Strategy", struct yq_notification, strategy, YQ_OPTIONAL),
	YQ_FIELD_ID("OrderId", struct yq_notification, order_id, YQ_OPTIONAL),
	YQ_FIELD_ID("SignalId", struct yq_notification, signal_id, YQ_OPTIONAL),
	YQ_FIELD_TIME("Timestamp", struct yq_notification, timestamp_us, YQ_REQUIRED),
};
const size_t yq_notification_field_count = YQ_COUNT(yq_notification_fields);
