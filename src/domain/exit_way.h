/*
 * exit_way.h - how an exit of a bracket can be kept at a broker, by the kinds of orders that this
 * broker takes there.
 *
 * Pure.  The first way that the broker takes is the way: what rests there holds without us, what
 * rests for a day holds for that day, what is only watched holds while somebody watches.
 */
#ifndef YQ_DOMAIN_EXIT_WAY_H
#define YQ_DOMAIN_EXIT_WAY_H

#include "domain/exits.h"
#include "domain/terms.h"

/* Kinds of orders, a bit each: a type with a time in force. */
#define YQ_ORDER_KIND(type, tif) (UINT32_C(1) << ((unsigned)(type)*YQ_TIF_COUNT + (unsigned)(tif)))

/* Those that rest until a price touches them. */
#define YQ_ORDER_KINDS_OF_STOPS                                                         \
	(((UINT32_C(1) << YQ_TIF_COUNT) - 1) << (unsigned)YQ_TYPE_STOP * YQ_TIF_COUNT | \
	    ((UINT32_C(1) << YQ_TIF_COUNT) - 1) << (unsigned)YQ_TYPE_STOP_LIMIT * YQ_TIF_COUNT)

enum yq_exit_hold {
	YQ_EXIT_CANNOT,	 /* there is no way */
	YQ_EXIT_RESTS,	 /* at the broker, until it fills or is canceled */
	YQ_EXIT_DAILY,	 /* at the broker for a day at a time; sent again with the next session */
	YQ_EXIT_WATCHED, /* by us: it is sent when the price has come to it */
	YQ_EXIT_HOLD_COUNT
};

struct yq_exit_way {
	enum yq_exit_hold hold;
	enum yq_order_type type;
	enum yq_tif tif;
	/* A limit that stands in for an order at the market: its price is made of the last one when
	 * it is sent. */
	bool near;
};

/* `kinds`: of YQ_ORDER_KIND. */
struct yq_exit_way yq_exit_way(
    const struct yq_exits *exits, enum yq_exit_kind exit, uint32_t kinds);
/* YQ_OK, or YQ_E_REFUSED with a sentence that names the exit for which there is no way. */
YQ_NODISCARD enum yq_rc yq_exit_ways_check(const struct yq_exits *exits, uint32_t kinds,
    const char *broker_name, enum yq_exchange exchange, struct yq_err *err);
/* What holds the position, for people, where that is not an order that rests until it is canceled:
 * static; "" = it is one. */
const char *yq_exit_ways_describe(const struct yq_exits *exits, uint32_t kinds);

#endif
