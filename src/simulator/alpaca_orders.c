/* alpaca_orders.c - Alpaca's orders: given, changed, taken back, listed. */
#include <string.h>

#include "base/str.h"
#include "simulator/alpaca.h"

#define LIST_DEFAULT 50
#define LIST_MOST    500

/* ---- answers ---- */

static void
show(struct sim_call *call, const struct sim_order *order, bool nested)
{
	alpaca_put_order(&call->w, call->sim->exchange, order, nested, call->now_us);
}

/* No shares: Alpaca tells what there is. */
static void
say_available(struct sim_call *call, const struct sim_ask *ask)
{
	const struct yq_account *book = call->account->book;
	enum yq_exchange exchange = ask->instrument->exchange;
	struct yq_decimal available =
	    yq_account_closable(book, exchange, ask->instrument->ticker, ask->action);
	struct yq_decimal held = yq_account_held(book, exchange, ask->instrument->ticker), spoken;
	char requested[YQ_DECIMAL_TEXT_SIZE], free_text[YQ_DECIMAL_TEXT_SIZE], text[192];

	(void)yq_decimal_format(ask->qty, requested);
	(void)yq_decimal_format(available, free_text);
	(void)yq_str_format(text, sizeof(text),
	    "insufficient qty available for order (requested: %s, available: %s)", requested,
	    free_text);
	if (yq_decimal_sub(held, available, &spoken) != YQ_OK)
		spoken = YQ_DECIMAL_ZERO;
	alpaca_error_begin(call, ALPACA_FORBIDDEN, text);
	alpaca_put_decimal(&call->w, "available", available);
	alpaca_put_decimal(&call->w, "existing_qty", held);
	alpaca_put_decimal(&call->w, "held_for_orders", spoken);
	yq_json_put_text(&call->w, "symbol", ask->instrument->ticker);
	yq_json_end_object(&call->w);
}

static void
say_reason(struct sim_call *call, enum sim_reason reason, const char *text)
{
	static const int64_t codes[] = {
		[SIM_DUPLICATE_ID] = ALPACA_INVALID,
		[SIM_NO_CASH] = ALPACA_FORBIDDEN,
		[SIM_NO_SHARES] = ALPACA_FORBIDDEN,
		[SIM_BAD_QTY] = ALPACA_REFUSED,
		[SIM_BAD_PRICE] = ALPACA_REFUSED,
		[SIM_UNSUPPORTED] = ALPACA_REFUSED,
		[SIM_CLOSED] = ALPACA_REFUSED,
		[SIM_TOO_MANY] = ALPACA_FORBIDDEN,
	};

	alpaca_error(call, codes[reason], text);
}

/* ---- reading an order ---- */

/* A number or a numeric text; absent and null are none.  False: it is neither, and that is said. */
static bool
read_number(
    struct sim_call *call, const yq_json *object, const char *name, struct yq_opt_decimal *value)
{
	const yq_json *json = yq_json_get(object, name);
	char text[80];

	*value = YQ_OPT_DECIMAL_NONE;
	if (json == NULL)
		return true;
	value->set = yq_json_decimal(json, &value->value) == YQ_OK;
	if (!value->set) {
		(void)yq_str_format(text, sizeof(text), "%s must be a number", name);
		alpaca_error(call, ALPACA_INVALID, text);
	}
	return value->set;
}

struct word {
	const char *text;
	int value;
};
/* The value of a word of the body.  False: it is none of them, and that is said. */
static bool
read_word(
    struct sim_call *call, const char *name, const struct word *words, size_t count, int *value)
{
	const char *given = yq_json_text(yq_json_get(call->json, name), NULL);
	char text[160];

	for (size_t i = 0; i < count; i++) {
		if (yq_str_equal(words[i].text, given)) {
			*value = words[i].value;
			return true;
		}
	}
	if (given[0] == '\0')
		(void)yq_str_format(text, sizeof(text), "%s is required", name);
	else
		(void)yq_str_format(text, sizeof(text), "invalid %s: %.60s", name, given);
	alpaca_error(call, given[0] == '\0' ? ALPACA_INVALID : ALPACA_REFUSED, text);
	return false;
}

static const struct word sides[] = { { "buy", YQ_BUY }, { "sell", YQ_SELL } };
static const struct word types[] = { { "market", YQ_TYPE_MARKET }, { "limit", YQ_TYPE_LIMIT },
	{ "stop", YQ_TYPE_STOP }, { "stop_limit", YQ_TYPE_STOP_LIMIT } };
