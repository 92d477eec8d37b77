/*
 * trace.h - the story of a decision: each rule that was asked, its answer and its numbers.
 *
 * Fixed size, no allocation.  A sentence is a template whose "{}" stand for arguments:
 *
 *	yq_trace_add(trace, YQ_RISK_MAX_ORDER_VALUE, false, "order value {} exceeds the limit of
 *{}", YQ_ARGS(YQ_ARG_MONEY(value, currency), YQ_ARG_MONEY(limit, currency)));
 */
#ifndef YQ_DOMAIN_TRACE_H
#define YQ_DOMAIN_TRACE_H

#include "domain/terms.h"

#define YQ_TRACE_STEPS_MAX 48
#define YQ_TRACE_TEXT_SIZE 200

struct yq_trace_step {
	const char *rule; /* a stable code; static */
	bool ok;
	bool measured;		   /* `value` broke `limit`: */
	enum yq_currency currency; /* YQ_CURRENCY_NONE = no money */
	struct yq_decimal value, limit;
	char text[YQ_TRACE_TEXT_SIZE];
};

struct yq_trace {
	bool brief; /* steps that are ok have no sentence */
	size_t count;
	struct yq_trace_step steps[YQ_TRACE_STEPS_MAX];
};

enum yq_arg_kind { YQ_ARG_KIND_TEXT, YQ_ARG_KIND_NUMBER, YQ_ARG_KIND_MONEY, YQ_ARG_KIND_INT };
struct yq_arg {
	enum yq_arg_kind kind;
	enum yq_currency currency;
	const char *text;
	struct yq_decimal number;
	int64_t integer;
};
#define YQ_ARG_TEXT(t)	 ((struct yq_arg){ .kind = YQ_ARG_KIND_TEXT, .text = (t) })
#define YQ_ARG_NUMBER(d) ((struct yq_arg){ .kind = YQ_ARG_KIND_NUMBER, .number = (d) })
#define YQ_ARG_MONEY(d, c) \
	((struct yq_arg){ .kind = YQ_ARG_KIND_MONEY, .number = (d), .currency = (c) })
#define YQ_ARG_INT(i) ((struct yq_arg){ .kind = YQ_ARG_KIND_INT, .integer = (i) })
#define YQ_ARGS(...)                            \
	(const struct yq_arg[]){ __VA_ARGS__ }, \
	    sizeof((const struct yq_arg[]){ __VA_ARGS__ }) / sizeof(struct yq_arg)
#define YQ_NO_ARGS NULL, 0

/* Begin anew, whatever was there; in full, or briefly, for who shows refusals alone. */
void yq_trace_clear(struct yq_trace *trace);
void yq_trace_clear_brief(struct yq_trace *trace);
/* Add a step; beyond the last place the last step is overwritten, so that a refusal is never lost.
 * `trace` may be NULL.  A sentence that does not fit is cut. */
void yq_trace_add(struct yq_trace *trace, const char *rule, bool ok, const char *sentence,
    const struct yq_arg *args, size_t arg_count);
/* The last step's numbers for programs: what was found, and the limit it broke.  Numbers, money or
 * integers, no texts.  `trace` may be NULL. */
void yq_trace_measure(struct yq_trace *trace, struct yq_arg value, struct yq_arg limit);
/* Write a sentence alone. */
void yq_sentence(
    char *target, size_t size, const char *sentence, const struct yq_arg *args, size_t arg_count);
/* The first step that is not ok; NULL when there is none. */
const struct yq_trace_step *yq_trace_refusal(const struct yq_trace *trace);
/* Append the members "Rule", "Ok", "Text" of one step to an open object; of one that is measured
 * "Value", "Limit" and, for money, "Currency" too. */
void yq_trace_write_step(struct yq_json_writer *w, const struct yq_trace_step *step);
/* Append an object for each step to an open array. */
void yq_trace_write(struct yq_json_writer *w, const struct yq_trace *trace);

/* An amount for people: "12,000.00 USD", "1,500 KRW"; at least the currency's places. */
#define YQ_MONEY_TEXT_SIZE 64
void yq_money_format(
    struct yq_decimal amount, enum yq_currency currency, char text[YQ_MONEY_TEXT_SIZE]);

#endif
