/*
 * query.c - questions on the channel `query`: fetch from the broker, update Valkey, then answer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/price.h"
#include "broker_gateway/query.h"
#include "broker_gateway/reconcile.h"
#include "domain/ticker.h"

#define ANSWER_MAX (1U << 20)
#define WAIT_NS	   INT64_C(2000000000) /* for a full sync, before the books answer as they are */

struct gw_query {
	struct gw_query *next;
	struct gateway *gw;
	struct gw_account *account;
	struct yq_query query;
	enum yq_exchange exchange; /* of a price */
	char ticker[YQ_TICKER_SIZE];
	uint64_t syncs; /* of the account when it was asked */
	int64_t until_ns;
};

/* ---- answering ---- */

struct answer {
	struct yq_buf text;
	struct yq_json_writer w;
};

static void
answer_begin(struct answer *a, const struct gw_query *q, bool success, const char *message)
{
	a->text = yq_buf_make(ANSWER_MAX);
	a->w = yq_json_writer_make(&a->text);
	yq_json_begin_object(&a->w);
	yq_json_put_text(&a->w, "Id", q->query.id.text);
	yq_json_put_bool(&a->w, "IsSuccess", success);
	yq_json_put_text(&a->w, "Message", message);
	yq_json_put_text(
	    &a->w, "QueryType", yq_names_text(&yq_query_type_names, (int)q->query.type));
	yq_json_put_time(&a->w, "Timestamp", yq_clock_now_us(q->gw->clock));
	if (q->account != NULL)
		yq_json_put_text(&a->w, "AccountAlias", q->account->settings.alias);
}

static void
answer_end(struct answer *a, struct gw_query *q)
{
	char channel[YQ_KEY_SIZE];
	const char *argv[] = { "PUBLISH", channel, NULL };
	size_t lengths[] = { 7, 0, 0 };

	yq_json_end_object(&a->w);
	if (!yq_buf_ok(&a->text)) {
		yq_buf_free(&a->text);
		answer_begin(a, q, false, "the answer is too long");
		yq_json_end_object(&a->w);
	}
	if (!yq_id_is_none(&q->query.id)) {
		lengths[1] = yq_key_format(YQ_KEY_QUERY_REPLY, q->query.id.text, channel);
		argv[2] = yq_buf_text(&a->text);
		lengths[2] = a->text.length;
		yq_valkey_command(
		    q->gw->valkey, 3, argv, lengths, YQ_VALKEY_TIMEOUT_MS, NULL, NULL);
	}
	yq_buf_free(&a->text);
	free(q);
}

static void
answer_plain(struct gw_query *q, bool success, const char *message)
{
	struct answer a;

	answer_begin(&a, q, success, message);
	answer_end(&a, q);
}

/* ---- orders ---- */

static void
put_order(struct yq_json_writer *w, const struct yq_order *order, const struct yq_order_progress *p,
    const char *broker_order_id)
{
	yq_record_write(w, yq_order_fields, yq_order_field_count, order);
	yq_json_put_text(w, "State", yq_names_text(&yq_order_state_names, (int)p->state));
	yq_json_put_decimal(w, "FilledQty", p->filled);
	yq_json_put_decimal(w, "AvgPrice", p->avg_price);
	yq_json_put_text(w, "BrokerOrderId", broker_order_id);
}

struct order_list {
	struct yq_json_writer *w;
	const struct gw_account *account;
};

static bool
put_open(void *cookie, struct yq_table_node *node)
{
	struct order_list *list = cookie;
	const struct gw_order *o = yq_container(node, struct gw_order, node);

	if (o->account != list->account || o->phase == GW_OVER)
		return true;
	yq_json_begin_object(list->w);
	put_order(list->w, &o->order, &o->progress, o->broker_order_id);
	yq_json_end_object(list->w);
	return true;
}

static void
ask_orders(struct gw_query *q)
{
	struct answer a;
	struct order_list list = { &a.w, q->account };

	gw_look_orders_now(q->account);
	answer_begin(&a, q, true, "");
	yq_json_name(&a.w, "Orders");
	yq_json_begin_array(&a.w);
	yq_table_each(&q->gw->orders, put_open, &list);
	yq_json_end_array(&a.w);
	answer_end(&a, q);
}

