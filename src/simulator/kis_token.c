/*
 * kis_token.c - KIS's tokens, approval keys and hash keys.
 *
 * A token says when it was given and is checked by making it again; what the book keeps of a key is
 * when its last one was, and which are of no use, so all of it lives through a restart.  Within six
 * hours the same one is given again.
 */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "simulator/kis.h"

#define SAME_US	  (INT64_C(6) * 3600 * YQ_US_PER_SECOND)
#define MINUTE_US (60 * YQ_US_PER_SECOND)

/* The exchange knows it as "kis/KEY". */
#define KEY_PREFIX "kis/"

static struct sim_key *
key_of(const struct sim *sim, const char *key)
{
	char name[SIM_KEY_SIZE];

	return yq_str_format(name, sizeof(name), KEY_PREFIX "%s", key)
		   ? sim_key_find(sim->exchange, name)
		   : NULL;
}

#define TOKEN_SIZE 128

/* "{when it was given}.{what only we can say of it}" */
static void
token_text(const struct sim *sim, const char *key, int64_t given_us, char text[TOKEN_SIZE])
{
	char name[SIM_KEY_SIZE + 96];

	(void)yq_str_format(name, sizeof(name), "simulator/token/%s/%s/%lld",
	    sim_epoch(sim->exchange), key, (long long)given_us);
	(void)yq_str_format(
	    text, TOKEN_SIZE, "%lld.%s", (long long)given_us, yq_id_named(name, strlen(name)).text);
}

static bool
is_live(const struct sim *sim, const struct sim_key *key, int64_t given_us, int64_t now_us)
{
	int64_t life_us = sim->knobs.values[SIM_KNOB_KIS_TOKEN_SECONDS] * YQ_US_PER_SECOND;

	return key != NULL && given_us + life_us > now_us && given_us > key->ended_us;
}

const char *
kis_token_fault(struct sim_call *call, const char **ret_text)
{
	const char *given = sim_call_given(call, "authorization");
	const char *key = sim_call_given(call, "appkey");
	char right[TOKEN_SIZE], digits[24];
	int64_t given_us;

	*ret_text = "유효하지 않은 token 입니다.";
	if (given[0] == '\0') {
		*ret_text = "token 이 없습니다.";
		return "EGW00122";
	}
	if (!yq_str_starts(given, "Bearer ")) {
		*ret_text = "credentials_type이 유효하지 않습니다.(Bearer)";
		return "EGW00205";
	}
	given += 7;
	if (!yq_str_copy_bytes(digits, sizeof(digits), given, strcspn(given, ".")) ||
	    !yq_str_to_int64(digits, 1, INT64_MAX / 4, &given_us))
		return "EGW00121";
	token_text(call->sim, key, given_us, right);
	if (!yq_str_equal(right, given))
		return "EGW00121";
	if (is_live(call->sim, key_of(call->sim, key), given_us, call->now_us))
		return NULL;
	*ret_text = "기간이 만료된 token 입니다.";
	return "EGW00123";
}

/* The answers of /oauth2 have names of their own for what went wrong. */
static void
refuse(struct sim_call *call, const char *code, const char *text)
{
	call->status = 403;
	yq_json_begin_object(&call->w);
	kis_put(&call->w, "error_code", code);
	kis_put(&call->w, "error_description", text);
	yq_json_end_object(&call->w);
}

/* The key and secret of the body, under the names that this call has for them. */
static const char *
body_key(struct sim_call *call, const char *secret_name)
{
	const char *key = kis_param(call, "appkey"), *secret = kis_param(call, secret_name);
	char name[SIM_KEY_SIZE];

	if (key[0] == '\0' || !yq_str_format(name, sizeof(name), KEY_PREFIX "%s", key)) {
		refuse(call, "EGW00103", "유효하지 않은 AppKey입니다.");
		return NULL;
	}
	if (!sim_key_fits(call->sim->exchange, name, secret)) {
		refuse(call, "EGW00105", "유효하지 않은 AppSecret입니다.");
		return NULL;
	}
	return key;
}

static bool
within_rate(struct sim_call *call, const char *key)
{
	char name[SIM_KEY_SIZE + 12];

	(void)yq_str_format(name, sizeof(name), "token/%s", key);
	return sim_rate_take(&call->sim->rates, name,
	    call->sim->knobs.values[SIM_KNOB_KIS_TOKENS_PER_MINUTE], MINUTE_US,
	    yq_clock_now_us(call->sim->clock), NULL);
}

