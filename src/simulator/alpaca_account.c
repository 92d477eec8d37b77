/* alpaca_account.c - Alpaca's account, positions and activities. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "simulator/alpaca.h"
#include "simulator/sums.h"

#define PAGE_MOST 100

/* ---- the account ---- */

struct worth {
	struct sim_call *call;
	struct yq_decimal longs, shorts;
};

static bool
add_worth(void *cookie, const struct yq_holding *h)
{
	struct worth *worth = cookie;
	struct sim_exchange *x = worth->call->sim->exchange;
	struct sim_instrument *i = sim_instrument(x, h->position.exchange, h->position.ticker);
	struct yq_decimal value;

	if (i == NULL || h->position.currency != YQ_USD)
		return true;
	value = sim_times(h->position.qty, sim_quote(x, i, worth->call->now_us).price);
	if (yq_decimal_sign(value) < 0)
		worth->shorts = sim_plus(worth->shorts, value);
	else
		worth->longs = sim_plus(worth->longs, value);
	return true;
}

static void
put_flags(struct sim_call *call)
{
	static const char *const flags[] = { "pattern_day_trader", "trading_blocked",
		"transfers_blocked", "account_blocked", "trade_suspended_by_user" };

	for (size_t i = 0; i < YQ_COUNT(flags); i++)
		yq_json_put_bool(&call->w, flags[i], false);
	yq_json_put_bool(
	    &call->w, "shorting_enabled", sim_settings_of(call->sim->exchange)->allow_short);
	yq_json_put_int(&call->w, "daytrade_count", 0);
}

void
alpaca_account(struct sim_call *call)
{
	const struct yq_account *book = call->account->book;
	struct yq_decimal cash = book->cash[YQ_USD], equity, power;
	struct worth worth = { .call = call };
	char name[YQ_ALIAS_SIZE + 32];
	struct yq_json_writer *w = &call->w;

	yq_account_each_holding(book, add_worth, &worth);
	equity = sim_plus(cash, sim_plus(worth.longs, worth.shorts));
	power = yq_decimal_max(yq_account_buying_power(book, YQ_USD), YQ_DECIMAL_ZERO);
	(void)yq_str_format(name, sizeof(name), "simulator/account/%s", call->account->name);
	yq_json_begin_object(w);
	yq_json_put_text(w, "id", yq_id_named(name, strlen(name)).text);
	yq_json_put_text(w, "account_number", call->account->name);
	yq_json_put_text(w, "status", "ACTIVE");
	yq_json_put_text(w, "currency", "USD");
	alpaca_put_decimal(w, "cash", cash);
	alpaca_put_decimal(w, "buying_power", power);
	alpaca_put_decimal(w, "regt_buying_power", power);
	alpaca_put_decimal(w, "non_marginable_buying_power", power);
	alpaca_put_decimal(w, "daytrading_buying_power", YQ_DECIMAL_ZERO);
	alpaca_put_decimal(w, "portfolio_value", equity);
	alpaca_put_decimal(w, "equity", equity);
	alpaca_put_decimal(w, "last_equity", equity);
	alpaca_put_decimal(w, "long_market_value", worth.longs);
	alpaca_put_decimal(w, "short_market_value", worth.shorts);
	alpaca_put_decimal(w, "initial_margin", YQ_DECIMAL_ZERO);
	alpaca_put_decimal(w, "maintenance_margin", YQ_DECIMAL_ZERO);
	alpaca_put_decimal(w, "accrued_fees", YQ_DECIMAL_ZERO);
	yq_json_put_text(w, "multiplier", "1");
	put_flags(call);
	yq_json_end_object(w);
}

/* ---- positions ---- */

