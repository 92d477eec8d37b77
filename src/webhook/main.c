/*
 * yq-webhook - takes alerts from TradingView and makes them durable.
 *
 * See the manual below, which --help prints.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "domain/alert.h"
#include "webhook/serve.h"

#define HEADER_MAX     4096 /* TradingView sends well under 1 KiB */
#define SPOOL_AGAIN_MS 2000

static const char manual[] =
    "yq-webhook - takes alerts and makes them durable\n"
    "\n"
    "POST /webhook with a JSON body: authenticated, checked, stored, answered.  200 means that "
    "the\n"
    "alert is on disk.  GET /health and GET /metrics, from this machine only.\n"
    "\n"
    "inputs:     HTTP at Webhook:Listen and Webhook:Port; settings below Webhook\n"
    "outputs:    signals on the bus; heartbeat; notifications about wrong secrets\n"
    "privileges: one Valkey user that may only add signals; no broker key, no database\n"
    "failures:   Valkey away: alerts go to Webhook:SpoolFile and follow in order once it is back.\n"
    "            Spool full, failing or off: 503, and TradingView sends again.\n"
    "            Not JSON, a wrong field: 400 with its name.  Wrong secret: 401.  Address: 403.\n"
    "            Body over 16 KiB: 413.  Not text: 415.  Too many: 429.\n";

static void
check(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_gate *gate = yq_gate_make(config, report);

	if (!yq_gate_has_secrets(gate) && !yq_config_bool(config, "Webhook:AllowWithoutSecret"))
		yq_config_warning(report,
		    "Webhook:Secrets: none is set, so every alert will be refused; set "
		    "Webhook:Secrets:* in appsecrets.json");
	yq_gate_free(gate);
	yq_mapping_free(yq_settings_mapping(config, report));
}

/* Takes over everything that may change while running. */
static void
configure(struct webhook *webhook)
{
	const struct yq_config *config = yq_daemon_config(webhook->daemon);
	struct yq_config_report report = { 0 };

	yq_gate_free(webhook->gate);
	yq_mapping_free(webhook->mapping);
	webhook->gate = yq_gate_make(config, &report);
	webhook->mapping = yq_settings_mapping(config, &report);
	webhook->window_us =
	    yq_config_int(config, "Webhook:DuplicateWindowSeconds") * YQ_US_PER_SECOND;
	yq_config_report_free(&report); /* check() has seen it */
}

static void
show_readiness(struct webhook *webhook)
{
	const char *trouble = yq_deliver_trouble(webhook->deliver);
	char text[YQ_ERR_TEXT_MAX + 48];

	if (trouble != NULL)
		(void)yq_str_format(
		    text, sizeof(text), "%s: alerts are answered with 503", trouble);
	yq_daemon_unready(webhook->daemon, "storage", trouble == NULL ? NULL : text);
	yq_daemon_set_lag(webhook->daemon, yq_deliver_backlog(webhook->deliver));
	yq_gauge_set(webhook->spool_bytes, yq_deliver_backlog(webhook->deliver));
	yq_gauge_set(webhook->refusing, trouble != NULL);
}

static void on_spool_again(uv_timer_t *timer);

/* One that cannot be opened now is tried again: it may hold alerts that were answered with 200. */
static void
open_spool(struct webhook *webhook)
{
	const struct yq_config *config = yq_daemon_config(webhook->daemon);
	const char *file = yq_config_text(config, "Webhook:SpoolFile");
	int64_t bytes_max = yq_config_int(config, "Webhook:SpoolMaxMegabytes") * 1024 * 1024;
	YQ_CLEANUP(yq_freep) char *path = NULL;
	struct yq_spool *spool = NULL;
	struct yq_err err;

	if (file == NULL || file[0] == '\0') {
		yq_info("no spool: alerts are answered with 503 while Valkey is away");
		return;
	}
	path = yq_settings_run_path(config, file);
	if (yq_spool_open(path, bytes_max, &spool, &err) != YQ_OK) {
		yq_log(webhook->spool_failed ? YQ_LOG_DEBUG : YQ_LOG_ERROR,
		    "no spool (Webhook:SpoolFile): %s; until it can be opened, alerts are "
		    "answered with 503 while Valkey is away, and what it holds waits",
		    err.text);
		webhook->spool_failed = true;
		uv_timer_start(&webhook->spool_again, on_spool_again, SPOOL_AGAIN_MS, 0);
		return;
	}
	if (yq_spool_size(spool) > 0)
		yq_info("the spool holds %lld bytes of alerts to forward",
		    (long long)yq_spool_size(spool));
	else if (webhook->spool_failed)
		yq_info("the spool is open");
	yq_deliver_set_spool(webhook->deliver, spool);
}

