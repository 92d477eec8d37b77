/*
 * watch_read.c - answers into events, of what has changed.
 *
 * A mark is made of the bytes as they stand on the bus; only what has another mark than at the last
 * look is read and written anew.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "web/api.h"
#include "web/event_shapes.h"
#include "web/watch_parts.h"

#define PRICE_AGE_US (5 * YQ_US_PER_SECOND) /* a price that is the same is told anew after that */
#define EVENT_MAX    (4U << 20)

static uint64_t
mark_of(const struct redisReply *value)
{
	size_t length;
	const char *text = yq_reply_text(value, &length);

	return text == NULL ? 0 : yq_table_hash(text, length);
}

static uint64_t
mark_of_all(const struct redisReply *list)
{
	uint64_t mark = yq_reply_count(list);

	for (size_t i = 0; i < yq_reply_count(list); i++)
		mark = yq_table_hash_join(mark, mark_of(yq_reply_at(list, i)));
	return mark;
}

/* ---- one event ---- */

struct event {
	struct yq_buf buf;
	struct yq_json_writer w;
};

static void
event_begin(struct event *event, const char *name)
{
	event->buf = yq_buf_make(EVENT_MAX);
	yq_event_begin(&event->buf, name, NULL);
	event->w = yq_json_writer_make(&event->buf);
}

/* Remember it as what `seen` is now (NULL = nothing is), and tell it unless it is `quiet`. */
static void
event_end(struct yq_watch *watch, struct event *event, struct yq_seen *seen, bool quiet)
{
	yq_event_end(&event->buf);
	if (yq_buf_ok(&event->buf)) {
		if (seen != NULL)
			yq_seen_set(&watch->seen, seen, &event->buf, quiet);
		if (!quiet)
			yq_buf_add(&watch->frames, event->buf.data, event->buf.length);
	}
	yq_buf_free(&event->buf);
}

/* ---- the whole ---- */

void
watch_read_halts(struct yq_watch *watch, const struct redisReply *hash)
{
	int64_t now_us = yq_clock_now_us(watch->clock);
	struct yq_halts halts = { 0 };
	struct yq_seen *seen;
	struct event event;
	uint64_t mark = mark_of_all(hash);

	yq_halts_from(hash, &halts);
	for (size_t i = 0; i < halts.count; i++) /* one may end by itself */
		mark = yq_table_hash_join(
		    mark, (uint64_t)yq_halt_stands(&halts.items[i].halt, now_us));
	if (yq_seen_look(&watch->seen, YQ_SEEN_HALT, "", mark, &seen)) {
		event_begin(&event, "halt");
		yq_json_begin_object(&event.w);
		yq_json_name(&event.w, "items");
		yq_put_halts(&event.w, &halts, now_us);
		yq_json_end_object(&event.w);
		event_end(watch, &event, seen, false);
	}
	yq_halts_clear(&halts);
}

/* What is to be told at once: not ages. */
static uint64_t
mark_of_health(const struct yq_health *health)
{
	uint64_t mark = health == NULL ? 1 : 2 + health->problem_count;

	for (size_t i = 0; health != NULL && i < health->problem_count; i++)
		mark = yq_table_hash_join(mark, yq_table_hash_text(health->problems[i]));
	for (size_t i = 0; health != NULL && i < health->daemon_count; i++) {
		const struct yq_daemon_health *daemon = &health->daemons[i];

		mark = yq_table_hash_join(mark, yq_table_hash_text(daemon->app));
		mark = yq_table_hash_join(mark, yq_table_hash_text(daemon->state));
		mark = yq_table_hash_join(mark, yq_table_hash_text(daemon->role));
		mark = yq_table_hash_join(mark, (uint64_t)daemon->pid);
	}
	return mark;
}

/* Written each time, for who comes new is to see its ages; told when more than they changes. */
void
watch_read_health(struct yq_watch *watch, const struct yq_health *health)
{
	static const struct yq_health away = { .problems = { "Valkey is away: nothing is known" },
		.problem_count = 1 };
	struct yq_seen *seen;
	struct event event;
	bool changed;

	changed = yq_seen_look(&watch->seen, YQ_SEEN_HEALTH, "", mark_of_health(health), &seen);
	event_begin(&event, "health");
	yq_put_health(&event.w, health == NULL ? &away : health);
	event_end(watch, &event, seen, !changed);
}

/* ---- accounts ---- */

void
watch_read_deposits(struct yq_watch *watch, const char *alias, const struct redisReply *hash)
{
	for (size_t i = 0; i + 1 < yq_reply_count(hash); i += 2) {
		const char *currency = yq_reply_text(yq_reply_at(hash, i), NULL);
		const struct redisReply *value = yq_reply_at(hash, i + 1);
		char name[YQ_SEEN_NAME_SIZE];
		struct yq_decimal amount;
		struct yq_seen *seen;
		struct event event;
		size_t length;
		const char *text = yq_reply_text(value, &length);

		if (currency == NULL || text == NULL ||
		    yq_decimal_parse(text, length, &amount) != YQ_OK)
			continue;
		(void)yq_str_format(name, sizeof(name), "%s/%s", alias, currency);
		if (!yq_seen_look(&watch->seen, YQ_SEEN_DEPOSIT, name, mark_of(value), &seen))
			continue;
		event_begin(&event, "deposit");
		yq_json_begin_object(&event.w);
		yq_json_put_text(&event.w, "account", alias);
		yq_json_put_text(&event.w, "currency", currency);
		yq_api_put_decimal(&event.w, "amount", amount);
		yq_json_end_object(&event.w);
		event_end(watch, &event, seen, false);
	}
}