static void
put_gain(struct yq_json_writer *w, const struct yq_position *p, struct yq_decimal price)
{
	struct yq_decimal value = sim_times(p->qty, price), cost = sim_times(p->qty, p->avg_price);
	struct yq_decimal gain = sim_plus(value, yq_decimal_neg(cost));
	struct yq_decimal rate = sim_ratio(gain, yq_decimal_abs(cost));

	alpaca_put_decimal(w, "market_value", value);
	alpaca_put_decimal(w, "cost_basis", cost);
	alpaca_put_decimal(w, "unrealized_pl", gain);
	alpaca_put_decimal(w, "unrealized_plpc", rate);
	alpaca_put_decimal(w, "unrealized_intraday_pl", gain);
	alpaca_put_decimal(w, "unrealized_intraday_plpc", rate);
}

static void
put_position(struct sim_call *call, const struct yq_holding *h)
{
	const struct yq_position *p = &h->position;
	struct sim_exchange *x = call->sim->exchange;
	struct sim_instrument *i = sim_instrument(x, p->exchange, p->ticker);
	struct yq_decimal price = i == NULL ? p->avg_price : sim_quote(x, i, call->now_us).price;
	bool is_short = yq_decimal_sign(p->qty) < 0;
	struct yq_decimal free_qty = yq_holding_closable(h, is_short ? YQ_BUY : YQ_SELL);
	struct yq_json_writer *w = &call->w;

	yq_json_begin_object(w);
	yq_json_put_text(w, "asset_id", alpaca_asset_id(p->exchange, p->ticker).text);
	yq_json_put_text(w, "symbol", p->ticker);
	yq_json_put_text(w, "exchange", yq_names_text(&yq_exchange_names, (int)p->exchange));
	yq_json_put_text(w, "asset_class", "us_equity");
	yq_json_put_bool(w, "asset_marginable", false);
	alpaca_put_decimal(w, "qty", p->qty);
	alpaca_put_decimal(w, "qty_available", is_short ? yq_decimal_neg(free_qty) : free_qty);
	alpaca_put_decimal(w, "avg_entry_price", p->avg_price);
	yq_json_put_text(w, "side", is_short ? "short" : "long");
	put_gain(w, p, price);
	alpaca_put_decimal(w, "current_price", price);
	alpaca_put_decimal(w, "lastday_price", price);
	yq_json_put_text(w, "change_today", "0");
	yq_json_end_object(w);
}

static bool
is_shown(const struct yq_holding *h)
{
	return yq_decimal_sign(h->position.qty) != 0 && h->position.currency == YQ_USD;
}

static bool
show_holding(void *cookie, const struct yq_holding *h)
{
	if (is_shown(h))
		put_position(cookie, h);
	return true;
}

void
alpaca_positions(struct sim_call *call)
{
	yq_json_begin_array(&call->w);
	yq_account_each_holding(call->account->book, show_holding, call);
	yq_json_end_array(&call->w);
}

/* What the path names is held; NULL and an answer if not. */
static const struct yq_holding *
named(struct sim_call *call, struct sim_instrument **ret_instrument)
{
	struct sim_instrument *i = alpaca_instrument(call->sim, call->args[0]);
	const struct yq_holding *h =
	    i == NULL ? NULL : yq_account_holding(call->account->book, i->exchange, i->ticker);

	*ret_instrument = i;
	if (h != NULL && is_shown(h))
		return h;
	alpaca_error(call, ALPACA_NOT_FOUND, "position does not exist");
	return NULL;
}

void
alpaca_position(struct sim_call *call)
{
	struct sim_instrument *i;
	const struct yq_holding *h = named(call, &i);

	if (h != NULL)
		put_position(call, h);
}

/* ---- closing ---- */

static enum sim_reason
close_holding(struct sim_call *call, struct sim_instrument *i, struct yq_decimal signed_qty,
    struct sim_order **ret_order, struct yq_err *err)
{
	struct sim_ask ask = { .account = call->account,
		.instrument = i,
		.action = yq_decimal_sign(signed_qty) < 0 ? YQ_BUY : YQ_SELL,
		.type = YQ_TYPE_MARKET,
		.time_in_force = YQ_TIF_DAY,
		.qty = yq_decimal_abs(signed_qty),
		.fractional = true };

