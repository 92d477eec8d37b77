/*
 * kis_push.h - what KIS's stream says by itself: notices and prices.
 */
#ifndef YQ_SIMULATOR_KIS_PUSH_H
#define YQ_SIMULATOR_KIS_PUSH_H

#include "simulator/kis.h"
#include "simulator/stream.h"

/* The instrument of a price feed's key ("005930", "DNASAAPL"); NULL = there is none. */
struct sim_instrument *kis_topic_instrument(struct sim *sim, const char *feed, const char *key);
/* The prices that changed since they were pushed; the stream may be gone afterwards. */
void kis_push_prices(struct sim_stream *stream, int64_t now_us);

/* AES-256-CBC with PKCS#7, in base64.  False: the library failed. */
bool kis_encrypt(
    const char key[33], const char iv[17], const char *plain, size_t length, struct yq_buf *base64);

#endif
