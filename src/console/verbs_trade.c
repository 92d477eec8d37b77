/* verbs_trade.c - orders by hand: buy, sell, order; protect. */
#include "base/str.h"
#include "console/command_line.h"
#include "console/fetch.h"
#include "console/listen.h"
#include "console/person.h"
#include "console/take.h"
#include "console/verbs_resolve.h"
#include "domain/bracket.h"
#include "domain/market.h"
#include "domain/ticker.h"
#include "store/orders.h"

#include <stdio.h>
#include <string.h>

#define WAIT_MS 2000

static int
take_name(
    const struct yq_call *call, enum yq_option option, const struct yq_names *names, int *value)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf list = yq_buf_make(256);
	const char *text = call->options[option];
	int found;

	if (text == NULL)
		return YQ_CONSOLE_DONE;
	found = yq_names_find(names, text, strlen(text));
	if (found >= 0) {
		*value = found;
		return YQ_CONSOLE_DONE;
	}
	for (size_t i = 0; i < names->count; i++)
		yq_buf_add_format(&list, "%s%s", i > 0 ? ", " : "", names->names[i]);
	return yq_fail_usage(
	    call, "\"%s\" is no %s; there is %s", text, names->what, yq_buf_text(&list));
}

static bool
looks_american(const char *ticker)
{
	size_t letters = strspn(ticker, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return letters > 0 && letters <= 5 && (ticker[letters] == '\0' || ticker[letters] == '.');
}

/* Where this account holds the ticker, if in one place only. */
static bool
held_exchange(
    const struct yq_account_state *account, const char *ticker, enum yq_exchange *exchange)
{
	size_t found = 0;

	for (size_t i = 0; i < account->position_count; i++) {
		char room[YQ_TICKER_SIZE];

		if (!yq_str_equal(account->positions[i].ticker,
			yq_ticker_form(account->positions[i].exchange, ticker, room)))
			continue;
		*exchange = account->positions[i].exchange;
		found++;
	}
	return found == 1;
}

/*
 * The exchange: said as EXCHANGE:TICKER or --exchange, else where the account holds the ticker.
 * Digits are never guessed, for 000100 is one company in Seoul and another in Shenzhen; a word of
 * letters is American, and an American broker refuses a wrong exchange rather than trade it.
 */
static int
take_instrument(const struct yq_call *call, const char *text,
    const struct yq_account_state *account, struct yq_order *order)
{
	const char *named = call->options[YQ_OPT_EXCHANGE];
	struct yq_err err = { 0 };
	enum yq_rc rc;

	rc = yq_market_split(text, strlen(text), &order->exchange, order->ticker, &err);
	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return yq_fail_usage(call, "%s", err.text);
	if (named != NULL) {
		if (!yq_exchange_parse(named, strlen(named), &order->exchange))
			return yq_fail_usage(call, "\"%s\" is no exchange", named);
	} else if (rc == YQ_E_NOT_FOUND &&
		   !held_exchange(account, order->ticker, &order->exchange)) {
		if (!looks_american(order->ticker))
			return yq_fail_usage(
			    call, "on which exchange? Say --exchange NAME or EXCHANGE:%s", text);
		order->exchange = YQ_NASDAQ;
		fprintf(stderr, "yq: exchange NASDAQ assumed; say --exchange if it is another\n");
	}
	order->currency = yq_market_of(order->exchange)->currency;
	yq_ticker_normalize(order->exchange, order->ticker);
	return YQ_CONSOLE_DONE;
}

static int
take_qty(const struct yq_call *call, const char *text, const struct yq_account_state *account,
    struct yq_order *order)
{
	if (yq_str_equal_nocase(text, "all") && order->action == YQ_SELL) {
		for (size_t i = 0; i < account->position_count; i++)
			if (yq_str_equal(account->positions[i].ticker, order->ticker) &&
			    account->positions[i].exchange == order->exchange)
				order->qty = account->positions[i].qty;
		if (yq_decimal_sign(order->qty) <= 0)
			return yq_fail(
			    YQ_CONSOLE_REFUSED, "%s holds no %s", account->alias, order->ticker);
		return YQ_CONSOLE_DONE;
	}
	return yq_take_number(call, "quantity", text, &order->qty);
}

static int
take_exits(const struct yq_call *call, struct yq_exits *exits)
{
	int status = yq_take_positive(call, YQ_OPT_TAKE_PROFIT, &exits->take_profit);

	if (status == YQ_CONSOLE_DONE)
		status = yq_take_positive(call, YQ_OPT_STOP_LOSS, &exits->stop_loss);
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_positive(call, YQ_OPT_STOP_LOSS_LIMIT, &exits->stop_loss_limit);
	return status;
}

/* The type follows from the prices that are given, unless --type says it. */
static int
take_terms(const struct yq_call *call, struct yq_order *order)
{
	int type = -1, tif = (int)order->time_in_force;
	const char *id = call->options[YQ_OPT_ID];
	int status;

	status = yq_take_positive(call, YQ_OPT_PRICE, &order->price);
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_positive(call, YQ_OPT_STOP, &order->stop_price);
	if (status == YQ_CONSOLE_DONE)
		status = take_exits(call, &order->exits);
	if (status == YQ_CONSOLE_DONE)
		status = take_name(call, YQ_OPT_TYPE, &yq_order_type_names, &type);
	if (status == YQ_CONSOLE_DONE)
		status = take_name(call, YQ_OPT_TIF, &yq_tif_names, &tif);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (type < 0 && order->stop_price.set)
		type = order->price.set ? YQ_TYPE_STOP_LIMIT : YQ_TYPE_STOP;
	else if (type < 0)
		type = order->price.set ? YQ_TYPE_LIMIT : YQ_TYPE_MARKET;
	order->type = (enum yq_order_type)type;
	order->time_in_force = (enum yq_tif)tif;
	order->reduce_only = yq_call_has(call, YQ_OPT_REDUCE_ONLY);
	order->id = yq_id_random();
	if (id != NULL && yq_id_parse(id, strlen(id), &order->id) != YQ_OK)
		return yq_fail_usage(call, "--id: expected a UUID, found \"%s\"", id);
	return YQ_CONSOLE_DONE;
}

static int
build(const struct yq_call *call, struct yq_system *system, enum yq_action action,
    const char *const *words, struct yq_order *order)
{
	struct yq_account_state account = { 0 };
	struct yq_err err = { 0 };
	int status;

	*order = yq_order_default();
	order->action = action;
	status = yq_fetch_alias(system, call, order->account_alias);
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_account(system, order->account_alias, &account);
	if (status == YQ_CONSOLE_DONE)
		status = take_instrument(call, words[0], &account, order);
	if (status == YQ_CONSOLE_DONE)
		status = take_qty(call, words[1], &account, order);
	if (status == YQ_CONSOLE_DONE)
		status = take_terms(call, order);
	yq_account_state_clear(&account);
	if (status != YQ_CONSOLE_DONE)
		return status;
	yq_str_copy_cut(order->buy_reason, sizeof(order->buy_reason), "Manual");
	order->timestamp_us = yq_clock_now_us(yq_clock_system());
	if (yq_order_check(order, &err) != YQ_OK ||
	    yq_bracket_check_entry(order, YQ_TICKS_MARKET, YQ_OPT_DECIMAL_NONE, &err) != YQ_OK ||
	    yq_orders_check(order, YQ_OPT_DECIMAL_NONE, &err) != YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	return YQ_CONSOLE_DONE;
}

static int
submit(struct yq_system *system, const struct yq_call *call, const struct yq_order *order)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_ORDER,
		.id = order->id,
		.alias = order->account_alias,
		.ticker = order->ticker,
		.created_at_us = order->timestamp_us };
	struct yq_step_answer answer = { 0 };
	const char *why = call->options[YQ_OPT_REASON];
	struct yq_hand hand = yq_person();
	struct yq_err err = { 0 };
	enum yq_rc rc;

	yq_message_encode_order_by_hand(order, &hand, why != NULL ? why : "", &payload);
	item.payload = payload.data;
	item.length = payload.length;
	rc = yq_valkey_sync_submit(system->desk.valkey, &item, 1, &answer, &err);
	if (rc == YQ_E_UNKNOWN)
		return yq_fail(YQ_CONSOLE_UNREACHABLE,
		    "%s; the order may be on its way: `yq why %s` tells, and the same command with "
		    "--id %s gives it no second time",
		    err.text, order->id.text, order->id.text);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	if (answer.result == YQ_DUPLICATE)
		return yq_fail(YQ_CONSOLE_REFUSED, "an order %s exists already: nothing was sent",
		    order->id.text);
	return YQ_CONSOLE_DONE;
}

