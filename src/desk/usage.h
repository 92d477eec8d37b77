/*
 * usage.h - the limits that hold for an account or a strategy in it, and how much of each is used
 * now: by the numbers that the rules of risk.h look at.  Pure.
 */
#ifndef YQ_DESK_USAGE_H
#define YQ_DESK_USAGE_H

#include "desk/book.h"
#include "domain/risk.h"

#define YQ_USAGE_ROWS_MAX  64
#define YQ_USAGE_TEXT_SIZE 80

struct yq_usage {
	const char *name;		/* as the configuration has it: "MaxOrderValue" */
	enum yq_currency currency;	/* YQ_CURRENCY_NONE = of none */
	char limit[YQ_USAGE_TEXT_SIZE]; /* for people, with its unit */
	char used[YQ_USAGE_TEXT_SIZE];	/* "" = each order is measured alone, or nothing is known */
	struct yq_opt_decimal ratio;	/* used / limit; with `used` only */
};

/* A row for each limit that is set; `book` NULL: no gateway serves the account, nothing is used.
 * Returns how many. */
size_t yq_usage_of(const struct yq_risk_limits *limits, const struct yq_book *book, int64_t now_us,
    struct yq_usage rows[YQ_USAGE_ROWS_MAX]);
/* Whether `rows` has the same limit. */
bool yq_usage_has(const struct yq_usage *rows, size_t count, const struct yq_usage *row);

#endif
