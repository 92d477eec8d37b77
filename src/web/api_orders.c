/* api_orders.c - orders: those that are open from the bus, all others from the archive; and the
 * story of one. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "desk/accounts.h"
#include "web/history.h"
#include "web/put.h"
#include "web/reads.h"

/* ---- lists ---- */

static void
put_named(struct yq_api_call *call, const struct yq_order_row *row, int64_t cancel_requested_at_us)
{
	char name[YQ_INSTRUMENT_NAME_SIZE];

	yq_desk_instrument_name(call->desk, row->order.exchange, row->order.ticker, name);
	yq_put_order(call->out, row, name[0] != '\0' ? name : NULL, cancel_requested_at_us);
}

/* What the call asks for, but its place and limit. */
static struct yq_order_filter
filter_of(const struct yq_api_call *call)
{
	struct yq_order_filter filter = yq_order_filter_any();
	const char *account = yq_api_text(call, "account"), *ticker = yq_api_text(call, "ticker");

	yq_str_copy_cut(
	    filter.account_alias, sizeof(filter.account_alias), account != NULL ? account : "");
	yq_str_copy_cut(filter.ticker, sizeof(filter.ticker), ticker != NULL ? ticker : "");
	filter.state = (enum yq_order_state)yq_api_name(call, "state", YQ_ORDER_STATE_COUNT);
	filter.from_us = yq_api_time(call, "from");
	filter.to_us = yq_api_time(call, "to");
	return filter;
}

/* As the archive's own filter would have it. */
static bool
is_asked_for(const struct yq_order_filter *filter, const struct yq_order_state_full *full)
{
	const struct yq_order *order = &full->order;

	if (filter->after.at_us != 0 &&
	    (order->timestamp_us > filter->after.at_us ||
		(order->timestamp_us == filter->after.at_us &&
		    strcmp(order->id.text, filter->after.id.text) >= 0)))
		return false;
	return (filter->account_alias[0] == '\0' ||
		   yq_str_equal(filter->account_alias, order->account_alias)) &&
	       (filter->ticker[0] == '\0' || yq_str_equal(filter->ticker, order->ticker)) &&
	       (filter->state == YQ_ORDER_STATE_COUNT || filter->state == full->progress.state) &&
	       (filter->from_us == 0 || order->timestamp_us >= filter->from_us) &&
	       (filter->to_us == 0 || order->timestamp_us < filter->to_us);
}

static void
end_list(struct yq_api_call *call, const struct yq_order *last, bool more, bool live)
{
	struct yq_row_place place = { 0 };

	if (last != NULL)
		place = (struct yq_row_place){ last->timestamp_us, last->id };
	yq_json_end_array(call->out);
	yq_history_put_next(call, &place, more && last != NULL);
	yq_json_put_bool(call->out, "live", live);
	yq_json_end_object(call->out);
}

static enum yq_rc
list_live(struct yq_api_call *call, const struct yq_order_filter *filter, struct yq_err *err)
{
	YQ_CLEANUP(yq_open_orders_clear) struct yq_open_orders orders = { 0 };
	const struct yq_order *last = NULL;
	size_t shown = 0, limit = yq_api_limit(call);
	bool more = false;
	enum yq_rc rc = yq_desk_open_orders(call->desk, &orders, err);

	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < orders.count && !more; i++) {
		const struct yq_order_state_full *full = &orders.items[i];
		struct yq_order_row row;

		if (!is_asked_for(filter, full))
			continue;
		more = shown == limit;
		if (more)
			continue;
		yq_desk_order_row(full, &row);
		put_named(call, &row, full->cancel_requested_at_us);
		last = &full->order;
		shown++;
	}
	end_list(call, last, more, true);
	return YQ_OK;
}

static enum yq_rc
list_archived(struct yq_api_call *call, struct yq_order_filter *filter, struct yq_err *err)
{
	YQ_CLEANUP(yq_order_list_free) struct yq_order_list list = { 0 };
	size_t limit = yq_api_limit(call), shown;
	enum yq_rc rc = yq_reads_archive(call, err);

	filter->limit = (unsigned)limit + 1; /* one more tells that there is another page */
	if (rc == YQ_OK)
		rc = yq_orders_find(call->desk->firebird, filter, &list, err);
	if (rc != YQ_OK)
		return rc;
	shown = list.count < limit ? list.count : limit;
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < shown; i++)
		put_named(call, &list.items[i], 0);
	end_list(call, shown > 0 ? &list.items[shown - 1].order : NULL, list.count > limit, false);
	return YQ_OK;
}

static enum yq_rc
list_orders(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_order_filter filter = filter_of(call);
	enum yq_rc rc = yq_history_place(call, &filter.after, err);

	if (rc != YQ_OK)
		return rc;
	if (yq_api_bool(call, "open", false))
		rc = list_live(call, &filter, err);
	else
		rc = list_archived(call, &filter, err);
	return yq_reads_rc(rc, err);
}

/* ---- one ---- */

/* What may be done to it now, by the rules of desk/order_by_hand.h; whoever asks may still lack the
 * right. */
static void
put_allowed(struct yq_json_writer *w, enum yq_order_state state, bool cancel_requested)
{
	bool over = yq_order_state_is_final(state);
	bool known = state != YQ_ORDER_PENDING && state != YQ_ORDER_SUBMITTING;

	yq_json_name(w, "allowed");
	yq_json_begin_array(w);
	if (!over && !cancel_requested)
		yq_json_add_text(w, "cancel");
	if (!over && state != YQ_ORDER_UNKNOWN)
		yq_json_add_text(w, "replace");
	if (!over && known)
		yq_json_add_text(w, "resolve");
	yq_json_end_array(w);
}

