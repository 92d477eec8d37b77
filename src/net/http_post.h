/*
 * http_post.h - post a body and wait for the answer.  Blocking: for tools, never in a daemon's
 * loop.
 */
#ifndef YQ_NET_HTTP_POST_H
#define YQ_NET_HTTP_POST_H

#include "base/buf.h"
#include "base/err.h"

struct yq_http_post; /* opaque: keeps its connection from one call to the next */

YQ_NODISCARD struct yq_http_post *yq_http_post_make(void);
void yq_http_post_free(struct yq_http_post *post); /* NULL is a no-op */

/*
 * Post JSON to an http:// or https:// address.  On YQ_OK `*ret_status` is the answer's status,
 * whatever it is, and `answer` its body (more than the buffer's maximum is cut off).
 *   YQ_E_RETRY    no connection could be made: nothing was sent.
 *   YQ_E_UNKNOWN  sent, and no whole answer within `timeout_ms`.
 *   YQ_E_INVALID  the address is none.
 */
YQ_NODISCARD enum yq_rc yq_http_post_json(struct yq_http_post *post, const char *url,
    const char *body, size_t length, uint32_t timeout_ms, int *ret_status, struct yq_buf *answer,
    struct yq_err *err);

#endif
