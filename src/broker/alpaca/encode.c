/* encode.c - what is sent to Alpaca. */
#include "broker/alpaca/encode.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "domain/market.h"

#define PLACES_FROM_1  2
#define PLACES_BELOW_1 4
#define MARK	       "-r" /* between our id and what tells a replacement from others */
#define MARK_LENGTH    8

/* ---- rules ---- */

static bool
has_limit(const struct yq_order *order)
{
	return order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT;
}

static bool
has_stop(const struct yq_order *order)
{
	return order->type == YQ_TYPE_STOP || order->type == YQ_TYPE_STOP_LIMIT;
}

static bool
has_places(struct yq_decimal value, unsigned places)
{
	struct yq_decimal step = yq_decimal_from_scaled(1, places), rounded;

	return yq_decimal_round_to(value, step, YQ_ROUND_DOWN, &rounded) == YQ_OK &&
	       yq_decimal_cmp(value, rounded) == 0;
}

static enum yq_rc
check_price(const char *what, struct yq_opt_decimal price, struct yq_err *err)
{
	bool small;
	char text[YQ_DECIMAL_TEXT_SIZE];

	if (!price.set || yq_decimal_sign(price.value) <= 0)
		return yq_err_set(err, YQ_E_REFUSED, "Alpaca wants a %s above 0", what);
	small = yq_decimal_cmp(price.value, yq_decimal_from_int(1)) < 0;
	if (has_places(price.value, small ? PLACES_BELOW_1 : PLACES_FROM_1))
		return YQ_OK;
	yq_decimal_format(price.value, text);
	return yq_err_set(err, YQ_E_REFUSED, "Alpaca takes no more than %d places of a %s: %s",
	    small ? PLACES_BELOW_1 : PLACES_FROM_1, what, text);
}

static enum yq_rc
check_prices(const struct yq_alpaca_request *r, struct yq_err *err)
{
	const struct yq_order *o = r->order;
	bool trails = r->trail_price.set || r->trail_percent.set;
	enum yq_rc rc = YQ_OK;

	if (r->class == YQ_ALPACA_OCO)
		return YQ_OK;
	if (has_limit(o))
		rc = check_price("limit price", o->price, err);
	if (rc == YQ_OK && has_stop(o) && !trails)
		rc = check_price("stop price", o->stop_price, err);
	if (rc != YQ_OK || !trails)
		return rc;
	if (o->type != YQ_TYPE_STOP || (r->trail_price.set && r->trail_percent.set))
		return yq_err_set(err, YQ_E_REFUSED,
		    "a stop trails by a price or by a per cent, and has no limit");
	return check_price("distance", r->trail_price.set ? r->trail_price : r->trail_percent, err);
}

bool
yq_alpaca_may_extend(const struct yq_order *order)
{
	return order->type == YQ_TYPE_LIMIT && order->time_in_force == YQ_TIF_DAY;
}

static bool
is_part(const struct yq_alpaca_request *r)
{
	return r->notional.set || !has_places(r->order->qty, 0);
}

static enum yq_rc
check_size(const struct yq_alpaca_request *r, struct yq_err *err)
{
	const struct yq_decimal one = yq_decimal_from_int(1);
	struct yq_decimal size = r->notional.set ? r->notional.value : r->order->qty, value;

	if (yq_decimal_sign(size) <= 0)
		return yq_err_set(err, YQ_E_REFUSED, "Alpaca takes no order of nothing");
	if (!is_part(r))
		return YQ_OK;
	if (r->order->time_in_force != YQ_TIF_DAY || r->class != YQ_ALPACA_SIMPLE)
		return yq_err_set(err, YQ_E_REFUSED,
		    "Alpaca takes parts of a share, and amounts, as plain orders for the day "
		    "alone");
	if (r->notional.set && !has_places(size, 2))
		return yq_err_set(err, YQ_E_REFUSED, "Alpaca takes amounts in whole cents");
	if (!r->notional.set) {
		if (!has_limit(r->order) || !r->order->price.set)
			return YQ_OK; /* what it is worth only Alpaca knows */
		if (yq_decimal_mul(size, r->order->price.value, YQ_ROUND_UP, &value) != YQ_OK)
			return yq_err_set(err, YQ_E_REFUSED, "the order's value does not fit");
		size = value;
	}
	if (yq_decimal_cmp(size, one) < 0)
		return yq_err_set(
		    err, YQ_E_REFUSED, "Alpaca takes no part of a share for less than $1");
	return YQ_OK;
}

