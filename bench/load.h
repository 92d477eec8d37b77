/*
 * load.h - post alerts over keep-alive HTTP connections and see their executions.
 *
 * A client of the running system like any other: it knows the webhook's address and the bus, and
 * nothing of the programs.  One loop thread.
 */
#ifndef YQ_BENCH_LOAD_H
#define YQ_BENCH_LOAD_H

#include <uv.h>

#include "base/common.h"
#include "base/err.h"
#include "base/id.h"

struct load_options {
	const char *host; /* IPv4 address */
	uint16_t port;
	const char *secret;
	const char *socket; /* Valkey's unix socket */
	const char *user, *password;
	const char *alias;    /* the account the strategy is mapped to */
	const char *run;      /* makes alert ids unique between runs */
	unsigned connections; /* 1-1024 */
	unsigned rate;	      /* alerts a second; 0 = as fast as answers come */
	unsigned count;	      /* alerts in all */
	unsigned tickers;     /* spread over this many tickers */
	unsigned accounts;    /* 0: all on `alias`; else on alias 1 .. N, strategy Bench1 .. N */
	bool resting;	      /* limit orders that no market fills */
	unsigned timeout_s;   /* give up after */
	/* If set, each message of the channels signal, order and execution, as it comes. */
	void (*heard)(void *cookie, const char *channel, const char *payload, int64_t at_us);
	void *cookie;
};

struct load_result {
	unsigned accepted, refused, executed;
	int64_t first_post_ns, last_answer_ns, last_execution_ns;
	int64_t *answer_ns;	  /* POST to 200, one for each alert; owned */
	int64_t *execution_ns;	  /* POST to `execution` heard; 0 = never; owned */
	int64_t *posted_us;	  /* on the clock of the day; owned */
	struct yq_id *signal_ids; /* as answered; owned */
};

YQ_NODISCARD enum yq_rc load_run(
    const struct load_options *options, struct load_result *result, struct yq_err *err);
void load_result_clear(struct load_result *result);

#endif
