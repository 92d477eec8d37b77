/*
 * control.c - the control API: prices, halts, accounts and knobs, and the exchange's own account of
 * what happened.  From this machine alone, with the token that the simulator wrote beside its book.
 */
#include <string.h>

#include "base/str.h"
#include "simulator/sim.h"

#define LIST_MAX 10000 /* orders or executions in one answer */

static void
say(struct sim_call *call, unsigned status, const char *text)
{
	call->status = status;
	yq_buf_clear(&call->body);
	call->w = yq_json_writer_make(&call->body);
	yq_json_begin_object(&call->w);
	yq_json_put_text(&call->w, "error", text);
	yq_json_end_object(&call->w);
}

static void
refuse(struct sim_call *call, enum yq_rc rc, const char *text)
{
	say(call, rc == YQ_E_NOT_FOUND ? 404 : rc == YQ_E_INVALID ? 400 : 500, text);
}

static bool
admit(struct sim_call *call)
{
	const struct yq_address *peer = yq_http_peer(call->request);
	const char *given = sim_call_given(call, "Authorization");

	if (peer->family != YQ_FAMILY_UNIX && !yq_address_is_loopback(peer)) {
		say(call, 403, "the control API answers this machine alone");
		return false;
	}
	if (!yq_str_starts(given, "Bearer ") ||
	    !yq_secret_matches(call->sim->control_token, given + 7, strlen(given + 7))) {
		say(call, 401,
		    "the token of the simulator's folder is needed: "
		    "Authorization: Bearer TOKEN");
		return false;
	}
	return true;
}

/* ---- knobs ---- */

static void
knobs_show(struct sim_call *call)
{
	yq_json_begin_object(&call->w);
	for (int i = 0; i < SIM_KNOB_COUNT; i++)
		yq_json_put_int(
		    &call->w, sim_knob_name((enum sim_knob)i), call->sim->knobs.values[i]);
	yq_json_end_object(&call->w);
}

struct setting {
	struct sim_knobs knobs;
	struct yq_err err;
	enum yq_rc rc;
};

static bool
knob_set(void *cookie, const char *name, const yq_json *value)
{
	struct setting *s = cookie;
	int64_t number;

	s->rc = yq_json_int64(value, &number);
	if (s->rc != YQ_OK)
		s->rc = yq_err_set(&s->err, s->rc, "%s: expected a whole number", name);
	else
		s->rc = sim_knob_set(&s->knobs, name, number, &s->err);
	return s->rc == YQ_OK;
}

/* All of them or none. */
static void
knobs_set(struct sim_call *call)
{
	struct setting s = { .knobs = call->sim->knobs };

	if (call->json == NULL || yq_json_type_of(call->json) != YQ_JSON_OBJECT) {
		say(call, 400, "expected an object of knobs and their values");
		return;
	}
	yq_json_each(call->json, knob_set, &s);
	if (s.rc != YQ_OK) {
		say(call, 400, s.err.text);
		return;
	}
	call->sim->knobs = s.knobs;
	sim_knobs_changed(call->sim);
	knobs_show(call);
}

/* ---- instruments and prices ---- */

static void
put_instrument(struct sim_call *call, const struct sim_instrument *i)
{
	struct sim_quote quote = sim_quote(call->sim->exchange, i, call->now_us);
	struct yq_json_writer *w = &call->w;

	yq_json_begin_object(w);
	yq_json_put_text(w, "exchange", yq_names_text(&yq_exchange_names, (int)i->exchange));
	yq_json_put_text(w, "ticker", i->ticker);
	yq_json_put_text(w, "name", i->name);
	yq_json_put_decimal(w, "lot", i->lot);
	yq_json_put_decimal(w, "price", quote.price);
	yq_json_put_decimal(w, "bid", quote.bid);
	yq_json_put_decimal(w, "ask", quote.ask);
	yq_json_put_bool(w, "halted", i->halted);
	yq_json_put_bool(
	    w, "open", sim_is_open(call->sim->exchange, i->exchange, false, call->now_us));
	yq_json_end_object(w);
}

