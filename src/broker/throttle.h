/*
 * throttle.h - how many calls one key of a broker may make: a bucket of tokens, and who goes first.
 *
 * Cancels go before orders, orders before questions.  So that none waits for ever, a class of which
 * nothing has gone for YQ_THROTTLE_PATIENCE_NS goes before the others once.  Pure: the time is
 * given, monotonic.
 */
#ifndef YQ_BROKER_THROTTLE_H
#define YQ_BROKER_THROTTLE_H

#include "base/common.h"

enum yq_call_class { YQ_CALL_CANCEL, YQ_CALL_SUBMIT, YQ_CALL_POLL, YQ_CALL_CLASS_COUNT };

#define YQ_THROTTLE_PATIENCE_NS INT64_C(10000000000)
/* Who was refused and has not asked again for so long waits no more; a question, which comes once a
 * second, may miss a second. */
#define YQ_THROTTLE_FORGET_NS	   INT64_C(1000000000)
#define YQ_THROTTLE_FORGET_POLL_NS INT64_C(2500000000)

struct yq_throttle {
	uint32_t per_second; /* 0 = no limit */
	uint32_t burst;	     /* at once after a pause; at least 1 */
	int64_t credit_ns;   /* a call costs 10^9 / per_second */
	int64_t at_ns;
	struct {
		int64_t since_ns, last_ns; /* refused first, and last */
		bool waits;
	} classes[YQ_CALL_CLASS_COUNT];
};

/* A full bucket. */
struct yq_throttle yq_throttle_make(uint32_t per_second, uint32_t burst, int64_t now_ns);
/*
 * Whether `count` calls of this class may be made now; if so they are counted.  More calls than
 * `burst` are allowed from a full bucket, and paid for afterwards.  If not, they count as waiting,
 * and classes behind them are refused, until this one is asked for again and granted or forgotten.
 */
bool yq_throttle_take(
    struct yq_throttle *throttle, enum yq_call_class class, uint32_t count, int64_t now_ns);
/* How long until one call is paid for, in ns; 0 = it is. */
int64_t yq_throttle_wait_ns(const struct yq_throttle *throttle, int64_t now_ns);

#endif
