/* fuzz_kis_answer.c - any bytes as KIS's answer: read by every decoder, refused with a word, or
 * right. */
#include <assert.h>
#include <string.h>

#include "broker/kis/chain.h"
#include "broker/kis/decode.h"

#include "fuzz.h"

#define NOW INT64_C(1795000000000000)

static void
check_orders(const struct yq_kis_answer *answer, bool domestic, const struct yq_kis_zones *zones)
{
	struct yq_kis_rows rows = { 0 };
	struct yq_kis_orders orders;
	struct yq_err err = { 0 };

	if (yq_kis_decode_orders(answer->root, domestic, YQ_KRX, zones, &rows, &err) != YQ_OK)
		assert(err.text[0] != '\0');
	else if (yq_kis_orders_of(&rows, zones, NOW, &orders, &err) == YQ_OK) {
		assert(orders.count <= rows.count);
		for (size_t i = 0; i < orders.count; i++)
			assert(yq_decimal_sign(orders.list[i].order.filled) >= 0);
		yq_kis_orders_free(&orders);
	}
	yq_kis_rows_free(&rows);
}

static void
check_all(const struct yq_kis_answer *answer, const struct yq_kis_zones *zones)
{
	struct yq_kis_cash cash = { 0 };
	struct yq_opt_decimal rate;
	struct yq_kis_positions positions = { 0 };
	struct yq_kis_page page = { 0 };
	struct yq_decimal value;
	struct yq_kis_ack ack;
	struct yq_err err;
	const char *text;
	int64_t life_s;

	for (int domestic = 0; domestic < 2; domestic++) {
		check_orders(answer, domestic == 1, zones);
		(void)!yq_kis_decode_positions(
		    answer->root, domestic == 1, YQ_NASDAQ, &positions, &err);
		yq_kis_positions_free(&positions);
		(void)!yq_kis_decode_page(answer, domestic == 1, &page, &err);
		(void)!yq_kis_decode_cash(answer->root, domestic == 1, YQ_TSE, &cash, &err);
		if (yq_kis_decode_price(answer->root, domestic == 1, &value, &rate, &err) == YQ_OK)
			assert(yq_decimal_sign(value) > 0);
	}
	if (yq_kis_decode_ack(answer->root, &ack, &err) == YQ_OK)
		assert(strlen(ack.number) >= 10);
	(void)!yq_kis_decode_won(answer->root, &value, &err);
	(void)!yq_kis_decode_token(answer->root, 0, &text, &life_s, &err);
	(void)!yq_kis_decode_approval(answer->root, &text, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 403, 500 };
	static struct yq_kis_zones zones;

	if (zones.of[0] == NULL && yq_kis_zones_load(&zones, NULL) != YQ_OK)
		return 0;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct yq_kis_answer answer;
		struct yq_err err = { 0 };
		enum yq_rc rc = yq_kis_answer_read(
		    statuses[i], "M", (const char *)data, size, i == 0, &answer, &err);

		assert(rc == YQ_OK || rc == YQ_E_REFUSED || rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN);
		if (rc == YQ_OK)
			check_all(&answer, &zones);
		else
			assert(err.text[0] != '\0');
		yq_kis_answer_free(&answer);
	}
	return 0;
}
