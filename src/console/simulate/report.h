/*
 * report.h - what a simulation came to: counted while it runs, printed at its end.
 */
#ifndef YQ_CONSOLE_SIMULATE_REPORT_H
#define YQ_CONSOLE_SIMULATE_REPORT_H

#include "console/sheet.h"
#include "console/simulate/engine.h"

struct yq_sim_report; /* opaque */

/* How it is asked for: --verbose, --json and --csv of `call`. */
struct yq_sim_report *yq_sim_report_make(const struct yq_call *call);
void yq_sim_report_free(struct yq_sim_report *report); /* NULL is a no-op */
void yq_sim_report_freep(struct yq_sim_report **report);

/* For the simulation's spec; the report must live as long. */
struct yq_sim_listener yq_sim_report_listener(struct yq_sim_report *report);

/* After yq_sim_finish: tables for people, one JSON object, or the trades as CSV. */
int yq_sim_report_print(struct yq_sim_report *report, const struct yq_sim *sim);

#endif
