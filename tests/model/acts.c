/* acts.c - orders by hand, their cancels and changes, kill switches, questions; and faults. */
#include "acts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/steps_encode.h"
#include "domain/market.h"
#include "exchange.h"
#include "laws.h"
#include "life.h"
#include "wish.h"

/* ---- straight to the server, as any other program ---- */

static void
run_args(const struct yq_args *args)
{
	world.server.now_us = world_wall_us();
	freeReplyObject(server_run_args(&world.server, args));
}

static void
run_submit(const struct yq_submit_item *item)
{
	struct yq_args args = yq_args_make();

	yq_encode_submit(&args, item, 1);
	run_args(&args);
	yq_args_free(&args);
}

static void
run_words(const char *first, const char *second, const char *third, const struct word *fourth)
{
	struct word argv[] = { server_word(first), server_word(second), server_word(third),
		fourth != NULL ? *fourth : server_word("") };

	world.server.now_us = world_wall_us();
	freeReplyObject(server_run(&world.server, argv, fourth != NULL ? 4 : 3));
}

static struct yq_id
new_id(void)
{
	uint64_t name[3] = { world.seed, world.numbers++, world_random(UINT64_MAX) };

	return yq_id_named(name, sizeof(name));
}

static void
submit_order(const struct yq_order *order, bool twice)
{
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_ORDER,
		.id = order->id,
		.alias = order->account_alias,
		.ticker = order->ticker,
		.created_at_us = world_wall_us() };

	yq_message_encode_order(order, &text);
	item.payload = yq_buf_text(&text);
	item.length = text.length;
	if (wish_find(&order->id) == NULL)
		(void)wish_make(order);
	run_submit(&item);
	if (twice)
		run_submit(&item);
	yq_buf_free(&text);
}

/* ---- by hand ---- */

/* One of the two prices, mostly both. */
static void
random_exits(const struct instrument *i, struct yq_order *o)
{
	int64_t away = (o->action == YQ_BUY ? 1 : -1) * i->step;
	int64_t profit = i->price + away * world_between(1, 40),
		loss = i->price - away * world_between(1, 40);

	if (world_chance(800))
		o->exits.take_profit = yq_opt_decimal_of(yq_decimal_from_scaled(profit, 2));
	if (!o->exits.take_profit.set || world_chance(800))
		o->exits.stop_loss = yq_opt_decimal_of(yq_decimal_from_scaled(loss, 2));
	if (o->exits.stop_loss.set && world_chance(200))
		o->exits.stop_loss_limit = o->exits.stop_loss;
}

static struct yq_order
random_order(void)
{
	const struct instrument *i = &world.exchange->instruments[world_random(INSTRUMENTS)];
	struct yq_order o = yq_order_default();
	int64_t price = i->price + world_between(-20, 20) * i->step;

	o.id = new_id();
	yq_str_copy_cut(
	    o.account_alias, sizeof(o.account_alias), manners[world_random(ACCOUNTS)].alias);
	yq_str_copy_cut(o.ticker, sizeof(o.ticker), i->ticker);
	yq_str_copy_cut(
	    o.buy_reason, sizeof(o.buy_reason), world_chance(500) ? "Manual" : "Webhook:Trend");
	o.exchange = i->exchange;
	o.currency = yq_market_of(i->exchange)->currency;
	o.action = world_chance(600) ? YQ_BUY : YQ_SELL;
	o.type = world_chance(600) ? YQ_TYPE_MARKET : YQ_TYPE_LIMIT;
	o.qty = yq_decimal_from_int(world_between(1, 40));
	o.timestamp_us = world_wall_us();
	if (o.type == YQ_TYPE_LIMIT)
		o.price = yq_opt_decimal_of(yq_decimal_from_scaled(price, 2));
	else
		o.reference_price = yq_opt_decimal_of(yq_decimal_from_scaled(i->price, 2));
	o.reduce_only = o.action == YQ_SELL && world_chance(300);
	o.cut_to_held = o.reduce_only && world_chance(500);
	if (!o.reduce_only && world_chance(250))
		random_exits(i, &o);
	return o;
}

static void
act_order(void)
{
	struct yq_order order = random_order();
	struct yq_order last = order;

	count_up(COUNT_ORDERS);
	world_trace("asked for: order %s, %s %s on %s", world_short(&order.id),
	    yq_names_text(&yq_action_names, (int)order.action), order.ticker, order.account_alias);
	submit_order(&order, world_chance(50));
	/* An exit right behind its entry must not overtake it. */
	for (int i = 0; world_chance(400) && i < 4; i++) {
		last = random_order();
		memcpy(last.account_alias, order.account_alias, sizeof(last.account_alias));
		memcpy(last.ticker, order.ticker, sizeof(last.ticker));
		last.exchange = order.exchange;
		last.currency = order.currency;
		last.type = YQ_TYPE_MARKET;
		last.price = YQ_OPT_DECIMAL_NONE;
		last.reference_price = yq_opt_decimal_of(
		    instrument_price(exchange_instrument(order.exchange, order.ticker)));
		if (order.type == YQ_TYPE_MARKET && world_chance(200))
			last.after = order.id;
		count_up(COUNT_ORDERS);
		submit_order(&last, false);
	}
}

