/* exchange_account.c - the simulated exchange's accounts, keys and executions. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "simulator/exchange_parts.h"

static bool
same_account(const struct yq_table_node *node, const void *key)
{
	return yq_str_equal(((const struct sim_account *)(const void *)node)->name, key);
}

struct sim_account *
sim_account_find(struct sim_exchange *x, const char *name)
{
	return yq_container(
	    yq_table_find(&x->accounts, yq_table_hash_text(name), same_account, name),
	    struct sim_account, node);
}

struct sim_account *
sim_account_add(struct sim_exchange *x, const char *name)
{
	struct sim_account *account;

	if (!yq_alias_is_valid(name) || x->accounts.count >= SIM_ACCOUNTS_MAX)
		return NULL;
	account = yq_xcalloc(1, sizeof(*account));
	yq_str_copy_cut(account->name, sizeof(account->name), name);
	account->book = yq_account_make(name);
	yq_table_insert(&x->accounts, yq_table_hash_text(name), &account->node);
	return account;
}

struct sim_account *
sim_account(struct sim_exchange *x, const char *name)
{
	struct sim_account *account = sim_account_find(x, name);

	if (account != NULL)
		return account;
	account = sim_account_add(x, name);
	if (account == NULL)
		return NULL;
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		yq_account_set_cash(account->book, (enum yq_currency)c, x->settings.cash[c]);
	account->changed = true;
	x->changes++;
	return account;
}

const struct yq_table *
sim_accounts(const struct sim_exchange *x)
{
	return &x->accounts;
}

void
sim_set_cash(struct sim_exchange *x, struct sim_account *account, enum yq_currency currency,
    struct yq_decimal cash)
{
	yq_account_set_cash(account->book, currency, cash);
	account->changed = true;
	x->changes++;
}

enum yq_rc
sim_set_position(struct sim_exchange *x, struct sim_account *account,
    struct sim_instrument *instrument, struct yq_decimal qty, struct yq_decimal avg_price,
    struct yq_err *err)
{
	struct yq_position position = { .currency = yq_market_of(instrument->exchange)->currency,
		.qty = qty,
		.avg_price = avg_price,
		.exchange = instrument->exchange };
	enum yq_rc rc;

	yq_str_copy_cut(position.ticker, sizeof(position.ticker), instrument->ticker);
	rc = yq_account_set_position(account->book, &position, err);
	if (rc == YQ_OK)
		sim_position_touch(x, account, instrument);
	return rc;
}

void
sim_position_touch(
    struct sim_exchange *x, struct sim_account *account, struct sim_instrument *instrument)
{
	x->changes++;
	for (size_t i = 0; i < x->moved_count; i++) {
		if (x->moved[i].account == account && x->moved[i].instrument == instrument)
			return;
	}
	x->moved = sim_room(x->moved, x->moved_count, &x->moved_room, sizeof(*x->moved));
	x->moved[x->moved_count++] = (struct sim_moved){ account, instrument };
}

/* ---- keys ---- */

static bool
same_key(const struct yq_table_node *node, const void *key)
{
	return yq_str_equal(((const struct sim_key *)(const void *)node)->name, key);
}

struct sim_key *
sim_key_add(struct sim_exchange *x, const char *name)
{
	uint64_t hash = yq_table_hash_text(name);
	struct sim_key *key =
	    yq_container(yq_table_find(&x->keys, hash, same_key, name), struct sim_key, node);

	if (key != NULL || name[0] == '\0' || strlen(name) >= SIM_KEY_SIZE ||
	    x->keys.count >= SIM_ACCOUNTS_MAX)
		return key;
	key = yq_xcalloc(1, sizeof(*key));
	yq_str_copy_cut(key->name, sizeof(key->name), name);
	yq_table_insert(&x->keys, hash, &key->node);
	return key;
}

struct sim_key *
sim_key_find(const struct sim_exchange *x, const char *name)
{
	return yq_container(yq_table_find(&x->keys, yq_table_hash_text(name), same_key, name),
	    struct sim_key, node);
}

const struct yq_table *
sim_keys(const struct sim_exchange *x)
{
	return &x->keys;
}

void
sim_key_set_tokens(struct sim_exchange *x, struct sim_key *key, int64_t given_us, int64_t ended_us)
{
	key->given_us = given_us;
	key->ended_us = ended_us;
	key->changed = true;
	x->changes++;
}

bool
sim_key_is(const struct sim_exchange *x, const char *name, const char *secret)
{
	struct yq_id fingerprint = yq_id_named(secret, strlen(secret));
	const struct sim_key *key = sim_key_find(x, name);

	return key != NULL && yq_id_equal(&key->fingerprint, &fingerprint);
}

bool
sim_key_fits(struct sim_exchange *x, const char *name, const char *secret)
{
	struct yq_id fingerprint = yq_id_named(secret, strlen(secret));
	struct sim_key *key;

	if (secret[0] == '\0')
		return false;
	key = sim_key_add(x, name);
	if (key == NULL)
		return false;
	if (yq_id_is_none(&key->fingerprint)) {
		key->fingerprint = fingerprint;
		key->changed = true;
		x->changes++;
	}
	return yq_id_equal(&key->fingerprint, &fingerprint);
}

/* ---- executions ---- */

void
sim_execution_keep(struct sim_exchange *x, const struct sim_execution *execution)
{
	/* Half of them go at once, so that the move costs nothing by the execution; those that are
	 * not recorded yet are never among them. */
	if (x->execution_count >= SIM_EXECUTIONS_MAX) {
		size_t gone = SIM_EXECUTIONS_MAX / 2;

		if (gone > x->executions_recorded)
			gone = x->executions_recorded;
		x->execution_count -= gone;
		x->executions_recorded -= gone;
		memmove(x->executions, x->executions + gone,
		    x->execution_count * sizeof(*x->executions));
	}
	x->executions =
	    sim_room(x->executions, x->execution_count, &x->execution_room, sizeof(*x->executions));
	x->executions[x->execution_count++] = *execution;
	if (execution->number >= x->next_execution)
		x->next_execution = execution->number + 1;
	x->changes++;
}

const struct sim_execution *
sim_executions(const struct sim_exchange *x, size_t *ret_count)
{
	*ret_count = x->execution_count;
	return x->executions;
}