static void
on_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *full, const struct yq_err *err)
{
	struct gw_query *q = cookie;
	struct answer a;

	if (q->gw->stopped) {
		free(q);
		return;
	}
	if (rc != YQ_OK) {
		answer_plain(q, false,
		    rc == YQ_E_NOT_FOUND ? "there is no such order on the bus" : err->text);
		return;
	}
	answer_begin(&a, q, true, full->last_error);
	yq_json_name(&a.w, "Order");
	yq_json_begin_object(&a.w);
	put_order(&a.w, &full->order, &full->progress, full->broker_order_id);
	yq_json_end_object(&a.w);
	answer_end(&a, q);
}

static void
ask_order(struct gw_query *q)
{
	struct yq_id id;
	struct gw_order *o;

	if (yq_id_parse(q->query.target, strlen(q->query.target), &id) != YQ_OK) {
		answer_plain(q, false, "Target: expected an order's id");
		return;
	}
	o = gw_order_find(q->gw, &id);
	if (o != NULL && (o->phase == GW_LIVE || o->phase == GW_UNKNOWN))
		gw_ask(o);
	yq_state_order(q->gw->valkey, &id, on_order, q);
}

/* ---- account, deposit, position: after a full sync ---- */

static bool
put_position(void *cookie, const struct yq_holding *holding)
{
	struct yq_json_writer *w = cookie;

	if (yq_decimal_sign(holding->position.qty) == 0)
		return true;
	yq_json_begin_object(w);
	yq_record_write(w, yq_position_fields, yq_position_field_count, &holding->position);
	yq_json_end_object(w);
	return true;
}

static void
answer_account(struct gw_query *q, const char *message)
{
	const struct yq_account *book = q->account->book;
	struct answer a;

	answer_begin(&a, q, true, message);
	yq_json_put_text(&a.w, "Broker", q->account->broker->name);
	yq_json_put_time(&a.w, "SyncedAt", q->account->synced_at_us);
	yq_json_name(&a.w, "Deposits");
	yq_json_begin_object(&a.w);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		if (yq_decimal_sign(book->cash[c]) != 0)
			yq_json_put_decimal(
			    &a.w, yq_names_text(&yq_currency_names, c), book->cash[c]);
	yq_json_end_object(&a.w);
	yq_json_name(&a.w, "Positions");
	yq_json_begin_array(&a.w);
	yq_account_each_holding(book, put_position, &a.w);
	yq_json_end_array(&a.w);
	answer_end(&a, q);
}

static void
ask_account(struct gw_query *q)
{
	q->syncs = q->account->sync_count;
	q->until_ns = yq_clock_monotonic_ns(q->gw->clock) + WAIT_NS;
	q->next = q->gw->queries;
	q->gw->queries = q;
	gw_look_books_now(q->account, true);
}

void
gw_queries_run(struct gateway *gw, bool all)
{
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);

	for (struct gw_query **link = &gw->queries, *q; (q = *link) != NULL;) {
		bool fresh = q->account->sync_count != q->syncs;

		if (!fresh && now_ns < q->until_ns && !all) {
			link = &q->next;
			continue;
		}
		*link = q->next;
		if (gw->stopped)
			free(q);
		else
			answer_account(
			    q, fresh ? "" : "as booked: orders are under way, no full sync now");
	}
}

/* ---- price ---- */

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err)
{
	struct gw_query *q = cookie;
	struct answer a;

	if (q->gw->stopped) {
		free(q);
		return;
	}
	if (rc != YQ_OK) {
		answer_plain(q, false, err->text);
		return;
	}
	if (!gw_quote_answered(q->account, q->exchange, q->ticker, quote)) {
		answer_plain(q, false, "the broker answered with another instrument's price");
		return;
	}
	/* On the same connection and before the answer, so that who reads after it finds it. */
	gw_stocks_flush(q->gw);
	answer_begin(&a, q, true, "");
	yq_json_put_text(&a.w, "Ticker", quote->ticker);
	yq_json_put_text(&a.w, "Exchange", yq_names_text(&yq_exchange_names, (int)quote->exchange));
	yq_json_put_text(&a.w, "Currency",
	    yq_names_text(&yq_currency_names, (int)yq_market_of(quote->exchange)->currency));
	yq_json_put_decimal(&a.w, "Price", quote->price);
	if (quote->change_rate.set)
		yq_json_put_decimal(&a.w, "ChangeRate", quote->change_rate.value);
	yq_json_put_time(&a.w, "UpdatedAt", quote->time_us);
	answer_end(&a, q);
}

