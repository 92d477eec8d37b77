/*
 * laws.h - what must hold: some at each single event, all of them whenever it is quiet.
 *
 * docs/reliability.md lists them.
 */
#ifndef YQ_TESTS_MODEL_LAWS_H
#define YQ_TESTS_MODEL_LAWS_H

#include "exchange.h"
#include "life.h"
#include "wish.h"

/* At single events; each ends the run when it is broken. */
void law_sent(struct life *life, const struct yq_order *order);
void law_taken(struct deal *deal);
extern const struct server_events law_events; /* what the bus is told */
/* bracket.c */
void law_exit_made(const struct yq_order *order);
void law_exit_taken(const struct deal *deal);
void brackets_tell(const struct life *life);
const char *brackets_wrong(size_t account); /* once it is quiet */
void law_halted(const char *field, bool halted);

/* Everything compared with the truth.  NULL = all of it holds; else what does not, which may be
 * on its way. */
const char *laws_quiet(void);
void lives_tell(void); /* into the trace */

/* flatten.c: a halt is thrown that is to close what is held; an exit is made for one. */
void law_flatten_thrown(const struct yq_id *halt);
void law_flatten_made(const struct yq_order *order);
void law_flatten_forget(void);

#endif
