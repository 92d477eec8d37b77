/* settings.c - an account at KIS: hosts by its kind, and what its section says. */
#include <string.h>

#include "base/str.h"
#include "broker/kis/kis.h"

#define REAL_URL       "https://openapi.koreainvestment.com:9443"
#define VIRTUAL_URL    "https://openapivts.koreainvestment.com:29443"
#define REAL_STREAM    "ws://ops.koreainvestment.com:21000/tryitout"
#define VIRTUAL_STREAM "ws://ops.koreainvestment.com:31000/tryitout"

/* KIS says 18 calls a second of a real key, and one of a virtual one. */
#define REAL_CALLS    18
#define VIRTUAL_CALLS 1

#define COLLAR_BPS     50
#define COLLAR_BPS_MAX 1000
#define QUOTE_S	       5

struct yq_kis_settings
yq_kis_settings_of(bool is_virtual, const char *base_url)
{
	struct yq_kis_settings s = { .account = { .product = "01", .is_virtual = is_virtual },
		.stream = true,
		.calls_per_second = is_virtual ? VIRTUAL_CALLS : REAL_CALLS,
		.collar_bps = COLLAR_BPS,
		.quote_s = QUOTE_S,
		.countries = 1U << YQ_COUNTRY_KR | 1U << YQ_COUNTRY_US };

	yq_str_copy_cut(s.url, sizeof(s.url),
	    base_url[0] != '\0' ? base_url
	    : is_virtual	? VIRTUAL_URL
				: REAL_URL);
	/* Who stands in for the one stands in for the other. */
	if (yq_str_starts(base_url, "http"))
		yq_str_format(s.stream_url, sizeof(s.stream_url), "ws%s/tryitout", base_url + 4);
	else
		yq_str_copy_cut(
		    s.stream_url, sizeof(s.stream_url), is_virtual ? VIRTUAL_STREAM : REAL_STREAM);
	return s;
}

static enum yq_rc
text(const yq_json *kis, const char *name, char *value, size_t size, struct yq_err *err)
{
	const yq_json *json = yq_json_get_nocase(kis, name);

	if (json == NULL)
		return YQ_OK;
	if (yq_json_type_of(json) != YQ_JSON_STRING ||
	    !yq_str_copy(value, size, yq_json_text(json, NULL)))
		return yq_err_set(
		    err, YQ_E_INVALID, "%s: expected a text of at most %zu bytes", name, size - 1);
	return YQ_OK;
}

static enum yq_rc
whole(const yq_json *kis, const char *name, int64_t max, uint32_t *value, struct yq_err *err)
{
	const yq_json *json = yq_json_get_nocase(kis, name);
	int64_t number;

	if (json == NULL)
		return YQ_OK;
	if (yq_json_int64(json, &number) != YQ_OK || number < 0 || number > max)
		return yq_err_set(err, YQ_E_INVALID, "%s: expected a whole number from 0 to %lld",
		    name, (long long)max);
	*value = (uint32_t)number;
	return YQ_OK;
}

static bool
is_digits(const char *digits, size_t length)
{
	return strspn(digits, "0123456789") >= length;
}

enum yq_rc
yq_kis_settings_account(struct yq_kis_settings *settings, const char *number, struct yq_err *err)
{
	struct yq_kis_account *account = &settings->account;
	const size_t digits = sizeof(account->number) - 1, product = sizeof(account->product) - 1;
	const char *rest = number + digits;

	if (is_digits(number, digits)) {
		rest += *rest == '-';
		if (strlen(rest) == product && is_digits(rest, product) &&
		    yq_str_copy_bytes(account->number, sizeof(account->number), number, digits) &&
		    yq_str_copy(account->product, sizeof(account->product), rest))
			return YQ_OK;
	}
	return yq_err_set(
	    err, YQ_E_INVALID, "Account: expected eight digits and two, \"12345678-01\"");
}

static enum yq_rc
account(const yq_json *kis, struct yq_kis_settings *settings, struct yq_err *err)
{
	char given[16] = "";
	enum yq_rc rc = text(kis, "Account", given, sizeof(given), err);

	if (rc != YQ_OK || given[0] == '\0')
		return rc;
	return yq_kis_settings_account(settings, given, err);
}

static enum yq_rc
countries(const yq_json *kis, uint32_t *value, struct yq_err *err)
{
	const yq_json *json = yq_json_get_nocase(kis, "Countries");
	uint32_t bits = 0;

	if (json == NULL)
		return YQ_OK;
	if (yq_json_type_of(json) != YQ_JSON_ARRAY || yq_json_count(json) == 0)
		return yq_err_set(
		    err, YQ_E_INVALID, "Countries: expected a list, [\"KR\", \"US\"]");
	for (size_t i = 0; i < yq_json_count(json); i++) {
		size_t length;
		const char *name = yq_json_text(yq_json_at(json, i), &length);
		int country = yq_names_find(&yq_country_names, name, length);

		if (country < 0)
			return yq_err_set(err, YQ_E_INVALID,
			    "Countries: \"%.16s\" is none of KR, US, CN, JP, HK, VN", name);
		bits |= 1U << country;
	}
	*value = bits;
	return YQ_OK;
}

static enum yq_rc
route(const yq_json *kis, char value[4], struct yq_err *err)
{
	char given[4] = "";
	enum yq_rc rc = text(kis, "Route", given, sizeof(given), err);

	if (rc != YQ_OK || given[0] == '\0')
		return rc;
	if (!yq_str_equal(given, "KRX") && !yq_str_equal(given, "NXT") &&
	    !yq_str_equal(given, "SOR"))
		return yq_err_set(err, YQ_E_INVALID, "Route: expected KRX, NXT or SOR");
	memcpy(value, given, sizeof(given));
	return YQ_OK;
}

enum yq_rc
yq_kis_settings_read(const yq_json *kis, struct yq_kis_settings *s, struct yq_err *err)
{
	const yq_json *stream = kis != NULL ? yq_json_get_nocase(kis, "Stream") : NULL;
	enum yq_rc rc;

	if (kis == NULL)
		return YQ_OK;
	rc = account(kis, s, err);
	if (rc == YQ_OK)
		rc = route(kis, s->account.route, err);
	if (rc == YQ_OK)
		rc = countries(kis, &s->countries, err);
	if (rc == YQ_OK)
		rc = text(kis, "HtsId", s->hts_id, sizeof(s->hts_id), err);
	if (rc == YQ_OK)
		rc = text(kis, "StreamUrl", s->stream_url, sizeof(s->stream_url), err);
	if (rc == YQ_OK)
		rc = text(kis, "CaFile", s->ca_file, sizeof(s->ca_file), err);
	if (rc == YQ_OK)
		rc = text(kis, "Proxy", s->proxy, sizeof(s->proxy), err);
	if (rc == YQ_OK)
		rc = whole(kis, "CollarBps", COLLAR_BPS_MAX, &s->collar_bps, err);
	if (rc == YQ_OK)
		rc = whole(kis, "CallsPerSecond", 1000, &s->calls_per_second, err);
	if (rc == YQ_OK)
		rc = whole(kis, "QuoteSeconds", 3600, &s->quote_s, err);
	if (rc == YQ_OK && stream != NULL) {
		if (yq_json_type_of(stream) != YQ_JSON_BOOL)
			return yq_err_set(err, YQ_E_INVALID, "Stream: expected true or false");
		s->stream = yq_json_bool(stream);
	}
	return rc;
}
