/* query.c - a question, and one ear for its answer. */
#include "desk/query.h"

#include "base/str.h"
#include "bus/message.h"
#include "bus/reply.h"
#include "desk/fetch.h"

/* A connection of its own: one that listens does nothing else. */
static enum yq_rc
open_ear(
    const struct yq_desk *desk, const struct yq_id *id, struct yq_desk *ear, struct yq_err *err)
{
	char name[YQ_KEY_SIZE];
	enum yq_rc rc;

	*ear = *desk;
	ear->valkey = NULL;
	rc = yq_desk_valkey(ear, err);
	yq_key_format(YQ_KEY_QUERY_REPLY, id->text, name);
	return rc == YQ_OK ? yq_valkey_sync_subscribe(ear->valkey, name, err) : rc;
}

static enum yq_rc
publish(struct yq_desk *desk, const struct yq_query *query, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	const char *argv[3] = { "PUBLISH", yq_key_name(YQ_KEY_QUERY) };
	enum yq_rc rc;

	yq_message_encode_query(query, &payload);
	argv[2] = yq_buf_text(&payload);
	rc = yq_valkey_sync_command(
	    desk->valkey, YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);
	if (rc == YQ_OK && yq_reply_int(reply) == 0)
		return yq_err_set(err, YQ_E_RETRY,
		    "nobody hears queries: the gateway is not running (`yq status`)");
	return rc;
}

static enum yq_rc
take(const char *payload, size_t length, yq_json **ret_answer, struct yq_err *err)
{
	const char *message;

	if (yq_json_parse(payload, length, ret_answer, err) != YQ_OK)
		return yq_err_context(err, YQ_E_RETRY, "an answer nobody can read");
	if (yq_json_bool(yq_json_get(*ret_answer, "IsSuccess")))
		return YQ_OK;
	message = yq_json_text(yq_json_get(*ret_answer, "Message"), NULL);
	yq_err_set(err, YQ_E_REFUSED, "%s", message[0] != '\0' ? message : "refused");
	yq_json_free(*ret_answer);
	*ret_answer = NULL;
	return YQ_E_REFUSED;
}

enum yq_rc
yq_desk_query(struct yq_desk *desk, struct yq_query *query, uint32_t wait_ms, yq_json **ret_answer,
    struct yq_err *err)
{
	const char *channel, *payload;
	struct yq_desk ear;
	size_t length;
	enum yq_rc rc = yq_desk_valkey(desk, err);

	*ret_answer = NULL;
	if (rc != YQ_OK)
		return rc;
	query->id = yq_id_random();
	query->timestamp_us = yq_clock_now_us(yq_clock_system());
	rc = open_ear(desk, &query->id, &ear, err);
	if (rc == YQ_OK)
		rc = publish(desk, query, err);
	if (rc == YQ_OK &&
	    yq_valkey_sync_next(ear.valkey, wait_ms, &channel, &payload, &length, err) != YQ_OK)
		rc = yq_err_set(err, YQ_E_RETRY,
		    "no answer within %u s: is the gateway running (`yq status`)?", wait_ms / 1000);
	if (rc == YQ_OK)
		rc = take(payload, length, ret_answer, err);
	yq_valkey_sync_close(ear.valkey);
	return rc;
}
