/* provision.c - as the administrator `console`. */
#include "console/up/provision.h"

#include "bus/provision.h"

#define SHUTDOWN_TIMEOUT_MS 2000

static enum yq_rc
connect_valkey(const struct yq_up_plan *plan, struct yq_valkey_sync **ret_sync, struct yq_err *err)
{
	YQ_CLEANUP(yq_valkey_target_clear) struct yq_valkey_target target = { 0 };
	enum yq_rc rc;

	rc = yq_valkey_target_parse(yq_secret_reveal(plan->endpoints.valkey), &target, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "ConnectionStrings:Valkey");
	rc = yq_valkey_sync_open(&target, "yq-up", ret_sync, err);
	if (rc == YQ_OK || plan->own_valkey)
		return rc;
	return yq_err_context(err, rc,
	    rc == YQ_E_DENIED ? "correct user and password in ConnectionStrings:Valkey"
			      : "start that server, or take ConnectionStrings:Valkey out of the "
				"settings to have a private one");
}

static enum yq_rc
provision(struct yq_valkey_sync *sync, bool own, struct yq_err *err)
{
	const struct yq_provision_options options = { 0 }; /* users stay as they are */
	enum yq_rc rc = yq_provision_verify_sync(sync, err);

	if (rc != YQ_E_STATE)
		return rc;
	rc = yq_provision(sync, &options, NULL, NULL, err);
	return rc == YQ_OK || own
		   ? rc
		   : yq_err_context(err, rc,
			 "the configured Valkey is not prepared and this user may not do it: "
			 "run `yq provision` as an administrator");
}

enum yq_rc
yq_up_provision(const struct yq_up_plan *plan, struct yq_err *err)
{
	struct yq_valkey_sync *sync = NULL;
	enum yq_rc rc = connect_valkey(plan, &sync, err);

	if (rc != YQ_OK)
		return rc;
	rc = provision(sync, plan->own_valkey, err);
	yq_valkey_sync_close(sync);
	return rc;
}

enum yq_rc
yq_up_shut_down(const struct yq_up_plan *plan)
{
	const char *words[] = { "SHUTDOWN", "NOSAVE" };
	struct yq_valkey_sync *sync = NULL;
	struct yq_err err = { 0 };
	enum yq_rc rc = connect_valkey(plan, &sync, &err);

	if (rc != YQ_OK)
		return rc;
	rc = yq_valkey_sync_command(sync, 2, words, NULL, SHUTDOWN_TIMEOUT_MS, NULL, &err);
	yq_valkey_sync_close(sync);
	/* the connection ends without an answer: that is the answer */
	return rc == YQ_OK || rc == YQ_E_UNKNOWN || rc == YQ_E_RETRY ? YQ_OK : rc;
}
