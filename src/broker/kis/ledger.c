/* ledger.c - orders at KIS, their numbers, and what of them has been told. */
#include "broker/kis/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/market.h"

#define HEARD_MAX 100000 /* notices of one order; further ones only make us ask */

/* ---- numbers ---- */

struct number {
	struct yq_table_node node;
	enum yq_country country;
	char number[YQ_KIS_NUMBER_SIZE];
	struct yq_kis_entry *entry;
};

struct number_key {
	enum yq_country country;
	const char *number;
};

static bool
same_number(const struct yq_table_node *node, const void *key)
{
	const struct number *n = (const struct number *)(const void *)node;
	const struct number_key *k = key;

	return n->country == k->country && yq_str_equal(n->number, k->number);
}

static uint64_t
number_hash(enum yq_country country, const char *number)
{
	return yq_table_hash_join((uint64_t)country + 1, yq_table_hash_text(number));
}

static struct number *
number_find(const struct yq_kis_ledger *ledger, enum yq_country country, const char *number)
{
	const struct number_key key = { country, number };

	return yq_container(
	    yq_table_find(&ledger->numbers, number_hash(country, number), same_number, &key),
	    struct number, node);
}

/* The number is this order's from now on: that of another is of another day. */
static void
number_set(struct yq_kis_ledger *ledger, struct yq_kis_entry *entry, const char *number)
{
	enum yq_country country = yq_market_of(entry->exchange)->country;
	struct number *n = number_find(ledger, country, number);

	if (n != NULL) {
		if (strcmp(n->entry->date, entry->date) <= 0)
			n->entry = entry;
		return;
	}
	n = yq_xcalloc(1, sizeof(*n));
	n->country = country;
	n->entry = entry;
	yq_str_copy_cut(n->number, sizeof(n->number), number);
	yq_table_insert(&ledger->numbers, number_hash(country, number), &n->node);
}

struct yq_kis_entry *
yq_kis_entry_by_number(
    const struct yq_kis_ledger *ledger, enum yq_country country, const char *number)
{
	const struct number *n = number_find(ledger, country, number);

	return n != NULL ? n->entry : NULL;
}

/* ---- entries ---- */

static bool
same_id(const struct yq_table_node *node, const void *id)
{
	return yq_str_equal(((const struct yq_kis_entry *)(const void *)node)->id, id);
}

struct yq_kis_entry *
yq_kis_entry_find(const struct yq_kis_ledger *ledger, const char *id)
{
	return yq_container(yq_table_find(&ledger->entries, yq_table_hash_text(id), same_id, id),
	    struct yq_kis_entry, node);
}

static void
entry_free(struct yq_kis_entry *entry)
{
	free(entry->heard);
	free(entry->steps);
	free(entry);
}

static void
forget(struct yq_kis_ledger *ledger, struct yq_kis_entry *entry)
{
	struct yq_table_node *next;

	for (struct yq_table_node *node = ledger->numbers.oldest; node != NULL; node = next) {
		struct number *n = yq_container(node, struct number, node);

		next = node->newer;
		if (n->entry != entry)
			continue;
		yq_table_remove(&ledger->numbers, node);
		free(n);
	}
	yq_table_remove(&ledger->entries, &entry->node);
	entry_free(entry);
}

/* So many at once that the walk over the numbers is paid for. */
#define FORGET_AT_ONCE 1000

static void
make_room(struct yq_kis_ledger *ledger)
{
	struct yq_table_node *next, *node = ledger->entries.oldest;
	size_t forgotten = 0;

	if (ledger->entries.count < YQ_KIS_ENTRIES_MAX)
		return;
	for (; node != NULL && forgotten < FORGET_AT_ONCE; node = next) {
		struct yq_kis_entry *entry = yq_container(node, struct yq_kis_entry, node);

		next = node->newer;
		if (!entry->over)
			continue;
		forget(ledger, entry);
		forgotten++;
	}
}

static struct yq_kis_entry *
entry_make(struct yq_kis_ledger *ledger, const char *id, const char *date,
    enum yq_exchange exchange, const char *ticker)
{
	struct yq_kis_entry *entry;

