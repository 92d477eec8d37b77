/*
 * daemon.c - the life of a daemon: configured, waiting for Valkey, running, draining, stopping.
 */
#include "daemon/daemon.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/steps.h"
#include "bus/valkey.h"
#include "daemon/internal.h"
#include "daemon/settings.h"

#define BEAT_MS	   10000
#define CLOSE_MS   2000 /* for handles to be closed after stop() */
#define NOTICE_MAX YQ_MESSAGE_MAX

static void
status(struct yq_daemon *daemon, const char *words)
{
	char text[512];

	(void)yq_str_format(text, sizeof(text), "STATUS=%s", words);
	daemon_notify_send(&daemon->notify, text);
}

void
daemon_begin(struct yq_daemon *daemon)
{
	struct yq_err err = { .rc = YQ_OK };

	assert(daemon->phase == DAEMON_WAITING);
	uv_timer_stop(&daemon->start_limit);
	daemon->phase = DAEMON_RUNNING;
	if (daemon->spec->start(daemon, &err) == YQ_OK)
		return;
	yq_error("cannot start: %s", err.text);
	yq_daemon_exit(daemon, YQ_EXIT_START, true);
}

static void
stop(struct yq_daemon *daemon)
{
	if (daemon->phase == DAEMON_STOPPING)
		return;
	daemon->phase = DAEMON_STOPPING;
	if (daemon->spec->stop != NULL)
		daemon->spec->stop(daemon);
	uv_stop(&daemon->loop);
}

static void
on_drain_limit(uv_timer_t *timer)
{
	struct yq_daemon *daemon = timer->data;

	yq_warn("System:DrainSeconds are over: stopping with work in flight");
	if (daemon->exit_code == YQ_EXIT_OK)
		daemon->exit_code = YQ_EXIT_FORCED;
	stop(daemon);
}

static void
drain(struct yq_daemon *daemon)
{
	int64_t limit_s = yq_config_int(daemon->config, "System:DrainSeconds");
	bool running = daemon->phase == DAEMON_RUNNING;

	if (daemon->phase >= DAEMON_DRAINING)
		return;
	daemon->phase = DAEMON_DRAINING;
	daemon_notify_send(&daemon->notify, "STOPPING=1");
	status(daemon, "draining");
	daemon_beat(daemon);
	if (!running || daemon->spec->drain == NULL) {
		stop(daemon);
		return;
	}
	uv_timer_start(&daemon->drain_limit, on_drain_limit, (uint64_t)limit_s * 1000, 0);
	daemon->spec->drain(daemon);
}

void
yq_daemon_drained(struct yq_daemon *daemon)
{
	if (daemon->phase == DAEMON_DRAINING)
		stop(daemon);
}

void
yq_daemon_exit(struct yq_daemon *daemon, int code, bool at_once)
{
	if (daemon->exit_code == YQ_EXIT_OK)
		daemon->exit_code = code;
	if (at_once)
		stop(daemon);
	else
		drain(daemon);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	struct yq_daemon *daemon = handle->data;

	if (number == SIGHUP) {
		daemon_reload(daemon);
	} else if (daemon->phase < DAEMON_DRAINING) {
		yq_info("stopping (%s)", number == SIGTERM ? "SIGTERM" : "SIGINT");
		drain(daemon);
	} else {
		yq_warn("told twice: stopping at once");
		yq_daemon_exit(daemon, YQ_EXIT_FORCED, true);
	}
}

static void
on_beat(uv_timer_t *timer)
{
	daemon_beat(timer->data);
}

static void
on_watchdog(uv_timer_t *timer)
{
	struct yq_daemon *daemon = timer->data;

	daemon_notify_send(&daemon->notify, "WATCHDOG=1");
}

static void
start_handles(struct yq_daemon *daemon)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	uv_timer_t *timers[] = { &daemon->beat, &daemon->watchdog, &daemon->start_limit,
		&daemon->drain_limit, &daemon->verify_again };
	uint64_t watchdog_ms = (uint64_t)daemon->notify.watchdog_us / 2000;

	for (size_t i = 0; i < YQ_COUNT(numbers); i++) {
		if (uv_signal_init(&daemon->loop, &daemon->signals[i]) != 0 ||
		    uv_signal_start(&daemon->signals[i], on_signal, numbers[i]) != 0)
			YQ_PANIC("signals cannot be watched");
		daemon->signals[i].data = daemon;
	}
	for (size_t i = 0; i < YQ_COUNT(timers); i++) {
		(void)uv_timer_init(&daemon->loop, timers[i]);
		timers[i]->data = daemon;
	}
	uv_timer_start(&daemon->beat, on_beat, BEAT_MS, BEAT_MS);
	if (watchdog_ms > 0)
		uv_timer_start(&daemon->watchdog, on_watchdog, 0, watchdog_ms);
}

