/*
 * rates.h - exchange rates (table RATES): written down and corrected by people or programs, each
 * change with its row in the audit trail.
 */
#ifndef YQ_STORE_RATES_H
#define YQ_STORE_RATES_H

#include "domain/exchange_rates.h"
#include "domain/hand.h"
#include "store/firebird.h"

/* Who changes it, when and why; `reason` "" = not said. */
struct yq_rate_act {
	const struct yq_hand *hand;
	const char *reason;
	int64_t now_us;
};

/*
 * Write it down in place of what stands at its currencies and date: *ret_before (the rate absent:
 * nothing stood there).  Nothing is changed, nor audited, where the same rate of the same source
 * stands.  YQ_E_INVALID: two of the same currency, no date, or a rate that is not above 0.
 * YQ_E_RANGE: it does not fit its column.
 */
YQ_NODISCARD enum yq_rc yq_rates_set(struct yq_firebird *firebird,
    const struct yq_exchange_rate *rate, const struct yq_rate_act *act,
    struct yq_opt_decimal *ret_before, struct yq_err *err);
/* Forget the one of these currencies and date.  YQ_E_NOT_FOUND. */
YQ_NODISCARD enum yq_rc yq_rates_remove(struct yq_firebird *firebird, enum yq_currency currency,
    enum yq_currency base, yq_date date, const struct yq_rate_act *act, struct yq_err *err);

/* What to find; YQ_CURRENCY_NONE and 0 stand for any. */
struct yq_rate_filter {
	enum yq_currency currency, base;
	yq_date from, to; /* both included */
};

struct yq_rate_list {
	struct yq_exchange_rate *items; /* owned */
	size_t count;
};
void yq_rate_list_free(struct yq_rate_list *list); /* leaves it empty */
/* By date, the latest first, then by currencies. */
YQ_NODISCARD enum yq_rc yq_rates_find(struct yq_firebird *firebird,
    const struct yq_rate_filter *filter, struct yq_rate_list *list, struct yq_err *err);

#endif