/* "NASDAQ" or {"Exchange": "NASDAQ"}. */
static bool
parameter_exchange(const char *parameters, enum yq_exchange *exchange)
{
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	const yq_json *value;
	const char *text;
	size_t length;

	if (yq_json_parse(parameters, strlen(parameters), &json, NULL) != YQ_OK)
		return yq_exchange_parse(parameters, strlen(parameters), exchange);
	value =
	    yq_json_type_of(json) == YQ_JSON_OBJECT ? yq_json_get_nocase(json, "Exchange") : json;
	if (value == NULL || yq_json_type_of(value) != YQ_JSON_STRING)
		return false;
	text = yq_json_text(value, &length);
	return yq_exchange_parse(text, length, exchange);
}

struct by_ticker {
	const char *ticker;
	enum yq_exchange exchange;
	size_t count;
};

static bool
look_at_lane(void *cookie, struct yq_table_node *node)
{
	struct by_ticker *by = cookie;
	const struct gw_lane *lane = yq_container(node, struct gw_lane, node);

	if (yq_str_equal(lane->ticker, by->ticker)) {
		by->exchange = lane->exchange;
		by->count++;
	}
	return true;
}

/* A ticker alone is enough where the account knows it at one exchange only. */
static bool
known_exchange(struct gw_account *account, const char *ticker, enum yq_exchange *exchange)
{
	struct by_ticker by = { .ticker = ticker };

	yq_table_each(&account->lanes, look_at_lane, &by);
	*exchange = by.exchange;
	return by.count == 1;
}

static void
ask_price(struct gw_query *q)
{
	struct yq_err err;
	enum yq_rc rc;

	rc = yq_market_split(
	    q->query.target, strlen(q->query.target), &q->exchange, q->ticker, &err);
	if (rc == YQ_E_NOT_FOUND &&
	    (parameter_exchange(q->query.parameters, &q->exchange) ||
		known_exchange(q->account, q->query.target, &q->exchange))) {
		if (yq_str_copy(q->ticker, sizeof(q->ticker), q->query.target) &&
		    yq_ticker_is_valid(q->ticker))
			rc = YQ_OK;
		yq_ticker_normalize(q->exchange, q->ticker);
	}
	if (rc != YQ_OK) {
		answer_plain(q, false,
		    rc == YQ_E_NOT_FOUND ? "Target: expected EXCHANGE:TICKER, as NASDAQ:AAPL"
					 : err.text);
		return;
	}
	yq_broker_price(q->account->broker, q->exchange, q->ticker, on_price, q);
}

/* ---- taking questions ---- */

static void (*const askers[YQ_QUERY_TYPE_COUNT])(struct gw_query *) = {
	[YQ_QUERY_PRICE] = ask_price,
	[YQ_QUERY_ACCOUNT] = ask_account,
	[YQ_QUERY_DEPOSIT] = ask_account,
	[YQ_QUERY_POSITION] = ask_account,
	[YQ_QUERY_ORDERS] = ask_orders,
	[YQ_QUERY_ORDER] = ask_order,
};

/* The alias asked about; "" = any will do. */
static const char *
query_alias(const struct yq_query *query)
{
	bool any = query->type == YQ_QUERY_PRICE || query->type == YQ_QUERY_ORDER;

	return any || query->account_alias[0] != '\0' ? query->account_alias : query->target;
}

static struct gw_account *
query_account(struct gateway *gw, const char *alias)
{
	if (alias[0] != '\0')
		return gw_account_find(gw, alias);
	for (size_t i = 0; i < gw->account_count; i++)
		if (gw->accounts[i].state == GW_SERVING)
			return &gw->accounts[i];
	return NULL;
}

void
gw_query_heard(struct gateway *gw, const char *payload, size_t length)
{
	struct gw_query *q = yq_xcalloc(1, sizeof(*q));
	struct yq_err err;

	q->gw = gw;
	if (yq_message_decode_query(payload, length, &q->query, &err) != YQ_OK) {
		if (gw_owner_of(gw, "") == GW_OURS) {
			yq_counter_add(gw->metrics.bad, 1);
			gw_notify(gw, "System", "Warning",
			    "a message on the query channel was dropped: %s", err.text);
		}
		free(q);
		return;
	}
	if (gw_owner_of(gw, query_alias(&q->query)) != GW_OURS) {
		free(q); /* its own gateway answers */
		return;
	}
	q->account = query_account(gw, query_alias(&q->query));
	if (q->account != NULL && q->account->state == GW_SERVING) {
		askers[q->query.type](q);
		return;
	}
	answer_plain(q, false, "the account is not served by this gateway now");
}