static int
trade(const struct yq_call *call, enum yq_action action, const char *const *words)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_listener_close) struct yq_listener listener = { 0 };
	bool wait = !yq_call_has(call, YQ_OPT_NO_WAIT);
	struct yq_order order;
	int status = yq_system_open_valkey(call, &system);

	if (status == YQ_CONSOLE_DONE)
		status = build(call, &system, action, words, &order);
	if (status == YQ_CONSOLE_DONE && wait) /* before it is sent: its result may be fast */
		status = yq_listener_open(&listener, &system, YQ_KEY_EXECUTION, NULL);
	if (status == YQ_CONSOLE_DONE)
		status = submit(&system, call, &order);
	if (status != YQ_CONSOLE_DONE)
		return status;
	return yq_listener_report(wait ? &listener : NULL, call, &order.id, WAIT_MS);
}

int
yq_verb_buy(const struct yq_call *call)
{
	return trade(call, YQ_BUY, call->words);
}

int
yq_verb_sell(const struct yq_call *call)
{
	return trade(call, YQ_SELL, call->words);
}

/* ---- protecting what is held ---- */

static struct yq_decimal
held_of(const struct yq_account_state *account, const struct yq_order *order)
{
	for (size_t i = 0; i < account->position_count; i++)
		if (yq_str_equal(account->positions[i].ticker, order->ticker) &&
		    account->positions[i].exchange == order->exchange)
			return account->positions[i].qty;
	return YQ_DECIMAL_ZERO;
}

