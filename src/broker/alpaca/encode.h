/*
 * encode.h - what is sent to Alpaca: bodies, queries, and words for its stream.  Pure.
 *
 * What Alpaca is known to refuse is refused here, with a sentence, and is never sent.
 */
#ifndef YQ_BROKER_ALPACA_ENCODE_H
#define YQ_BROKER_ALPACA_ENCODE_H

#include "base/buf.h"
#include "base/secret.h"
#include "broker/broker.h"

#define YQ_ALPACA_CLIENT_ID_SIZE 129

/* Exits that Alpaca holds itself.  The gateway holds them for every broker alike, and sends plain
 * orders. */
enum yq_alpaca_class {
	YQ_ALPACA_SIMPLE,
	YQ_ALPACA_BRACKET, /* the entry, and both exits */
	YQ_ALPACA_OCO,	   /* both exits of what is held */
	YQ_ALPACA_OTO,	   /* the entry, and one exit */
};

struct yq_alpaca_request {
	const struct yq_order *order;
	const char *client_id;	    /* NULL = the order's own id */
	enum yq_alpaca_class class; /* its exits are the order's; `exits` else is not looked at */
	struct yq_opt_decimal notional; /* dollars, in place of the order's quantity */
	/* A stop that follows the price, by so much or so many per cent; the order is a Stop. */
	struct yq_opt_decimal trail_price, trail_percent;
	bool extended_hours; /* also before and after the session: Limit and Day */
};

/*
 * {"symbol": ..., "qty": "1", ...}.  YQ_E_REFUSED:
 *	- it is not of a US exchange
 *	- a part of a share, or an amount of dollars, that is not a plain Day order; less than $1
 *	- a price of $1 or more with over 2 places, of less with over 4
 *	- extended hours of anything but a plain Limit order for the day
 *	- exits that are missing, or for another time in force than Day and Gtc
 */
YQ_NODISCARD enum yq_rc yq_alpaca_encode_order(
    const struct yq_alpaca_request *request, struct yq_buf *out, struct yq_err *err);
/* The body of a PATCH; `client_id` is that of the order that comes of it.  YQ_E_REFUSED: prices as
 * above; a quantity that is not of whole shares. */
YQ_NODISCARD enum yq_rc yq_alpaca_encode_change(const struct yq_broker_change *change,
    const char *client_id, struct yq_buf *out, struct yq_err *err);
/* Whether an order may carry extended_hours. */
bool yq_alpaca_may_extend(const struct yq_order *order);

/*
 * Client ids: an order has our id, one that stands in its place after a replace our id and a mark
 * that no other has.  Whose it is can be read from either.
 */
void yq_alpaca_client_id_next(const struct yq_id *id, char client_id[YQ_ALPACA_CLIENT_ID_SIZE]);
/* None if it was made by somebody else. */
struct yq_id yq_alpaca_client_id_owner(const char *client_id);

/* "?name=value", or "&name=value", with what has a meaning in an address escaped. */
void yq_alpaca_add_query(struct yq_buf *url, const char *name, const char *value);
void yq_alpaca_add_query_time(struct yq_buf *url, const char *name, int64_t time_us);

/* For the stream.  The first holds the secret: to be wiped. */
void yq_alpaca_encode_login(
    const struct yq_secret *key, const struct yq_secret *secret, struct yq_buf *out);
void yq_alpaca_encode_listen(struct yq_buf *out);

#endif
