/* task.h - what was taken in and waits for its turn on an account, in order of arrival. */
#ifndef YQ_BROKER_GATEWAY_TASK_H
#define YQ_BROKER_GATEWAY_TASK_H

#include "broker_gateway/order.h"

#define GW_TASKS_MAX	1024 /* taken in and not yet sent, all accounts; then the reader pauses */
#define GW_TASKS_LOW	512  /* ... and goes on */
#define GW_TASKS_AGAIN	256  /* an account that overflowed is read again */
#define GW_PAUSE_MAX_MS 250  /* the reader pauses no longer for accounts that are slow */

enum gw_task_kind { GW_TASK_ORDER, GW_TASK_CANCEL, GW_TASK_REPLACE };

struct gw_task {
	struct gw_task *next;
	struct gw_arrival arrival;
	enum gw_task_kind kind;
	struct gw_order *order; /* ORDER */
	struct yq_id order_id;	/* CANCEL, REPLACE: what it is about */
	struct gw_account *account;
	int64_t not_before_ns; /* the broker could not take it just now; 0 = at once */
	bool gone;	       /* its order is over, the bus says */
	int64_t ask_ns;	       /* when the bus is asked that again */
	struct yq_broker_change change;
	int64_t version; /* REPLACE: of the order that is meant; 0 = whatever it is */
	char mark[YQ_REQUEST_MARK_SIZE]; /* REPLACE: where it is written what became of it */
	char reason[YQ_REASON_SIZE];
	char entry_id[YQ_ENTRY_ID_SIZE];
};

/* At its place in the account's list, mostly the end; takes ownership. */
void gw_task_add(struct gw_account *account, struct gw_task *task);
void gw_task_order(struct gw_order *o); /* enter an order */
/* Have our own order canceled, if that is not under way and was not asked for within `again_ns`;
 * `why` is what it then says. */
void gw_task_cancel(struct gw_order *o, const char *why, int64_t again_ns);
/* Cancels of that order in the list.  An order in hand has their number: gw_order.cancels. */
size_t gw_task_cancels(const struct gw_account *account, const struct yq_id *id);
/* Out of the list; the caller's from now on. */
void gw_task_unlink(struct gw_account *account, struct gw_task **link);
void gw_tasks_clear(struct gw_account *account);
/* Whether this entry of the stream waits in the list. */
bool gw_task_is_there(const struct gw_account *account, const char *entry_id);
/*
 * Keep the reader going or let it pause, by what waits.  Where it would pause for long because some
 * accounts send slowly, these overflow: their orders stay in the stream, unacknowledged, and are
 * read again when there is room.  So a slow account holds up itself alone.
 */
void gw_tasks_balance(struct gateway *gw);

#endif
