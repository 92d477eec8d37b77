/*
 * api.h - a route of the API: what it takes, who may, what it gives; one table a family.
 *
 * Everything that a request must fulfil stands in its route: the framework (router.c, fields.c)
 * checks method, rights, CSRF, the idempotency key, and every field by its kind, and refuses with
 *the field's name before a handler is called.  The OpenAPI document is made of the same tables.
 *
 * A handler runs on the thread of a lane and may block: it has connections of its own (desk.h).  It
 * writes its answer with `call->out`, or returns an error that becomes an RFC 9457 problem:
 *	YQ_E_INVALID, YQ_E_RANGE 422   YQ_E_NOT_FOUND 404   YQ_E_EXISTS, YQ_E_STATE 409
 *	YQ_E_REFUSED 422   YQ_E_DENIED 403   YQ_E_LIMIT 429   YQ_E_RETRY 503   YQ_E_UNKNOWN 503 with
 *	code UNKNOWN_OUTCOME   YQ_E_CORRUPT, YQ_E_SYSTEM 500
 * yq_api_refuse says it with a status, code and field of its own.  The text of YQ_E_CORRUPT and
 * YQ_E_SYSTEM goes into the log, not to the peer.
 */
#ifndef YQ_WEB_API_H
#define YQ_WEB_API_H

#include "base/json.h"
#include "base/record.h"
#include "desk/desk.h"
#include "domain/terms.h"
#include "domain/user.h"

/* Where a handler runs, so that what is slow never keeps what is quick waiting. */
enum yq_lane_kind {
	YQ_LANE_LIVE,	  /* Valkey alone: milliseconds */
	YQ_LANE_ARCHIVE,  /* Firebird, too */
	YQ_LANE_GATEWAY,  /* Valkey alone, and then seconds of waiting for the gateway's word */
	YQ_LANE_PASSWORD, /* Argon2id: a tenth of a second of one core, some MiB */
	YQ_LANE_KIND_COUNT
};

enum yq_api_kind {
	YQ_API_TEXT,	  /* UTF-8 without control characters; min and max in bytes */
	YQ_API_LONG_TEXT, /* the same with line ends */
	YQ_API_SECRET,	  /* as TEXT; never logged, wiped afterwards */
	YQ_API_DECIMAL, /* a string or number of JSON; min: 0 = any, 1 = above 0, 2 = 0 or above */
	YQ_API_INT,	/* min and max are its bounds */
	YQ_API_BOOL,
	YQ_API_TIME, /* RFC 3339, or a date alone: its midnight, UTC */
	YQ_API_DATE,
	YQ_API_ID,    /* a UUID */
	YQ_API_NAME,  /* one of `names`, in any case */
	YQ_API_ALIAS, /* of an account: [A-Za-z0-9_-] */
	YQ_API_TICKER,
	YQ_API_TEXTS, /* a list of texts, each one of `names` if there are any */
	YQ_API_KIND_COUNT
};
enum yq_api_place { YQ_API_PATH, YQ_API_QUERY, YQ_API_BODY };

struct yq_api_field {
	const char *name;
	enum yq_api_place place;
	enum yq_api_kind kind;
	bool required;
	int64_t min, max; /* see the kinds; max 0 = the kind's own */
	const struct yq_names *names;
	const char *what; /* for the document */
};

enum yq_api_flag {
	YQ_API_FRESH = 1,   /* also while the password must be changed (session, password) */
	YQ_API_NO_KEY = 2,  /* persons only: an API key may not */
	YQ_API_LIST = 4,    /* takes ?limit and ?cursor: yq_api_limit, yq_api_cursor */
	YQ_API_PLAIN = 8,   /* gives something else than JSON: yq_api_plain */
	YQ_API_QUIET = 16,  /* no line in the log though it is no GET (preview) */
	YQ_API_ONCE = 32,   /* the answer holds a secret: it is kept nowhere, so a repeat under the
			     * same idempotency key is refused (409 DONE_BEFORE) */
	YQ_API_STREAM = 64, /* goes on for long: `run` is NULL, see struct yq_api_stream */
};

struct yq_api_call;
typedef enum yq_rc yq_api_fn(struct yq_api_call *call, struct yq_err *err);

struct yq_api_route {
	const char *method;  /* "GET" */
	const char *path;    /* "/orders/{id}", below /api/v1 */
	const char *name;    /* operationId: "getOrder" */
	const char *summary; /* a sentence */
	enum yq_role role;   /* the least; NONE = public */
	enum yq_lane_kind lane;
	unsigned flags;
	unsigned status;    /* of success: 200, 201 */
	const char *answer; /* a shape of shapes.txt */
	const struct yq_api_field *fields;
	size_t field_count;
	yq_api_fn *run;
};
/* A family of routes; api.c lists them all, in the order of the document. */
struct yq_api_family {
	const char *tag;
	const struct yq_api_route *routes;
	size_t count;
};
extern const struct yq_api_family *const yq_api_families[];
extern const size_t yq_api_family_count;
extern const struct yq_api_family yq_api_meta, yq_api_auth, yq_api_users, yq_api_state,
    yq_api_orders, yq_api_acts, yq_api_catalog, yq_api_history, yq_api_schedules, yq_api_risk,
    yq_api_system, yq_api_events;

