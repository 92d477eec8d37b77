/* day.c - what an account has lost today, and the halt that follows. */
#include "broker_gateway/day.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"
#include "bus/halts.h"

#define RULE "DailyLoss"

/* ---- the local day ---- */

/* The hours of the country whose currency it is. */
static const struct yq_market_hours *
hours_of(const struct gateway *gw, enum yq_currency currency)
{
	const struct yq_calendar *calendar = yq_markets_calendar(gw->markets);

	for (int country = 0; country < YQ_COUNTRY_COUNT; country++)
		if (yq_market_of_country((enum yq_country)country)->currency == currency)
			return &calendar->hours[country];
	YQ_PANIC("a currency of no country");
}

/* Begins the day anew when the local date is another. */
static void
roll(struct gw_account *a, enum yq_currency c, int64_t now_us)
{
	struct gw_guard *guard = &a->guard;
	const struct yq_zone *zone;
	yq_date today;

	if (guard->day[c].set && now_us >= guard->day[c].begins_us &&
	    now_us < guard->day[c].ends_us)
		return;
	zone = hours_of(a->gw, c)->zone;
	today = yq_local_date(zone, now_us);
	guard->day[c].begins_us = yq_local_instant(zone, today, 0);
	guard->day[c].ends_us = yq_local_instant(zone, yq_date_add(today, 1), 0);
	if (guard->day[c].set && !yq_day_is_over(&guard->day[c].base, today))
		return;
	guard->day[c].set = true;
	guard->day[c].base =
	    (struct yq_day_base){ .date = today, .equity = yq_account_equity(a->book, c) };
	gw_guard_touch(a);
}

/* ---- the halt ---- */

struct raise {
	struct gw_account *account;
	enum yq_currency currency;
	int64_t date;
};

static void
on_raised(void *cookie, enum yq_rc rc, int64_t changed, const struct yq_err *err)
{
	struct raise *raise = cookie;
	struct gw_account *a = raise->account;

	if (!a->gw->stopped) {
		a->guard.day[raise->currency].raising = false;
		if (rc == YQ_OK)
			a->guard.day[raise->currency].raised = raise->date;
		else
			yq_warn(
			    "account %s cannot be halted yet: %s", a->settings.alias, err->text);
		if (rc == YQ_OK && changed > 0)
			yq_error("account %s is halted: its limit of losses a day is reached",
			    a->settings.alias);
		gw_soon(a->gw);
	}
	free(raise);
}

static void
halt(struct gw_account *a, enum yq_currency c, struct yq_decimal loss, int64_t now_us)
{
	struct raise *raise = yq_xcalloc(1, sizeof(*raise));
	const char *currency = yq_names_text(&yq_currency_names, (int)c);
	bool flatten = a->limits->daily_loss_action == YQ_LOSS_FLATTEN;
	struct yq_halt halt = { .flatten = flatten };
	char scope[YQ_HALT_FIELD_SIZE], rule[YQ_HALT_RULE_SIZE];
	char lost[YQ_MONEY_TEXT_SIZE], limit[YQ_MONEY_TEXT_SIZE], text[YQ_NOTIFICATION_TEXT_SIZE];

	yq_money_format(loss, c, lost);
	yq_money_format(a->limits->max_daily_loss[c].value, c, limit);
	*raise = (struct raise){ .account = a, .currency = c, .date = a->guard.day[c].base.date };
	yq_str_format(halt.why, sizeof(halt.why),
	    "loss today %s, the limit is %s; %suntil the next day begins in %s", lost, limit,
	    flatten ? "what is held is closed, and nothing is opened " : "nothing is opened ",
	    yq_zone_name(hours_of(a->gw, c)->zone));
	halt.id = yq_day_halt_id(a->settings.alias, c, raise->date);
	yq_halt_set_times(&halt, now_us, a->guard.day[c].ends_us, a->limits->cooling_off_us);
	yq_halt_field_account(a->settings.alias, scope);
	yq_str_format(rule, sizeof(rule), RULE "%s", currency);
	a->guard.day[c].raising = true;
	yq_str_format(text, sizeof(text), "account %s is halted: %s", a->settings.alias, halt.why);
	yq_halts_raise(
	    a->gw->valkey, rule, scope, &halt, YQ_PROGRAM_GATEWAY, text, on_raised, raise);
}