static void
on_spool_again(uv_timer_t *timer)
{
	struct webhook *webhook = timer->data;

	if (yq_daemon_is_draining(webhook->daemon))
		return;
	open_spool(webhook);
	show_readiness(webhook);
}

static void
on_idle(void *cookie)
{
	struct webhook *webhook = cookie;

	show_readiness(webhook);
	if (yq_daemon_is_draining(webhook->daemon))
		yq_daemon_drained(webhook->daemon);
}

static void
on_tell(void *cookie, bool trouble, const char *text)
{
	show_readiness(cookie);
	if (trouble)
		yq_warn("%s", text);
	else
		yq_info("%s", text);
}

static void
on_valkey(struct yq_daemon *daemon, bool up)
{
	struct webhook *webhook = yq_daemon_state(daemon);

	yq_deliver_valkey(webhook->deliver, up);
	show_readiness(webhook);
}

static enum yq_rc
listen_for_alerts(struct webhook *webhook, struct yq_err *err)
{
	const struct yq_config *config = yq_daemon_config(webhook->daemon);
	const struct yq_http_options options = {
		.listen = yq_config_text(config, "Webhook:Listen"),
		.port = (uint16_t)yq_config_int(config, "Webhook:Port"),
		.body_max = YQ_ALERT_BODY_MAX,
		.header_max = HEADER_MAX,
		.connections_max = (unsigned)yq_config_int(config, "Webhook:MaxConnections"),
		.per_address_max =
		    (unsigned)yq_config_int(config, "Webhook:MaxConnectionsPerAddress"),
		.timeout_s = (unsigned)yq_config_int(config, "Webhook:RequestTimeoutSeconds"),
	};
	enum yq_rc rc = yq_http_server_open(yq_daemon_loop(webhook->daemon), &options, webhook_head,
	    webhook_handle, webhook, &webhook->server, err);

	if (rc != YQ_OK)
		return yq_err_context(err, rc, "Webhook:Listen, Webhook:Port");
	yq_info("alerts at %s/webhook", yq_http_server_url(webhook->server));
	return YQ_OK;
}

static enum yq_rc
start(struct yq_daemon *daemon, struct yq_err *err)
{
	struct webhook *webhook = yq_daemon_state(daemon);
	const struct yq_deliver_events events = { on_idle, on_tell, webhook };
	enum yq_rc rc;

	webhook->daemon = daemon;
	webhook->identity = yq_identity_make();
	webhook->payload = yq_buf_make(YQ_SPOOL_RECORD_MAX);
	configure(webhook);
	webhook_metrics(webhook);
	(void)uv_timer_init(yq_daemon_loop(daemon), &webhook->spool_again);
	webhook->spool_again.data = webhook;
	webhook->deliver =
	    yq_deliver_make(yq_daemon_loop(daemon), yq_daemon_valkey(daemon), &events);
	open_spool(webhook);
	yq_daemon_on_valkey(daemon, on_valkey);
	rc = listen_for_alerts(webhook, err);
	if (rc != YQ_OK)
		return rc;
	show_readiness(webhook);
	yq_daemon_ready(daemon);
	return YQ_OK;
}

static void
drain(struct yq_daemon *daemon)
{
	struct webhook *webhook = yq_daemon_state(daemon);

	yq_http_server_quiesce(webhook->server);
	if (yq_deliver_waiting(webhook->deliver) == 0)
		yq_daemon_drained(daemon);
}

static void
reload(struct yq_daemon *daemon)
{
	configure(yq_daemon_state(daemon));
}

static void
stop(struct yq_daemon *daemon)
{
	struct webhook *webhook = yq_daemon_state(daemon);

	if (webhook->spool_again.loop != NULL) /* start() has run */
		uv_close((uv_handle_t *)&webhook->spool_again, NULL);
	yq_deliver_free(webhook->deliver);
	yq_http_server_free(webhook->server);
	yq_gate_free(webhook->gate);
	yq_mapping_free(webhook->mapping);
	yq_identity_free(webhook->identity);
	yq_buf_free(&webhook->payload);
}

int
main(int argc, char **argv)
{
	static const struct yq_daemon_spec spec = {
		.app = "Webhook",
		.program = "yq-webhook",
		.manual = manual,
		.state_size = sizeof(struct webhook),
		.check = check,
		.start = start,
		.drain = drain,
		.reload = reload,
		.stop = stop,
	};

	return yq_daemon_main(&spec, argc, argv);
}