static enum yq_rc
check_exits(const struct yq_alpaca_request *r, struct yq_err *err)
{
	const struct yq_exits *e = &r->order->exits;
	size_t count = (size_t)e->take_profit.set + (size_t)e->stop_loss.set;
	enum yq_rc rc = YQ_OK;

	if (r->class == YQ_ALPACA_SIMPLE)
		return YQ_OK;
	if (count != (r->class == YQ_ALPACA_OTO ? 1U : 2U))
		return yq_err_set(err, YQ_E_REFUSED, "Alpaca wants %s",
		    r->class == YQ_ALPACA_OTO ? "one exit" : "a take-profit and a stop-loss");
	if (r->order->time_in_force != YQ_TIF_DAY && r->order->time_in_force != YQ_TIF_GTC)
		return yq_err_set(err, YQ_E_REFUSED, "Alpaca takes exits for Day and Gtc alone");
	if (e->take_profit.set)
		rc = check_price("take-profit price", e->take_profit, err);
	if (rc == YQ_OK && e->stop_loss.set)
		rc = check_price("stop-loss price", e->stop_loss, err);
	if (rc == YQ_OK && e->stop_loss_limit.set)
		rc = check_price("stop-loss limit price", e->stop_loss_limit, err);
	return rc;
}

static enum yq_rc
check(const struct yq_alpaca_request *r, struct yq_err *err)
{
	const struct yq_order *o = r->order;
	enum yq_rc rc;

	if (yq_market_of(o->exchange)->country != YQ_COUNTRY_US)
		return yq_err_set(err, YQ_E_REFUSED, "Alpaca does not trade on %s",
		    yq_names_text(&yq_exchange_names, (int)o->exchange));
	if (r->extended_hours && (!yq_alpaca_may_extend(o) || r->class != YQ_ALPACA_SIMPLE))
		return yq_err_set(err, YQ_E_REFUSED,
		    "Alpaca takes plain limit orders for the day alone in extended hours");
	rc = check_size(r, err);
	if (rc == YQ_OK)
		rc = check_prices(r, err);
	if (rc == YQ_OK)
		rc = check_exits(r, err);
	return rc;
}

/* ---- bodies ---- */

static const char *const sides[YQ_ACTION_COUNT] = { [YQ_BUY] = "buy", [YQ_SELL] = "sell" };
static const char *const types[YQ_TYPE_COUNT] = { [YQ_TYPE_LIMIT] = "limit",
	[YQ_TYPE_MARKET] = "market",
	[YQ_TYPE_STOP] = "stop",
	[YQ_TYPE_STOP_LIMIT] = "stop_limit" };
static const char *const times[YQ_TIF_COUNT] = {
	[YQ_TIF_DAY] = "day", [YQ_TIF_GTC] = "gtc", [YQ_TIF_IOC] = "ioc", [YQ_TIF_FOK] = "fok"
};
static const char *const classes[] = { [YQ_ALPACA_SIMPLE] = "simple",
	[YQ_ALPACA_BRACKET] = "bracket",
	[YQ_ALPACA_OCO] = "oco",
	[YQ_ALPACA_OTO] = "oto" };

/* Numbers are written as texts. */
static void
put_number(struct yq_json_writer *w, const char *name, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	yq_json_put_text(w, name, text);
}

static void
put_optional(struct yq_json_writer *w, const char *name, struct yq_opt_decimal value)
{
	if (value.set)
		put_number(w, name, value.value);
}

static void
put_exits(struct yq_json_writer *w, const struct yq_exits *exits)
{
	if (exits->take_profit.set) {
		yq_json_name(w, "take_profit");
		yq_json_begin_object(w);
		put_number(w, "limit_price", exits->take_profit.value);
		yq_json_end_object(w);
	}
	if (exits->stop_loss.set) {
		yq_json_name(w, "stop_loss");
		yq_json_begin_object(w);
		put_number(w, "stop_price", exits->stop_loss.value);
		put_optional(w, "limit_price", exits->stop_loss_limit);
		yq_json_end_object(w);
	}
}

static const char *
type_of(const struct yq_alpaca_request *r)
{
	if (r->class == YQ_ALPACA_OCO)
		return types[YQ_TYPE_LIMIT];
	if (r->trail_price.set || r->trail_percent.set)
		return "trailing_stop";
	return types[r->order->type];
}

static void
put_prices(struct yq_json_writer *w, const struct yq_alpaca_request *r)
{
	const struct yq_order *o = r->order;

	if (r->class == YQ_ALPACA_OCO)
		return;
	if (has_limit(o))
		put_optional(w, "limit_price", o->price);
	put_optional(w, "trail_price", r->trail_price);
	put_optional(w, "trail_percent", r->trail_percent);
	if (has_stop(o) && !r->trail_price.set && !r->trail_percent.set)
		put_optional(w, "stop_price", o->stop_price);
}