/* ---- looking ---- */

struct yq_opt_decimal
gw_day_loss(const struct gw_account *a, enum yq_currency c)
{
	if (!a->guard.day[c].set)
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(yq_day_loss(&a->guard.day[c].base, yq_account_equity(a->book, c)));
}

void
gw_day_look(struct gw_account *a, enum yq_currency c)
{
	struct gw_guard *guard = &a->guard;
	int64_t now_us;
	struct yq_decimal loss;

	/* Before it is served nobody knows yet whether these are the books. */
	if (a->state != GW_SERVING)
		return;
	now_us = yq_clock_now_us(a->gw->clock);
	roll(a, c, now_us);
	if (!a->limits->max_daily_loss[c].set || a->limits->daily_loss_action == YQ_LOSS_REFUSE ||
	    guard->day[c].raising || guard->day[c].raised == guard->day[c].base.date)
		return;
	loss = yq_day_loss(&guard->day[c].base, yq_account_equity(a->book, c));
	if (yq_day_is_lost(loss, a->limits->max_daily_loss[c]) && yq_valkey_is_up(a->gw->valkey) &&
	    gw_lease_is_valid(a->gw))
		halt(a, c, loss, now_us);
}

void
gw_days_tick(struct gateway *gw)
{
	for (size_t i = 0; i < gw->account_count; i++)
		for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
			gw_day_look(&gw->accounts[i], (enum yq_currency)c);
}

/* ---- the broker's books ---- */

struct moves {
	struct gw_account *account;
	struct yq_decimal by[YQ_CURRENCY_COUNT];
};

/* So much more, at the price that is known of it. */
static void
move(struct moves *moves, const struct yq_position *at, struct yq_decimal qty, int sign)
{
	struct yq_decimal price = at->current_price.set ? at->current_price.value : at->avg_price,
			  value;

	if (yq_decimal_mul(qty, price, YQ_ROUND_HALF_EVEN, &value) == YQ_OK)
		moves->by[at->currency].units += sign * value.units;
}

static bool
take_ours(void *cookie, const struct yq_holding *holding)
{
	move(cookie, &holding->position, holding->position.qty, -1);
	return true;
}

/* Ours at their price, so that the price alone moves nothing. */
static void
take_theirs(struct moves *moves, const struct yq_position *theirs)
{
	const struct yq_holding *ours =
	    yq_account_holding(moves->account->book, theirs->exchange, theirs->ticker);
	struct yq_position at = *theirs;

	if (ours != NULL && yq_decimal_sign(ours->position.qty) != 0)
		at = ours->position;
	move(moves, &at, theirs->qty, 1);
}

void
gw_day_adopt(struct gw_account *a, const struct yq_broker_balance *balances, size_t balance_count,
    const struct yq_position *positions, size_t count)
{
	struct moves moves = { .account = a };
	bool moved = false;

	for (size_t i = 0; i < balance_count; i++)
		moves.by[balances[i].currency].units += balances[i].amount.units;
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		moves.by[c].units -= a->book->cash[c].units;
	yq_account_each_holding(a->book, take_ours, &moves);
	for (size_t i = 0; i < count; i++)
		take_theirs(&moves, &positions[i]);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		if (!a->guard.day[c].set || yq_decimal_sign(moves.by[c]) == 0)
			continue;
		yq_day_move(&a->guard.day[c].base, moves.by[c]);
		moved = true;
	}
	if (moved)
		gw_guard_touch(a);
}
