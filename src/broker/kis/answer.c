/* answer.c - the envelope of an answer, and what an error means for the caller. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "broker/kis/decode.h"
#include "broker/kis/field.h"

#define TEXT_SIZE 256

/*
 * What KIS's gateway says before, or instead of, the service behind it.  Any code of a service
 * ("APBK0918") says that the service has refused the call.  Of a code of the gateway that is not
 * here nobody knows whether the call went on before the trouble began: what acts may have been
 * taken.
 */
static const struct {
	const char *code;
	enum yq_rc rc; /* of what acts; a question may always be asked again */
	enum yq_kis_advice advice;
} known[] = {
	{ "EGW00121", YQ_E_RETRY, YQ_KIS_RENEW },     /* the token is not valid */
	{ "EGW00122", YQ_E_RETRY, YQ_KIS_RENEW },     /* ... is missing */
	{ "EGW00123", YQ_E_RETRY, YQ_KIS_RENEW },     /* ... has expired */
	{ "EGW00103", YQ_E_REFUSED, YQ_KIS_NOTHING }, /* app key */
	{ "EGW00105", YQ_E_REFUSED, YQ_KIS_NOTHING }, /* ... and secret */
	{ "EGW00131", YQ_E_REFUSED, YQ_KIS_NOTHING }, /* hash of the body */
	{ "EGW00132", YQ_E_REFUSED, YQ_KIS_NOTHING }, /* content type */
	{ "EGW00205", YQ_E_REFUSED, YQ_KIS_NOTHING }, /* how the token was sent */
	{ "EGW00206", YQ_E_REFUSED, YQ_KIS_NOTHING }, /* permission */
	{ "EGW00213", YQ_E_REFUSED, YQ_KIS_NOTHING }, /* not for virtual accounts */
	{ "EGW00133", YQ_E_RETRY, YQ_KIS_SLOW },      /* one token a minute */
	{ "EGW00201", YQ_E_RETRY, YQ_KIS_SLOW },      /* calls a second */
	{ "EGW00215", YQ_E_RETRY, YQ_KIS_SLOW },      /* ... of the ledger */
	{ "EGW00203", YQ_E_UNKNOWN, YQ_KIS_NOTHING }, /* lost on the way to the service */
	{ "EGW00301", YQ_E_UNKNOWN, YQ_KIS_NOTHING }, /* timeouts behind the gateway */
	{ "EGW00302", YQ_E_UNKNOWN, YQ_KIS_NOTHING },
};

#define GATEWAY	      "EGW"
#define GATEWAY_INNER "EGW003" /* trouble behind the gateway: who knows how far it came */

static enum yq_rc
judge(const char *code, bool acts, enum yq_kis_advice *advice)
{
	for (size_t i = 0; i < YQ_COUNT(known); i++) {
		if (!yq_str_equal(known[i].code, code))
			continue;
		*advice = known[i].advice;
		return known[i].rc;
	}
	*advice = YQ_KIS_NOTHING;
	return yq_str_starts(code, acts ? GATEWAY : GATEWAY_INNER) ? YQ_E_UNKNOWN : YQ_E_REFUSED;
}

/* What can be shown of bytes that are no answer: printable, short. */
static void
show(const char *body, size_t length, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used < size - 1 && used < 60; i++) {
		unsigned char c = (unsigned char)body[i];

		if (c > ' ' && c < 0x7f)
			text[used++] = (char)c;
		else if (used > 0 && text[used - 1] != ' ')
			text[used++] = ' ';
	}
	text[used] = '\0';
}

/* Statuses with which a web server says that it has not passed the call on. */
static enum yq_rc
judge_status(int status, bool acts)
{
	switch (status) {
	case 400:
	case 401:
	case 403:
	case 404:
	case 405:
	case 411:
	case 413:
	case 414:
	case 415:
	case 431:
		return acts ? YQ_E_REFUSED : YQ_E_UNKNOWN;
	case 429:
		return YQ_E_RETRY;
	default:
		return YQ_E_UNKNOWN;
	}
}

