/*
 * chain.h - orders out of rows: what became of each, whatever number it has by now.  Pure.
 *
 * A change of an order is at KIS an order of its own, with a number of its own that names the one
 * it changes.  For us it stays one order, named for ever after the first: "KR-20261123-0000117057"
 * is country, date there, number.  Numbers begin anew every day, and at home and abroad apart.
 */
#ifndef YQ_BROKER_KIS_CHAIN_H
#define YQ_BROKER_KIS_CHAIN_H

#include "broker/kis/decode.h"

void yq_kis_id_make(enum yq_exchange exchange, const char *date, const char *number,
    char id[YQ_BROKER_ORDER_ID_SIZE]);
/* YQ_E_INVALID: it is no such id.  A bare number, as people read it off KIS's screens, gives an
 * empty date. */
struct yq_kis_id {
	enum yq_country country; /* of a bare number YQ_COUNTRY_COUNT */
	char date[YQ_KIS_DATE_SIZE];
	char number[YQ_KIS_NUMBER_SIZE];
};
YQ_NODISCARD enum yq_rc yq_kis_id_parse(const char *text, struct yq_kis_id *id, struct yq_err *err);

/* One order, all its changes in it. */
struct yq_kis_order {
	struct yq_broker_order order;
	char date[YQ_KIS_DATE_SIZE];
	char number[YQ_KIS_NUMBER_SIZE]; /* the one to be named in a change or a cancel now */
	char branch[YQ_KIS_BRANCH_SIZE];
	struct yq_decimal left;
	struct yq_decimal value; /* of what is executed: the sum of quantity x price */
};

struct yq_kis_orders {
	struct yq_kis_order *list; /* owned; in order of time */
	size_t count;
};
/* `now_us`: an order of an earlier day, there, is over.  YQ_E_INVALID: sums do not fit. */
YQ_NODISCARD enum yq_rc yq_kis_orders_of(const struct yq_kis_rows *rows,
    const struct yq_kis_zones *zones, int64_t now_us, struct yq_kis_orders *orders,
    struct yq_err *err);
void yq_kis_orders_free(struct yq_kis_orders *orders);

#endif
