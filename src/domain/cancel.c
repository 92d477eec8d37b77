/* cancel.c - the wish to withdraw an order: its JSON members and what makes it whole. */
#include "domain/cancel.h"

#include "base/str.h"
#include "domain/check.h"

struct yq_cancel
yq_cancel_default(void)
{
	return (struct yq_cancel){ .kind = "cancel" };
}

const struct yq_field yq_cancel_fields[] = {
	YQ_FIELD_ID("Id", struct yq_cancel, id, YQ_REQUIRED),
	YQ_FIELD_TEXT("Kind", struct yq_cancel, kind, YQ_REQUIRED),
	YQ_FIELD_ID("OrderId", struct yq_cancel, order_id, YQ_REQUIRED),
	YQ_FIELD_TEXT("AccountAlias", struct yq_cancel, account_alias, YQ_REQUIRED),
	YQ_FIELD_TEXT("Reason", struct yq_cancel, reason, YQ_OPTIONAL),
	YQ_HAND_FIELDS(struct yq_cancel),
	YQ_FIELD_TIME("Timestamp", struct yq_cancel, timestamp_us, YQ_REQUIRED),
};
const size_t yq_cancel_field_count = YQ_COUNT(yq_cancel_fields);

enum yq_rc
yq_cancel_check(const struct yq_cancel *cancel, struct yq_err *err)
{
	enum yq_rc rc;

	if (!yq_str_equal(cancel->kind, "cancel"))
		return yq_err_set(
		    err, YQ_E_INVALID, "Kind: expected \"cancel\", found \"%s\"", cancel->kind);
	rc = yq_check_id("Id", &cancel->id, err);
	if (rc == YQ_OK)
		rc = yq_check_id("OrderId", &cancel->order_id, err);
	if (rc == YQ_OK)
		rc = yq_check_alias(cancel->account_alias, err);
	return rc;
}
