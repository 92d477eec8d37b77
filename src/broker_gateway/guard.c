/* guard.c - what an account is watched by: read, changed, written. */
#include "broker_gateway/guard.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/books.h"
#include "broker_gateway/gateway.h"
#include "bus/reply.h"

/* ---- marks ---- */

struct mark_key {
	const char *ticker;
	enum yq_exchange exchange;
};

static bool
same_mark(const struct yq_table_node *node, const void *key)
{
	const struct gw_mark *mark = (const struct gw_mark *)(const void *)node;
	const struct mark_key *k = key;

	return mark->exchange == k->exchange && yq_str_equal(mark->ticker, k->ticker);
}

static uint64_t
mark_hash(enum yq_exchange exchange, const char *ticker)
{
	return yq_table_hash_join(yq_table_hash_text(ticker), (uint64_t)exchange);
}

struct gw_mark *
gw_mark_find(const struct gw_account *a, enum yq_exchange exchange, const char *ticker)
{
	struct mark_key key = { ticker, exchange };

	return yq_container(
	    yq_table_find(&a->guard.marks, mark_hash(exchange, ticker), same_mark, &key),
	    struct gw_mark, node);
}

struct gw_mark *
gw_mark_make(struct gw_account *a, enum yq_exchange exchange, const char *ticker)
{
	struct gw_mark *mark = yq_xcalloc(1, sizeof(*mark));

	yq_str_copy_cut(mark->ticker, sizeof(mark->ticker), ticker);
	mark->exchange = exchange;
	yq_table_insert(&a->guard.marks, mark_hash(exchange, ticker), &mark->node);
	return mark;
}

void
gw_mark_remove(struct gw_account *a, struct gw_mark *mark)
{
	yq_table_remove(&a->guard.marks, &mark->node);
	free(mark);
	gw_guard_touch(a);
}

static bool
free_mark(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct gw_mark, node));
	return true;
}

void
gw_guard_clear(struct gw_account *a)
{
	bool under_way = a->guard.under_way;

	yq_table_each(&a->guard.marks, free_mark, NULL);
	yq_table_clear(&a->guard.marks);
	a->guard = (struct gw_guard){ .under_way = under_way };
}

/* ---- reading ---- */

static enum yq_rc
load_day(struct gw_account *a, const char *currency, const char *value, struct yq_err *err)
{
	int c = yq_names_find(&yq_currency_names, currency, strlen(currency));
	struct yq_day_base base;
	enum yq_rc rc = yq_message_decode_day_base(value, strlen(value), &base, err);

	if (rc != YQ_OK || c < 0)
		return rc;
	a->guard.day[c].base = base;
	a->guard.day[c].set = true;
	return YQ_OK;
}

static enum yq_rc
load_orders(struct gw_account *a, const char *time, const char *value, struct yq_err *err)
{
	const struct yq_clock *clock = a->gw->clock;
	int64_t at_us, count;

	if (yq_time_parse(time, strlen(time), &at_us) != YQ_OK ||
	    !yq_str_to_int64(value, 0, UINT32_MAX, &count))
		return yq_err_set(err, YQ_E_INVALID, "\"%s\" is no number of orders", value);
	a->guard.counts = true;
	if (yq_clock_now_us(clock) - at_us < 86400 * YQ_US_PER_SECOND)
		yq_rate_add_day(&a->rate, (uint32_t)count, yq_clock_monotonic_of(clock, at_us));
	return YQ_OK;
}

/* "AAPL@NASDAQ" */
static enum yq_rc
load_mark(struct gw_account *a, const char *name, const char *value, struct yq_err *err)
{
	const char *at = strrchr(name, '@');
	int exchange = at == NULL ? -1 : yq_names_find(&yq_exchange_names, at + 1, strlen(at + 1));
	char ticker[YQ_TICKER_SIZE];
	struct yq_flatten_mark last;
	enum yq_rc rc = yq_message_decode_flatten_mark(value, strlen(value), &last, err);

	if (rc != YQ_OK)
		return rc;
	if (exchange < 0 || !yq_str_copy_bytes(ticker, sizeof(ticker), name, (size_t)(at - name)))
		return yq_err_set(err, YQ_E_INVALID, "\"%s\" is no instrument", name);
	gw_mark_make(a, (enum yq_exchange)exchange, ticker)->last = last;
	return YQ_OK;
}

void
gw_guard_load(struct gw_account *a, const struct redisReply *reply)
{
	gw_guard_clear(a);
	a->rate = (struct yq_rate){ 0 };
	for (size_t i = 0; i + 1 < yq_reply_count(reply); i += 2) {
		const char *field = yq_reply_text(yq_reply_at(reply, i), NULL);
		const char *value = yq_reply_text(yq_reply_at(reply, i + 1), NULL);
		struct yq_err err = { 0 };
		enum yq_rc rc = YQ_OK;

		if (field == NULL || value == NULL)
			continue;
		if (yq_guard_day(field) != NULL)
			rc = load_day(a, yq_guard_day(field), value, &err);
		else if (yq_guard_orders(field) != NULL)
			rc = load_orders(a, yq_guard_orders(field), value, &err);
		else if (yq_guard_flatten(field) != NULL)
			rc = load_mark(a, yq_guard_flatten(field), value, &err);
		if (rc != YQ_OK)
			gw_notify(a->gw, "Risk", "Warning",
			    "account %s: what its %s says cannot be read, and is begun anew: %s",
			    a->settings.alias, field, err.text);
	}
}

/* ---- writing ---- */

void
gw_guard_touch(struct gw_account *a)
{
	a->guard.version++;
	gw_soon(a->gw);
}

static void
on_written(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct gw_account *a = cookie;

	(void)count;
	a->guard.under_way = false;
	if (a->gw->stopped)
		return;
	if (rc != YQ_OK) {
		yq_debug("account %s: its guard is not written: %s", a->settings.alias, err->text);
		gw_retry_later(a->gw);
		return;
	}
	if (answers[0].result == YQ_FENCED) {
		gw_lease_lose(a->gw, "another gateway has taken over");
		return;
	}
	if (a->guard.sent > a->guard.written)
		a->guard.written = a->guard.sent;
	gw_flatten_soon(a->gw);
}

void
gw_guards_flush(struct gateway *gw)
{
	if (!yq_valkey_is_up(gw->valkey) || !gw_lease_is_valid(gw))
		return;
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		if (a->state != GW_SERVING || a->guard.under_way ||
		    a->guard.version == a->guard.written)
			continue;
		a->guard.under_way = true;
		a->guard.sent = a->guard.version;
		gw_books_write_guard(a, on_written, a);
	}
}