void
kis_token(struct sim_call *call)
{
	const char *key = body_key(call, "appsecret");
	int64_t life_s = call->sim->knobs.values[SIM_KNOB_KIS_TOKEN_SECONDS], end_us;
	char token[TOKEN_SIZE], until[32], date[16], time[16];
	struct sim_key *state;

	if (key == NULL)
		return;
	if (!within_rate(call, key)) {
		refuse(call, "EGW00133", "접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)");
		return;
	}
	state = key_of(call->sim, key);
	assert(state != NULL); /* body_key has entered it */
	if (call->now_us - state->given_us >= SAME_US ||
	    !is_live(call->sim, state, state->given_us, call->now_us))
		sim_key_set_tokens(call->sim->exchange, state, call->now_us, state->ended_us);
	token_text(call->sim, key, state->given_us, token);
	end_us = state->given_us + life_s * YQ_US_PER_SECOND;
	kis_date_text(call, YQ_COUNTRY_KR, end_us, date);
	kis_time_text(call, end_us, time);
	(void)yq_str_format(until, sizeof(until), "%.4s-%.2s-%.2s %.2s:%.2s:%.2s", date, date + 4,
	    date + 6, time, time + 2, time + 4);
	yq_json_begin_object(&call->w);
	kis_put(&call->w, "access_token", token);
	kis_put(&call->w, "access_token_token_expired", until);
	kis_put(&call->w, "token_type", "Bearer");
	yq_json_put_int(&call->w, "expires_in", (end_us - call->now_us) / YQ_US_PER_SECOND);
	yq_json_end_object(&call->w);
}

void
kis_revoke(struct sim_call *call)
{
	const char *key = body_key(call, "appsecret");
	struct sim_key *state;

	if (key == NULL)
		return;
	/* Its tokens carry when they were given: the next one is another. */
	state = key_of(call->sim, key);
	assert(state != NULL);
	sim_key_set_tokens(call->sim->exchange, state, 0, call->now_us);
	yq_json_begin_object(&call->w);
	yq_json_put_int(&call->w, "code", 200);
	kis_put(&call->w, "message", "접근토큰 폐기에 성공하였습니다");
	yq_json_end_object(&call->w);
}

static struct yq_id
approval_of(const struct sim *sim, const char *key)
{
	char name[SIM_KEY_SIZE + 64];

	(void)yq_str_format(
	    name, sizeof(name), "simulator/approval/%s/%s", sim_epoch(sim->exchange), key);
	return yq_id_named(name, strlen(name));
}

const char *
kis_key_of_approval(struct sim *sim, const char *approval)
{
	for (const struct yq_table_node *n = sim_keys(sim->exchange)->oldest; n != NULL;
	     n = n->newer) {
		const struct sim_key *key = (const struct sim_key *)(const void *)n;
		const char *name = key->name + sizeof(KEY_PREFIX) - 1;

		if (yq_str_starts(key->name, KEY_PREFIX) &&
		    yq_str_equal(approval_of(sim, name).text, approval))
			return name;
	}
	return NULL;
}

void
kis_approval(struct sim_call *call)
{
	const char *key = body_key(call, "secretkey");

	if (key == NULL)
		return;
	yq_json_begin_object(&call->w);
	kis_put(&call->w, "approval_key", approval_of(call->sim, key).text);
	yq_json_end_object(&call->w);
}

void
kis_hashkey(struct sim_call *call)
{
	size_t length;
	const char *body = yq_http_body(call->request, &length);

	yq_json_begin_object(&call->w);
	yq_json_name(&call->w, "BODY");
	if (call->json == NULL)
		yq_json_add_null(&call->w);
	else
		yq_json_add_tree(&call->w, call->json);
	kis_put(&call->w, "HASH", yq_id_named(body, length).text);
	yq_json_end_object(&call->w);
}

void
kis_tokens_expire(struct sim *sim)
{
	for (struct yq_table_node *n = sim_keys(sim->exchange)->oldest; n != NULL; n = n->newer) {
		struct sim_key *key = (struct sim_key *)(void *)n;

		if (yq_str_starts(key->name, KEY_PREFIX))
			sim_key_set_tokens(sim->exchange, key, key->given_us, sim_now_us(sim));
	}
}
