/*
 * stream.h - KIS's stream: notices of orders and trades, for as long as it lasts; then once more.
 *
 * Each time it begins anew, what happened meanwhile is said to be unknown (YQ_BROKER_EV_STALE).
 * The broker pushes (YQ_BROKER_PUSHES) only while all notices that are wanted are coming.
 */
#ifndef YQ_BROKER_KIS_STREAM_H
#define YQ_BROKER_KIS_STREAM_H

#include "broker/kis/adapter.h"

YQ_NODISCARD enum yq_rc yq_kis_stream_make(
    struct yq_kis *k, struct yq_kis_stream **ret_stream, struct yq_err *err);
/* Before the adapter's calls are freed. */
void yq_kis_stream_free(struct yq_kis_stream *stream); /* NULL is a no-op */
/* Trades of a ticker too. */
void yq_kis_stream_watch(
    struct yq_kis_stream *stream, enum yq_exchange exchange, const char *ticker);

/* ---- heard.c ---- */

/* One notice, told as what it means for the order. */
void yq_kis_on_notice(struct yq_kis *k, bool domestic, const struct yq_kis_notice *notice);
/* Ask for everything again. */
void yq_kis_stale(struct yq_kis *k);

#endif
