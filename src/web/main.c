/*
 * yq-web - the dashboard: REST, server-sent events and the built page.
 *
 * See the manual below, which --help prints.
 */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "store/embedded.h"
#include "web/openapi.h"
#include "web/web.h"

#define HEADER_MAX 16384 /* browsers send a few KiB */
#define PEM_MAX	   (256 * 1024)
#define PATH_SIZE  1024

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
check(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_door door = { .host_count = 0 };
	char base[YQ_BASE_SIZE];

	yq_settings_check(config, report);
	yq_door_read(&door, config, report);
	yq_door_base(config, report, base);
	yq_door_clear(&door);
}

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

/* dashboard/dist beside the build folder, or where it is installed. */
static void
find_page(const struct yq_config *config, char folder[PATH_SIZE])
{
	static const char *const places[] = { "../dashboard/dist", "../share/yquant/dashboard" };
	const char *text = yq_config_text(config, "Web:PageFolder");
	char program[PATH_SIZE], index[PATH_SIZE];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	yq_str_copy_cut(folder, PATH_SIZE, text == NULL ? "" : text);
	program[length < 0 ? 0 : length] = '\0';
	slash = strrchr(program, '/');
	if (slash != NULL)
		*slash = '\0';
	for (size_t i = 0; i < YQ_COUNT(places) && folder[0] == '\0'; i++)
		if (!yq_str_format(folder, PATH_SIZE, "%s/%s", program, places[i]) ||
		    !yq_str_format(index, sizeof(index), "%s/index.html", folder) ||
		    access(index, R_OK) != 0)
			folder[0] = '\0';
}

static void
load_page(struct yq_web *web)
{
	char folder[PATH_SIZE];
	struct yq_err err = { .rc = YQ_OK };

	find_page(web->config, folder);
	if (folder[0] == '\0')
		yq_warn("the page is not installed (Web:PageFolder): the API alone is served");
	else if (yq_files_load(folder, web->base, &web->files, &err) != YQ_OK)
		yq_error("no page (Web:PageFolder): %s; the API alone is served", err.text);
}

static enum yq_rc
read_pem(const struct yq_config *config, const char *name, struct yq_buf *pem, struct yq_err *err)
{
	enum yq_rc rc;

	*pem = yq_buf_make(PEM_MAX);
	rc = yq_file_read(yq_config_text(config, name), pem, err);
	return rc == YQ_OK ? YQ_OK : yq_err_context(err, rc, "%s", name);
}

static enum yq_rc
read_certificate(struct yq_web *web, struct yq_err *err)
{
	enum yq_rc rc;

	if (!web->door.tls)
		return YQ_OK;
	rc = read_pem(web->config, "Web:TlsCertificate", &web->certificate, err);
	return rc == YQ_OK ? read_pem(web->config, "Web:TlsKey", &web->private_key, err) : rc;
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
		.connections_max = (unsigned)yq_config_int(config, "Web:MaxConnections"),
		.certificate = web->door.tls ? yq_buf_text(&web->certificate) : NULL,
		.private_key = web->door.tls ? yq_buf_text(&web->private_key) : NULL,
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

/* All that may change while it runs; check() has seen it. */
static void
take_over(struct yq_web *web)
{
	struct yq_config_report report = { 0 };

	yq_config_let_go(web->config);
	web->config = yq_config_hold(yq_daemon_config(web->daemon));
	yq_door_clear(&web->door);
	yq_door_read(&web->door, web->config, &report);
	yq_config_report_free(&report);
}

static enum yq_rc
start(struct yq_daemon *daemon, struct yq_err *err)
{
	struct yq_web *web = yq_daemon_state(daemon);
	struct yq_metrics *metrics = yq_daemon_metrics(daemon);
	enum yq_rc rc;

	web->daemon = daemon;
	take_over(web);
	yq_door_base(web->config, &(struct yq_config_report){ 0 }, web->base);
	yq_openapi_make(&web->document, web->base);
	load_page(web);
	web->latency = yq_metrics_histogram(metrics, "yq_web_request_seconds", NULL,
	    "From a request's header to its answer, of the API.");
	web->full = yq_metrics_counter(metrics, "yq_web_busy_total", NULL,
	    "Requests refused because their lane's queue was full.");
	rc = read_certificate(web, err);
	if (rc == YQ_OK)
		rc = start_lanes(web, err);
	if (rc == YQ_OK)
		rc = start_streams(web, err);
	if (rc == YQ_OK)
		rc = listen_for_requests(web, err);
	if (rc == YQ_OK)
		yq_daemon_ready(daemon);
	return rc;
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
	yq_web_look_drained(web);
}

/* What has begun goes on with the settings it began with. */
static void
reload(struct yq_daemon *daemon)
{
	struct yq_web *web = yq_daemon_state(daemon);
	bool tls = web->door.tls;

	take_over(web);
	web->door.tls = tls; /* of the next start */
}

static void
stop(struct yq_daemon *daemon)
{
	struct yq_web *web = yq_daemon_state(daemon);

	web->draining = false; /* that is over */
	for (size_t i = 0; i < yq_api_stream_count; i++)
		if (yq_api_streams[i].stop != NULL && web->daemon != NULL)
			yq_api_streams[i].stop(web);
	yq_http_server_free(web->server);
	web->server = NULL;
	yq_lanes_stop(web->lanes);
	yq_config_let_go(web->config);
	web->config = NULL;
	yq_door_clear(&web->door);
	yq_files_free(web->files);
	yq_file_clear(&web->document);
	yq_buf_free(&web->certificate);
	if (web->private_key.data != NULL)
		yq_wipe(web->private_key.data, web->private_key.length);
	yq_buf_free(&web->private_key);
}

int
main(int argc, char **argv)
{
	static const struct yq_daemon_spec spec = {
		.app = "Web",
		.program = "yq-web",
		.manual = manual,
		.state_size = sizeof(struct yq_web),
		.check = check,
		.start = start,
		.drain = drain,
		.reload = reload,
		.stop = stop,
	};

	return yq_daemon_main(&spec, argc, argv);
}
