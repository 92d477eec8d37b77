/* bracket.c - what an order opens is protected: never by more than it filled, and when it is quiet
 * by all that is left of it. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "bus/bracket.h"
#include "laws.h"

static char said[300];

/* An exit is put on the stream: by its bracket, under the id that it always would have had. */
void
law_exit_made(const struct yq_order *order)
{
	struct wish *entry = wish_find(&order->bracket_id), *w;

	if (entry == NULL || !yq_exits_any(&entry->order.exits) || !order->reduce_only ||
	    order->action == entry->order.action)
		world_fail("order %s is an exit of nothing", order->id.text);
	if (wish_find(&order->id) != NULL)
		world_fail("exit %s is made twice", order->id.text);
	if (entry->exits == NULL)
		count_up(COUNT_BRACKETS);
	count_up(COUNT_EXITS);
	w = wish_make(order);
	w->next_exit = entry->exits;
	entry->exits = w;
	world_trace("bus: exit %s of order %.8s", world_short(&order->id), order->bracket_id.text);
}

static struct deal *
deal_of(const struct wish *w)
{
	return exchange_find(exchange_account(w->order.account_alias), &w->order.id);
}

/* What exits have executed and, `live`, may still: by the exchange. */
static yq_int128
exits_take(const struct wish *entry, bool filled, bool live)
{
	yq_int128 sum = 0;

	for (const struct wish *w = entry->exits; w != NULL; w = w->next_exit) {
		const struct deal *deal = deal_of(w);

		if (deal != NULL && filled)
			sum += deal->filled.units;
		if (deal != NULL && live && deal_is_open(deal))
			sum += deal->qty.units - deal->filled.units;
	}
	return sum;
}

/* At the exchange there are never exits of more than the entry has filled. */
void
law_exit_taken(const struct deal *deal)
{
	const struct wish *entry = wish_find(&deal->order.bracket_id);
	const struct deal *opened = entry != NULL ? deal_of(entry) : NULL;

	if (yq_id_is_none(&deal->order.bracket_id))
		return;
	if (opened == NULL || exits_take(entry, true, true) > opened->filled.units)
		world_fail("exit %s: more would be closed than order %s has opened",
		    deal->order.id.text, deal->order.bracket_id.text);
}

/* ---- when it is quiet ---- */

struct lane { /* of all its brackets in one direction */
	yq_int128 left, live;
	yq_int128 sold; /* of what is left: its stop-loss is watched, and must have been sent */
};

static const char *
key_of(const struct wish *entry)
{
	static char key[YQ_KEY_SIZE];

	(void)yq_key_format(YQ_KEY_BRACKET, entry->order.id.text, key);
	return key;
}

/* What its record says of an order is what the exchange knows. */
static bool
is_recorded(const struct wish *entry, const struct wish *w)
{
	const struct word *part = server_get(&world.server, key_of(entry), w->order.id.text);
	const struct deal *deal = deal_of(w);
	struct yq_bracket_leg leg;

	if (part == NULL) /* nobody has come to keep it: it was refused before, or never read */
		return w == entry && deal == NULL;
	return yq_message_decode_bracket_leg(part->text, part->length, &leg, NULL) == YQ_OK &&
	       (deal == NULL
		       ? yq_order_state_is_final(leg.state) && yq_decimal_sign(leg.filled) == 0
		       : yq_decimal_cmp(leg.filled, deal->filled) == 0 &&
			     yq_order_state_is_final(leg.state) == !deal_is_open(deal));
}

static const char *
record_wrong(const struct wish *entry)
{
	const struct wish *w = is_recorded(entry, entry) ? entry->exits : entry;

	while (w != NULL && w != entry && is_recorded(entry, w))
		w = w->next_exit;
	if (w == NULL)
		return NULL;
	yq_str_format(said, sizeof(said), "order %s is another in the record of its bracket",
	    w->order.id.text);
	return said;
}

/* Once a stop that is watched was touched it stays on its way. */
static bool
must_be_sold(const struct wish *entry)
{
	const struct yq_opt_decimal *stop = &entry->order.exits.stop_loss;
	struct yq_decimal price =
	    instrument_price(exchange_instrument(entry->order.exchange, entry->order.ticker));

	for (const struct wish *w = entry->exits; w != NULL; w = w->next_exit)
		if (yq_bracket_is_touched(&w->order))
			return true;
	return stop->set &&
	       (entry->order.action == YQ_BUY ? yq_decimal_cmp(price, stop->value) <= 0
					      : yq_decimal_cmp(price, stop->value) >= 0);
}

static bool
is_right(size_t account, const struct lane *lane, yq_int128 free_of)
{
	yq_int128 all = lane->left < free_of ? lane->left : free_of;

	if (!manners[account].takes_few)
		return lane->live == all;
	/* What others take may be missing of any of them. */
	return lane->live <= all && lane->live >= lane->sold - (lane->left - all);
}

