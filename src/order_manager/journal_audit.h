/*
 * journal_audit.h - what people did, from the entries of order:stream into AUDIT: each request that
 * was made by hand is one row.
 */
#ifndef YQ_ORDER_MANAGER_JOURNAL_AUDIT_H
#define YQ_ORDER_MANAGER_JOURNAL_AUDIT_H

#include "order_manager/lane.h"
#include "store/audit.h"

struct yq_audit_look {
	struct yq_lane *lane;
	struct yq_audit_rows *rows;
	size_t entry, row;
	int64_t answer_us; /* so long the word is waited for */
};

/* The rows of one batch; zeroed before the first. */
struct yq_audit_rows {
	struct yq_audit_row rows[YQ_LANE_MAX];
	size_t entries[YQ_LANE_MAX];
	bool left_out[YQ_LANE_MAX]; /* not yet: the entry waits */
	size_t count;
	struct yq_audit_look looks[YQ_LANE_MAX];
	char faults[YQ_LANE_MAX][160]; /* why a row was refused; "" = it was not */
};

/* For load: a row for the entry at `index` if a person made it; asks the bus what became of a
 * replace or resolve, and has the entry wait while the gateway has not said. */
void yq_audit_rows_load(struct yq_audit_rows *rows, struct yq_lane *lane, size_t index);
/* The same parts of a lane's table. */
YQ_NODISCARD enum yq_rc yq_audit_rows_store(
    struct yq_firebird *firebird, struct yq_audit_rows *rows, struct yq_err *err);
void yq_audit_rows_stored(const struct yq_audit_rows *rows, struct yq_lane *lane);

#endif
