/*
 * gateway_doubt.h - orders whose outcome nobody knows, what people say of them, and what they are
 * told; on top of gateway_fixture.h.
 */
#ifndef YQ_TESTS_GATEWAY_DOUBT_H
#define YQ_TESTS_GATEWAY_DOUBT_H

#include "gateway_fixture.h"

#define NO_IDS "{\"WalkBps\":0,\"ClientIds\":false}"

/*
 * Before the gateway is started: the durable trace of an order that a gateway has taken up and died
 * with, before or after it was sent.  A broker that keeps no ids of ours cannot tell.
 */
struct yq_order doubt_leave(const char *ticker, const char *qty);
/* With the gateway on a broker of SilentRate 1: a buy of 10 AAPL, executed and not answered; its
 * number there. */
struct yq_order doubt_execute(char number[YQ_BROKER_ORDER_ID_SIZE]);
/* What a person says; `qty`, `price` and `broker_id` may be NULL.  Returns the request. */
struct yq_resolution doubt_said(const struct yq_order *order, enum yq_resolved_as outcome,
    const char *qty, const char *price, const char *broker_id);
/* Through the front door, as the console does; expects `result` of the step. */
void doubt_submit(const struct yq_resolution *said, enum yq_step_result result);
/* Both of the above. */
struct yq_resolution doubt_resolve(const struct yq_order *order, enum yq_resolved_as outcome,
    const char *qty, const char *price, const char *broker_id);
/* Wait for the gateway's word on a request; fails the test when it has not these words. */
void doubt_await_word(const struct yq_resolution *said, const char *words);
/* Notifications of this severity with these words. */
unsigned doubt_notices(const char *severity, const char *words);
void doubt_await_notice(const char *severity, const char *words);
/* The broker's cash is taken over by a full sync. */
void doubt_await_cash(const char *usd);
void doubt_assert_field(const struct yq_id *id, const char *field, const char *expected);

#endif
