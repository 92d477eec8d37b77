/*
 * stream.h - Alpaca's stream of trade updates: connected again whenever it is lost, and its words
 * turned into events of the port.  Private to broker/alpaca.
 */
#ifndef YQ_BROKER_ALPACA_STREAM_H
#define YQ_BROKER_ALPACA_STREAM_H

#include "broker/alpaca/adapter.h"

#define YQ_ALPACA_AGAIN_MIN_MS 500 /* before it is connected again; doubling ... */
#define YQ_ALPACA_AGAIN_MAX_MS 30000
#define YQ_ALPACA_STEADY_MS    60000 /* ... until it has held for so long */

/* `spec` is borrowed for the call. */
YQ_NODISCARD struct yq_alpaca_stream *yq_alpaca_stream_make(
    struct yq_alpaca *a, const struct yq_alpaca_spec *spec);
/* No event any more; its handle closes on the loop.  NULL is a no-op. */
void yq_alpaca_stream_free(struct yq_alpaca_stream *stream);

#endif