static void
instruments_show(struct sim_call *call)
{
	const struct yq_table *table = sim_instruments(call->sim->exchange);

	yq_json_begin_array(&call->w);
	for (struct yq_table_node *n = table->oldest; n != NULL; n = n->newer)
		put_instrument(call, yq_container(n, struct sim_instrument, node));
	yq_json_end_array(&call->w);
}

/* A decimal above zero of the body; absent is none.  False: it is there and is not that. */
static bool
read_positive(struct sim_call *call, const char *name, struct yq_opt_decimal *value)
{
	const yq_json *json = yq_json_get(call->json, name);

	*value = YQ_OPT_DECIMAL_NONE;
	if (json == NULL)
		return true;
	if (yq_json_decimal(json, &value->value) != YQ_OK || yq_decimal_sign(value->value) <= 0) {
		char text[96];

		(void)yq_str_format(text, sizeof(text), "%s: expected a number above zero", name);
		say(call, 400, text);
		return false;
	}
	value->set = true;
	return true;
}

/* The instrument that an object names, listed if `price` is given; NULL and an answer if none. */
static struct sim_instrument *
named(struct sim_call *call, const yq_json *object, struct yq_opt_decimal price)
{
	size_t length;
	const char *exchange = yq_json_text(yq_json_get(object, "exchange"), &length);
	const char *ticker = yq_json_text(yq_json_get(object, "ticker"), NULL);
	struct sim_instrument *i;
	enum yq_exchange market;

	if (!yq_exchange_parse(exchange, length, &market) || !yq_ticker_is_valid(ticker)) {
		say(call, 400,
		    "expected exchange and ticker: {\"exchange\":\"NASDAQ\","
		    "\"ticker\":\"AAPL\"}");
		return NULL;
	}
	i = price.set ? sim_list(call->sim->exchange, market, ticker,
			    yq_json_text(yq_json_get(object, "name"), NULL)[0] == '\0'
				? NULL
				: yq_json_text(yq_json_get(object, "name"), NULL),
			    price.value)
		      : sim_instrument(call->sim->exchange, market, ticker);
	if (i == NULL)
		say(call, 404, "there is no such instrument: give it a price to list it");
	return i;
}

/* A price; the instrument is listed if it is new. */
static void
price_set(struct sim_call *call)
{
	struct yq_opt_decimal price, bid, ask, lot;
	struct sim_instrument *i;

	if (!read_positive(call, "price", &price) || !read_positive(call, "bid", &bid) ||
	    !read_positive(call, "ask", &ask) || !read_positive(call, "lot", &lot))
		return;
	if (!price.set) {
		say(call, 400, "expected a price");
		return;
	}
	i = named(call, call->json, price);
	if (i == NULL)
		return;
	if (lot.set)
		i->lot = lot.value;
	sim_set_price(call->sim->exchange, i, price.value, bid, ask, call->now_us);
	put_instrument(call, i);
}

static void
halt_set(struct sim_call *call)
{
	const yq_json *halted = yq_json_get(call->json, "halted");
	struct sim_instrument *i = named(call, call->json, YQ_OPT_DECIMAL_NONE);

	if (i == NULL)
		return;
	if (halted == NULL || yq_json_type_of(halted) != YQ_JSON_BOOL) {
		say(call, 400, "halted: expected true or false");
		return;
	}
	sim_set_halted(call->sim->exchange, i, yq_json_bool(halted), call->now_us);
	put_instrument(call, i);
}

/* ---- accounts ---- */

static bool
put_holding(void *cookie, const struct yq_holding *h)
{
	struct yq_json_writer *w = cookie;

	if (yq_decimal_sign(h->position.qty) == 0)
		return true;
	yq_json_begin_object(w);
	yq_json_put_text(
	    w, "exchange", yq_names_text(&yq_exchange_names, (int)h->position.exchange));
	yq_json_put_text(w, "ticker", h->position.ticker);
	yq_json_put_decimal(w, "qty", h->position.qty);
	yq_json_put_decimal(w, "avg_price", h->position.avg_price);
	yq_json_end_object(w);
	return true;
}

