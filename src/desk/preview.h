/*
 * preview.h - what would become of an order: the checks that its gateway makes before it sends one,
 * with what can be seen from here.  Nothing is sent, nothing is changed.
 */
#ifndef YQ_DESK_PREVIEW_H
#define YQ_DESK_PREVIEW_H

#include "desk/book.h"
#include "domain/risk.h"

#define YQ_PREVIEW_WARNINGS_MAX 8
#define YQ_PREVIEW_TEXT_SIZE	200

struct yq_preview {
	bool passes;
	struct yq_trace trace; /* each rule that was asked, up to the one that refuses */
	struct yq_opt_decimal price, tick, amount; /* the limit on its step, else the latest */
	struct yq_decimal lot, held, buying_power;
	bool market_open;
	char market[YQ_PREVIEW_TEXT_SIZE]; /* "US opens 2026-11-24T14:30:00Z" */
	char warnings[YQ_PREVIEW_WARNINGS_MAX][YQ_PREVIEW_TEXT_SIZE];
	size_t warning_count;
};

/* `listing` is what the catalog says of the instrument; `listed` false: it could not be asked.
 * YQ_E_NOT_FOUND: no gateway serves the account. */
YQ_NODISCARD enum yq_rc yq_preview_make(struct yq_desk *desk, const struct yq_order *order,
    const struct yq_listing *listing, bool listed, int64_t now_us, struct yq_preview *preview,
    struct yq_err *err);

#endif
