/*
 * open.h - an account at a real broker, opened by what its settings say: for the gateway, and for
 * who only wants to try it.
 */
#ifndef YQ_BROKER_OPEN_H
#define YQ_BROKER_OPEN_H

#include <uv.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "broker/broker.h"
#include "domain/days.h"

struct yq_shared; /* shared.h */
struct yq_worker; /* store/worker.h */

/* All of it is borrowed for the call but `loop`, `clock`, `shared` and `worker`. */
struct yq_open_spec {
	uv_loop_t *loop;
	const struct yq_clock *clock;
	struct yq_shared *shared;	   /* NULL: this account shares with none */
	struct yq_worker *worker;	   /* Firebird, for tokens; NULL: they are kept in memory */
	const struct yq_secret *token_key; /* with a worker */
	bool live;			   /* real money */
	const char *base_url;		   /* "" = the broker's own */
	const char *number;		   /* at the broker; "" where there is none */
	const yq_json *section;		   /* of its settings; NULL = none */
	const struct yq_secret *key, *secret; /* NULL = none */
	/* Which of Korea's markets a ticker is of, for a broker that does not say: KRX where it is
	 * not known.  NULL: it never is. */
	enum yq_exchange (*home)(void *cookie, const char *ticker);
	void *home_cookie;
	/* Our own hours of a day, in minutes of the market's; see yq_alpaca_hours_fn.  NULL: the
	 * broker's calendar is not asked for. */
	bool (*hours)(void *cookie, yq_date date, int *open, int *close);
	void *hours_cookie;
	bool only_asks; /* no stream, which some brokers give once a key */
	yq_broker_event_fn *on_event;
	void *event_cookie;
};

/* YQ_E_INVALID: its settings or its keys are none; nothing has been called. */
YQ_NODISCARD enum yq_rc yq_open_alpaca(
    const struct yq_open_spec *spec, struct yq_broker **ret_broker, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_open_kis(
    const struct yq_open_spec *spec, struct yq_broker **ret_broker, struct yq_err *err);

#endif
