/*
 * cancel.h - the wish to withdraw an order; an entry of kind `cancel` on the order stream.
 */
#ifndef YQ_DOMAIN_CANCEL_H
#define YQ_DOMAIN_CANCEL_H

#include "domain/hand.h"

struct yq_cancel {
	struct yq_id id;
	char kind[8]; /* "cancel" */
	struct yq_id order_id;
	char account_alias[YQ_ALIAS_SIZE];
	char reason[YQ_REASON_SIZE];
	struct yq_hand hand;
	int64_t timestamp_us;
};

struct yq_cancel yq_cancel_default(void); /* kind is set */
extern const struct yq_field yq_cancel_fields[];
extern const size_t yq_cancel_field_count;
YQ_NODISCARD enum yq_rc yq_cancel_check(const struct yq_cancel *cancel, struct yq_err *err);

#endif
