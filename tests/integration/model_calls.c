/* model_calls.c - one function a call, and how often each is made. */
#include "model_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/bracket.h"
#include "steps_fixture.h"

#define ORDERS	  5
#define SIGNALS	  2
#define ITEMS_MAX 3

uint64_t chance_state;

static const char *const aliases[SIDE_ALIASES] = { "Paper", "Other" };

uint64_t
chance(uint64_t below)
{
	uint64_t z = (chance_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

static struct yq_id
order_of(uint64_t number)
{
	char name[16];

	(void)yq_str_format(name, sizeof(name), "order %u", (unsigned)number);
	return yq_id_named(name, strlen(name));
}

static struct yq_id
signal_of(uint64_t number)
{
	char name[16];

	(void)yq_str_format(name, sizeof(name), "signal %u", (unsigned)number);
	return yq_id_named(name, strlen(name));
}

static const char *
some_entry(const struct side *side)
{
	uint64_t which = chance(SIDE_ENTRIES);

	return which < side->entry_count ? side->entries[which] : "";
}

static void
make_submit(struct yq_args *args, const struct side *side)
{
	static const char *const payloads[] = { "{\"a\":1}", "{\"b\":2}", "" };
	struct yq_submit_item items[ITEMS_MAX] = { 0 };
	size_t count = 1 + chance(ITEMS_MAX);

	(void)side;
	for (size_t i = 0; i < count; i++) {
		items[i].kind = (enum yq_submit_kind)chance(3);
		items[i].id = order_of(chance(ORDERS));
		items[i].request_id = order_of(chance(3));
		items[i].alias = aliases[chance(SIDE_ALIASES)];
		items[i].ticker = "AAPL";
		items[i].created_at_us = (int64_t)chance(5);
		items[i].payload = payloads[chance(3)];
		items[i].length = strlen(items[i].payload);
		items[i].foreign = chance(2) == 0;
	}
	yq_encode_submit(args, items, count);
}

static void
make_decide(struct yq_args *args, const struct side *side)
{
	struct yq_submit_item orders[2] = { 0 };
	struct yq_decide_item items[2] = { 0 };
	size_t count = 1 + chance(2);

	(void)side;
	for (size_t i = 0; i < 2; i++) {
		orders[i] = submit_item(order_of(chance(ORDERS)).text);
		if (chance(3) == 0)
			orders[i].kind = YQ_SUBMIT_CANCEL;
		items[i] = (struct yq_decide_item){ .signal_id = signal_of(chance(SIGNALS)),
			.verdict = "{}",
			.verdict_length = 2,
			.orders = orders,
			.order_count = chance(3) };
	}
	yq_encode_decide(args, items, count);
}

static void
make_claim(struct yq_args *args, const struct side *side)
{
	struct yq_claim_item items[ITEMS_MAX];
	size_t count = 1 + chance(ITEMS_MAX);

	for (size_t i = 0; i < count; i++) {
		size_t alias = chance(SIDE_ALIASES);

		items[i] = (struct yq_claim_item){ .order_id = order_of(chance(ORDERS)),
			.alias = aliases[alias],
			.strategy = chance(2) == 0 ? "Trend" : "",
			.fence = side->tokens[alias] - (chance(6) == 0),
			.claimed_at_us = (int64_t)chance(3),
			.reduce_only = chance(4) == 0,
			.real_money = chance(2) == 0,
			.fallback = (enum yq_life_state)chance(YQ_LIFE_STATE_COUNT),
			.color = chance(8) == 0 ? "blue" : NULL };
	}
	yq_encode_claim(args, items, count);
}

static void
make_apply(struct yq_args *args, const struct side *side)
{
	static const char *const states[] = { "Open", "PartiallyFilled", "Filled", "Unknown" };
	static const char *const values[] = { "1", "2", "" };
	static const char *const tickers[] = { "AAPL", "MSFT" };
	struct yq_apply_item items[ITEMS_MAX];
	struct yq_pair pairs[ITEMS_MAX][2];
	size_t count = 1 + chance(ITEMS_MAX);

	for (size_t i = 0; i < count; i++) {
		size_t alias = chance(SIDE_ALIASES);

		pairs[i][0] = (struct yq_pair){ "State", states[chance(4)] };
		pairs[i][1] = (struct yq_pair){ "CancelRequestedAt", values[chance(3)] };
		items[i] = (struct yq_apply_item){ .order_id = order_of(chance(ORDERS)),
			.alias = aliases[alias],
			.fence = side->tokens[alias] - (chance(6) == 0),
			.execution_id = chance(2) == 0 ? tickers[chance(2)] : NULL,
			.sequence = (int64_t)chance(4),
			.order_fields = pairs[i],
			.field_count = chance(3),
			.position_field = chance(2) == 0 ? tickers[chance(2)] : NULL,
			.position_value = values[chance(3)],
			.currency = "USD",
			.deposit = chance(2) == 0 ? values[chance(2)] : NULL,
			.trade_json = chance(2) == 0 ? "{\"trade\":1}" : NULL,
			.result_json = chance(2) == 0 ? "{\"result\":1}" : NULL,
			.final = chance(3) == 0,
			.ack_entry_id = some_entry(side),
			.bracket_id = order_of(chance(ORDERS)),
			.bracket_json = chance(3) == 0 ? values[chance(3)] : NULL };
	}
	yq_encode_apply(args, items, count);
}

static void
make_bracket(struct yq_args *args, const struct side *side)
{
	size_t alias = chance(SIDE_ALIASES);
	struct yq_submit_item order = submit_item(order_of(chance(ORDERS)).text);
	struct yq_pair pairs[] = { { "Lost", "1" }, { order.id.text, "2" } };
	struct yq_bracket_item item = { .op = (enum yq_bracket_op)chance(YQ_BRACKET_OP_COUNT),
		.id = order_of(chance(ORDERS)),
		.alias = aliases[alias],
		.fence = side->tokens[alias] - (chance(6) == 0),
		.fields = pairs,
		.field_count = 1 + chance(2) };

	if (item.op == YQ_BRACKET_PLACE)
		item.order = &order;
	yq_encode_bracket(args, &item);
}

void
make_lease(struct yq_args *args, const struct side *side)
{
	size_t count = 1 + chance(2), first = chance(2);

	(void)side;
	yq_args_fcall(args, YQ_STEP_LEASE, count);
	for (size_t i = 0; i < count; i++)
		yq_args_key(args, YQ_KEY_LEASE, aliases[(first + i) % SIDE_ALIASES]);
	yq_args_text(args, chance(2) == 0 ? "a" : "b");
	yq_args_int(args, chance(4) == 0 ? 0 : 600000);
}

/* Its time is over, or lies as far ahead as if the clock had been set back. */
static void
make_lease_end(struct yq_args *args, const struct side *side)
{
	static const char *const times[] = { "5", "9999999999999" };

	(void)side;
	yq_args_text(args, "HSET");
	yq_args_key(args, YQ_KEY_LEASE, aliases[chance(SIDE_ALIASES)]);
	yq_args_text(args, "ExpiresAt");
	yq_args_text(args, times[chance(2)]);
}

static void
make_sync(struct yq_args *args, const struct side *side)
{
	size_t alias = chance(SIDE_ALIASES);
	struct yq_pair pairs[] = { { "x", "1" }, { "y", "2" } };
	struct yq_sync_item item = { .alias = aliases[alias],
		.fence = side->tokens[alias] - (chance(6) == 0),
		.active = chance(3) > 0,
		.account = chance(3) > 0 ? pairs : NULL,
		.account_count = chance(3),
		.deposit = chance(3) > 0 ? pairs : NULL,
		.deposit_count = chance(3),
		.position = chance(3) > 0 ? pairs : NULL,
		.position_count = chance(3),
		.guard = chance(3) > 0 ? pairs : NULL,
		.guard_count = chance(3) };

	yq_encode_sync(args, &item);
}

/* Some are over, some not yet; one is no JSON. */
static const char *const halt_values[] = { "{\"Who\":\"me\"}", "word",
	"{\"Who\":\"me\",\"Until\":\"2020-02-29T23:59:59.5+09:00\"}",
	"{\"Who\":\"me\",\"Until\":\"2090-12-31T00:00:00.000001Z\"}", NULL };

static void
make_halt(struct yq_args *args, const struct side *side)
{
	static const char *const fields[] = { "*", "account:Paper", "strategy:Trend",
		"account:Paper/strategy:Trend", "risk:Loss:account:Paper", "risk:Loss:*" };
	struct yq_halt_change changes[2];
	struct yq_halt_item item = { .kind = YQ_SUBMIT_HALT,
		.changes = changes,
		.count = 1 + chance(2),
		.payload = "{\"act\":1}",
		.length = 9 };
	struct yq_id once = order_of(chance(3));

	(void)side;
	for (size_t i = 0; i < 2; i++)
		changes[i] = (struct yq_halt_change){ .field = fields[chance(YQ_COUNT(fields))],
			.value = halt_values[chance(YQ_COUNT(halt_values))],
			.expected = chance(3) == 0 ? halt_values[chance(3)] : NULL,
			.only_over = chance(3) == 0 };
	if (chance(4) == 0)
		item.once = &once;
	if (chance(3) == 0)
		item.notice = "{\"n\":3}";
	yq_encode_halt(args, &item);
}

static void
make_life(struct yq_args *args, const struct side *side)
{
	static const char *const values[] = { "{\"State\":\"off\"}", "{\"State\":\"paper\"}",
		"{\"State\":\"live\"}", "paper", NULL };
	struct yq_halt_change change = { .field = "Trend", .value = values[chance(5)] };
	struct yq_halt_item item = { .kind = YQ_SUBMIT_LIFE,
		.changes = &change,
		.count = 1,
		.payload = "{\"act\":2}",
		.length = 9 };

	(void)side;
	yq_encode_halt(args, &item);
}

static void
make_color(struct yq_args *args, const struct side *side)
{
	static const char *const colors[] = { "blue", "green", "" };

	(void)side;
	yq_args_fcall(args, YQ_STEP_COLOR, 1);
	yq_args_key(args, YQ_KEY_COLOR, NULL);
	yq_args_text(args, colors[chance(3)]);
	yq_args_text(args, colors[chance(2)]);
	yq_args_int(args, (int64_t)chance(4));
	yq_args_time(args, 1);
	yq_args_time(args, 2);
	yq_args_int(args, 0);
}

static void
make_notify(struct yq_args *args, const struct side *side)
{
	static const char *const payloads[] = { "{\"n\":1}", "{\"n\":2}" };
	const char *payload = payloads[chance(2)];

	(void)side;
	yq_encode_notify(args, payload, strlen(payload));
}

static void
make_stock(struct yq_args *args, const struct side *side)
{
	struct yq_stock_item item = { .ticker = "AAPL",
		.exchange = chance(2) == 0 ? YQ_NASDAQ : YQ_NYSE,
		.currency = YQ_USD,
		.price = yq_decimal_from_int((int64_t)chance(9) + 1),
		.updated_at_us = (int64_t)chance(9) };

	(void)side;
	if (chance(2) == 0)
		item.change_rate = yq_opt_decimal_of(yq_decimal_from_int(1));
	yq_encode_stock(args, &item, 1);
}

void
make_read(struct yq_args *args, const struct side *side)
{
	(void)side;
	yq_args_words(args, "XREADGROUP GROUP broker-gateway");
	yq_args_text(args, chance(2) == 0 ? "one" : "two");
	yq_args_words(args, "COUNT");
	yq_args_int(args, (int64_t)chance(3) + 1);
	yq_args_words(args, "STREAMS order:stream");
	yq_args_text(args, chance(3) > 0 ? ">" : "0-0");
}

static void
make_seize(struct yq_args *args, const struct side *side)
{
	const char *entry = some_entry(side);

	yq_args_words(args, "XCLAIM order:stream broker-gateway two 0");
	yq_args_text(args, entry[0] != '\0' ? entry : "1-1");
}

static void
make_ack(struct yq_args *args, const struct side *side)
{
	const char *entry = some_entry(side);

	yq_args_words(args, "XACK order:stream broker-gateway");
	yq_args_text(args, entry[0] != '\0' ? entry : "1-1");
}

static void
make_look(struct yq_args *args, const struct side *side)
{
	(void)side;
	yq_args_fcall(args, YQ_STEP_READ, 0);
	yq_args_key(args, YQ_KEY_POSITION, aliases[0]);
	yq_args_key(args, YQ_KEY_DEPOSIT, aliases[1]);
}

static const struct {
	make_fn *make;
	unsigned weight;
} calls[] = {
	{ make_submit, 5 },
	{ make_decide, 2 },
	{ make_claim, 5 },
	{ make_apply, 6 },
	{ make_bracket, 3 },
	{ make_lease, 3 },
	{ make_lease_end, 1 },
	{ make_sync, 2 },
	{ make_halt, 2 },
	{ make_life, 1 },
	{ make_color, 1 },
	{ make_notify, 1 },
	{ make_stock, 1 },
	{ make_read, 4 },
	{ make_seize, 1 },
	{ make_ack, 1 },
	{ make_look, 1 },
};

make_fn *
some_call(void)
{
	uint64_t sum = 0, at;

	for (size_t i = 0; i < YQ_COUNT(calls); i++)
		sum += calls[i].weight;
	at = chance(sum);
	for (size_t i = 0;; i++) {
		if (at < calls[i].weight)
			return calls[i].make;
		at -= calls[i].weight;
	}
}
