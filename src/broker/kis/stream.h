/*
 * stream.h - KIS's stream as one account has it: notices of its orders and trades, and prices of
 * what it watches, for as long as it lasts; then once more.
 *
 * KIS gives a key one connection: all accounts with that key share it (line.h).  Each time it
 * begins anew, what happened meanwhile is said to be unknown (YQ_BROKER_EV_STALE).  The broker
 * pushes (YQ_BROKER_PUSHES) only while all notices that the account wants are coming.
 */
#ifndef YQ_BROKER_KIS_STREAM_H
#define YQ_BROKER_KIS_STREAM_H

#include "broker/kis/adapter.h"

struct yq_kis_line;

struct yq_kis_stream {
	struct yq_kis_stream *next; /* of the line's */
	struct yq_kis *k;
	struct yq_kis_line *line;
	bool wanted[YQ_KIS_FEED_COUNT]; /* notices of these */
	bool pushes;
};

YQ_NODISCARD enum yq_rc yq_kis_stream_make(struct yq_kis *k, const struct yq_kis_spec *spec,
    struct yq_kis_stream **ret_stream, struct yq_err *err);
/* Before the adapter's calls are freed. */
void yq_kis_stream_free(struct yq_kis_stream *stream); /* NULL is a no-op */
/* What the account watches has changed.  NULL is a no-op. */
void yq_kis_stream_watch(struct yq_kis_stream *stream);

/* ---- for the line ---- */

/* All its notices are coming, or not. */
void yq_kis_stream_pushes(struct yq_kis_stream *stream, bool pushes);
void yq_kis_stream_tick(
    struct yq_kis_stream *stream, bool domestic, const struct yq_kis_tick *tick);

/* ---- heard.c ---- */

/* One notice, told as what it means for the order; of another account: nothing. */
void yq_kis_on_notice(struct yq_kis *k, bool domestic, const struct yq_kis_notice *notice);
/* Ask for everything again. */
void yq_kis_stale(struct yq_kis *k);

#endif
