/* holidays.c - which days the exchange in Korea is open. */
#include "broker/kis/holidays.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "broker/kis/adapter.h"
#include "broker/kis/field.h"
#include "broker/kis/list.h"

static const struct yq_kis_code code = { "CTCA0903R",
	"/uapi/domestic-stock/v1/quotations/chk-holiday", false };

/* ---- the answer ---- */

static enum yq_rc
read_flag(const yq_json *row, const char *name, bool *flag, struct yq_err *err)
{
	char text[4];
	enum yq_rc rc = yq_kis_text(row, name, text, sizeof(text), err);

	if (rc != YQ_OK)
		return rc;
	*flag = yq_str_equal(text, "Y");
	if (!*flag && !yq_str_equal(text, "N"))
		return yq_err_set(
		    err, YQ_E_INVALID, "%s: expected Y or N, found \"%s\"", name, text);
	return YQ_OK;
}

static enum yq_rc
read_day(const yq_json *row, struct yq_kis_day *day, struct yq_err *err)
{
	char text[16];
	int64_t number;
	enum yq_rc rc = yq_kis_text(row, "bass_dt", text, sizeof(text), err);

	if (rc == YQ_OK && (!yq_kis_date_parse(text, &number) ||
			       !yq_str_to_int64(text, 19000101, 21991231, &number)))
		rc = yq_err_set(err, YQ_E_INVALID, "bass_dt: expected a date, found \"%s\"", text);
	if (rc != YQ_OK)
		return rc;
	day->date = (yq_date)number;
	return read_flag(row, "opnd_yn", &day->open, err);
}

enum yq_rc
yq_kis_decode_holidays(const yq_json *root, struct yq_kis_day days[YQ_KIS_DAYS_MAX],
    size_t *ret_count, struct yq_err *err)
{
	struct yq_kis_list list;
	enum yq_rc rc = yq_kis_list(root, "output", &list, err);

	*ret_count = 0;
	if (rc == YQ_OK && (list.count == 0 || list.count > YQ_KIS_DAYS_MAX))
		rc = yq_err_set(err, YQ_E_INVALID, "output: expected 1-%d days, found %zu",
		    YQ_KIS_DAYS_MAX, list.count);
	if (rc != YQ_OK)
		return rc;
	for (size_t i = 0; i < list.count; i++) {
		rc = read_day(yq_kis_list_at(&list, i), &days[i], err);
		if (rc == YQ_OK && i > 0 && days[i].date != yq_date_add(days[i - 1].date, 1))
			rc = yq_err_set(err, YQ_E_INVALID, "bass_dt: a day is missing before it");
		if (rc != YQ_OK)
			return yq_kis_list_context("output", i, rc, err);
	}
	*ret_count = list.count;
	return YQ_OK;
}

/* ---- the question ---- */

struct holidays {
	struct yq_kis_task op;
	yq_date from;
	yq_kis_holidays_fn *fn;
};

static void
fail(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err)
{
	((struct holidays *)(void *)op)->fn(op->cookie, rc, NULL, 0, err);
}

static void
on_answer(void *cookie, enum yq_rc rc, const struct yq_kis_answer *answer, const struct yq_err *err)
{
	struct holidays *h = cookie;
	struct yq_kis_day days[YQ_KIS_DAYS_MAX];
	struct yq_err why;
	size_t count = 0;

	if (rc == YQ_OK) {
		rc = yq_kis_decode_holidays(answer->root, days, &count, &why);
		err = &why;
	}
	if (rc != YQ_OK) {
		yq_kis_task_fail(&h->op, rc == YQ_E_INVALID ? YQ_E_UNKNOWN : rc, err);
		return;
	}
	h->fn(h->op.cookie, YQ_OK, days, count, NULL);
	free(h);
}

static void
run(struct yq_kis_task *op)
{
	struct holidays *h = (struct holidays *)(void *)op;
	struct yq_kis_request request = yq_kis_request_make();
	struct yq_err err;

	if (op->k->settings.account.is_virtual) {
		(void)yq_err_set(&err, YQ_E_REFUSED,
		    "KIS tells of holidays to real accounts alone, not to virtual ones");
		yq_kis_task_fail(op, YQ_E_REFUSED, &err);
	} else {
		request.code = code;
		yq_buf_add_format(
		    &request.query, "BASS_DT=%08d&CTX_AREA_NK=&CTX_AREA_FK=", (int)h->from);
		yq_kis_rest_send(op->k->rest, &request, YQ_CALL_PRIORITY_PRICE, on_answer, h);
	}
	yq_kis_request_free(&request);
}

void
yq_kis_holidays(struct yq_broker *broker, yq_date from, yq_kis_holidays_fn *fn, void *cookie)
{
	struct holidays *h = yq_kis_task_make((struct yq_kis *)(void *)broker, sizeof(*h), run,
	    fail, (union yq_broker_completion){ .done = NULL }, cookie);

	h->from = from;
	h->fn = fn;
}
