/*
 * gateway.h - the gateway as a whole: what its parts hang from.
 *
 *	order:stream -> intake -> desk -> admit (risk) -> claim -> submit -> broker
 *	                              broker -> fills, reconcile -> record -> apply -> Valkey
 *
 * One thread, one loop.  Each part has a header of its own, which knows the things below it (lane,
 * order, task, account) and never the gateway; a part's .c file includes this one and the headers
 * of the parts it calls.
 */
#ifndef YQ_BROKER_GATEWAY_GATEWAY_H
#define YQ_BROKER_GATEWAY_GATEWAY_H

#include <uv.h>

#include "base/recent.h"
#include "base/str.h"
#include "base/table.h"
#include "broker_gateway/account.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/apply.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/claim.h"
#include "broker_gateway/flatten.h"
#include "broker_gateway/foreign.h"
#include "broker_gateway/halts.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/metrics.h"
#include "broker_gateway/order.h"
#include "broker_gateway/price.h"
#include "broker_gateway/recover.h"
#include "bus/adopt.h"
#include "bus/consume.h"
#include "bus/message.h"
#include "bus/state.h"
#include "bus/steps.h"
#include "bus/subscriber.h"
#include "daemon/daemon.h"
#include "daemon/settings.h"

#define GW_BATCH_MAX  256  /* items of one call: larger ones win little and take memory */
#define GW_BOOKED_MAX 8192 /* executions remembered beyond the life of their orders */
#define GW_TOLD_MAX   1024
#define GW_HAD_MAX    8192
#define GW_RETRY_MS   200 /* before a step is repeated */

/* Brackets in hand, and their reading. */
struct gw_brackets {
	struct yq_table all;
	bool due;		  /* something has changed on a lane with one */
	struct gw_protect *asked; /* by people; not begun */
	bool failed;
	struct yq_id *ids; /* while they are read; owned */
	size_t count, next, left;
	gw_brackets_done_fn *done;
};

struct gw_homeless;
struct gw_query;
struct gw_resolve;
struct yq_listings_keeper;
struct yq_shared;
struct yq_worker;

struct gateway {
	struct yq_daemon *daemon;
	uv_loop_t *loop;
	const struct yq_clock *clock;
	struct yq_valkey *valkey;
	struct yq_accounts *accounts_config;
	struct yq_markets *markets;
	uint64_t calendars;   /* stamp of their files when they were read */
	int64_t calendars_ns; /* when that was looked at */
	struct yq_risks *risks;
	enum yq_life_state life;     /* of strategies of which nobody has said what they may */
	struct gw_account *accounts; /* owned; account_count of them */
	size_t account_count;
	char owner[YQ_ID_LENGTH + 1]; /* this life of this process */
	char name[YQ_ALIAS_SIZE];     /* BrokerGateway:Name */
	char group[YQ_GROUP_NAME_SIZE];
	char color[8]; /* System:Color */
	struct gw_lease lease;
	char history[YQ_VALKEY_HISTORY_SIZE]; /* of the master, when the leases were won; suspect.h
					       */
	struct yq_table orders;
	struct yq_consumer *consumer;
	struct yq_subscriber *subscriber;
	struct yq_adopt *adopt;
	bool paused, started, stopped, draining;
	bool intake_wanted; /* the group is to be made, and read */
	size_t task_count;  /* of accounts that do not overflow */
	int64_t paused_ns;
	uint64_t round; /* of the desk */
	struct gw_claims claims;
	struct gw_records records;
	struct gw_order *untold;      /* acks of which nothing is recorded yet */
	struct gw_order *doubts_over; /* in doubt no more, which is not told yet */
	struct gw_resolve *resolves;  /* what people said of orders; waits for its account */
	struct gw_acks acks;
	struct gw_stocks stocks;
	struct gw_foreigns foreigns;
	struct gw_halts halts;
	struct gw_flatten flatten;
	struct gw_homeless *homeless; /* orders for nobody, until they are refused */
	struct gw_query *queries;     /* that wait for a full sync */
	struct gw_recovery recovery;
	struct gw_brackets brackets;
	struct yq_worker *tokens;	     /* NULL = no broker of ours has any */
	struct yq_listings_keeper *listings; /* with it */
	int64_t listings_ns;		     /* when it was made */
	uint64_t compare_round;
	struct yq_recent booked;      /* executions */
	struct yq_recent told_orders; /* of the broker's that are not ours */
	struct yq_recent had_orders;  /* see gw_order_may_be_ours */
	bool told_ready;
	struct yq_shared *shared; /* by accounts at real brokers; NULL = there is none */
	uint64_t sent_trimmed;	  /* orders sent when memory was last given back */
	uv_idle_t soon;
	uv_timer_t beat, retry;
	struct gw_metrics metrics;
};

void gw_soon(struct gateway *gw); /* run the desk and the steps in the next turn of the loop */
void gw_retry_in(struct gateway *gw, uint64_t ms); /* the same, then at the latest */
void gw_retry_later(struct gateway *gw);
int64_t gw_later_ns(const struct gateway *gw); /* before then a call is not repeated */
void gw_role_tell(struct gateway *gw);	       /* what this gateway is among its kind has changed */
/* Tell people: a notification; the rest as printf. */
#define gw_notify(gw, kind, severity, ...)                               \
	do {                                                             \
		char notice_[YQ_NOTIFICATION_TEXT_SIZE];                 \
		yq_str_format(notice_, sizeof(notice_), __VA_ARGS__);    \
		yq_daemon_notify((gw)->daemon, kind, severity, notice_); \
	} while (0)

#endif
