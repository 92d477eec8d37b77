/* kis_text.c - parameters, numbers, dates and order numbers in KIS's form. */
#include <string.h>

#include "base/str.h"
#include "simulator/kis.h"

const char *
kis_param(const struct sim_call *call, const char *name)
{
	const yq_json *json;

	if (yq_str_equal(yq_http_method(call->request), "GET"))
		return sim_call_query(call, name);
	json = call->json == NULL ? NULL : yq_json_get(call->json, name);
	return json != NULL && yq_json_type_of(json) == YQ_JSON_STRING ? yq_json_text(json, NULL)
								       : "";
}

bool
kis_number(const struct sim_call *call, const char *name, struct yq_decimal *value)
{
	const char *text = kis_param(call, name);

	return yq_decimal_parse(text, strlen(text), value) == YQ_OK;
}

void
kis_begin(struct sim_call *call, const char *name)
{
	yq_json_begin_object(&call->w);
	yq_json_name(&call->w, name);
}

void
kis_put(struct yq_json_writer *w, const char *name, const char *text)
{
	yq_json_put_text(w, name, text);
}

void
kis_put_decimal(
    struct yq_json_writer *w, const char *name, struct yq_decimal value, unsigned places)
{
	struct yq_decimal unit = yq_decimal_from_scaled(1, places), rounded = value;
	char text[YQ_DECIMAL_TEXT_SIZE];

	if (yq_decimal_round_to(value, unit, YQ_ROUND_HALF_EVEN, &rounded) != YQ_OK)
		rounded = value;
	(void)yq_decimal_format_places(rounded, places, text);
	yq_json_put_text(w, name, text);
}

void
kis_odno(int64_t number, char text[KIS_ODNO_SIZE])
{
	text[0] = '\0';
	if (number > 0)
		(void)yq_str_format(text, KIS_ODNO_SIZE, "%010lld", (long long)number);
}

int64_t
kis_odno_read(const char *text)
{
	int64_t number;

	while (text[0] == '0' && text[1] != '\0')
		text++;
	return yq_str_to_int64(text, 1, INT64_MAX, &number) ? number : 0;
}

static struct yq_civil
civil_of(const struct sim_call *call, enum yq_country country, int64_t instant_us)
{
	const struct yq_calendar *calendar = sim_settings_of(call->sim->exchange)->calendar;

	return yq_zone_civil(calendar->hours[country].zone, instant_us);
}

void
kis_date_text(
    const struct sim_call *call, enum yq_country country, int64_t instant_us, char text[16])
{
	struct yq_civil c = civil_of(call, country, instant_us);

	(void)yq_str_format(text, 16, "%04d%02d%02d", c.year % 10000, c.month % 100, c.day % 100);
}

void
kis_time_text(const struct sim_call *call, int64_t instant_us, char text[16])
{
	struct yq_civil c = civil_of(call, YQ_COUNTRY_KR, instant_us);

	(void)yq_str_format(text, 16, "%02d%02d%02d", c.hour % 100, c.minute % 100, c.second % 100);
}