static const struct word tifs[] = { { "day", YQ_TIF_DAY }, { "gtc", YQ_TIF_GTC },
	{ "ioc", YQ_TIF_IOC }, { "fok", YQ_TIF_FOK } };
static const struct word classes[] = { { "", SIM_CLASS_SIMPLE }, { "simple", SIM_CLASS_SIMPLE },
	{ "bracket", SIM_CLASS_BRACKET }, { "oco", SIM_CLASS_OCO }, { "oto", SIM_CLASS_OTO } };

static bool
read_words(struct sim_call *call, struct sim_ask *ask)
{
	int side, type, tif, order_class;

	/* An oco's own type may be left out: it is the take-profit's. */
	if (!read_word(call, "order_class", classes, YQ_COUNT(classes), &order_class) ||
	    !read_word(call, "side", sides, YQ_COUNT(sides), &side) ||
	    !read_word(call, "type", types, YQ_COUNT(types), &type) ||
	    !read_word(call, "time_in_force", tifs, YQ_COUNT(tifs), &tif))
		return false;
	ask->action = (enum yq_action)side;
	ask->type = (enum yq_order_type)type;
	ask->time_in_force = (enum yq_tif)tif;
	ask->order_class = (enum sim_class)order_class;
	return true;
}

static bool
read_numbers(struct sim_call *call, struct sim_ask *ask)
{
	const yq_json *profit = yq_json_get(call->json, "take_profit");
	const yq_json *loss = yq_json_get(call->json, "stop_loss");
	struct yq_opt_decimal qty;

	if (!read_number(call, call->json, "qty", &qty) ||
	    !read_number(call, call->json, "notional", &ask->notional) ||
	    !read_number(call, call->json, "limit_price", &ask->price) ||
	    !read_number(call, call->json, "stop_price", &ask->stop_price) ||
	    !read_number(call, profit, "limit_price", &ask->profit) ||
	    !read_number(call, loss, "stop_price", &ask->loss_stop) ||
	    !read_number(call, loss, "limit_price", &ask->loss_limit))
		return false;
	if (qty.set == ask->notional.set) {
		alpaca_error(call, ALPACA_INVALID, "qty or notional is required, not both");
		return false;
	}
	ask->qty = qty.value;
	/* The take-profit of an oco is the order itself. */
	if (ask->order_class == SIM_CLASS_OCO) {
		if (ask->profit.set)
			ask->price = ask->profit;
		ask->profit = YQ_OPT_DECIMAL_NONE;
	}
	return true;
}

/* What Alpaca does not let stand together. */
static const char *
clash_of(const struct sim_ask *ask)
{
	struct yq_decimal whole;
	bool limit = ask->type == YQ_TYPE_LIMIT || ask->type == YQ_TYPE_STOP_LIMIT;
	bool stop = ask->type == YQ_TYPE_STOP || ask->type == YQ_TYPE_STOP_LIMIT;
	bool part = ask->notional.set || yq_decimal_round_to(ask->qty, yq_decimal_from_int(1),
					     YQ_ROUND_EXACT, &whole) != YQ_OK;

	if (!limit && ask->price.set && ask->order_class != SIM_CLASS_OCO)
		return "market and stop orders must not have limit_price";
	if (!stop && ask->stop_price.set)
		return "market and limit orders must not have stop_price";
	if (part && ask->time_in_force != YQ_TIF_DAY)
		return "fractional orders must be DAY orders";
	if (part && ask->order_class != SIM_CLASS_SIMPLE)
		return "fractional orders must be simple orders";
	if (ask->notional.set && yq_decimal_cmp(ask->notional.value, yq_decimal_from_int(1)) < 0)
		return "cost basis must be >= minimal amount of order 1";
	if (ask->extended && (ask->type != YQ_TYPE_LIMIT || ask->time_in_force != YQ_TIF_DAY))
		return "extended hours order must be DAY limit orders";
	return NULL;
}

static bool
read_symbol(struct sim_call *call, struct sim_ask *ask)
{
	const char *symbol = yq_json_text(yq_json_get(call->json, "symbol"), NULL);
	char text[96];

	if (symbol[0] == '\0') {
		alpaca_error(call, ALPACA_INVALID, "symbol is required");
		return false;
	}
	ask->instrument = alpaca_instrument(call->sim, symbol);
	if (ask->instrument == NULL) {
		(void)yq_str_format(text, sizeof(text), "asset \"%.32s\" not found", symbol);
		alpaca_error(call, ALPACA_REFUSED, text);
	}
	return ask->instrument != NULL;
}

