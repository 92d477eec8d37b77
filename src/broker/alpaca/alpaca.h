/*
 * alpaca.h - Alpaca as a broker: stocks in the US, by its REST API and its stream of trade updates.
 *
 * An order carries our id as its client id, which Alpaca takes once: to send it again finds it.
 * What the stream tells is a first word; what it may have missed is said to be so
 * (YQ_BROKER_EV_STALE) each time it begins anew, and found by asking.
 *
 * A replace makes another order of it at Alpaca, with a client id that names ours.  Its quantity
 * counts from nothing, whatever the first one has executed, so only an order of which nothing is
 * filled is replaced; where the two cross, what stands in its place is canceled as soon as that is
 * known.
 */
#ifndef YQ_BROKER_ALPACA_ALPACA_H
#define YQ_BROKER_ALPACA_ALPACA_H

#include <uv.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "broker/broker.h"
#include "domain/days.h"

#define YQ_ALPACA_URL_SIZE	   257
#define YQ_ALPACA_CALLS_PER_MINUTE 200 /* Alpaca's own limit of one key */

struct yq_alpaca_settings {
	/* Without a slash at the end, and without the version. */
	char url[YQ_ALPACA_URL_SIZE], data_url[YQ_ALPACA_URL_SIZE], stream_url[YQ_ALPACA_URL_SIZE];
	char feed[17];		   /* of prices: "iex", "sip" */
	char ca_file[256];	   /* "" = the system's authorities */
	char proxy[256];	   /* "" = as the environment says */
	bool stream;		   /* else all is found by asking */
	bool extended_hours;	   /* limit orders for the day trade before and after it too */
	uint32_t calls_per_minute; /* 0 = no limit */
	uint32_t quote_s; /* between two looks at the prices of what is held and on order */
};

/* The hosts of real money, or of practice; `base_url` "" or one that stands in for all of them. */
struct yq_alpaca_settings yq_alpaca_settings_of(bool live, const char *base_url);
/*
 * From JSON, as in BrokerGateway:Accounts:{Alias}:Alpaca:
 *	{"DataUrl", "StreamUrl", "Feed", "CaFile", "Proxy", "Stream", "ExtendedHours",
 *	 "CallsPerMinute", "QuoteSeconds"}
 * Absent members keep what `settings` holds, others are not looked at; NULL has none.
 * YQ_E_INVALID names the member.
 */
YQ_NODISCARD enum yq_rc yq_alpaca_settings_read(
    const yq_json *alpaca, struct yq_alpaca_settings *settings, struct yq_err *err);

/* Our own hours of a day in the US, in minutes of New York's day; alike where it is closed.  False:
 * nothing sure is known of it.  With it Alpaca's calendar is compared with ours daily. */
typedef bool yq_alpaca_hours_fn(void *cookie, yq_date date, int *open, int *close);

struct yq_shared; /* shared.h */
struct yq_alpaca_spec {
	uv_loop_t *loop;
	const struct yq_clock *clock;
	const struct yq_alpaca_settings *settings; /* copied */
	const struct yq_secret *key, *secret;	   /* copied */
	struct yq_shared *shared;  /* borrowed; NULL: this account shares with none */
	yq_alpaca_hours_fn *hours; /* may be NULL */
	void *hours_cookie;
	yq_broker_event_fn *on_event;
	void *event_cookie;
};
/* YQ_E_INVALID: a URL is none, or there is no key. */
YQ_NODISCARD enum yq_rc yq_alpaca_open(
    const struct yq_alpaca_spec *spec, struct yq_broker **ret_broker, struct yq_err *err);

#endif
