/* kis.c - KIS's face: keys, rate, transactions, envelopes and pages. */
#include "simulator/kis.h"

#include <string.h>

#include "base/str.h"

#define SECOND_US YQ_US_PER_SECOND

bool
kis_is_virtual(const struct sim_call *call)
{
	return call->face == &sim_face_kis_virtual;
}

void
kis_end(struct sim_call *call, const char *code, const char *text)
{
	char padded[96];

	(void)yq_str_format(padded, sizeof(padded), "%-80s", text); /* KIS pads it */
	kis_put(&call->w, "rt_cd", "0");
	kis_put(&call->w, "msg_cd", code);
	kis_put(&call->w, "msg1", padded);
	yq_json_end_object(&call->w);
}

void
kis_refuse(struct sim_call *call, const char *code, const char *text)
{
	call->refused = true;
	call->status = yq_str_starts(code, "EGW") ? 500 : 200;
	yq_buf_clear(&call->body);
	call->w = yq_json_writer_make(&call->body);
	yq_json_begin_object(&call->w);
	kis_put(&call->w, "rt_cd", "1");
	kis_put(&call->w, "msg_cd", code);
	kis_put(&call->w, "msg1", text);
	yq_json_end_object(&call->w);
}

static void
refuse(struct sim_call *call, enum yq_rc rc, const char *text)
{
	switch (rc) {
	case YQ_E_LIMIT:
		kis_refuse(call, "EGW00201", "초당 거래건수를 초과하였습니다.");
		break;
	case YQ_E_NOT_FOUND:
		kis_refuse(call, "EGW00203", "OPS라우팅 중 오류가 발생했습니다.");
		call->status = 404;
		break;
	case YQ_E_INVALID:
		kis_refuse(call, "EGW00124", text);
		break;
	default:
		kis_refuse(call, "EGW00302", "서비스 처리 중 timeout 이 발생했습니다.");
	}
}

/* ---- admission ---- */

static bool
within_rate(struct sim_call *call, const char *key)
{
	bool is_virtual = kis_is_virtual(call);
	char name[SIM_KEY_SIZE + 12];

	(void)yq_str_format(name, sizeof(name), "%s/%s", is_virtual ? "kisv" : "kis", key);
	return sim_rate_take(&call->sim->rates, name,
	    call->sim->knobs
		.values[is_virtual ? SIM_KNOB_KIS_VIRTUAL_PER_SECOND : SIM_KNOB_KIS_PER_SECOND],
	    SECOND_US, yq_clock_now_us(call->sim->clock), NULL);
}

static bool
admit(struct sim_call *call)
{
	const char *key = sim_call_given(call, "appkey");
	const char *secret = sim_call_given(call, "appsecret"), *code, *text;
	char name[SIM_KEY_SIZE];

	if (key[0] == '\0' || !yq_str_format(name, sizeof(name), "kis/%s", key)) {
		kis_refuse(call, "EGW00103", "유효하지 않은 AppKey입니다.");
		return false;
	}
	if (!sim_key_fits(call->sim->exchange, name, secret)) {
		kis_refuse(call, "EGW00105", "유효하지 않은 AppSecret입니다.");
		return false;
	}
	code = kis_token_fault(call, &text);
	if (code != NULL) {
		kis_refuse(call, code, text);
		return false;
	}
	if (!within_rate(call, key)) {
		refuse(call, YQ_E_LIMIT, "");
		return false;
	}
	return true;
}

static bool
is_digits(const char *text, size_t length)
{
	return strlen(text) == length && strspn(text, "0123456789") == length;
}

/* The account of CANO and ACNT_PRDT_CD; the first key that names it has it. */
static bool
find_account(struct sim_call *call)
{
	const char *number = kis_param(call, "CANO"), *product = kis_param(call, "ACNT_PRDT_CD");
	char name[YQ_ALIAS_SIZE], owner[SIM_KEY_SIZE];

	if (is_digits(number, 8) && is_digits(product, 2) &&
	    yq_str_format(
		name, sizeof(name), "%s%s-%s", kis_is_virtual(call) ? "v" : "", number, product) &&
	    yq_str_format(owner, sizeof(owner), "account/%s", name) &&
	    sim_key_fits(call->sim->exchange, owner, sim_call_given(call, "appkey")))
		call->account = sim_account(call->sim->exchange, name);
	if (call->account == NULL)
		kis_refuse(call, "OPSQ2000", "ERROR : INPUT INVALID_CHECK_ACNO");
	return call->account != NULL;
}

/* Whether each of `needs` is among the parameters; an empty one counts, as it does with KIS. */
static bool
has_needs(struct sim_call *call, const char *needs)
{
	bool get = yq_str_equal(yq_http_method(call->request), "GET");
	char name[40], text[96];

	while (*needs != '\0') {
		size_t length = strcspn(needs, " ");
		const yq_json *json;

		if (length > 0 && yq_str_copy_bytes(name, sizeof(name), needs, length)) {
			json = get || call->json == NULL ? NULL : yq_json_get(call->json, name);
			if (get ? yq_http_query(call->request, name) == NULL
				: json == NULL || yq_json_type_of(json) != YQ_JSON_STRING) {
				(void)yq_str_format(
				    text, sizeof(text), "ERROR : INPUT FIELD NOT FOUND [%s]", name);
				kis_refuse(call, "OPSQ2001", text);
				return false;
			}
		}
		needs += length;
		needs += *needs == ' ';
	}
	return true;
}

