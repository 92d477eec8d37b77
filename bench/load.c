/* load.c - the load generator: HTTP/1.1 by hand on libuv, executions over Pub/Sub. */
#include "bench/load.h"

#include <hiredis/adapters/libuv.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"
#include "domain/order.h"

#define ANSWER_MAX 4096

/* An order of ours, by the id that the system will give it: its execution is awaited, or was heard
 * before the answer to its alert. */
struct awaited {
	struct yq_table_node node;
	struct yq_id order_id;
	unsigned alert;	  /* of an execution that is awaited */
	int64_t heard_ns; /* of one that came early */
};

struct connection {
	struct load *load;
	uv_tcp_t tcp;
	uv_write_t write;
	struct yq_buf request;
	char answer[ANSWER_MAX];
	size_t answered;
	unsigned alert; /* in flight */
	bool busy;
};

struct load {
	const struct load_options *options;
	struct load_result *result;
	uv_loop_t loop;
	uv_timer_t pace, limit;
	struct connection *connections;
	redisAsyncContext *bus;
	struct yq_table expected, early; /* of struct awaited */
	int64_t *posted_ns;
	int64_t started_ns;
	unsigned posted, answered;
	bool subscribed, failed;
	struct yq_err *err;
};

static int64_t
now_ns(void)
{
	return yq_clock_monotonic_ns(yq_clock_system());
}

static void
fail(struct load *load, const char *what, const char *why)
{
	if (!load->failed)
		(void)yq_err_set(load->err, YQ_E_SYSTEM, "%s: %s", what, why);
	load->failed = true;
	uv_stop(&load->loop);
}

static void
finish_if_done(struct load *load)
{
	const struct load_result *result = load->result;

	if (load->answered == load->options->count && result->executed == result->accepted)
		uv_stop(&load->loop);
}

static void
record_execution(struct load *load, unsigned alert, int64_t heard_ns)
{
	if (load->result->execution_ns[alert] != 0)
		return;
	load->result->execution_ns[alert] = heard_ns - load->posted_ns[alert];
	load->result->last_execution_ns = heard_ns;
	load->result->executed++;
}

static bool
same_id(const struct yq_table_node *node, const void *id)
{
	return yq_id_equal(&((const struct awaited *)(const void *)node)->order_id, id);
}

static uint64_t
id_hash(const struct yq_id *id)
{
	return yq_table_hash(id->text, YQ_ID_LENGTH);
}

/* Take it out of the table, to be freed; NULL when it is not there. */
static struct awaited *
take(struct yq_table *table, const struct yq_id *id)
{
	struct yq_table_node *node = yq_table_find(table, id_hash(id), same_id, id);

	if (node != NULL)
		yq_table_remove(table, node);
	return yq_container(node, struct awaited, node);
}

static void
put(struct yq_table *table, const struct yq_id *id, unsigned alert, int64_t heard_ns)
{
	struct awaited *awaited = yq_xcalloc(1, sizeof(*awaited));

	awaited->order_id = *id;
	awaited->alert = alert;
	awaited->heard_ns = heard_ns;
	yq_table_insert(table, id_hash(id), &awaited->node);
}

/* What comes of an order after its first execution is not measured. */
static void
put_early(struct load *load, const struct yq_id *id, int64_t heard_ns)
{
	if (yq_table_find(&load->early, id_hash(id), same_id, id) == NULL)
		put(&load->early, id, 0, heard_ns);
}

/* The account of an alert. */
static void
alias_of(const struct load_options *options, unsigned alert, char *alias, size_t size)
{
	if (options->accounts == 0)
		yq_str_copy_cut(alias, size, options->alias);
	else
		yq_str_format(alias, size, "%s%u", options->alias, 1 + alert % options->accounts);
}

/* The system names an order by its signal, so the answer tells which execution to expect. */
static void
expect_execution(struct load *load, unsigned alert, const struct yq_id *signal_id)
{
	char alias[64];
	struct yq_id order_id;
	struct awaited *early;

	alias_of(load->options, alert, alias, sizeof(alias));
	order_id = yq_order_id_of(signal_id, alias, 0);
	early = take(&load->early, &order_id);

	if (early != NULL)
		record_execution(load, alert, early->heard_ns);
	else
		put(&load->expected, &order_id, alert, 0);
	free(early);
}

static void
on_execution(struct load *load, const char *payload)
{
	static const char member[] = "\"OrderId\":\"";
	const char *at = strstr(payload, member);
	struct awaited *expected;
	struct yq_id order_id;
	int64_t heard_ns = now_ns();

	if (at == NULL || strlen(at) < sizeof(member) + YQ_ID_LENGTH ||
	    yq_id_parse(at + sizeof(member) - 1, YQ_ID_LENGTH, &order_id) != YQ_OK)
		return;
	expected = take(&load->expected, &order_id);
	if (expected == NULL) {
		put_early(load, &order_id, heard_ns);
		return;
	}
	record_execution(load, expected->alert, heard_ns);
	free(expected);
	finish_if_done(load);
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct connection *connection = handle->data;

	(void)suggested;
	*buf = uv_buf_init(connection->answer + connection->answered,
	    (unsigned)(sizeof(connection->answer) - 1 - connection->answered));
}

