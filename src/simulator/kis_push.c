/* kis_push.c - notices and prices in the records of KIS's stream. */
#include "simulator/kis_push.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "simulator/sums.h"

#define RECORD_MAX    8192
#define DAY_US	      (INT64_C(86400) * YQ_US_PER_SECOND)
#define NOTICE_FIELDS 26
#define ABROAD_FIELDS 25
#define TRADE_FIELDS  47
#define ABROAD_TRADES 26
#define FIELD_SIZE    48

/* ---- records ---- */

struct record {
	char fields[TRADE_FIELDS][FIELD_SIZE];
	size_t count;
};

static void
set(struct record *r, size_t at, const char *text)
{
	yq_str_copy_cut(r->fields[at], FIELD_SIZE, text);
}

static void
set_decimal(struct record *r, size_t at, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	(void)yq_decimal_format(value, text);
	set(r, at, text);
}

static void
set_int(struct record *r, size_t at, int64_t value)
{
	(void)yq_str_format(r->fields[at], FIELD_SIZE, "%lld", (long long)value);
}

static void
put_record(struct yq_buf *text, const struct record *r)
{
	for (size_t i = 0; i < r->count; i++) {
		if (i > 0)
			yq_buf_add_char(text, '^');
		yq_buf_add_text(text, r->fields[i]);
	}
}

bool
kis_encrypt(
    const char key[33], const char iv[17], const char *plain, size_t length, struct yq_buf *base64)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	unsigned char *bytes = yq_xcalloc(length + 32, 1);
	unsigned char *text = yq_xcalloc((length + 32) * 2, 1);
	int first = 0, last = 0, written;
	bool right = context != NULL &&
		     EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), NULL,
			 (const unsigned char *)key, (const unsigned char *)iv) == 1 &&
		     EVP_EncryptUpdate(
			 context, bytes, &first, (const unsigned char *)plain, (int)length) == 1 &&
		     EVP_EncryptFinal_ex(context, bytes + first, &last) == 1;

	if (right) {
		written = EVP_EncodeBlock(text, bytes, first + last);
		yq_buf_add(base64, text, (size_t)written);
	}
	EVP_CIPHER_CTX_free(context);
	free(bytes);
	free(text);
	return right;
}

/* ---- notices ---- */

/* KIS's marks of what happened: RCTF, CNTG_YN, ACPT_YN. */
struct marks {
	const char *what, *filled, *accepted;
};

static struct marks
marks_of(const struct sim_event *event)
{
	bool at_once =
	    event->order.time_in_force == YQ_TIF_IOC || event->order.time_in_force == YQ_TIF_FOK;

	switch (event->kind) {
	case SIM_EV_FILL:
		return (struct marks){ "0", "2", "2" };
	case SIM_EV_CANCELED:
		return at_once ? (struct marks){ "0", "1", "3" } : (struct marks){ "2", "1", "2" };
	case SIM_EV_EXPIRED:
		return (struct marks){ "0", "1", "3" };
	case SIM_EV_REPLACED:
		return (struct marks){ "1", "1", "2" };
	default:
		return (struct marks){ "0", "1", "1" };
	}
}

static unsigned
implied_places(enum yq_exchange exchange)
{
	static const unsigned places[YQ_CURRENCY_COUNT] = {
		[YQ_KRW] = 0, [YQ_USD] = 4, [YQ_JPY] = 1, [YQ_CNY] = 3, [YQ_HKD] = 3, [YQ_VND] = 0
	};

	return places[yq_market_of(exchange)->currency];
}

/* A price as a notice has it: abroad without its point. */
static void
set_price(struct record *r, size_t at, enum yq_exchange exchange, struct yq_decimal price)
{
	int64_t scaled;

	if (yq_decimal_to_scaled(price, implied_places(exchange), YQ_ROUND_HALF_EVEN, &scaled) ==
	    YQ_OK)
		set_int(r, at, scaled);
}

static void
set_numbers(struct record *r, const struct sim_event *event)
{
	const struct sim_order *o = &event->order;
	char number[KIS_ODNO_SIZE], old[KIS_ODNO_SIZE];

	/* A cancel has a number of its own, and that of the order as its original. */
	bool canceled = event->kind == SIM_EV_CANCELED && o->cancel_number != 0;

	kis_odno(canceled ? o->cancel_number : o->number, number);
	kis_odno(canceled ? o->number : o->replaces, old);
	set(r, 2, number);
	set(r, 3, old);
}

