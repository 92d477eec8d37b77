/* database.c - the archive's connection: found, watched, and given up when it is stuck. */
#include "order_manager/database.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/embedded.h"

/* Nothing but the connection that comes with a job. */
static enum yq_rc
look(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	(void)firebird;
	(void)cookie;
	(void)err;
	return YQ_OK;
}

void
yq_database_look(struct yq_worker *worker)
{
	(void)!yq_worker_submit(worker, look, NULL, NULL);
}

/* Firebird does not come back from where it is, and its thread cannot be ended: all that is in
 * memory is on the bus as well, and who starts the program again gives it a new engine. */
static void
on_stuck(void *cookie, unsigned seconds)
{
	char text[160];

	(void)yq_str_format(text, sizeof(text),
	    "Firebird has not answered for %u s: the order manager ends, to be started with a new "
	    "engine; nothing is lost, trades wait in Valkey",
	    seconds);
	yq_daemon_give_up(cookie, text);
}

static void
on_away(void *cookie, const char *why)
{
	yq_daemon_unready(cookie, "firebird", why);
}

enum yq_rc
yq_database_start(struct yq_daemon *daemon, struct yq_worker **ret_worker, struct yq_err *err)
{
	const struct yq_secret *secret =
	    yq_config_secret(yq_daemon_config(daemon), "ConnectionStrings:Firebird");
	struct yq_firebird_target target;
	enum yq_rc rc;

	rc = yq_firebird_target_parse(yq_secret_reveal(secret), &target, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "ConnectionStrings:Firebird");
	rc = yq_embedded_prepare(
	    yq_config_text(yq_daemon_config(daemon), "System:DataFolder"), &target, err);
	if (rc == YQ_OK)
		rc = yq_worker_start(yq_daemon_loop(daemon), &target, NULL, 0, ret_worker, err);
	yq_firebird_target_clear(&target);
	if (rc != YQ_OK)
		return rc;
	yq_worker_watch(*ret_worker,
	    &(struct yq_worker_watch){ .limit_ms = (unsigned)yq_config_int(yq_daemon_config(daemon),
						       "OrderManager:ArchiveLimitSeconds") *
						   1000U,
		.stuck = on_stuck,
		.away = on_away,
		.cookie = daemon });
	/* So that a Firebird that is away is known before the first trade is. */
	yq_database_look(*ret_worker);
	return rc;
}
