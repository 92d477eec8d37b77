/* cluster_fixture.c - start, ask and end servers and the sentinels that watch them. */
#include "cluster_fixture.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"

#define PATIENCE 3000 /* looks, 10 ms apart */

/* Nobody listens there at the moment. */
static int
free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	close(fd);
	return ntohs(address.sin_port);
}

/* ---- servers */

static const char *
console_password(const struct cluster *cluster)
{
	return yq_secret_reveal(cluster->nodes[0].passwords[YQ_PROGRAM_CONSOLE]);
}

static void
start_node(struct cluster *cluster, size_t i)
{
	struct yq_buf more = yq_buf_make(4096);

	cluster->ports[i] = free_port();
	for (int p = 0; p < YQ_PROGRAM_COUNT; p++)
		cluster->nodes[i].passwords[p] =
		    i == 0 ? yq_secret_random(24) : yq_secret_copy(cluster->nodes[0].passwords[p]);
	yq_buf_add_format(&more,
	    "masteruser %s\nmasterauth %s\nrepl-diskless-sync-delay 0\nrepl-ping-replica-period "
	    "1\n",
	    yq_programs[YQ_PROGRAM_CONSOLE].user, console_password(cluster));
	if (i > 0)
		yq_buf_add_format(&more, "replicaof 127.0.0.1 %d\n", cluster->ports[0]);
	valkey_fixture_launch(&cluster->nodes[i], cluster->ports[i], yq_buf_text(&more));
	yq_buf_free(&more);
}

/* ---- sentinels */

static void
start_sentinel(struct cluster *cluster, size_t i)
{
	struct cluster_sentinel *s = &cluster->sentinels[i];
	char config[96];
	FILE *file;

	yq_str_copy_cut(s->folder, sizeof(s->folder), "/tmp/yq-sentinel-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	yq_str_format(s->socket, sizeof(s->socket), "%s/s", s->folder);
	yq_str_format(config, sizeof(config), "%s/conf", s->folder);
	s->port = free_port();
	file = fopen(config, "we");
	assert_non_null(file);
	fprintf(file,
	    "port %d\nbind 127.0.0.1\nunixsocket %s\ndir %s\nlogfile %s/log\n"
	    "sentinel monitor " CLUSTER_SERVICE " 127.0.0.1 %d %zu\n"
	    "sentinel auth-user " CLUSTER_SERVICE " %s\nsentinel auth-pass " CLUSTER_SERVICE " %s\n"
	    "sentinel down-after-milliseconds " CLUSTER_SERVICE " 400\n"
	    "sentinel failover-timeout " CLUSTER_SERVICE " 4000\n",
	    s->port, s->socket, s->folder, s->folder, cluster->ports[0],
	    cluster->sentinel_count / 2 + 1, yq_programs[YQ_PROGRAM_CONSOLE].user,
	    console_password(cluster));
	assert_int_equal(fclose(file), 0);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0)
		valkey_fixture_exec(config, "--sentinel");
}

/* NULL when it does not answer. */
static redisReply *
ask_sentinel(const struct cluster_sentinel *s, const char *words)
{
	struct timeval patience = { .tv_sec = 1 };
	redisContext *context = redisConnectUnixWithTimeout(s->socket, patience);
	redisReply *reply = NULL;

	if (context != NULL && context->err == 0) {
		redisSetTimeout(context, patience);
		reply = redisCommand(context, words);
	}
	if (context != NULL)
		redisFree(context);
	return reply;
}

static bool
sentinel_sees(const struct cluster_sentinel *s, const char *what, size_t count)
{
	redisReply *reply = ask_sentinel(s, what);
	bool sees = reply != NULL && reply->type == REDIS_REPLY_ARRAY && reply->elements == count;

	if (reply != NULL)
		freeReplyObject(reply);
	return sees;
}

static void
await_sentinel(const struct cluster *cluster, size_t i)
{
	for (int look = 0; look < PATIENCE; look++) {
		if (sentinel_sees(
			&cluster->sentinels[i], "SENTINEL REPLICAS " CLUSTER_SERVICE, 1) &&
		    sentinel_sees(&cluster->sentinels[i], "SENTINEL SENTINELS " CLUSTER_SERVICE,
			cluster->sentinel_count - 1))
			return;
		usleep(10000);
	}
	fail_msg("sentinel %zu does not see the others", i);
}

size_t
cluster_master(const struct cluster *cluster)
{
	redisReply *reply = NULL;
	size_t found = CLUSTER_NODES;

	for (size_t i = 0; i < cluster->sentinel_count && reply == NULL; i++)
		if (cluster->sentinels[i].pid != 0)
			reply = ask_sentinel(&cluster->sentinels[i],
			    "SENTINEL GET-MASTER-ADDR-BY-NAME " CLUSTER_SERVICE);
	assert_non_null(reply);
	for (size_t i = 0; i < CLUSTER_NODES; i++)
		if (reply->elements == 2 && atoi(reply->element[1]->str) == cluster->ports[i])
			found = i;
	freeReplyObject(reply);
	assert_true(found < CLUSTER_NODES);
	return found;
}

