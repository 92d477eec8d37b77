/* chain.c - orders out of rows. */
#include "broker/kis/chain.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/field.h"
#include "domain/market.h"

/* ---- names ---- */

void
yq_kis_id_make(enum yq_exchange exchange, const char *date, const char *number,
    char id[YQ_BROKER_ORDER_ID_SIZE])
{
	enum yq_country country = yq_market_of(exchange)->country;

	(void)yq_str_format(id, YQ_BROKER_ORDER_ID_SIZE, "%s-%s-%s",
	    yq_names_text(&yq_country_names, (int)country), date, number);
}

/* "KR-20261123-": two letters, a dash, eight digits, a dash. */
#define COUNTRY_LENGTH 2
#define DATE_AT	       (COUNTRY_LENGTH + 1)
#define NUMBER_AT      (DATE_AT + YQ_KIS_DATE_SIZE)

enum yq_rc
yq_kis_id_parse(const char *text, struct yq_kis_id *id, struct yq_err *err)
{
	size_t length = strlen(text);
	int64_t days;
	int country;

	*id = (struct yq_kis_id){ .country = YQ_COUNTRY_COUNT };
	if (yq_kis_number_of(text, length, id->number))
		return YQ_OK;
	country =
	    length > COUNTRY_LENGTH ? yq_names_find(&yq_country_names, text, COUNTRY_LENGTH) : -1;
	if (country >= 0 && length > NUMBER_AT && text[COUNTRY_LENGTH] == '-' &&
	    text[NUMBER_AT - 1] == '-' &&
	    yq_str_copy_bytes(id->date, sizeof(id->date), text + DATE_AT, YQ_KIS_DATE_SIZE - 1) &&
	    yq_kis_date_parse(id->date, &days) &&
	    yq_kis_number_of(text + NUMBER_AT, length - NUMBER_AT, id->number)) {
		id->country = (enum yq_country)country;
		return YQ_OK;
	}
	return yq_err_set(err, YQ_E_INVALID, "\"%s\" is no order of KIS", text);
}

/* ---- who changes whom ---- */

static enum yq_country
country_of(const struct yq_kis_row *row)
{
	return yq_market_of(row->exchange)->country;
}

/* The row that this one changes, the latest where a number was given on several days; `none` where
 * it is not among them. */
static size_t
parent_of(const struct yq_kis_rows *rows, size_t child, size_t none)
{
	const struct yq_kis_row *row = &rows->list[child];
	size_t found = none;

	if (row->origin[0] == '\0')
		return none;
	for (size_t i = 0; i < rows->count; i++) {
		const struct yq_kis_row *other = &rows->list[i];

		if (i == child || !yq_str_equal(other->number, row->origin) ||
		    country_of(other) != country_of(row) || strcmp(other->date, row->date) > 0 ||
		    !yq_str_equal(other->ticker, row->ticker))
			continue;
		if (found == none || strcmp(other->date, rows->list[found].date) > 0)
			found = i;
	}
	return found;
}

/* The first of a chain; rows that name each other in a ring end where they began. */
static void
find_roots(const struct yq_kis_rows *rows, size_t *roots)
{
	for (size_t i = 0; i < rows->count; i++)
		roots[i] = parent_of(rows, i, i);
	for (size_t i = 0; i < rows->count; i++) {
		size_t at = i;

		for (size_t steps = 0; roots[at] != at && steps < rows->count; steps++)
			at = roots[at];
		roots[i] = at;
	}
}

/* ---- one order ---- */

struct sum {
	const struct yq_kis_row *root;
	const struct yq_kis_row *current; /* the last that stands at the exchange */
	struct yq_decimal filled, value;
	bool canceled, rejected;
};

static bool
is_rejected(const struct yq_kis_row *row)
{
	return yq_decimal_sign(row->rejected) > 0 && yq_decimal_cmp(row->rejected, row->qty) >= 0 &&
	       yq_decimal_sign(row->filled) == 0;
}

static bool
is_later(const struct yq_kis_row *a, const struct yq_kis_row *b)
{
	int date = strcmp(a->date, b->date);

	return date != 0 ? date > 0 : strcmp(a->number, b->number) > 0;
}

static enum yq_rc
add(struct sum *sum, const struct yq_kis_row *row)
{
	bool rejected = is_rejected(row);

	if (row == sum->root)
		sum->rejected = rejected;
	else if (row->kind == YQ_KIS_ROW_CANCEL)
		sum->canceled = sum->canceled || !rejected;
	sum->canceled = sum->canceled || (row->canceled && !rejected);
	if (row->kind != YQ_KIS_ROW_CANCEL && (!rejected || row == sum->root) &&
	    (sum->current == NULL || is_later(row, sum->current)))
		sum->current = row;
	if (yq_decimal_add(sum->filled, row->filled, &sum->filled) != YQ_OK ||
	    yq_decimal_add(sum->value, row->value, &sum->value) != YQ_OK)
		return YQ_E_RANGE;
	return YQ_OK;
}

