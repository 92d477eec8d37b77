/*
 * steps.h - the durable steps: each one call of a server-side function, atomic, on disk before the
 * answer, and idempotent.
 *
 * A step takes 1 to YQ_STEP_ITEMS_MAX items.  On YQ_E_UNKNOWN the caller repeats the very same
 * call.  Everything given is copied before the call returns.  `fn` runs exactly once, from the
 * loop, never from inside the call.  rc as in yq_reply_fn; `answers` has `count` items in the order
 * of the call, is borrowed for the call, and NULL unless rc == YQ_OK.  YQ_E_CORRUPT: the answer is
 * not what the function should give.
 *
 * Where replicas must confirm (yq_valkey_set_confirm), accept, submit and claim are done only when
 * they have: until then YQ_E_UNKNOWN, and the repeat finds the work done and waits again.
 *
 * Two equal items within one call are as safe as in two calls.  When the server's memory is used
 * up, steps that begin work (accept, submit, decide, claim, stock) are refused with YQ_E_LIMIT;
 * those that end it still run.
 */
#ifndef YQ_BUS_STEPS_H
#define YQ_BUS_STEPS_H

#include "base/id.h"
#include "bus/valkey.h"
#include "domain/life.h"

#define YQ_STEP_ITEMS_MAX  512
#define YQ_STEP_TIMEOUT_MS 5000
#define YQ_ENTRY_ID_SIZE   44 /* "1700000000000-0" */

enum yq_step_result {
	YQ_ACCEPTED,	  /* accept: new */
	YQ_DECIDED,	  /* decide: recorded */
	YQ_SUBMITTED,	  /* submit: new */
	YQ_CLAIMED,	  /* claim: send it */
	YQ_APPLIED,	  /* apply, sync: written */
	YQ_DUPLICATE,	  /* accept, submit: there already; nothing changed */
	YQ_ALREADY,	  /* decide, apply: done before; nothing changed but the XACK */
	YQ_HALTED,	  /* claim: a kill switch stands; text = its field, a space, its value */
	YQ_FENCED,	  /* claim, apply, sync: another owner holds the lease; nothing changed */
	YQ_NOT_PENDING,	  /* claim: taken up before, or final; text = its state */
	YQ_NO_SUCH_ORDER, /* submit (requests), claim, apply: no such hash (apply: XACKed) */
	YQ_CLOSED,	  /* submit (requests): the order is final */
	YQ_INACTIVE,	  /* claim: this system's color is not the active one; text = its own, a
			     space, and the active one ("" = not known yet; its own = the row that
			     says so was not seen for too long) */
	YQ_STOPPED,	  /* claim: its strategy may not trade in that account; text = its state */
	YQ_STEP_RESULT_COUNT
};
const char *yq_step_result_name(enum yq_step_result result); /* "accepted" */

struct yq_step_answer {
	enum yq_step_result result;
	const char *text; /* NULL unless stated above */
	char *copy;	  /* private to steps.c */
};
typedef void yq_step_fn(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers,
    size_t count, const struct yq_err *err);

/* Have replicas confirm all that the server has by now, also what others wrote.  YQ_E_UNKNOWN: too
 * few have it.  `count` is 0.  False: none need to (yq_valkey_set_confirm), and `fn` is not called.
 */
YQ_NODISCARD bool yq_step_confirm(struct yq_valkey *valkey, yq_step_fn *fn, void *cookie);

/* One field of a hash, NUL-terminated. */
struct yq_pair {
	const char *field, *value;
};

/*
 * Accept signals: if signal:{id} is new it is set to "accepted" for 48 h, the payload goes to
 * signal:stream and, unless `foreign` (it was heard on the channel), is PUBLISHed.
 */
struct yq_accept_item {
	struct yq_id id;
	const char *payload;
	size_t length;
	bool foreign;
};
void yq_step_accept(struct yq_valkey *valkey, const struct yq_accept_item *items, size_t count,
    yq_step_fn *fn, void *cookie);

/*
 * Put orders and requests about them on order:stream.
 * order    creates order:{id} as Pending, adds it to order:open, XADDs, PUBLISHes unless `foreign`;
 *          an id that exists is YQ_DUPLICATE, whatever it says.
 * cancel   sets CancelRequestedAt once and XADDs; asked before: YQ_DUPLICATE, until the gateway
 *          empties the field because the broker did not take it.
 * replace  once per request_id.
 * resolve  once per request_id.
 * halt, resume, life: see yq_step_halt; not for submit.
 * protect: a struct yq_bracket without an entry, XADDed as it is; not for submit.  Its id makes it
 *          one, however often it comes.
 */
