/* health.c - /health and /metrics, on a listener of their own or on a program's. */
#include "daemon/health.h"

#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "daemon/internal.h"

#define BODY_MAX    1024
#define METRICS_MAX (1024 * 1024)
#define CONNECTIONS 32
#define TIMEOUT_S   10

static void
write_health(const struct yq_daemon *daemon, struct yq_buf *out)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "app", daemon->spec->app);
	yq_json_put_bool(&w, "live", true);
	yq_json_put_bool(&w, "ready", yq_daemon_is_ready(daemon));
	yq_json_put_text(&w, "state", daemon_state_text(daemon));
	yq_json_put_bool(&w, "valkey", yq_daemon_valkey_up(daemon));
	yq_json_name(&w, "reasons");
	yq_json_begin_array(&w);
	for (size_t i = 0; i < daemon->reason_count; i++) {
		yq_json_begin_object(&w);
		yq_json_put_text(&w, "name", daemon->reasons[i].name);
		yq_json_put_text(&w, "text", daemon->reasons[i].text);
		yq_json_end_object(&w);
	}
	yq_json_end_array(&w);
	yq_json_put_text(&w, "version", YQ_VERSION);
	yq_json_put_int(&w, "pid", getpid());
	yq_json_put_time(&w, "startedAt", daemon->started_us);
	yq_json_put_int(&w, "lag", daemon->lag);
	yq_json_end_object(&w);
	yq_buf_add_char(out, '\n');
}

static void
answer_buf(
    struct yq_http_request *request, unsigned status, const char *type, const struct yq_buf *body)
{
	static const struct yq_http_header no_store = { "Cache-Control", "no-store" };

	yq_http_answer(request, &(struct yq_http_answer){ .status = status,
				    .content_type = type,
				    .body = yq_buf_text(body),
				    .length = body->length,
				    .headers = &no_store,
				    .header_count = 1 });
}

bool
yq_health_serve(struct yq_daemon *daemon, struct yq_http_request *request)
{
	const char *path = yq_http_path(request), *method = yq_http_method(request);
	bool live = yq_str_equal(path, "/health/live"), metrics = yq_str_equal(path, "/metrics");
	struct yq_buf body = yq_buf_make(METRICS_MAX);

	if (!live && !metrics && !yq_str_equal(path, "/health"))
		return false;
	if (!yq_str_equal(method, "GET") && !yq_str_equal(method, "HEAD")) {
		static const struct yq_http_header allow = { "Allow", "GET, HEAD" };

		yq_http_answer(request, &(struct yq_http_answer){
					    .status = 405, .headers = &allow, .header_count = 1 });
	} else if (metrics) {
		yq_metrics_write(daemon->metrics, &body);
		answer_buf(request, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
	} else {
		write_health(daemon, &body);
		answer_buf(request, live || yq_daemon_is_ready(daemon) ? 200 : 503,
		    "application/json", &body);
	}
	yq_buf_free(&body);
	return true;
}

static void
on_request(void *cookie, struct yq_http_request *request)
{
	if (!yq_health_serve(cookie, request))
		yq_http_answer_error(request, 404, "there are /health and /metrics here");
}

void
daemon_health_open(struct yq_daemon *daemon)
{
	char listen_path[64], port_path[64];
	struct yq_http_options options = {
		.body_max = BODY_MAX,
		.connections_max = CONNECTIONS,
		.timeout_s = TIMEOUT_S,
	};
	struct yq_err err;

	(void)yq_str_format(
	    listen_path, sizeof(listen_path), "%s:Health:Listen", daemon->spec->app);
	(void)yq_str_format(port_path, sizeof(port_path), "%s:Health:Port", daemon->spec->app);
	options.listen = yq_config_text(daemon->config, listen_path);
	options.port = (uint16_t)yq_config_int(daemon->config, port_path);
	if (options.listen == NULL || options.listen[0] == '\0')
		return;
	if (yq_http_server_open(&daemon->loop, &options, NULL, on_request, daemon, &daemon->health,
		&err) != YQ_OK) {
		yq_warn("no health listener (%s): %s", listen_path, err.text);
		return;
	}
	yq_info("health at %s", yq_http_server_url(daemon->health));
}