static enum yq_order_state
state_of(const struct sum *sum, struct yq_decimal qty, bool day_is_over)
{
	bool some = yq_decimal_sign(sum->filled) > 0;
	bool left = yq_decimal_sign(sum->current->left) > 0;

	if (yq_decimal_cmp(sum->filled, qty) >= 0)
		return YQ_ORDER_FILLED;
	if (sum->rejected && sum->current == sum->root)
		return YQ_ORDER_REJECTED;
	if (left && !day_is_over)
		return some ? YQ_ORDER_PARTIALLY_FILLED : YQ_ORDER_OPEN;
	if (sum->canceled || (!left && !day_is_over))
		return YQ_ORDER_CANCELED;
	return YQ_ORDER_EXPIRED;
}

/* What a change found executed already stays with the row it changed: its own quantity is the
 * rest. */
static enum yq_rc
whole_qty(const struct sum *sum, struct yq_decimal *qty)
{
	struct yq_decimal before;

	if (yq_decimal_sub(sum->filled, sum->current->filled, &before) != YQ_OK)
		return YQ_E_RANGE;
	return yq_decimal_add(before, sum->current->qty, qty);
}

static enum yq_rc
finish(const struct sum *sum, const struct yq_kis_zones *zones, int64_t now_us,
    struct yq_kis_order *order)
{
	const struct yq_kis_row *root = sum->root, *current = sum->current;
	struct yq_broker_order *o = &order->order;
	char today[YQ_KIS_DATE_SIZE];

	*order = (struct yq_kis_order){ .left = current->left, .value = sum->value };
	yq_kis_date_at(zones, root->exchange, now_us, today);
	/* Of a chain whose beginning is not among the rows the first name is known all the same. */
	yq_kis_id_make(root->exchange, root->date,
	    root->origin[0] != '\0' ? root->origin : root->number, o->broker_order_id);
	memcpy(order->date, root->date, sizeof(order->date));
	memcpy(order->number, current->number, sizeof(order->number));
	memcpy(order->branch, current->branch, sizeof(order->branch));
	memcpy(o->ticker, root->ticker, sizeof(o->ticker));
	o->exchange = root->exchange;
	o->action = root->action;
	o->filled = sum->filled;
	o->time_us = root->time_us;
	yq_str_copy_cut(o->text, sizeof(o->text), root->text);
	if (yq_decimal_sign(current->price) > 0)
		o->price = yq_opt_decimal_of(current->price);
	if (whole_qty(sum, &o->qty) != YQ_OK)
		return YQ_E_RANGE;
	o->state = state_of(sum, o->qty, strcmp(current->date, today) < 0);
	if (yq_order_state_is_final(o->state))
		order->left = YQ_DECIMAL_ZERO;
	if (yq_decimal_sign(sum->filled) == 0)
		return YQ_OK;
	return yq_decimal_div(sum->value, sum->filled, YQ_ROUND_HALF_EVEN, &o->avg_price);
}

/* ---- all of them ---- */

static int
compare_times(const void *a, const void *b)
{
	const struct yq_kis_order *x = a, *y = b;

	if (x->order.time_us != y->order.time_us)
		return x->order.time_us < y->order.time_us ? -1 : 1;
	return strcmp(x->order.broker_order_id, y->order.broker_order_id);
}

static enum yq_rc
sum_up(const struct yq_kis_rows *rows, const size_t *roots, struct sum *sums)
{
	for (size_t i = 0; i < rows->count; i++)
		sums[roots[i]].root = &rows->list[roots[i]];
	for (size_t i = 0; i < rows->count; i++)
		if (add(&sums[roots[i]], &rows->list[i]) != YQ_OK)
			return YQ_E_RANGE;
	return YQ_OK;
}

enum yq_rc
yq_kis_orders_of(const struct yq_kis_rows *rows, const struct yq_kis_zones *zones, int64_t now_us,
    struct yq_kis_orders *orders, struct yq_err *err)
{
	size_t *roots = yq_xcalloc(rows->count + 1, sizeof(*roots));
	struct sum *sums = yq_xcalloc(rows->count + 1, sizeof(*sums));
	enum yq_rc rc;

	*orders =
	    (struct yq_kis_orders){ .list = yq_xcalloc(rows->count + 1, sizeof(*orders->list)) };
	find_roots(rows, roots);
	rc = sum_up(rows, roots, sums);
	for (size_t i = 0; rc == YQ_OK && i < rows->count; i++) {
		/* A cancel whose order is not among the rows says nothing of it. */
		if (sums[i].root == NULL || sums[i].current == NULL)
			continue;
		rc = finish(&sums[i], zones, now_us, &orders->list[orders->count]);
		orders->count += rc == YQ_OK;
	}
	free(roots);
	free(sums);
	if (rc != YQ_OK) {
		yq_kis_orders_free(orders);
		return yq_err_set(err, YQ_E_INVALID, "what KIS says was executed does not add up");
	}
	qsort(orders->list, orders->count, sizeof(*orders->list), compare_times);
	return YQ_OK;
}

void
yq_kis_orders_free(struct yq_kis_orders *orders)
{
	free(orders->list);
	*orders = (struct yq_kis_orders){ 0 };
}