enum yq_submit_kind {
	YQ_SUBMIT_ORDER,
	YQ_SUBMIT_CANCEL,
	YQ_SUBMIT_REPLACE,
	YQ_SUBMIT_RESOLVE,
	YQ_SUBMIT_HALT,
	YQ_SUBMIT_RESUME,
	YQ_SUBMIT_LIFE,
	YQ_SUBMIT_PROTECT,
	YQ_SUBMIT_KIND_COUNT
};
extern const struct yq_names yq_submit_kind_names; /* "order", "cancel", ... */
/* The field of order:{id} in which a cancel, replace or resolve is marked as made: its time.  The
 * gateway puts what became of a replace or resolve in its place, a text that begins with one of
 * these; it empties that of a cancel (one field for all of an order's) which the broker did not
 * take. */
#define YQ_REQUEST_MARK_SIZE (YQ_ID_LENGTH + 16)
#define YQ_MARK_APPLIED	     "applied: "
#define YQ_MARK_REFUSED	     "refused: "
void yq_request_mark(
    enum yq_submit_kind kind, const struct yq_id *request_id, char mark[YQ_REQUEST_MARK_SIZE]);
struct yq_submit_item {
	enum yq_submit_kind kind;
	struct yq_id id;	    /* the order's */
	struct yq_id request_id;    /* replace, resolve: the request's own */
	const char *alias, *ticker; /* order only */
	int64_t created_at_us;	    /* CreatedAt, or CancelRequestedAt */
	const char *payload;
	size_t length;
	bool foreign; /* not PUBLISHed: it was heard there, or who made it may not */
};
void yq_step_submit(struct yq_valkey *valkey, const struct yq_submit_item *items, size_t count,
    yq_step_fn *fn, void *cookie);

/*
 * Throw or release kill switches, or change what strategies may do, and put that on order:stream
 * (kind "halt", "resume" or "life"; payload an encoded struct yq_act), in one step.  `changed`: how
 * many fields are other than before; of 0 nothing is told.  YQ_HALT_OVERTAKEN: a field that was to
 * be given a value says neither that nor what was expected, and nothing was changed.  Again after a
 * lost answer it is one act.  What a rule throws on its own goes through halts.h.
 */
#define YQ_HALT_NOTHING	  "-"
#define YQ_HALT_OVERTAKEN (-1) /* as `changed` */
struct yq_halt_change {
	const char *field; /* schema.h, or a strategy's name */
	const char *value; /* struct yq_halt or yq_life, encoded; NULL = released */
	/* Only what says this is released, or takes another value; YQ_HALT_NOTHING: only where
	 * nothing is; NULL = whatever stands there. */
	const char *expected;
	bool only_over; /* ... and only if its time is over by the server's clock */
};
struct yq_halt_item {
	enum yq_submit_kind kind; /* HALT, RESUME or LIFE */
	const struct yq_halt_change *changes;
	size_t count;
	const struct yq_id *once; /* nothing is changed if this was done before; NULL = no such
				     mark */
	const char *payload;
	size_t length;
	const char *notice; /* an encoded struct yq_notification: told where anything is changed;
			       NULL = nobody is told */
};
typedef void yq_halted_fn(void *cookie, enum yq_rc rc, int64_t changed, const struct yq_err *err);
void yq_step_halt(
    struct yq_valkey *valkey, const struct yq_halt_item *item, yq_halted_fn *fn, void *cookie);

/*
 * Decide signals: the orders (as yq_step_submit does; an id that exists is left out), the verdict
 * in signal:{id}, and the XACK of the entry for group order-manager.  A signal decided before is
 * YQ_ALREADY and only XACKed.
 */
struct yq_decide_item {
	struct yq_id signal_id;
	const char *entry_id; /* in signal:stream; NULL = none to acknowledge */
	const char *verdict;  /* JSON */
	size_t verdict_length;
	/* Kind order, not foreign; or kind cancel, which is asked for as yq_step_submit does. */
	const struct yq_submit_item *orders;
	size_t order_count;
};
#define YQ_DECIDE_ORDERS_MAX 4096 /* in one call, over all items */
void yq_step_decide(struct yq_valkey *valkey, const struct yq_decide_item *items, size_t count,
    yq_step_fn *fn, void *cookie);

