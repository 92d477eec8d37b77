/* idempotency.c - what is asked for twice is done once. */
#include "web/idempotency.h"

#include <sodium.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "bus/reply.h"

#define CLAIM_S	   "120" /* longer than any job may take (lane.h) */
#define RECORD_MAX (1024 * 1024)
#define TRIES	   2 /* a claim may end between two looks */

static void
digest_text(crypto_generichash_state *state, const char *text, size_t length)
{
	const uint64_t size = length; /* so that no two lists of texts are one */

	(void)crypto_generichash_update(state, (const unsigned char *)&size, sizeof(size));
	(void)crypto_generichash_update(state, (const unsigned char *)text, length);
}

struct yq_repeat
yq_repeat_of(const char *user, const struct yq_id *key, const char *method, const char *path,
    const struct yq_input *input)
{
	struct yq_repeat repeat;
	crypto_generichash_state state;
	unsigned char digest[32];
	char name[160];

	if (!yq_str_format(name, sizeof(name), "%s\n%s", user, key->text))
		YQ_PANIC("a user's name is too long: %s", user);
	repeat.record = yq_id_named(name, strlen(name));
	(void)crypto_generichash_init(
	    &state, (const unsigned char *)key->text, YQ_ID_LENGTH, sizeof(digest));
	digest_text(&state, method, strlen(method));
	digest_text(&state, path, strlen(path));
	for (size_t i = 0; i < input->query_count; i++) {
		digest_text(&state, input->query[i].name, strlen(input->query[i].name));
		digest_text(&state, input->query[i].value, input->query[i].length);
	}
	digest_text(&state, input->body, input->body_length);
	(void)crypto_generichash_final(&state, digest, sizeof(digest));
	(void)sodium_bin2hex(repeat.digest, sizeof(repeat.digest), digest, sizeof(digest));
	return repeat;
}

/* ---- the record ---- */

/* While it is at work there is no status; of what is not kept, no body. */
static void
write_record(struct yq_buf *record, const struct yq_repeat *repeat, const struct yq_answer *answer)
{
	struct yq_json_writer w = yq_json_writer_make(record);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "digest", repeat->digest);
	if (answer != NULL) {
		yq_json_put_int(&w, "status", answer->status);
		yq_json_put_text(&w, "type", answer->type);
		if (answer->type[0] != '\0') {
			yq_json_name(&w, "body");
			yq_json_add_bytes(&w, yq_buf_text(&answer->body), answer->body.length);
		}
	}
	yq_json_end_object(&w);
}

static enum yq_rc
set_record(struct yq_desk *desk, const struct yq_repeat *repeat, const struct yq_buf *record,
    bool claim, bool *ret_set, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_args args = yq_args_make();
	enum yq_rc rc;

	yq_args_text(&args, "SET");
	yq_args_key(&args, YQ_KEY_ANSWER, repeat->record.text);
	yq_args_bytes(&args, yq_buf_text(record), record->length);
	if (claim)
		yq_args_words(&args, "NX EX " CLAIM_S);
	else
		yq_args_text(&args, "EX");
	if (!claim)
		yq_args_int(&args, yq_keys[YQ_KEY_ANSWER].ttl_s);
	rc = yq_valkey_sync_send(desk->valkey, &args, YQ_STEP_TIMEOUT_MS, &reply, err);
	yq_args_free(&args);
	*ret_set = rc == YQ_OK && !yq_reply_is_nil(reply);
	return rc;
}

static enum yq_rc
ask_record(struct yq_desk *desk, const struct yq_repeat *repeat, const char *command,
    struct redisReply **ret_reply, struct yq_err *err)
{
	struct yq_args args = yq_args_make();
	enum yq_rc rc;

	yq_args_text(&args, command);
	yq_args_key(&args, YQ_KEY_ANSWER, repeat->record.text);
	rc = yq_valkey_sync_send(desk->valkey, &args, YQ_STEP_TIMEOUT_MS, ret_reply, err);
	yq_args_free(&args);
	return rc;
}

/* ---- begin ---- */

