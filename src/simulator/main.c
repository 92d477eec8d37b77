/*
 * yq-simulator - a stock exchange of six countries that speaks the brokers' own protocols.
 *
 * See the manual below, which --help prints.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "simulator/certificate.h"
#include "simulator/listing.h"
#include "simulator/options.h"
#include "simulator/sim.h"

struct program {
	struct sim_options options;
	uv_loop_t loop;
	uv_signal_t signals[2];
	struct yq_calendar calendar;
	struct yq_secret *token;
	struct sim_certificate certificate;
	struct sim sim;
};

static void
on_signal(uv_signal_t *handle, int number)
{
	struct program *program = handle->data;

	yq_info("stopping (%s)", number == SIGTERM ? "SIGTERM" : "SIGINT");
	uv_stop(&program->loop);
}

static void
watch_signals(struct program *program)
{
	static const int numbers[] = { SIGTERM, SIGINT };

	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < YQ_COUNT(numbers); i++) {
		(void)uv_signal_init(&program->loop, &program->signals[i]);
		program->signals[i].data = program;
		(void)uv_signal_start(&program->signals[i], on_signal, numbers[i]);
	}
}

/* The token of the control API: made once, kept beside the book. */
static enum yq_rc
keep_token(struct program *program, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(4096);
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(4096);
	enum yq_rc rc;
	int fd;

	yq_buf_add_format(&path, "%s/control-token", program->options.folder);
	rc = yq_file_read(yq_buf_text(&path), &text, err);
	if (rc == YQ_OK) {
		size_t length = strcspn(yq_buf_text(&text), "\r\n");

		if (length < 16)
			return yq_err_set(err, YQ_E_INVALID,
			    "%s: expected a token of 16 characters or more", yq_buf_text(&path));
		program->token = yq_secret_make(yq_buf_text(&text), length);
		return YQ_OK;
	}
	if (rc != YQ_E_NOT_FOUND)
		return rc;
	program->token = yq_secret_random(24);
	fd = open(yq_buf_text(&path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 ||
	    !yq_file_write(fd, yq_secret_reveal(program->token), yq_secret_length(program->token)))
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", yq_buf_text(&path));
	else
		rc = YQ_OK;
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static enum yq_rc
read_script(struct program *program, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(SIM_SCRIPT_BYTES_MAX);
	enum yq_rc rc;

	if (program->options.script == NULL)
		return YQ_OK;
	rc = yq_file_read(program->options.script, &text, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "%s", program->options.script);
	return sim_script_read(
	    yq_buf_text(&text), text.length, program->options.script, &program->sim.script, err);
}

/* A name that no other book has. */
static void
make_epoch(char epoch[SIM_EPOCH_SIZE])
{
	struct yq_id id = yq_id_random();
	size_t length = 0;

	for (const char *c = id.text; *c != '\0' && length < 12; c++) {
		if (*c != '-')
			epoch[length++] = *c;
	}
	epoch[length] = '\0';
}

static enum yq_rc
open_book(struct program *program, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(4096);
	char epoch[SIM_EPOCH_SIZE];
	enum yq_rc rc;

	rc = yq_calendar_load(&program->calendar, err);
	if (rc != YQ_OK)
		return rc;
	program->options.settings.calendar = &program->calendar;
	make_epoch(epoch);
	program->sim.exchange = sim_exchange_make(&program->options.settings, epoch);
	if (mkdir(program->options.folder, 0700) != 0 && errno != EEXIST)
		return yq_err_errno(
		    err, YQ_E_SYSTEM, errno, "cannot make %s", program->options.folder);
	yq_buf_add_format(&path, "%s/book", program->options.folder);
	rc = sim_journal_open(yq_buf_text(&path), program->options.sync, program->sim.exchange,
	    &program->sim.journal, err);
	if (rc != YQ_OK)
		return rc;
	sim_listing_add(program->sim.exchange);
	return sim_journal_commit(program->sim.journal, err);
}

static enum yq_rc
take_certificate(struct program *program, struct yq_err *err)
{
	const struct sim_options *o = &program->options;
	struct sim_certificate *certificate = &program->certificate;
	enum yq_rc rc;

	if (o->certificate != NULL)
		rc = sim_certificate_read(o->certificate, o->key, certificate, err);
	else if (o->tls)
		rc = sim_certificate_keep(o->folder, certificate, err);
	else
		return YQ_OK;
	program->sim.certificate = yq_buf_text(&certificate->chain);
	program->sim.private_key = yq_buf_text(&certificate->key);
	return rc;
}

static enum yq_rc
start(struct program *program, struct yq_err *err)
{
	struct sim *sim = &program->sim;
	enum yq_rc rc;

	sim->loop = &program->loop;
	sim->clock = yq_clock_system();
	sim->knobs = program->options.knobs;
	rc = read_script(program, err);
	if (rc == YQ_OK)
		rc = open_book(program, err);
	if (rc == YQ_OK)
		rc = keep_token(program, err);
	if (rc == YQ_OK)
		rc = take_certificate(program, err);
	sim->control_token = program->token;
	if (rc == YQ_OK)
		rc = sim_serve(sim, program->options.listen, program->options.port, err);
	if (rc == YQ_OK)
		yq_info("the exchange is at %s", yq_http_server_url(sim->server));
	return rc;
}

static void
on_walk(uv_handle_t *handle, void *cookie)
{
	(void)cookie;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void
stop(struct program *program)
{
	sim_stop(&program->sim);
	for (int turns = 0; turns < 100 && uv_run(&program->loop, UV_RUN_NOWAIT) != 0; turns++) {
		if (turns == 10)
			uv_walk(&program->loop, on_walk, NULL); /* the signals' */
	}
	(void)uv_loop_close(&program->loop);
	sim_journal_close(program->sim.journal);
	sim_exchange_free(program->sim.exchange);
	sim_script_clear(&program->sim.script);
	yq_calendar_clear(&program->calendar);
	yq_secret_free(program->token);
	sim_certificate_clear(&program->certificate);
}

int
main(int argc, char **argv)
{
	static struct program program;
	struct yq_err err = { .rc = YQ_OK };
	int code = sim_options_read(argc, argv, &program.options);

	if (code >= 0)
		return code;
	yq_log_init("simulator", program.options.level);
	if (uv_loop_init(&program.loop) != 0)
		YQ_PANIC("no event loop");
	watch_signals(&program);
	if (start(&program, &err) != YQ_OK) {
		yq_error("cannot start: %s", err.text);
		stop(&program);
		return 70;
	}
	(void)uv_run(&program.loop, UV_RUN_DEFAULT);
	code = program.sim.exit_code;
	stop(&program);
	return code;
}
