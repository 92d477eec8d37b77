/* keys.h - app key and secret of KIS: the headers they go in, and the keys that are got for them.
 */
#ifndef YQ_BROKER_KIS_KEYS_H
#define YQ_BROKER_KIS_KEYS_H

#include "broker/kis/kis.h"
#include "broker/session.h"
#include "net/http_client.h"

struct yq_kis_issue;

enum yq_kis_key_kind {
	YQ_KIS_ACCESS,	 /* calls go with it */
	YQ_KIS_APPROVAL, /* the stream's */
	YQ_KIS_KEY_KIND_COUNT
};

struct yq_kis_keys {
	const struct yq_clock *clock;
	struct yq_http_client *client;		    /* borrowed */
	struct yq_secret *key, *secret, *token_key; /* owned; token_key may be NULL */
	char url[YQ_KIS_URL_SIZE];
	bool is_virtual;
	struct yq_kis_issue *issuing[YQ_KIS_KEY_KIND_COUNT]; /* under way */
};

void yq_kis_keys_make(
    struct yq_kis_keys *keys, const struct yq_kis_spec *spec, struct yq_http_client *client);
/* What is under way tells no session any more. */
void yq_kis_keys_free(struct yq_kis_keys *keys);

/* One HTTP request with `token`; what held secrets is wiped before it returns. */
void yq_kis_keys_send(struct yq_kis_keys *keys, const struct yq_secret *token,
    const struct yq_kis_request *request, uint32_t timeout_ms, size_t answer_max,
    yq_http_reply_fn *fn, void *cookie);

/* Its life; to be freed before the keys. */
YQ_NODISCARD enum yq_rc yq_kis_keys_session(struct yq_kis_keys *keys,
    const struct yq_kis_spec *spec, enum yq_kis_key_kind kind,
    struct yq_broker_session **ret_session, struct yq_err *err);

#endif