static void
put_account(struct sim_call *call, const struct sim_account *account)
{
	struct yq_json_writer *w = &call->w;

	yq_json_begin_object(w);
	yq_json_put_text(w, "name", account->name);
	yq_json_name(w, "cash");
	yq_json_begin_object(w);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		yq_json_put_decimal(
		    w, yq_names_text(&yq_currency_names, c), account->book->cash[c]);
	yq_json_end_object(w);
	yq_json_name(w, "positions");
	yq_json_begin_array(w);
	yq_account_each_holding(account->book, put_holding, w);
	yq_json_end_array(w);
	yq_json_end_object(w);
}

static void
accounts_show(struct sim_call *call)
{
	const struct yq_table *table = sim_accounts(call->sim->exchange);

	yq_json_begin_array(&call->w);
	for (struct yq_table_node *n = table->oldest; n != NULL; n = n->newer)
		put_account(call, yq_container(n, struct sim_account, node));
	yq_json_end_array(&call->w);
}

struct cash_setting {
	struct sim_call *call;
	struct sim_account *account; /* NULL: look only */
	bool wrong;
};

static bool
cash_set(void *cookie, const char *name, const yq_json *value)
{
	struct cash_setting *s = cookie;
	int currency = yq_names_find(&yq_currency_names, name, strlen(name));
	struct yq_decimal cash;

	s->wrong = currency < 0 || yq_json_decimal(value, &cash) != YQ_OK;
	if (!s->wrong && s->account != NULL)
		sim_set_cash(s->call->sim->exchange, s->account, (enum yq_currency)currency, cash);
	return !s->wrong;
}

static bool
position_set(struct sim_call *call, struct sim_account *account, const yq_json *position)
{
	struct sim_instrument *i = named(call, position, YQ_OPT_DECIMAL_NONE);
	struct yq_decimal qty, price;
	struct yq_err err;

	if (i == NULL)
		return false;
	if (yq_json_decimal(yq_json_get(position, "qty"), &qty) != YQ_OK ||
	    yq_json_decimal(yq_json_get(position, "avg_price"), &price) != YQ_OK) {
		say(call, 400, "expected qty and avg_price of each position");
		return false;
	}
	if (sim_set_position(call->sim->exchange, account, i, qty, price, &err) != YQ_OK) {
		say(call, 400, err.text);
		return false;
	}
	return true;
}

/* Cash and positions as given; what is not named stays. */
static void
account_set(struct sim_call *call)
{
	const yq_json *cash = yq_json_get(call->json, "cash");
	const yq_json *positions = yq_json_get(call->json, "positions");
	struct cash_setting s = { .call = call };
	struct sim_account *account;

	yq_json_each(cash, cash_set, &s);
	if (s.wrong) {
		say(call, 400, "cash: expected currencies and amounts: {\"USD\":100000}");
		return;
	}
	account = sim_account(call->sim->exchange, call->args[0]);
	if (account == NULL) {
		say(call, 400, "an account's name has letters, digits and . - _, at most 32");
		return;
	}
	s.account = account;
	yq_json_each(cash, cash_set, &s);
	for (size_t n = 0; n < yq_json_count(positions); n++) {
		if (!position_set(call, account, yq_json_at(positions, n)))
			return;
	}
	put_account(call, account);
}

/* ---- what happened ---- */