/*
 * Take up orders: Pending -> Submitting, in one look at lease, kill switches and state.  Order of
 * the checks: YQ_FENCED, YQ_NO_SUCH_ORDER, YQ_NOT_PENDING, YQ_INACTIVE, YQ_HALTED, YQ_STOPPED.
 * `claimed_at_us` tells a repeat of this very call (YQ_CLAIMED again) from another attempt
 * (YQ_NOT_PENDING): give each new attempt a time of its own.  Within one call an order is claimed
 * once.
 */
struct yq_claim_item {
	struct yq_id order_id;
	const char *alias;
	const char *strategy; /* "" = made by hand */
	int64_t fence;	      /* token of the lease */
	int64_t claimed_at_us;
	bool reduce_only; /* passes a kill switch, and any state of its strategy */
	bool real_money;  /* of the account: only a live strategy may trade there */
	/* What a strategy may do of which nobody has said it; that of the first item counts. */
	enum yq_life_state fallback;
	/* Of this system; NULL or "" = none.  That of the first item counts for the call. */
	const char *color;
};
void yq_step_claim(struct yq_valkey *valkey, const struct yq_claim_item *items, size_t count,
    yq_step_fn *fn, void *cookie);

/*
 * Record what the broker said.  YQ_ALREADY if `execution_id` is booked, or if there is none and
 * `sequence` is not above the order's own Sequence; then nothing changes but the XACK.
 * A fill on a final order is booked and leaves it final.  Of several items that write the same
 * field of position or deposit, the last that is applied counts: give items in the order of events.
 */
struct yq_apply_item {
	struct yq_id order_id;
	const char *alias;
	int64_t fence;
	const char *execution_id; /* the broker's; NULL = no fill */
	int64_t sequence;	  /* the order's new Sequence; 0 = no change of state (fields only,
				     result_json NULL) */
	const struct yq_pair *order_fields; /* without Sequence, which is written from above */
	size_t field_count;		    /* at most YQ_APPLY_FIELDS_MAX */
	const char *position_field;	    /* NULL = untouched */
	const char *position_value;	    /* "" = delete; NULL = untouched */
	const char *currency;		    /* NULL = untouched */
	const char *deposit;
	const char *trade_json;	 /* NULL = none; goes to trades:queue */
	const char *result_json; /* NULL = none; goes to execution:stream and is PUBLISHed */
	bool final;		 /* leaves order:open */
	/* The bracket that the order is of, and how far the order is, for its record; unless
	 * bracket_json is NULL. */
	struct yq_id bracket_id;
	const char *bracket_json;
	const char *ack_entry_id; /* in order:stream; NULL = none */
	/* Whose entries they are; NULL = broker-gateway.  That of the first item counts. */
	const char *ack_group;
};
#define YQ_APPLY_FIELDS_MAX 1000
/* As `sequence`: order:{id} has left the bus.  Only trade_json and result_json are written, unless
 * it is there after all (YQ_ALREADY).  No execution_id, no fields. */
#define YQ_APPLY_LEFT (-1)
void yq_step_apply(struct yq_valkey *valkey, const struct yq_apply_item *items, size_t count,
    yq_step_fn *fn, void *cookie);

/*
 * Acquire or renew the leases of aliases, all of them or none.  `owner` names one life of one
 * process (it must differ after a restart).  A lease's token rises with each change of owner.
 * ttl_ms 0 gives back those of them that `owner` has.
 */
struct yq_lease_answer {
	bool granted;
	size_t held;	       /* unless granted: the first of them that another has ... */
	const char *holder;    /* ... and who */
	const int64_t *tokens; /* one an alias, in the order of the call */
};
/* `answer` is borrowed for the call; NULL unless YQ_OK. */
typedef void yq_lease_fn(
    void *cookie, enum yq_rc rc, const struct yq_lease_answer *answer, const struct yq_err *err);
void yq_step_lease(struct yq_valkey *valkey, const char *const *aliases, size_t count,
    const char *owner, uint32_t ttl_ms, yq_lease_fn *fn, void *cookie);

/*
 * What the shared database says of colors, for this system's own servers: claims look at it.  One
 * answer: YQ_APPLIED, or YQ_FENCED when a higher token is known; then nothing changed.
 */
struct yq_color_item {
	const char *own;    /* this system's; "" = it has none, and the rest is not looked at */
	const char *active; /* who may trade */
	int64_t token;
	int64_t since_us, renewed_at_us;
	uint32_t
	    silence_ms; /* claims stop so long after this call unless it is made again; 0 = never */
};
void yq_step_color(
    struct yq_valkey *valkey, const struct yq_color_item *item, yq_step_fn *fn, void *cookie);

