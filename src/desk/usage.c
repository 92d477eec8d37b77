/* usage.c - limits and their use: one table row a limit. */
#include "desk/usage.h"

#include "base/str.h"
#include "domain/trace.h"

struct usage_list {
	const struct yq_risk_limits *limits;
	const struct yq_book *book;
	int64_t now_us;
	struct yq_usage *rows;
	size_t count;
};

static struct yq_usage *
add(struct usage_list *list, const char *name)
{
	struct yq_usage *row;

	if (list->count == YQ_USAGE_ROWS_MAX)
		return NULL;
	row = &list->rows[list->count++];
	*row = (struct yq_usage){ .name = name, .currency = YQ_CURRENCY_NONE };
	return row;
}

static void
set_ratio(struct yq_usage *row, struct yq_decimal used, struct yq_decimal limit)
{
	if (yq_decimal_sign(limit) > 0)
		row->ratio.set =
		    yq_decimal_div(used, limit, YQ_ROUND_HALF_EVEN, &row->ratio.value) == YQ_OK;
}

/* ---- amounts ---- */

typedef struct yq_opt_decimal usage_amount_fn(
    const struct usage_list *list, enum yq_currency currency);

static struct yq_opt_decimal
day_loss(const struct usage_list *list, enum yq_currency currency)
{
	return yq_book_day_loss(list->book, currency);
}

static void
add_amounts(struct usage_list *list, const char *name,
    const struct yq_opt_decimal limits[YQ_CURRENCY_COUNT], usage_amount_fn *used)
{
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		struct yq_usage *row = limits[c].set ? add(list, name) : NULL;
		struct yq_opt_decimal now = YQ_OPT_DECIMAL_NONE;

		if (row == NULL)
			continue;
		row->currency = (enum yq_currency)c;
		yq_money_format(limits[c].value, (enum yq_currency)c, row->limit);
		if (used != NULL && list->book != NULL)
			now = used(list, (enum yq_currency)c);
		if (!now.set)
			continue;
		yq_money_format(now.value, (enum yq_currency)c, row->used);
		set_ratio(row, now.value, limits[c].value);
	}
}

/* ---- shares of the equity ---- */

/* The largest share, of any currency; absent where there is no equity. */
typedef struct yq_opt_decimal usage_share_fn(const struct usage_list *list);

/* `value` of that currency's equity, if that is more than `largest`. */
static void
take_share(const struct usage_list *list, enum yq_currency currency, struct yq_decimal value,
    struct yq_opt_decimal *largest)
{
	struct yq_decimal equity = yq_account_equity(list->book->account, currency), share;

	if (yq_decimal_sign(equity) <= 0 ||
	    yq_decimal_div(value, equity, YQ_ROUND_HALF_EVEN, &share) != YQ_OK)
		return;
	if (!largest->set || yq_decimal_cmp(share, largest->value) > 0)
		*largest = yq_opt_decimal_of(share);
}

struct share_search {
	const struct usage_list *list;
	struct yq_opt_decimal largest;
};

static bool
take_holding(void *cookie, const struct yq_holding *holding)
{
	struct share_search *search = cookie;

	if (yq_decimal_sign(holding->position.qty) != 0)
		take_share(search->list, holding->position.currency, yq_decimal_abs(holding->value),
		    &search->largest);
	return true;
}

static struct yq_opt_decimal
position_share(const struct usage_list *list)
{
	struct share_search search = { .list = list };

	yq_account_each_holding(list->book->account, take_holding, &search);
	if (!search.largest.set && list->book->account->position_count == 0)
		return yq_opt_decimal_of(YQ_DECIMAL_ZERO);
	return search.largest;
}

static struct yq_opt_decimal
invested_share(const struct usage_list *list)
{
	const struct yq_account *account = list->book->account;
	struct yq_opt_decimal largest = YQ_OPT_DECIMAL_NONE;

	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		struct yq_decimal invested;

		if (yq_decimal_add(account->gross[c], account->reserved[c], &invested) == YQ_OK)
			take_share(list, (enum yq_currency)c, invested, &largest);
	}
	return largest;
}

