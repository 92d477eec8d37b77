/* account.c - what is held, cash, and prices. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/adapter.h"
#include "domain/market.h"

#define PAGES_MAX 400

/* Exchanges that are asked one after another. */
struct round {
	struct yq_kis_task op;
	enum yq_exchange exchanges[YQ_EXCHANGE_COUNT];
	size_t count, at;
	struct yq_kis_page page;
	unsigned pages;
	struct yq_kis_positions positions;
	struct yq_kis_cash cash;
};

static void
fail_positions(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err)
{
	yq_kis_positions_free(&((struct round *)(void *)op)->positions);
	op->fn.positions(op->cookie, rc, NULL, 0, err);
}

static void
fail_balances(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err)
{
	op->fn.balances(op->cookie, rc, NULL, 0, err);
}

static void
garbled(struct round *r, const struct yq_err *err)
{
	yq_kis_task_fail(&r->op, YQ_E_UNKNOWN, err);
}

/* ---- positions ---- */

static bool
is_there(const struct yq_kis_positions *all, size_t before, const struct yq_position *one)
{
	for (size_t i = 0; i < before; i++)
		if (all->list[i].exchange == one->exchange &&
		    yq_str_equal(all->list[i].ticker, one->ticker))
			return true;
	return false;
}

/* Each once, though an exchange may tell of its neighbours' too; and under the exchange at home
 * that it is known by. */
static void
positions_end(struct round *r)
{
	struct yq_kis *k = r->op.k;
	struct yq_kis_positions *all = &r->positions;
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct yq_position p = all->list[i];

		if (yq_kis_market_of(p.exchange)->domestic)
			p.exchange = yq_kis_home(k, p.ticker);
		if (is_there(all, count, &p))
			continue;
		all->list[count++] = p;
	}
	yq_kis_watch_held(k, all->list, count);
	r->op.fn.positions(r->op.cookie, YQ_OK, all->list, count, NULL);
	yq_kis_positions_free(all);
	free(r);
}

static void positions_ask(struct yq_kis_task *op);

static void
on_positions(
    void *cookie, enum yq_rc rc, const struct yq_kis_answer *answer, const struct yq_err *err)
{
	struct round *r = cookie;
	enum yq_exchange exchange = r->exchanges[r->at];
	bool domestic = yq_kis_market_of(exchange)->domestic;
	struct yq_err why;

	if (rc != YQ_OK) {
		yq_kis_task_fail(&r->op, rc, err);
		return;
	}
	rc = yq_kis_decode_positions(answer->root, domestic, exchange, &r->positions, &why);
	if (rc == YQ_OK)
		rc = yq_kis_decode_page(answer, domestic, &r->page, &why);
	if (rc == YQ_OK && r->page.more && ++r->pages >= PAGES_MAX)
		rc = yq_err_set(&why, YQ_E_LIMIT, "KIS does not come to an end of its positions");
	if (rc != YQ_OK) {
		garbled(r, &why);
		return;
	}
	if (!r->page.more)
		r->at++;
	positions_ask(&r->op);
}

static void
positions_ask(struct yq_kis_task *op)
{
	struct round *r = (struct round *)(void *)op;
	struct yq_kis_request request;
	struct yq_err err;
	enum yq_rc rc;

	if (r->at == r->count) {
		positions_end(r);
		return;
	}
	request = yq_kis_request_make();
	rc = yq_kis_encode_positions(
	    &op->k->settings.account, r->exchanges[r->at], &r->page, &request, &err);
	if (rc == YQ_OK)
		yq_kis_rest_send(op->k->rest, &request, YQ_CALL_PRIORITY_ACCOUNT, on_positions, r);
	yq_kis_request_free(&request);
	if (rc != YQ_OK)
		garbled(r, &err);
}

