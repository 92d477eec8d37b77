/* quiet.c - everything compared with the truth, once nothing is on its way any more. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bus/message.h"
#include "bus/schema.h"
#include "laws.h"

static char said[400];

static const char *say(const char *format, ...) YQ_PRINTF(1, 2);

static const char *
say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	return said;
}

static bool
is_decimal(const struct word *word, struct yq_decimal expected)
{
	struct yq_decimal value;

	return word != NULL && yq_decimal_parse(word->text, word->length, &value) == YQ_OK &&
	       yq_decimal_cmp(value, expected) == 0;
}

/* ---- orders ---- */

static const char *
order_wrong(const struct wish *w)
{
	const struct deal *deal =
	    exchange_find(exchange_account(w->order.account_alias), &w->order.id);
	enum yq_order_state state = wish_state(w);
	const char *key = wish_key(&w->order.id);
	bool is_open = server_has(&world.server, yq_key_name(YQ_KEY_ORDER_OPEN), w->order.id.text);

	if (w->archived || (w->unsure && w->place == 0))
		return NULL;
	if (state == YQ_ORDER_STATE_COUNT || w->place == 0)
		return say("order %s is not on the bus", w->order.id.text);
	if (state == YQ_ORDER_PENDING || state == YQ_ORDER_SUBMITTING || state == YQ_ORDER_UNKNOWN)
		return say("order %s is stuck: %s", w->order.id.text,
		    yq_names_text(&yq_order_state_names, (int)state));
	if (is_open != !yq_order_state_is_final(state))
		return say("order %s is %s, and%s in the set of open orders", w->order.id.text,
		    yq_names_text(&yq_order_state_names, (int)state), is_open ? "" : " not");
	if (deal == NULL)
		return state == YQ_ORDER_REJECTED || state == YQ_ORDER_CANCELED ||
			       state == YQ_ORDER_EXPIRED
			   ? NULL
			   : say("order %s is %s, and was never at the exchange", w->order.id.text,
				 yq_names_text(&yq_order_state_names, (int)state));
	if (state != deal->state)
		return say("order %s is %s here and %s there", w->order.id.text,
		    yq_names_text(&yq_order_state_names, (int)state),
		    yq_names_text(&yq_order_state_names, (int)deal->state));
	if (!is_decimal(server_get(&world.server, key, "Filled"), deal->filled))
		return say("order %s: not as much filled here as there", w->order.id.text);
	if (deal->execution_count > 0 &&
	    !is_decimal(server_get(&world.server, key, "Notional"), deal->notional))
		return say("order %s: another value here than there", w->order.id.text);
	return NULL;
}

static const char *
orders_wrong(void)
{
	const char *wrong = NULL;

	for (const struct wish *w = world.wishes->first; w != NULL && wrong == NULL; w = w->next)
		wrong = order_wrong(w);
	return wrong;
}

static const char *
executions_wrong(void)
{
	for (const struct deal *d = world.exchange->first; d != NULL; d = d->next)
		for (const struct execution *e = d->executions; e != NULL; e = e->next)
			if (e->booked != 1)
				return say("execution %s of order %s is booked %u times", e->id,
				    d->order.id.text, e->booked);
	return NULL;
}

/* ---- books on the bus ---- */

static const char *
cash_wrong(size_t account)
{
	char key[YQ_KEY_SIZE];

	(void)yq_key_format(YQ_KEY_DEPOSIT, manners[account].alias, key);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		struct yq_decimal there = { world.exchange->cash[account][c] };
		const char *name = yq_names_text(&yq_currency_names, c);
		const struct word *here = server_get(&world.server, key, name);

		if (here == NULL ? there.units != 0 : !is_decimal(here, there))
			return say("%s: %s %s here, another amount there", manners[account].alias,
			    name, here != NULL ? here->text : "nothing");
	}
	return NULL;
}

static const char *
positions_wrong(size_t account)
{
	char key[YQ_KEY_SIZE];
	const struct value *hash;
	size_t held = 0;

	(void)yq_key_format(YQ_KEY_POSITION, manners[account].alias, key);
	hash = server_find(&world.server, key);
	for (const struct yq_table_node *n = hash != NULL ? hash->cells.oldest : NULL; n != NULL;
	     n = n->newer) {
		const struct cell *cell = (const struct cell *)(const void *)n;
		const struct yq_position *there;
		struct yq_position here;

		if (yq_message_decode_position(cell->value.text, cell->value.length, &here, NULL) !=
		    YQ_OK)
			return say("%s: a position cannot be read", key);
		there =
		    &world.exchange->held[account][exchange_instrument(here.exchange, here.ticker)];
		if (yq_decimal_cmp(here.qty, there->qty) != 0 ||
		    yq_decimal_cmp(here.avg_price, there->avg_price) != 0)
			return say("%s: %s here and there differ", key, cell->name.text);
	}
	for (size_t i = 0; i < INSTRUMENTS; i++)
		held += yq_decimal_sign(world.exchange->held[account][i].qty) != 0;
	if (held != (hash != NULL ? hash->cells.count : 0))
		return say("%s: another number of positions than there", key);
	return NULL;
}

/* ---- the gateway's memory ---- */