	make_room(ledger);
	entry = yq_xcalloc(1, sizeof(*entry));
	yq_str_copy_cut(entry->id, sizeof(entry->id), id);
	yq_str_copy_cut(entry->date, sizeof(entry->date), date);
	yq_str_copy_cut(entry->ticker, sizeof(entry->ticker), ticker);
	entry->exchange = exchange;
	yq_table_insert(&ledger->entries, yq_table_hash_text(id), &entry->node);
	return entry;
}

void
yq_kis_ledger_clear(struct yq_kis_ledger *ledger)
{
	struct yq_table_node *next;

	for (struct yq_table_node *node = ledger->entries.oldest; node != NULL; node = next) {
		next = node->newer;
		entry_free(yq_container(node, struct yq_kis_entry, node));
	}
	for (struct yq_table_node *node = ledger->numbers.oldest; node != NULL; node = next) {
		next = node->newer;
		free(yq_container(node, struct number, node));
	}
	yq_table_clear(&ledger->entries);
	yq_table_clear(&ledger->numbers);
	ledger->early_count = 0;
}

/* ---- what is told ---- */

static struct yq_kis_sum
told(const struct yq_kis_entry *entry)
{
	return entry->step_count > 0 ? entry->steps[entry->step_count - 1].sum
				     : (struct yq_kis_sum){ 0 };
}

/* A step for what goes beyond what was told.  Where the value has not grown with it - it is rounded
 * on the other way -, it is counted at the price of the whole. */
static void
step(struct yq_kis_entry *entry, const struct yq_kis_sum *sum, int64_t now_us)
{
	struct yq_kis_sum before = told(entry), after = *sum;
	struct yq_decimal more, worth;

	if (yq_decimal_cmp(sum->qty, before.qty) <= 0)
		return;
	if (yq_decimal_cmp(after.value, before.value) <= 0) {
		if (yq_decimal_sub(after.qty, before.qty, &more) != YQ_OK ||
		    yq_decimal_mul_div(more, sum->value, sum->qty, YQ_ROUND_HALF_EVEN, &worth) !=
			YQ_OK ||
		    yq_decimal_add(before.value, worth, &after.value) != YQ_OK)
			return;
	}
	entry->steps = yq_xrealloc(entry->steps, entry->step_count + 1, sizeof(*entry->steps));
	entry->steps[entry->step_count++] = (struct yq_kis_step){ .sum = after, .time_us = now_us };
}

bool
yq_kis_entry_fill(const struct yq_kis_entry *entry, size_t place, struct yq_broker_fill *fill)
{
	const struct yq_kis_step *s = &entry->steps[place];
	struct yq_kis_sum before =
	    place > 0 ? entry->steps[place - 1].sum : (struct yq_kis_sum){ 0 };
	char sum[YQ_DECIMAL_TEXT_SIZE];
	struct yq_decimal value;

	*fill = (struct yq_broker_fill){ .time_us = s->time_us,
		.total = yq_opt_decimal_of(s->sum.qty),
		.total_value = yq_opt_decimal_of(s->sum.value) };
	fill->fill.action = entry->action;
	yq_decimal_format(s->sum.qty, sum);
	yq_str_copy_cut(fill->broker_order_id, sizeof(fill->broker_order_id), entry->id);
	return yq_str_format(
		   fill->execution_id, sizeof(fill->execution_id), "%s-%s", entry->id, sum) &&
	       yq_decimal_sub(s->sum.qty, before.qty, &fill->fill.qty) == YQ_OK &&
	       yq_decimal_sub(s->sum.value, before.value, &value) == YQ_OK &&
	       yq_decimal_div(value, fill->fill.qty, YQ_ROUND_HALF_EVEN, &fill->fill.price) ==
		   YQ_OK &&
	       yq_decimal_sign(fill->fill.price) > 0;
}

/* ---- what is heard ---- */

struct yq_kis_entry *
yq_kis_ledger_taken(struct yq_kis_ledger *ledger, const struct yq_order *order, const char *date,
    const struct yq_kis_ack *ack)
{
	char id[YQ_BROKER_ORDER_ID_SIZE];
	struct yq_kis_entry *entry;

	yq_kis_id_make(order->exchange, date, ack->number, id);
	entry = yq_kis_entry_find(ledger, id);
	if (entry == NULL)
		entry = entry_make(ledger, id, date, order->exchange, order->ticker);
	entry->exchange = order->exchange;
	entry->action = order->action;
	entry->qty = order->qty;
	if (entry->number[0] == '\0')
		memcpy(entry->number, ack->number, sizeof(entry->number));
	memcpy(entry->branch, ack->branch, sizeof(entry->branch));
	number_set(ledger, entry, ack->number);
	return entry;
}