/* KRX stands for the markets at home, and on a real account NASDAQ for those of the US. */
static void
exchanges_for_positions(const struct yq_kis *k, struct round *r)
{
	for (int i = 0; i < YQ_EXCHANGE_COUNT; i++) {
		enum yq_exchange e = (enum yq_exchange)i;
		bool stood_for =
		    e == YQ_KOSPI || e == YQ_KOSDAQ ||
		    (!k->settings.account.is_virtual && (e == YQ_NYSE || e == YQ_AMEX));

		if (!stood_for && yq_kis_trades(k, e))
			r->exchanges[r->count++] = e;
	}
}

void
yq_kis_positions(struct yq_broker *broker, yq_broker_positions_fn *fn, void *cookie)
{
	const union yq_broker_completion positions = { .positions = fn };
	struct yq_kis *k = (struct yq_kis *)(void *)broker;
	struct round *r =
	    yq_kis_task_make(k, sizeof(*r), positions_ask, fail_positions, positions, cookie);

	exchanges_for_positions(k, r);
}

/* ---- cash ---- */

static void
balances_end(struct round *r)
{
	struct yq_broker_balance list[YQ_CURRENCY_COUNT];
	size_t count = 0;

	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		if (r->cash.of[c].set)
			list[count++] =
			    (struct yq_broker_balance){ (enum yq_currency)c, r->cash.of[c].value };
	yq_kis_tell_strange(r->op.k, &r->cash.strange);
	r->op.fn.balances(r->op.cookie, YQ_OK, list, count, NULL);
	free(r);
}

static void balances_ask(struct yq_kis_task *op);

/* A virtual account tells abroad what an order may cost.  What open orders hold back is cash, too.
 */
static enum yq_rc
add_held_back(struct round *r, enum yq_currency currency, struct yq_err *err)
{
	struct yq_opt_decimal *cash = &r->cash.of[currency];
	struct yq_decimal held;

	if (yq_kis_ledger_reserved(&r->op.k->ledger, currency, &held) != YQ_OK ||
	    yq_decimal_add(cash->value, held, &cash->value) != YQ_OK)
		return yq_err_set(err, YQ_E_INVALID, "what open orders may cost does not add up");
	return YQ_OK;
}

static void
on_balances(
    void *cookie, enum yq_rc rc, const struct yq_kis_answer *answer, const struct yq_err *err)
{
	struct round *r = cookie;
	enum yq_exchange exchange = r->exchanges[r->at];
	struct yq_opt_decimal *won = &r->cash.of[YQ_KRW];
	struct yq_err why;

	if (rc != YQ_OK) {
		yq_kis_task_fail(&r->op, rc, err);
		return;
	}
	if (yq_kis_market_of(exchange)->domestic) {
		rc = yq_kis_decode_won(answer->root, &won->value, &why);
		won->set = rc == YQ_OK;
	} else {
		rc = yq_kis_decode_cash(
		    answer->root, r->op.k->settings.account.is_virtual, exchange, &r->cash, &why);
		if (rc == YQ_OK && r->op.k->settings.account.is_virtual)
			rc = add_held_back(r, yq_market_of(exchange)->currency, &why);
	}
	if (rc != YQ_OK) {
		garbled(r, &why);
		return;
	}
	r->at++;
	balances_ask(&r->op);
}

static void
balances_ask(struct yq_kis_task *op)
{
	struct round *r = (struct round *)(void *)op;
	struct yq_kis_request request;
	struct yq_err err;
	enum yq_rc rc;

	if (r->at == r->count) {
		balances_end(r);
		return;
	}
	request = yq_kis_request_make();
	rc = yq_kis_encode_cash(&op->k->settings.account, r->exchanges[r->at], &request, &err);
	if (rc == YQ_OK)
		yq_kis_rest_send(op->k->rest, &request, YQ_CALL_PRIORITY_ACCOUNT, on_balances, r);
	yq_kis_request_free(&request);
	if (rc != YQ_OK)
		garbled(r, &err);
}

/* Abroad a real account is asked once for all, a virtual one country by country.  The won come
 * last: a table of foreign cash that names them too does not count. */