	return sim_submit(call->sim->exchange, &ask, call->now_us, ret_order, err);
}

/* How much of `held` the query asks to be closed.  False: it is wrong, and that is said. */
static bool
read_share(struct sim_call *call, struct yq_decimal held, struct yq_decimal *qty)
{
	const char *given = sim_call_query(call, "qty"),
		   *share = sim_call_query(call, "percentage");
	struct yq_decimal number;

	*qty = held;
	if (given[0] == '\0' && share[0] == '\0')
		return true;
	if (given[0] == '\0')
		given = share;
	if (yq_decimal_parse(given, strlen(given), &number) != YQ_OK ||
	    yq_decimal_sign(number) <= 0 ||
	    (given == share && yq_decimal_cmp(number, yq_decimal_from_int(100)) > 0)) {
		alpaca_error(call, ALPACA_REFUSED, "invalid qty or percentage");
		return false;
	}
	if (given == share) {
		number =
		    sim_ratio(sim_times(yq_decimal_abs(held), number), yq_decimal_from_int(100));
	}
	*qty = yq_decimal_sign(held) < 0 ? yq_decimal_neg(number) : number;
	return true;
}

void
alpaca_position_close(struct sim_call *call)
{
	struct sim_instrument *i;
	const struct yq_holding *h = named(call, &i);
	struct sim_order *order;
	struct yq_decimal qty;
	struct yq_err err;

	if (h == NULL || !read_share(call, h->position.qty, &qty))
		return;
	if (close_holding(call, i, qty, &order, &err) == SIM_DONE)
		alpaca_put_order(&call->w, call->sim->exchange, order, false, call->now_us);
	else
		alpaca_error(call, ALPACA_FORBIDDEN, err.text);
}

struct closing {
	struct sim_instrument *instrument;
	struct yq_decimal qty;
};
struct closings {
	struct sim_call *call;
	struct closing list[500];
	size_t count;
};

static bool
note_holding(void *cookie, const struct yq_holding *h)
{
	struct closings *c = cookie;

	if (is_shown(h) && c->count < YQ_COUNT(c->list)) {
		c->list[c->count].instrument = sim_instrument(
		    c->call->sim->exchange, h->position.exchange, h->position.ticker);
		c->list[c->count].qty = h->position.qty;
		c->count += c->list[c->count].instrument != NULL;
	}
	return true;
}

void
alpaca_positions_close(struct sim_call *call)
{
	struct closings c = { .call = call };
	struct sim_order *order;
	struct yq_err err;

	call->status = 207;
	yq_account_each_holding(call->account->book, note_holding, &c);
	yq_json_begin_array(&call->w);
	for (size_t n = 0; n < c.count; n++) {
		enum sim_reason reason =
		    close_holding(call, c.list[n].instrument, c.list[n].qty, &order, &err);

		yq_json_begin_object(&call->w);
		yq_json_put_text(&call->w, "symbol", c.list[n].instrument->ticker);
		yq_json_put_int(&call->w, "status", reason == SIM_DONE ? 200 : 403);
		yq_json_name(&call->w, "body");
		if (reason == SIM_DONE)
			alpaca_put_order(&call->w, call->sim->exchange, order, false, call->now_us);
		else
			yq_json_add_null(&call->w);
		yq_json_end_object(&call->w);
	}
	yq_json_end_array(&call->w);
}

/* ---- activities ---- */

/* "20260103143000123::{execution's id}": sorts by time, and names where a page ended. */
static void
activity_id(const struct sim_execution *e, char text[64])
{
	char time[YQ_TIME_TEXT_SIZE], digits[18];
	size_t length = 0;

	yq_time_format(e->time_us, time);
	for (const char *c = time; *c != '\0' && length < 17; c++) {
		if (*c >= '0' && *c <= '9')
			digits[length++] = *c;
	}
	digits[length] = '\0';
	(void)yq_str_format(text, 64, "%s::%s", digits, e->id.text);
}

