/* prices.c - what instruments cost: asked for one by one, and looked at for what is of interest. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/adapter.h"

static void
latest_path(const struct yq_alpaca *a, const char *what, const char *symbols, struct yq_buf *path)
{
	yq_buf_add_format(path, "/v2/stocks/%s/latest", what);
	yq_alpaca_add_query(path, "symbols", symbols);
	if (a->settings.feed[0] != '\0')
		yq_alpaca_add_query(path, "feed", a->settings.feed);
}

static void
latest_ask(struct yq_alpaca *a, const struct yq_buf *path, yq_alpaca_reply_fn *fn, void *cookie)
{
	const struct yq_alpaca_call call = {
		.method = "GET", .data = true, .priority = YQ_CALL_PRIORITY_PRICE, .path = path
	};

	yq_alpaca_rest_send(a->rest, &call, fn, cookie);
}

static void
quote_of(
    const struct yq_alpaca_price *price, enum yq_exchange exchange, struct yq_broker_quote *quote)
{
	*quote = (struct yq_broker_quote){
		.exchange = exchange, .price = price->price, .time_us = price->time_us
	};
	memcpy(quote->ticker, price->symbol, sizeof(quote->ticker));
}

/* ---- one ---- */

struct ask {
	struct yq_alpaca_op op;
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	bool bars; /* there is no trade: the close of the last bar */
};

static void price_ask(struct ask *ask);

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct ask *ask = cookie;
	struct yq_alpaca_price *prices = NULL;
	struct yq_broker_quote quote;
	size_t count = 0, i = 0;
	struct yq_err why;

	if (rc == YQ_OK &&
	    yq_alpaca_decode_prices(reply->body, reply->length, &prices, &count, &why) != YQ_OK) {
		yq_alpaca_op_garbled(&ask->op, &why);
		return;
	}
	while (i < count && !yq_str_equal(prices[i].symbol, ask->ticker))
		i++;
	if (rc == YQ_OK && i == count && !ask->bars) {
		free(prices);
		ask->bars = true;
		price_ask(ask);
		return;
	}
	if (rc == YQ_OK && i == count) {
		rc = yq_err_set(&why, YQ_E_NOT_FOUND, "Alpaca knows no price of %s", ask->ticker);
		err = &why;
	}
	if (rc != YQ_OK) {
		free(prices);
		yq_alpaca_op_fail(&ask->op, rc, err);
		return;
	}
	quote_of(&prices[i], ask->exchange, &quote);
	free(prices);
	ask->op.fn.price(ask->op.cookie, YQ_OK, &quote, NULL);
	free(ask);
}

static void
price_ask(struct ask *ask)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);

	latest_path(ask->op.a, ask->bars ? "bars" : "trades", ask->ticker, &path);
	latest_ask(ask->op.a, &path, on_price, ask);
}

/* Another market's ticker of the same name is not this one. */
static void
on_listed(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct ask *ask = cookie;
	enum yq_exchange exchange;
	struct yq_err why;

	if (rc == YQ_OK && (!yq_alpaca_exchange_of(ask->op.a, ask->ticker, &exchange) ||
			       exchange != ask->exchange)) {
		rc = yq_err_set(&why, YQ_E_NOT_FOUND, "Alpaca knows no %s on %s", ask->ticker,
		    yq_names_text(&yq_exchange_names, (int)ask->exchange));
		err = &why;
	}
	if (rc != YQ_OK) {
		yq_alpaca_op_fail(&ask->op, rc, err);
		return;
	}
	price_ask(ask);
}

static const char *
symbol_at(const void *cookie, size_t index)
{
	(void)index;
	return ((const struct ask *)cookie)->ticker;
}

static void
run_price(struct yq_alpaca_op *op)
{
	yq_alpaca_listings_ask(op->a, 1, symbol_at, on_listed, op);
}