void
yq_kis_balances(struct yq_broker *broker, yq_broker_balances_fn *fn, void *cookie)
{
	const union yq_broker_completion balances = { .balances = fn };
	struct yq_kis *k = (struct yq_kis *)(void *)broker;
	struct round *r =
	    yq_kis_task_make(k, sizeof(*r), balances_ask, fail_balances, balances, cookie);

	for (int c = 0; c < YQ_COUNTRY_COUNT; c++) {
		enum yq_exchange e = yq_market_of_country((enum yq_country)c)->exchange;

		if (c == YQ_COUNTRY_KR || !yq_kis_trades(k, e) ||
		    (r->count > 0 && !k->settings.account.is_virtual))
			continue;
		r->exchanges[r->count++] = e;
	}
	if (yq_kis_trades(k, YQ_KRX))
		r->exchanges[r->count++] = YQ_KRX;
}

/* ---- prices ---- */

struct price {
	struct yq_kis *k;
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	yq_kis_priced_fn *fn;
	void *cookie;
};

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_kis_answer *answer, const struct yq_err *err)
{
	struct price *p = cookie;
	struct yq_decimal price = YQ_DECIMAL_ZERO;
	struct yq_opt_decimal rate = YQ_OPT_DECIMAL_NONE;
	struct yq_err why;

	if (rc == YQ_OK) {
		rc = yq_kis_decode_price(
		    answer->root, yq_kis_market_of(p->exchange)->domestic, &price, &rate, &why);
		err = &why;
		if (rc == YQ_E_INVALID)
			rc = YQ_E_UNKNOWN;
	}
	p->fn(p->cookie, rc, price, rate, err);
	free(p);
}

void
yq_kis_price_ask(struct yq_kis *k, enum yq_call_priority priority, enum yq_exchange exchange,
    const char *ticker, yq_kis_priced_fn *fn, void *cookie)
{
	struct yq_kis_request request = yq_kis_request_make();
	struct yq_err err;
	enum yq_rc rc =
	    yq_kis_encode_price(exchange, ticker, k->settings.account.is_virtual, &request, &err);

	if (rc == YQ_OK) {
		struct price *p = yq_xcalloc(1, sizeof(*p));

		p->k = k;
		p->exchange = exchange;
		p->fn = fn;
		p->cookie = cookie;
		yq_str_copy_cut(p->ticker, sizeof(p->ticker), ticker);
		yq_kis_rest_send(k->rest, &request, priority, on_price, p);
	}
	yq_kis_request_free(&request);
	if (rc != YQ_OK)
		fn(cookie, rc, YQ_DECIMAL_ZERO, YQ_OPT_DECIMAL_NONE, &err);
}

struct ask {
	struct yq_kis_task op;
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
};

static void
fail_price(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err)
{
	op->fn.price(op->cookie, rc, NULL, err);
}

static void
on_asked(void *cookie, enum yq_rc rc, struct yq_decimal price, struct yq_opt_decimal change_rate,
    const struct yq_err *err)
{
	struct ask *ask = cookie;
	struct yq_broker_quote quote = { .exchange = ask->exchange,
		.price = price,
		.change_rate = change_rate,
		.time_us = yq_clock_now_us(ask->op.k->clock) };

	if (rc != YQ_OK) {
		yq_kis_task_fail(&ask->op, rc, err);
		return;
	}
	yq_str_copy_cut(quote.ticker, sizeof(quote.ticker), ask->ticker);
	ask->op.fn.price(ask->op.cookie, YQ_OK, &quote, NULL);
	free(ask);
}

static void
run_price(struct yq_kis_task *op)
{
	struct ask *ask = (struct ask *)(void *)op;

	yq_kis_price_ask(op->k, YQ_CALL_PRIORITY_PRICE, ask->exchange, ask->ticker, on_asked, ask);
}

void
yq_kis_price(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    yq_broker_price_fn *fn, void *cookie)
{
	const union yq_broker_completion price = { .price = fn };
	struct ask *ask = yq_kis_task_make(
	    (struct yq_kis *)(void *)broker, sizeof(*ask), run_price, fail_price, price, cookie);

	ask->exchange = exchange;
	yq_str_copy_cut(ask->ticker, sizeof(ask->ticker), ticker);
}