static void
format_share(struct yq_decimal share, char text[YQ_USAGE_TEXT_SIZE])
{
	char number[YQ_DECIMAL_TEXT_SIZE];
	struct yq_decimal percent = YQ_DECIMAL_ZERO;

	if (yq_decimal_mul(share, yq_decimal_from_int(100), YQ_ROUND_HALF_EVEN, &percent) ==
		YQ_OK &&
	    yq_decimal_round_to(
		percent, yq_decimal_from_scaled(1, 2), YQ_ROUND_HALF_EVEN, &percent) != YQ_OK)
		percent = YQ_DECIMAL_ZERO;
	yq_decimal_format(percent, number);
	yq_str_format(text, YQ_USAGE_TEXT_SIZE, "%s %%", number);
}

static void
add_share(
    struct usage_list *list, const char *name, struct yq_opt_decimal limit, usage_share_fn *used)
{
	struct yq_usage *row = limit.set ? add(list, name) : NULL;
	struct yq_opt_decimal now;

	if (row == NULL)
		return;
	format_share(limit.value, row->limit);
	if (used == NULL || list->book == NULL)
		return;
	now = used(list);
	if (!now.set)
		return;
	format_share(now.value, row->used);
	set_ratio(row, now.value, limit.value);
}

/* ---- counts ---- */

typedef int64_t usage_count_fn(const struct usage_list *list);

static int64_t
instruments(const struct usage_list *list)
{
	return (int64_t)yq_account_instruments(list->book->account);
}

static int64_t
open_orders(const struct usage_list *list)
{
	return (int64_t)list->book->account->open_order_count;
}

static int64_t
orders_a_minute(const struct usage_list *list)
{
	return yq_rate_count(&list->book->rate, list->now_us);
}

static int64_t
orders_a_day(const struct usage_list *list)
{
	return yq_risk_orders_last_day(list->limits, &list->book->rate, list->now_us);
}

static void
add_count(struct usage_list *list, const char *name, int64_t limit, usage_count_fn *used)
{
	struct yq_usage *row = limit != 0 ? add(list, name) : NULL;
	int64_t now;

	if (row == NULL)
		return;
	yq_str_format(row->limit, sizeof(row->limit), "%lld", (long long)limit);
	if (list->book == NULL)
		return;
	now = used(list);
	yq_str_format(row->used, sizeof(row->used), "%lld", (long long)now);
	set_ratio(row, yq_decimal_from_int(now), yq_decimal_from_int(limit));
}

static void
add_time(struct usage_list *list, const char *name, int64_t us)
{
	struct yq_usage *row = us != 0 ? add(list, name) : NULL;

	if (row != NULL)
		yq_str_format(
		    row->limit, sizeof(row->limit), "%lld s", (long long)(us / YQ_US_PER_SECOND));
}

static void
add_quantity(struct usage_list *list, const char *name, struct yq_opt_decimal limit)
{
	struct yq_usage *row = limit.set ? add(list, name) : NULL;

	if (row != NULL)
		yq_decimal_format(limit.value, row->limit);
}

size_t
yq_usage_of(const struct yq_risk_limits *limits, const struct yq_book *book, int64_t now_us,
    struct yq_usage rows[YQ_USAGE_ROWS_MAX])
{
	struct usage_list list = { .limits = limits, .book = book, .now_us = now_us, .rows = rows };

	add_amounts(&list, "MaxDailyLoss", limits->max_daily_loss, day_loss);
	add_share(&list, "MaxPositionShare", limits->max_position_share, position_share);
	add_share(&list, "MaxInvestedShare", limits->max_invested_share, invested_share);
	add_count(&list, "MaxPositions", limits->max_positions, instruments);
	add_count(&list, "MaxOpenOrders", limits->max_open_orders, open_orders);
	add_count(&list, "MaxOrdersPerMinute", limits->max_orders_per_minute, orders_a_minute);
	add_count(&list, "MaxOrdersPerDay", limits->max_orders_per_day, orders_a_day);
	add_amounts(&list, "MaxOrderValue", limits->max_order_value, NULL);
	add_amounts(&list, "MinOrderValue", limits->min_order_value, NULL);
	add_quantity(&list, "MaxOrderQty", limits->max_order_qty);
	add_share(&list, "PriceCollar", limits->price_collar, NULL);
	add_time(&list, "MaxPriceAgeSeconds", limits->max_price_age_us);
	add_time(&list, "DuplicateWindowSeconds", limits->duplicate_window_us);
	return list.count;
}

bool
yq_usage_has(const struct yq_usage *rows, size_t count, const struct yq_usage *row)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].name == row->name && rows[i].currency == row->currency &&
		    yq_str_equal(rows[i].limit, row->limit))
			return true;
	return false;
}
