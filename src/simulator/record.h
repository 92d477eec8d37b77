/*
 * record.h - the simulated exchange's book as JSON: what changed since the last look, and all of
 * it.
 *
 * A record says how a thing stands, not what happened to it, so that the last one wins and reading
 * one twice changes nothing.  Kinds: Book, Key, Instrument, Account, Position, Order, Execution.
 */
#ifndef YQ_SIMULATOR_RECORD_H
#define YQ_SIMULATOR_RECORD_H

#include "simulator/exchange.h"

/* Append an array of what changed since the last call, which is then not new any more; false, and
 * nothing appended, when nothing did. */
bool sim_record_changes(struct sim_exchange *exchange, struct yq_buf *array);
/* All of it, as several arrays in the order in which they must be read. */
typedef void sim_record_fn(void *cookie, const char *array, size_t length);
void sim_record_all(struct sim_exchange *exchange, sim_record_fn *fn, void *cookie);
/* Take over such an array.  YQ_E_CORRUPT: it is none, or cannot follow what came before; the book
 * is then of no use. */
YQ_NODISCARD enum yq_rc sim_record_apply(
    struct sim_exchange *exchange, const char *array, size_t length, struct yq_err *err);

#endif
