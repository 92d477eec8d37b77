/* notice.c - the messages of KIS's stream. */
#include "broker/kis/notice.h"

#include <string.h>

#include "base/str.h"
#include "base/table.h"
#include "broker/kis/field.h"
#include "domain/market.h"

/* ---- messages ---- */

#define PING_ID "PINGPONG"

static enum yq_rc
read_status(const yq_json *root, struct yq_kis_message *m, struct yq_err *err)
{
	const yq_json *header = yq_json_get(root, "header"), *body = yq_json_get(root, "body");
	const yq_json *output = yq_json_get(body, "output");
	char id[32], rt[8];
	enum yq_rc rc = yq_kis_text(header, "tr_id", id, sizeof(id), err);

	if (rc != YQ_OK)
		return rc;
	if (yq_str_equal(id, PING_ID)) {
		m->kind = YQ_KIS_PING;
		return YQ_OK;
	}
	m->kind = YQ_KIS_STATUS;
	m->has_feed = yq_kis_feed_of(id, strlen(id), &m->feed);
	rc = yq_kis_text_optional(header, "tr_key", m->key, sizeof(m->key), err);
	if (rc == YQ_OK)
		rc = yq_kis_text(body, "rt_cd", rt, sizeof(rt), err);
	if (rc == YQ_OK)
		rc = yq_kis_text(body, "msg_cd", m->code, sizeof(m->code), err);
	if (rc != YQ_OK)
		return rc;
	if (yq_json_type_of(yq_json_get(body, "msg1")) == YQ_JSON_STRING)
		yq_str_copy_cut(
		    m->text, sizeof(m->text), yq_json_text(yq_json_get(body, "msg1"), NULL));
	m->is_there = yq_str_equal(m->code, "OPSP0002");
	m->is_ok = yq_str_equal(rt, "0") || m->is_there;
	if (yq_json_type_of(output) != YQ_JSON_OBJECT)
		return YQ_OK;
	rc = yq_kis_text_optional(output, "key", m->cipher.key, sizeof(m->cipher.key), err);
	return rc != YQ_OK
		   ? rc
		   : yq_kis_text_optional(output, "iv", m->cipher.iv, sizeof(m->cipher.iv), err);
}

static enum yq_rc
read_json(const char *bytes, size_t length, struct yq_kis_message *m, struct yq_err *err)
{
	yq_json *root = NULL;
	enum yq_rc rc = yq_json_parse(bytes, length, &root, err);

	if (rc != YQ_OK)
		return rc;
	rc = read_status(root, m, err);
	yq_json_free_wiped(root);
	return rc;
}

/* "0|H0STCNT0|001|...": what stands before the three bars. */
static enum yq_rc
read_data(const char *bytes, size_t length, struct yq_kis_message *m, struct yq_err *err)
{
	const char *parts[3], *at = bytes, *end = bytes + length;
	size_t lengths[3];
	char count[8];
	int64_t number;

	for (size_t i = 0; i < YQ_COUNT(parts); i++) {
		const char *bar = memchr(at, '|', (size_t)(end - at));

		if (bar == NULL)
			return yq_err_set(err, YQ_E_INVALID, "a message of KIS without its head");
		parts[i] = at;
		lengths[i] = (size_t)(bar - at);
		at = bar + 1;
	}
	if (lengths[0] != 1 || (parts[0][0] != '0' && parts[0][0] != '1') ||
	    !yq_kis_feed_of(parts[1], lengths[1], &m->feed) ||
	    !yq_str_copy_bytes(count, sizeof(count), parts[2], lengths[2]) ||
	    !yq_str_to_int64(count, 1, YQ_KIS_RECORDS_MAX, &number))
		return yq_err_set(
		    err, YQ_E_INVALID, "a message of KIS with a head that is not known");
	m->kind = YQ_KIS_DATA;
	m->has_feed = true;
	m->encrypted = parts[0][0] == '1';
	m->count = (size_t)number;
	m->payload = at;
	m->payload_length = (size_t)(end - at);
	return YQ_OK;
}

