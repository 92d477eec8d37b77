/*
 * sim.h - the simulator as a server: one exchange, its book, its knobs, and the faces that speak
 * the brokers' protocols to it.
 *
 * A face is a table of routes below a prefix.  A call goes through the same steps whatever the
 * face: find the route, let the face admit it (key, rate), let a knob refuse it, run its handler,
 * commit the book, let a knob spoil the answer, answer, and only then push what happened.
 * Loop thread only.
 */
#ifndef YQ_SIMULATOR_SIM_H
#define YQ_SIMULATOR_SIM_H

#include <uv.h>

#include "base/json.h"
#include "base/secret.h"
#include "net/http_server.h"
#include "simulator/exchange.h"
#include "simulator/journal.h"
#include "simulator/knobs.h"
#include "simulator/script.h"

#define SIM_BODY_MAX	(256U << 10) /* of a request */
#define SIM_ANSWER_MAX	(64U << 20)
#define SIM_ARGS_MAX	3
#define SIM_ARG_SIZE	160
#define SIM_HEADERS_MAX 6

struct sim;
struct sim_call;
struct sim_face;

/* Fill in call->status and call->body.  Runs to its end: nothing is awaited. */
typedef void sim_handler_fn(struct sim_call *call);

/* It gives, changes or takes back an order: what knobs of orders strike. */
#define SIM_ROUTE_ORDER 1u
#define SIM_ROUTE_OPEN	2u /* without a key */

struct sim_route {
	const char *method;
	const char *pattern; /* below the prefix: "/v2/orders/{}"; "{}" is one segment */
	sim_handler_fn *handle;
	unsigned flags;
	const void *more; /* the face's own */
};

struct sim_face {
	const char *prefix; /* "/alpaca"; no slash at the end */
	const struct sim_route *routes;
	size_t route_count;
	/* Whose call it is, and may it be made now?  False: refused, the call is filled in. */
	bool (*admit)(struct sim_call *call);
	/* Refuse in the broker's own words.  `rc` is LIMIT (too many calls), NOT_FOUND (no such
	 * route), INVALID (the body is no JSON), SYSTEM (the server's own fault). */
	void (*refuse)(struct sim_call *call, enum yq_rc rc, const char *text);
	/* A WebSocket is asked for; `request` is the face's.  NULL = it has none. */
	bool (*upgrade)(struct sim *sim, struct yq_http_request *request, const char *path);
	/* Push what happened; `now_us` is the exchange's. */
	void (*push)(struct sim *sim, const struct sim_event *event);
	void (*tick)(struct sim *sim);	     /* every SIM_TICK_MS; NULL = nothing to do */
	void (*disconnect)(struct sim *sim); /* cut the streams; NULL = it has none */
	void (*expire)(struct sim *sim);     /* tokens given until now are of no use; NULL = none */
	void (*stop)(struct sim *sim);	     /* release what it has */
};

#define SIM_TICK_MS 100

/* One call, while its handler runs. */
struct sim_call {
	struct sim *sim;
	const struct sim_face *face;
	const struct sim_route *route;
	struct yq_http_request *request;
	char args[SIM_ARGS_MAX][SIM_ARG_SIZE]; /* what stood for each "{}" */
	const yq_json *json;		       /* the body; NULL when there is none */
	int64_t now_us;			       /* the exchange's clock */
	struct sim_account *account;	       /* of the key; set by admit, may be NULL */
	/* the answer */
	unsigned status;
	bool refused; /* nothing was done */
	struct yq_buf body;
	struct yq_json_writer w; /* writes to body */
	struct yq_http_header headers[SIM_HEADERS_MAX];
	char header_texts[SIM_HEADERS_MAX][64];
	size_t header_count;
};
/* One more header of the answer; `value` is copied. */
void sim_call_header(struct sim_call *call, const char *name, const char *value);
/* The request's header or query; "" when it is not there. */
const char *sim_call_given(const struct sim_call *call, const char *header);
const char *sim_call_query(const struct sim_call *call, const char *name);

/* How many calls of a key there were in a span of time. */
struct sim_rate {
	struct yq_table_node node;
	char key[SIM_KEY_SIZE + 16];
	int64_t from_us; /* begin of the span */
	int64_t count;
};
struct sim_rates {
	struct yq_table table;
};
struct sim_rate_left {
	int64_t count;
	int64_t until_us; /* when the span ends, and the count begins anew */
};
/* One more of `key`, of at most `most` in `span_us`; false: too many.  most 0 = any number.
 * `ret_left` may be NULL. */
bool sim_rate_take(struct sim_rates *rates, const char *key, int64_t most, int64_t span_us,
    int64_t now_us, struct sim_rate_left *ret_left);
void sim_rates_clear(struct sim_rates *rates);

struct sim_later;
struct sim_stream;

struct sim {
	uv_loop_t *loop;
	const struct yq_clock *clock;
	struct sim_exchange *exchange;
	struct sim_journal *journal;
	struct sim_knobs knobs;
	struct sim_script script;
	size_t script_at;
	int64_t started_ns; /* monotonic */
	const struct yq_secret *control_token;
	const char *certificate, *private_key; /* PEM; NULL = without TLS */
	struct yq_http_server *server;
	uv_timer_t tick;
	struct sim_rates rates;
	struct sim_later *later;    /* answers and pushes that wait */
	struct sim_stream *streams; /* WebSockets that are open; stream.h */
	size_t stream_count;
	int64_t stream_number;
	bool stopping;
	int exit_code; /* not 0: the book could not be written */
};

int64_t sim_now_us(const struct sim *sim);
/* Listen.  `sim` has everything up to control_token filled in. */
YQ_NODISCARD enum yq_rc sim_serve(
    struct sim *sim, const char *listen, uint16_t port, struct yq_err *err);
/* Write the book and push what happened.  False: it could not be written, and the loop is told to
 * stop. */
bool sim_settle(struct sim *sim);
/* A knob was set: what stands elsewhere as well follows. */
void sim_knobs_changed(struct sim *sim);
void sim_disconnect(struct sim *sim);
void sim_expire_tokens(struct sim *sim);
/* Release everything; the handles are closed by the loop's next turns. */
void sim_stop(struct sim *sim);
/* In so many milliseconds; runs not at all if the simulator is stopped before.  Frees `cookie` by
 * `release` in either case. */
typedef void sim_later_fn(struct sim *sim, void *cookie);
typedef void sim_release_fn(void *cookie);
void sim_after(
    struct sim *sim, int64_t delay_ms, sim_later_fn *fn, sim_release_fn *release, void *cookie);

/* Those that wait end without having run. */
void sim_later_stop(struct sim *sim);

/* How often an event is to be pushed, as the knobs have it: 0 (lost), 1 or 2; -1: cut the stream.
 */
int sim_push_times(struct sim *sim);

extern const struct sim_face sim_face_alpaca, sim_face_control, sim_face_kis, sim_face_kis_virtual;

#endif