static const struct kis_tr *
tr_of(const struct sim_call *call, const char *id, bool *ret_real_only)
{
	*ret_real_only = false;
	for (size_t i = 0; i < kis_tr_count; i++) {
		const struct kis_tr *tr = &kis_trs[i];
		const char *name = kis_is_virtual(call) ? tr->virtual : tr->real;

		if (!yq_str_equal(tr->path, call->route->pattern))
			continue;
		if (name != NULL && yq_str_equal(name, id))
			return tr;
		*ret_real_only |= kis_is_virtual(call) && yq_str_equal(tr->real, id);
	}
	return NULL;
}

static void
dispatch(struct sim_call *call)
{
	const char *id = sim_call_given(call, "tr_id");
	bool real_only;
	const struct kis_tr *tr = tr_of(call, id, &real_only);

	if (tr == NULL && real_only)
		kis_refuse(call, "EGW00213", "모의투자 TR 이 아닙니다.");
	else if (tr == NULL)
		kis_refuse(call, "EGW00206", "권한이 없는 TR 입니다.");
	if (tr == NULL || !has_needs(call, tr->needs) ||
	    (yq_str_starts(tr->needs, "CANO") && !find_account(call)))
		return;
	sim_call_header(call, "tr_id", id);
	tr->handle(call, tr);
}

/* ---- pages ---- */

struct kis_page
kis_page(struct sim_call *call, const struct kis_tr *tr, int64_t most)
{
	struct kis_page page = { .most = most, .places = tr->places };
	char name[24];

	page.first = !yq_str_equal(sim_call_given(call, "tr_cont"), "N");
	(void)yq_str_format(name, sizeof(name), "CTX_AREA_NK%u", tr->places);
	if (!page.first) {
		char digits[24];
		const char *text = kis_param(call, name);

		if (!yq_str_copy_bytes(digits, sizeof(digits), text, strcspn(text, " ")) ||
		    !yq_str_to_int64(digits, 0, INT64_MAX / 2, &page.from))
			page.from = 0;
	}
	return page;
}

bool
kis_page_has(struct kis_page *page)
{
	int64_t at = page->at++;

	return at >= page->from && at < page->from + page->most;
}

void
kis_page_end(struct sim_call *call, const struct kis_page *page)
{
	int64_t end = page->from + page->most;
	char name[24], next[32] = "";
	bool more = page->at > end;

	if (more)
		(void)yq_str_format(next, sizeof(next), "%lld", (long long)end);
	(void)yq_str_format(name, sizeof(name), "ctx_area_fk%u", page->places);
	kis_put(&call->w, name, kis_param(call, "CANO"));
	(void)yq_str_format(name, sizeof(name), "ctx_area_nk%u", page->places);
	kis_put(&call->w, name, next);
	sim_call_header(call, "tr_cont", more ? page->first ? "F" : "M" : page->first ? "D" : "E");
}

/* ---- routes ---- */

#define ASK(path)                              \
	{                                      \
		"GET", path, dispatch, 0, NULL \
	}
#define ORDER(path)                                           \
	{                                                     \
		"POST", path, dispatch, SIM_ROUTE_ORDER, NULL \
	}
static const struct sim_route routes[] = {
	{ "POST", "/oauth2/tokenP", kis_token, SIM_ROUTE_OPEN, NULL },
	{ "POST", "/oauth2/revokeP", kis_revoke, SIM_ROUTE_OPEN, NULL },
	{ "POST", "/oauth2/Approval", kis_approval, SIM_ROUTE_OPEN, NULL },
	{ "POST", "/uapi/hashkey", kis_hashkey, SIM_ROUTE_OPEN, NULL },
	ASK("/uapi/domestic-stock/v1/quotations/inquire-price"),
	ASK("/uapi/domestic-stock/v1/quotations/chk-holiday"),
	ASK("/uapi/domestic-stock/v1/trading/inquire-balance"),
	ASK("/uapi/domestic-stock/v1/trading/inquire-psbl-order"),
	ASK("/uapi/domestic-stock/v1/trading/inquire-daily-ccld"),
	ASK("/uapi/domestic-stock/v1/trading/inquire-psbl-rvsecncl"),
	ORDER("/uapi/domestic-stock/v1/trading/order-cash"),
	ORDER("/uapi/domestic-stock/v1/trading/order-rvsecncl"),
	ASK("/uapi/overseas-price/v1/quotations/price"),
	ASK("/uapi/overseas-stock/v1/quotations/countries-holiday"),
	ASK("/uapi/overseas-stock/v1/trading/inquire-balance"),
	ASK("/uapi/overseas-stock/v1/trading/inquire-present-balance"),
	ASK("/uapi/overseas-stock/v1/trading/foreign-margin"),
	ASK("/uapi/overseas-stock/v1/trading/inquire-psamount"),
	ASK("/uapi/overseas-stock/v1/trading/inquire-ccnl"),
	ASK("/uapi/overseas-stock/v1/trading/inquire-nccs"),
	ORDER("/uapi/overseas-stock/v1/trading/order"),
	ORDER("/uapi/overseas-stock/v1/trading/order-rvsecncl"),
	ORDER("/uapi/overseas-stock/v1/trading/daytime-order"),
	ORDER("/uapi/overseas-stock/v1/trading/daytime-order-rvsecncl"),
};

const struct sim_face sim_face_kis = {
	.prefix = "/kis",
	.routes = routes,
	.route_count = YQ_COUNT(routes),
	.admit = admit,
	.refuse = refuse,
	.upgrade = kis_upgrade,
	.push = kis_push, /* to the virtual ones too */
	.tick = kis_stream_tick,
	.disconnect = kis_disconnect,
	.expire = kis_tokens_expire,
};

const struct sim_face sim_face_kis_virtual = {
	.prefix = "/kis-virtual",
	.routes = routes,
	.route_count = YQ_COUNT(routes),
	.admit = admit,
	.refuse = refuse,
	.upgrade = kis_virtual_upgrade,
};