static void
fill_notice(struct record *r, struct sim *sim, const struct sim_event *event)
{
	const struct sim_order *o = &event->order;
	bool korean = yq_market_of(o->exchange)->country == YQ_COUNTRY_KR;
	bool fills = event->kind == SIM_EV_FILL;
	struct marks marks = marks_of(event);
	size_t shift = korean ? 0 : 1; /* abroad there is no field for the order's condition */
	struct sim_call call = { .sim = sim };
	char account[16], time[16];

	r->count = korean ? NOTICE_FIELDS : ABROAD_FIELDS;
	(void)yq_str_format(account, sizeof(account), "%.8s%.2s",
	    o->account_name + (o->account_name[0] == 'v'),
	    o->account_name + (o->account_name[0] == 'v') + 9);
	kis_time_text(&call, event->time_us, time);
	set(r, 0, "SIMULATOR");
	set(r, 1, account);
	set_numbers(r, event);
	set(r, 4, o->action == YQ_SELL ? "01" : "02");
	set(r, 5, marks.what);
	set(r, 6, o->type == YQ_TYPE_MARKET ? "01" : "00");
	if (korean)
		set(r, 7, "0");
	set(r, 8 - shift, o->ticker);
	set_decimal(r, 9 - shift, fills ? event->execution.qty : o->qty);
	if (fills || o->price.set)
		set_price(
		    r, 10 - shift, o->exchange, fills ? event->execution.price : o->price.value);
	else
		set(r, 10 - shift, "0");
	set(r, 11 - shift, time);
	set(r, 12 - shift, "0");
	set(r, 13 - shift, marks.filled);
	set(r, 14 - shift, marks.accepted);
	set(r, 15 - shift, KIS_ORGNO);
	set_decimal(r, 16 - shift, o->qty);
	set(r, 17 - shift, "SIMULATOR");
	if (korean)
		set_decimal(r, 25, o->price.set ? o->price.value : YQ_DECIMAL_ZERO);
}

static bool
is_owner(struct sim *sim, const struct sim_stream *stream, const char *account)
{
	char owner[SIM_KEY_SIZE];

	return stream->key[0] != '\0' &&
	       (stream->face == &sim_face_kis_virtual) == (account[0] == 'v') &&
	       yq_str_format(owner, sizeof(owner), "account/%s", account) &&
	       sim_key_is(sim->exchange, owner, stream->key);
}

static bool
has_topic(const struct sim_stream *stream, const char *feed)
{
	for (size_t i = 0; i < stream->topic_count; i++) {
		if (yq_str_equal(stream->topics[i].feed, feed))
			return true;
	}
	return false;
}

void
kis_push(struct sim *sim, const struct sim_event *event)
{
	bool korean = yq_market_of(event->order.exchange)->country == YQ_COUNTRY_KR;
	struct sim_stream *next;

	for (struct sim_stream *s = sim->streams; s != NULL; s = next) {
		char feed[16];
		struct record record = { .count = 0 };
		struct yq_buf plain = yq_buf_make(RECORD_MAX), text = yq_buf_make(RECORD_MAX);

		next = s->next;
		(void)yq_str_format(feed, sizeof(feed), "%s%c", korean ? "H0STCNI" : "H0GSCNI",
		    s->face == &sim_face_kis ? '0' : '9');
		if (s->face != &sim_face_alpaca && has_topic(s, feed) &&
		    is_owner(sim, s, event->order.account_name)) {
			fill_notice(&record, sim, event);
			put_record(&plain, &record);
			yq_buf_add_format(&text, "1|%s|001|", feed);
			if (kis_encrypt(s->cipher_key, s->cipher_iv, yq_buf_text(&plain),
				plain.length, &text))
				sim_stream_push(s, YQ_WS_TEXT, yq_buf_text(&text), text.length);
		}
		yq_buf_free(&plain);
		yq_buf_free(&text);
	}
}

/* ---- prices ---- */

struct sim_instrument *
kis_topic_instrument(struct sim *sim, const char *feed, const char *key)
{
	const struct kis_exchange *e;
	char code[4];

	if (yq_str_equal(feed, "H0STCNT0"))
		return yq_ticker_is_valid(key)
			   ? sim_instrument_in(sim->exchange, YQ_COUNTRY_KR, key)
			   : NULL;
	if (strlen(key) < 5 || !yq_str_copy_bytes(code, sizeof(code), key + 1, 3))
		return NULL;
	e = kis_exchange_by_quote(code);
	return e == NULL || !yq_ticker_is_valid(key + 4)
		   ? NULL
		   : sim_instrument(sim->exchange, e->exchange, key + 4);
}

struct tick {
	struct sim_quote quote;
	struct yq_decimal base, volume, last_volume;
	char date[16], home[16], time[16];
};

static const char *
sign_of(const struct tick *tick)
{
	int order = yq_decimal_cmp(tick->quote.price, tick->base);

	return order > 0 ? "2" : order < 0 ? "5" : "3";
}

