/* api_state.c - all at a glance, accounts, and a fresh look at one. */
#include "base/str.h"
#include "desk/accounts.h"
#include "desk/notices.h"
#include "desk/query.h"
#include "web/put.h"
#include "web/reads.h"

#define ORDERS_MAX   50
#define NOTICES_MAX  20
#define SYNC_WAIT_MS 8000

/* ---- Account ---- */

static void
put_money(struct yq_json_writer *w, const struct yq_account_look *look)
{
	yq_json_name(w, "deposits");
	yq_json_begin_array(w);
	for (size_t i = 0; i < look->state.deposit_count; i++) {
		yq_json_begin_object(w);
		yq_api_put_name(
		    w, "currency", &yq_currency_names, (int)look->state.deposits[i].currency);
		yq_api_put_decimal(w, "amount", look->state.deposits[i].amount);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
	yq_json_name(w, "equity");
	yq_json_begin_array(w);
	for (size_t i = 0; i < look->worth_count; i++)
		yq_put_equity(w, &look->worths[i]);
	yq_json_end_array(w);
}

static void
put_positions(struct yq_json_writer *w, const struct yq_account_look *look)
{
	yq_json_name(w, "positions");
	yq_json_begin_array(w);
	for (size_t i = 0; i < look->state.position_count; i++) {
		const char *name = look->about[i].name;
		struct yq_put_instrument about = {
			.name = name[0] != '\0' ? name : NULL,
			.price_at_us = look->about[i].price_at_us,
		};

		if (yq_decimal_sign(look->state.positions[i].qty) != 0)
			yq_put_position(w, &look->state.positions[i], &about);
	}
	yq_json_end_array(w);
}

static void
put_account(struct yq_json_writer *w, const struct yq_account_look *look)
{
	char number[YQ_MASKED_SIZE];

	yq_put_masked(look->state.number, number);
	yq_json_begin_object(w);
	yq_json_put_text(w, "alias", look->state.alias);
	yq_json_put_text(w, "number", number);
	yq_json_put_text(w, "broker", look->state.broker);
	yq_json_put_bool(w, "active", look->state.active);
	yq_json_put_bool(w, "realMoney", look->real_money);
	yq_api_put_time(w, "updatedAt", look->state.updated_at_us);
	yq_api_put_time(w, "syncedAt", look->state.synced_at_us);
	put_money(w, look);
	put_positions(w, look);
	yq_json_put_int(w, "openOrders", (int64_t)look->open_orders);
	yq_json_put_bool(w, "halted", look->halted);
	yq_json_end_object(w);
}

static void
put_accounts(struct yq_json_writer *w, const char *member, const struct yq_account_looks *looks)
{
	yq_json_name(w, member);
	yq_json_begin_array(w);
	for (size_t i = 0; i < looks->count; i++)
		put_account(w, &looks->items[i]);
	yq_json_end_array(w);
}

static enum yq_rc
list_accounts(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_account_looks_clear) struct yq_account_looks looks = { 0 };
	enum yq_rc rc = yq_desk_account_looks(call->desk, NULL, call->now_us, &looks, err);

	if (rc != YQ_OK)
		return yq_reads_rc(rc, err);
	yq_json_begin_object(call->out);
	put_accounts(call->out, "items", &looks);
	yq_json_end_object(call->out);
	return YQ_OK;
}

static enum yq_rc
get_account(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_account_looks_clear) struct yq_account_looks looks = { 0 };
	enum yq_rc rc = yq_desk_account_looks(
	    call->desk, yq_api_text(call, "alias"), call->now_us, &looks, err);

	if (rc != YQ_OK)
		return yq_reads_rc(rc, err);
	put_account(call->out, &looks.items[0]);
	return YQ_OK;
}

/* ---- Overview ---- */

static enum yq_rc
put_equity(struct yq_json_writer *w, const struct yq_account_looks *looks, struct yq_err *err)
{
	struct yq_worth sums[YQ_CURRENCY_COUNT];
	size_t count = 0;
	enum yq_rc rc = YQ_OK;

	for (size_t i = 0; i < looks->count; i++)
		for (size_t j = 0; j < looks->items[i].worth_count && rc == YQ_OK; j++)
			rc = yq_worth_add(sums, &count, &looks->items[i].worths[j], err);
	yq_json_name(w, "equity");
	yq_json_begin_array(w);
	for (size_t i = 0; i < count; i++)
		yq_put_equity(w, &sums[i]);
	yq_json_end_array(w);
	return rc;
}

