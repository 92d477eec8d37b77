/* errors.c - what an error of Alpaca means for who called. */
#include "broker/alpaca/errors.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

#define TEXT_SIZE      400
#define INVALID	       40010001
#define WAIT_MAX_S     120 /* a pause longer than its window is not believed */
#define STATUS_LIMITED 429
#define STATUS_MISSING 404

/* The rest is unknown.  `ours`: also without Alpaca's own words. */
static const struct {
	int status;
	enum yq_rc acts, asks;
	bool ours;
} rows[] = {
	{ 400, YQ_E_REFUSED, YQ_E_INVALID, false },
	{ 401, YQ_E_REFUSED, YQ_E_DENIED, true }, /* its own is no JSON at times */
	{ 403, YQ_E_REFUSED, YQ_E_DENIED, false },
	{ STATUS_MISSING, YQ_E_REFUSED, YQ_E_NOT_FOUND, false },
	{ 405, YQ_E_REFUSED, YQ_E_INVALID, false },
	{ 409, YQ_E_REFUSED, YQ_E_INVALID, false },
	{ 413, YQ_E_REFUSED, YQ_E_INVALID, false },
	{ 422, YQ_E_REFUSED, YQ_E_INVALID, false },
	{ STATUS_LIMITED, YQ_E_RETRY, YQ_E_RETRY, true },
};

/* Whoever stands between says 404 in JSON too; Alpaca's own code begins with it. */
static bool
is_missing(int64_t code)
{
	return code / 100000 == STATUS_MISSING;
}

/* Alpaca's code and words.  False: it is not Alpaca that speaks. */
static bool
words(const struct yq_alpaca_answer *answer, int64_t *code, char text[TEXT_SIZE])
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	const yq_json *message;

	if (yq_json_parse(answer->body, answer->length, &root, NULL) != YQ_OK ||
	    yq_json_type_of(root) != YQ_JSON_OBJECT)
		return false;
	message = yq_json_get(root, "message");
	if (yq_json_type_of(message) != YQ_JSON_STRING)
		return false;
	yq_str_copy_cut(text, TEXT_SIZE, yq_json_text(message, NULL));
	if (yq_json_get(root, "code") == NULL)
		return true;
	return yq_json_type_of(yq_json_get(root, "code")) == YQ_JSON_NUMBER &&
	       yq_json_int64(yq_json_get(root, "code"), code) == YQ_OK;
}

static uint32_t
wait_ms(const struct yq_alpaca_answer *answer, int64_t now_us)
{
	int64_t value;

	if (answer->retry_after != NULL &&
	    yq_str_to_int64(answer->retry_after, 1, WAIT_MAX_S, &value))
		return (uint32_t)value * 1000;
	if (answer->rate_reset == NULL ||
	    !yq_str_to_int64(answer->rate_reset, 0, INT64_MAX / YQ_US_PER_SECOND, &value))
		return 0;
	value = value * YQ_US_PER_SECOND - now_us;
	if (value <= 0 || value > WAIT_MAX_S * YQ_US_PER_SECOND)
		return 0;
	return (uint32_t)(value / YQ_US_PER_MS) + 1;
}

static enum yq_rc
tell(const struct yq_alpaca_answer *answer, enum yq_rc rc, bool spoken, int64_t code,
    const char *text, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf shown = yq_buf_make(1024);

	if (spoken && code != 0)
		return yq_err_set(err, rc, "%s (Alpaca %lld)", text, (long long)code);
	if (spoken)
		return yq_err_set(err, rc, "%s (Alpaca %d)", text, answer->status);
	yq_json_show_text(answer->body, answer->length, &shown);
	return yq_err_set(err, rc, "Alpaca answers with status %d and no words of its own: %s",
	    answer->status, yq_buf_text(&shown));
}

enum yq_rc
yq_alpaca_judge(const struct yq_alpaca_answer *answer, bool acts, int64_t now_us,
    struct yq_alpaca_fault *fault, struct yq_err *err)
{
	char text[TEXT_SIZE] = "";
	bool spoken;

	*fault = (struct yq_alpaca_fault){ 0 };
	if (answer->status >= 200 && answer->status <= 299)
		return YQ_OK;
	spoken = words(answer, &fault->code, text);
	if (!spoken)
		fault->code = 0;
	fault->is_invalid = answer->status == 422 && fault->code == INVALID;
	fault->is_taken = answer->status == 422 && strstr(text, "client_order_id") != NULL;
	fault->is_limited = answer->status == STATUS_LIMITED;
	if (fault->is_limited)
		fault->wait_ms = wait_ms(answer, now_us);
	if (answer->status == STATUS_MISSING && !is_missing(fault->code))
		return tell(answer, YQ_E_UNKNOWN, spoken, fault->code, text, err);
	for (size_t i = 0; i < YQ_COUNT(rows); i++)
		if (rows[i].status == answer->status && (spoken || rows[i].ours))
			return tell(answer, acts ? rows[i].acts : rows[i].asks, spoken, fault->code,
			    text, err);
	return tell(answer, YQ_E_UNKNOWN, spoken, fault->code, text, err);
}
