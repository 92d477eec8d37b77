/* reads.c - errors of reading, and cursors. */
#include "web/reads.h"

enum yq_rc
yq_reads_rc(enum yq_rc rc, struct yq_err *err)
{
	static const bool passing[YQ_RC_COUNT] = {
		[YQ_E_UNKNOWN] = true,
		[YQ_E_SYSTEM] = true,
		[YQ_E_DENIED] = true,
		[YQ_E_STATE] = true,
	};

	if (!passing[rc])
		return rc;
	err->rc = YQ_E_RETRY;
	return YQ_E_RETRY;
}

enum yq_rc
yq_reads_archive(struct yq_api_call *call, struct yq_err *err)
{
	enum yq_rc rc = yq_desk_firebird(call->desk, err);

	if (rc == YQ_OK)
		return YQ_OK;
	err->rc = YQ_E_RETRY; /* whatever it is, it is ours to mend */
	return YQ_E_RETRY;
}

enum yq_rc
yq_reads_cursor(struct yq_api_call *call, struct yq_err *err)
{
	return yq_api_refuse(call, 422, "FIELD_INVALID", "cursor", err,
	    "cursor: expected one that a page before gave as `next`");
}