static void
replay(const yq_json *record, struct yq_answer *answer)
{
	int64_t status = 0;
	size_t length;
	const char *body = yq_json_text(yq_json_get(record, "body"), &length);

	(void)!yq_json_int64(yq_json_get(record, "status"), &status);
	answer->status = (unsigned)status;
	yq_str_copy_cut(
	    answer->type, sizeof(answer->type), yq_json_text(yq_json_get(record, "type"), NULL));
	answer->body = yq_buf_make(RECORD_MAX);
	yq_buf_add(&answer->body, body, length);
	yq_answer_header(answer, "Idempotent-Replay", "true");
}

static void
answer_again(const yq_json *record, const struct yq_repeat *repeat, struct yq_answer *answer)
{
	const char *digest = yq_json_text(yq_json_get(record, "digest"), NULL);

	if (!yq_str_equal(digest, repeat->digest)) {
		yq_answer_problem(answer, 422, "IDEMPOTENCY_REUSED", "Idempotency-Key",
		    "this Idempotency-Key was used for something else: take a new one for each "
		    "thing that is done");
	} else if (yq_json_get(record, "status") == NULL) {
		yq_answer_header(answer, "Retry-After", "1");
		yq_answer_problem(answer, 409, "IN_FLIGHT", "Idempotency-Key",
		    "the same request is at work: ask again for its answer");
	} else if (yq_json_get(record, "body") == NULL) {
		yq_answer_problem(answer, 409, "DONE_BEFORE", "Idempotency-Key",
		    "this was done before; its answer held a secret and was not kept");
	} else {
		replay(record, answer);
	}
}

/* What somebody wrote; false when it is gone meanwhile. */
static enum yq_rc
read_record(struct yq_desk *desk, const struct yq_repeat *repeat, struct yq_answer *answer,
    bool *ret_there, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	yq_json *record = NULL;
	size_t length = 0;
	const char *text;
	enum yq_rc rc = ask_record(desk, repeat, "GET", &reply, err);

	*ret_there = false;
	if (rc != YQ_OK)
		return rc;
	text = yq_reply_text(reply, &length);
	if (text == NULL)
		return YQ_OK;
	rc = yq_json_parse(text, length, &record, err);
	if (rc != YQ_OK)
		return yq_err_context(err, YQ_E_CORRUPT, "the kept answer");
	*ret_there = true;
	answer_again(record, repeat, answer);
	yq_json_free(record);
	return YQ_OK;
}

enum yq_rc
yq_repeat_begin(struct yq_desk *desk, const struct yq_repeat *repeat, struct yq_answer *answer,
    bool *ret_first, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf record = yq_buf_make(RECORD_MAX);
	enum yq_rc rc = yq_desk_valkey(desk, err);

	*ret_first = false;
	write_record(&record, repeat, NULL);
	for (int i = 0; i < TRIES && rc == YQ_OK; i++) {
		bool there;

		rc = set_record(desk, repeat, &record, true, ret_first, err);
		if (rc != YQ_OK || *ret_first)
			break;
		rc = read_record(desk, repeat, answer, &there, err);
		if (rc != YQ_OK || there)
			return rc;
	}
	if (rc == YQ_OK && *ret_first)
		return YQ_OK;
	/* Of a claim nobody knows whether it stands; what it is for was not begun. */
	return rc == YQ_E_UNKNOWN || rc == YQ_OK
		   ? yq_err_set(err, YQ_E_RETRY, "Valkey does not answer; nothing was done")
		   : rc;
}

/* ---- end ---- */

static bool
may_come_out_better(const struct yq_answer *answer)
{
	return answer->status == 429 || answer->status >= 500;
}

void
yq_repeat_end(struct yq_desk *desk, const struct yq_repeat *repeat, const struct yq_answer *answer,
    bool secret)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf record = yq_buf_make(RECORD_MAX);
	const struct yq_answer without = { .status = answer->status, .type = "" };
	struct yq_err err = { .rc = YQ_OK };
	bool set;
	enum yq_rc rc = yq_desk_valkey(desk, &err);

	if (rc == YQ_OK && may_come_out_better(answer)) {
		rc = ask_record(desk, repeat, "DEL", NULL, &err);
	} else if (rc == YQ_OK) {
		write_record(&record, repeat, secret ? &without : answer);
		if (!yq_buf_ok(&record)) {
			yq_buf_free(&record);
			write_record(&record, repeat, &without);
		}
		rc = set_record(desk, repeat, &record, false, &set, &err);
	}
	if (rc != YQ_OK)
		yq_warn("an answer could not be kept for a repeat: %s", err.text);
}
