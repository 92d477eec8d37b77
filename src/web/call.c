/* call.c - one call of the API, on a lane's thread. */
#include "web/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "web/auth.h"
#include "web/idempotency.h"

#define READING_METHOD "GET"

static bool
changes(const struct yq_api_route *route)
{
	return !yq_str_equal(route->method, READING_METHOD);
}

/* ---- who ---- */

static bool
deny(struct yq_web_call *call, unsigned status, const char *code, const char *text)
{
	yq_answer_problem(&call->answer, status, code, NULL, text);
	return false;
}

static bool
look_up(struct yq_desk *desk, struct yq_web_call *call, struct yq_api_call *api)
{
	const struct yq_auth_request request = {
		.cookie = call->cookie,
		.authorization = call->authorization,
		.csrf = call->csrf,
		.method = call->method,
		.address = call->address,
		.agent = call->agent,
		.secure = call->secure,
	};
	struct yq_err err = { .rc = YQ_OK };
	enum yq_rc rc = yq_auth_who(desk, &request, &call->who, &err);

	if (rc == YQ_OK)
		return true;
	call->who.user[0] = '\0';
	if (rc == YQ_E_DENIED) {
		yq_answer_header(&call->answer, "WWW-Authenticate", "Bearer realm=\"yQuant\"");
		return deny(call, 401, "NOT_SIGNED_IN", err.text);
	}
	if (rc == YQ_E_REFUSED)
		return deny(call, 403, "CSRF", err.text);
	(void)yq_answer_finish(api, rc, &err);
	call->answer = api->state->answer;
	api->state->answer = (struct yq_answer){ .status = 0 };
	return false;
}

static bool
may(struct yq_web_call *call)
{
	const struct yq_api_route *route = call->match.route;
	const struct yq_api_who *who = &call->who;
	char text[96];

	if ((route->flags & YQ_API_NO_KEY) != 0 && who->session[0] == '\0')
		return deny(call, 403, "FORBIDDEN", "an API key may not do this");
	if (who->must_change && (route->flags & YQ_API_FRESH) == 0)
		return deny(call, 403, "PASSWORD_CHANGE",
		    "set a password of your own first (POST /auth/password)");
	if (who->role >= route->role)
		return true;
	(void)yq_str_format(text, sizeof(text), "this takes the role %s, or a key with that scope",
	    yq_names_text(&yq_role_names, (int)route->role));
	return deny(call, 403, "FORBIDDEN", text);
}

static bool
admit(struct yq_desk *desk, struct yq_web_call *call, struct yq_api_call *api)
{
	yq_str_copy_cut(call->who.address, sizeof(call->who.address), call->address);
	yq_str_copy_cut(call->who.agent, sizeof(call->who.agent), call->agent);
	call->who.secure = call->secure;
	if (call->match.route->role == YQ_ROLE_NONE)
		return true;
	return look_up(desk, call, api) && may(call);
}

/* ---- what ---- */

/* What is asked for twice is done once. */
static bool
is_done_once(const struct yq_api_route *route)
{
	return changes(route) && route->role != YQ_ROLE_NONE;
}

static bool
read_key(struct yq_web_call *call, struct yq_id *key)
{
	const struct yq_api_route *route = call->match.route;

	bool needed = yq_str_equal(route->method, "POST") && (route->flags & YQ_API_QUIET) == 0;

	if (!is_done_once(route) || (call->key == NULL && !needed))
		return true;
	if (call->key != NULL && yq_id_parse(call->key, strlen(call->key), key) == YQ_OK)
		return true;
	yq_answer_problem(&call->answer, 400, "IDEMPOTENCY_KEY", "Idempotency-Key",
	    "the header Idempotency-Key: expected a UUID, a new one for each thing that is done");
	return false;
}

static struct yq_input
input_of(const struct yq_web_call *call)
{
	return (struct yq_input){ &call->match, call->query, call->query_count,
		call->body == NULL ? "" : call->body, call->body_length };
}