static const char *
bracket_wrong(const struct wish *entry, struct lane lanes[INSTRUMENTS][YQ_ACTION_COUNT])
{
	const struct deal *deal = deal_of(entry);
	const struct word *lost = server_get(&world.server, key_of(entry), YQ_BRACKET_LOST);
	const struct word *ended = server_get(&world.server, key_of(entry), YQ_BRACKET_ENDED);
	bool open =
	    server_has(&world.server, yq_key_name(YQ_KEY_BRACKET_OPEN), entry->order.id.text);
	yq_int128 left = deal != NULL ? deal->filled.units - exits_take(entry, true, false) : 0;
	yq_int128 live = exits_take(entry, false, true);
	struct yq_decimal gone = YQ_DECIMAL_ZERO;
	struct lane *lane;

	if (lost != NULL && yq_decimal_parse(lost->text, lost->length, &gone) != YQ_OK)
		return "what a bracket has lost cannot be read";
	left -= gone.units;
	if (ended != NULL || left < 0)
		left = 0;
	lane = &lanes[exchange_instrument(entry->order.exchange, entry->order.ticker)]
		     [entry->order.action];
	lane->left += left;
	lane->live += live;
	lane->sold += must_be_sold(entry) ? left : 0;
	if (live > left || (live > 0 && !open))
		yq_str_format(said, sizeof(said), "exits of %s rest for more than is left of it",
		    entry->order.id.text);
	else if (left > 0 && !open)
		yq_str_format(said, sizeof(said), "the bracket of %s is over, and it is not closed",
		    entry->order.id.text);
	else if (left == 0 && open && (deal == NULL || !deal_is_open(deal)) &&
		 (entry->archived || yq_order_state_is_final(wish_state(entry))))
		yq_str_format(
		    said, sizeof(said), "the bracket of %s is not over", entry->order.id.text);
	else
		return NULL;
	return said;
}

/* What open orders that are no exits take of what is held. */
static yq_int128
taken_by_others(size_t account, size_t instrument, enum yq_action action)
{
	yq_int128 sum = 0;

	for (const struct deal *d = world.exchange->first; d != NULL; d = d->next)
		if (d->account == account && d->instrument == instrument && deal_is_open(d) &&
		    d->order.action == action && yq_id_is_none(&d->order.bracket_id))
			sum += d->qty.units - d->filled.units;
	return sum;
}

const char *
brackets_wrong(size_t account)
{
	struct lane lanes[INSTRUMENTS][YQ_ACTION_COUNT] = { 0 };
	const char *wrong = NULL;

	for (const struct wish *w = world.wishes->first; w != NULL && wrong == NULL; w = w->next)
		if (yq_exits_any(&w->order.exits) &&
		    exchange_account(w->order.account_alias) == account) {
			wrong = bracket_wrong(w, lanes);
			if (wrong == NULL)
				wrong = record_wrong(w);
		}
	for (size_t i = 0; i < INSTRUMENTS && wrong == NULL; i++)
		for (int entry = 0; entry < YQ_ACTION_COUNT; entry++) {
			yq_int128 held = world.exchange->held[account][i].qty.units;
			yq_int128 free_of;

			held = entry == YQ_BUY ? held : -held;
			free_of =
			    held - taken_by_others(account, i, entry == YQ_BUY ? YQ_SELL : YQ_BUY);
			if (free_of < 0)
				free_of = 0;
			if (!is_right(account, &lanes[i][entry], free_of)) {
				yq_str_format(said, sizeof(said),
				    "%s: of what its brackets have left, %lld of %s, %lld rest",
				    manners[account].alias,
				    (long long)(lanes[i][entry].left / YQ_DECIMAL_ONE),
				    world.exchange->instruments[i].ticker,
				    (long long)(lanes[i][entry].live / YQ_DECIMAL_ONE));
				wrong = said;
			}
		}
	return wrong;
}

static const char *
why_of(const struct yq_id *id)
{
	const struct word *why = server_get(&world.server, wish_key(id), "LastError");

	return why != NULL ? why->text : "";
}

/* What a life believes of its brackets, into the trace. */
void
brackets_tell(const struct life *life)
{
	for (const struct yq_table_node *n = life->gateway->brackets.all.oldest; n != NULL;
	     n = n->newer) {
		const struct gw_bracket *b = (const struct gw_bracket *)(const void *)n;

		world_trace("  bracket %.8s in %s: kept %d, under way %d, placing %d, over %s, %u "
			    "failures, price %lld",
		    b->plan.id.text, b->account->settings.alias, b->kept, b->under_way, b->placing,
		    b->over != NULL ? b->over : "no", b->failures,
		    (long long)(b->lane->price.value.units / YQ_DECIMAL_ONE));
		for (size_t i = 0; i < b->leg_count; i++)
			world_trace("    %.8s %s %lld of %lld: %s %s", b->legs[i].leg.id.text,
			    b->legs[i].leg.exit,
			    (long long)(b->legs[i].leg.filled.units / YQ_DECIMAL_ONE),
			    (long long)(b->legs[i].leg.qty.units / YQ_DECIMAL_ONE),
			    yq_names_text(&yq_order_state_names, (int)b->legs[i].leg.state),
			    why_of(&b->legs[i].leg.id));
	}
}
