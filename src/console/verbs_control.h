/* verbs_control.h - what other verbs say about kill switches. */
#ifndef YQ_CONSOLE_VERBS_CONTROL_H
#define YQ_CONSOLE_VERBS_CONTROL_H

/* Print how the switch of that field is released: "`yq resume --account 'Paper'` releases it". */
void yq_print_way_back(const char *field);

#endif