/* The signal's steps, then the order's, in one list. */
static void
put_steps(struct yq_json_writer *w, const struct yq_story *story)
{
	YQ_CLEANUP(yq_freep) struct yq_timeline *timeline = yq_xcalloc(1, sizeof(*timeline));
	int64_t before_us = 0;

	yq_json_name(w, "steps");
	yq_json_begin_array(w);
	for (int part = 0; part < 2; part++) {
		if (part == 0)
			yq_timeline_of_signal(story, timeline);
		else
			yq_timeline_of_order(&story->orders[0], timeline);
		for (size_t i = 0; i < timeline->count; i++) {
			yq_put_step(w, &timeline->items[i], before_us);
			before_us = timeline->items[i].at_us;
		}
	}
	yq_json_end_array(w);
}

static void
put_fills(struct yq_json_writer *w, const struct yq_trade_list *trades)
{
	yq_json_name(w, "fills");
	yq_json_begin_array(w);
	for (size_t i = trades->count; i > 0; i--)
		yq_put_fill(w, &trades->items[i - 1].trade);
	yq_json_end_array(w);
}

/* "take-profit 110, stop-loss 90; stands". */
static void
put_bracket(struct yq_json_writer *w, const struct yq_story_order *order)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(2 * YQ_MESSAGE_SIZE);
	const struct yq_order *o = &order->row.order;
	const struct {
		const char *name;
		struct yq_opt_decimal price;
	} exits[] = {
		{ "take-profit", o->exits.take_profit },
		{ "stop-loss", o->exits.stop_loss },
		{ "its limit", o->exits.stop_loss_limit },
	};
	char price[YQ_DECIMAL_TEXT_SIZE];

	if (!yq_id_is_none(&o->bracket_id))
		yq_buf_add_format(&text, "the %s of order %s", o->exit, o->bracket_id.text);
	for (size_t i = 0; i < YQ_COUNT(exits); i++) {
		if (!exits[i].price.set)
			continue;
		yq_decimal_format(exits[i].price.value, price);
		yq_buf_add_format(
		    &text, "%s%s %s", text.length > 0 ? ", " : "", exits[i].name, price);
	}
	if (order->bracket[0] != '\0')
		yq_buf_add_format(&text, "%s%s", text.length > 0 ? "; " : "", order->bracket);
	yq_json_put_text(w, "bracket", yq_buf_text(&text));
}

/* Whole, or while the archive is away what the bus still knows. */
static enum yq_rc
read_story(
    struct yq_api_call *call, const struct yq_id *id, struct yq_story *story, struct yq_err *err)
{
	enum yq_rc rc = yq_reads_archive(call, err);
	struct yq_err live = { 0 };

	if (rc == YQ_OK)
		rc = yq_story_of_order(call->desk, id, story, err);
	if (rc == YQ_OK || rc == YQ_E_NOT_FOUND)
		return rc;
	yq_story_clear(story);
	return yq_story_of_live_order(call->desk, id, story, &live) == YQ_OK ? YQ_OK
									     : yq_reads_rc(rc, err);
}

static enum yq_rc
get_order(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct yq_story *story = yq_xcalloc(1, sizeof(*story));
	struct yq_id id = yq_api_id(call, "id");
	const struct yq_story_order *order = &story->orders[0];
	enum yq_rc rc = read_story(call, &id, story, err);

	if (rc == YQ_OK) {
		yq_json_begin_object(call->out);
		yq_json_name(call->out, "order");
		put_named(call, &order->row, order->cancel_requested_at_us);
		put_steps(call->out, story);
		put_fills(call->out, &order->trades);
		yq_json_name(call->out, "rules");
		yq_put_rules(call->out, story->decision, order->row.order.account_alias);
		put_bracket(call->out, order);
		put_allowed(
		    call->out, order->row.progress.state, order->cancel_requested_at_us != 0);
		yq_json_end_object(call->out);
	}
	yq_story_clear(story);
	return rc;
}

static const struct yq_api_field list_fields[] = {
	{ .name = "open",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_BOOL,
	    .what = "true: those that are not final, from the live state" },
	{ .name = "account",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_ALIAS,
	    .what = "of this account alone" },
	{ .name = "ticker",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_TICKER,
	    .what = "of this ticker alone" },
	{ .name = "state",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_NAME,
	    .names = &yq_order_state_names,
	    .what = "in this state alone" },
	{ .name = "from",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_TIME,
	    .what = "ordered then or later" },
	{ .name = "to", .place = YQ_API_QUERY, .kind = YQ_API_TIME, .what = "ordered before" },
};
static const struct yq_api_field id_fields[] = {
	{ .name = "id",
	    .place = YQ_API_PATH,
	    .kind = YQ_API_ID,
	    .required = true,
	    .what = "the order's id" },
};

static const struct yq_api_route routes[] = {
	{ .method = "GET",
	    .path = "/orders",
	    .name = "listOrders",
	    .summary = "Orders, newest first: the open ones as they are now, or the archive.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_ARCHIVE,
	    .flags = YQ_API_LIST,
	    .status = 200,
	    .answer = "OrderList",
	    .fields = list_fields,
	    .field_count = YQ_COUNT(list_fields),
	    .run = list_orders },
	{ .method = "GET",
	    .path = "/orders/{id}",
	    .name = "getOrder",
	    .summary = "All that is known of an order: steps, fills, rules, and what may be done.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_ARCHIVE,
	    .status = 200,
	    .answer = "OrderStory",
	    .fields = id_fields,
	    .field_count = YQ_COUNT(id_fields),
	    .run = get_order },
};
const struct yq_api_family yq_api_orders = { "orders", routes, YQ_COUNT(routes) };