enum yq_rc
yq_kis_message_read(
    const char *bytes, size_t length, struct yq_kis_message *message, struct yq_err *err)
{
	*message = (struct yq_kis_message){ 0 };
	if (length > 0 && bytes[0] == '{')
		return read_json(bytes, length, message, err);
	return read_data(bytes, length, message, err);
}

/* ---- records ---- */

enum yq_rc
yq_kis_records_each(const char *payload, size_t length, size_t count, yq_kis_record_fn *fn,
    void *cookie, struct yq_err *err)
{
	const char *at = payload, *end = payload + length;
	size_t fields = 1, each;

	for (size_t i = 0; i < length; i++)
		fields += payload[i] == '^';
	each = count > 0 ? fields / count : 0;
	if (each == 0 || each * count != fields)
		return yq_err_set(
		    err, YQ_E_INVALID, "%zu fields are not %zu records", fields, count);
	for (size_t r = 0; r < count; r++) {
		struct yq_kis_record record = { .count = 0 };
		enum yq_rc rc;

		for (size_t f = 0; f < each; f++) {
			const char *mark = at < end ? memchr(at, '^', (size_t)(end - at)) : NULL;
			const char *stop = mark != NULL ? mark : end;

			if (record.count < YQ_COUNT(record.fields)) {
				record.fields[record.count] = at;
				record.lengths[record.count++] = (size_t)(stop - at);
			}
			at = mark != NULL ? mark + 1 : end;
		}
		rc = fn(cookie, &record, err);
		if (rc != YQ_OK)
			return rc;
	}
	return YQ_OK;
}

/* ---- fields of a record ---- */

static bool
text_at(const struct yq_kis_record *record, size_t index, char *text, size_t size)
{
	const char *bytes;
	size_t length;

	text[0] = '\0';
	if (index >= record->count)
		return false;
	bytes = record->fields[index];
	length = record->lengths[index];
	while (length > 0 && bytes[0] == ' ') {
		bytes++;
		length--;
	}
	while (length > 0 && bytes[length - 1] == ' ')
		length--;
	return yq_str_copy_bytes(text, size, bytes, length);
}

static bool
number_at(const struct yq_kis_record *record, size_t index, struct yq_decimal *value)
{
	*value = YQ_DECIMAL_ZERO;
	return index < record->count &&
	       yq_kis_number_parse(record->fields[index], record->lengths[index], value) == YQ_OK &&
	       yq_decimal_sign(*value) >= 0;
}

static bool
ticker_at(const struct yq_kis_record *record, size_t index, char ticker[YQ_TICKER_SIZE])
{
	return text_at(record, index, ticker, YQ_TICKER_SIZE) && yq_ticker_is_valid(ticker);
}

/* ---- notices of orders ---- */

enum place {
	ACCOUNT,
	NUMBER,
	ORIGIN,
	SIDE,
	WHAT,
	TICKER,
	QTY,
	PRICE,
	TIME,
	REJECTED,
	FILLED,
	ACCEPTED,
	BRANCH,
	WHOLE,
	PLACE_COUNT
};
/* Where each stands, at home (26 fields) and abroad (25). */
static const unsigned char places[2][PLACE_COUNT] = {
	{ [ACCOUNT] = 1,
	    [NUMBER] = 2,
	    [ORIGIN] = 3,
	    [SIDE] = 4,
	    [WHAT] = 5,
	    [TICKER] = 8,
	    [QTY] = 9,
	    [PRICE] = 10,
	    [TIME] = 11,
	    [REJECTED] = 12,
	    [FILLED] = 13,
	    [ACCEPTED] = 14,
	    [BRANCH] = 15,
	    [WHOLE] = 16 },
	{ [ACCOUNT] = 1,
	    [NUMBER] = 2,
	    [ORIGIN] = 3,
	    [SIDE] = 4,
	    [WHAT] = 5,
	    [TICKER] = 7,
	    [QTY] = 8,
	    [PRICE] = 9,
	    [TIME] = 10,
	    [REJECTED] = 11,
	    [FILLED] = 12,
	    [ACCEPTED] = 13,
	    [BRANCH] = 14,
	    [WHOLE] = 15 },
};

