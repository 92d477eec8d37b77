/* test_kis_notice.c - KIS's stream: messages, the cipher, notices of orders, trades. */
#include "test.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/str.h"
#include "broker/kis/notice.h"

/* 26 fields at home: cust, account, order, origin, side, what, kind, condition, code, qty, price,
 * time, rejected, filled, accepted, branch, whole, ... */
#define HOME(side, what, qty, price, rejected, filled, accepted)                  \
	"hts^1234567801^0000117057^^" side "^" what "^00^0^005930^" qty "^" price \
	"^093005^" rejected "^" filled "^" accepted "^06010^0000000010^name^^^^^^^^71500"
#define ABROAD(price)                                                                          \
	"hts^1234567801^0030138295^0030138290^01^0^00^AAPL^4^" price "^233005^0^2^2^00950^10^" \
	"^^^^^^^^"

static enum yq_rc
keep(void *cookie, const struct yq_kis_record *record, struct yq_err *err)
{
	(void)err;
	*(struct yq_kis_record *)cookie = *record;
	return YQ_OK;
}

static struct yq_kis_record
record(const char *text)
{
	struct yq_kis_record r = { .count = 0 };

	assert_int_equal(yq_kis_records_each(text, strlen(text), 1, keep, &r, NULL), YQ_OK);
	return r;
}

static void
check(struct yq_decimal value, const char *expected)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	assert_string_equal(text, expected);
}

static void
test_a_fill_at_home_is_read(void **unused)
{
	struct yq_kis_record r = record(HOME("02", "0", "0000000003", "000071400", "0", "2", "2"));
	struct yq_kis_notice n;

	(void)unused;
	assert_int_equal(r.count, 26);
	assert_int_equal(yq_kis_notice_read(&r, true, &n, NULL), YQ_OK);
	assert_int_equal(n.kind, YQ_KIS_FILL);
	assert_int_equal(n.action, YQ_BUY);
	assert_string_equal(n.number, "0000117057");
	assert_string_equal(n.origin, "");
	assert_string_equal(n.ticker, "005930");
	assert_string_equal(n.branch, "06010");
	assert_int_equal(n.seconds, 9 * 3600 + 30 * 60 + 5);
	check(n.qty, "3");
	check(n.whole, "10");
	check(yq_kis_notice_price(&n, YQ_KOSPI), "71400");
}

