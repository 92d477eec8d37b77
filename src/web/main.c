/*
 * yq-web - the dashboard: REST, server-sent events and the built page.
 *
 * See the manual below, which --help prints.
 */
#include "base/log.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "store/embedded.h"
#include "web/web.h"

#define HEADER_MAX 16384 /* browsers send a few KiB */

static const char manual[] =
    "yq-web - the dashboard: what the system does, and orders by hand\n"
    "\n"
    "The API below /api/v1 (its document: /api/v1/openapi.json), server-sent events at\n"
    "/api/v1/events, and the page.\n"
    "\n"
    "inputs:     HTTP at Web:Listen and Web:Port; the bus; the archive in Firebird\n"
    "outputs:    orders, cancels, halts and queries on the bus; users, keys and schedules in\n"
    "            Firebird; heartbeat; notifications about wrong passwords\n"
    "privileges: one Valkey user that may read the books and add orders; no broker key\n"
    "failures:   Valkey away: 503, and it goes on once it is back.\n"
    "            Firebird away: the same for what needs the archive; the rest goes on.\n"
    "            Firebird stuck for a minute: says so and ends with code 75, to be started again.\n"
    "            Overload: 503 with Retry-After; what is quick never waits for what is slow.\n";

static void
on_stuck(void *cookie, unsigned seconds)
{
	char text[160];

	(void)yq_str_format(text, sizeof(text),
	    "a request has been at work for %u s (embedded Firebird can wait for ever): the "
	    "dashboard's server ends, to be started with a new engine",
	    seconds);
	yq_daemon_give_up(cookie, text);
}

static enum yq_rc
start_lanes(struct yq_web *web, struct yq_err *err)
{
	const struct yq_config *config = web->config;
	const struct yq_secret *where = yq_config_secret(config, "ConnectionStrings:Firebird");
	const struct yq_confirm confirm = yq_settings_confirm(config);
	struct yq_lane_options options = {
		.valkey = yq_daemon_valkey_target(web->daemon),
		.confirm = &confirm,
		.stuck = on_stuck,
		.cookie = web->daemon,
	};
	enum yq_rc rc = yq_firebird_target_parse(yq_secret_reveal(where), &options.firebird, err);

	if (rc != YQ_OK)
		return yq_err_context(err, rc, "ConnectionStrings:Firebird");
	rc = yq_embedded_prepare(
	    yq_config_text(config, "System:DataFolder"), &options.firebird, err);
	if (rc != YQ_OK) {
		yq_firebird_target_clear(&options.firebird);
		return rc;
	}
	return yq_lanes_start(yq_daemon_loop(web->daemon), &options, &web->lanes, err);
}

static enum yq_rc
start_streams(struct yq_web *web, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	for (size_t i = 0; i < yq_api_stream_count && rc == YQ_OK; i++)
		if (yq_api_streams[i].start != NULL)
			rc = yq_api_streams[i].start(web, err);
	return rc;
}

static enum yq_rc
listen_for_requests(struct yq_web *web, struct yq_err *err)
{
	const struct yq_config *config = web->config;
	const struct yq_http_options options = {
		.listen = yq_config_text(config, "Web:Listen"),
		.port = (uint16_t)yq_config_int(config, "Web:Port"),
		.body_max = YQ_WEB_BODY_MAX,
		.too_large = yq_web_too_large,
		.header_max = HEADER_MAX,
		.headers = yq_web_headers,
		.header_count = yq_web_header_count,
	};
	enum yq_rc rc = yq_http_server_open(yq_daemon_loop(web->daemon), &options, yq_web_head,
	    yq_web_handle, web, &web->server, err);

	if (rc != YQ_OK)
		return yq_err_context(err, rc, "Web:Listen, Web:Port");
	yq_info("dashboard at %s%s/", yq_http_server_url(web->server), web->base);
	return YQ_OK;
}

static enum yq_rc
start(struct yq_daemon *daemon, struct yq_err *err)
{
	struct yq_web *web = yq_daemon_state(daemon);
	struct yq_metrics *metrics = yq_daemon_metrics(daemon);
	enum yq_rc rc;

	web->daemon = daemon;
	web->config = yq_config_hold(yq_daemon_config(daemon));
	web->latency = yq_metrics_histogram(metrics, "yq_web_request_seconds", NULL,
	    "From a request's header to its answer, of the API.");
	web->full = yq_metrics_counter(metrics, "yq_web_busy_total", NULL,
	    "Requests refused because their lane's queue was full.");
	rc = start_lanes(web, err);
	if (rc == YQ_OK)
		rc = start_streams(web, err);
	if (rc == YQ_OK)
		rc = listen_for_requests(web, err);
	if (rc == YQ_OK)
		yq_daemon_ready(daemon);
	return rc;
}

void
yq_web_drained(struct yq_web *web)
{
	yq_daemon_drained(web->daemon);
}

static void
drain(struct yq_daemon *daemon)
{
	struct yq_web *web = yq_daemon_state(daemon);

	web->draining = true;
	yq_http_server_quiesce(web->server);
	for (size_t i = 0; i < yq_api_stream_count; i++)
		if (yq_api_streams[i].drain != NULL)
			yq_api_streams[i].drain(web);
	if (yq_lanes_depth(web->lanes) == 0)
		yq_web_drained(web);
}

/* What has begun goes on with the settings it began with. */
static void
reload(struct yq_daemon *daemon)
{
	struct yq_web *web = yq_daemon_state(daemon);

	yq_config_let_go(web->config);
	web->config = yq_config_hold(yq_daemon_config(daemon));
}

static void
stop(struct yq_daemon *daemon)
{
	struct yq_web *web = yq_daemon_state(daemon);

	for (size_t i = 0; i < yq_api_stream_count; i++)
		if (yq_api_streams[i].stop != NULL && web->daemon != NULL)
			yq_api_streams[i].stop(web);
	yq_http_server_free(web->server);
	web->server = NULL;
	yq_lanes_stop(web->lanes);
	yq_config_let_go(web->config);
	web->config = NULL;
}

int
main(int argc, char **argv)
{
	static const struct yq_daemon_spec spec = {
		.app = "Web",
		.program = "yq-web",
		.manual = manual,
		.state_size = sizeof(struct yq_web),
		.check = yq_settings_check,
		.start = start,
		.drain = drain,
		.reload = reload,
		.stop = stop,
	};

	return yq_daemon_main(&spec, argc, argv);
}
