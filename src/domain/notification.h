/*
 * notification.h - something a person should know; the message on `notification`.
 */
#ifndef YQ_DOMAIN_NOTIFICATION_H
#define YQ_DOMAIN_NOTIFICATION_H

#include "domain/terms.h"

#define YQ_APP_SIZE		  33
#define YQ_NOTIFICATION_TEXT_SIZE 1025

#define YQ_NOTIFICATION_KINDS(X) \
	X(SYSTEM, "System")      \
	X(SCHEDULE, "Schedule") X(RISK, "Risk") X(SECURITY, "Security") X(ORDER, "Order")
#define YQ_SEVERITIES(X)			X(INFO, "Info") X(WARNING, "Warning") X(CRITICAL, "Critical")
#define YQ_NOTIFICATION_KIND_VALUE(ident, name) YQ_NOTIFICATION_##ident,
enum yq_notification_kind {
	YQ_NOTIFICATION_KINDS(YQ_NOTIFICATION_KIND_VALUE) YQ_NOTIFICATION_KIND_COUNT
};
#define YQ_SEVERITY_VALUE(ident, name) YQ_SEVERITY_##ident,
enum yq_severity { YQ_SEVERITIES(YQ_SEVERITY_VALUE) YQ_SEVERITY_COUNT };
extern const struct yq_names yq_notification_kind_names, yq_severity_names;

struct yq_notification {
	struct yq_id id;
	enum yq_notification_kind kind;
	enum yq_severity severity;
	char app[YQ_APP_SIZE];
	char text[YQ_NOTIFICATION_TEXT_SIZE];
	char account_alias[YQ_ALIAS_SIZE];
	char strategy[YQ_STRATEGY_SIZE];
	struct yq_id order_id;
	struct yq_id signal_id;
	int64_t timestamp_us;
};

extern const struct yq_field yq_notification_fields[];
extern const size_t yq_notification_field_count;

#endif