/* With the price that the gateway has written beside it; a later one is told by `price`. */
static void
tell_position(struct yq_watch *watch, const struct yq_position *position, struct yq_seen *seen)
{
	struct event event;

	event_begin(&event, "position");
	yq_put_position(&event.w, position, NULL);
	event_end(watch, &event, seen, false);
}

static void
position_name(const char *alias, const struct yq_position *position, char name[YQ_SEEN_NAME_SIZE])
{
	(void)yq_str_format(name, YQ_SEEN_NAME_SIZE, "%s/%s@%s", alias, position->ticker,
	    yq_names_text(&yq_exchange_names, (int)position->exchange));
}

void
watch_read_positions(struct yq_watch *watch, const char *alias, const struct redisReply *hash,
    struct watch_names *tickers)
{
	for (size_t i = 0; i + 1 < yq_reply_count(hash); i += 2) {
		const struct redisReply *value = yq_reply_at(hash, i + 1);
		char name[YQ_SEEN_NAME_SIZE];
		struct yq_position position;
		struct yq_seen *seen;
		struct yq_err err;
		size_t length;
		const char *text = yq_reply_text(value, &length);

		if (text == NULL ||
		    yq_message_decode_position(text, length, &position, &err) != YQ_OK)
			continue;
		(void)watch_names_add(tickers, position.ticker);
		position_name(alias, &position, name);
		if (yq_seen_look(&watch->seen, YQ_SEEN_POSITION, name, mark_of(value), &seen))
			tell_position(watch, &position, seen);
	}
}

void
watch_read_prices(struct yq_watch *watch, const char *ticker, const struct redisReply *hash)
{
	for (size_t i = 0; i + 1 < yq_reply_count(hash); i += 2) {
		size_t length;
		const char *text = yq_reply_text(yq_reply_at(hash, i), &length);
		int exchange = text == NULL ? -1 : yq_names_find(&yq_exchange_names, text, length);
		char name[YQ_SEEN_NAME_SIZE], number[YQ_DECIMAL_TEXT_SIZE];
		struct yq_stock_price price = { .updated_at_us = 0 };
		struct yq_seen *seen;
		struct event event;
		struct yq_err err;
		uint64_t mark;

		if (exchange < 0 ||
		    yq_state_stock_read(yq_reply_at(hash, i + 1), &price, &err) != YQ_OK)
			continue;
		(void)yq_decimal_format(price.price, number);
		mark = yq_table_hash_join(
		    yq_table_hash_text(number), (uint64_t)(price.updated_at_us / PRICE_AGE_US));
		(void)yq_str_format(name, sizeof(name), "%s@%s", ticker, text);
		if (!yq_seen_look(&watch->seen, YQ_SEEN_PRICE, name, mark, &seen))
			continue;
		event_begin(&event, "price");
		yq_put_price(&event.w, ticker, (enum yq_exchange)exchange, &price);
		event_end(watch, &event, seen, false);
	}
}

/* ---- orders ---- */

void
watch_read_order(struct yq_watch *watch, const char *id, const struct redisReply *hash, bool last,
    struct watch_names *tickers)
{
	const char *ticker = yq_reply_field(hash, "Ticker");
	struct yq_seen *seen;
	struct event event;

	if (yq_reply_count(hash) == 0)
		return;
	if (yq_seen_look(&watch->seen, YQ_SEEN_ORDER, id, mark_of_all(hash), &seen)) {
		event_begin(&event, "order");
		if (yq_event_put_order(&event.w, hash))
			event_end(watch, &event, seen, false);
		else
			yq_buf_free(&event.buf);
	}
	if (last)
		yq_seen_drop(&watch->seen, seen);
	else if (ticker != NULL && yq_ticker_is_valid(ticker))
		(void)watch_names_add(tickers, ticker);
}

/* ---- what is no more ---- */

static void
position_gone(void *cookie, struct yq_seen *seen)
{
	struct yq_watch *watch = cookie;
	const char *slash = strchr(seen->name, '/'), *at = strrchr(seen->name, '@');
	char account[YQ_SEEN_NAME_SIZE], ticker[YQ_SEEN_NAME_SIZE];
	struct event event;

	yq_str_copy_cut(account, sizeof(account), seen->name);
	account[slash - seen->name] = '\0';
	yq_str_copy_cut(ticker, sizeof(ticker), slash + 1);
	ticker[at - slash - 1] = '\0';
	event_begin(&event, "position-gone");
	yq_json_begin_object(&event.w);
	yq_json_put_text(&event.w, "account", account);
	yq_json_put_text(&event.w, "ticker", ticker);
	yq_json_put_text(&event.w, "exchange", at + 1);
	yq_json_end_object(&event.w);
	event_end(watch, &event, NULL, false);
	yq_seen_drop(&watch->seen, seen);
}

static void
just_gone(void *cookie, struct yq_seen *seen)
{
	struct yq_watch *watch = cookie;

	yq_seen_drop(&watch->seen, seen);
}

void
watch_tell_gone(struct yq_watch *watch)
{
	yq_seen_each_gone(&watch->seen, YQ_SEEN_POSITION, position_gone, watch);
	yq_seen_each_gone(&watch->seen, YQ_SEEN_DEPOSIT, just_gone, watch);
	yq_seen_each_gone(&watch->seen, YQ_SEEN_PRICE, just_gone, watch);
}