/* As the guide allows: only PUBLISHed. */
static void
act_publish_order(void)
{
	struct yq_order order = random_order();
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct word payload;

	wish_make(&order)->unsure = true; /* where nobody hears it, it never was */
	world_trace("published: order %s", world_short(&order.id));
	yq_message_encode_order(&order, &text);
	payload = (struct word){ yq_buf_text(&text), text.length };
	server_publish(&world.server, yq_key_name(YQ_KEY_ORDER), &payload);
	yq_buf_free(&text);
}

static void
act_cancel(void)
{
	struct wish *w = wish_open_one();
	struct yq_cancel cancel = yq_cancel_default();
	struct yq_submit_item item = { .kind = YQ_SUBMIT_CANCEL };
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);

	if (w == NULL)
		return;
	count_up(COUNT_CANCELS);
	cancel.id = new_id();
	cancel.order_id = w->order.id;
	memcpy(cancel.account_alias, w->order.account_alias, sizeof(cancel.account_alias));
	yq_str_copy_cut(cancel.reason, sizeof(cancel.reason), "by hand");
	cancel.timestamp_us = world_wall_us();
	yq_message_encode_cancel(&cancel, &text);
	item.id = w->order.id;
	item.request_id = cancel.id;
	item.created_at_us = cancel.timestamp_us;
	item.payload = yq_buf_text(&text);
	item.length = text.length;
	world_trace("asked for: cancel of order %s", world_short(&w->order.id));
	run_submit(&item);
	yq_buf_free(&text);
}

static void
act_replace(void)
{
	struct wish *w = wish_open_one();
	struct yq_replace replace = { .id = new_id(), .timestamp_us = world_wall_us() };
	struct yq_submit_item item = { .kind = YQ_SUBMIT_REPLACE };
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);

	if (w == NULL || w->order.type != YQ_TYPE_LIMIT)
		return;
	count_up(COUNT_REPLACES);
	replace.order_id = w->order.id;
	memcpy(replace.account_alias, w->order.account_alias, sizeof(replace.account_alias));
	yq_str_copy_cut(replace.reason, sizeof(replace.reason), "by hand");
	if (world_chance(700))
		replace.qty = yq_opt_decimal_of(yq_decimal_from_int(world_between(1, 60)));
	if (!replace.qty.set || world_chance(300))
		replace.price = w->order.price;
	yq_message_encode_replace(&replace, &text);
	item.id = w->order.id;
	item.request_id = replace.id;
	item.created_at_us = replace.timestamp_us;
	item.payload = yq_buf_text(&text);
	item.length = text.length;
	world_trace("asked for: change of order %s", world_short(&w->order.id));
	run_submit(&item);
	yq_buf_free(&text);
}

/* ---- kill switches, questions, prices ---- */

static void
act_halt(void)
{
	const char *halt = yq_key_name(YQ_KEY_HALT);
	char fields[3][YQ_HALT_FIELD_SIZE], value[256], name[32];
	bool flatten = world.counts[COUNT_HALTS] % 5 < 2;
	size_t which = world_random(3);
	struct yq_id id;
	struct word why;

	(void)yq_str_format(
	    name, sizeof(name), "halt %llu", (unsigned long long)world.counts[COUNT_HALTS]);
	id = yq_id_named(name, strlen(name));
	yq_str_format(value, sizeof(value),
	    "{\"Id\":\"%s\",\"Who\":\"me\",\"When\":\"2026-03-02T15:00:00Z\","
	    "\"Why\":\"a look first\",\"Flatten\":%s}",
	    id.text, flatten ? "true" : "false");
	why = server_word(value);

	yq_str_copy_cut(fields[0], sizeof(fields[0]), YQ_HALT_ALL);
	yq_halt_field_account(manners[world_random(ACCOUNTS)].alias, fields[1]);
	yq_halt_field_strategy("Trend", fields[2]);
	if (server_get(&world.server, halt, fields[which]) == NULL && world_chance(500)) {
		count_up(COUNT_HALTS);
		world_trace("halt %s%s", fields[which], flatten ? ", to be flattened" : "");
		if (flatten)
			law_flatten_thrown(&id);
		run_words("HSET", halt, fields[which], &why);
	} else {
		world_trace("resume %s", fields[which]);
		run_words("HDEL", halt, fields[which], NULL);
	}
}

static void
act_query(void)
{
	static const char *const types[] = { "account", "orders", "price", "order" };
	size_t type = world_random(YQ_COUNT(types));
	struct wish *w = wish_open_one();
	struct yq_id id = new_id();
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct word payload;

	yq_buf_add_format(&text,
	    "{\"Id\":\"%s\",\"QueryType\":\"%s\",\"Target\":\"%s\",\"AccountAlias\":\"%s\","
	    "\"Timestamp\":\"2026-03-02T15:00:00Z\"}",
	    id.text, types[type],
	    type == 3 && w != NULL ? w->order.id.text : (type == 2 ? "NYSE:ABC" : "Beta"),
	    manners[world_random(ACCOUNTS)].alias);
	payload = (struct word){ yq_buf_text(&text), text.length };
	server_publish(&world.server, yq_key_name(YQ_KEY_QUERY), &payload);
	yq_buf_free(&text);
}

