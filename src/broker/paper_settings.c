/* paper_settings.c - the paper broker's settings: defaults and reading from JSON. */
#include "broker/paper.h"

#define S struct yq_paper_settings

struct yq_paper_settings
yq_paper_settings_default(void)
{
	return (struct yq_paper_settings){
		.cash = { [YQ_USD] = yq_decimal_from_int(100000),
		    [YQ_KRW] = yq_decimal_from_int(100000000),
		    [YQ_JPY] = yq_decimal_from_int(10000000) },
		.walk_bps = YQ_DECIMAL_ZERO, /* prices move with alerts, unless asked to */
		.walk_interval_ms = 1000,
		.seed = 1,
		.journal_max_bytes = INT64_C(32) << 20,
		.always_open = true,
		.client_ids = true,
		.order_types = UINT32_MAX,
		.times_in_force = UINT32_MAX,
	};
}

uint32_t
yq_paper_calls_burst(const struct yq_paper_settings *settings)
{
	return settings->calls_burst > YQ_CALLS_BURST_MIN ? settings->calls_burst
							  : YQ_CALLS_BURST_MIN;
}

enum form {
	FORM_DECIMAL,
	FORM_RATE,
	FORM_UINT32,
	FORM_UINT64,
	FORM_INT64,
	FORM_BOOL,
	FORM_TYPES,
	FORM_TIFS
};

static const struct row {
	const char *name;
	enum form form;
	size_t offset;
	int64_t max; /* of the number as written */
} rows[] = {
	{ "SlippageBps", FORM_DECIMAL, offsetof(S, slippage_bps), 1000 },
	{ "WalkBps", FORM_DECIMAL, offsetof(S, walk_bps), 1000 },
	{ "WalkIntervalMs", FORM_UINT32, offsetof(S, walk_interval_ms), 3600000 },
	{ "PartialFillRate", FORM_RATE, offsetof(S, partial_ppm), 1 },
	{ "RejectRate", FORM_RATE, offsetof(S, reject_ppm), 1 },
	{ "SilentRate", FORM_RATE, offsetof(S, silent_ppm), 1 },
	{ "TransientRate", FORM_RATE, offsetof(S, transient_ppm), 1 },
	{ "DuplicateRate", FORM_RATE, offsetof(S, duplicate_ppm), 1 },
	{ "ReorderRate", FORM_RATE, offsetof(S, reorder_ppm), 1 },
	{ "LostRate", FORM_RATE, offsetof(S, lost_ppm), 1 },
	{ "CallsPerSecond", FORM_UINT32, offsetof(S, calls_per_second), 100000 },
	{ "CallsBurst", FORM_UINT32, offsetof(S, calls_burst), 100000 },
	{ "LatencyMs", FORM_UINT32, offsetof(S, latency_ms), 60000 },
	{ "Seed", FORM_UINT64, offsetof(S, seed), INT64_MAX },
	{ "JournalMaxBytes", FORM_INT64, offsetof(S, journal_max_bytes), INT64_MAX },
	{ "InventPrices", FORM_BOOL, offsetof(S, invent_prices), 0 },
	{ "AllowShort", FORM_BOOL, offsetof(S, allow_short), 0 },
	{ "ClientIds", FORM_BOOL, offsetof(S, client_ids), 0 },
	{ "Fsync", FORM_BOOL, offsetof(S, sync), 0 },
	{ "OrderTypes", FORM_TYPES, offsetof(S, order_types), 0 },
	{ "TimesInForce", FORM_TIFS, offsetof(S, times_in_force), 0 },
};

/* A number within [0, max]. */
static enum yq_rc
number(const char *name, const yq_json *json, int64_t max, struct yq_decimal *value,
    struct yq_err *err)
{
	if (yq_json_decimal(json, value) != YQ_OK || yq_decimal_sign(*value) < 0 ||
	    (max < INT64_MAX && yq_decimal_cmp(*value, yq_decimal_from_int(max)) > 0))
		return yq_err_set(err, YQ_E_INVALID, "%s: expected a number from 0 to %lld", name,
		    (long long)max);
	return YQ_OK;
}

static enum yq_rc
whole(const char *name, const yq_json *json, int64_t max, int64_t *value, struct yq_err *err)
{
	if (yq_json_int64(json, value) != YQ_OK || *value < 0 || *value > max)
		return yq_err_set(err, YQ_E_INVALID, "%s: expected a whole number from 0 to %lld",
		    name, (long long)max);
	return YQ_OK;
}