static void
fill_korean(struct record *r, const struct sim_instrument *i, const struct tick *tick)
{
	r->count = TRADE_FIELDS;
	for (size_t n = 0; n < r->count; n++)
		set(r, n, "0");
	set(r, 0, i->ticker);
	set(r, 1, tick->time);
	set_decimal(r, 2, tick->quote.price);
	set(r, 3, sign_of(tick));
	set_decimal(r, 4, sim_plus(tick->quote.price, yq_decimal_neg(tick->base)));
	set_decimal(r, 5, sim_percent(tick->quote.price, tick->base));
	set_decimal(r, 6, tick->quote.price);
	set_decimal(r, 7, tick->base);
	set_decimal(r, 8, yq_decimal_max(tick->base, tick->quote.price));
	set_decimal(r, 9, yq_decimal_min(tick->base, tick->quote.price));
	set_decimal(r, 10, tick->quote.ask);
	set_decimal(r, 11, tick->quote.bid);
	set_decimal(r, 12, sim_plus(tick->volume, yq_decimal_neg(tick->last_volume)));
	set_decimal(r, 13, tick->volume);
	set(r, 33, tick->home);
	set(r, 34, "20");
	set(r, 35, i->halted ? "Y" : "N");
	set(r, 46, "J");
}

static void
fill_abroad(
    struct record *r, const struct sim_instrument *i, const char *key, const struct tick *tick)
{
	char places[4];

	(void)yq_str_format(places, sizeof(places), "%u", implied_places(i->exchange));
	r->count = ABROAD_TRADES;
	for (size_t n = 0; n < r->count; n++)
		set(r, n, "0");
	set(r, 0, key);
	set(r, 1, i->ticker);
	set(r, 2, places);
	set(r, 3, tick->date);
	set(r, 4, tick->date);
	set(r, 5, tick->time);
	set(r, 6, tick->home);
	set(r, 7, tick->time);
	set_decimal(r, 8, tick->base);
	set_decimal(r, 9, yq_decimal_max(tick->base, tick->quote.price));
	set_decimal(r, 10, yq_decimal_min(tick->base, tick->quote.price));
	set_decimal(r, 11, tick->quote.price);
	set(r, 12, sign_of(tick));
	set_decimal(r, 13, sim_plus(tick->quote.price, yq_decimal_neg(tick->base)));
	set_decimal(r, 14, sim_percent(tick->quote.price, tick->base));
	set_decimal(r, 15, tick->quote.bid);
	set_decimal(r, 16, tick->quote.ask);
	set(r, 17, "100");
	set(r, 18, "100");
	set_decimal(r, 19, sim_plus(tick->volume, yq_decimal_neg(tick->last_volume)));
	set_decimal(r, 20, tick->volume);
	set_decimal(r, 21, sim_times(tick->volume, tick->quote.price));
	set(r, 25, "1");
}

static void
push_price(
    struct sim_stream *s, struct sim_topic *topic, const struct sim_quote *quote, int64_t now_us)
{
	struct sim_call call = { .sim = s->sim };
	const struct sim_instrument *i = topic->instrument;
	enum yq_country country = yq_market_of(i->exchange)->country;
	struct yq_buf text = yq_buf_make(RECORD_MAX);
	struct record record = { .count = 0 };
	struct tick tick = { .quote = *quote,
		.base = sim_quote(s->sim->exchange, i, now_us - DAY_US).price,
		.volume = i->volume,
		.last_volume = topic->volume };

	kis_date_text(&call, country, now_us, tick.date);
	kis_date_text(&call, YQ_COUNTRY_KR, now_us, tick.home);
	kis_time_text(&call, now_us, tick.time);
	topic->last = yq_opt_decimal_of(quote->price);
	topic->volume = i->volume;
	if (country == YQ_COUNTRY_KR)
		fill_korean(&record, i, &tick);
	else
		fill_abroad(&record, i, topic->key, &tick);
	yq_buf_add_format(&text, "0|%s|001|", topic->feed);
	put_record(&text, &record);
	sim_stream_push(s, YQ_WS_TEXT, yq_buf_text(&text), text.length);
	yq_buf_free(&text);
}

void
kis_push_prices(struct sim_stream *stream, int64_t now_us)
{
	struct sim *sim = stream->sim;
	int64_t number = stream->number;

	for (size_t n = 0; n < stream->topic_count; n++) {
		struct sim_topic *topic = &stream->topics[n];
		struct sim_quote quote;

		if (topic->instrument == NULL)
			continue;
		quote = sim_quote(sim->exchange, topic->instrument, now_us);
		if (topic->last.set && yq_decimal_cmp(topic->last.value, quote.price) == 0)
			continue;
		push_price(stream, topic, &quote, now_us);
		if (sim_stream_find(sim, number) == NULL)
			return; /* a knob cut it */
	}
}
