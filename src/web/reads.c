/* reads.c - errors of reading, and places in lists. */
#include "web/reads.h"

#include <string.h>

#include "base/str.h"

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

void
yq_place_format(int64_t us, const struct yq_id *id, char text[YQ_PLACE_SIZE])
{
	yq_str_format(text, YQ_PLACE_SIZE, "%lld_%s", (long long)us, id->text);
}

enum yq_rc
yq_place_refuse(struct yq_api_call *call, struct yq_err *err)
{
	return yq_api_refuse(call, 422, "FIELD_INVALID", "cursor", err,
	    "cursor: expected one that a page before gave as `next`");
}

enum yq_rc
yq_place_of(struct yq_api_call *call, int64_t *us, struct yq_id *id, struct yq_err *err)
{
	const char *cursor = yq_api_cursor(call);
	const char *end = cursor != NULL ? strchr(cursor, '_') : NULL;
	char number[24];

	*us = 0;
	*id = (struct yq_id){ 0 };
	if (cursor == NULL)
		return YQ_OK;
	if (end == NULL ||
	    !yq_str_copy_bytes(number, sizeof(number), cursor, (size_t)(end - cursor)) ||
	    !yq_str_to_int64(number, 1, INT64_MAX, us) ||
	    yq_id_parse(end + 1, strlen(end + 1), id) != YQ_OK)
		return yq_place_refuse(call, err);
	return YQ_OK;
}
