/* facts_parts.h - what facts.c reads and facts_decide.c decides from. */
#ifndef YQ_ORDER_MANAGER_FACTS_PARTS_H
#define YQ_ORDER_MANAGER_FACTS_PARTS_H

#include "base/table.h"
#include "bus/halts.h"
#include "order_manager/facts.h"

/* The longest key: a letter, alias, strategy. */
#define KEY_SIZE (YQ_ALIAS_SIZE + YQ_STRATEGY_SIZE + 8)

#define HALTS_KEY "h" /* there is one hash of them */

enum kind { ACCOUNT, HALTS, LIFE, PRICE };

/* One thing wanted, and what the bus said of it. */
struct fact {
	struct yq_table_node node;
	char key[KEY_SIZE];
	enum kind kind;
	struct round *round;
	char alias[YQ_ALIAS_SIZE];
	char strategy[YQ_STRATEGY_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;

	enum yq_rc rc; /* YQ_OK, YQ_E_NOT_FOUND, or YQ_E_CORRUPT with `text` */
	char text[YQ_MESSAGE_SIZE];
	struct yq_halts halts;
	enum yq_life_state life;
	struct yq_opt_decimal price;
	int64_t price_at_us;
};

/* One reading; it outlives facts that were freed meanwhile, and then owns the items. */
struct round {
	struct yq_facts *facts; /* NULL once they are gone */
	size_t left;
	struct yq_err err;
	struct yq_table items;
};

struct yq_facts {
	struct yq_valkey *valkey;
	struct yq_books *books;
	const struct yq_sizers *sizers;
	const struct yq_tracks *tracks;
	const struct yq_listings_keeper *listings;
	struct yq_table items; /* of struct fact, by key */
	struct round *round;
	yq_facts_fn *fn;
	void *cookie;
};

/* What was wanted under a key; NULL = nothing was. */
struct fact *facts_find(const struct yq_facts *facts, const char *key);
void facts_account_key(char key[KEY_SIZE], const char *alias);
void facts_life_key(char key[KEY_SIZE], const char *strategy);
void facts_price_key(char key[KEY_SIZE], enum yq_exchange exchange, const char *ticker);

#endif
