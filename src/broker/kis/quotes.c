/* quotes.c - prices of what is of interest: what is, and those that the stream does not bring. */
#include "base/str.h"
#include "broker/kis/adapter.h"
#include "broker/kis/stream.h"

#define EVERY_MS 1000

/* ---- what is of interest ---- */

static void
need(struct yq_kis *k, enum yq_kis_need why, enum yq_exchange exchange, const char *ticker)
{
	yq_kis_watch_need(&k->watch, why, exchange, ticker, yq_clock_monotonic_ns(k->clock));
}

static void
changed(struct yq_kis *k)
{
	yq_kis_watch_trim(&k->watch);
	yq_kis_stream_watch(k->stream);
}

void
yq_kis_watch_order(struct yq_kis *k, enum yq_exchange exchange, const char *ticker)
{
	need(k, YQ_KIS_NEED_NOW, exchange, ticker);
	changed(k);
}

void
yq_kis_watch_orders(struct yq_kis *k, const struct yq_kis_orders *orders, bool all)
{
	if (all)
		yq_kis_watch_forget(&k->watch, YQ_KIS_NEED_ORDER);
	for (size_t i = 0; i < orders->count; i++) {
		const struct yq_broker_order *o = &orders->list[i].order;

		if (!yq_order_state_is_final(o->state))
			need(k, YQ_KIS_NEED_ORDER, o->exchange, o->ticker);
	}
	changed(k);
}

void
yq_kis_watch_held(struct yq_kis *k, const struct yq_position *positions, size_t count)
{
	yq_kis_watch_forget(&k->watch, YQ_KIS_NEED_HELD);
	for (size_t i = 0; i < count; i++)
		if (yq_decimal_sign(positions[i].qty) != 0)
			need(k, YQ_KIS_NEED_HELD, positions[i].exchange, positions[i].ticker);
	changed(k);
}

/* ---- what it costs ---- */

void
yq_kis_tell_price(struct yq_kis *k, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, struct yq_opt_decimal change_rate)
{
	struct yq_kis_watched *w = yq_kis_watch_find(&k->watch, exchange, ticker);
	struct yq_broker_quote quote = { .exchange = exchange,
		.price = price,
		.change_rate = change_rate,
		.time_us = yq_clock_now_us(k->clock) };
	const struct yq_broker_event event = {
		.kind = YQ_BROKER_EV_QUOTE, .quote = &quote, .time_us = quote.time_us
	};
	/* One that stands still is told too, now and then: it is as old as it was last told. */
	bool is_news = w == NULL || yq_decimal_cmp(w->price, price) != 0 ||
		       quote.time_us - w->told_us >= YQ_US_PER_SECOND || quote.time_us < w->told_us;

	if (w != NULL) {
		w->at_us = quote.time_us;
		w->price = price;
		w->told_us = is_news ? quote.time_us : w->told_us;
	}
	yq_str_copy_cut(quote.ticker, sizeof(quote.ticker), ticker);
	if (is_news)
		yq_kis_tell(k, &event, 1);
}

/* ---- prices that the stream does not bring ---- */

static void
on_quote(void *cookie, enum yq_rc rc, struct yq_decimal price, struct yq_opt_decimal change_rate,
    const struct yq_err *err)
{
	struct yq_kis *k = cookie;

	(void)err;
	k->quoting = false;
	if (rc == YQ_OK && !k->freed)
		yq_kis_tell_price(k, k->quoted_exchange, k->quoted, price, change_rate);
}

/* One question at a time: the next of those of which nothing was heard for as long as a round. */
static void
on_quotes(uv_timer_t *timer)
{
	struct yq_kis *k = timer->data;
	int64_t round_us = (int64_t)k->settings.quote_s * YQ_US_PER_SECOND;
	int64_t now_us = yq_clock_now_us(k->clock);

	if (k->quoting)
		return;
	for (size_t i = 0; i < k->watch.count; i++) {
		const struct yq_kis_watched *w = &k->watch.list[k->watch.next++ % k->watch.count];

		if (now_us >= w->at_us && now_us - w->at_us < round_us)
			continue;
		k->quoting = true;
		k->quoted_exchange = w->exchange;
		yq_str_copy_cut(k->quoted, sizeof(k->quoted), w->ticker);
		yq_kis_price_ask(
		    k, YQ_CALL_PRIORITY_PRICE, k->quoted_exchange, k->quoted, on_quote, k);
		return;
	}
}

void
yq_kis_quotes_begin(struct yq_kis *k)
{
	if (k->settings.quote_s > 0)
		(void)uv_timer_start(&k->quotes, on_quotes, EVERY_MS, EVERY_MS);
}
