/*
 * doubt.h - orders of which nobody knows what became of them: people are told, and the broker is
 * asked ever less often.
 *
 * In doubt is an order that is Unknown, and one that is open here though its broker says it never
 * had it.  It is told of after BrokerGateway:UnknownAlertSeconds, then every UnknownRepeatMinutes;
 * again after a restart, but not within GW_TOLD_AGAIN_S of the last time; and once when it is over.
 */
#ifndef YQ_BROKER_GATEWAY_DOUBT_H
#define YQ_BROKER_GATEWAY_DOUBT_H

#include "broker/match.h"
#include "broker_gateway/order.h"
#include "bus/state.h"

#define GW_ASK_FIRST_S	5  /* before the broker is asked again, the first time */
#define GW_ASK_LAST_S	60 /* ... and at most */
#define GW_TOLD_AGAIN_S 60
#define GW_TOLD_SINGLY	5 /* orders of one account told of at a time; the others are counted */

struct gw_doubt {
	int64_t unknown_at_us; /* since when; 0 = it was never Unknown */
	int64_t told_at_us;    /* when people were last told; 0 = never */
	int64_t next_us;       /* when they are told next, monotonic; 0 = to be found */
	unsigned asks;	       /* of the broker, since it is in doubt */
	bool denied;	       /* the broker says it never had it */
	bool over_untold;
	struct gw_order *next_over; /* of which the end is to be told */
	char why[YQ_MESSAGE_SIZE];
	/* Orders at the broker that may be it, where it keeps no ids of ours. */
	size_t candidate_count;
	char candidates[YQ_MATCH_MAX][YQ_BROKER_ORDER_ID_SIZE];
	/* What a person said of it: see domain/resolution.h. */
	struct yq_decimal manual_left;
	size_t manual_count;		 /* executions booked by hand */
	char resolved_as[16];		 /* "" = nothing was said */
	struct yq_id answered;		 /* the last request that was answered */
	char mark[YQ_REQUEST_MARK_SIZE]; /* to be written with the next record; "" = none */
};

/* Made when there is none.  Owned by the order. */
struct gw_doubt *gw_doubt_of(struct gw_order *o);
/* What the bus knows of it. */
void gw_doubt_load(struct gw_order *o, const struct yq_order_state_full *full);
bool gw_in_doubt(const struct gw_order *o);
/* It has become Unknown just now. */
void gw_doubt_begin(struct gw_order *o, const char *why);
/* It is open here, and the broker says it never had it; or does know it after all. */
void gw_doubt_denied(struct gw_order *o, bool denied);
/* Its state has changed: when it is in doubt no more, that is told at the end of this turn. */
void gw_doubt_look(struct gw_order *o);
/* Whether it is time to ask the broker again; `now_ns` is monotonic. */
bool gw_doubt_ask_due(const struct gw_order *o, int64_t now_ns);
/* Once a second: tell of those that are due. */
void gw_doubts_tick(struct gateway *gw);
/* Tell of those that are over; without telling at the end of the program. */
void gw_doubts_flush(struct gateway *gw, bool tell);

#endif
