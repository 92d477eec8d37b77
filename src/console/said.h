/*
 * said.h - what a person says became of an order, from the words and options of `yq order resolve`.
 */
#ifndef YQ_CONSOLE_SAID_H
#define YQ_CONSOLE_SAID_H

#include "console/console.h"
#include "domain/resolution.h"

/*
 * Words 0 to 2: "resolve", the order, the outcome or a unique beginning of it.  Fills what the
 * command line says: outcome, quantity, price, commission, the broker's id, the reason.
 * YQ_E_INVALID with a sentence for the user.
 */
YQ_NODISCARD enum yq_rc yq_said_parse(
    const struct yq_call *call, struct yq_resolution *said, struct yq_err *err);

#endif