/* A list of names, as bits. */
static enum yq_rc
list(const struct row *row, const yq_json *json, uint32_t *bits, struct yq_err *err)
{
	const struct yq_names *names =
	    row->form == FORM_TYPES ? &yq_order_type_names : &yq_tif_names;

	*bits = 0;
	for (size_t i = 0; yq_json_type_of(json) == YQ_JSON_ARRAY && i < yq_json_count(json); i++) {
		size_t length = 0;
		const char *text = yq_json_text(yq_json_at(json, i), &length);
		int value = text != NULL ? yq_names_find(names, text, length) : -1;

		if (value < 0)
			return yq_err_set(
			    err, YQ_E_INVALID, "%s[%zu]: it is no %s", row->name, i, names->what);
		*bits |= 1U << (unsigned)value;
	}
	if (*bits != 0)
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID, "%s: expected a list of at least one", row->name);
}

static enum yq_rc
row_read(const struct row *row, const yq_json *json, void *member, struct yq_err *err)
{
	struct yq_decimal value;
	int64_t integer = 0;
	enum yq_rc rc = YQ_OK;

	switch (row->form) {
	case FORM_DECIMAL:
		return number(row->name, json, row->max, member, err);
	case FORM_RATE:
		rc = number(row->name, json, row->max, &value, err);
		if (rc == YQ_OK)
			rc = yq_decimal_to_scaled(value, 6, YQ_ROUND_HALF_EVEN, &integer);
		*(uint32_t *)member = (uint32_t)integer;
		return rc;
	case FORM_BOOL:
		if (yq_json_type_of(json) != YQ_JSON_BOOL)
			return yq_err_set(
			    err, YQ_E_INVALID, "%s: expected true or false", row->name);
		*(bool *)member = yq_json_bool(json);
		return YQ_OK;
	case FORM_TYPES:
	case FORM_TIFS:
		return list(row, json, member, err);
	case FORM_UINT32:
	case FORM_UINT64:
	case FORM_INT64:
		rc = whole(row->name, json, row->max, &integer, err);
		break;
	}
	if (rc != YQ_OK)
		return rc;
	if (row->form == FORM_UINT32)
		*(uint32_t *)member = (uint32_t)integer;
	else
		*(int64_t *)member = integer; /* Seed is its unsigned twin */
	return YQ_OK;
}

static enum yq_rc
fee_read(const char *country, const yq_json *json, struct yq_paper_fee *fee, struct yq_err *err)
{
	const yq_json *rate = yq_json_get_nocase(json, "Rate");
	const yq_json *minimum = yq_json_get_nocase(json, "Minimum");
	enum yq_rc rc = YQ_OK;

	if (rate != NULL)
		rc = number("Rate", rate, 1, &fee->rate, err);
	if (rc == YQ_OK && minimum != NULL)
		rc = number("Minimum", minimum, 1000000, &fee->minimum, err);
	return rc == YQ_OK ? YQ_OK : yq_err_context(err, rc, "Commission: %s", country);
}

enum yq_rc
yq_paper_settings_read(const yq_json *paper, struct yq_paper_settings *settings, struct yq_err *err)
{
	const yq_json *commission = yq_json_get_nocase(paper, "Commission");

	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		const yq_json *json = yq_json_get_nocase(paper, rows[i].name);
		enum yq_rc rc = YQ_OK;

		if (json != NULL)
			rc = row_read(&rows[i], json, (char *)settings + rows[i].offset, err);
		if (rc != YQ_OK)
			return rc;
	}
	for (int c = 0; commission != NULL && c < YQ_COUNTRY_COUNT; c++) {
		const char *country = yq_names_text(&yq_country_names, c);
		const yq_json *json = yq_json_get_nocase(commission, country);
		enum yq_rc rc = YQ_OK;

		if (json != NULL)
			rc = fee_read(country, json, &settings->fees[c], err);
		if (rc != YQ_OK)
			return rc;
	}
	return YQ_OK;
}

enum yq_rc
yq_paper_settings_of(const struct yq_opt_decimal cash[YQ_CURRENCY_COUNT],
    struct yq_decimal commission_rate, bool allow_short, bool any_hour, const yq_json *paper,
    struct yq_paper_settings *settings, struct yq_err *err)
{
	*settings = yq_paper_settings_default();
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		settings->cash[c] = cash[c].set ? cash[c].value : YQ_DECIMAL_ZERO;
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++)
		settings->fees[c].rate = commission_rate;
	settings->allow_short = allow_short;
	settings->always_open = any_hour;
	return paper != NULL ? yq_paper_settings_read(paper, settings, err) : YQ_OK;
}
