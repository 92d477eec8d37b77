/*
 * bracket.h - brackets (domain/bracket.h) on the bus: what is kept of one, and the step that writes
 * it.  As each order of a bracket goes on, apply (steps.h) writes down how far it is.
 */
#ifndef YQ_BUS_BRACKET_H
#define YQ_BUS_BRACKET_H

#include "bus/message.h"
#include "bus/state.h"
#include "bus/steps.h"

/* Fields of bracket:{Id}; besides these the id of each order of it. */
#define YQ_BRACKET_PLAN	    "Bracket"
#define YQ_BRACKET_LOST	    "Lost"  /* what was held and left another way */
#define YQ_BRACKET_ENDED    "Ended" /* why it is to end, or has */
#define YQ_BRACKET_OVER_AT  "OverAt"
#define YQ_BRACKET_HOW	    "How" /* what holds it, where that is no order that rests; exit_way.h */
#define YQ_BRACKET_HOW_SIZE 192

/*
 * One item, one answer; YQ_FENCED as in steps.h.
 * keep   writes a new one: YQ_APPLIED; there already: YQ_ALREADY.
 * place  one more exit: `fields`, and `order` (kind order) onto order:stream in the same step; an
 *        order with that id there already: YQ_ALREADY, and nothing changed.
 * note   `fields` alone.
 * drop   `fields` go; their values count for nothing.
 * end    `fields`, and it is over.
 * YQ_CLOSED: there is none, or it is over; nothing changed (all but keep).
 */
enum yq_bracket_op {
	YQ_BRACKET_KEEP,
	YQ_BRACKET_PLACE,
	YQ_BRACKET_NOTE,
	YQ_BRACKET_DROP,
	YQ_BRACKET_END,
	YQ_BRACKET_OP_COUNT
};
struct yq_bracket_item {
	enum yq_bracket_op op;
	struct yq_id id;
	const char *alias;
	int64_t fence;
	const struct yq_pair *fields;
	size_t field_count;
	const struct yq_submit_item *order; /* place */
};
void yq_encode_bracket(struct yq_args *args, const struct yq_bracket_item *item);
void yq_step_bracket(
    struct yq_valkey *valkey, const struct yq_bracket_item *item, yq_step_fn *fn, void *cookie);

/* bracket:{id}, whole. */
struct yq_bracket_state {
	struct yq_bracket bracket;
	struct yq_decimal lost;
	char ended[YQ_BRACKET_WHY_SIZE];
	char how[YQ_BRACKET_HOW_SIZE];
	int64_t over_at_us;	     /* 0 = it is not */
	struct yq_bracket_leg *legs; /* by number; owned */
	size_t leg_count;
};
typedef void yq_bracket_fn(
    void *cookie, enum yq_rc rc, const struct yq_bracket_state *state, const struct yq_err *err);
/* As the reads in state.h. */
void yq_state_bracket(
    struct yq_valkey *valkey, const struct yq_id *id, yq_bracket_fn *fn, void *cookie);
YQ_NODISCARD enum yq_rc yq_state_bracket_read(
    const struct redisReply *reply, struct yq_bracket_state *state, struct yq_err *err);
void yq_bracket_state_clear(struct yq_bracket_state *state); /* frees legs */

#endif