static bool
read_client_id(struct sim_call *call, const char **client_id)
{
	size_t length;

	*client_id = yq_json_text(yq_json_get(call->json, "client_order_id"), &length);
	if (length < SIM_CLIENT_ID_SIZE && strlen(*client_id) == length)
		return true;
	alpaca_error(call, ALPACA_INVALID, "client_order_id must be no more than 128 characters");
	return false;
}

static void
submit(struct sim_call *call, const struct sim_ask *ask)
{
	struct sim_order *order;
	struct yq_err err;
	enum sim_reason reason = sim_submit(call->sim->exchange, ask, call->now_us, &order, &err);

	if (reason == SIM_DONE)
		show(call, order, true);
	else if (reason == SIM_NO_SHARES)
		say_available(call, ask);
	else
		say_reason(call, reason, err.text);
}

void
alpaca_order_submit(struct sim_call *call)
{
	struct sim_ask ask = { .account = call->account, .fractional = true };
	const char *clash;

	if (call->json == NULL || yq_json_type_of(call->json) != YQ_JSON_OBJECT) {
		alpaca_error(call, ALPACA_INVALID, "request body format is invalid");
		return;
	}
	ask.extended = yq_json_bool(yq_json_get(call->json, "extended_hours"));
	if (!read_symbol(call, &ask) || !read_words(call, &ask) || !read_numbers(call, &ask) ||
	    !read_client_id(call, &ask.client_id))
		return;
	clash = clash_of(&ask);
	if (clash != NULL)
		alpaca_error(call, ALPACA_REFUSED, clash);
	else
		submit(call, &ask);
}

/* ---- one order ---- */

/* The account's order that the path names; NULL and an answer if there is none. */
static struct sim_order *
named(struct sim_call *call)
{
	struct sim_order *order;
	struct yq_id id;
	char text[SIM_ARG_SIZE + 40];

	if (yq_id_parse(call->args[0], strlen(call->args[0]), &id) != YQ_OK) {
		alpaca_error(call, ALPACA_INVALID, "order_id is not a valid UUID");
		return NULL;
	}
	order = sim_order_by_id(call->sim->exchange, id.text);
	if (order != NULL && order->account == call->account)
		return order;
	(void)yq_str_format(text, sizeof(text), "order not found for %s", id.text);
	alpaca_error(call, ALPACA_NOT_FOUND, text);
	return NULL;
}

static bool
is_true(const char *text)
{
	return yq_str_equal_nocase(text, "true") || yq_str_equal(text, "1");
}

void
alpaca_order_get(struct sim_call *call)
{
	const struct sim_order *order = named(call);

	if (order != NULL)
		show(call, order, is_true(sim_call_query(call, "nested")));
}

void
alpaca_order_by_client_id(struct sim_call *call)
{
	const char *id = sim_call_query(call, "client_order_id");
	const struct sim_order *order =
	    sim_order_by_client_id(call->sim->exchange, call->account, id);
	char text[SIM_CLIENT_ID_SIZE + 40];

	if (order != NULL) {
		show(call, order, true);
		return;
	}
	(void)yq_str_format(text, sizeof(text), "order not found for %.128s", id);
	alpaca_error(call, ALPACA_NOT_FOUND, text);
}

void
alpaca_order_cancel(struct sim_call *call)
{
	struct sim_order *order = named(call);
	struct yq_err err;

	if (order == NULL)
		return;
	if (sim_cancel(call->sim->exchange, order, call->now_us, &err) == SIM_DONE)
		call->status = 204;
	else
		alpaca_error(call, ALPACA_REFUSED, err.text);
}

void
alpaca_order_replace(struct sim_call *call)
{
	struct sim_order *order = named(call), *fresh;
	struct sim_change change = { .qty = YQ_OPT_DECIMAL_NONE };
	enum sim_reason reason;
	struct yq_err err;
	int tif;

	if (order == NULL)
		return;
	if (!read_number(call, call->json, "qty", &change.qty) ||
	    !read_number(call, call->json, "limit_price", &change.price) ||
	    !read_number(call, call->json, "stop_price", &change.stop_price) ||
	    !read_client_id(call, &change.client_id))
		return;
	if (yq_json_get(call->json, "time_in_force") != NULL) {
		if (!read_word(call, "time_in_force", tifs, YQ_COUNT(tifs), &tif))
			return;
		change.has_tif = true;
		change.time_in_force = (enum yq_tif)tif;
	}
	if (change.client_id[0] == '\0')
		change.client_id = NULL;
	if (order->notional.set) {
		alpaca_error(call, ALPACA_REFUSED, "notional orders cannot be replaced");
		return;
	}
	/* The new order is of the whole quantity, whatever the old one has executed. */
	if (!change.qty.set)
		change.qty = yq_opt_decimal_of(order->qty);
	reason = sim_replace(call->sim->exchange, order, &change, call->now_us, &fresh, &err);
	if (reason == SIM_DONE)
		show(call, fresh, true);
	else
		say_reason(call, reason, err.text);
}

