/* verbs_trade.c - orders by hand: buy, sell, order; protect. */
#include "base/str.h"
#include "console/command_line.h"
#include "console/fetch.h"
#include "console/listen.h"
#include "console/take.h"
#include "console/verbs_resolve.h"
#include "desk/order_by_hand.h"
#include "domain/market.h"
#include "domain/ticker.h"

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
		order->qty = yq_held_of(account, order->exchange, order->ticker);
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
	order->type = type >= 0 ? (enum yq_order_type)type : yq_order_by_hand_type(order);
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
	yq_str_copy_cut(order->buy_reason, sizeof(order->buy_reason), YQ_BY_HAND_REASON);
	order->timestamp_us = yq_clock_now_us(yq_clock_system());
	if (yq_order_by_hand_check(order, &err) != YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	return YQ_CONSOLE_DONE;
}

static int
submit(struct yq_system *system, const struct yq_call *call, const struct yq_order *order)
{
	const char *why = call->options[YQ_OPT_REASON];
	struct yq_err err = { 0 };
	bool duplicate = false;
	enum yq_rc rc =
	    yq_order_by_hand(&system->desk, order, why != NULL ? why : "", &duplicate, &err);

	if (rc == YQ_E_UNKNOWN)
		return yq_fail(YQ_CONSOLE_UNREACHABLE,
		    "%s; the order may be on its way: `yq why %s` tells, and the same command with "
		    "--id %s gives it no second time",
		    err.text, order->id.text, order->id.text);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	if (duplicate)
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

static int
take_protected(const struct yq_call *call, struct yq_opt_decimal *qty)
{
	struct yq_decimal number;
	int status = YQ_CONSOLE_DONE;

	if (call->word_count <= 1)
		return status;
	status = yq_take_number(call, "quantity", call->words[1], &number);
	*qty = yq_opt_decimal_of(number);
	return status;
}

static int
make_protection(const struct yq_call *call, const struct yq_account_state *account,
    struct yq_order *order, struct yq_bracket *bracket)
{
	struct yq_opt_decimal qty = YQ_OPT_DECIMAL_NONE;
	struct yq_err err = { 0 };
	int status = take_protected(call, &qty);
	enum yq_rc rc;

	if (status == YQ_CONSOLE_DONE)
		status = take_exits(call, &order->exits);
	if (status != YQ_CONSOLE_DONE)
		return status;
	rc = yq_protection_by_hand_make(
	    account, order, qty, yq_clock_now_us(yq_clock_system()), bracket, &err);
	if (rc == YQ_E_NOT_FOUND)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_usage(call, "%s", err.text);
}

static int
build_protection(const struct yq_call *call, struct yq_system *system, struct yq_bracket *bracket)
{
	struct yq_account_state account = { 0 };
	struct yq_order order = yq_order_default();
	int status;

	order.id = yq_id_random();
	status = yq_fetch_alias(system, call, order.account_alias);
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_account(system, order.account_alias, &account);
	if (status == YQ_CONSOLE_DONE)
		status = take_instrument(call, call->words[0], &account, &order);
	if (status == YQ_CONSOLE_DONE)
		status = make_protection(call, &account, &order, bracket);
	yq_account_state_clear(&account);
	return status;
}

static int
send_protection(
    struct yq_system *system, const struct yq_call *call, const struct yq_bracket *bracket)
{
	const char *why = call->options[YQ_OPT_REASON];
	struct yq_err err = { 0 };

	if (yq_protection_by_hand(&system->desk, bracket, why != NULL ? why : "", &err) != YQ_OK)
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
