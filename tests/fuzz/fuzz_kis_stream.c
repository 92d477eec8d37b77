/* fuzz_kis_stream.c - any bytes as a message of KIS's stream. */
#include <assert.h>

#include "broker/kis/notice.h"

#include "fuzz.h"

static enum yq_rc
on_record(void *cookie, const struct yq_kis_record *record, struct yq_err *err)
{
	struct yq_kis_notice notice;
	struct yq_kis_tick tick;

	(void)cookie;
	for (int domestic = 0; domestic < 2; domestic++) {
		if (yq_kis_notice_read(record, domestic == 1, &notice, err) == YQ_OK &&
		    notice.kind == YQ_KIS_FILL)
			assert(
			    yq_decimal_sign(notice.qty) > 0 && yq_decimal_sign(notice.price) > 0);
		if (yq_kis_tick_read(record, domestic == 1, &tick, err) == YQ_OK)
			assert(yq_decimal_sign(tick.price) > 0);
	}
	return YQ_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct yq_kis_cipher cipher = { "0123456789abcdef0123456789abcdef",
		"0123456789abcdef" };
	struct yq_buf plain = yq_buf_make(YQ_KIS_PLAIN_MAX);
	struct yq_kis_message m;
	struct yq_err err;

	if (yq_kis_message_read((const char *)data, size, &m, &err) == YQ_OK &&
	    m.kind == YQ_KIS_DATA) {
		if (m.encrypted &&
		    yq_kis_decrypt(&cipher, m.payload, m.payload_length, &plain, &err) == YQ_OK)
			(void)!yq_kis_records_each(
			    yq_buf_text(&plain), plain.length, m.count, on_record, NULL, &err);
		(void)!yq_kis_records_each(
		    m.payload, m.payload_length, m.count, on_record, NULL, &err);
	}
	yq_buf_free(&plain);
	return 0;
}
