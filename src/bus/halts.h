/*
 * halts.h - the kill switches on the bus: read together, and thrown by rules.
 *
 * What people throw and release goes through yq_step_halt (console); this is for programs.
 */
#ifndef YQ_BUS_HALTS_H
#define YQ_BUS_HALTS_H

#include "bus/message.h"
#include "bus/steps.h"

/*
 * Throw a halt because a rule says so: audited as done by "risk", through the program `by`.
 * `rule` names the rule (YQ_HALT_RULE_SIZE; letters and digits: "DailyLoss"); `scope` is what it is
 * of, made with yq_halt_field_account, _strategy or _both (schema.h).  Of `halt`, `id`, `when_us`
 * and `why` must be set, `until_us`, `not_before_us` and `flatten` may be (yq_halt_set_times);
 * `who` is written here.
 *
 * Idempotent by id, for a year: once it was thrown, `changed` is 0 and nothing is written, also
 * when it is over or a person has released it since.  Another halt of the same rule and scope takes
 * its place; no other halt is touched.  On YQ_E_UNKNOWN call again with the very same id.  People
 * are told `text` (kind Risk, Critical) in the same step, so that no halt is thrown of which they
 * do not know: the caller tells nobody.
 */
void yq_halts_raise(struct yq_valkey *valkey, const char *rule, const char *scope,
    const struct yq_halt *halt, enum yq_program by, const char *text, yq_halted_fn *fn,
    void *cookie);

/* One field of `halt`. */
struct yq_halt_entry {
	char field[YQ_HALT_FIELD_SIZE];
	/* Of a value that nobody can read only `why`: that value.  One without an id has one made
	 * of its value. */
	struct yq_halt halt;
	char *value; /* as it stands there; owned */
};
struct yq_halts {
	struct yq_halt_entry *items; /* people's first, then by name; owned */
	size_t count;
};
void yq_halts_clear(struct yq_halts *halts); /* leaves it empty */
/* Take away a halt whose time is over, by the server's clock: whoever is first does it, and only of
 * what says the same as `entry` (borrowed for the call).  Audited and told like one that is thrown;
 * `changed` is 0 if it was not over, or gone. */
void yq_halts_end(struct yq_valkey *valkey, const struct yq_halt_entry *entry, enum yq_program by,
    int64_t now_us, yq_halted_fn *fn, void *cookie);

/* `halts` is borrowed for the call, and may be taken (set it empty); NULL unless YQ_OK. */
typedef void yq_halts_fn(
    void *cookie, enum yq_rc rc, struct yq_halts *halts, const struct yq_err *err);
void yq_halts_read(struct yq_valkey *valkey, yq_halts_fn *fn, void *cookie);
/* The same from a reply of HGETALL. */
struct redisReply;
void yq_halts_from(const struct redisReply *reply, struct yq_halts *halts);

/* The first that stands over an order of this account and strategy ("" = none) at `now_us`; NULL =
 * none.  Borrowed from `halts`. */
const struct yq_halt_entry *yq_halts_find(
    const struct yq_halts *halts, const char *alias, const char *strategy, int64_t now_us);

#endif