/*
 * Replace the hashes of one account (account, deposit, position, guard) in one transaction, so that
 * no reader sees a hole.  A NULL list leaves its hash as it is; a list of count 0 empties it.
 * `active` puts the alias into account:index or takes it out.  One answer: YQ_APPLIED or YQ_FENCED.
 */
struct yq_sync_item {
	const char *alias;
	int64_t fence;
	bool active;
	const struct yq_pair *account, *deposit, *position, *guard;
	size_t account_count, deposit_count, position_count, guard_count;
};
void yq_step_sync(
    struct yq_valkey *valkey, const struct yq_sync_item *item, yq_step_fn *fn, void *cookie);

/* What is safe in the archive: leaves the bus, or begins to.  Every part may be empty. */
struct yq_archived {
	const struct yq_list_item {
		const char *bytes; /* whatever stood in the list, NUL bytes too */
		size_t length;
	} * removed; /* items of trades:processing, byte for byte */
	size_t removed_count;
	bool removed_head; /* they are the head of the list, in its order: if the list does not
			      begin with the first of them and has the last of them in its
			      place, nothing is removed */
	const struct yq_list_item *parked; /* the same; they go to trades:parked */
	size_t parked_count;
	const struct yq_id
	    *orders; /* archived: if final, order:{id} gets ArchivedAt and 1 h to live */
	size_t order_count;
	int64_t archived_at_us;
	const struct yq_archived_signal {
		struct yq_id id;
		const char *word; /* "ordered" or "refused"; takes the verdict's place */
	} * signals;
	size_t signal_count;
	const struct yq_place {
		enum yq_group group;
		const char *entry_id; /* all up to here is done; forward only */
	} * places;
	size_t place_count;
};
typedef void yq_done_fn(void *cookie, enum yq_rc rc, const struct yq_err *err);
void yq_step_archived(
    struct yq_valkey *valkey, const struct yq_archived *archived, yq_done_fn *fn, void *cookie);

/* Where a group that is read by position goes on: after this entry.  What was delivered to one of
 * its consumers and not acknowledged lies behind it.  `entry_id` is borrowed, NULL unless YQ_OK. */
typedef void yq_position_fn(
    void *cookie, enum yq_rc rc, const char *entry_id, const struct yq_err *err);
void yq_step_position(
    struct yq_valkey *valkey, enum yq_group group, yq_position_fn *fn, void *cookie);

/* One notification (message.h) into notification:stream and onto its channel; a payload that is
 * among the latest 128 is not put there again. */
void yq_step_notify(
    struct yq_valkey *valkey, const char *payload, size_t length, yq_done_fn *fn, void *cookie);

/*
 * Trim every stream to its bound, never an entry that a group has not acknowledged.  Only the
 * notifier's groups do not count while nobody has read in them for YQ_TRIM_DESERTED_MS, or ever:
 * who runs no notifier would else fill the server's memory.
 */
#define YQ_TRIM_DESERTED_MS (24 * 3600 * 1000)
/* `deserted`: groups in which nobody has read for so long and for which streams grow beyond their
 * bounds, for people; "" = none.  Borrowed for the call. */
typedef void yq_trim_fn(
    void *cookie, enum yq_rc rc, int64_t removed, const char *deserted, const struct yq_err *err);
void yq_step_trim(struct yq_valkey *valkey, yq_trim_fn *fn, void *cookie);

/* Prices into stock:{Ticker}, 25 h to live: the latest, and the field of its exchange. */
struct yq_stock_item {
	const char *ticker;
	enum yq_exchange exchange;
	enum yq_currency currency;
	struct yq_decimal price;
	struct yq_opt_decimal change_rate;
	int64_t updated_at_us;
};
void yq_step_stock(struct yq_valkey *valkey, const struct yq_stock_item *items, size_t count,
    yq_done_fn *fn, void *cookie);

/* A heartbeat, 30 s to live: `key` with the name that fills it. */
void yq_step_beat(struct yq_valkey *valkey, enum yq_key key, const char *name,
    const struct yq_pair *fields, size_t count, yq_done_fn *fn, void *cookie);

/* Only acknowledge entries (plain XACK): what needs no other step.  `name` is the group's where it
 * has another than its row in schema.def (NULL = that one). */
void yq_step_ack(struct yq_valkey *valkey, enum yq_group group, const char *name,
    const char *const *entry_ids, size_t count, yq_done_fn *fn, void *cookie);

/* The version of the library that this build carries, and of the one on the server. */
typedef void yq_version_fn(
    void *cookie, enum yq_rc rc, const char *version, const struct yq_err *err);
void yq_step_version(struct yq_valkey *valkey, yq_version_fn *fn, void *cookie);

#endif
