/* account.c - cash, positions and listings at Alpaca. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/adapter.h"
#include "domain/market.h"

/* ---- cash ---- */

/* Once: it is what it is. */
static void
tell_currency(struct yq_alpaca *a, const char *currency)
{
	char text[160];

	if (a->told_currency)
		return;
	a->told_currency = true;
	yq_str_format(text, sizeof(text),
	    "Alpaca has its cash in %s, a currency that is not known here: it does not count",
	    currency);
	yq_alpaca_tell_people(a, text);
}

/* When it changes. */
static void
tell_barred(struct yq_alpaca *a, const struct yq_alpaca_account *account)
{
	char barred[YQ_ALPACA_BARRED_SIZE], text[YQ_ALPACA_BARRED_SIZE + 64];

	yq_alpaca_account_barred(account, barred);
	if (yq_str_equal(barred, a->barred))
		return;
	memcpy(a->barred, barred, sizeof(a->barred));
	if (barred[0] != '\0')
		yq_str_format(text, sizeof(text), "orders will be refused: %s", barred);
	else
		yq_str_copy_cut(text, sizeof(text), "Alpaca takes orders of the account again");
	yq_alpaca_tell_people(a, text);
}

static void
on_account(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct yq_alpaca_op *op = cookie;
	struct yq_broker_balance balance;
	struct yq_alpaca_account account;
	struct yq_err why;

	if (rc != YQ_OK) {
		yq_alpaca_op_fail(op, rc, err);
		return;
	}
	if (yq_alpaca_decode_account(reply->body, reply->length, &account, &why) != YQ_OK) {
		yq_alpaca_op_garbled(op, &why);
		return;
	}
	balance = (struct yq_broker_balance){ account.cash_in, account.cash };
	tell_barred(op->a, &account);
	if (account.cash_in == YQ_CURRENCY_NONE)
		tell_currency(op->a, account.currency);
	op->fn.balances(
	    op->cookie, YQ_OK, &balance, account.cash_in != YQ_CURRENCY_NONE ? 1 : 0, NULL);
	free(op);
}

static void
run_balances(struct yq_alpaca_op *op)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);

	yq_buf_add_text(&path, "/v2/account");
	yq_alpaca_ask(op->a, YQ_CALL_PRIORITY_ACCOUNT, &path, on_account, op);
}

void
yq_alpaca_balances(struct yq_broker *broker, yq_broker_balances_fn *fn, void *cookie)
{
	(void)yq_alpaca_op_make((struct yq_alpaca *)(void *)broker, sizeof(struct yq_alpaca_op),
	    run_balances, yq_alpaca_fail_balances, (union yq_broker_completion){ .balances = fn },
	    cookie);
}

/* ---- positions ---- */

struct positions {
	struct yq_alpaca_op op;
	struct yq_alpaca_position *items; /* owned */
	size_t count;
};

static void
position_of(const struct yq_alpaca_position *theirs, struct yq_position *position)
{
	memcpy(position->ticker, theirs->symbol, sizeof(position->ticker));
	position->currency = YQ_USD;
	position->qty = theirs->qty;
	position->avg_price = theirs->avg_price;
	position->current_price = theirs->price;
	position->change_rate = theirs->change_rate;
}

static void
on_listed(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct positions *p = cookie;
	struct yq_position *positions;
	size_t count = 0;

	if (rc != YQ_OK) {
		free(p->items);
		yq_alpaca_op_fail(&p->op, rc, err);
		return;
	}
	positions = yq_xcalloc(p->count + 1, sizeof(*positions));
	for (size_t i = 0; i < p->count; i++) {
		enum yq_exchange exchange;

		if (!p->items[i].is_stock || yq_decimal_sign(p->items[i].qty) == 0)
			continue;
		if (!yq_alpaca_exchange_of(p->op.a, p->items[i].symbol, &exchange)) {
			yq_warn("alpaca: %s is held, but listed nowhere where this system trades",
			    p->items[i].symbol);
			continue;
		}
		position_of(&p->items[i], &positions[count]);
		positions[count++].exchange = exchange;
		yq_alpaca_watch(p->op.a, exchange, p->items[i].symbol);
	}
	p->op.fn.positions(p->op.cookie, YQ_OK, positions, count, NULL);
	free(positions);
	free(p->items);
	free(p);
}

static const char *
symbol_at(const void *cookie, size_t index)
{
	const struct positions *p = cookie;

	return p->items[index].is_stock ? p->items[index].symbol : NULL;
}

static void
on_positions(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct positions *p = cookie;
	struct yq_err why;

	if (rc != YQ_OK) {
		yq_alpaca_op_fail(&p->op, rc == YQ_E_NOT_FOUND ? YQ_E_UNKNOWN : rc, err);
		return;
	}
	if (yq_alpaca_decode_positions(reply->body, reply->length, &p->items, &p->count, &why) !=
	    YQ_OK) {
		yq_alpaca_op_garbled(&p->op, &why);
		return;
	}
	for (size_t i = 0; i < p->count; i++) {
		struct yq_alpaca_asset asset = {
			.is_stock = true, .has_exchange = true, .exchange = p->items[i].exchange
		};

		memcpy(asset.symbol, p->items[i].symbol, sizeof(asset.symbol));
		if (p->items[i].is_stock && p->items[i].has_exchange)
			yq_alpaca_listing_enter(&p->op.a->book, &asset, false);
	}
	yq_alpaca_listings_ask(p->op.a, p->count, symbol_at, on_listed, p);
}

