/* books.c - the books of an account as hashes of the bus, written in one transaction. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/books.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/position_name.h"

/* Pairs of texts in one buffer; offsets become pointers when all are there. */
struct pairs {
	struct yq_buf text;
	size_t *at;
	size_t count, room;
};

static void
pair_begin(struct pairs *p, const char *field)
{
	if (p->count == p->room) {
		p->room = p->room == 0 ? 16 : p->room * 2;
		p->at = yq_xrealloc(p->at, p->room, 2 * sizeof(size_t));
	}
	p->at[2 * p->count] = p->text.length;
	yq_buf_add(&p->text, field, strlen(field) + 1);
	p->at[2 * p->count + 1] = p->text.length;
	p->count++;
}

static void
pair(struct pairs *p, const char *field, const char *value)
{
	pair_begin(p, field);
	yq_buf_add(&p->text, value, strlen(value) + 1);
}

static struct yq_pair *
pairs_list(const struct pairs *p)
{
	struct yq_pair *list = yq_xcalloc(p->count + 1, sizeof(*list));

	for (size_t i = 0; i < p->count; i++)
		list[i] = (struct yq_pair){ yq_buf_text(&p->text) + p->at[2 * i],
			yq_buf_text(&p->text) + p->at[2 * i + 1] };
	return list;
}

static void
pairs_free(struct pairs *p)
{
	yq_buf_free(&p->text);
	free(p->at);
}

#define PAIRS_MAX (64U << 20)

struct writing {
	struct gw_account *account;
	struct pairs pairs;
};

static bool
write_position(void *cookie, const struct yq_holding *holding)
{
	struct writing *w = cookie;
	struct yq_position position = holding->position;
	char field[YQ_TICKER_SIZE + 16];

	if (yq_decimal_sign(position.qty) == 0) {
		gw_position_gone(w->account, position.ticker);
		return true;
	}
	gw_position_field(w->account, position.exchange, position.ticker, field);
	yq_str_copy_cut(
	    position.account_alias, sizeof(position.account_alias), w->account->settings.alias);
	pair_begin(&w->pairs, field);
	yq_message_encode_position(&position, &w->pairs.text);
	yq_buf_add_char(&w->pairs.text, '\0');
	return true;
}

static void
write_account(struct gw_account *a, struct pairs *p, const char *currencies)
{
	char now[YQ_TIME_TEXT_SIZE], synced[YQ_TIME_TEXT_SIZE], from[YQ_TIME_TEXT_SIZE];

	yq_time_format(yq_clock_now_us(a->gw->clock), now);
	yq_time_format(a->synced_at_us, synced);
	pair(p, "Alias", a->settings.alias);
	pair(p, "Number", a->settings.number);
	pair(p, "Broker", a->broker->name);
	pair(p, "Active", a->settings.active ? "true" : "false");
	pair(p, "Currencies", currencies);
	pair(p, "UpdatedAt", now);
	pair(p, "SyncedAt", synced);
	if (a->look.fills_from_us > 0) {
		yq_time_format(a->look.fills_from_us, from);
		pair(p, "FillsFrom", from);
	}
}

static void
write_days(const struct gw_account *a, struct pairs *p)
{
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		char field[YQ_GUARD_FIELD_SIZE];

		if (!a->guard.day[c].set)
			continue;
		yq_guard_field_day(yq_names_text(&yq_currency_names, c), field);
		pair_begin(p, field);
		yq_message_encode_day_base(&a->guard.day[c].base, &p->text);
		yq_buf_add_char(&p->text, '\0');
	}
}

static void
write_orders(const struct gw_account *a, struct pairs *p)
{
	const struct yq_clock *clock = a->gw->clock;
	struct yq_rate_part parts[YQ_RATE_STEPS];
	size_t count = yq_rate_day_parts(&a->rate, yq_clock_monotonic_us(clock), parts);

	for (size_t i = 0; a->guard.counts && i < count; i++) {
		char at[YQ_TIME_TEXT_SIZE], field[YQ_GUARD_FIELD_SIZE], number[16];

		yq_time_format(yq_clock_instant_of(clock, parts[i].at_us), at);
		yq_guard_field_orders(at, field);
		yq_str_format(number, sizeof(number), "%u", (unsigned)parts[i].count);
		pair(p, field, number);
	}
}

static bool
write_mark(void *cookie, struct yq_table_node *node)
{
	const struct gw_mark *mark = yq_container(node, struct gw_mark, node);
	struct pairs *p = cookie;
	char field[YQ_GUARD_FIELD_SIZE];

	yq_guard_field_flatten(
	    mark->ticker, yq_names_text(&yq_exchange_names, (int)mark->exchange), field);
	pair_begin(p, field);
	yq_message_encode_flatten_mark(&mark->last, &p->text);
	yq_buf_add_char(&p->text, '\0');
	return true;
}

static void
write_guard(struct gw_account *a, struct pairs *p)
{
	write_days(a, p);
	write_orders(a, p);
	yq_table_each(&a->guard.marks, write_mark, p);
}

void
gw_books_write_guard(struct gw_account *a, yq_step_fn *fn, void *cookie)
{
	struct pairs guard = { .text = yq_buf_make(PAIRS_MAX) };
	struct yq_sync_item item = {
		.alias = a->settings.alias, .fence = a->fence, .active = a->settings.active
	};

	write_guard(a, &guard);
	item.guard = pairs_list(&guard);
	item.guard_count = guard.count;
	yq_step_sync(a->gw->valkey, &item, fn, cookie);
	free((void *)(uintptr_t)item.guard);
	pairs_free(&guard);
}

/* A currency is there if the broker told it or there is cash in it. */
void
gw_books_write(struct gw_account *a, const struct yq_broker_balance *balances, size_t balance_count,
    yq_step_fn *fn, void *cookie)
{
	struct writing positions = { .account = a };
	struct pairs account = { .text = yq_buf_make(4096) },
		     deposit = { .text = yq_buf_make(4096) },
		     guard = { .text = yq_buf_make(PAIRS_MAX) };
	struct yq_buf currencies = yq_buf_make(256);
	struct yq_sync_item item = {
		.alias = a->settings.alias, .fence = a->fence, .active = a->settings.active
	};

	positions.pairs.text = yq_buf_make(PAIRS_MAX);
	yq_account_each_holding(a->book, write_position, &positions);
	for (size_t i = 0; i < balance_count; i++) {
		char amount[YQ_DECIMAL_TEXT_SIZE];
		const char *name = yq_names_text(&yq_currency_names, (int)balances[i].currency);

		yq_decimal_format_places(balances[i].amount, 2, amount);
		pair(&deposit, name, amount);
		if (currencies.length > 0)
			yq_buf_add_char(&currencies, ',');
		yq_buf_add_text(&currencies, name);
	}
	write_account(a, &account, yq_buf_text(&currencies));
	write_guard(a, &guard);
	item.guard = pairs_list(&guard);
	item.guard_count = guard.count;
	item.account = pairs_list(&account);
	item.account_count = account.count;
	item.deposit = pairs_list(&deposit);
	item.deposit_count = deposit.count;
	item.position = pairs_list(&positions.pairs);
	item.position_count = positions.pairs.count;
	yq_step_sync(a->gw->valkey, &item, fn, cookie);
	free((void *)(uintptr_t)item.guard);
	pairs_free(&guard);
	free((void *)(uintptr_t)item.account);
	free((void *)(uintptr_t)item.deposit);
	free((void *)(uintptr_t)item.position);
	pairs_free(&account);
	pairs_free(&deposit);
	pairs_free(&positions.pairs);
	yq_buf_free(&currencies);
}