enum yq_rc
yq_alpaca_encode_order(
    const struct yq_alpaca_request *request, struct yq_buf *out, struct yq_err *err)
{
	const struct yq_order *o = request->order;
	struct yq_json_writer w = yq_json_writer_make(out);
	enum yq_rc rc = check(request, err);

	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "symbol", o->ticker);
	if (request->notional.set)
		put_number(&w, "notional", request->notional.value);
	else
		put_number(&w, "qty", o->qty);
	yq_json_put_text(&w, "side", sides[o->action]);
	yq_json_put_text(&w, "type", type_of(request));
	yq_json_put_text(&w, "time_in_force", times[o->time_in_force]);
	put_prices(&w, request);
	if (request->extended_hours)
		yq_json_put_bool(&w, "extended_hours", true);
	yq_json_put_text(
	    &w, "client_order_id", request->client_id != NULL ? request->client_id : o->id.text);
	if (request->class != YQ_ALPACA_SIMPLE) {
		yq_json_put_text(&w, "order_class", classes[request->class]);
		put_exits(&w, &o->exits);
	}
	yq_json_end_object(&w);
	return YQ_OK;
}

enum yq_rc
yq_alpaca_encode_change(const struct yq_broker_change *change, const char *client_id,
    struct yq_buf *out, struct yq_err *err)
{
	struct yq_json_writer w = yq_json_writer_make(out);
	enum yq_rc rc = YQ_OK;

	if (change->qty.set &&
	    (yq_decimal_sign(change->qty.value) <= 0 || !has_places(change->qty.value, 0)))
		return yq_err_set(
		    err, YQ_E_REFUSED, "Alpaca changes quantities to whole shares alone");
	if (change->price.set)
		rc = check_price("limit price", change->price, err);
	if (rc == YQ_OK && change->stop_price.set)
		rc = check_price("stop price", change->stop_price, err);
	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(&w);
	put_optional(&w, "qty", change->qty);
	put_optional(&w, "limit_price", change->price);
	put_optional(&w, "stop_price", change->stop_price);
	yq_json_put_text(&w, "client_order_id", client_id);
	yq_json_end_object(&w);
	return YQ_OK;
}

/* ---- client ids ---- */

void
yq_alpaca_client_id_next(const struct yq_id *id, char client_id[YQ_ALPACA_CLIENT_ID_SIZE])
{
	struct yq_id mark = yq_id_random();

	yq_str_format(client_id, YQ_ALPACA_CLIENT_ID_SIZE, "%s" MARK "%.*s", id->text, MARK_LENGTH,
	    mark.text);
}

struct yq_id
yq_alpaca_client_id_owner(const char *client_id)
{
	const struct yq_id none = { "" };
	size_t length = strlen(client_id);
	struct yq_id id;

	if (length != YQ_ID_LENGTH && (length != YQ_ID_LENGTH + sizeof(MARK) - 1 + MARK_LENGTH ||
					  !yq_str_starts(client_id + YQ_ID_LENGTH, MARK)))
		return none;
	if (yq_id_parse(client_id, YQ_ID_LENGTH, &id) != YQ_OK ||
	    memcmp(id.text, client_id, YQ_ID_LENGTH) != 0)
		return none;
	return id;
}

/* ---- queries ---- */

static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-' || c == '.' || c == '_' || c == '~' || c == ',' || c == ':';
}

void
yq_alpaca_add_query(struct yq_buf *url, const char *name, const char *value)
{
	bool first = strchr(yq_buf_text(url), '?') == NULL;

	yq_buf_add_format(url, "%c%s=", first ? '?' : '&', name);
	for (; *value != '\0'; value++) {
		if (is_plain(*value))
			yq_buf_add_char(url, *value);
		else
			yq_buf_add_format(url, "%%%02X", (unsigned)(unsigned char)*value);
	}
}

void
yq_alpaca_add_query_time(struct yq_buf *url, const char *name, int64_t time_us)
{
	char text[YQ_TIME_TEXT_SIZE];

	yq_time_format(time_us, text);
	yq_alpaca_add_query(url, name, text);
}

/* ---- the stream ---- */

void
yq_alpaca_encode_login(
    const struct yq_secret *key, const struct yq_secret *secret, struct yq_buf *out)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "action", "authenticate");
	yq_json_name(&w, "data");
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "key_id", yq_secret_reveal(key));
	yq_json_put_text(&w, "secret_key", yq_secret_reveal(secret));
	yq_json_end_object(&w);
	yq_json_end_object(&w);
}

void
yq_alpaca_encode_listen(struct yq_buf *out)
{
	yq_buf_add_text(out, "{\"action\":\"listen\",\"data\":{\"streams\":[\"trade_updates\"]}}");
}
