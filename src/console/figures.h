/*
 * figures.h - figures of performance, real or simulated: one form for people, one for programs.
 */
#ifndef YQ_CONSOLE_FIGURES_H
#define YQ_CONSOLE_FIGURES_H

#include "base/json.h"
#include "domain/performance.h"

/* ---- for people; "-" for what cannot be computed ---- */
#define YQ_FIGURE_SIZE 96
const char *yq_figure_percent(struct yq_ratio ratio, char text[YQ_FIGURE_SIZE]); /* "2.65%" */
const char *yq_figure_plain(struct yq_ratio ratio, char text[YQ_FIGURE_SIZE]);	 /* "4.71" */
/* A line each: from the total return to Calmar. */
void yq_figures_print(const struct yq_performance *performance);

/* ---- for programs; null for what cannot be computed ---- */
#define YQ_DIGITS_SIZE 40
/* As few digits as the very same number is read from again. */
void yq_figure_digits(double value, char text[YQ_DIGITS_SIZE]);
void yq_figure_put(struct yq_json_writer *w, const char *name, struct yq_ratio ratio);
/* Twelve digits: the same bytes whatever a processor makes of the last. */
void yq_figure_put_rounded(struct yq_json_writer *w, const char *name, struct yq_ratio ratio);
void yq_figure_put_amount(struct yq_json_writer *w, const char *name, struct yq_opt_decimal amount);
void yq_figure_put_date(struct yq_json_writer *w, const char *name, yq_date date); /* 0 = none */

#endif