static const struct gw_account *
serving(size_t account)
{
	for (size_t i = 0; i < LIVES_MAX; i++) {
		const struct gateway *gw =
		    world.lives[i] != NULL && world.lives[i]->started && !world.lives[i]->ending
			? world.lives[i]->gateway
			: NULL;

		for (size_t j = 0; gw != NULL && j < gw->account_count; j++)
			if (gw->accounts[j].state == GW_SERVING &&
			    yq_str_equal(gw->accounts[j].settings.alias, manners[account].alias))
				return &gw->accounts[j];
	}
	return NULL;
}

struct looking {
	size_t account, count;
	const char *wrong;
};

static bool
look_at_open(void *cookie, const struct yq_open_order *o)
{
	struct looking *look = cookie;
	const struct deal *deal = exchange_find(look->account, &o->id);
	struct yq_decimal left;

	look->count++;
	if (deal == NULL || !deal_is_open(deal))
		look->wrong = say("order %s reserves, and is not open there", o->id.text);
	else if (yq_decimal_sub(deal->qty, deal->filled, &left) != YQ_OK ||
		 yq_decimal_cmp(left, o->remaining) != 0)
		look->wrong =
		    say("order %s reserves for another rest than is open there", o->id.text);
	return look->wrong == NULL;
}

static const char *
memory_wrong(size_t account)
{
	const struct gw_account *a = serving(account);
	struct looking look = { .account = account };
	size_t open = 0;

	if (a == NULL)
		return say("%s is not served", manners[account].alias);
	if (a->task_count > 0 || a->unanswered > 0 || a->records > 0)
		return say("%s: %zu tasks, %zu unanswered, %zu records", manners[account].alias,
		    a->task_count, a->unanswered, a->records);
	yq_account_each_order(a->book, look_at_open, &look);
	if (look.wrong != NULL)
		return look.wrong;
	for (const struct deal *d = world.exchange->first; d != NULL; d = d->next)
		open += d->account == account && deal_is_open(d);
	if (look.count != open)
		return say("%s: %zu orders reserve, %zu are open", manners[account].alias,
		    look.count, open);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		if (a->book->cash[c].units != world.exchange->cash[account][c])
			return say(
			    "%s: cash in memory is not what it is there", manners[account].alias);
	return NULL;
}

/* Orders in hand that are not open: named by the first. */
static const char *
life_holds(const struct life *life, size_t open)
{
	const struct yq_table *orders = &life->gateway->orders;

	for (const struct yq_table_node *n = orders->oldest; n != NULL; n = n->newer) {
		const struct gw_order *o = (const struct gw_order *)(const void *)n;

		if (o->phase != GW_LIVE)
			return say("life %u has %zu orders in hand, and %zu are open: %s is in "
				   "phase %d, %zu calls name it",
			    life->number, orders->count, open, o->order.id.text, (int)o->phase,
			    o->refs);
	}
	return say(
	    "life %u has %zu orders in hand, and %zu are open", life->number, orders->count, open);
}

static const char *
lives_wrong(void)
{
	for (size_t i = 0; i < LIVES_MAX; i++) {
		const struct life *life = world.lives[i];
		size_t held = 0;

		if (life == NULL || !life->started || life->ending)
			continue;
		for (size_t j = 0; j < life->gateway->account_count; j++)
			if (life->gateway->accounts[j].book != NULL)
				held += life->gateway->accounts[j].book->open_order_count;
		if (life->gateway->orders.count != held)
			return life_holds(life, held);
	}
	return NULL;
}

static const char *
stream_wrong(void)
{
	const char *key = yq_key_name(YQ_KEY_ORDER_STREAM);
	const struct group *group =
	    server_group(&world.server, key, yq_groups[YQ_GROUP_ORDER_INTAKE].name);
	const struct value *stream = server_find(&world.server, key);

	if (group->pending_count > 0)
		return say("%zu entries are not acknowledged, the first %" PRId64 "-%" PRId64
			   " of %s",
		    group->pending_count, group->pending[0].ms, group->pending[0].seq,
		    group->pending[0].consumer);
	if (stream->entry_count > 0 &&
	    (group->last_ms != stream->last_ms || group->last_seq != stream->last_seq))
		return say("entries of the stream were not read");
	return NULL;
}

const char *
laws_quiet(void)
{
	const char *wrong = orders_wrong();

	if (wrong == NULL)
		wrong = executions_wrong();
	for (size_t a = 0; a < ACCOUNTS && wrong == NULL; a++) {
		wrong = cash_wrong(a);
		if (wrong == NULL)
			wrong = positions_wrong(a);
		if (wrong == NULL)
			wrong = brackets_wrong(a);
		if (wrong == NULL)
			wrong = memory_wrong(a);
	}
	if (wrong == NULL)
		wrong = lives_wrong();
	return wrong != NULL ? wrong : stream_wrong();
}

/* What every life thinks, for who looks why something is stuck. */
void
lives_tell(void)
{
	for (size_t i = 0; i < LIVES_MAX; i++) {
		const struct life *life = world.lives[i];

		if (life == NULL)
			continue;
		world_trace("life %u: instance %d, %s%s%s", life->number, life->instance,
		    life->up ? "up" : "down", life->paused ? ", paused" : "",
		    life->ending ? ", ending" : "");
		for (size_t j = 0; life->started && j < life->gateway->account_count; j++) {
			const struct gw_account *a = &life->gateway->accounts[j];

			world_trace("  %s: state %d, %zu tasks, %zu unanswered, %zu records",
			    a->settings.alias, (int)a->state, a->task_count, a->unanswered,
			    a->records);
		}
		if (life->started)
			brackets_tell(life);
	}
}