void
yq_kis_ledger_renumbered(
    struct yq_kis_ledger *ledger, struct yq_kis_entry *entry, const char *number)
{
	yq_str_copy_cut(entry->number, sizeof(entry->number), number);
	number_set(ledger, entry, number);
}

struct yq_kis_entry *
yq_kis_ledger_polled(struct yq_kis_ledger *ledger, const struct yq_kis_order *order, int64_t now_us)
{
	const struct yq_broker_order *o = &order->order;
	struct yq_kis_entry *entry = yq_kis_entry_find(ledger, o->broker_order_id);
	struct yq_kis_sum sum = { o->filled, order->value };
	struct yq_kis_id id;

	if (entry == NULL)
		entry = entry_make(ledger, o->broker_order_id, order->date, o->exchange, o->ticker);
	entry->action = o->action;
	entry->qty = o->qty;
	entry->price = o->price;
	entry->over = yq_order_state_is_final(o->state);
	entry->look = ledger->looks;
	memcpy(entry->number, order->number, sizeof(entry->number));
	if (order->branch[0] != '\0')
		memcpy(entry->branch, order->branch, sizeof(entry->branch));
	number_set(ledger, entry, order->number);
	if (yq_kis_id_parse(o->broker_order_id, &id, NULL) == YQ_OK)
		number_set(ledger, entry, id.number);
	step(entry, &sum, now_us);
	return entry;
}

static bool
is_heard(const struct yq_kis_entry *entry, uint64_t hash)
{
	for (size_t i = 0; i < entry->heard_count; i++)
		if (entry->heard[i] == hash)
			return true;
	return entry->heard_count >= HEARD_MAX;
}

/* What was told, and this one more. */
static bool
add_up(const struct yq_kis_entry *entry, const struct yq_kis_notice *notice, struct yq_kis_sum *sum)
{
	struct yq_decimal price = yq_kis_notice_price(notice, entry->exchange), value;

	*sum = told(entry);
	return yq_decimal_sign(price) > 0 &&
	       yq_decimal_mul(notice->qty, price, YQ_ROUND_HALF_EVEN, &value) == YQ_OK &&
	       yq_decimal_add(sum->qty, notice->qty, &sum->qty) == YQ_OK &&
	       yq_decimal_add(sum->value, value, &sum->value) == YQ_OK;
}

static enum yq_kis_heard
hear(struct yq_kis_entry *entry, const struct yq_kis_notice *notice, int64_t now_us)
{
	struct yq_decimal before = entry->pushed.qty;
	bool in_step = yq_decimal_cmp(before, told(entry).qty) == 0;
	struct yq_kis_sum sum;

	if (is_heard(entry, notice->hash) || !add_up(entry, notice, &sum) ||
	    yq_decimal_add(before, notice->qty, &entry->pushed.qty) != YQ_OK)
		return YQ_KIS_HEARD_ASK;
	entry->heard = yq_xrealloc(entry->heard, entry->heard_count + 1, sizeof(*entry->heard));
	entry->heard[entry->heard_count++] = notice->hash;
	if (in_step) {
		step(entry, &sum, now_us);
		return YQ_KIS_HEARD_STEP;
	}
	/* Less than was told: it may be one of what asking has found, or come after it - after a
	 * lost notice, or where another life heard those before it. */
	return yq_decimal_cmp(entry->pushed.qty, told(entry).qty) == 0 ? YQ_KIS_HEARD_KNOWN
								       : YQ_KIS_HEARD_ASK;
}

struct yq_kis_entry *
yq_kis_entry_of_notice(const struct yq_kis_ledger *ledger, bool domestic,
    const struct yq_kis_notice *notice, const char *number)
{
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++) {
		enum yq_country country = (enum yq_country)c;
		struct yq_kis_entry *entry;

		if ((country == YQ_COUNTRY_KR) != domestic)
			continue;
		entry = yq_kis_entry_by_number(ledger, country, number);
		if (entry != NULL && yq_str_equal(entry->ticker, notice->ticker) &&
		    entry->action == notice->action && !entry->over)
			return entry;
	}
	return NULL;
}

