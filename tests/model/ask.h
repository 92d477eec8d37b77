/*
 * ask.h - what a life asks its broker, on its way to the exchange and back.
 */
#ifndef YQ_TESTS_MODEL_ASK_H
#define YQ_TESTS_MODEL_ASK_H

#include "broker/broker.h"
#include "exchange.h"
#include "life.h"

#define TIMEOUT_US (2 * SECOND)

/* A life's broker of one account. */
struct session {
	struct yq_broker head;
	struct session *next;
	struct life *life; /* NULL: it is gone */
	size_t account;
	struct ask *asks;
	int64_t arrives_us; /* of the latest order, where they keep their order */
	bool stale_due;
	size_t refs;
};

enum ask_kind {
	SUBMIT,
	CANCEL,
	REPLACE,
	FIND,
	OPEN_ORDERS,
	ORDERS_SINCE,
	FILLS,
	POSITIONS,
	BALANCES,
	PRICE
};

/* One operation of the port. */
struct ask {
	struct ask *next;
	struct session *session;
	enum ask_kind kind;
	union yq_broker_completion fn;
	void *cookie;
	bool answered, lost_answer;
	struct yq_order order;
	struct yq_broker_change change;
	int64_t since_us;
	size_t instrument;
	/* the answer */
	enum yq_rc rc;
	char text[96];
	struct yq_broker_ack ack;
	struct yq_broker_order *found;
	struct yq_broker_fill *fills;
	struct yq_position *held;
	struct yq_broker_balance balances[YQ_CURRENCY_COUNT];
	struct yq_broker_quote quote;
	size_t count;
	size_t refs; /* the list's, and happenings */
};

void session_unref(struct session *session);
void ask_unref(struct ask *ask);
/* From the exchange back; it may be lost, and then the time-out tells. */
void ask_answer(struct ask *ask, enum yq_rc rc, const char *text);
void ask_call_back(struct ask *ask);
void ask_drop(void *context);
void ask_deliver(void *context);
/* How long something travels now. */
int64_t travel_us(void);

/* exchange_desk.c: it arrives at the exchange, which does it and answers. */
happen_fn request_arrives;
void fill_of(const struct execution *execution, struct yq_broker_fill *fill);

#endif