/* ---- faults ---- */

static struct life *
some_life(void)
{
	return world.lives[world_random(LIVES_MAX)];
}

static void
begin_life(void)
{
	bool used[LIVES_MAX + 2] = { false };
	int instance = 1;

	for (size_t i = 0; i < LIVES_MAX; i++)
		if (world.lives[i] != NULL)
			used[world.lives[i]->instance] = true;
	while (used[instance])
		instance++;
	(void)life_start(instance);
}

static size_t
lives_now(void)
{
	size_t count = 0;

	for (size_t i = 0; i < LIVES_MAX; i++)
		count += world.lives[i] != NULL;
	return count;
}

static void
act_life(void)
{
	size_t count = lives_now();
	unsigned twins = 250;

	for (size_t i = 0; i < LIVES_MAX; i++)
		if (world.lives[i] != NULL && life_bury(world.lives[i]))
			return;
	if (count == 0 || (count < 3 && world_chance(twins)))
		begin_life();
}

static void
act_death(void)
{
	struct life *life = some_life();

	if (life == NULL)
		return;
	if (world_chance(250))
		life_kill(life);
	else if (world_chance(200))
		life_end(life);
	else
		life->doom = (unsigned)world_between(1, 40);
}

/* Now, or just after something has left it: then the answer finds it standing still. */
static void
act_pause(void)
{
	struct life *life = some_life();

	if (life == NULL || life->paused)
		return;
	if (world_chance(500))
		life_pause(life);
	else
		life->pause_in = (unsigned)world_between(1, 20);
}

static void
act_network(void)
{
	struct life *life = some_life();

	if (life != NULL)
		links_cut(life, world_chance(500));
}

static void
server_freeze(int64_t us)
{
	world_trace("the server freezes for %lld ms", (long long)(us / MS));
	count_up(COUNT_FREEZES);
	world.frozen_until_us = world.now_us + us;
}

static void
server_outage(int64_t us)
{
	world_trace("the server is gone for %lld ms", (long long)(us / MS));
	count_up(COUNT_OUTAGES);
	world.down_until_us = world.now_us + us;
	for (size_t i = 0; i < LIVES_MAX; i++)
		if (world.lives[i] != NULL)
			links_cut(world.lives[i], true);
}

static void
act_server(void)
{
	if (world_chance(600))
		server_freeze(world_between(10, world_chance(700) ? 400 : 9000) * MS);
	else
		server_outage(world_between(10, world_chance(700) ? 400 : 9000) * MS);
}

static void
act_clock(void)
{
	int64_t us = world_between(-10, 10) * SECOND;

	if (world_chance(300))
		us *= world_between(1, 300);
	count_up(COUNT_JUMPS);
	world_trace("the wall clock jumps by %lld s", (long long)(us / SECOND));
	world.wall_us += us;
	world.jumped_at_us = world.now_us;
}

/* ---- chance ---- */

static const struct {
	void (*act)(void);
	unsigned weight;
} acts[] = {
	{ act_order, 300 },
	{ act_publish_order, 15 },
	{ act_cancel, 90 },
	{ act_replace, 40 },
	{ act_halt, 12 },
	{ act_query, 15 },
	{ exchange_move_prices, 60 },
	{ act_life, 60 },
	{ act_death, 12 },
	{ act_pause, 20 },
	{ act_network, 8 },
	{ act_server, 5 },
	{ act_clock, 2 },
};

void
act(void)
{
	unsigned sum = 0;
	uint64_t at;

	for (size_t i = 0; i < YQ_COUNT(acts); i++)
		sum += acts[i].weight;
	at = world_random(sum);
	for (size_t i = 0; i < YQ_COUNT(acts); i++) {
		if (at < acts[i].weight) {
			acts[i].act();
			return;
		}
		at -= acts[i].weight;
	}
}

void
heal(void)
{
	const char *halt = yq_key_name(YQ_KEY_HALT);

	world_trace("everything heals");
	world.calm = true;
	world.frozen_until_us = world.down_until_us = world.now_us;
	server_remove(&world.server, halt);
	for (size_t i = 0; i < LIVES_MAX; i++)
		if (world.lives[i] != NULL) {
			world.lives[i]->paused = false;
			world.lives[i]->doom = world.lives[i]->pause_in = 0;
		}
	keep_alive();
}

void
keep_alive(void)
{
	for (size_t i = 0; i < LIVES_MAX; i++)
		if (world.lives[i] != NULL && !life_bury(world.lives[i]) && world.lives[i]->told &&
		    world.now_us > world.lives[i]->told_us + 60 * SECOND)
			life_kill(world.lives[i]);
	if (lives_now() == 0)
		begin_life();
}
