/* exit_way.c - which exits rest, rest for a day, are watched, or cannot be: one table. */
#include "domain/exit_way.h"

#include <assert.h>

/* The first that the broker takes is the way. */
static const struct row {
	enum yq_exit_kind exit;
	bool limited; /* the stop-loss has a limit */
	struct yq_exit_way way;
} rows[] = {
	{ YQ_TAKE_PROFIT, false, { YQ_EXIT_RESTS, YQ_TYPE_LIMIT, YQ_TIF_GTC, false } },
	{ YQ_TAKE_PROFIT, false, { YQ_EXIT_DAILY, YQ_TYPE_LIMIT, YQ_TIF_DAY, false } },
	{ YQ_STOP_LOSS, false, { YQ_EXIT_RESTS, YQ_TYPE_STOP, YQ_TIF_GTC, false } },
	{ YQ_STOP_LOSS, false, { YQ_EXIT_DAILY, YQ_TYPE_STOP, YQ_TIF_DAY, false } },
	{ YQ_STOP_LOSS, false, { YQ_EXIT_WATCHED, YQ_TYPE_MARKET, YQ_TIF_DAY, false } },
	{ YQ_STOP_LOSS, false, { YQ_EXIT_WATCHED, YQ_TYPE_MARKET, YQ_TIF_GTC, false } },
	{ YQ_STOP_LOSS, false, { YQ_EXIT_WATCHED, YQ_TYPE_LIMIT, YQ_TIF_DAY, true } },
	{ YQ_STOP_LOSS, false, { YQ_EXIT_WATCHED, YQ_TYPE_LIMIT, YQ_TIF_GTC, true } },
	{ YQ_STOP_LOSS, true, { YQ_EXIT_RESTS, YQ_TYPE_STOP_LIMIT, YQ_TIF_GTC, false } },
	{ YQ_STOP_LOSS, true, { YQ_EXIT_DAILY, YQ_TYPE_STOP_LIMIT, YQ_TIF_DAY, false } },
	{ YQ_STOP_LOSS, true, { YQ_EXIT_WATCHED, YQ_TYPE_LIMIT, YQ_TIF_GTC, false } },
	{ YQ_STOP_LOSS, true, { YQ_EXIT_WATCHED, YQ_TYPE_LIMIT, YQ_TIF_DAY, false } },
};

static_assert((unsigned)YQ_TYPE_COUNT * YQ_TIF_COUNT <= 32, "a bit for each kind of order");

struct yq_exit_way
yq_exit_way(const struct yq_exits *exits, enum yq_exit_kind exit, uint32_t kinds)
{
	bool limited = exit == YQ_STOP_LOSS && exits->stop_loss_limit.set;

	for (size_t i = 0; i < YQ_COUNT(rows); i++)
		if (rows[i].exit == exit && rows[i].limited == limited &&
		    (kinds & YQ_ORDER_KIND(rows[i].way.type, rows[i].way.tif)) != 0)
			return rows[i].way;
	return (struct yq_exit_way){ .hold = YQ_EXIT_CANNOT };
}

static bool
has_exit(const struct yq_exits *exits, enum yq_exit_kind exit)
{
	return exit == YQ_TAKE_PROFIT ? exits->take_profit.set : exits->stop_loss.set;
}

enum yq_rc
yq_exit_ways_check(const struct yq_exits *exits, uint32_t kinds, const char *broker_name,
    enum yq_exchange exchange, struct yq_err *err)
{
	for (int exit = 0; exit < YQ_EXIT_COUNT; exit++)
		if (has_exit(exits, (enum yq_exit_kind)exit) &&
		    yq_exit_way(exits, (enum yq_exit_kind)exit, kinds).hold == YQ_EXIT_CANNOT)
			return yq_err_set(err, YQ_E_REFUSED,
			    "%s: broker %s takes no order on %s with which it could be kept, "
			    "neither resting nor watched",
			    yq_names_text(&yq_exit_names, exit), broker_name,
			    yq_names_text(&yq_exchange_names, (int)exchange));
	return YQ_OK;
}

const char *
yq_exit_ways_describe(const struct yq_exits *exits, uint32_t kinds)
{
	static const char watched[] =
	    "the stop-loss is watched by yQuant, not by the broker, and sent when its price is "
	    "touched: it holds only while yQuant runs and prices come";
	static const char *const texts[YQ_EXIT_COUNT][YQ_EXIT_HOLD_COUNT] = {
		[YQ_TAKE_PROFIT] = {
		    [YQ_EXIT_CANNOT] = "the broker takes no order that could be its take-profit",
		    [YQ_EXIT_DAILY] = "the take-profit rests at the broker for a day at a time, and "
				      "is sent again when the market opens",
		},
		[YQ_STOP_LOSS] = {
		    [YQ_EXIT_CANNOT] = "the broker takes no order that could be its stop-loss",
		    [YQ_EXIT_DAILY] = "the stop-loss rests at the broker for a day at a time, and "
				      "is sent again when the market opens",
		    [YQ_EXIT_WATCHED] = watched,
		},
	};
	enum yq_exit_kind exit = exits->stop_loss.set ? YQ_STOP_LOSS : YQ_TAKE_PROFIT;
	const char *text = texts[exit][yq_exit_way(exits, exit, kinds).hold];

	return text != NULL ? text : "";
}
