/*
 * story.h - all that is known of one signal and its orders, gathered from the bus and the archive.
 */
#ifndef YQ_DESK_STORY_H
#define YQ_DESK_STORY_H

#include "base/json.h"
#include "bus/bracket.h"
#include "desk/fetch.h"
#include "store/audit.h"
#include "store/orders.h"
#include "store/schedule_runs.h"
#include "store/signals.h"

#define YQ_STORY_ORDERS_MAX 32
#define YQ_STORY_ACTS_MAX   32

struct yq_story_order {
	struct yq_order_row row;
	int64_t archived_at_us;		/* 0 = not known */
	int64_t cancel_requested_at_us; /* 0 = not asked for, or it has left the bus */
	bool archived;			/* it is in the archive */
	struct yq_trade_list trades;
	struct yq_audit_list acts; /* what people did about it */
	char
	    bracket[YQ_MESSAGE_SIZE]; /* how its bracket is; "" = it has none, or it is forgotten */
	struct yq_run run;	      /* of the schedule that made it; due_at_us 0: none did */
	int64_t unknown_at_us;	      /* 0 = its outcome was always known, or it has left the bus */
};

struct yq_story {
	bool live;	  /* of the bus alone */
	bool has_signal;  /* `signal.signal` is filled */
	bool has_verdict; /* the verdict's members are */
	bool signal_archived;
	struct yq_signal_row signal;
	yq_json *decision; /* its "Steps" tell each rule; NULL = none */
	struct yq_story_order orders[YQ_STORY_ORDERS_MAX]; /* exits behind their entry */
	size_t order_count;
};

/*
 * Fill *story, which yq_story_clear frees whatever comes of it.  Opens both connections.
 * YQ_E_NOT_FOUND: there is no such order or signal.
 */
YQ_NODISCARD enum yq_rc yq_story_of_order(
    struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_story_of_signal(
    struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err);
/* What the bus knows of an order that it still has; needs no archive. */
YQ_NODISCARD enum yq_rc yq_story_of_live_order(
    struct yq_desk *desk, const struct yq_id *id, struct yq_story *story, struct yq_err *err);
void yq_story_clear(struct yq_story *story);

#endif
