/*
 * valkey.c - the daemon's command connection: waits for it at start, says once and clearly what is
 * wrong, and follows its loss and return.
 */
#include "bus/valkey.h"

#include "base/log.h"
#include "bus/provision.h"
#include "daemon/internal.h"
#include "daemon/settings.h"

#define VERIFY_AGAIN_MS 2000

static void
target_text(const struct yq_valkey_target *target, struct yq_buf *out)
{
	for (size_t i = 0; i < target->endpoint_count; i++) {
		const struct yq_endpoint *endpoint = &target->endpoints[i];

		if (i > 0)
			yq_buf_add_char(out, ',');
		if (endpoint->port == 0)
			yq_buf_add_format(out, "unix:%s", endpoint->host);
		else
			yq_buf_add_format(out, "%s:%u", endpoint->host, endpoint->port);
	}
}

/* One line that says what is wrong and what to do; at start it may end the program. */
static void
complain(struct yq_daemon *daemon, const struct yq_err *err)
{
	bool starting = daemon->phase == DAEMON_WAITING || !daemon->said_down;
	struct yq_buf where = yq_buf_make(1024);
	const char *user = daemon->target.user[0] == '\0' ? "default" : daemon->target.user;

	target_text(&daemon->target, &where);
	if (err->rc == YQ_E_DENIED)
		yq_error("Valkey at %s refuses user \"%s\": %s; correct user and password in "
			 "ConnectionStrings:Valkey, or run yq provision",
		    yq_buf_text(&where), user, err->text);
	else if (err->rc == YQ_E_STATE)
		yq_error("Valkey at %s is not provisioned for this version: %s; run yq provision",
		    yq_buf_text(&where), err->text);
	else if (starting)
		yq_warn("Valkey at %s cannot be used: %s; start it, or correct "
			"ConnectionStrings:Valkey; trying again",
		    yq_buf_text(&where), err->text);
	yq_buf_free(&where);
}

static bool
needs_a_person(const struct yq_err *err)
{
	return err->rc == YQ_E_DENIED || err->rc == YQ_E_STATE;
}

/* What no waiting can mend ends a program that has not seen Valkey yet: at once, or in order if it
 * is at work without. */
static void
maybe_give_up(struct yq_daemon *daemon, const struct yq_err *err)
{
	if (daemon->seen || daemon->phase >= DAEMON_DRAINING || !needs_a_person(err))
		return;
	yq_daemon_exit(daemon, err->rc == YQ_E_DENIED ? YQ_EXIT_DENIED : YQ_EXIT_VERSION,
	    daemon->phase == DAEMON_WAITING);
}

static void
lost(struct yq_daemon *daemon, const struct yq_err *err)
{
	bool is_news = yq_daemon_valkey_up(daemon) || !daemon->seen;

	daemon->verified = false;
	if (!daemon->said_down)
		complain(daemon, err);
	daemon->said_down = true;
	if (daemon->spec->needs_valkey || needs_a_person(err))
		yq_daemon_unready(daemon, "valkey", err->text);
	maybe_give_up(daemon, err);
	yq_gauge_set(daemon->valkey_gauge, 0);
	if (is_news && daemon->on_valkey != NULL && daemon->phase < DAEMON_STOPPING)
		daemon->on_valkey(daemon, false);
}

static void
on_verified(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_daemon *daemon = cookie;

	if (daemon->phase == DAEMON_STOPPING || !daemon->connected)
		return;
	if (rc != YQ_OK) {
		lost(daemon, err);
		if (daemon->phase != DAEMON_STOPPING)
			uv_timer_start(
			    &daemon->verify_again, daemon_valkey_verify_again, VERIFY_AGAIN_MS, 0);
		return;
	}
	if (daemon->said_down)
		yq_info("Valkey is there");
	daemon->verified = daemon->seen = true;
	daemon->said_down = false;
	yq_gauge_set(daemon->valkey_gauge, 1);
	yq_daemon_unready(daemon, "valkey", NULL);
	if (daemon->phase == DAEMON_WAITING)
		daemon_begin(daemon);
	else if (daemon->on_valkey != NULL)
		daemon->on_valkey(daemon, true);
	if (daemon->phase < DAEMON_STOPPING)
		daemon_beat(daemon);
}

void
daemon_valkey_verify_again(uv_timer_t *timer)
{
	struct yq_daemon *daemon = timer->data;

	if (daemon->connected && !daemon->verified && daemon->phase != DAEMON_STOPPING)
		yq_provision_verify(daemon->valkey, on_verified, daemon);
}

static void
on_state(void *cookie, bool up, const struct yq_err *err)
{
	struct yq_daemon *daemon = cookie;

	if (daemon->phase == DAEMON_STOPPING)
		return;
	if (up) {
		daemon->connected = true;
		yq_provision_verify(daemon->valkey, on_verified, daemon);
		return;
	}
	lost(daemon, err);
	daemon->connected = false;
}

void
daemon_valkey_too_late(uv_timer_t *timer)
{
	struct yq_daemon *daemon = timer->data;

	if (daemon->phase != DAEMON_WAITING)
		return;
	if (!daemon->spec->needs_valkey) {
		daemon_begin(daemon);
		return;
	}
	yq_error("Valkey did not answer within Valkey:StartTimeoutSeconds: giving up");
	yq_daemon_exit(daemon, YQ_EXIT_UNAVAILABLE, true);
}

enum yq_rc
daemon_valkey_open(struct yq_daemon *daemon, struct yq_err *err)
{
	int64_t wait_s = daemon->spec->needs_valkey
			     ? yq_config_int(daemon->config, "Valkey:StartTimeoutSeconds")
			     : 0;
	const struct yq_confirm confirm = yq_settings_confirm(daemon->config);
	enum yq_rc rc;

	uv_timer_start(&daemon->start_limit, daemon_valkey_too_late, (uint64_t)wait_s * 1000, 0);
	rc = yq_valkey_open(&daemon->loop, &daemon->target, daemon->spec->program, on_state, daemon,
	    &daemon->valkey, err);
	if (rc == YQ_OK)
		yq_valkey_set_confirm(daemon->valkey, &confirm);
	return rc;
}