void
cluster_await_master(const struct cluster *cluster, size_t node)
{
	for (int look = 0; look < PATIENCE; look++) {
		if (cluster_master(cluster) == node)
			return;
		usleep(10000);
	}
	fail_msg("node %zu is not elected", node);
}

void
cluster_await_replica(const struct cluster *cluster, size_t node)
{
	struct yq_valkey_sync *sync =
	    valkey_fixture_sync(&cluster->nodes[node], YQ_PROGRAM_CONSOLE);
	bool online = false;

	for (int look = 0; look < PATIENCE && !online; look++) {
		redisReply *reply = valkey_do(sync, "INFO replication");

		online = strstr(reply->str, "state=online") != NULL;
		freeReplyObject(reply);
		if (!online)
			usleep(10000);
	}
	assert_true(online);
	valkey_do_int(sync, "PUBLISH x y"); /* there must be something to be in step with */
	online = false;
	for (int look = 0; look < 30 && !online; look++)
		online = valkey_do_int(sync, "WAIT 1 1000") == 1;
	assert_true(online);
	yq_valkey_sync_close(sync);
}

void
cluster_stop_sentinel(struct cluster *cluster, size_t sentinel)
{
	struct cluster_sentinel *s = &cluster->sentinels[sentinel];
	int status;

	if (s->pid == 0)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, &status, 0);
	s->pid = 0;
}

void
cluster_cut_replica(struct cluster *cluster)
{
	valkey_fixture_freeze(&cluster->nodes[1], true);
	yq_reply_free(cluster_ask_node(cluster, 0, "CLIENT KILL TYPE replica"));
}

void
cluster_fail_over_to_the_cut(struct cluster *cluster)
{
	valkey_fixture_kill(&cluster->nodes[0]);
	valkey_fixture_freeze(&cluster->nodes[1], false);
	cluster_await_master(cluster, 1);
}

/* It is refused until the sentinel has heard from the replica. */
void
cluster_command_failover(const struct cluster *cluster)
{
	bool done = false;

	for (int look = 0; look < PATIENCE && !done; look++) {
		redisReply *reply =
		    ask_sentinel(&cluster->sentinels[0], "SENTINEL FAILOVER " CLUSTER_SERVICE);

		done = reply != NULL && yq_str_equal(reply->str, "OK");
		if (reply != NULL)
			freeReplyObject(reply);
		if (!done)
			usleep(10000);
	}
	assert_true(done);
}

redisReply *
cluster_ask_node(const struct cluster *cluster, size_t node, const char *words)
{
	redisContext *context = redisConnectUnix(cluster->nodes[node].socket);
	redisReply *reply;

	assert_true(context != NULL && context->err == 0);
	reply = redisCommand(
	    context, "AUTH %s %s", yq_programs[YQ_PROGRAM_CONSOLE].user, console_password(cluster));
	assert_non_null(reply);
	freeReplyObject(reply);
	reply = redisCommand(context, words);
	assert_non_null(reply);
	redisFree(context);
	return reply;
}

/* ---- all of it */

void
cluster_start(struct cluster *cluster, size_t sentinels)
{
	assert_true(sentinels <= CLUSTER_SENTINELS_MAX);
	*cluster = (struct cluster){ .sentinel_count = sentinels };
	for (size_t i = 0; i < CLUSTER_NODES; i++) {
		start_node(cluster, i);
		if (i == 0)
			valkey_fixture_clear(&cluster->nodes[0]);
	}
	cluster_await_replica(cluster, 0);
	for (size_t i = 0; i < sentinels; i++)
		start_sentinel(cluster, i);
	for (size_t i = 0; i < sentinels; i++)
		await_sentinel(cluster, i);
}

void
cluster_end(struct cluster *cluster)
{
	static const char *const files[] = { "conf", "log", "s", "" };
	char path[96];

	for (size_t i = 0; i < cluster->sentinel_count; i++) {
		cluster_stop_sentinel(cluster, i);
		for (size_t f = 0; f < YQ_COUNT(files); f++) {
			yq_str_format(
			    path, sizeof(path), "%s/%s", cluster->sentinels[i].folder, files[f]);
			if (unlink(path) != 0)
				(void)rmdir(path);
		}
	}
	for (size_t i = 0; i < CLUSTER_NODES; i++)
		valkey_fixture_end(&cluster->nodes[i]);
}

void
cluster_sentinels_text(const struct cluster *cluster, char *text, size_t size)
{
	struct yq_buf out = yq_buf_make(size - 1);

	for (size_t i = 0; i < cluster->sentinel_count; i++)
		yq_buf_add_format(&out, "%s,", cluster->sentinels[i].socket);
	yq_buf_add_text(&out, "serviceName=" CLUSTER_SERVICE);
	assert_true(yq_str_copy(text, size, yq_buf_text(&out)));
	yq_buf_free(&out);
}

struct yq_valkey_target
cluster_target(const struct cluster *cluster, enum yq_program program)
{
	struct yq_valkey_target target;
	char text[1024];

	cluster_sentinels_text(cluster, text, sizeof(text));
	assert_int_equal(yq_valkey_target_parse(text, &target, NULL), YQ_OK);
	assert_true(yq_str_copy(target.user, sizeof(target.user), yq_programs[program].user));
	target.password = yq_secret_copy(cluster->nodes[0].passwords[program]);
	return target;
}