/* ---- many ---- */

void
alpaca_order_cancel_all(struct sim_call *call)
{
	const struct yq_table *orders = sim_orders(call->sim->exchange);
	struct yq_err err;

	call->status = 207;
	yq_json_begin_array(&call->w);
	for (struct yq_table_node *n = orders->oldest; n != NULL; n = n->newer) {
		struct sim_order *o = yq_container(n, struct sim_order, node);

		if (o->account != call->account || sim_state_is_final(o->state) ||
		    sim_cancel(call->sim->exchange, o, call->now_us, &err) != SIM_DONE)
			continue;
		yq_json_begin_object(&call->w);
		yq_json_put_text(&call->w, "id", o->id.text);
		yq_json_put_int(&call->w, "status", 200);
		yq_json_name(&call->w, "body");
		show(call, o, false);
		yq_json_end_object(&call->w);
	}
	yq_json_end_array(&call->w);
}

struct filter {
	bool open, closed, nested, ascending;
	int64_t limit, after_us, until_us;
	const char *symbols, *side;
};

static bool
in_list(const char *list, const char *text)
{
	size_t length = strlen(text);

	for (const char *at = list; (at = strstr(at, text)) != NULL; at += length) {
		if ((at == list || at[-1] == ',') && (at[length] == '\0' || at[length] == ','))
			return true;
	}
	return false;
}

static bool
passes(const struct filter *f, const struct sim_call *call, const struct sim_order *o)
{
	bool final = sim_state_is_final(o->state);

	return o->account == call->account && (final ? f->closed : f->open) &&
	       (f->symbols[0] == '\0' || in_list(f->symbols, o->ticker)) &&
	       (f->side[0] == '\0' ||
		   yq_str_equal(f->side, o->action == YQ_BUY ? "buy" : "sell")) &&
	       o->time_us > f->after_us && o->time_us < f->until_us &&
	       !(f->nested && o->role != SIM_ROLE_ENTRY);
}

static bool
read_filter(struct sim_call *call, struct filter *f)
{
	const char *status = sim_call_query(call, "status"), *text;

	*f = (struct filter){ .limit = LIST_DEFAULT, .after_us = INT64_MIN, .until_us = INT64_MAX };
	f->closed = yq_str_equal(status, "closed") || yq_str_equal(status, "all");
	f->open = !yq_str_equal(status, "closed");
	f->nested = is_true(sim_call_query(call, "nested"));
	f->ascending = yq_str_equal(sim_call_query(call, "direction"), "asc");
	f->symbols = sim_call_query(call, "symbols");
	f->side = sim_call_query(call, "side");
	text = sim_call_query(call, "limit");
	if (text[0] != '\0' && !yq_str_to_int64(text, 1, LIST_MOST, &f->limit)) {
		alpaca_error(call, ALPACA_REFUSED, "invalid limit: 1 to 500");
		return false;
	}
	text = sim_call_query(call, "after");
	if (text[0] != '\0' && !alpaca_read_time(text, &f->after_us)) {
		alpaca_error(call, ALPACA_REFUSED, "invalid after");
		return false;
	}
	text = sim_call_query(call, "until");
	if (text[0] != '\0' && !alpaca_read_time(text, &f->until_us)) {
		alpaca_error(call, ALPACA_REFUSED, "invalid until");
		return false;
	}
	return true;
}

void
alpaca_order_list(struct sim_call *call)
{
	const struct yq_table *orders = sim_orders(call->sim->exchange);
	struct yq_table_node *n;
	struct filter f;

	if (!read_filter(call, &f))
		return;
	yq_json_begin_array(&call->w);
	n = f.ascending ? orders->oldest : orders->newest;
	for (int64_t shown = 0; n != NULL && shown < f.limit;
	     n = f.ascending ? n->newer : n->older) {
		const struct sim_order *o = yq_container(n, struct sim_order, node);

		if (!passes(&f, call, o))
			continue;
		show(call, o, f.nested);
		shown++;
	}
	yq_json_end_array(&call->w);
}
