/*
 * command_line.h - the command line of `yq`, taken apart by the tables of verbs and options.
 */
#ifndef YQ_CONSOLE_COMMAND_LINE_H
#define YQ_CONSOLE_COMMAND_LINE_H

#include "console/console.h"

/*
 * A verb by its name or a unique beginning of it.  NULL if there is none or several; `err` then
 * lists the several, or suggests the nearest.
 */
const struct yq_verb *yq_verb_find(const char *name, struct yq_err *err);

/*
 * Options may stand anywhere after the verb, as "--name value" or "--name=value"; "--" ends them.
 * YQ_E_INVALID with a sentence for the user.
 */
YQ_NODISCARD enum yq_rc yq_command_parse(
    int argc, char **argv, struct yq_call *call, struct yq_err *err);

/* A whole number option within [min, max]; `fallback` when it was not given. */
YQ_NODISCARD enum yq_rc yq_option_int(const struct yq_call *call, enum yq_option option,
    int64_t min, int64_t max, int64_t fallback, int64_t *result, struct yq_err *err);

const char *yq_option_name(enum yq_option option);

/* The list of verbs, and the page of one. */
void yq_help_print_all(void);
void yq_help_print(const struct yq_verb *verb);

#endif