/* Who asks. */
struct yq_api_who {
	enum yq_role role; /* what he may do here: of a key, its scopes count too */
	char user[65];	   /* "" = nobody */
	char session[65];  /* digest of the session; "" = an API key */
	char address[64];  /* the peer, behind trusted proxies the one they name */
	char agent[129];
	bool secure;	  /* it came by TLS, as far as that is known */
	bool must_change; /* only routes with YQ_API_FRESH until the password is another */
	char scopes[YQ_SCOPES_SIZE]; /* of an API key */
	int64_t ends_at_us;	     /* of the session or the key; 0 = of a key without an end */
};

/*
 * A route with YQ_API_STREAM: who asks has been looked up on a lane, as for any other, and then
 * `open` runs on the loop's thread.  It answers `request`, now or later (net/http_server.h).
 * `last_id` is the header Last-Event-ID, else ?last=, else NULL; borrowed for the call.
 */
struct yq_web; /* web.h */
struct yq_http_request;
typedef void yq_api_stream_fn(struct yq_web *web, struct yq_http_request *request,
    const struct yq_api_who *who, const char *last_id);
struct yq_api_stream {
	const char *name; /* of the route */
	yq_api_stream_fn *open;
	/* Loop thread.  Before the first request; before the program ends (`drain`: say goodbye and
	 * end the streams; the program waits until they are gone); at the end.  Each may be NULL.
	 */
	enum yq_rc (*start)(struct yq_web *web, struct yq_err *err);
	void (*drain)(struct yq_web *web);
	void (*stop)(struct yq_web *web);
};
extern const struct yq_api_stream yq_api_streams[];
extern const size_t yq_api_stream_count;

struct yq_api_call {
	const struct yq_api_route *route;
	struct yq_desk *desk; /* connections of this thread; desk->hand is "user@address", "Web" */
	struct yq_api_who who;
	struct yq_id key; /* idempotency key; none where none was given */
	int64_t now_us;
	struct yq_json_writer *out; /* the answer */
	/* Private to the framework. */
	struct yq_api_state *state;
};

/* The values of the fields.  NULL or false: not given.  A wrong name is a bug. */
const char *yq_api_text(const struct yq_api_call *call, const char *name);
bool yq_api_given(const struct yq_api_call *call, const char *name); /* null counts as not given */
bool yq_api_bool(const struct yq_api_call *call, const char *name, bool fallback);
int64_t yq_api_int(const struct yq_api_call *call, const char *name, int64_t fallback);
struct yq_opt_decimal yq_api_decimal(const struct yq_api_call *call, const char *name);
int64_t yq_api_time(const struct yq_api_call *call, const char *name);	  /* us; 0 = not given */
struct yq_id yq_api_id(const struct yq_api_call *call, const char *name); /* none = not given */
int yq_api_name(const struct yq_api_call *call, const char *name, int fallback);
size_t yq_api_texts(const struct yq_api_call *call, const char *name, const char *const **ret);
unsigned yq_api_limit(const struct yq_api_call *call);	   /* 50 unless it is said */
const char *yq_api_cursor(const struct yq_api_call *call); /* decoded; NULL = the first page */
/* Ends a list: ,"next": an opaque text that carries `cursor`, or null. */
void yq_api_put_next(struct yq_api_call *call, const char *cursor);

/* Refuse in words of one's own; returns YQ_E_REFUSED.  `field` may be NULL. */
enum yq_rc yq_api_refuse(struct yq_api_call *call, unsigned status, const char *code,
    const char *field, struct yq_err *err, const char *format, ...) YQ_PRINTF(6, 7);
/* {"message": text} */
void yq_api_done(struct yq_api_call *call, const char *format, ...) YQ_PRINTF(2, 3);
/* A header of the answer (Set-Cookie, Retry-After, Content-Disposition). */
void yq_api_header(struct yq_api_call *call, const char *name, const char *value);
/* What is given in place of JSON, with its type; `text` is copied, or added to what was given
 * before.
 */
void yq_api_plain(struct yq_api_call *call, const char *type, const char *text, size_t length);

/* Members of the answer in the API's forms; each NULL-like value becomes null. */
void yq_api_put_decimal(struct yq_json_writer *w, const char *name, struct yq_decimal value);
void yq_api_put_opt_decimal(
    struct yq_json_writer *w, const char *name, struct yq_opt_decimal value);
void yq_api_put_time(struct yq_json_writer *w, const char *name, int64_t us); /* 0 = null */
void yq_api_put_id(struct yq_json_writer *w, const char *name, const struct yq_id *id);
void yq_api_put_name(
    struct yq_json_writer *w, const char *name, const struct yq_names *names, int value);

#endif
