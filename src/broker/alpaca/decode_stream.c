/* decode_stream.c - what Alpaca's stream of trade updates tells. */
#include <string.h>

#include "base/str.h"
#include "broker/alpaca/decode.h"
#include "broker/alpaca/field.h"

/* Of an event that is not here nobody knows what it means: it is asked for. */
static const struct {
	const char *event;
	enum yq_alpaca_news news;
} events[] = {
	{ "new", YQ_ALPACA_NEWS_ACK },
	{ "accepted", YQ_ALPACA_NEWS_ACK },
	{ "pending_new", YQ_ALPACA_NEWS_NONE },
	{ "fill", YQ_ALPACA_NEWS_FILL },
	{ "partial_fill", YQ_ALPACA_NEWS_FILL },
	{ "canceled", YQ_ALPACA_NEWS_CANCELED },
	{ "expired", YQ_ALPACA_NEWS_EXPIRED },
	{ "rejected", YQ_ALPACA_NEWS_REJECTED },
	{ "replaced", YQ_ALPACA_NEWS_REPLACED },
	{ "done_for_day", YQ_ALPACA_NEWS_NONE },
	{ "pending_cancel", YQ_ALPACA_NEWS_NONE },
	{ "pending_replace", YQ_ALPACA_NEWS_NONE },
	{ "pending_review", YQ_ALPACA_NEWS_NONE },
	{ "accepted_for_bidding", YQ_ALPACA_NEWS_NONE },
	{ "held", YQ_ALPACA_NEWS_NONE },
	{ "stopped", YQ_ALPACA_NEWS_NONE },
	{ "calculated", YQ_ALPACA_NEWS_NONE },
	{ "suspended", YQ_ALPACA_NEWS_NONE },
	{ "restated", YQ_ALPACA_NEWS_ASK },
	{ "order_replace_rejected", YQ_ALPACA_NEWS_ASK },
	{ "order_cancel_rejected", YQ_ALPACA_NEWS_ASK },
};

static enum yq_alpaca_news
news_of(const char *event)
{
	for (size_t i = 0; i < YQ_COUNT(events); i++)
		if (yq_str_equal(events[i].event, event))
			return events[i].news;
	return YQ_ALPACA_NEWS_ASK;
}

/* The execution: its own price and quantity, and what is filled of the order after it. */
static enum yq_rc
read_fill(const yq_json *data, struct yq_alpaca_update *u, struct yq_err *err)
{
	const yq_json *filled = yq_json_get(yq_json_get(data, "order"), "filled_qty");
	struct yq_alpaca_fill *f = &u->fill;
	char id[YQ_EXECUTION_ID_SIZE];
	enum yq_rc rc;

	memcpy(f->order_id, u->order.id, sizeof(f->order_id));
	f->fill.action = u->order.action;
	f->time_us = u->time_us != 0 ? u->time_us : u->order.filled_us;
	rc = yq_alpaca_positive(data, "price", &f->fill.price, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_executed(
		    yq_json_get(data, "qty"), filled, &f->fill.qty, &f->filled, err);
	if (rc == YQ_OK && f->time_us == 0)
		rc = yq_alpaca_wrong(data, "timestamp", "a time", err);
	if (rc == YQ_OK && yq_decimal_sign(f->fill.qty) == 0)
		u->news = YQ_ALPACA_NEWS_NONE; /* less than can be told */
	return rc == YQ_OK ? yq_alpaca_execution_id(f, id, err) : rc;
}

static enum yq_rc
read_update(const yq_json *data, struct yq_alpaca_update *update, struct yq_err *err)
{
	struct yq_alpaca_update u = { .news = YQ_ALPACA_NEWS_NONE };
	enum yq_rc rc;

	rc = yq_alpaca_text(data, "event", YQ_ALPACA_WANTED, u.event, sizeof(u.event), err);
	if (rc == YQ_OK)
		rc = yq_alpaca_time(data, "timestamp", YQ_ALPACA_OPTIONAL, &u.time_us, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_read_order(yq_json_get(data, "order"), &u.order, err);
	if (rc != YQ_OK)
		return rc;
	u.news = news_of(u.event);
	if (u.news == YQ_ALPACA_NEWS_FILL && u.order.is_stock)
		rc = read_fill(data, &u, err);
	if (rc == YQ_OK)
		*update = u;
	return rc;
}

static bool
listens(const yq_json *data)
{
	const yq_json *streams = yq_json_get(data, "streams");

	for (size_t i = 0; i < yq_json_count(streams); i++)
		if (yq_str_equal(yq_json_text(yq_json_at(streams, i), NULL), "trade_updates"))
			return true;
	return false;
}

enum yq_rc
yq_alpaca_decode_heard(const char *text, size_t length, enum yq_alpaca_heard *heard,
    struct yq_alpaca_update *update, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	const yq_json *data;
	const char *stream;
	enum yq_rc rc = yq_alpaca_root(text, length, YQ_JSON_OBJECT, &root, err);

	*heard = YQ_ALPACA_OTHER;
	if (rc != YQ_OK)
		return rc;
	data = yq_json_get(root, "data");
	stream = yq_json_text(yq_json_get(root, "stream"), NULL);
	if (yq_json_type_of(data) != YQ_JSON_OBJECT)
		return YQ_OK;
	if (yq_str_equal(stream, "authorization")) {
		*heard = yq_str_equal(yq_json_text(yq_json_get(data, "status"), NULL), "authorized")
			     ? YQ_ALPACA_AUTHORIZED
			     : YQ_ALPACA_UNAUTHORIZED;
	} else if (yq_str_equal(stream, "listening")) {
		*heard = listens(data) ? YQ_ALPACA_LISTENING : YQ_ALPACA_OTHER;
	} else if (yq_str_equal(stream, "trade_updates")) {
		rc = read_update(data, update, err);
		*heard = rc == YQ_OK ? YQ_ALPACA_UPDATE : YQ_ALPACA_OTHER;
	}
	return rc;
}
