/*
 * recheck.h - decide again what was decided, from what was recorded beside it, and compare.
 *
 * Pure.  The very same yq_compose and yq_verdict_write run on the recorded inputs, rules and time;
 * what comes out must be the recorded verdict, byte for byte.
 */
#ifndef YQ_CONSOLE_SIMULATE_RECHECK_H
#define YQ_CONSOLE_SIMULATE_RECHECK_H

#include "domain/verdict.h"

enum yq_recheck_result {
	YQ_RECHECK_SAME,
	YQ_RECHECK_DIFFERENT,
	YQ_RECHECK_BARRED,	 /* refused in every account before anything was composed */
	YQ_RECHECK_NOT_RECORDED, /* decided by a version that wrote no inputs */
	YQ_RECHECK_UNREADABLE,	 /* the record cannot be read, or its rules are missing */
	YQ_RECHECK_RESULT_COUNT
};

/* The first thing that is not as recorded; both texts cut to fit. */
struct yq_recheck_difference {
	char what[YQ_ALIAS_SIZE + 96]; /* "step 4 of Main, RISK_MAX_ORDER_VALUE" */
	char recorded[640], now[640];
};

struct yq_recheck; /* opaque: memory that is used again and again */

/* The text of the rules of a digest, NUL-terminated; NULL when they are not there.  Borrowed. */
typedef const char *yq_recheck_rules_fn(void *cookie, const struct yq_id *digest);
struct yq_recheck *yq_recheck_make(yq_recheck_rules_fn *fn, void *cookie);
void yq_recheck_free(struct yq_recheck *recheck); /* NULL is a no-op */
void yq_recheck_freep(struct yq_recheck **recheck);

/* `difference` is set with DIFFERENT, and with UNREADABLE, where `what` says why. */
enum yq_recheck_result yq_recheck_run(struct yq_recheck *recheck, const struct yq_signal *signal,
    const char *verdict, struct yq_recheck_difference *difference);

#endif