static void
on_written(uv_write_t *write, int status)
{
	struct connection *connection = write->data;

	if (status != 0 && status != UV_ECANCELED)
		fail(connection->load, "write", uv_strerror(status));
}

static void
post_next(struct connection *connection)
{
	struct load *load = connection->load;
	const struct load_options *options = load->options;
	struct yq_buf body = yq_buf_make(1024);
	unsigned alert = load->posted++;
	char strategy[64];
	uv_buf_t out;

	alias_of(options, alert, strategy, sizeof(strategy));
	yq_buf_add_format(&body,
	    "{\"secret\":\"%s\",\"id\":\"%s-%u\",\"strategy\":\"%s\",\"ticker\":\"B%u\","
	    "\"exchange\":\"NASDAQ\",\"action\":\"buy\",\"price\":100.25,\"strength\":100%s}",
	    options->secret, options->run, alert, strategy, alert % options->tickers,
	    options->resting ? ",\"type\":\"limit\",\"limitPrice\":1" : "");
	yq_buf_clear(&connection->request);
	yq_buf_add_format(&connection->request,
	    "POST /webhook HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    options->host, body.length, yq_buf_text(&body));
	yq_buf_free(&body);
	connection->alert = alert;
	connection->busy = true;
	connection->answered = 0;
	connection->write.data = connection;
	load->posted_ns[alert] = now_ns();
	load->result->posted_us[alert] = yq_clock_now_us(yq_clock_system());
	if (alert == 0)
		load->result->first_post_ns = load->posted_ns[alert];
	out = uv_buf_init(connection->request.data, (unsigned)connection->request.length);
	if (uv_write(&connection->write, (uv_stream_t *)&connection->tcp, &out, 1, on_written) != 0)
		fail(load, "write", "not possible");
}

static bool
answer_is_whole(const struct connection *connection)
{
	const char *end = strstr(connection->answer, "\r\n\r\n");
	const char *length = strcasestr(connection->answer, "content-length:");

	if (end == NULL || length == NULL)
		return false;
	return connection->answered >=
	       (size_t)(end + 4 - connection->answer) + strtoul(length + 15, NULL, 10);
}

static void
on_answer(struct connection *connection)
{
	struct load *load = connection->load;
	struct load_result *result = load->result;
	const char *id = strstr(connection->answer, "\"id\":\"");
	struct yq_id signal_id;

	connection->busy = false;
	load->answered++;
	result->last_answer_ns = now_ns();
	result->answer_ns[connection->alert] =
	    result->last_answer_ns - load->posted_ns[connection->alert];
	if (strncmp(connection->answer, "HTTP/1.1 200", 12) == 0 && id != NULL &&
	    yq_id_parse(id + 6, YQ_ID_LENGTH, &signal_id) == YQ_OK) {
		result->accepted++;
		result->signal_ids[connection->alert] = signal_id;
		expect_execution(load, connection->alert, &signal_id);
	} else if (result->refused++ == 0) {
		fprintf(stderr, "first refusal: %.600s\n", connection->answer);
	}
	if (load->options->rate == 0 && load->posted < load->options->count)
		post_next(connection);
	finish_if_done(load);
}

static void
on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
	struct connection *connection = stream->data;

	(void)buf;
	if (count < 0) {
		fail(connection->load, "the webhook hung up", uv_strerror((int)count));
		return;
	}
	connection->answered += (size_t)count;
	connection->answer[connection->answered] = '\0';
	if (connection->busy && answer_is_whole(connection))
		on_answer(connection);
}

/* Open loop: what is due is posted whether or not earlier answers came, so that a slow answer is
 * not hidden by posting less. */
static void
on_pace(uv_timer_t *timer)
{
	struct load *load = timer->data;
	int64_t elapsed_ns = now_ns() - load->started_ns;
	unsigned due = (unsigned)(elapsed_ns * load->options->rate / 1000000000) + 1;

	for (unsigned i = 0; i < load->options->connections; i++) {
		if (load->posted >= due || load->posted >= load->options->count)
			return;
		if (!load->connections[i].busy)
			post_next(&load->connections[i]);
	}
}

static void
start_posting(struct load *load)
{
	load->started_ns = now_ns();
	if (load->options->rate != 0) {
		uv_timer_start(&load->pace, on_pace, 0, 1);
		return;
	}
	for (unsigned i = 0; i < load->options->connections; i++)
		if (load->posted < load->options->count)
			post_next(&load->connections[i]);
}

