/*
 * valkey_fixture.c - start, stop and ask a private valkey-server.
 */
#include "valkey_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"

#define CONFIG                                                                           \
	"port %d\nbind 127.0.0.1\nunixsocket %s/s\nunixsocketperm 700\ndir %s\n"         \
	"appendonly yes\nappendfsync always\nsave \"\"\naclfile %s/users.acl\nloglevel " \
	"warning\nlogfile %s/log\n%s"

static void
write_file(const char *folder, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	yq_str_format(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
fill_options(const struct valkey_fixture *valkey, struct yq_provision_options *options)
{
	*options = (struct yq_provision_options){ .close_default_user = true };
	for (int i = 0; i < YQ_PROGRAM_COUNT; i++)
		options->passwords[i] = valkey->passwords[i];
}

void
valkey_fixture_exec(const char *config, const char *option)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves none behind */
	signal(SIGXFSZ, SIG_IGN);	  /* disk.h */
	if (getenv("YQ_TEST_SERVER") != NULL)
		execlp(getenv("YQ_TEST_SERVER"), "valkey-server", config, option, (char *)NULL);
	execlp("valkey-server", "valkey-server", config, option, (char *)NULL);
	execlp("redis-server", "redis-server", config, option, (char *)NULL);
	_exit(127);
}

void
valkey_fixture_again(struct valkey_fixture *valkey)
{
	char config[96];

	yq_str_format(config, sizeof(config), "%s/valkey.conf", valkey->folder);
	valkey->pid = fork();
	assert_true(valkey->pid >= 0);
	if (valkey->pid == 0)
		valkey_fixture_exec(config, NULL);
	for (int i = 0; i < 500 && access(valkey->socket, F_OK) != 0; i++)
		usleep(10000);
}

void
valkey_fixture_launch(struct valkey_fixture *valkey, int port, const char *more)
{
	struct yq_provision_options options;
	struct yq_buf text = yq_buf_make(1U << 20);

	yq_str_copy_cut(valkey->folder, sizeof(valkey->folder), "/tmp/yq-valkey-XXXXXX");
	assert_non_null(mkdtemp(valkey->folder));
	yq_str_format(valkey->socket, sizeof(valkey->socket), "%s/s", valkey->folder);
	yq_buf_add_format(&text, CONFIG, port, valkey->folder, valkey->folder, valkey->folder,
	    valkey->folder, more);
	write_file(valkey->folder, "valkey.conf", yq_buf_text(&text));
	yq_buf_clear(&text);
	fill_options(valkey, &options);
	yq_provision_acl_file(&options, &text);
	write_file(valkey->folder, "users.acl", yq_buf_text(&text));
	yq_buf_free(&text);
	valkey_fixture_again(valkey);
}

void
valkey_fixture_start(struct valkey_fixture *valkey)
{
	*valkey = (struct valkey_fixture){ .pid = 0 };
	for (int i = 0; i < YQ_PROGRAM_COUNT; i++)
		valkey->passwords[i] = yq_secret_random(24);
	valkey_fixture_launch(valkey, 0, "");
	valkey_fixture_clear(valkey);
}

void
valkey_fixture_kill(struct valkey_fixture *valkey)
{
	int status;

	if (valkey->pid == 0)
		return;
	kill(valkey->pid, SIGKILL);
	waitpid(valkey->pid, &status, 0);
	valkey->pid = 0;
	unlink(valkey->socket);
}

void
valkey_fixture_freeze(struct valkey_fixture *valkey, bool freeze)
{
	int status;

	kill(valkey->pid, freeze ? SIGSTOP : SIGCONT);
	if (freeze)
		waitpid(valkey->pid, &status, WUNTRACED);
}

static int
remove_one(const char *path)
{
	return unlink(path) != 0 ? rmdir(path) : 0;
}

void
valkey_fixture_end(struct valkey_fixture *valkey)
{
	static const char *const files[] = { "valkey.conf", "users.acl", "log", "s", "dump.rdb" };
	char path[160];
	uv_fs_t scan;
	uv_dirent_t entry;

	if (valkey->folder[0] == '\0')
		return;
	valkey_fixture_kill(valkey);
	yq_str_format(path, sizeof(path), "%s/appendonlydir", valkey->folder);
	if (uv_fs_scandir(NULL, &scan, path, 0, NULL) >= 0) {
		while (uv_fs_scandir_next(&scan, &entry) != UV_EOF) {
			yq_str_format(
			    path, sizeof(path), "%s/appendonlydir/%s", valkey->folder, entry.name);
			remove_one(path);
		}
	}
	uv_fs_req_cleanup(&scan);
	yq_str_format(path, sizeof(path), "%s/appendonlydir", valkey->folder);
	remove_one(path);
	for (size_t i = 0; i < YQ_COUNT(files); i++) {
		yq_str_format(path, sizeof(path), "%s/%s", valkey->folder, files[i]);
		remove_one(path);
	}
	remove_one(valkey->folder);
	for (int i = 0; i < YQ_PROGRAM_COUNT; i++)
		yq_secret_free(valkey->passwords[i]);
}

struct yq_valkey_target
valkey_fixture_target(const struct valkey_fixture *valkey, enum yq_program program)
{
	struct yq_valkey_target target = { .endpoint_count = 1, .connect_timeout_ms = 2000 };

	assert_true(yq_str_copy(
	    target.endpoints[0].host, sizeof(target.endpoints[0].host), valkey->socket));
	assert_true(yq_str_copy(target.user, sizeof(target.user), yq_programs[program].user));
	target.password = yq_secret_copy(valkey->passwords[program]);
	return target;
}

struct yq_valkey_sync *
valkey_fixture_sync(const struct valkey_fixture *valkey, enum yq_program program)
{
	struct yq_valkey_target target = valkey_fixture_target(valkey, program);
	struct yq_valkey_sync *sync = NULL;
	struct yq_err err = { 0 };
	enum yq_rc rc = YQ_E_RETRY;

	for (int i = 0; i < 500 && rc == YQ_E_RETRY; i++) { /* starting, or loading */
		redisReply *reply = NULL;

		rc = yq_valkey_sync_open(&target, "test", &sync, &err);
		if (rc == YQ_OK)
			rc = yq_valkey_sync_words(sync, "EXISTS x", &reply, &err);
		if (rc == YQ_E_DENIED && sync != NULL)
			rc = YQ_OK; /* this program may not ask, but it is answered */
		yq_reply_free(reply);
		if (rc == YQ_E_RETRY) {
			yq_valkey_sync_close(sync);
			sync = NULL;
			usleep(10000);
		}
	}
	yq_valkey_target_clear(&target);
	if (rc != YQ_OK)
		fail_msg("%s", err.text);
	return sync;
}

void
valkey_fixture_clear(struct valkey_fixture *valkey)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(valkey, YQ_PROGRAM_CONSOLE);
	struct yq_provision_options options;
	struct yq_err err;

	fill_options(valkey, &options);
	yq_reply_free(valkey_do(sync, "FLUSHALL"));
	if (yq_provision(sync, &options, NULL, NULL, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_valkey_sync_close(sync);
}

redisReply *
valkey_do(struct yq_valkey_sync *sync, const char *words)
{
	redisReply *reply = NULL;
	struct yq_err err;

	if (yq_valkey_sync_words(sync, words, &reply, &err) != YQ_OK)
		fail_msg("%s: %s", words, err.text);
	return reply;
}

long long
valkey_do_int(struct yq_valkey_sync *sync, const char *words)
{
	redisReply *reply = valkey_do(sync, words);
	long long value = reply->integer;

	assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
	freeReplyObject(reply);
	return value;
}

void
valkey_do_text(struct yq_valkey_sync *sync, const char *words, char *text, size_t size)
{
	redisReply *reply = valkey_do(sync, words);

	assert_true(yq_str_copy(text, size, reply->str == NULL ? "" : reply->str));
	freeReplyObject(reply);
}

static void
on_guard(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

/* Turns of the loop until *done (NULL = never) or the time is over; true if done. */
static bool
turn(uv_loop_t *loop, const bool *done, unsigned ms)
{
	uv_timer_t guard;
	uint64_t end;

	uv_update_time(loop);
	end = uv_now(loop) + ms;
	uv_timer_init(loop, &guard);
	while ((done == NULL || !*done) && uv_now(loop) < end) {
		uv_timer_start(&guard, on_guard, end - uv_now(loop), 0);
		uv_run(loop, UV_RUN_ONCE);
	}
	uv_close((uv_handle_t *)&guard, NULL);
	uv_run(loop, UV_RUN_NOWAIT);
	return done == NULL || *done;
}

void
loop_until(uv_loop_t *loop, const bool *done, unsigned ms)
{
	if (!turn(loop, done, ms))
		fail_msg("not done after %u ms", ms);
}

void
loop_for(uv_loop_t *loop, unsigned ms)
{
	turn(loop, NULL, ms);
}

void
loop_end(uv_loop_t *loop)
{
	for (int i = 0; i < 100 && uv_loop_alive(loop); i++)
		loop_for(loop, 10);
	assert_int_equal(uv_loop_close(loop), 0);
}
