/*
 * bracket.h - take-profits and stop-losses (domain/bracket.h) kept by the gateway.
 *
 * A bracket is written to the bus before its entry is claimed, and over when nothing is left to
 * protect.  Whenever anything changes on its lane it is asked what should rest at the broker, and
 * the difference is sent: exits that are missing go onto order:stream in one step with their mark
 * in the bracket's record, and then the way of any order; those that are too much are canceled.
 * How far each order of it is gets into its record in the step that books it.
 *
 *	dies here			then
 *	before the record		nothing was sent; the entry waits in the stream
 *	after it, before the claim	the record is found; the entry goes on as ever
 *	entry executed, not booked	found by asking; booked, and then protected
 *	booked, no exit made		the record says what was filled: the exit is made
 *	exit on the stream, unsaid	the record has its number; it is sent once, as any order
 *	exit sent, not answered		the broker is asked; what it may take counts until it is
 *known exit filled, the other there	canceled as soon as it is seen, for less is left to protect
 *	stop canceled, no take-profit	none rests: whichever the price calls for is made
 *	all over, not written so	found over, and written
 *
 * Exits that came to nothing are let go when there are many, the oldest first; never the newest,
 * whose number the next one's follows, so that no exit's id ever comes again.  Dead before they are
 * gone from the record they are found, and let go again; read from the stream once more such an
 * exit is of no bracket that stands; executed after all it is taken back, for its id says its
 * number.
 */
#ifndef YQ_BROKER_GATEWAY_BRACKET_H
#define YQ_BROKER_GATEWAY_BRACKET_H

#include "broker_gateway/order.h"
#include "bus/bracket.h"

struct gw_task;

struct gw_leg {
	struct yq_bracket_leg leg;
	int64_t missed_ns; /* since when it is not in hand though it is not final; 0 = it is */
};

struct gw_bracket {
	struct yq_table_node node; /* by id */
	struct gw_bracket *next;   /* of its lane; the newest first */
	struct yq_bracket plan;
	struct gw_account *account;
	struct gw_lane *lane;
	struct gw_leg *legs; /* by number; owned */
	size_t leg_count;
	struct yq_decimal lost, lost_kept;  /* as it is, and as the bus has it */
	char ended[YQ_BRACKET_WHY_SIZE];    /* by hand; "" = it is not */
	bool ended_kept;		    /* ... and the bus has it */
	bool kept_asked, kept;		    /* the bus may have its record; has it */
	bool under_way;			    /* a step of it: one at a time */
	bool placing;			    /* the newest leg is not known to be on the stream */
	char entry_id[YQ_ENTRY_ID_SIZE];    /* of who asked for it, until it is kept */
	const char *over;		    /* why it is over; static; NULL = it is not */
	int64_t again_ns;		    /* no step is sent before */
	int64_t retry_ns;		    /* no exit is made before */
	unsigned failures;		    /* exits in a row that came to nothing */
	struct yq_decimal left;		    /* what it still protects, when it was last looked at */
	char how_kept[YQ_BRACKET_HOW_SIZE]; /* what holds it, as the bus has it */
	bool how_told;			    /* ... and people */
};

/* Where the record of the entry is on the bus: then it may be claimed.  True for orders without
 * exits. */
bool gw_bracket_is_kept(struct gw_order *o);
/* Whether an order has to wait until exits of brackets have given way to it. */
bool gw_bracket_blocks(struct gw_order *o);
/* Whether the market is open, so that an exit can be sent. */
bool gw_bracket_may_rest(const struct gw_account *account, enum yq_exchange exchange);
/* YQ_E_REFUSED: at this broker there is no way to keep an exit of such an order. */
YQ_NODISCARD enum yq_rc gw_bracket_check(
    const struct gw_account *account, const struct yq_order *entry, struct yq_err *err);
/* A price of the lane is heard: it is as young as now. */
void gw_bracket_heard(struct gw_account *account, struct gw_lane *lane);
/* NULL, or why this exit may not be sent. */
const char *gw_bracket_objects(const struct gw_order *o);
/* A person cancels an exit: its bracket ends.  True when that is durable, or there is none. */
bool gw_bracket_end_by_hand(struct gw_order *o);
/* Those whose entries a halt flattens end. */
void gw_brackets_flatten(struct gw_account *account);
/* What it is of a bracket as JSON, into `text`; NULL = it is of none.  Returns the bracket's id. */
const struct yq_id *gw_bracket_part(const struct gw_order *o, struct yq_buf *text);
/* The order has changed, or is in hand. */
void gw_bracket_see(struct gw_order *o);
void gw_lane_due(struct gw_account *account, struct gw_lane *lane);
/* Do what is to be done where something has changed; once a second everywhere. */
void gw_brackets_run(struct gateway *gw);
void gw_brackets_tick(struct gateway *gw);

/* ---- brackets without an entry ---- */
/* A person asks for one; copied.  Begun when the account is served. */
void gw_protect_add(
    struct gw_account *account, const struct yq_bracket *plan, const char *entry_id);

/* ---- recovery ---- */
/* Read what is open of accounts that are recovering; `done` runs once, with false when something
 * could not be read. */
typedef void gw_brackets_done_fn(struct gateway *gw, bool ok);
void gw_brackets_load(struct gateway *gw, gw_brackets_done_fn *done);
void gw_brackets_drop(struct gateway *gw, const struct gw_account *account); /* NULL = all */

#endif