static enum yq_rc
wrong(const char *what, struct yq_err *err)
{
	return yq_err_set(err, YQ_E_INVALID, "a notice of KIS with a wrong %s", what);
}

static enum yq_rc
read_names(const struct yq_kis_record *r, const unsigned char *place, struct yq_kis_notice *n,
    struct yq_err *err)
{
	char number[32], origin[32], side[4];

	if (!text_at(r, place[ACCOUNT], n->account, sizeof(n->account)))
		return wrong("account", err);
	if (!text_at(r, place[NUMBER], number, sizeof(number)) ||
	    !yq_kis_number_of(number, strlen(number), n->number))
		return wrong("number", err);
	if (!text_at(r, place[ORIGIN], origin, sizeof(origin)))
		return wrong("original number", err);
	if (strspn(origin, "0") == strlen(origin))
		n->origin[0] = '\0';
	else if (!yq_kis_number_of(origin, strlen(origin), n->origin))
		return wrong("original number", err);
	if (!text_at(r, place[SIDE], side, sizeof(side)) ||
	    (!yq_str_equal(side, "01") && !yq_str_equal(side, "02")))
		return wrong("side", err);
	n->action = side[1] == '1' ? YQ_SELL : YQ_BUY;
	if (!ticker_at(r, place[TICKER], n->ticker))
		return wrong("ticker", err);
	return YQ_OK;
}

static enum yq_rc
read_kind(const struct yq_kis_record *r, const unsigned char *place, struct yq_kis_notice *n,
    struct yq_err *err)
{
	char what[4], rejected[4], filled[4], accepted[4];

	if (!text_at(r, place[WHAT], what, sizeof(what)) || strlen(what) != 1 || what[0] < '0' ||
	    what[0] > '2')
		return wrong("kind", err);
	n->what = (enum yq_kis_row_kind)(what[0] - '0');
	if (!text_at(r, place[REJECTED], rejected, sizeof(rejected)) ||
	    !text_at(r, place[FILLED], filled, sizeof(filled)) ||
	    !text_at(r, place[ACCEPTED], accepted, sizeof(accepted)))
		return wrong("state", err);
	if (yq_str_equal(filled, "2"))
		n->kind = YQ_KIS_FILL;
	else if (!yq_str_equal(filled, "1"))
		return wrong("state", err);
	else if (yq_str_equal(rejected, "1"))
		n->kind = YQ_KIS_REJECTED;
	else if (yq_str_equal(accepted, "2"))
		n->kind = YQ_KIS_DONE;
	else if (yq_str_equal(accepted, "3"))
		n->kind = YQ_KIS_ENDED;
	else
		n->kind = YQ_KIS_TAKEN;
	return YQ_OK;
}

static enum yq_rc
read_amounts(const struct yq_kis_record *r, const unsigned char *place, struct yq_kis_notice *n,
    struct yq_err *err)
{
	char time[16];
	bool fills = n->kind == YQ_KIS_FILL;

	if (!number_at(r, place[QTY], &n->qty) && fills)
		return wrong("quantity", err);
	if (!number_at(r, place[PRICE], &n->price) && fills)
		return wrong("price", err);
	if (fills && (yq_decimal_sign(n->qty) == 0 || yq_decimal_sign(n->price) == 0))
		return wrong("quantity or price", err);
	n->price_has_point = place[PRICE] < r->count &&
			     memchr(r->fields[place[PRICE]], '.', r->lengths[place[PRICE]]) != NULL;
	(void)number_at(r, place[WHOLE], &n->whole);
	if (!text_at(r, place[TIME], time, sizeof(time)) || !yq_kis_time_parse(time, &n->seconds))
		return wrong("time", err);
	return YQ_OK;
}