static void
put_activity(struct sim_call *call, const struct sim_execution *e, const struct sim_order *o)
{
	struct yq_json_writer *w = &call->w;
	struct yq_decimal left;
	char id[64];
	bool whole;

	if (yq_decimal_sub(o->qty, e->filled, &left) != YQ_OK)
		left = YQ_DECIMAL_ZERO;
	whole = yq_decimal_sign(left) <= 0;
	activity_id(e, id);
	yq_json_begin_object(w);
	yq_json_put_text(w, "id", id);
	yq_json_put_text(w, "activity_type", "FILL");
	yq_json_put_time(w, "transaction_time", e->time_us);
	yq_json_put_text(w, "type", whole ? "fill" : "partial_fill");
	alpaca_put_decimal(w, "price", e->price);
	alpaca_put_decimal(w, "qty", e->qty);
	yq_json_put_text(w, "side", o->action == YQ_BUY ? "buy" : "sell");
	yq_json_put_text(w, "symbol", o->ticker);
	alpaca_put_decimal(w, "leaves_qty", left);
	yq_json_put_text(w, "order_id", o->id.text);
	alpaca_put_decimal(w, "cum_qty", e->filled);
	yq_json_put_text(w, "order_status", whole ? "filled" : "partially_filled");
	yq_json_end_object(w);
}

struct page {
	bool ascending;
	int64_t size, after_us, until_us;
	const char *token;
};

static bool
read_page(struct sim_call *call, struct page *page)
{
	const char *size = sim_call_query(call, "page_size");
	const char *after = sim_call_query(call, "after"), *until = sim_call_query(call, "until");
	const char *date = sim_call_query(call, "date");

	*page = (struct page){ .size = PAGE_MOST, .after_us = INT64_MIN, .until_us = INT64_MAX };
	page->ascending = yq_str_equal(sim_call_query(call, "direction"), "asc");
	page->token = sim_call_query(call, "page_token");
	if ((size[0] != '\0' && !yq_str_to_int64(size, 1, PAGE_MOST, &page->size)) ||
	    (after[0] != '\0' && !alpaca_read_time(after, &page->after_us)) ||
	    (until[0] != '\0' && !alpaca_read_time(until, &page->until_us)) ||
	    (date[0] != '\0' && !alpaca_read_time(date, &page->after_us))) {
		alpaca_error(call, ALPACA_REFUSED, "invalid page_size, after, until or date");
		return false;
	}
	if (date[0] != '\0') {
		page->until_us = page->after_us + INT64_C(86400) * YQ_US_PER_SECOND;
		page->after_us--;
	}
	return true;
}

static bool
of_fills(const struct sim_call *call)
{
	const char *types = sim_call_query(call, "activity_types");

	if (call->args[0][0] != '\0')
		return yq_str_equal(call->args[0], "FILL");
	return types[0] == '\0' || strstr(types, "FILL") != NULL;
}

void
alpaca_activities(struct sim_call *call)
{
	size_t count;
	const struct sim_execution *list = sim_executions(call->sim->exchange, &count);
	struct page page;
	bool begun;
	int64_t shown = 0;

	if (!read_page(call, &page))
		return;
	begun = page.token[0] == '\0';
	yq_json_begin_array(&call->w);
	for (size_t n = 0; n < count && shown < page.size && of_fills(call); n++) {
		const struct sim_execution *e = &list[page.ascending ? n : count - 1 - n];
		const struct sim_order *o = sim_order(call->sim->exchange, e->order);
		char id[64];

		if (o == NULL || o->account != call->account || e->time_us <= page.after_us ||
		    e->time_us >= page.until_us)
			continue;
		if (begun) {
			put_activity(call, e, o);
			shown++;
			continue;
		}
		activity_id(e, id);
		begun = yq_str_equal(id, page.token);
	}
	yq_json_end_array(&call->w);
}
