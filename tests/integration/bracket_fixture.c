/* bracket_fixture.c - entries with exits on a gateway of a test's own. */
#include "bracket_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/bracket.h"

struct yq_opt_decimal
bracket_price(const char *text)
{
	struct yq_opt_decimal price = { .set = true };

	assert_int_equal(yq_decimal_parse(text, strlen(text), &price.value), YQ_OK);
	return price;
}

struct yq_order
bracket_entry(const char *qty)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", qty);

	o.exits.take_profit = bracket_price("110");
	o.exits.stop_loss = bracket_price("90");
	return o;
}

void
bracket_tick(const char *price)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "1");

	o.reference_price = bracket_price(price);
	gateway_submit(&o);
	gateway_await_state(&o.id, "Filled");
}

struct yq_id
bracket_stop(const struct yq_order *entry, int64_t number)
{
	return yq_bracket_exit_id(&entry->id, YQ_STOP_LOSS, number);
}

struct yq_id
bracket_profit(const struct yq_order *entry, int64_t number)
{
	return yq_bracket_exit_id(&entry->id, YQ_TAKE_PROFIT, number);
}

void
bracket_await_over(const struct yq_order *entry, const char *why)
{
	char words[160], text[256];

	yq_str_format(words, sizeof(words), "SISMEMBER bracket:open %s", entry->id.text);
	for (int i = 0; i < 3000 && valkey_do_int(fixture.console, words) != 0; i++)
		usleep(10000);
	assert_int_equal(valkey_do_int(fixture.console, words), 0);
	yq_str_format(words, sizeof(words), "HGET bracket:%s Ended", entry->id.text);
	valkey_do_text(fixture.console, words, text, sizeof(text));
	assert_string_equal(text, why);
}

struct yq_decimal
bracket_resting(const struct yq_order *entry)
{
	struct yq_bracket_state state;
	struct yq_decimal sum = YQ_DECIMAL_ZERO;
	char words[160];
	redisReply *reply;
	struct yq_err err;

	yq_str_format(words, sizeof(words), "HGETALL bracket:%s", entry->id.text);
	reply = valkey_do(fixture.console, words);
	if (yq_state_bracket_read(reply, &state, &err) != YQ_OK)
		sum.units = -1; /* it is not there yet */
	for (size_t i = 0; i < state.leg_count; i++)
		if (state.legs[i].exit[0] != '\0' && state.legs[i].state == YQ_ORDER_OPEN)
			sum.units += state.legs[i].qty.units - state.legs[i].filled.units;
	yq_bracket_state_clear(&state);
	freeReplyObject(reply);
	return sum;
}

void
bracket_await_resting(const struct yq_order *entry, int64_t qty)
{
	for (int i = 0; i < 3000; i++) {
		if (yq_decimal_cmp(bracket_resting(entry), yq_decimal_from_int(qty)) == 0)
			return;
		usleep(10000);
	}
	gateway_show_log();
	fail_msg("not %lld rest", (long long)qty);
}

void
bracket_open(struct yq_order *entry, const char *qty)
{
	gateway_start(BRACKET_QUIET);
	*entry = bracket_entry(qty);
	gateway_submit(entry);
	gateway_await_state(&entry->id, "Filled");
}

void
gateway_kill_and_release(void)
{
	gateway_kill();
	if (valkey_do_int(fixture.console, "EXISTS lease:Paper") == 1)
		yq_reply_free(valkey_do(fixture.console, "HSET lease:Paper ExpiresAt 0"));
}

int
gateway_go_on_closed(void)
{
	static const struct gateway_spec closed = {
		.accounts = "\"Paper\":{\"Broker\":\"paper\",\"Session\":\"market\","
			    "\"Currencies\":{\"USD\":1000000},\"Paper\":" BRACKET_QUIET "}"
	};
	char days[3][YQ_TIME_TEXT_SIZE], markets[128];
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	int pid;

	for (int i = 0; i < 3; i++)
		yq_time_format(now_us + (i - 1) * 86400 * YQ_US_PER_SECOND, days[i]);
	yq_str_format(markets, sizeof(markets),
	    "\"US\":{\"Closed\":[\"%.10s\",\"%.10s\",\"%.10s\"]}", days[0], days[1], days[2]);
	gateway_kill_and_release();
	fixture.markets = markets;
	pid = gateway_spawn(&closed);
	fixture.markets = NULL;
	gateway_await_served();
	return pid;
}

void
bracket_assert_field(const struct yq_id *id, const char *field, const char *expected)
{
	char text[256];

	gateway_field(id, field, text, sizeof(text));
	assert_string_equal(text, expected);
}
