/*
 * halt.h - a kill switch: who threw it, why, until when, and what it asks for.
 *
 * A halt stops orders that open or enlarge a position; what only reduces one passes.  Several may
 * stand over the same account or strategy, each on its own: one never takes another's place.
 */
#ifndef YQ_DOMAIN_HALT_H
#define YQ_DOMAIN_HALT_H

#include "domain/hand.h"

#define YQ_HALT_WHO_RISK "risk" /* Who of every halt that a rule has thrown */

/* Value of a field of `halt`. */
struct yq_halt {
	struct yq_id id; /* none in those that were written by other programs */
	char who[YQ_WHO_SIZE];
	int64_t when_us;
	char why[YQ_MESSAGE_SIZE];
	int64_t until_us;      /* then it is over by itself; 0 = until somebody releases it */
	int64_t not_before_us; /* released before only by force; 0 = at any time */
	bool flatten;	       /* a standing order to close what is held */
};
extern const struct yq_field yq_halt_fields[];
extern const size_t yq_halt_field_count;

/* Until exactly now: it is over. */
bool yq_halt_stands(const struct yq_halt *halt, int64_t now_us);
/* How long it may not be released yet; 0 = it may.  NotBefore exactly now: it may. */
int64_t yq_halt_cooling_us(const struct yq_halt *halt, int64_t now_us);
/* When it ends and from when on it may be released, of one that is thrown at `when_us`: a cooling
 * off keeps it at least so long. */
void yq_halt_set_times(
    struct yq_halt *halt, int64_t when_us, int64_t until_us, int64_t cooling_off_us);

/* Of one that is thrown in the place of another: while that stands, it never ends or may be
 * released sooner, and closes what that one closes. */
void yq_halt_keep(struct yq_halt *halt, const struct yq_halt *before);

/*
 * For people: "account Paper halted by me until 2026-11-24T05:00:00Z: why".  `field` is that of the
 * hash (bus/schema.h: the scope, or a rule's name before it).
 */
#define YQ_HALT_TEXT_SIZE YQ_MESSAGE_SIZE /* a longer one is cut */
void yq_halt_describe(const char *field, const struct yq_halt *halt, char *text, size_t size);

#endif
