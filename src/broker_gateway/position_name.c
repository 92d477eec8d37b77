/* position_name.c - which field of position:{Alias} an instrument has. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/position_name.h"

struct plain {
	struct yq_table_node node;
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
};

static bool
same_plain(const struct yq_table_node *node, const void *ticker)
{
	return yq_str_equal(((const struct plain *)(const void *)node)->ticker, ticker);
}

static struct plain *
plain_of(struct gw_account *a, const char *ticker)
{
	return yq_container(
	    yq_table_find(&a->plain, yq_table_hash_text(ticker), same_plain, ticker), struct plain,
	    node);
}

void
gw_position_field(struct gw_account *a, enum yq_exchange exchange, const char *ticker,
    char field[YQ_TICKER_SIZE + 16])
{
	struct plain *plain = plain_of(a, ticker);

	if (plain == NULL) {
		plain = yq_xcalloc(1, sizeof(*plain));
		yq_str_copy_cut(plain->ticker, sizeof(plain->ticker), ticker);
		plain->exchange = exchange;
		yq_table_insert(&a->plain, yq_table_hash_text(ticker), &plain->node);
	}
	if (plain->exchange == exchange)
		yq_str_copy_cut(field, YQ_TICKER_SIZE + 16, ticker);
	else
		yq_str_format(field, YQ_TICKER_SIZE + 16, "%s@%s", ticker,
		    yq_names_text(&yq_exchange_names, (int)exchange));
}

static bool
is_held_anywhere(const struct gw_account *a, const char *ticker)
{
	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++)
		if (yq_decimal_sign(yq_account_held(a->book, (enum yq_exchange)e, ticker)) != 0)
			return true;
	return false;
}

/* While the ticker is held on any exchange every name stays: a position whose field changed its
 * name would be there twice. */
void
gw_position_gone(struct gw_account *a, const char *ticker)
{
	struct plain *plain = plain_of(a, ticker);

	if (plain == NULL || is_held_anywhere(a, ticker))
		return;
	yq_table_remove(&a->plain, &plain->node);
	free(plain);
}

static bool
free_plain(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct plain, node));
	return true;
}

void
gw_position_names_free(struct gw_account *a)
{
	yq_table_each(&a->plain, free_plain, NULL);
	yq_table_clear(&a->plain);
}