enum yq_rc
yq_kis_notice_read(const struct yq_kis_record *record, bool domestic, struct yq_kis_notice *notice,
    struct yq_err *err)
{
	const unsigned char *place = places[domestic ? 0 : 1];
	enum yq_rc rc;

	*notice = (struct yq_kis_notice){ .seconds = -1 };
	rc = read_names(record, place, notice, err);
	if (rc == YQ_OK)
		rc = read_kind(record, place, notice, err);
	if (rc == YQ_OK)
		rc = read_amounts(record, place, notice, err);
	if (rc != YQ_OK)
		return rc;
	(void)text_at(record, place[BRANCH], notice->branch, sizeof(notice->branch));
	if (!domestic)
		notice->branch[0] = '\0';
	for (size_t i = 0; i < record->count; i++)
		notice->hash = yq_table_hash_join(
		    notice->hash, yq_table_hash(record->fields[i], record->lengths[i]));
	return YQ_OK;
}

struct yq_decimal
yq_kis_notice_price(const struct yq_kis_notice *notice, enum yq_exchange exchange)
{
	struct yq_decimal price = notice->price;

	if (!notice->price_has_point)
		for (unsigned i = yq_kis_market_of(exchange)->decimals; i > 0; i--)
			price.units /= 10;
	return price;
}

/* ---- trades ---- */

#define HOME_PRICE  2
#define HOME_RATE   5
#define HOME_FIELDS 46 /* at least: more have been added */

static enum yq_rc
tick_at(const struct yq_kis_record *r, size_t ticker, size_t price, size_t rate,
    struct yq_kis_tick *tick, struct yq_err *err)
{
	if (!ticker_at(r, ticker, tick->ticker) || !number_at(r, price, &tick->price) ||
	    yq_decimal_sign(tick->price) == 0)
		return yq_err_set(err, YQ_E_INVALID, "a trade of KIS with a wrong field");
	tick->change_rate.set =
	    rate < r->count && yq_kis_number_parse(r->fields[rate], r->lengths[rate],
				   &tick->change_rate.value) == YQ_OK;
	return YQ_OK;
}

/* Places abroad, counted from the ticker: it stands behind RSYM where there is one. */
#define ABROAD_DATE 2
#define ABROAD_LAST 10
#define ABROAD_RATE 13

static bool
is_date(const struct yq_kis_record *r, size_t index)
{
	char text[16];
	int64_t days;

	return text_at(r, index, text, sizeof(text)) && yq_kis_date_parse(text, &days);
}

enum yq_rc
yq_kis_tick_read(
    const struct yq_kis_record *record, bool domestic, struct yq_kis_tick *tick, struct yq_err *err)
{
	size_t ticker;

	*tick = (struct yq_kis_tick){ 0 };
	if (domestic) {
		if (record->count < HOME_FIELDS)
			return yq_err_set(err, YQ_E_INVALID, "a trade of KIS is cut short");
		return tick_at(record, 0, HOME_PRICE, HOME_RATE, tick, err);
	}
	ticker = is_date(record, ABROAD_DATE) ? 0 : 1;
	if (!is_date(record, ticker + ABROAD_DATE))
		return yq_err_set(err, YQ_E_INVALID, "a trade of KIS without its date");
	/* "DNASAAPL": live or delayed, the exchange, the ticker */
	tick->has_exchange =
	    ticker == 1 && record->lengths[0] > 4 &&
	    yq_kis_exchange_of_quote_code(record->fields[0] + 1, 3, &tick->exchange);
	if (ticker == 1 && !tick->has_exchange)
		return yq_err_set(err, YQ_E_INVALID, "a trade of KIS on an unknown exchange");
	return tick_at(record, ticker, ticker + ABROAD_LAST, ticker + ABROAD_RATE, tick, err);
}