static void
put_order(struct yq_json_writer *w, const struct sim_order *o)
{
	yq_json_begin_object(w);
	yq_json_put_int(w, "number", o->number);
	yq_json_put_text(w, "id", o->id.text);
	yq_json_put_text(w, "client_id", o->client_id);
	yq_json_put_text(w, "account", o->account_name);
	yq_json_put_text(w, "exchange", yq_names_text(&yq_exchange_names, (int)o->exchange));
	yq_json_put_text(w, "ticker", o->ticker);
	yq_json_put_text(w, "action", yq_names_text(&yq_action_names, (int)o->action));
	yq_json_put_text(w, "type", yq_names_text(&yq_order_type_names, (int)o->type));
	yq_json_put_text(w, "state", yq_names_text(&sim_state_names, (int)o->state));
	yq_json_put_decimal(w, "qty", o->qty);
	yq_json_put_decimal(w, "filled", o->filled);
	yq_json_put_decimal(w, "value", o->value);
	yq_json_put_decimal(w, "fee", o->fee);
	yq_json_put_int(w, "parent", o->parent);
	yq_json_put_int(w, "replaces", o->replaces);
	yq_json_put_time(w, "time", o->time_us);
	yq_json_end_object(w);
}

/* The number that a list begins after. */
static int64_t
after_of(const struct sim_call *call)
{
	int64_t after;

	return yq_str_to_int64(sim_call_query(call, "after"), 0, INT64_MAX, &after) ? after : 0;
}

static void
orders_show(struct sim_call *call)
{
	const struct yq_table *table = sim_orders(call->sim->exchange);
	int64_t after = after_of(call);
	size_t count = 0;

	yq_json_begin_array(&call->w);
	for (struct yq_table_node *n = table->oldest; n != NULL && count < LIST_MAX; n = n->newer) {
		const struct sim_order *o = yq_container(n, struct sim_order, node);

		if (o->number <= after)
			continue;
		put_order(&call->w, o);
		count++;
	}
	yq_json_end_array(&call->w);
}

static void
executions_show(struct sim_call *call)
{
	size_t count, shown = 0;
	const struct sim_execution *e = sim_executions(call->sim->exchange, &count);
	int64_t after = after_of(call);

	yq_json_begin_array(&call->w);
	for (size_t i = 0; i < count && shown < LIST_MAX; i++) {
		if (e[i].number <= after)
			continue;
		yq_json_begin_object(&call->w);
		yq_json_put_int(&call->w, "number", e[i].number);
		yq_json_put_text(&call->w, "id", e[i].id.text);
		yq_json_put_int(&call->w, "order", e[i].order);
		yq_json_put_decimal(&call->w, "qty", e[i].qty);
		yq_json_put_decimal(&call->w, "price", e[i].price);
		yq_json_put_decimal(&call->w, "fee", e[i].fee);
		yq_json_put_time(&call->w, "time", e[i].time_us);
		yq_json_end_object(&call->w);
		shown++;
	}
	yq_json_end_array(&call->w);
}

static void
disconnect(struct sim_call *call)
{
	sim_disconnect(call->sim);
	call->status = 204;
}

static void
expire_tokens(struct sim_call *call)
{
	sim_expire_tokens(call->sim);
	call->status = 204;
}

static const struct sim_route routes[] = {
	{ "GET", "/v1/knobs", knobs_show, 0, NULL },
	{ "PUT", "/v1/knobs", knobs_set, 0, NULL },
	{ "GET", "/v1/instruments", instruments_show, 0, NULL },
	{ "PUT", "/v1/prices", price_set, 0, NULL },
	{ "PUT", "/v1/halts", halt_set, 0, NULL },
	{ "GET", "/v1/accounts", accounts_show, 0, NULL },
	{ "PUT", "/v1/accounts/{}", account_set, 0, NULL },
	{ "GET", "/v1/orders", orders_show, 0, NULL },
	{ "GET", "/v1/executions", executions_show, 0, NULL },
	{ "POST", "/v1/disconnect", disconnect, 0, NULL },
	{ "POST", "/v1/expire-tokens", expire_tokens, 0, NULL },
};

const struct sim_face sim_face_control = {
	.prefix = "/control",
	.routes = routes,
	.route_count = YQ_COUNT(routes),
	.admit = admit,
	.refuse = refuse,
};