static int
take_protected(const struct yq_call *call, struct yq_decimal held, struct yq_order *order)
{
	if (yq_decimal_sign(held) == 0)
		return yq_fail(
		    YQ_CONSOLE_REFUSED, "%s holds no %s", order->account_alias, order->ticker);
	order->action = yq_decimal_sign(held) > 0 ? YQ_BUY : YQ_SELL;
	order->qty = yq_decimal_abs(held);
	return call->word_count > 1 ? yq_take_number(call, "quantity", call->words[1], &order->qty)
				    : YQ_CONSOLE_DONE;
}

/* As an order that would have opened what is held. */
static int
build_protection(const struct yq_call *call, struct yq_system *system, struct yq_bracket *bracket)
{
	struct yq_account_state account = { 0 };
	struct yq_order order = yq_order_default();
	struct yq_err err = { 0 };
	int status;

	order.id = yq_id_random();
	status = yq_fetch_alias(system, call, order.account_alias);
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_account(system, order.account_alias, &account);
	if (status == YQ_CONSOLE_DONE)
		status = take_instrument(call, call->words[0], &account, &order);
	if (status == YQ_CONSOLE_DONE)
		status = take_protected(call, held_of(&account, &order), &order);
	if (status == YQ_CONSOLE_DONE)
		status = take_exits(call, &order.exits);
	yq_account_state_clear(&account);
	if (status != YQ_CONSOLE_DONE)
		return status;
	*bracket = yq_bracket_of(&order, yq_clock_now_us(yq_clock_system()));
	bracket->qty = yq_opt_decimal_of(order.qty);
	if (yq_bracket_check(bracket, &err) != YQ_OK ||
	    yq_bracket_check_entry(&order, YQ_TICKS_MARKET, YQ_OPT_DECIMAL_NONE, &err) != YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	return YQ_CONSOLE_DONE;
}

static int
send_protection(
    struct yq_system *system, const struct yq_call *call, const struct yq_bracket *bracket)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_json_writer w = yq_json_writer_make(&payload);
	const char *argv[] = { "XADD", yq_key_name(YQ_KEY_ORDER_STREAM), "*", YQ_ENTRY_KIND,
		yq_names_text(&yq_submit_kind_names, YQ_SUBMIT_PROTECT), YQ_ENTRY_PAYLOAD, NULL };
	const char *why = call->options[YQ_OPT_REASON];
	struct yq_hand hand = yq_person();
	struct yq_err err = { 0 };

	yq_json_begin_object(&w);
	yq_record_write(&w, yq_bracket_fields, yq_bracket_field_count, bracket);
	yq_json_put_text(&w, "Who", hand.who);
	yq_json_put_text(&w, "Origin", hand.origin);
	yq_json_put_text(&w, "Reason", why != NULL ? why : "");
	yq_json_put_time(&w, "Timestamp", bracket->created_at_us);
	yq_json_end_object(&w);
	argv[YQ_COUNT(argv) - 1] = yq_buf_text(&payload);
	if (yq_valkey_sync_command(
		system->desk.valkey, (int)YQ_COUNT(argv), argv, NULL, WAIT_MS, NULL, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}

int
yq_verb_protect(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_bracket bracket;
	int status = yq_system_open_valkey(call, &system);

	if (status == YQ_CONSOLE_DONE)
		status = build_protection(call, &system, &bracket);
	if (status == YQ_CONSOLE_DONE)
		status = send_protection(&system, call, &bracket);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_call_has(call, YQ_OPT_JSON))
		printf("{\"bracketId\":\"%s\"}\n", bracket.id.text);
	else
		printf("asked for; `yq orders` shows what rests for bracket %s\n", bracket.id.text);
	return YQ_CONSOLE_DONE;
}

/* What belongs to `resolve` alone has no place in an order. */
static int
check_options(const struct yq_call *call)
{
	static const enum yq_option only[] = { YQ_OPT_QTY, YQ_OPT_COMMISSION, YQ_OPT_BROKER_ID,
		YQ_OPT_YES };

	for (size_t i = 0; i < YQ_COUNT(only); i++)
		if (yq_call_has(call, only[i]))
			return yq_fail_usage(
			    call, "--%s belongs to `yq order resolve`", yq_option_name(only[i]));
	return YQ_CONSOLE_DONE;
}

int
yq_verb_order(const struct yq_call *call)
{
	int action = yq_names_find(&yq_action_names, call->words[0], strlen(call->words[0]));
	int status;

	if (yq_str_equal(call->words[0], "resolve"))
		return yq_order_resolve(call);
	if (action < 0)
		return yq_fail_usage(
		    call, "\"%s\" is neither Buy, Sell nor resolve", call->words[0]);
	status = check_options(call);
	return status == YQ_CONSOLE_DONE ? trade(call, (enum yq_action)action, call->words + 1)
					 : status;
}