static enum yq_rc
no_answer(
    int status, const char *body, size_t length, bool acts, const char *why, struct yq_err *err)
{
	char shown[TEXT_SIZE];

	show(body, length, shown, sizeof(shown));
	return yq_err_set(err, judge_status(status, acts),
	    "KIS answers with status %d and no answer of its own (%s): %s", status, why, shown);
}

/* Both texts of either envelope.  False: it has neither. */
static bool
error_texts(const yq_json *root, char *code, char *text)
{
	struct yq_err ignored;
	const char *names[][2] = { { "msg_cd", "msg1" }, { "error_code", "error_description" } };

	for (size_t i = 0; i < YQ_COUNT(names); i++) {
		const yq_json *json = yq_json_get(root, names[i][1]);

		if (yq_kis_text(root, names[i][0], code, YQ_KIS_CODE_SIZE, &ignored) != YQ_OK ||
		    code[0] == '\0')
			continue;
		text[0] = '\0';
		if (yq_json_type_of(json) == YQ_JSON_STRING)
			yq_str_copy_cut(text, TEXT_SIZE, yq_json_text(json, NULL));
		for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
			text[n - 1] = '\0';
		return true;
	}
	code[0] = text[0] = '\0';
	return false;
}

static enum yq_rc
refused(int status, const char *body, size_t length, bool acts, struct yq_kis_answer *answer,
    struct yq_err *err)
{
	char text[TEXT_SIZE];
	enum yq_rc rc;

	if (!error_texts(answer->root, answer->msg_code, text))
		return no_answer(status, body, length, acts, "without a code", err);
	rc = judge(answer->msg_code, acts, &answer->advice);
	return yq_err_set(err, rc, "%s (KIS %s)", text[0] != '\0' ? text : "KIS gives no reason",
	    answer->msg_code);
}

/* One of two letters. */
static bool
is_either(const char *tr_cont, char a, char b)
{
	return tr_cont != NULL && (tr_cont[0] == a || tr_cont[0] == b) &&
	       (tr_cont[1] == '\0' || tr_cont[1] == ' ');
}

/* Of the services rt_cd tells; the key service's answers have none, and their own names. */
static enum yq_rc
envelope(int status, const char *body, size_t length, bool acts, struct yq_kis_answer *answer,
    struct yq_err *err)
{
	const yq_json *rt = yq_json_get(answer->root, "rt_cd");

	if (yq_json_type_of(answer->root) != YQ_JSON_OBJECT)
		return no_answer(status, body, length, acts, "no object", err);
	if (yq_json_get(answer->root, "error_code") != NULL)
		return refused(status, body, length, acts, answer, err);
	if (rt == NULL && !acts && status == 200 &&
	    (yq_json_get(answer->root, "access_token") != NULL ||
		yq_json_get(answer->root, "approval_key") != NULL))
		return YQ_OK;
	if (yq_json_type_of(rt) != YQ_JSON_STRING)
		return no_answer(status, body, length, acts, "rt_cd is no text", err);
	if (!yq_str_equal(yq_json_text(rt, NULL), "0"))
		return refused(status, body, length, acts, answer, err);
	if (status != 200)
		return no_answer(status, body, length, acts, "rt_cd is 0", err);
	return YQ_OK;
}

enum yq_rc
yq_kis_answer_read(int status, const char *tr_cont, const char *body, size_t length, bool acts,
    struct yq_kis_answer *answer, struct yq_err *err)
{
	char ignored[TEXT_SIZE];
	struct yq_err why;
	enum yq_rc rc;

	*answer = (struct yq_kis_answer){ 0 };
	if (yq_json_parse(body, length, &answer->root, &why) != YQ_OK)
		return no_answer(status, body, length, acts, "no JSON", err);
	rc = envelope(status, body, length, acts, answer, err);
	if (rc != YQ_OK) {
		yq_kis_answer_free(answer);
		return rc;
	}
	(void)error_texts(answer->root, answer->msg_code, ignored);
	answer->more = is_either(tr_cont, 'F', 'M');
	answer->last = is_either(tr_cont, 'D', 'E');
	return YQ_OK;
}

/* Keys pass through here too. */
void
yq_kis_answer_free(struct yq_kis_answer *answer)
{
	if (answer->root != NULL)
		yq_json_free_wiped(answer->root);
	answer->root = NULL;
}
