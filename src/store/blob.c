/* blob.c - long texts, in pieces as Firebird takes and gives them. */
#include <string.h>

#include "store/internal.h"

#define PIECE_BYTES 32768

enum yq_rc
yq_blob_write(
    struct yq_tx *tx, const char *bytes, size_t length, ISC_QUAD *ret_id, struct yq_err *err)
{
	isc_blob_handle blob = 0;
	ISC_STATUS_ARRAY status, ignored;

	if (length > YQ_BLOB_MAX)
		return yq_err_set(err, YQ_E_RANGE, "a text of %zu bytes, but a column takes %d",
		    length, YQ_BLOB_MAX);
	if (yq_client()->isc_create_blob2(
		status, &tx->firebird->handle, &tx->handle, &blob, ret_id, 0, NULL) != 0)
		return yq_status_fault(tx->firebird, status, err);
	for (size_t done = 0; done < length;) {
		size_t piece = length - done < PIECE_BYTES ? length - done : PIECE_BYTES;

		if (yq_client()->isc_put_segment(
			status, &blob, (unsigned short)piece, bytes + done) != 0) {
			yq_client()->isc_cancel_blob(ignored, &blob);
			return yq_status_fault(tx->firebird, status, err);
		}
		done += piece;
	}
	if (yq_client()->isc_close_blob(status, &blob) != 0)
		return yq_status_fault(tx->firebird, status, err);
	return YQ_OK;
}

enum yq_rc
yq_blob_read(struct yq_tx *tx, const ISC_QUAD *id, struct yq_buf *text, struct yq_err *err)
{
	isc_blob_handle blob = 0;
	ISC_STATUS_ARRAY status, ignored;
	ISC_QUAD copy = *id;
	char piece[4096];
	enum yq_rc rc = YQ_OK;

	if (yq_client()->isc_open_blob2(
		status, &tx->firebird->handle, &tx->handle, &blob, &copy, 0, NULL) != 0)
		return yq_status_fault(tx->firebird, status, err);
	while (yq_buf_ok(text)) {
		unsigned short length = 0;

		yq_client()->isc_get_segment(status, &blob, &length, sizeof(piece), piece);
		if (status[1] != 0 && status[1] != isc_segment) {
			if (status[1] != isc_segstr_eof)
				rc = yq_status_fault(tx->firebird, status, err);
			break;
		}
		yq_buf_add(text, piece, length);
	}
	yq_client()->isc_close_blob(ignored, &blob);
	if (rc == YQ_OK && !yq_buf_ok(text))
		rc = yq_err_set(
		    err, YQ_E_LIMIT, "a stored text is longer than %d bytes", YQ_BLOB_MAX);
	return rc;
}
