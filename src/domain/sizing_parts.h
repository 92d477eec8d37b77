/* sizing_parts.h - what the sizing policies share.  For use by sizing*.c only. */
#ifndef YQ_DOMAIN_SIZING_PARTS_H
#define YQ_DOMAIN_SIZING_PARTS_H

#include "domain/sizing.h"

/* What every policy is given. */
struct sizing_task {
	const struct yq_sizing *sizing;
	const struct yq_signal *signal;
	const struct yq_sizing_facts *facts;
	const struct yq_account_view *account;
	struct yq_trace *trace;
};

/* A policy for one side: YQ_OK with the size, or YQ_E_REFUSED with the reason in the trace. */
typedef enum yq_rc sizing_fn(const struct sizing_task *task, struct yq_size *size);

/* Each adds the reason and returns YQ_E_REFUSED. */
enum yq_rc sizing_refuse(const struct sizing_task *task, const char *code, const char *sentence,
    const struct yq_arg *args, size_t arg_count);
enum yq_rc sizing_refuse_range(const struct sizing_task *task);
/* Refuses unless a price is known. */
enum yq_rc sizing_need_price(const struct sizing_task *task);

/* equity x share, rounded down; YQ_E_RANGE if it does not fit. */
enum yq_rc sizing_share_of_equity(
    const struct sizing_task *task, struct yq_decimal share, struct yq_decimal *amount);
/* *amount x strength / 100, rounded down. */
enum yq_rc sizing_by_strength(const struct sizing_task *task, struct yq_decimal *amount);

/* The ends of a buy.  `wanted` units, or as many as `amount` is worth, capped by buying power and
 * the signal's Qty, floored to the lot.  The first needs a price to be known. */
enum yq_rc sizing_buy_qty(
    const struct sizing_task *task, struct yq_decimal wanted, struct yq_size *size);
enum yq_rc sizing_buy_worth(
    const struct sizing_task *task, struct yq_decimal amount, struct yq_size *size);
/* Buy as that policy would, with this one's members. */
enum yq_rc sizing_buy_as(const struct sizing_task *task, enum yq_sizer sizer, struct yq_size *size);

/* Policies in files of their own. */
sizing_fn sizing_sell_held, sizing_buy_volatility, sizing_buy_half_kelly, sizing_buy_plugin;

#endif