static void
on_bus(redisAsyncContext *bus, void *message, void *cookie)
{
	struct load *load = cookie;
	const redisReply *reply = message;

	(void)bus;
	if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements != 3)
		return;
	if (reply->element[2]->type == REDIS_REPLY_STRING) {
		if (load->options->heard != NULL)
			load->options->heard(load->options->cookie, reply->element[1]->str,
			    reply->element[2]->str, yq_clock_now_us(yq_clock_system()));
		if (strcmp(reply->element[1]->str, "execution") == 0)
			on_execution(load, reply->element[2]->str);
	} else if (!load->subscribed) {
		load->subscribed = true;
		start_posting(load);
	}
}

static void
on_limit(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void
on_connect(uv_connect_t *connect, int status)
{
	struct connection *connection = connect->handle->data;

	free(connect);
	if (status != 0) {
		fail(connection->load, "connect to the webhook", uv_strerror(status));
		return;
	}
	uv_tcp_nodelay(&connection->tcp, 1);
	uv_read_start((uv_stream_t *)&connection->tcp, on_alloc, on_read);
}

static void
open_connections(struct load *load)
{
	struct sockaddr_in address;

	uv_ip4_addr(load->options->host, load->options->port, &address);
	load->connections = yq_xcalloc(load->options->connections, sizeof(*load->connections));
	for (unsigned i = 0; i < load->options->connections; i++) {
		struct connection *connection = &load->connections[i];
		uv_connect_t *connect = yq_xcalloc(1, sizeof(*connect));

		connection->load = load;
		connection->request = yq_buf_make(4096);
		uv_tcp_init(&load->loop, &connection->tcp);
		connection->tcp.data = connection;
		uv_tcp_connect(connect, &connection->tcp, (struct sockaddr *)&address, on_connect);
	}
}

static bool
open_bus(struct load *load)
{
	load->bus = redisAsyncConnectUnix(load->options->socket);
	if (load->bus == NULL || load->bus->err != 0) {
		fail(
		    load, "connect to Valkey", load->bus == NULL ? "no memory" : load->bus->errstr);
		return false;
	}
	redisLibuvAttach(load->bus, &load->loop);
	redisAsyncCommand(
	    load->bus, NULL, NULL, "AUTH %s %s", load->options->user, load->options->password);
	redisAsyncCommand(load->bus, on_bus, load,
	    load->options->heard == NULL ? "SUBSCRIBE execution"
					 : "SUBSCRIBE execution signal order");
	return true;
}

static void
on_close_walk(uv_handle_t *handle, void *cookie)
{
	(void)cookie;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static bool
drop(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct awaited, node));
	return true;
}

static void
drop_all(struct yq_table *table)
{
	yq_table_each(table, drop, NULL);
	yq_table_clear(table);
}

static void
teardown(struct load *load)
{
	if (load->bus != NULL)
		redisAsyncFree(load->bus);
	uv_walk(&load->loop, on_close_walk, NULL);
	uv_run(&load->loop, UV_RUN_DEFAULT);
	uv_loop_close(&load->loop);
	for (unsigned i = 0; load->connections != NULL && i < load->options->connections; i++)
		yq_buf_free(&load->connections[i].request);
	drop_all(&load->expected);
	drop_all(&load->early);
	free(load->connections);
	free(load->posted_ns);
}

enum yq_rc
load_run(const struct load_options *options, struct load_result *result, struct yq_err *err)
{
	struct load load = { .options = options, .result = result, .err = err };

	memset(result, 0, sizeof(*result));
	result->answer_ns = yq_xcalloc(options->count, sizeof(int64_t));
	result->execution_ns = yq_xcalloc(options->count, sizeof(int64_t));
	result->posted_us = yq_xcalloc(options->count, sizeof(int64_t));
	result->signal_ids = yq_xcalloc(options->count, sizeof(struct yq_id));
	load.posted_ns = yq_xcalloc(options->count, sizeof(int64_t));
	uv_loop_init(&load.loop);
	uv_timer_init(&load.loop, &load.pace);
	uv_timer_init(&load.loop, &load.limit);
	load.pace.data = &load;
	uv_timer_start(&load.limit, on_limit, (uint64_t)options->timeout_s * 1000, 0);
	open_connections(&load);
	if (open_bus(&load))
		uv_run(&load.loop, UV_RUN_DEFAULT);
	uv_timer_stop(&load.pace);
	teardown(&load);
	return load.failed ? YQ_E_SYSTEM : YQ_OK;
}

void
load_result_clear(struct load_result *result)
{
	free(result->answer_ns);
	free(result->execution_ns);
	free(result->posted_us);
	free(result->signal_ids);
	memset(result, 0, sizeof(*result));
}
