/* api_machine.c - the machine room: programs, streams, brokers, how long orders take. */
#include <string.h>

#include "base/str.h"
#include "desk/accounts.h"
#include "desk/latency.h"
#include "store/tx.h"
#include "web/machine.h"
#include "web/put.h"
#include "web/reads.h"

#define LATENCY_ORDERS 1000 /* the latest */
#define VERSION_SIZE   64

/* ---- streams ---- */

static enum yq_rc
put_stream(struct yq_api_call *call, enum yq_key key, struct yq_err *err)
{
	const char *name = yq_key_name(key), *last;
	const char *length_argv[] = { "XLEN", name };
	const char *last_argv[] = { "XREVRANGE", name, "+", "-", "COUNT", "1" };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *length = NULL;
	YQ_CLEANUP(yq_reply_freep) struct redisReply *latest = NULL;
	struct yq_json_writer *w = call->out;
	char ms[24] = "";
	int64_t at_ms = 0;
	enum yq_rc rc = yq_valkey_sync_command(call->desk->valkey, YQ_COUNT(length_argv),
	    length_argv, NULL, YQ_FETCH_TIMEOUT_MS, &length, err);

	if (rc == YQ_OK)
		rc = yq_valkey_sync_command(call->desk->valkey, YQ_COUNT(last_argv), last_argv,
		    NULL, YQ_FETCH_TIMEOUT_MS, &latest, err);
	last = yq_reply_text(yq_reply_at(yq_reply_at(latest, 0), 0), NULL);
	last = last != NULL ? last : "";
	/* An entry's id begins with the time at which it came. */
	if (yq_str_copy_bytes(ms, sizeof(ms), last, strcspn(last, "-")) &&
	    !yq_str_to_int64(ms, 0, INT64_MAX / 1000, &at_ms))
		at_ms = 0;
	yq_json_begin_object(w);
	yq_json_put_text(w, "name", name);
	yq_json_put_int(w, "length", yq_reply_int(length));
	yq_json_put_text(w, "lastId", last);
	yq_api_put_time(w, "lastAt", at_ms * 1000);
	yq_json_end_object(w);
	return rc;
}

static enum yq_rc
put_streams(struct yq_api_call *call, struct yq_err *err)
{
	static const enum yq_key streams[] = { YQ_KEY_SIGNAL_STREAM, YQ_KEY_ORDER_STREAM,
		YQ_KEY_EXECUTION_STREAM, YQ_KEY_NOTIFICATION_STREAM };
	enum yq_rc rc = YQ_OK;

	yq_json_name(call->out, "streams");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < YQ_COUNT(streams) && rc == YQ_OK; i++)
		rc = put_stream(call, streams[i], err);
	yq_json_end_array(call->out);
	return rc;
}

/* ---- brokers ---- */

static enum yq_rc
put_broker(struct yq_api_call *call, const char *alias, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *about = NULL;
	struct yq_json_writer *w = call->out;
	struct yq_lease_health lease = { 0 };
	const char *broker, *synced;
	int64_t synced_us = 0;
	enum yq_rc rc = yq_desk_hash(call->desk, YQ_KEY_ACCOUNT, alias, &about, err);

	if (rc == YQ_OK)
		rc = yq_desk_lease(call->desk, alias, call->now_us, &lease, err);
	broker = yq_reply_field(about, "Broker");
	synced = yq_reply_field(about, "SyncedAt");
	if (synced != NULL && yq_time_parse(synced, strlen(synced), &synced_us) != YQ_OK)
		synced_us = 0;
	yq_json_begin_object(w);
	yq_json_put_text(w, "account", alias);
	yq_json_put_text(w, "broker", broker != NULL ? broker : "");
	yq_json_name(w, "owner");
	if (lease.held)
		yq_json_add_text(w, lease.owner);
	else
		yq_json_add_null(w);
	yq_api_put_time(w, "syncedAt", synced_us);
	yq_json_put_bool(w, "ok", lease.held && synced_us != 0);
	yq_json_put_text(w, "text",
	    !lease.held	     ? "no gateway serves it"
	    : synced_us == 0 ? "it has not been read from the broker yet"
			     : "ok");
	yq_json_end_object(w);
	return rc;
}

static enum yq_rc
put_brokers(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members accounts = { 0 };
	enum yq_rc rc = yq_desk_members(call->desk, YQ_KEY_ACCOUNT_INDEX, &accounts, err);

	yq_json_name(call->out, "brokers");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < accounts.count && rc == YQ_OK; i++)
		rc = put_broker(call, accounts.texts[i], err);
	yq_json_end_array(call->out);
	return rc;
}

/* ---- latency ---- */

static struct yq_decimal
ms_of(int64_t us)
{
	return yq_decimal_from_scaled(us, 3);
}

static void
put_rank(struct yq_json_writer *w, const char *name, const struct yq_latency *latency, int64_t us)
{
	yq_api_put_opt_decimal(
	    w, name, latency->count > 0 ? yq_opt_decimal_of(ms_of(us)) : YQ_OPT_DECIMAL_NONE);
}

