/* account.h - an account this gateway serves.  Its book has one writer: the holder of its lease. */
#ifndef YQ_BROKER_GATEWAY_ACCOUNT_H
#define YQ_BROKER_GATEWAY_ACCOUNT_H

#include "base/table.h"
#include "broker/broker.h"
#include "broker/throttle.h"
#include "broker_gateway/guard.h"
#include "broker_gateway/look.h"
#include "daemon/settings.h"
#include "domain/account.h"
#include "domain/risk.h"

struct gateway;
struct gw_request;
struct gw_task;

enum gw_account_state {
	GW_NO_LEASE, /* not ours (yet) */
	GW_LOADING,  /* ours; reading what was left */
	GW_SETTLING, /* asking the broker about orders left behind */
	GW_SERVING,
	GW_BROKEN, /* the broker cannot be opened; nothing is sent */
};

struct gw_account {
	struct gateway *gw;
	struct yq_account_settings settings;
	const struct yq_risk_limits *limits;
	struct yq_broker *broker;
	enum gw_account_state state;
	int64_t fence;	  /* token of the lease */
	int64_t retry_ns; /* when a broken broker is opened again */
	struct yq_account *book;
	struct yq_table lanes;
	struct gw_lane *due, **due_end;		/* lanes with brackets to look after, in order */
	struct gw_task *first, **last, *newest; /* waiting, in order of arrival */
	size_t task_count, cancel_count;
	bool slow;     /* its list was full while others waited for the reader */
	bool overflow; /* orders that come are left in the stream until there is room again */
	struct gw_request *requests; /* at the broker */
	struct yq_throttle throttle; /* of calls to the broker */
	size_t unanswered;	     /* orders claimed or sent without an answer */
	size_t claiming;	     /* those of them that are being claimed */
	size_t unknown;		     /* orders whose outcome is not known */
	size_t asks;		     /* orders that the broker is being asked about */
	size_t records;		     /* not yet written */
	bool recovering;	     /* being read from the bus */
	size_t looked_up;	     /* orders that the bus is being asked about */
	size_t settling;	     /* orders being asked about before serving begins */
	uint64_t generation;	     /* counts fills: an answer older than one is dropped */
	bool price_asked;	     /* for a take-profit that is watched */
	bool synced_once;
	uint64_t sync_count;
	int64_t synced_at_us;
	struct gw_look look;
	int64_t suspect_since_us;		    /* Pending orders are (suspect.h) */
	int64_t suspect_begun_us, suspect_until_us; /* monotonic: here, and until */
	struct yq_rate rate;
	struct yq_table plain; /* tickers whose field in position:{Alias} has no exchange */
	struct gw_guard guard;
	bool flatten_waits;    /* for markets to open, which was told */
	bool flatten_unpriced; /* no price of something that is to be closed, which was told */
};

YQ_NODISCARD enum yq_rc gw_accounts_open(struct gateway *gw, struct yq_err *err);
void gw_accounts_close(struct gateway *gw);
/* They are another's: nothing that is in hand counts any more. */
void gw_accounts_forget(struct gateway *gw);
struct gw_account *gw_account_find(struct gateway *gw, const char *alias);
/* Whose a message about this alias is.  Every gateway knows all accounts, so each message has
 * exactly one that acts on it, or tells that nobody can. */
enum gw_owner {
	GW_OURS,   /* one of ours, or nobody's, and we answer for those */
	GW_OTHERS, /* another gateway's */
};
enum gw_owner gw_owner_of(const struct gateway *gw, const char *alias);
bool gw_account_may_send(const struct gw_account *account);
/* Whether so many calls to the broker may be made now; if not, the desk runs again when they may.
 */
bool gw_throttle(struct gw_account *account, enum yq_call_class class, uint32_t count);

#endif