static void
test_prices_abroad_have_the_points_of_their_exchange(void **unused)
{
	static const struct {
		const char *price;
		enum yq_exchange exchange;
		const char *value;
	} rows[] = {
		{ "0001455000", YQ_NASDAQ, "145.5" },
		{ "0000004005", YQ_TSE, "400.5" },
		{ "0000004005", YQ_SSE, "4.005" },
		{ "0000004005", YQ_HKEX, "4.005" },
		{ "0000025400", YQ_HOSE, "25400" },
		{ "145.5000", YQ_NASDAQ, "145.5" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_buf text = yq_buf_make(1024);
		struct yq_kis_record r;
		struct yq_kis_notice n;

		yq_buf_add_format(&text,
		    "hts^1234567801^0030138295^0030138290^01^0^00^AAPL^4^%s^233005^0^2^2^00950^"
		    "10^^^^^^^^^",
		    rows[i].price);
		r = record(yq_buf_text(&text));
		assert_int_equal(r.count, 25);
		assert_int_equal(yq_kis_notice_read(&r, false, &n, NULL), YQ_OK);
		assert_int_equal(n.kind, YQ_KIS_FILL);
		assert_int_equal(n.action, YQ_SELL);
		assert_string_equal(n.origin, "0030138290");
		check(yq_kis_notice_price(&n, rows[i].exchange), rows[i].value);
		yq_buf_free(&text);
	}
}

static void
test_a_notice_means_what_its_marks_say(void **unused)
{
	static const struct {
		const char *text;
		enum yq_rc rc;
		enum yq_kis_notice_kind kind;
		enum yq_kis_row_kind what;
	} rows[] = {
		{ HOME("02", "0", "10", "71500", "0", "1", "1"), YQ_OK, YQ_KIS_TAKEN,
		    YQ_KIS_ROW_ORDER },
		{ HOME("02", "1", "10", "71500", "0", "1", "2"), YQ_OK, YQ_KIS_DONE,
		    YQ_KIS_ROW_MODIFY },
		{ HOME("02", "2", "10", "0", "0", "1", "2"), YQ_OK, YQ_KIS_DONE,
		    YQ_KIS_ROW_CANCEL },
		{ HOME("02", "0", "10", "0", "0", "1", "3"), YQ_OK, YQ_KIS_ENDED,
		    YQ_KIS_ROW_ORDER },
		{ HOME("02", "0", "10", "0", "1", "1", "1"), YQ_OK, YQ_KIS_REJECTED,
		    YQ_KIS_ROW_ORDER },
		{ HOME("03", "0", "10", "1", "0", "2", "1"), YQ_E_INVALID, 0, 0 },
		{ HOME("02", "7", "10", "1", "0", "2", "1"), YQ_E_INVALID, 0, 0 },
		{ HOME("02", "0", "0", "1", "0", "2", "1"), YQ_E_INVALID, 0, 0 },
		{ HOME("02", "0", "1", "0", "0", "2", "1"), YQ_E_INVALID, 0, 0 },
		{ HOME("02", "0", "-1", "1", "0", "2", "1"), YQ_E_INVALID, 0, 0 },
		{ HOME("02", "0", "", "1", "0", "2", "1"), YQ_E_INVALID, 0, 0 },
		{ HOME("02", "0", "1", "1", "0", "9", "1"), YQ_E_INVALID, 0, 0 },
		{ "hts^1234567801^0000117057", YQ_E_INVALID, 0, 0 },
		{ "", YQ_E_INVALID, 0, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_kis_record r = record(rows[i].text);
		struct yq_kis_notice n;
		struct yq_err err;

		assert_int_equal(yq_kis_notice_read(&r, true, &n, &err), rows[i].rc);
		if (rows[i].rc != YQ_OK)
			continue;
		assert_int_equal(n.kind, rows[i].kind);
		assert_int_equal(n.what, rows[i].what);
	}
}

static void
test_notices_that_differ_in_anything_have_another_hash(void **unused)
{
	struct yq_kis_record a = record(HOME("02", "0", "3", "71400", "0", "2", "2"));
	struct yq_kis_record b = record(HOME("02", "0", "3", "71500", "0", "2", "2"));
	struct yq_kis_notice one, same, other;

	(void)unused;
	assert_int_equal(yq_kis_notice_read(&a, true, &one, NULL), YQ_OK);
	assert_int_equal(yq_kis_notice_read(&a, true, &same, NULL), YQ_OK);
	assert_int_equal(yq_kis_notice_read(&b, true, &other, NULL), YQ_OK);
	assert_true(one.hash == same.hash);
	assert_true(one.hash != other.hash);
}

/* ---- messages ---- */

static void
test_messages_are_told_apart(void **unused)
{
	static const char ack[] =
	    "{\"header\":{\"tr_id\":\"H0STCNI0\",\"tr_key\":\"hts\",\"encrypt\":\"N\"},\"body\":"
	    "{\"rt_cd\":\"0\",\"msg_cd\":\"OPSP0000\",\"msg1\":\"SUBSCRIBE SUCCESS\",\"output\":"
	    "{\"iv\":\"0123456789abcdef\",\"key\":\"0123456789abcdef0123456789abcdef\"}}}";
	static const char ping[] =
	    "{\"header\":{\"tr_id\":\"PINGPONG\",\"datetime\":\"20261123100000\"}}";
	static const char there[] =
	    "{\"header\":{\"tr_id\":\"H0STCNT0\",\"tr_key\":\"005930\"},\"body\":{\"rt_cd\":"
	    "\"1\",\"msg_cd\":\"OPSP0002\",\"msg1\":\"ALREADY IN SUBSCRIBE\"}}";
	static const char in_use[] =
	    "{\"header\":{\"tr_id\":\"(null)\"},\"body\":{\"rt_cd\":\"9\",\"msg_cd\":"
	    "\"OPSP8996\",\"msg1\":\"ALREADY IN USE appkey\"}}";
	struct yq_kis_message m;

	(void)unused;
	assert_int_equal(yq_kis_message_read(ack, strlen(ack), &m, NULL), YQ_OK);
	assert_int_equal(m.kind, YQ_KIS_STATUS);
	assert_true(m.is_ok && m.has_feed && m.feed == YQ_KIS_FEED_NOTICES);
	assert_string_equal(m.cipher.iv, "0123456789abcdef");
	assert_int_equal(strlen(m.cipher.key), 32);
	assert_int_equal(yq_kis_message_read(ping, strlen(ping), &m, NULL), YQ_OK);
	assert_int_equal(m.kind, YQ_KIS_PING);
	assert_int_equal(yq_kis_message_read(there, strlen(there), &m, NULL), YQ_OK);
	assert_true(m.is_ok && m.is_there);
	assert_int_equal(yq_kis_message_read(in_use, strlen(in_use), &m, NULL), YQ_OK);
	assert_false(m.is_ok);
	assert_false(m.has_feed);
	assert_string_equal(m.code, "OPSP8996");
	assert_int_equal(yq_kis_message_read("0|H0STCNT0|002|a^b^c^d", 22, &m, NULL), YQ_OK);
	assert_int_equal(m.kind, YQ_KIS_DATA);
	assert_false(m.encrypted);
	assert_int_equal(m.count, 2);
	assert_int_equal(m.payload_length, 7);
}

static void
test_what_is_no_message_is_refused(void **unused)
{
	static const char *const bad[] = { "", "{", "{}", "{\"header\":{}}", "hello", "0|H0STCNT0|",
		"2|H0STCNT0|001|a", "0|NOTHING0|001|a", "0|H0STCNT0|000|a", "0|H0STCNT0|-1|a",
		"0|H0STCNT0|99999|a", "0|H0STCNT0|x|a",
		"{\"header\":{\"tr_id\":\"H0STCNI0\"},\"body\":{}}" };
	struct yq_kis_message m;
	struct yq_err err;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(bad); i++)
		assert_int_equal(
		    yq_kis_message_read(bad[i], strlen(bad[i]), &m, &err), YQ_E_INVALID);
}

static enum yq_rc
count_record(void *cookie, const struct yq_kis_record *r, struct yq_err *err)
{
	size_t *counts = cookie;

	(void)err;
	counts[0]++;
	counts[1] += r->count;
	return YQ_OK;
}

static void
test_records_are_cut_by_their_count(void **unused)
{
	size_t counts[2] = { 0 };
	struct yq_err err;

	(void)unused;
	assert_int_equal(yq_kis_records_each("a^b^c^d^e^f", 11, 2, count_record, counts, &err), 0);
	assert_int_equal(counts[0], 2);
	assert_int_equal(counts[1], 6);
	assert_int_equal(
	    yq_kis_records_each("a^b^c^d^e", 9, 2, count_record, counts, &err), YQ_E_INVALID);
	assert_int_equal(yq_kis_records_each("a", 1, 2, count_record, counts, &err), YQ_E_INVALID);
}

/* ---- the cipher ---- */

static const struct yq_kis_cipher cipher = { "0123456789abcdef0123456789abcdef",
	"fedcba9876543210" };

static void
encipher(const char *plain, char *base64)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	unsigned char bytes[1024];
	int first = 0, last = 0;

	assert_int_equal(EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), NULL,
			     (const unsigned char *)cipher.key, (const unsigned char *)cipher.iv),
	    1);
	assert_int_equal(EVP_EncryptUpdate(context, bytes, &first, (const unsigned char *)plain,
			     (int)strlen(plain)),
	    1);
	assert_int_equal(EVP_EncryptFinal_ex(context, bytes + first, &last), 1);
	EVP_CIPHER_CTX_free(context);
	EVP_EncodeBlock((unsigned char *)base64, bytes, first + last);
}

