/*
 * slip.h - names by which nothing was found: the nearest that there is, on standard error.
 */
#ifndef YQ_CONSOLE_SLIP_H
#define YQ_CONSOLE_SLIP_H

#include "base/config.h"

/* `what` "nope" is not known; did you mean `nearest`? */
void yq_slip_say(const char *what, const char *name, const char *nearest);
/* Each of `aliases` ("Main" or "Main,Other") that no account of the settings has. */
void yq_slip_account(const struct yq_config *config, const char *aliases);

#endif