static bool
read_input(struct yq_web_call *call, struct yq_fields *fields)
{
	const struct yq_input input = input_of(call);
	struct yq_fault fault;

	if (yq_fields_read(&input, fields, &fault))
		return true;
	yq_answer_problem(&call->answer, fault.status, fault.code, fault.field, fault.text);
	return false;
}

/* ---- run ---- */

static void
set_hand(struct yq_desk *desk, const struct yq_api_who *who)
{
	desk->hand = (struct yq_hand){ .who = "" };
	yq_str_copy_cut(desk->hand.origin, sizeof(desk->hand.origin), "Web");
	if (who->user[0] != '\0')
		(void)yq_str_format(
		    desk->hand.who, sizeof(desk->hand.who), "%s@%s", who->user, who->address);
}

static void
run_handler(struct yq_web_call *call, struct yq_api_call *api)
{
	struct yq_api_state *state = api->state;
	struct yq_err err = { .rc = YQ_OK };
	enum yq_rc rc;

	state->answer.body = yq_buf_make(YQ_ANSWER_MAX);
	state->writer = yq_json_writer_make(&state->answer.body);
	api->out = &state->writer;
	rc = api->route->run(api, &err);
	(void)yq_answer_finish(api, rc, &err);
	if (changes(api->route) && (api->route->flags & YQ_API_QUIET) == 0)
		yq_info("%s by %s@%s: %u", api->route->name,
		    call->who.user[0] == '\0' ? "nobody" : call->who.user, call->address,
		    state->answer.status);
	call->answer = state->answer;
}

static void
run_once(struct yq_web_call *call, struct yq_api_call *api)
{
	const struct yq_input input = input_of(call);
	const struct yq_repeat repeat =
	    yq_repeat_of(call->who.user, &api->key, call->method, call->path, &input);
	struct yq_err err = { .rc = YQ_OK };
	bool first;
	enum yq_rc rc = yq_repeat_begin(api->desk, &repeat, &call->answer, &first, &err);

	if (rc != YQ_OK) {
		(void)yq_answer_finish(api, rc, &err);
		call->answer = api->state->answer;
	} else if (first) {
		run_handler(call, api);
		yq_repeat_end(
		    api->desk, &repeat, &call->answer, (api->route->flags & YQ_API_ONCE) != 0);
	}
}

void
yq_web_call_run(struct yq_desk *desk, struct yq_web_call *call)
{
	struct yq_api_state state = { .plain = false };
	struct yq_api_call api = {
		.route = call->match.route,
		.desk = desk,
		.now_us = yq_clock_now_us(yq_clock_system()),
		.state = &state,
	};

	desk->config = call->config;
	if (!admit(desk, call, &api))
		return;
	if ((api.route->flags & YQ_API_STREAM) != 0) {
		call->stream = true;
		return;
	}
	if (!read_input(call, &state.fields))
		return;
	if (read_key(call, &api.key)) {
		set_hand(desk, &call->who);
		api.who = call->who;
		if (yq_id_is_none(&api.key) || (api.route->flags & YQ_API_QUIET) != 0)
			run_handler(call, &api);
		else
			run_once(call, &api);
	}
	yq_fields_clear(&state.fields);
}

static void
free_wiped(char *text)
{
	if (text != NULL)
		yq_wipe(text, strlen(text));
	free(text);
}

void
yq_web_call_clear(struct yq_web_call *call)
{
	yq_answer_clear(&call->answer);
	for (size_t i = 0; i < call->query_count; i++) {
		free(call->query[i].name);
		free(call->query[i].value);
	}
	free(call->query);
	if (call->body != NULL)
		yq_wipe(call->body, call->body_length);
	free(call->body);
	free_wiped(call->cookie);
	free_wiped(call->authorization);
	free_wiped(call->csrf);
	free(call->method);
	free(call->path);
	free(call->key);
	free(call->last_id);
}
