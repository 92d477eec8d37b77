/* record.h - what the broker said, made ready for Valkey: one record a change. */
#ifndef YQ_BROKER_GATEWAY_RECORD_H
#define YQ_BROKER_GATEWAY_RECORD_H

#include "base/buf.h"
#include "broker_gateway/order.h"

#define GW_RECORD_FIELDS_MAX 16

/* Offsets are into `text`; 0 = absent. */
struct gw_record {
	struct gw_record *next;
	struct gw_order *order;
	struct gw_account *account;
	struct yq_id order_id;
	int64_t fence, sequence;
	struct yq_buf text;
	struct {
		const char *field; /* NULL = its name is at `name` */
		size_t name, value;
	} fields[GW_RECORD_FIELDS_MAX];
	size_t field_count;
	size_t execution_id, position_field, position_value, deposit, trade, result;
	const char *currency;
	struct yq_id bracket_id; /* of which the order is ... */
	size_t part;		 /* ... and how far it is; 0 = of none */
	bool final, first;
	int64_t taken_ns;
	char entry_id[YQ_ENTRY_ID_SIZE];
};

struct gw_change {
	const char *text; /* for people */
	bool success;
	const struct yq_broker_fill *fill; /* NULL = none */
	bool tell;			   /* an execution message */
};

void gw_record(struct gw_order *o, const struct gw_change *change);
/* The order's JSON changed (a replace). */
void gw_record_order(struct gw_order *o, const char *text);
/* Acknowledge a request about the order behind what was recorded last: an entry that went before
 * its effect would be done by nobody if this program ended in between. */
void gw_record_ack(struct gw_order *o, const char *entry_id);
/* What of its doubt the bus keeps, without a change of the order. */
void gw_record_doubt(struct gw_order *o);
/* An execution that was booked by hand before: its id, and what is left of that. */
void gw_record_covered(struct gw_order *o, const char *execution_id);
/* A request about the order was refused: acknowledge its entry, with the reason in its mark. */
void gw_record_refused(struct gw_order *o, const char *entry_id, const char *mark, const char *why);
/* ... was carried out. */
void gw_record_applied(
    struct gw_order *o, const char *entry_id, const char *mark, const char *what);
/* A late execution of an order that has left the bus: the trade and the execution, nothing else. */
void gw_record_late(struct gw_order *o, const struct yq_broker_fill *fill);
/* The broker did not take a cancel: acknowledge its entry, and let it be asked for again. */
void gw_record_no_cancel(struct gw_order *o, const char *entry_id);

#endif
