/* fetch_halts.c - what stands, what is held, and which strategies there are. */
#include "desk/fetch_halts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum yq_rc
yq_desk_halts(struct yq_desk *desk, struct yq_halts *halts, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_desk_hash(desk, YQ_KEY_HALT, NULL, &reply, err);

	*halts = (struct yq_halts){ 0 };
	if (rc == YQ_OK)
		yq_halts_from(reply, halts);
	return rc;
}

/* ---- what is held ---- */

static enum yq_rc
held_of(struct yq_desk *desk, const char *alias, const char *scope, yq_held_fn *fn, void *cookie,
    struct yq_err *err)
{
	struct yq_account_state account = { 0 };
	enum yq_rc rc = yq_desk_account(desk, alias, &account, err);

	for (size_t i = 0; i < account.position_count && rc == YQ_OK; i++) {
		const struct yq_position *position = &account.positions[i];

		if (yq_decimal_sign(position->qty) != 0 &&
		    yq_halt_covers(scope, alias, yq_reason_strategy(position->buy_reason)))
			rc = fn(cookie, position);
	}
	yq_account_state_clear(&account);
	return rc;
}

enum yq_rc
yq_desk_held(
    struct yq_desk *desk, const char *scope, yq_held_fn *fn, void *cookie, struct yq_err *err)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members accounts = { 0 };
	enum yq_rc rc = yq_desk_members(desk, YQ_KEY_ACCOUNT_INDEX, &accounts, err);

	for (size_t i = 0; i < accounts.count && rc == YQ_OK; i++)
		rc = held_of(desk, accounts.texts[i], scope, fn, cookie, err);
	return rc;
}

/* ---- strategies ---- */

static void
add_strategy(struct yq_strategies *strategies, const char *name)
{
	for (size_t i = 0; i < strategies->count; i++)
		if (yq_str_equal(strategies->names[i], name))
			return;
	strategies->names =
	    yq_xrealloc(strategies->names, strategies->count + 1, sizeof(*strategies->names));
	yq_str_copy_cut(strategies->names[strategies->count++], YQ_STRATEGY_SIZE, name);
}

static enum yq_rc
add_holder(void *cookie, const struct yq_position *position)
{
	if (yq_reason_strategy(position->buy_reason)[0] != '\0')
		add_strategy(cookie, yq_reason_strategy(position->buy_reason));
	return YQ_OK;
}

static int
in_order(const void *a, const void *b)
{
	return strcmp(a, b);
}

enum yq_rc
yq_desk_strategies(struct yq_desk *desk, struct yq_strategies *strategies, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	enum yq_rc rc = yq_desk_hash(desk, YQ_KEY_STRATEGY, NULL, &reply, err);

	*strategies = (struct yq_strategies){ 0 };
	for (size_t i = 0; i < yq_reply_count(reply); i += 2) {
		const char *name = yq_reply_text(yq_reply_at(reply, i), NULL);

		if (name != NULL)
			add_strategy(strategies, name);
	}
	if (rc == YQ_OK)
		rc = yq_desk_halts(desk, &halts, err);
	for (size_t i = 0; i < halts.count; i++)
		if (yq_halt_strategy(halts.items[i].field)[0] != '\0')
			add_strategy(strategies, yq_halt_strategy(halts.items[i].field));
	if (rc == YQ_OK)
		rc = yq_desk_held(desk, YQ_HALT_ALL, add_holder, strategies, err);
	if (strategies->count > 0)
		qsort(strategies->names, strategies->count, sizeof(*strategies->names), in_order);
	return rc;
}

void
yq_strategies_clear(struct yq_strategies *strategies)
{
	free(strategies->names);
	*strategies = (struct yq_strategies){ 0 };
}