static void
on_close_limit(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

/* Close what is ours, then give the program's handles their time to close. */
static void
close_all(struct yq_daemon *daemon)
{
	uv_handle_t *handles[] = { (uv_handle_t *)&daemon->beat, (uv_handle_t *)&daemon->watchdog,
		(uv_handle_t *)&daemon->start_limit, (uv_handle_t *)&daemon->verify_again,
		(uv_handle_t *)&daemon->signals[0], (uv_handle_t *)&daemon->signals[1],
		(uv_handle_t *)&daemon->signals[2] };

	for (size_t i = 0; i < YQ_COUNT(handles); i++)
		uv_close(handles[i], NULL);
	yq_http_server_free(daemon->health);
	yq_valkey_close(daemon->valkey);
	uv_timer_start(&daemon->drain_limit, on_close_limit, CLOSE_MS, 0);
	uv_unref((uv_handle_t *)&daemon->drain_limit);
	(void)uv_run(&daemon->loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&daemon->drain_limit, NULL);
	(void)uv_run(&daemon->loop, UV_RUN_NOWAIT);
	daemon->is_held = uv_loop_close(&daemon->loop) != 0;
	if (daemon->is_held)
		yq_warn("something did not end in time");
}

static int
run(struct yq_daemon *daemon)
{
	struct yq_err err = { .rc = YQ_OK };

	if (uv_loop_init(&daemon->loop) != 0)
		YQ_PANIC("no event loop");
	start_handles(daemon);
	daemon->metrics = yq_metrics_make();
	daemon->valkey_gauge =
	    yq_metrics_gauge(daemon->metrics, "yq_valkey_up", NULL, "1 while Valkey can be used.");
	daemon->ready_gauge =
	    yq_metrics_gauge(daemon->metrics, "yq_ready", NULL, "1 while the program is ready.");
	daemon->state = yq_xcalloc(1, daemon->spec->state_size == 0 ? 1 : daemon->spec->state_size);
	daemon_health_open(daemon);
	status(daemon, "waiting for Valkey");
	if (daemon_valkey_open(daemon, &err) != YQ_OK) {
		yq_error("ConnectionStrings:Valkey: %s", err.text);
		daemon->exit_code = YQ_EXIT_CONFIG;
		daemon->phase = DAEMON_STOPPING; /* nothing has begun */
	}
	if (daemon->phase != DAEMON_STOPPING)
		(void)uv_run(&daemon->loop, UV_RUN_DEFAULT);
	close_all(daemon);
	if (daemon->is_held)
		return daemon->exit_code;
	if (daemon->spec->end != NULL)
		daemon->spec->end(daemon);
	free(daemon->state);
	yq_metrics_free(daemon->metrics);
	return daemon->exit_code;
}

static void
print_report(const struct yq_daemon_spec *spec, const struct yq_config_report *report)
{
	if (report->fault_count > 0)
		fprintf(stderr, "%s: the configuration has %zu fault%s:\n%s", spec->program,
		    report->fault_count, report->fault_count == 1 ? "" : "s",
		    yq_buf_text(&report->faults));
}

void
daemon_log_report(const char *text, bool faults)
{
	const char *end;

	for (; *text != '\0'; text = *end == '\0' ? end : end + 1) {
		end = strchrnul(text, '\n');
		yq_log(faults ? YQ_LOG_ERROR : YQ_LOG_WARN, "configuration: %.*s",
		    (int)(end - text), text);
	}
}

/* Load, check whole, and decode the connection string. */
static bool
configure(struct yq_daemon *daemon, struct yq_config_report *report)
{
	const struct yq_daemon_spec *spec = daemon->spec;
	const struct yq_secret *target;
	struct yq_err err;

	if (yq_settings_load(daemon->options.folder, daemon->options.overlay, spec->app, environ,
		spec->check, &daemon->config, report) != YQ_OK)
		return false;
	target = yq_config_secret(daemon->config, "ConnectionStrings:Valkey");
	if (yq_valkey_target_parse(yq_secret_reveal(target), &daemon->target, &err) != YQ_OK)
		yq_config_fault(report, "ConnectionStrings:Valkey: %s (%s)", err.text,
		    yq_config_source(daemon->config, "ConnectionStrings:Valkey"));
	return report->fault_count == 0;
}

static void
init_log(const struct yq_daemon *daemon)
{
	enum yq_log_level level = YQ_LOG_INFO;
	const char *app = strchr(daemon->spec->program, '-');

	(void)yq_log_level_parse(yq_config_text(daemon->config, "Log:Level"), &level);
	yq_log_init(app == NULL ? daemon->spec->program : app + 1, level);
}

int
yq_daemon_main(const struct yq_daemon_spec *spec, int argc, char **argv)
{
	struct yq_daemon *daemon;
	struct yq_config_report report = { 0 };
	struct daemon_options options;
	int code = daemon_options_read(spec, argc, argv, &options);

	if (code >= 0)
		return code;
	yq_secret_protect_process();
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a limit on a file's size is a full disk, not the end */
	daemon = yq_xcalloc(1, sizeof(*daemon));
	daemon->spec = spec;
	daemon->options = options;
	daemon->started_us = yq_clock_now_us(yq_clock_system());
	if (!configure(daemon, &report)) {
		print_report(spec, &report);
		code = YQ_EXIT_CONFIG;
	} else if (options.check) {
		fprintf(stderr, "%s", yq_buf_text(&report.warnings));
		printf("%s: the configuration is valid\n", spec->program);
		code = YQ_EXIT_OK;
	} else {
		init_log(daemon);
		daemon_log_report(yq_buf_text(&report.warnings), false);
		daemon_notify_open(&daemon->notify);
		yq_info("%s %s starts", spec->program, YQ_VERSION);
		code = run(daemon);
		yq_info("stopped (%d)", code);
		daemon_notify_close(&daemon->notify);
		/* A thread may still be at work with what would be freed, and a library that waits
		 * for it at exit would wait for ever. */
		if (daemon->is_held)
			_exit(code);
	}
	yq_config_report_free(&report);
	yq_valkey_target_clear(&daemon->target);
	yq_config_free(daemon->config);
	free(daemon);
	return code;
}

void
yq_daemon_ready(struct yq_daemon *daemon)
{
	daemon->ready = true;
	yq_gauge_set(daemon->ready_gauge, yq_daemon_is_ready(daemon));
	daemon_notify_send(&daemon->notify, "READY=1\nSTATUS=ready");
	daemon_beat(daemon);
}

static struct daemon_reason *
find_reason(struct yq_daemon *daemon, const char *name)
{
	for (size_t i = 0; i < daemon->reason_count; i++) {
		if (yq_str_equal(daemon->reasons[i].name, name))
			return &daemon->reasons[i];
	}
	return NULL;
}

void
yq_daemon_unready(struct yq_daemon *daemon, const char *name, const char *text)
{
	struct daemon_reason *reason = find_reason(daemon, name);

	if (text != NULL && reason == NULL && daemon->reason_count < YQ_DAEMON_REASONS_MAX)
		reason = &daemon->reasons[daemon->reason_count++];
	if (reason == NULL)
		return;
	if (text == NULL) {
		*reason = daemon->reasons[--daemon->reason_count];
	} else {
		yq_str_copy_cut(reason->name, sizeof(reason->name), name);
		yq_str_copy_cut(reason->text, sizeof(reason->text), text);
	}
	yq_gauge_set(daemon->ready_gauge, yq_daemon_is_ready(daemon));
	status(daemon, daemon->reason_count == 0 ? "ready" : daemon->reasons[0].text);
}

bool
yq_daemon_is_ready(const struct yq_daemon *daemon)
{
	return daemon->ready && daemon->reason_count == 0 && daemon->phase == DAEMON_RUNNING;
}

bool
yq_daemon_is_draining(const struct yq_daemon *daemon)
{
	return daemon->phase >= DAEMON_DRAINING;
}

void
yq_daemon_notify(struct yq_daemon *daemon, const char *kind, const char *severity, const char *text)
{
	int kind_value = yq_names_find(&yq_notification_kind_names, kind, strlen(kind));
	int severity_value = yq_names_find(&yq_severity_names, severity, strlen(severity));
	struct yq_notification notice = { .id = yq_id_ordered(yq_clock_system()) };
	struct yq_buf payload = yq_buf_make(NOTICE_MAX);

	assert(kind_value >= 0 && severity_value >= 0);
	yq_log(severity_value == YQ_SEVERITY_INFO      ? YQ_LOG_INFO
	       : severity_value == YQ_SEVERITY_WARNING ? YQ_LOG_WARN
						       : YQ_LOG_ERROR,
	    "%s", text);
	if (!yq_daemon_valkey_up(daemon))
		return;
	notice.kind = (enum yq_notification_kind)kind_value;
	notice.severity = (enum yq_severity)severity_value;
	notice.timestamp_us = yq_clock_now_us(yq_clock_system());
	yq_str_copy_cut(notice.app, sizeof(notice.app), daemon->spec->app);
	yq_str_copy_cut(notice.text, sizeof(notice.text), text);
	yq_message_encode_notification(&notice, &payload);
	yq_step_notify(daemon->valkey, yq_buf_text(&payload), payload.length, NULL, NULL);
	yq_buf_free(&payload);
}
