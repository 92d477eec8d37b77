/* today.c - the last recorded day, and all trades since. */
#include "desk/today.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/reply.h"
#include "desk/fetch.h"

#define NO_ROW	  INT64_MAX
#define LAST_DATE 99991231

struct today {
	const char *alias;
	struct yq_worth *worths;
	size_t count;
	struct yq_snapshot ends[YQ_CURRENCY_COUNT];
	struct yq_decimal traded[YQ_CURRENCY_COUNT];
	int64_t since_us[YQ_CURRENCY_COUNT]; /* NO_ROW: no day is recorded */
	struct yq_id *queued;		     /* trades that are counted already; owned */
	size_t queued_count, archived_count;
};

static enum yq_rc
find_end(struct yq_desk *desk, struct today *today, size_t at, struct yq_err *err)
{
	struct yq_snapshot_list list = { 0 };
	enum yq_rc rc =
	    yq_snapshots_latest(desk->firebird, today->worths[at].currency, LAST_DATE, &list, err);

	today->since_us[at] = NO_ROW;
	for (size_t i = 0; i < list.count; i++) {
		if (!yq_str_equal(list.items[i].account_alias, today->alias))
			continue;
		today->ends[at] = list.items[i];
		today->since_us[at] = list.items[i].taken_at_us;
	}
	yq_snapshot_list_free(&list);
	return rc;
}

static enum yq_rc
count_trade(struct today *today, const struct yq_trade *trade, struct yq_err *err)
{
	struct yq_decimal cash;

	for (size_t i = 0; i < today->count; i++) {
		if (today->worths[i].currency != trade->currency ||
		    trade->executed_at_us <= today->since_us[i])
			continue;
		if (yq_worth_trade(trade, &cash) != YQ_OK ||
		    yq_decimal_add(today->traded[i], cash, &today->traded[i]) != YQ_OK)
			return yq_err_set(
			    err, YQ_E_RANGE, "the trades of %s do not fit", today->alias);
	}
	return YQ_OK;
}

static bool
is_counted(const struct today *today, const struct yq_id *id)
{
	for (size_t i = 0; i < today->queued_count; i++)
		if (yq_id_equal(&today->queued[i], id))
			return true;
	return false;
}

/* A trade goes from the queue to the archiver's hands and only then leaves the bus: whoever looks
 * in this order, and last into the archive, misses none. */
static enum yq_rc
count_list(struct yq_desk *desk, enum yq_key key, struct today *today, struct yq_err *err)
{
	const char *argv[] = { "LRANGE", yq_key_name(key), "0", "-1" };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_valkey_sync_command(
	    desk->valkey, YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);

	for (size_t i = 0; i < yq_reply_count(reply) && rc == YQ_OK; i++) {
		size_t length = 0;
		const char *text = yq_reply_text(yq_reply_at(reply, i), &length);
		struct yq_trade_item item;

		if (text == NULL ||
		    yq_message_decode_trade_item(text, length, &item, NULL) != YQ_OK ||
		    !yq_str_equal(item.account_alias, today->alias) ||
		    is_counted(today, &item.trade.id))
			continue;
		if (today->queued_count == YQ_TODAY_QUEUE_MAX)
			return yq_err_set(err, YQ_E_LIMIT, "too many trades are on their way");
		today->queued[today->queued_count++] = item.trade.id;
		rc = count_trade(today, &item.trade, err);
	}
	return rc;
}

static enum yq_rc
on_trade(void *cookie, const struct yq_trade_row *row, struct yq_err *err)
{
	struct today *today = cookie;

	if (++today->archived_count > YQ_TODAY_TRADES_MAX)
		return yq_err_set(err, YQ_E_LIMIT, "too many trades since the last recorded day");
	return is_counted(today, &row->trade.id) ? YQ_OK : count_trade(today, &row->trade, err);
}

static enum yq_rc
count_trades(struct yq_desk *desk, struct today *today, int64_t from_us, struct yq_err *err)
{
	struct yq_trade_filter filter = yq_trade_filter_any();
	enum yq_rc rc = count_list(desk, YQ_KEY_TRADES_QUEUE, today, err);

	if (rc == YQ_OK)
		rc = count_list(desk, YQ_KEY_TRADES_PROCESSING, today, err);
	yq_str_copy_cut(filter.account_alias, sizeof(filter.account_alias), today->alias);
	filter.from_us = from_us;
	return rc == YQ_OK ? yq_trades_each(desk->firebird, &filter, on_trade, today, err) : rc;
}

enum yq_rc
yq_desk_today(struct yq_desk *desk, const char *alias, struct yq_worth *worths, size_t count,
    struct yq_err *err)
{
	struct today today = { .alias = alias, .worths = worths, .count = count };
	YQ_CLEANUP(yq_freep)
	struct yq_id *queued = yq_xcalloc(YQ_TODAY_QUEUE_MAX, sizeof(*queued));
	int64_t from_us = NO_ROW;
	enum yq_rc rc = yq_desk_firebird(desk, err);

	today.queued = queued;
	for (size_t i = 0; i < count && rc == YQ_OK; i++) {
		rc = find_end(desk, &today, i, err);
		from_us = today.since_us[i] < from_us ? today.since_us[i] : from_us;
	}
	if (rc == YQ_OK && from_us != NO_ROW)
		rc = count_trades(desk, &today, from_us, err);
	for (size_t i = 0; i < count && rc == YQ_OK; i++)
		if (today.since_us[i] != NO_ROW)
			yq_worth_since(&worths[i], &today.ends[i], today.traded[i]);
	return rc;
}
