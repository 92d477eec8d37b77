/*
 * knobs.h - what makes the simulator misbehave: named numbers, set by the control API, by a script
 * or at start.  docs/simulator.md explains each.
 */
#ifndef YQ_SIMULATOR_KNOBS_H
#define YQ_SIMULATOR_KNOBS_H

#include "base/common.h"
#include "base/err.h"

/*
 * X(ident, name, most, fallback).  Mishaps come in pairs: NAME_ppm is the chance in a million, and
 * NAME_next makes it happen so many times at once, for certain.
 */
#define SIM_MISHAPS(M)                                                                          \
	M(ERROR, "error")	    /* refused with a server's error, nothing is done */        \
	M(HTML, "html")		    /* the same, as a proxy's HTML page */                      \
	M(LIMITED, "limited")	    /* refused as too many calls */                             \
	M(UNHEARD, "unheard")	    /* never answered, nothing is done */                       \
	M(TIMEOUT, "timeout")	    /* an order is taken, and never answered */                 \
	M(AFTER, "error_after")	    /* an order is taken, and answered with a server's error */ \
	M(CUT, "cut")		    /* answered with a body that breaks off in the middle */    \
	M(DUPLICATE, "duplicate")   /* pushed twice */                                          \
	M(REORDER, "reorder")	    /* pushed after the next one */                             \
	M(LOST, "lost")		    /* never pushed */                                          \
	M(DISCONNECT, "disconnect") /* the stream is cut in place of the push */

#define SIM_KNOBS(X)                                                                               \
	X(LATENCY_MS, "latency_ms", 600000, 0) /* before each answer */                            \
	X(ORDER_LATENCY_MS, "order_latency_ms", 600000,                                            \
	    0) /* before that of an order, in addition */                                          \
	X(PUSH_LATENCY_MS, "push_latency_ms", 600000, 0)  /* before each push */                   \
	X(PARTIAL_PPM, "partial_ppm", 1000000, 0)	  /* an execution is of a part only */     \
	X(ALWAYS_OPEN, "always_open", 1, 1)		  /* 0 = the markets' hours */             \
	X(CLOCK_OFFSET_S, "clock_offset_s", 315360000, 0) /* the exchange's clock is ahead */      \
	X(ALPACA_PER_MINUTE, "alpaca_per_minute", 1000000, 200)	       /* calls; 0 = any number */ \
	X(KIS_PER_SECOND, "kis_per_second", 100000, 18)		       /* the same, real */        \
	X(KIS_VIRTUAL_PER_SECOND, "kis_virtual_per_second", 100000, 1) /* the same, virtual */     \
	X(KIS_TOKENS_PER_MINUTE, "kis_tokens_per_minute", 100000, 1) /* by key; 0 = any number */  \
	X(KIS_TOKEN_SECONDS, "kis_token_seconds", 8640000, 86400)    /* how long one lives */      \
	X(KIS_EUROS, "kis_euros", 1000000000, 0) /* cash that no market here is in */

#define SIM_KNOB_VALUE(ident, name, most, fallback) SIM_KNOB_##ident,
#define SIM_MISHAP_VALUE(ident, name)		    SIM_MISHAP_##ident,
#define SIM_MISHAP_VALUES(ident, name)		    SIM_KNOB_##ident##_PPM, SIM_KNOB_##ident##_NEXT,
enum sim_knob { SIM_KNOBS(SIM_KNOB_VALUE) SIM_MISHAPS(SIM_MISHAP_VALUES) SIM_KNOB_COUNT };
enum sim_mishap { SIM_MISHAPS(SIM_MISHAP_VALUE) SIM_MISHAP_COUNT };

struct sim_knobs {
	int64_t values[SIM_KNOB_COUNT];
	uint64_t seed, draws;
};
struct sim_knobs sim_knobs_default(uint64_t seed);
const char *sim_knob_name(enum sim_knob knob);
/* YQ_E_NOT_FOUND: there is none of that name, and `err` names the nearest; YQ_E_RANGE. */
YQ_NODISCARD enum yq_rc sim_knob_set(
    struct sim_knobs *knobs, const char *name, int64_t value, struct yq_err *err);
/* Whether it happens now. */
bool sim_strikes(struct sim_knobs *knobs, enum sim_mishap mishap);

#endif
