/*
 * watch.c - when to look, what to ask for, and which part of the answer is what.
 *
 * Which accounts, orders and tickers there are is known from the look before; a first look is
 * followed by others at once until nothing new turns up.
 */
#include "web/watch.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/watch_parts.h"

#define SETTLING_MAX 4
#define ALIASES_MAX  1000
#define TICKERS_MAX  2000

static void look(struct yq_watch *watch);

/* ---- what is asked ---- */

static void
ask(struct yq_args *args, const char *command, enum yq_key key, const char *arg)
{
	yq_args_next(args);
	yq_args_text(args, command);
	yq_args_key(args, key, arg);
}

static void
ask_of_each(struct yq_args *args, const struct watch_names *names, enum yq_key key)
{
	for (size_t i = 0; i < names->count; i++)
		ask(args, "HGETALL", key, names->texts[i]);
}

/* Orders that are open no more, and as many of the open ones as have their turn. */
static void
choose_orders(struct yq_watch *watch)
{
	struct watch_names *orders = &watch->asked.orders;
	size_t count = watch->open.count;
	size_t most = count < YQ_WATCH_ORDERS_MAX ? count : YQ_WATCH_ORDERS_MAX;

	watch_names_clear(orders);
	for (size_t i = 0; i < watch->left.count; i++)
		(void)watch_names_push(orders, watch->left.texts[i]);
	for (size_t i = 0; i < most; i++)
		(void)watch_names_push(orders, watch->open.texts[(watch->turn + i) % count]);
	watch->turn = count == 0 ? 0 : (watch->turn + most) % count;
}

static void
ask_all(struct yq_watch *watch, struct yq_args *args)
{
	const struct watch_asked *asked = &watch->asked;

	yq_args_text(args, "MULTI");
	ask(args, "SMEMBERS", YQ_KEY_ACCOUNT_INDEX, NULL);
	ask(args, "SMEMBERS", YQ_KEY_ORDER_OPEN, NULL);
	ask(args, "HGETALL", YQ_KEY_HALT, NULL);
	ask_of_each(args, &asked->aliases, YQ_KEY_DEPOSIT);
	ask_of_each(args, &asked->aliases, YQ_KEY_POSITION);
	ask_of_each(args, &asked->tickers, YQ_KEY_STOCK);
	ask_of_each(args, &asked->orders, YQ_KEY_ORDER_STATE);
	yq_args_next(args);
	yq_args_text(args, "EXEC");
}

/* ---- what is answered ---- */

struct cursor {
	const struct redisReply *reply;
	size_t at;
};

static const struct redisReply *
next_of(struct cursor *cursor)
{
	return yq_reply_at(cursor->reply, cursor->at++);
}

static size_t
answers_due(const struct watch_asked *asked)
{
	return 3 + 2 * asked->aliases.count + asked->tickers.count + asked->orders.count;
}

/* Whether `set` names one that `known` has not. */
static bool
take_aliases(struct watch_names *aliases, const struct redisReply *set)
{
	struct watch_names now = { .count = 0 };
	bool any_new = false;

	for (size_t i = 0; i < yq_reply_count(set) && now.count < ALIASES_MAX; i++) {
		const char *alias = yq_reply_text(yq_reply_at(set, i), NULL);

		if (alias == NULL || !yq_alias_is_valid(alias) || !watch_names_add(&now, alias))
			continue;
		any_new |= !watch_names_have(aliases, alias);
	}
	watch_names_free(aliases);
	*aliases = now;
	return any_new;
}

static void
order_left(void *cookie, struct yq_seen *seen)
{
	struct yq_watch *watch = cookie;

	(void)watch_names_push(&watch->left, seen->name);
}

static bool
take_open(struct yq_watch *watch, const struct redisReply *set)
{
	bool any_new = false;

	watch_names_clear(&watch->open);
	watch_names_clear(&watch->left);
	for (size_t i = 0; i < yq_reply_count(set); i++) {
		size_t length;
		const char *text = yq_reply_text(yq_reply_at(set, i), &length);
		struct yq_seen *seen;
		struct yq_id id;

		if (text == NULL || yq_id_parse(text, length, &id) != YQ_OK)
			continue;
		(void)watch_names_push(&watch->open, id.text);
		seen = yq_seen_find(&watch->seen, YQ_SEEN_ORDER, id.text);
		any_new |= seen == NULL;
		if (seen != NULL)
			seen->round = watch->seen.round;
	}
	yq_seen_each_gone(&watch->seen, YQ_SEEN_ORDER, order_left, watch);
	return any_new && watch->open.count <= YQ_WATCH_ORDERS_MAX;
}

static bool
take_tickers(struct watch_names *tickers, struct watch_names *now)
{
	bool any_new = false;

	if (now->count > TICKERS_MAX)
		now->count = TICKERS_MAX;
	for (size_t i = 0; i < now->count; i++)
		any_new |= !watch_names_have(tickers, now->texts[i]);
	watch_names_free(tickers);
	*tickers = *now;
	return any_new;
}

/* Returns whether there is more to ask for. */
static bool
read_all(struct yq_watch *watch, const struct redisReply *reply)
{
	struct cursor cursor = { reply, 0 };
	struct watch_asked *asked = &watch->asked;
	struct watch_names tickers = { .count = 0 };
	const struct redisReply *aliases = next_of(&cursor), *open = next_of(&cursor);
	size_t left = watch->left.count;
	bool more;

	watch->seen.round++;
	watch_read_halts(watch, next_of(&cursor));
	for (size_t i = 0; i < asked->aliases.count; i++)
		watch_read_deposits(watch, asked->aliases.texts[i], next_of(&cursor));
	for (size_t i = 0; i < asked->aliases.count; i++)
		watch_read_positions(watch, asked->aliases.texts[i], next_of(&cursor), &tickers);
	for (size_t i = 0; i < asked->tickers.count; i++)
		watch_read_prices(watch, asked->tickers.texts[i], next_of(&cursor));
	for (size_t i = 0; i < asked->orders.count; i++)
		watch_read_order(
		    watch, asked->orders.texts[i], next_of(&cursor), i < left, &tickers);
	watch_tell_gone(watch);
	more = take_aliases(&asked->aliases, aliases);
	more |= take_open(watch, open);
	more |= take_tickers(&asked->tickers, &tickers);
	return more;
}

