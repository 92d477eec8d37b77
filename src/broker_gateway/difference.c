/* difference.c - what is told when the broker's books take the place of ours. */
#include "broker_gateway/difference.h"

#include "base/log.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/gateway.h"

#define TOLD_MAX 5 /* in a notification; the log has all */

struct list {
	const struct gw_account *account;
	const struct yq_position *positions;
	size_t position_count;
	struct yq_buf text;
	size_t count;
	bool held; /* not only cash */
};

static void
add(struct list *list, const char *name, struct yq_decimal ours, struct yq_decimal theirs)
{
	char x[YQ_DECIMAL_TEXT_SIZE], y[YQ_DECIMAL_TEXT_SIZE];

	if (yq_decimal_cmp(ours, theirs) == 0)
		return;
	yq_decimal_format(ours, x);
	yq_decimal_format(theirs, y);
	yq_warn("account %s: %s: we had %s, the broker has %s", list->account->settings.alias, name,
	    x, y);
	if (list->count++ < TOLD_MAX)
		yq_buf_add_format(
		    &list->text, "%s%s %s, not %s", list->count > 1 ? "; " : "", name, y, x);
}

static void
add_position(
    struct list *list, const char *ticker, struct yq_decimal ours, struct yq_decimal theirs)
{
	size_t before = list->count;

	add(list, ticker, ours, theirs);
	list->held = list->held || list->count > before;
}

/* What is ours alone. */
static bool
add_missing(void *cookie, const struct yq_holding *holding)
{
	struct list *list = cookie;
	const struct yq_position *ours = &holding->position;

	for (size_t i = 0; i < list->position_count; i++)
		if (list->positions[i].exchange == ours->exchange &&
		    yq_str_equal(list->positions[i].ticker, ours->ticker))
			return true;
	add_position(list, ours->ticker, ours->qty, YQ_DECIMAL_ZERO);
	return true;
}

static struct yq_decimal
balance_of(
    enum yq_currency currency, const struct yq_broker_balance *balances, size_t balance_count)
{
	for (size_t i = 0; i < balance_count; i++)
		if (balances[i].currency == currency)
			return balances[i].amount;
	return YQ_DECIMAL_ZERO;
}

void
gw_differences_tell(struct gw_account *a, const struct yq_broker_balance *balances,
    size_t balance_count, const struct yq_position *positions, size_t position_count)
{
	struct list list = { .account = a,
		.positions = positions,
		.position_count = position_count,
		.text = yq_buf_make(YQ_NOTIFICATION_TEXT_SIZE) };

	for (size_t i = 0; i < position_count; i++)
		add_position(&list, positions[i].ticker,
		    yq_account_held(a->book, positions[i].exchange, positions[i].ticker),
		    positions[i].qty);
	yq_account_each_holding(a->book, add_missing, &list);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		add(&list, yq_names_text(&yq_currency_names, c), a->book->cash[c],
		    balance_of((enum yq_currency)c, balances, balance_count));
	yq_counter_add(a->gw->metrics.differences, list.count);
	if (list.count > 0)
		gw_notify(a->gw, "System",
		    list.held && !a->look.traded_elsewhere ? "Warning" : "Info",
		    "account %s: the broker's books were taken over where ours differed%s: %s%s",
		    a->settings.alias,
		    a->look.traded_elsewhere ? ", for others trade there too" : "",
		    yq_buf_text(&list.text), list.count > TOLD_MAX ? "; and more" : "");
	yq_buf_free(&list.text);
}
