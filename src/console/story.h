/*
 * story.h - all that is known of one signal and its orders, gathered from the bus and the archive.
 */
#ifndef YQ_CONSOLE_STORY_H
#define YQ_CONSOLE_STORY_H

#include "base/json.h"
#include "bus/bracket.h"
#include "console/fetch.h"
#include "store/audit.h"
#include "store/orders.h"
#include "store/schedule_runs.h"
#include "store/signals.h"

#define YQ_STORY_ORDERS_MAX 32
#define YQ_STORY_ACTS_MAX   32

struct yq_story_order {
	struct yq_order_row row;
	int64_t archived_at_us; /* 0 = not known */
	bool archived;		/* it is in the archive */
	struct yq_trade_list trades;
	struct yq_audit_list acts; /* what people did about it */
	char
	    bracket[YQ_MESSAGE_SIZE]; /* how its bracket is; "" = it has none, or it is forgotten */
	struct yq_run run;	      /* of the schedule that made it; due_at_us 0: none did */
	int64_t unknown_at_us;	      /* 0 = its outcome was always known, or it has left the bus */
};

struct yq_story {
	bool has_signal;  /* `signal.signal` is filled */
	bool has_verdict; /* the verdict's members are */
	bool signal_archived;
	struct yq_signal_row signal;
	yq_json *decision; /* its "Steps" tell each rule; NULL = none */
	struct yq_story_order orders[YQ_STORY_ORDERS_MAX]; /* exits behind their entry */
	size_t order_count;
};

/* Both connections must be open.  Says itself what is wrong; returns enum yq_console_exit. */
int yq_story_of_order(struct yq_system *system, const struct yq_id *id, struct yq_story *story);
int yq_story_of_signal(struct yq_system *system, const struct yq_id *id, struct yq_story *story);
void yq_story_clear(struct yq_story *story);

#endif