enum yq_kis_heard
yq_kis_ledger_pushed(struct yq_kis_ledger *ledger, bool domestic,
    const struct yq_kis_notice *notice, int64_t now_us, struct yq_kis_entry **ret_entry)
{
	struct yq_kis_early *early = &ledger->early[ledger->early_count % YQ_KIS_EARLY_MAX];

	*ret_entry = yq_kis_entry_of_notice(ledger, domestic, notice, notice->number);
	if (*ret_entry != NULL)
		return hear(*ret_entry, notice, now_us);
	ledger->early_count++;
	early->notice = *notice;
	early->time_us = now_us;
	return YQ_KIS_HEARD_ASK;
}

bool
yq_kis_ledger_catch_up(struct yq_kis_ledger *ledger, struct yq_kis_entry *entry, int64_t now_us)
{
	size_t before = entry->step_count, count = ledger->early_count;

	/* In the order in which they came. */
	for (size_t i = count > YQ_KIS_EARLY_MAX ? count - YQ_KIS_EARLY_MAX : 0; i < count; i++) {
		struct yq_kis_early *early = &ledger->early[i % YQ_KIS_EARLY_MAX];

		if (early->time_us == 0 || now_us - early->time_us > YQ_KIS_EARLY_US ||
		    !yq_str_equal(early->notice.number, entry->number) ||
		    !yq_str_equal(early->notice.ticker, entry->ticker) ||
		    early->notice.action != entry->action)
			continue;
		(void)hear(entry, &early->notice, now_us);
		early->time_us = 0;
	}
	return entry->step_count > before;
}

void
yq_kis_ledger_oldest(const struct yq_kis_ledger *ledger, bool domestic, char date[YQ_KIS_DATE_SIZE])
{
	date[0] = '\0';
	for (const struct yq_table_node *node = ledger->entries.oldest; node != NULL;
	     node = node->newer) {
		const struct yq_kis_entry *entry = (const struct yq_kis_entry *)(const void *)node;

		if (entry->over || yq_kis_market_of(entry->exchange)->domestic != domestic ||
		    (date[0] != '\0' && strcmp(entry->date, date) >= 0))
			continue;
		memcpy(date, entry->date, sizeof(entry->date));
	}
}

size_t
yq_kis_ledger_listed(struct yq_kis_ledger *ledger, bool domestic, const char *before)
{
	size_t missing = 0;

	for (struct yq_table_node *node = ledger->entries.oldest; node != NULL;
	     node = node->newer) {
		struct yq_kis_entry *entry = yq_container(node, struct yq_kis_entry, node);

		if (entry->over || entry->look == ledger->looks ||
		    yq_kis_market_of(entry->exchange)->domestic != domestic ||
		    strcmp(entry->date, before) >= 0)
			continue;
		entry->over = true;
		missing++;
	}
	return missing;
}

static enum yq_rc
add_reserved(const struct yq_kis_entry *entry, struct yq_decimal *amount)
{
	struct yq_decimal left, worth;

	if (yq_decimal_sub(entry->qty, told(entry).qty, &left) != YQ_OK ||
	    yq_decimal_mul(left, entry->price.value, YQ_ROUND_HALF_EVEN, &worth) != YQ_OK)
		return YQ_E_RANGE;
	return yq_decimal_sign(left) > 0 ? yq_decimal_add(*amount, worth, amount) : YQ_OK;
}

enum yq_rc
yq_kis_ledger_reserved(
    const struct yq_kis_ledger *ledger, enum yq_currency currency, struct yq_decimal *amount)
{
	*amount = YQ_DECIMAL_ZERO;
	for (const struct yq_table_node *node = ledger->entries.oldest; node != NULL;
	     node = node->newer) {
		const struct yq_kis_entry *entry = (const struct yq_kis_entry *)(const void *)node;

		if (entry->over || !entry->price.set || entry->action != YQ_BUY ||
		    yq_kis_market_of(entry->exchange)->domestic ||
		    yq_market_of(entry->exchange)->currency != currency)
			continue;
		if (add_reserved(entry, amount) != YQ_OK)
			return YQ_E_RANGE;
	}
	return YQ_OK;
}