static void
put_orders(struct yq_api_call *call, const struct yq_open_orders *orders)
{
	yq_json_name(call->out, "openOrders");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < orders->count && i < ORDERS_MAX; i++) {
		const struct yq_order *order = &orders->items[i].order;
		char name[YQ_INSTRUMENT_NAME_SIZE];

		yq_desk_instrument_name(call->desk, order->exchange, order->ticker, name);
		yq_put_live_order(call->out, &orders->items[i], name[0] != '\0' ? name : NULL);
	}
	yq_json_end_array(call->out);
	yq_json_put_int(call->out, "openCount", (int64_t)orders->count);
}

struct notices {
	struct yq_json_writer *out;
	unsigned left;
};

static bool
on_notice(void *cookie, const char *entry, const struct yq_notification *notification)
{
	struct notices *notices = cookie;

	yq_put_notification(notices->out, entry, notification);
	return --notices->left > 0;
}

static enum yq_rc
get_overview(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_account_looks_clear) struct yq_account_looks looks = { 0 };
	struct notices notices = { .out = call->out, .left = NOTICES_MAX };
	struct yq_health health;
	enum yq_rc rc = yq_desk_account_looks(call->desk, NULL, call->now_us, &looks, err);

	if (rc == YQ_OK)
		rc = yq_desk_health(call->desk, call->now_us, &health, err);
	if (rc != YQ_OK)
		return yq_reads_rc(rc, err);
	yq_json_begin_object(call->out);
	put_accounts(call->out, "accounts", &looks);
	rc = put_equity(call->out, &looks, err);
	put_orders(call, &looks.orders);
	yq_json_name(call->out, "halts");
	yq_put_halts(call->out, &looks.halts, call->now_us);
	yq_json_name(call->out, "health");
	yq_put_health(call->out, &health);
	yq_json_name(call->out, "notices");
	yq_json_begin_array(call->out);
	if (rc == YQ_OK)
		rc = yq_desk_notices(call->desk, NULL, on_notice, &notices, err);
	yq_json_end_array(call->out);
	yq_json_put_time(call->out, "at", call->now_us);
	yq_json_end_object(call->out);
	return yq_reads_rc(rc, err);
}

/* ---- afresh ---- */

/* The state on the bus is new when the answer comes. */
static enum yq_rc
sync_account(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members known = { 0 };
	YQ_CLEANUP(yq_json_freep) yq_json *answer = NULL;
	struct yq_query query = { .type = YQ_QUERY_ACCOUNT };
	const char *named = yq_api_text(call, "alias"), *alias = NULL;
	enum yq_rc rc = yq_desk_members(call->desk, YQ_KEY_ACCOUNT_INDEX, &known, err);

	for (size_t i = 0; i < known.count; i++)
		if (yq_str_equal_nocase(known.texts[i], named))
			alias = known.texts[i];
	if (rc == YQ_OK && alias == NULL)
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no account \"%s\"", named);
	if (rc != YQ_OK)
		return yq_reads_rc(rc, err);
	yq_str_copy_cut(query.target, sizeof(query.target), alias);
	yq_str_copy_cut(query.account_alias, sizeof(query.account_alias), alias);
	rc = yq_desk_query(call->desk, &query, SYNC_WAIT_MS, &answer, err);
	if (rc == YQ_OK)
		yq_api_done(call, "%s is as its broker has it", alias);
	return yq_reads_rc(rc, err);
}

static const struct yq_api_field alias_fields[] = {
	{ .name = "alias",
	    .place = YQ_API_PATH,
	    .kind = YQ_API_ALIAS,
	    .required = true,
	    .what = "the account's alias, in any case of letters" },
};

static const struct yq_api_route routes[] = {
	{ .method = "GET",
	    .path = "/overview",
	    .name = "getOverview",
	    .summary = "All at a glance: accounts, equity, open orders, kill switches, health.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_ARCHIVE,
	    .status = 200,
	    .answer = "Overview",
	    .run = get_overview },
	{ .method = "GET",
	    .path = "/accounts",
	    .name = "listAccounts",
	    .summary = "All accounts that are served, as they are now.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_ARCHIVE,
	    .status = 200,
	    .answer = "AccountList",
	    .run = list_accounts },
	{ .method = "GET",
	    .path = "/accounts/{alias}",
	    .name = "getAccount",
	    .summary = "One account, as it is now.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_ARCHIVE,
	    .status = 200,
	    .answer = "Account",
	    .fields = alias_fields,
	    .field_count = YQ_COUNT(alias_fields),
	    .run = get_account },
	{ .method = "POST",
	    .path = "/accounts/{alias}/sync",
	    .name = "syncAccount",
	    .summary = "Ask the broker afresh for cash, positions and orders.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_ARCHIVE,
	    .status = 200,
	    .answer = "Done",
	    .fields = alias_fields,
	    .field_count = YQ_COUNT(alias_fields),
	    .run = sync_account },
};
const struct yq_api_family yq_api_state = { "state", routes, YQ_COUNT(routes) };