static void
test_a_notice_is_deciphered_with_its_key_alone(void **unused)
{
	static const char *const plains[] = { "", "a", "0123456789abcde", "0123456789abcdef",
		HOME("02", "0", "3", "71400", "0", "2", "2") };
	struct yq_kis_cipher none = { 0 }, other = cipher;

	(void)unused;
	other.key[0] = 'x';
	for (size_t i = 0; i < YQ_COUNT(plains); i++) {
		struct yq_buf plain = yq_buf_make(YQ_KIS_PLAIN_MAX);
		char base64[2048];
		struct yq_err err;

		encipher(plains[i], base64);
		assert_int_equal(
		    yq_kis_decrypt(&cipher, base64, strlen(base64), &plain, &err), YQ_OK);
		assert_string_equal(yq_buf_text(&plain), plains[i]);
		yq_buf_clear(&plain);
		assert_int_equal(
		    yq_kis_decrypt(&none, base64, strlen(base64), &plain, &err), YQ_E_INVALID);
		if (yq_kis_decrypt(&other, base64, strlen(base64), &plain, &err) == YQ_OK)
			assert_string_not_equal(yq_buf_text(&plain), plains[i]);
		yq_buf_free(&plain);
	}
}

static void
test_what_is_not_enciphered_is_refused(void **unused)
{
	static const char *const bad[] = { "", "=", "====", "abc", "abcd", "ab=d", "!!!!",
		"0123456789abcdef0123456789abcdef", "\xff\xff\xff\xff" };
	struct yq_buf plain = yq_buf_make(YQ_KIS_PLAIN_MAX);
	struct yq_err err;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(bad); i++)
		assert_int_equal(
		    yq_kis_decrypt(&cipher, bad[i], strlen(bad[i]), &plain, &err), YQ_E_INVALID);
	assert_int_equal(plain.length, 0);
	yq_buf_free(&plain);
}

