/* take.h - options as values: texts and times.  Each says itself what is wrong with one. */
#ifndef YQ_CONSOLE_TAKE_H
#define YQ_CONSOLE_TAKE_H

#include "base/decimal.h"
#include "console/console.h"
#include "domain/terms.h"

/* A text option into a filter's member; what does not fit cannot match either. */
int yq_take_text(const struct yq_call *call, enum yq_option option, char *target, size_t size);
/* The name of a currency, in any case. */
int yq_take_currency(const struct yq_call *call, const char *text, enum yq_currency *currency);
/* A number above 0; `name` is what it is of, for the sentence. */
int yq_take_number(
    const struct yq_call *call, const char *name, const char *text, struct yq_decimal *value);
/* The same, of an option.  Untouched when it was not given. */
int yq_take_positive(
    const struct yq_call *call, enum yq_option option, struct yq_opt_decimal *value);
/* "2026-11-22" is midnight UTC; else RFC 3339.  Untouched when it was not given. */
int yq_take_time(const struct yq_call *call, enum yq_option option, int64_t *instant_us);
/* Both ends of the time that is listed: --`from` and --to. */
int yq_take_period(
    const struct yq_call *call, enum yq_option from, int64_t *from_us, int64_t *to_us);
/* --limit: how many rows at most; YQ_TAKE_ROWS when it was not given. */
#define YQ_TAKE_ROWS 50
int yq_take_limit(const struct yq_call *call, unsigned *limit);

#endif