/* Nothing where the archive is away. */
static void
put_latency(struct yq_api_call *call)
{
	struct yq_order_filter filter = yq_order_filter_any();
	YQ_CLEANUP(yq_order_list_free) struct yq_order_list list = { 0 };
	struct yq_json_writer *w = call->out;
	struct yq_latency latency;
	struct yq_err away = { 0 };

	filter.limit = LATENCY_ORDERS;
	if (yq_desk_firebird(call->desk, &away) == YQ_OK &&
	    yq_orders_find(call->desk->firebird, &filter, &list, &away) != YQ_OK)
		yq_order_list_free(&list);
	yq_latency_of(list.items, list.count, &latency);
	yq_json_name(w, "latency");
	yq_json_begin_object(w);
	yq_json_put_int(w, "count", latency.count);
	put_rank(w, "p50Ms", &latency, latency.p50_us);
	put_rank(w, "p99Ms", &latency, latency.p99_us);
	yq_json_name(w, "buckets");
	yq_json_begin_array(w);
	for (size_t i = 0; i < latency.bucket_count; i++) {
		yq_json_begin_object(w);
		yq_api_put_decimal(w, "upToMs", ms_of(latency.buckets[i].up_to_us));
		yq_json_put_int(w, "count", latency.buckets[i].count);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
	yq_json_end_object(w);
}

/* ---- versions and colors ---- */

/* "valkey_version:8.1.1" of the answer to INFO; other servers of the kind say redis_version. */
static enum yq_rc
valkey_version(struct yq_api_call *call, char version[VERSION_SIZE], struct yq_err *err)
{
	static const char *const names[] = { "valkey_version:", "redis_version:" };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_valkey_sync_words(call->desk->valkey, "INFO server", &reply, err);
	const char *text = yq_reply_text(reply, NULL), *found = NULL;

	for (size_t i = 0; i < YQ_COUNT(names) && text != NULL && found == NULL; i++) {
		found = strstr(text, names[i]);
		if (found != NULL)
			found += strlen(names[i]);
	}
	version[0] = '\0';
	if (found != NULL &&
	    !yq_str_copy_bytes(version, VERSION_SIZE, found, strcspn(found, "\r\n")))
		version[0] = '\0';
	return rc;
}

static enum yq_rc
read_firebird(struct yq_desk *desk, char *text, size_t size, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc = yq_desk_firebird(desk, err);

	if (rc == YQ_OK)
		rc = yq_tx_begin(desk->firebird, &read_only, &tx, err);
	if (rc == YQ_OK)
		rc = yq_tx_query(tx,
		    "SELECT RDB$GET_CONTEXT('SYSTEM', 'ENGINE_VERSION') AS V FROM RDB$DATABASE",
		    NULL, 0, &rows, err);
	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	if (rc == YQ_OK)
		yq_str_copy_cut(text, size, yq_rows_text(rows, 0, NULL));
	return rc;
}

static void
put_firebird(struct yq_api_call *call)
{
	struct yq_err err = { 0 };
	char text[VERSION_SIZE];

	if (read_firebird(call->desk, text, sizeof(text), &err) == YQ_OK)
		yq_json_put_text(call->out, "firebird", text);
	else
		yq_json_put_text(call->out, "firebird", err.text);
}

/* Where no colors are used, this is the only system there is. */
static enum yq_rc
put_color(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_desk_hash(call->desk, YQ_KEY_COLOR, NULL, &reply, err);
	const char *color = yq_reply_field(reply, "Color"),
		   *active = yq_reply_field(reply, "Active");

	yq_json_name(call->out, "color");
	if (color != NULL && color[0] != '\0')
		yq_json_add_text(call->out, color);
	else
		yq_json_add_null(call->out);
	yq_json_put_bool(call->out, "active",
	    color == NULL || color[0] == '\0' || (active != NULL && yq_str_equal(color, active)));
	return rc;
}

enum yq_rc
yq_get_system(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_json_writer *w = call->out;
	struct yq_health health;
	char version[VERSION_SIZE];
	enum yq_rc rc = yq_desk_health(call->desk, call->now_us, &health, err);

	if (rc == YQ_OK)
		rc = valkey_version(call, version, err);
	if (rc != YQ_OK)
		return yq_reads_rc(rc, err);
	yq_json_begin_object(w);
	yq_json_name(w, "health");
	yq_put_health(w, &health);
	rc = put_streams(call, err);
	if (rc == YQ_OK)
		rc = put_brokers(call, err);
	put_latency(call);
	yq_json_put_int(w, "queue", health.queued);
	yq_json_put_int(w, "parked", health.parked);
	if (rc == YQ_OK)
		rc = put_color(call, err);
	yq_json_put_text(w, "valkey", version);
	put_firebird(call);
	yq_json_put_text(w, "version", YQ_VERSION);
	yq_json_put_time(w, "at", call->now_us);
	yq_json_end_object(w);
	return yq_reads_rc(rc, err);
}