void
yq_alpaca_price(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    yq_broker_price_fn *fn, void *cookie)
{
	struct ask *ask = yq_alpaca_op_make((struct yq_alpaca *)(void *)broker, sizeof(*ask),
	    run_price, yq_alpaca_fail_price, (union yq_broker_completion){ .price = fn }, cookie);

	ask->exchange = exchange;
	yq_str_copy_cut(ask->ticker, sizeof(ask->ticker), ticker);
}

/* ---- those of interest ---- */

void
yq_alpaca_watch(struct yq_alpaca *a, enum yq_exchange exchange, const char *ticker)
{
	struct yq_alpaca_watched *w;

	for (size_t i = 0; i < a->watched_count; i++)
		if (yq_str_equal(a->watched[i].ticker, ticker))
			return;
	if (a->watched_count < YQ_ALPACA_WATCH_MAX)
		w = &a->watched[a->watched_count++];
	else /* the longest there makes room */
		w = &a->watched[a->watched_next++ % YQ_ALPACA_WATCH_MAX];
	*w = (struct yq_alpaca_watched){ .exchange = exchange };
	yq_str_copy_cut(w->ticker, sizeof(w->ticker), ticker);
}

static struct yq_alpaca_watched *
watched_find(struct yq_alpaca *a, const char *symbol)
{
	for (size_t i = 0; i < a->watched_count; i++)
		if (yq_str_equal(a->watched[i].ticker, symbol))
			return &a->watched[i];
	return NULL;
}

/* Told when it is another than before. */
static void
quotes_tell(struct yq_alpaca *a, const struct yq_alpaca_price *prices, size_t count)
{
	struct yq_broker_quote *quotes = yq_xcalloc(count + 1, sizeof(*quotes));
	struct yq_broker_event *events = yq_xcalloc(count + 1, sizeof(*events));
	size_t told = 0;

	for (size_t i = 0; i < count; i++) {
		struct yq_alpaca_watched *w = watched_find(a, prices[i].symbol);

		if (w == NULL || yq_decimal_cmp(w->price, prices[i].price) == 0)
			continue;
		w->price = prices[i].price;
		quote_of(&prices[i], w->exchange, &quotes[told]);
		events[told] = (struct yq_broker_event){ .kind = YQ_BROKER_EV_QUOTE,
			.time_us = prices[i].time_us,
			.quote = &quotes[told] };
		told++;
	}
	if (told > 0)
		a->head.on_event(a->head.event_cookie, events, told);
	free(events);
	free(quotes);
}

static void
on_quotes(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct yq_alpaca *a = cookie;
	struct yq_alpaca_price *prices = NULL;
	struct yq_err why;
	size_t count = 0;

	a->quoting = false;
	if (a->freed)
		return;
	if (rc == YQ_OK) {
		rc = yq_alpaca_decode_prices(reply->body, reply->length, &prices, &count, &why);
		err = &why;
	}
	if (rc == YQ_OK)
		quotes_tell(a, prices, count);
	else
		yq_debug("alpaca: prices: %s", err->text);
	free(prices);
}

static void
on_quotes_due(uv_timer_t *timer)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf symbols = yq_buf_make(YQ_ALPACA_PATH_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(2 * (size_t)YQ_ALPACA_PATH_MAX);
	struct yq_alpaca *a = timer->data;

	if (a->quoting || a->watched_count == 0)
		return;
	for (size_t i = 0; i < a->watched_count; i++)
		yq_buf_add_format(&symbols, "%s%s", i > 0 ? "," : "", a->watched[i].ticker);
	latest_path(a, "trades", yq_buf_text(&symbols), &path);
	a->quoting = true;
	latest_ask(a, &path, on_quotes, a);
}

void
yq_alpaca_quotes_begin(struct yq_alpaca *a)
{
	uint64_t every_ms = (uint64_t)a->settings.quote_s * 1000;

	if (every_ms > 0)
		(void)uv_timer_start(&a->quotes, on_quotes_due, every_ms, every_ms);
}