/* ---- looks ---- */

static void
tell(struct yq_watch *watch)
{
	if (watch->frames.length > 0 && !yq_buf_ok(&watch->frames))
		yq_error("events: more has changed at once than fits");
	else if (watch->frames.length > 0)
		watch->events.changed(
		    watch->events.cookie, watch->frames.data, watch->frames.length);
	yq_buf_clear(&watch->frames);
}

static void
look_fresh(struct yq_watch *watch)
{
	if (watch->fresh || !watch->settled || !watch->healthy)
		return;
	watch->fresh = true;
	watch->events.fresh(watch->events.cookie);
}

static void
settle(struct yq_watch *watch)
{
	watch->settling = 0;
	watch->settled = true;
	look_fresh(watch);
}

static void
be_away(struct yq_watch *watch)
{
	watch->healthy = true;
	watch_read_health(watch, NULL);
	tell(watch);
	settle(watch);
}

static void
on_answer(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_watch *watch = cookie;
	bool more = false;

	watch->in_flight = false;
	if (watch->closing)
		return;
	if (rc == YQ_OK && yq_reply_count(reply) != answers_due(&watch->asked)) {
		yq_debug("events: an answer is of another kind than asked for");
		return;
	}
	if (rc != YQ_OK) {
		yq_debug("events: %s", err->text);
		if (watch->wanted)
			be_away(watch);
		return;
	}
	more = read_all(watch, reply);
	tell(watch);
	if (!watch->wanted)
		return;
	if (more && ++watch->settling < SETTLING_MAX)
		look(watch);
	else
		settle(watch);
}

static void
look(struct yq_watch *watch)
{
	struct yq_args *args;

	if (watch->in_flight || !watch->wanted)
		return;
	if (!yq_valkey_is_up(watch->valkey)) { /* at once, not when the command's time is over */
		be_away(watch);
		return;
	}
	choose_orders(watch);
	args = yq_valkey_args(watch->valkey);
	ask_all(watch, args);
	watch->in_flight = true;
	yq_valkey_send(watch->valkey, args, YQ_VALKEY_TIMEOUT_MS, on_answer, watch);
}

static void
on_timer(uv_timer_t *timer)
{
	look(timer->data);
}

/* ---- interface ---- */

struct yq_watch *
yq_watch_make(uv_loop_t *loop, struct yq_valkey *valkey, const struct yq_clock *clock,
    const struct yq_watch_events *events)
{
	struct yq_watch *watch = yq_xcalloc(1, sizeof(*watch));

	watch->valkey = valkey;
	watch->clock = clock;
	watch->events = *events;
	watch->frames = yq_buf_make(WATCH_FRAMES_MAX);
	(void)uv_timer_init(loop, &watch->timer);
	watch->timer.data = watch;
	return watch;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_watch *watch = handle->data;

	yq_seen_clear(&watch->seen);
	watch_names_free(&watch->asked.aliases);
	watch_names_free(&watch->asked.tickers);
	watch_names_free(&watch->asked.orders);
	watch_names_free(&watch->open);
	watch_names_free(&watch->left);
	yq_buf_free(&watch->frames);
	free(watch);
}

/* The command in flight ends by itself; it must find us. */
static void
on_last(uv_timer_t *timer)
{
	struct yq_watch *watch = timer->data;

	if (!watch->in_flight)
		uv_close((uv_handle_t *)timer, on_closed);
}

void
yq_watch_free(struct yq_watch *watch)
{
	if (watch == NULL || watch->closing)
		return;
	watch->closing = true;
	watch->wanted = false;
	(void)uv_timer_start(&watch->timer, on_last, 0, 10);
}

void
yq_watch_want(struct yq_watch *watch, bool wanted)
{
	if (watch->wanted == wanted || watch->closing)
		return;
	watch->wanted = wanted;
	watch->fresh = watch->settled = watch->healthy = false;
	watch->settling = 0;
	if (!wanted) {
		uv_timer_stop(&watch->timer);
		return;
	}
	(void)uv_timer_start(&watch->timer, on_timer, YQ_WATCH_MS, YQ_WATCH_MS);
	look(watch);
}

void
yq_watch_health(struct yq_watch *watch, const struct yq_health *health)
{
	if (!watch->wanted || !yq_valkey_is_up(watch->valkey))
		return; /* the looks themselves tell that it is away */
	watch->healthy = true;
	watch_read_health(watch, health);
	tell(watch);
	look_fresh(watch);
}

bool
yq_watch_is_fresh(const struct yq_watch *watch)
{
	return watch->fresh;
}

void
yq_watch_write(const struct yq_watch *watch, struct yq_buf *out)
{
	for (int kind = 0; kind < YQ_SEEN_KINDS; kind++)
		yq_seen_write(&watch->seen, (enum yq_seen_kind)kind, out);
}

uint64_t
yq_watch_version(const struct yq_watch *watch)
{
	return watch->seen.version;
}

void
yq_watch_write_health(const struct yq_watch *watch, struct yq_buf *out)
{
	yq_seen_write(&watch->seen, YQ_SEEN_HEALTH, out);
}
