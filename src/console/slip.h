/*
 * slip.h - names by which nothing was found: the nearest that there is, on standard error.
 */
#ifndef YQ_CONSOLE_SLIP_H
#define YQ_CONSOLE_SLIP_H

#include "base/config.h"
#include "domain/tally.h"

/* `what` "nope" is not known; did you mean `nearest`? */
void yq_slip_say(const char *what, const char *name, const char *nearest);
/* Each of `aliases` ("Main" or "Main,Other") that no account of the settings has. */
void yq_slip_account(const struct yq_config *config, const char *aliases);
/* The nearest to `named` of the strategies in `tallies` and of `nearest` (NULL = none yet); what
 * was done by hand has no name. */
const char *yq_slip_nearest(
    const char *named, const struct yq_tallies *tallies, const char *nearest);

#endif
