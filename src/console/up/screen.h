/*
 * screen.h - what `yq up` says: one line a part, and at the end how to begin.
 */
#ifndef YQ_CONSOLE_UP_SCREEN_H
#define YQ_CONSOLE_UP_SCREEN_H

#include "console/up/plan.h"

void yq_screen_begin(const struct yq_up_plan *plan);
/* "  yq-webhook          ready    12 ms  pid 4711": `note` may be "". */
void yq_screen_part(const char *name, const char *state, const char *note);
/* Something that happened while it runs; with the time. */
void yq_screen_event(const char *name, const char *format, ...) YQ_PRINTF(2, 3);
/* A program's own line, when it is a warning or an error; else nothing. */
void yq_screen_log_line(const char *name, const char *line);
/* Addresses, the secret, a line to paste; the last line is "ready". */
void yq_screen_ready(const struct yq_up_plan *plan);

#endif