/* ---- trades ---- */

static void
test_a_trade_at_home_may_have_more_fields_than_today(void **unused)
{
	for (int fields = 45; fields <= 60; fields++) {
		struct yq_buf text = yq_buf_make(1024);
		struct yq_kis_record r;
		struct yq_kis_tick tick;
		struct yq_err err;

		yq_buf_add_text(&text, "005930^093354^71900^5^-100^-0.14");
		for (int i = 6; i < fields; i++)
			yq_buf_add_text(&text, "^0");
		r = record(yq_buf_text(&text));
		assert_int_equal(
		    yq_kis_tick_read(&r, true, &tick, &err), fields >= 46 ? YQ_OK : YQ_E_INVALID);
		if (fields >= 46) {
			assert_string_equal(tick.ticker, "005930");
			check(tick.price, "71900");
			check(tick.change_rate.value, "-0.14");
		}
		yq_buf_free(&text);
	}
	(void)unused;
}

static void
test_a_trade_abroad_has_its_exchange_or_says_so(void **unused)
{
	static const char with[] =
	    "DNASAAPL^AAPL^4^20261123^20261123^103000^20261124^003000^145.0^146.0^144.0^145.5000^2^"
	    "0.5^0.35^145.4^145.6^1^1^10^1000^1";
	static const char day[] =
	    "RBAQAAPL^AAPL^4^20261123^20261123^103000^20261124^003000^145.0^146.0^144.0^145.5000^2^"
	    "0.5^0.35^145.4^145.6^1^1^10^1000^1";
	static const char without[] =
	    "AAPL^4^20261123^20261123^103000^20261124^003000^145.0^146.0^144.0^145.5000^2^0.5^"
	    "0.35^145.4^145.6^1^1^10^1000^1";
	static const char unknown[] =
	    "DXXXAAPL^AAPL^4^20261123^20261123^103000^20261124^003000^145.0^146.0^144.0^145.5^2";
	const struct {
		const char *text;
		bool has;
	} rows[] = { { with, true }, { day, true }, { without, false } };
	struct yq_kis_record r;
	struct yq_kis_tick tick;
	struct yq_err err;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		r = record(rows[i].text);
		assert_int_equal(yq_kis_tick_read(&r, false, &tick, &err), YQ_OK);
		assert_int_equal(tick.has_exchange, rows[i].has);
		if (rows[i].has)
			assert_int_equal(tick.exchange, YQ_NASDAQ);
		assert_string_equal(tick.ticker, "AAPL");
		check(tick.price, "145.5");
		check(tick.change_rate.value, "0.35");
	}
	r = record(unknown);
	assert_int_equal(yq_kis_tick_read(&r, false, &tick, &err), YQ_E_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fill_at_home_is_read),
		cmocka_unit_test(test_prices_abroad_have_the_points_of_their_exchange),
		cmocka_unit_test(test_a_notice_means_what_its_marks_say),
		cmocka_unit_test(test_notices_that_differ_in_anything_have_another_hash),
		cmocka_unit_test(test_messages_are_told_apart),
		cmocka_unit_test(test_what_is_no_message_is_refused),
		cmocka_unit_test(test_records_are_cut_by_their_count),
		cmocka_unit_test(test_a_notice_is_deciphered_with_its_key_alone),
		cmocka_unit_test(test_what_is_not_enciphered_is_refused),
		cmocka_unit_test(test_a_trade_at_home_may_have_more_fields_than_today),
		cmocka_unit_test(test_a_trade_abroad_has_its_exchange_or_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