static void
run_positions(struct yq_alpaca_op *op)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);

	yq_buf_add_text(&path, "/v2/positions");
	yq_alpaca_ask(op->a, YQ_CALL_PRIORITY_ACCOUNT, &path, on_positions, op);
}

void
yq_alpaca_positions(struct yq_broker *broker, yq_broker_positions_fn *fn, void *cookie)
{
	(void)yq_alpaca_op_make((struct yq_alpaca *)(void *)broker, sizeof(struct positions),
	    run_positions, yq_alpaca_fail_positions,
	    (union yq_broker_completion){ .positions = fn }, cookie);
}

/* ---- listings ---- */

struct asset {
	struct yq_alpaca *a;
	char symbol[YQ_TICKER_SIZE];
	yq_alpaca_asset_fn *fn;
	void *cookie;
};

static void
on_asset(void *cookie, enum yq_rc rc, const struct yq_alpaca_reply *reply, const struct yq_err *err)
{
	struct asset *t = cookie;
	struct yq_alpaca_asset asset;
	struct yq_err why;

	if (rc == YQ_OK) {
		rc = yq_alpaca_decode_asset(reply->body, reply->length, &asset, &why);
		if (rc == YQ_OK && !yq_str_equal(asset.symbol, t->symbol))
			rc = yq_err_set(&why, YQ_E_UNKNOWN, "it is about %s", asset.symbol);
		if (rc != YQ_OK)
			rc = yq_err_context(
			    &why, YQ_E_UNKNOWN, "Alpaca's answer about %s", t->symbol);
		err = &why;
	}
	if (rc == YQ_OK)
		yq_alpaca_listing_enter(&t->a->book, &asset, true);
	t->fn(t->cookie, rc, rc == YQ_OK ? &asset : NULL, rc == YQ_OK ? NULL : err);
	free(t);
}

void
yq_alpaca_asset_ask(struct yq_alpaca *a, enum yq_call_priority priority, const char *symbol,
    yq_alpaca_asset_fn *fn, void *cookie)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(YQ_ALPACA_PATH_MAX);
	struct asset *t = yq_xcalloc(1, sizeof(*t));

	t->a = a;
	yq_str_copy_cut(t->symbol, sizeof(t->symbol), symbol);
	t->fn = fn;
	t->cookie = cookie;
	yq_buf_add_text(&path, "/v2/assets/");
	for (const char *c = symbol; *c != '\0'; c++) /* a ticker may have a slash */
		if (*c == '/' || *c == '^')
			yq_buf_add_format(&path, "%%%02X", (unsigned)(unsigned char)*c);
		else
			yq_buf_add_char(&path, *c);
	yq_alpaca_ask(a, priority, &path, on_asset, t);
}

bool
yq_alpaca_exchange_of(const struct yq_alpaca *a, const char *symbol, enum yq_exchange *exchange)
{
	const struct yq_alpaca_listing *listing = yq_alpaca_listing_find(&a->book, symbol);

	if (listing == NULL || !listing->asset.is_stock || !listing->asset.has_exchange)
		return false;
	*exchange = listing->asset.exchange;
	return true;
}

/* Several, one after another. */
struct listings {
	struct yq_alpaca *a;
	size_t count, next;
	yq_alpaca_symbol_fn *symbol_at;
	yq_alpaca_listed_fn *fn;
	void *cookie;
};

static void listings_on(struct listings *l);

static void
on_listing(
    void *cookie, enum yq_rc rc, const struct yq_alpaca_asset *asset, const struct yq_err *err)
{
	struct listings *l = cookie;

	(void)asset;
	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND) {
		l->fn(l->cookie, rc, err);
		free(l);
		return;
	}
	l->next++;
	listings_on(l);
}

static void
listings_on(struct listings *l)
{
	for (; l->next < l->count; l->next++) {
		const char *symbol = l->symbol_at(l->cookie, l->next);

		if (symbol == NULL || yq_alpaca_listing_find(&l->a->book, symbol) != NULL)
			continue;
		yq_alpaca_asset_ask(l->a, YQ_CALL_PRIORITY_ACCOUNT, symbol, on_listing, l);
		return;
	}
	l->fn(l->cookie, YQ_OK, NULL);
	free(l);
}

void
yq_alpaca_listings_ask(struct yq_alpaca *a, size_t count, yq_alpaca_symbol_fn *at,
    yq_alpaca_listed_fn *fn, void *cookie)
{
	struct listings *l = yq_xcalloc(1, sizeof(*l));

	l->a = a;
	l->count = count;
	l->symbol_at = at;
	l->fn = fn;
	l->cookie = cookie;
	listings_on(l);
}
