/* figures.c - figures of performance as people and programs read them. */
#include "console/figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "console/sheet.h"
#include "domain/days.h"

const char *
yq_figure_percent(struct yq_ratio ratio, char text[YQ_FIGURE_SIZE])
{
	if (!ratio.set)
		return "-";
	(void)yq_str_format(text, YQ_FIGURE_SIZE, "%.2f%%", ratio.value * 100);
	return text;
}

const char *
yq_figure_plain(struct yq_ratio ratio, char text[YQ_FIGURE_SIZE])
{
	if (!ratio.set)
		return "-";
	(void)yq_str_format(text, YQ_FIGURE_SIZE, "%.2f", ratio.value);
	return text;
}

static void
print_drawdown(const struct yq_drawdown *drawdown)
{
	char depth[YQ_FIGURE_SIZE], text[3 * YQ_FIGURE_SIZE], dates[3][YQ_DATE_TEXT_SIZE] = { "" };

	if (!drawdown->depth.set || drawdown->trough == 0) {
		yq_print_pair("max drawdown", yq_figure_percent(drawdown->depth, depth));
		return;
	}
	yq_date_format(drawdown->peak, dates[0]);
	yq_date_format(drawdown->trough, dates[1]);
	if (drawdown->recovery != 0)
		yq_date_format(drawdown->recovery, dates[2]);
	(void)yq_str_format(text, sizeof(text), "%s from %s to %s, %s%s",
	    yq_figure_percent(drawdown->depth, depth), dates[0], dates[1],
	    drawdown->recovery != 0 ? "made up for by " : "not made up for yet", dates[2]);
	yq_print_pair("max drawdown", text);
}

void
yq_figures_print(const struct yq_performance *p)
{
	char text[YQ_FIGURE_SIZE];

	yq_print_pair("total return", yq_figure_percent(p->total_return, text));
	yq_print_pair("CAGR", yq_figure_percent(p->cagr, text));
	yq_print_pair("volatility", yq_figure_percent(p->volatility, text));
	yq_print_pair("Sharpe", yq_figure_plain(p->sharpe, text));
	yq_print_pair("Sortino", yq_figure_plain(p->sortino, text));
	print_drawdown(&p->drawdown);
	yq_print_pair("Calmar", yq_figure_plain(p->calmar, text));
}

void
yq_figure_digits(double value, char text[YQ_DIGITS_SIZE])
{
	for (int count = 15; count <= 17; count++) {
		(void)yq_str_format(text, YQ_DIGITS_SIZE, "%.*g", count, value);
		if (strtod(text, NULL) == value)
			return;
	}
}

/* "" = not known */
static void
put_text(struct yq_json_writer *w, const char *name, const char *text)
{
	yq_json_name(w, name);
	if (text[0] != '\0')
		yq_json_add_raw(w, text, strlen(text));
	else
		yq_json_add_null(w);
}

void
yq_figure_put(struct yq_json_writer *w, const char *name, struct yq_ratio ratio)
{
	char text[YQ_DIGITS_SIZE] = "";

	if (ratio.set)
		yq_figure_digits(ratio.value, text);
	put_text(w, name, text);
}

void
yq_figure_put_rounded(struct yq_json_writer *w, const char *name, struct yq_ratio ratio)
{
	char text[YQ_DIGITS_SIZE] = "";

	if (ratio.set)
		(void)yq_str_format(text, sizeof(text), "%.12g", ratio.value);
	put_text(w, name, text);
}

void
yq_figure_put_amount(struct yq_json_writer *w, const char *name, struct yq_opt_decimal value)
{
	yq_json_name(w, name);
	if (value.set)
		yq_json_add_decimal(w, value.value);
	else
		yq_json_add_null(w);
}

void
yq_figure_put_date(struct yq_json_writer *w, const char *name, yq_date date)
{
	char text[YQ_DATE_TEXT_SIZE];

	yq_json_name(w, name);
	if (date == 0) {
		yq_json_add_null(w);
		return;
	}
	yq_date_format(date, text);
	yq_json_add_text(w, text);
}
