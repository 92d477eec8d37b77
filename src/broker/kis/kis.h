/*
 * kis.h - Korea Investment & Securities (KIS) as a broker: Korea and six markets abroad, by its
 * REST API and its stream of notices and trades.
 *
 * KIS keeps no ids of ours: an order whose answer is lost is found among its orders of that time
 * (match.h).  It knows no executions either but the sum of each order, and its notices carry no id.
 * So a fill is "executed up to so much in all": its id is order date, order number and that sum.
 * What the stream tells and what asking finds are both lower bounds of the truth, and the larger
 * one counts (ledger.h).
 */
#ifndef YQ_BROKER_KIS_KIS_H
#define YQ_BROKER_KIS_KIS_H

#include <uv.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "broker/broker.h"
#include "broker/kis/encode.h"
#include "store/worker.h"

#define YQ_KIS_URL_SIZE 257

struct yq_kis_settings {
	char url[YQ_KIS_URL_SIZE], stream_url[YQ_KIS_URL_SIZE]; /* without a slash at the end */
	struct yq_kis_account account;
	char hts_id[33];   /* whose notices; "" = none, all is found by asking */
	char ca_file[256]; /* "" = the system's authorities */
	char proxy[256];   /* "" = as the environment says */
	bool stream;
	uint32_t calls_per_second; /* 0 = no limit */
	uint32_t collar_bps;	   /* of orders at the market where there are none */
	uint32_t quote_s;   /* between two questions for a price of what is watched; 0 = never */
	uint32_t countries; /* bit by enum yq_country: where it trades; others are never asked */
};

/* The hosts of real money, or virtual; `base_url` "" or one that stands in for both. */
struct yq_kis_settings yq_kis_settings_of(bool is_virtual, const char *base_url);
/*
 * From JSON, as in BrokerGateway:Accounts:{Alias}:Kis:
 *	{"Account": "12345678-01", "HtsId", "StreamUrl", "Countries": ["KR", "US"], "Route",
 *	 "CollarBps", "CallsPerSecond", "Stream", "QuoteSeconds", "CaFile", "Proxy"}
 * Absent members keep what `settings` holds; NULL has none.  YQ_E_INVALID names the member.
 */
YQ_NODISCARD enum yq_rc yq_kis_settings_read(
    const yq_json *kis, struct yq_kis_settings *settings, struct yq_err *err);

/* Its account by that number, "12345678-01", with or without the dash. */
YQ_NODISCARD enum yq_rc yq_kis_settings_account(
    struct yq_kis_settings *settings, const char *number, struct yq_err *err);

/* Which of Korea's markets a ticker is listed on: KIS does not say.  Without it an order's own
 * word counts, and KRX for what no order named. */
typedef enum yq_exchange yq_kis_home_fn(void *cookie, const char *ticker);

struct yq_shared; /* shared.h */
struct yq_kis_spec {
	uv_loop_t *loop;
	const struct yq_clock *clock;
	const struct yq_kis_settings *settings; /* copied */
	const struct yq_secret *key, *secret;	/* copied */
	struct yq_shared *shared;		/* borrowed; NULL: this account shares with none */
	struct yq_worker *worker;		/* borrowed; NULL: tokens are kept in memory */
	const struct yq_secret *token_key;	/* copied; with a worker */
	yq_kis_home_fn *home;			/* may be NULL */
	void *home_cookie;
	yq_broker_event_fn *on_event;
	void *event_cookie;
};
/* YQ_E_INVALID: a URL or the account is none, or there is no key. */
YQ_NODISCARD enum yq_rc yq_kis_open(
    const struct yq_kis_spec *spec, struct yq_broker **ret_broker, struct yq_err *err);

#endif
