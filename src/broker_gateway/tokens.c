/* tokens.c - where brokers' access tokens are kept. */
#include "broker_gateway/tokens.h"

#include "base/log.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/listing.h"
#include "store/embedded.h"
#include "store/seal.h"

#define QUEUE_MAX 64

static void
on_away(void *cookie, const char *why)
{
	(void)cookie;
	if (why != NULL)
		yq_warn("the brokers' access tokens: %s", why);
	else
		yq_info("the brokers' access tokens: Firebird is there");
}

static enum yq_rc
start(struct gateway *gw, struct yq_err *err)
{
	const struct yq_config *config = yq_daemon_config(gw->daemon);
	YQ_CLEANUP(yq_firebird_target_clear) struct yq_firebird_target target = { 0 };
	const struct yq_secret *where = yq_config_secret(config, "ConnectionStrings:Firebird");
	enum yq_rc rc = yq_firebird_target_parse(yq_secret_reveal(where), &target, err);

	if (rc != YQ_OK)
		return yq_err_context(err, rc, "ConnectionStrings:Firebird");
	rc = yq_embedded_prepare(yq_config_text(config, "System:DataFolder"), &target, err);
	if (rc == YQ_OK)
		rc = yq_worker_start(gw->loop, &target, NULL, QUEUE_MAX, &gw->tokens, err);
	if (rc == YQ_OK)
		yq_worker_watch(
		    gw->tokens, &(struct yq_worker_watch){
				    .stuck = gw_tokens_stuck, .away = on_away, .cookie = gw });
	if (rc == YQ_OK)
		gw_listings_open(gw);
	return rc;
}

enum yq_rc
gw_tokens_open(struct gateway *gw, struct yq_worker **ret_worker, const struct yq_secret **ret_key,
    struct yq_err *err)
{
	enum yq_rc rc;

	*ret_worker = NULL;
	*ret_key = yq_config_secret(yq_daemon_config(gw->daemon), "Tokens:Key");
	rc = yq_seal_key_check(*ret_key, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "Tokens:Key");
	if (gw->tokens == NULL)
		rc = start(gw, err);
	*ret_worker = gw->tokens;
	return rc;
}

void
gw_tokens_close(struct gateway *gw)
{
	gw_listings_close(gw);
	if (gw->tokens != NULL)
		yq_worker_stop(gw->tokens, true, NULL, NULL);
	gw->tokens = NULL;
}
