/*
 * resolution.h - what a person says became of an order whose outcome nobody knows; an entry of kind
 * `resolve` on the order stream.
 *
 * It counts for an order that is Unknown, or that is open here though its broker says it never had
 * it; any other is refused with the state it is in.
 *	Filled    `qty` were executed at `price`; less than what is open leaves the rest open.
 *	Open      the broker holds it, under `broker_order_id`.
 *	Rejected  it never was, or is no more at, the broker: final.
 *	Canceled  the same; with `qty` and `price`, so much was executed before.
 *
 * At a broker that keeps no ids of ours what was filled or is open needs `broker_order_id`: so that
 * it is not taken for what became of another order.
 *
 * A person may be wrong, so what the broker says later counts as well, and nothing counts twice:
 * each of its executions is first set against what was booked by hand and has not been set against
 * another yet.  So much of it is not booked again; what is more is booked, its commission in
 * proportion.  An execution at another price than the person said is a conflict, and told; so is
 * one of an order that a person said was not executed, which is booked whole.
 */
#ifndef YQ_DOMAIN_RESOLUTION_H
#define YQ_DOMAIN_RESOLUTION_H

#include "domain/hand.h"
#include "domain/order_state.h"
#include "domain/position.h"

#define YQ_RESOLVED_AS(X) \
	X(FILLED, "Filled") X(OPEN, "Open") X(REJECTED, "Rejected") X(CANCELED, "Canceled")
#define YQ_RESOLVED_VALUE(ident, name) YQ_RESOLVED_##ident,
enum yq_resolved_as { YQ_RESOLVED_AS(YQ_RESOLVED_VALUE) YQ_RESOLVED_COUNT };
extern const struct yq_names yq_resolved_as_names;

struct yq_resolution {
	struct yq_id id;
	char kind[8]; /* "resolve" */
	struct yq_id order_id;
	char account_alias[YQ_ALIAS_SIZE];
	enum yq_resolved_as outcome;
	struct yq_opt_decimal qty, price; /* both or neither; > 0 */
	struct yq_opt_decimal commission; /* >= 0; of `qty`; absent = none */
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	char before[YQ_MESSAGE_SIZE]; /* how the order stood when the person looked */
	char reason[YQ_REASON_SIZE];  /* not empty */
	struct yq_hand hand;
	int64_t timestamp_us;
};

struct yq_resolution yq_resolution_default(void); /* kind is set */
extern const struct yq_field yq_resolution_fields[];
extern const size_t yq_resolution_field_count;
YQ_NODISCARD enum yq_rc yq_resolution_check(
    const struct yq_resolution *resolution, struct yq_err *err);

/*
 * Whether it may be carried out on an order with this `progress`, of which `broker_order_id` ("" =
 * none) is known.  `denied`: the broker says that it never had the order.  YQ_E_STATE with a
 * sentence that names the state or what is wrong.
 */
YQ_NODISCARD enum yq_rc yq_resolution_allowed(const struct yq_resolution *resolution,
    const struct yq_order_progress *progress, const char *broker_order_id, bool denied,
    struct yq_err *err);

/*
 * Set an execution of the broker against `*left`, the quantity booked by hand that none has been
 * set against yet: `*left` is reduced, `*excess` is what is still to be booked (qty 0: nothing),
 * and the quantity that is not booked again is returned.
 */
struct yq_decimal yq_resolution_cover(
    const struct yq_fill *fill, struct yq_decimal *left, struct yq_fill *excess);

/* The execution id of the `number`th fill (from 1) booked by hand for an order; whether an id is
 * such a one. */
#define YQ_MANUAL_EXECUTION_SIZE 65
void yq_manual_execution_id(
    const struct yq_id *order_id, size_t number, char text[YQ_MANUAL_EXECUTION_SIZE]);
bool yq_execution_is_manual(const char *execution_id);

#endif
