/* schedule_text.c - schedules as people read and write them. */
#include "domain/schedule_text.h"

#include <string.h>

#include "base/str.h"

#define S struct yq_schedule

static const char weekday_names[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

/* ---- days and times ---- */

static int
weekday_of(const char *text)
{
	for (int i = 0; i < 7; i++)
		if (yq_str_equal_nocase_bytes(text, weekday_names[i], 3))
			return i;
	return -1;
}

static enum yq_rc
refuse_weekdays(const char *text, struct yq_err *err)
{
	return yq_err_set(err, YQ_E_INVALID,
	    "Weekdays: expected days like Mon-Fri or Mon,Wed,Fri, found \"%.60s\"", text);
}

enum yq_rc
yq_weekdays_parse(const char *text, int64_t *weekdays, struct yq_err *err)
{
	const char *at = text;
	int64_t days = 0;

	for (;;) {
		int first = strlen(at) >= 3 ? weekday_of(at) : -1, last = first;

		if (first < 0)
			return refuse_weekdays(text, err);
		at += 3;
		if (*at == '-') {
			last = strlen(at) >= 4 ? weekday_of(at + 1) : -1;
			if (last < first)
				return refuse_weekdays(text, err);
			at += 4;
		}
		for (int day = first; day <= last; day++)
			days |= INT64_C(1) << day;
		if (*at == '\0')
			break;
		if (*at++ != ',')
			return refuse_weekdays(text, err);
	}
	*weekdays = days;
	return YQ_OK;
}

void
yq_weekdays_format(int64_t weekdays, char text[YQ_WEEKDAYS_TEXT_SIZE])
{
	struct yq_buf buf = yq_buf_make(YQ_WEEKDAYS_TEXT_SIZE - 1);

	for (int day = 0; day < 7; day++) {
		int last = day;

		if (((weekdays >> day) & 1) == 0)
			continue;
		while (last < 6 && ((weekdays >> (last + 1)) & 1) != 0)
			last++;
		if (last == day + 1)
			last = day; /* two are told one by one */
		yq_buf_add_format(&buf, "%s%s", buf.length > 0 ? "," : "", weekday_names[day]);
		if (last > day)
			yq_buf_add_format(&buf, "-%s", weekday_names[last]);
		day = last;
	}
	yq_str_copy_cut(text, YQ_WEEKDAYS_TEXT_SIZE, yq_buf_text(&buf));
	yq_buf_free(&buf);
}

/* "10:00" */
static enum yq_rc
read_minute(const char *text, int64_t *minute, struct yq_err *err)
{
	int16_t value;

	if (!yq_minute_parse(text, &value) || value >= 1440)
		return yq_err_set(err, YQ_E_INVALID,
		    "Time: expected a local time like 09:35, found \"%.60s\"", text);
	*minute = value;
	return YQ_OK;
}

/* "2026-11-23" */
static enum yq_rc
read_date(const char *text, int64_t *date, struct yq_err *err)
{
	yq_date value;

	if (!yq_date_parse(text, &value) || value < 20000101 || value > 21991231)
		return yq_err_set(
		    err, YQ_E_INVALID, "expected a date like 2026-11-23, found \"%.60s\"", text);
	*date = value;
	return YQ_OK;
}

void
yq_schedule_when_text(const struct yq_schedule *schedule, char text[YQ_WHEN_TEXT_SIZE])
{
	if (schedule->when == YQ_SCHEDULE_AT)
		yq_str_format(text, YQ_WHEN_TEXT_SIZE, "%02d:%02d", (int)schedule->minute / 60,
		    (int)schedule->minute % 60);
	else if (schedule->when == YQ_SCHEDULE_CLOSE)
		yq_str_format(text, YQ_WHEN_TEXT_SIZE, "%lld min before the close",
		    (long long)-schedule->offset);
	else if (schedule->offset == 0)
		yq_str_format(text, YQ_WHEN_TEXT_SIZE, "at the open");
	else
		yq_str_format(text, YQ_WHEN_TEXT_SIZE, "%lld min after the open",
		    (long long)schedule->offset);
}

void
yq_local_format(const struct yq_zone *zone, int64_t instant_us, char text[YQ_LOCAL_TEXT_SIZE])
{
	struct yq_civil civil = yq_zone_civil(zone, instant_us);

	yq_str_format(text, YQ_LOCAL_TEXT_SIZE, "%04d-%02d-%02d %02d:%02d %s", civil.year,
	    civil.month, civil.day, civil.hour, civil.minute, weekday_names[civil.weekday]);
}

/* ---- writing ---- */

static const struct yq_field common_fields[] = {
	YQ_FIELD_ID("Id", S, id, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Name", S, name, YQ_REQUIRED),
	YQ_FIELD_BOOL("Enabled", S, enabled, YQ_OPTIONAL),
	YQ_FIELD_ENUM("Kind", S, kind, yq_schedule_kind_names, YQ_OPTIONAL),
	YQ_FIELD_TEXT("AccountAlias", S, account_alias, YQ_REQUIRED),
};
static const struct yq_field order_fields[] = {
	YQ_FIELD_TEXT("Ticker", S, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", S, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Action", S, action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Type", S, type, yq_order_type_names, YQ_OPTIONAL),
	YQ_FIELD_OPT_DECIMAL("Price", S, price),
	YQ_FIELD_OPT_DECIMAL("Quantity", S, quantity),
	YQ_FIELD_OPT_DECIMAL("Amount", S, amount),
};
static const struct yq_field when_fields[] = {
	YQ_FIELD_ENUM("When", S, when, yq_schedule_when_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("Zone", S, zone, YQ_OPTIONAL),
	YQ_FIELD_INT("MaxLateSeconds", S, max_late_seconds, YQ_OPTIONAL),
	YQ_FIELD_BOOL("AnyHour", S, any_hour, YQ_OPTIONAL),
};
static const struct yq_field offset_field[] = {
	YQ_FIELD_INT("Minutes", S, offset, YQ_REQUIRED),
};
/* Those that are read one by one. */
static const char *const own_names[] = { "Country", "Reasons", "Time", "Minutes", "Weekdays",
	"From", "To", "Version" };

static void
write_reasons(struct yq_json_writer *w, const char *reasons)
{
	if (reasons[0] == '\0')
		return;
	yq_json_name(w, "Reasons");
	yq_json_begin_array(w);
	for (const char *line = reasons; *line != '\0';) {
		size_t length = strcspn(line, "\n");

		yq_json_add_bytes(w, line, length);
		line += length + (line[length] == '\n');
	}
	yq_json_end_array(w);
}

static void
write_date(struct yq_json_writer *w, const char *name, int64_t date)
{
	char text[YQ_DATE_TEXT_SIZE];

	if (date == 0)
		return;
	yq_date_format((yq_date)date, text);
	yq_json_put_text(w, name, text);
}

void
yq_schedule_write(struct yq_json_writer *w, const struct yq_schedule *schedule)
{
	char text[YQ_WHEN_TEXT_SIZE];

	yq_record_write(w, common_fields, YQ_COUNT(common_fields), schedule);
	if (schedule->kind == YQ_SCHEDULE_ORDER) {
		yq_record_write(w, order_fields, YQ_COUNT(order_fields), schedule);
	} else {
		enum yq_country country = yq_market_of(schedule->exchange)->country;

		yq_json_put_text(w, "Country", yq_names_text(&yq_country_names, (int)country));
		write_reasons(w, schedule->reasons);
	}
	yq_record_write(w, when_fields, YQ_COUNT(when_fields), schedule);
	if (schedule->when == YQ_SCHEDULE_AT) {
		yq_schedule_when_text(schedule, text);
		yq_json_put_text(w, "Time", text);
	} else {
		yq_json_put_int(w, "Minutes", schedule->offset);
	}
	yq_weekdays_format(schedule->weekdays, text);
	yq_json_put_text(w, "Weekdays", text);
	write_date(w, "From", schedule->from);
	write_date(w, "To", schedule->to);
}

/* ---- reading ---- */

struct naming {
	const char *stranger; /* a member that nobody knows */
};

static bool
in_fields(const struct yq_field *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (yq_str_equal(fields[i].name, name))
			return true;
	return false;
}

static bool
find_stranger(void *cookie, const char *name, const yq_json *value)
{
	struct naming *naming = cookie;

	(void)value;
	for (size_t i = 0; i < YQ_COUNT(own_names); i++)
		if (yq_str_equal(own_names[i], name))
			return true;
	if (in_fields(common_fields, YQ_COUNT(common_fields), name) ||
	    in_fields(order_fields, YQ_COUNT(order_fields), name) ||
	    in_fields(when_fields, YQ_COUNT(when_fields), name))
		return true;
	naming->stranger = name;
	return false;
}

/* NULL when it is absent; YQ_E_INVALID when it is no text. */
static enum yq_rc
text_of(const yq_json *object, const char *name, const char **text, struct yq_err *err)
{
	const yq_json *value = yq_json_get(object, name);

	*text = NULL;
	if (value == NULL)
		return YQ_OK;
	if (yq_json_type_of(value) != YQ_JSON_STRING)
		return yq_err_set(err, YQ_E_INVALID, "%s: expected a text, found %s", name,
		    yq_json_type_name(yq_json_type_of(value)));
	*text = yq_json_text(value, NULL);
	return YQ_OK;
}

static enum yq_rc
read_country(const yq_json *object, struct yq_schedule *schedule, struct yq_err *err)
{
	const char *text;
	int country;
	enum yq_rc rc = text_of(object, "Country", &text, err);

	if (rc != YQ_OK)
		return rc;
	country = text != NULL ? yq_names_find(&yq_country_names, text, strlen(text)) : -1;
	if (country < 0)
		return yq_err_set(err, YQ_E_INVALID,
		    "Country: expected KR, US, CN, JP, HK or VN, found %.60s",
		    text != NULL ? text : "nothing");
	schedule->exchange = yq_market_of_country((enum yq_country)country)->exchange;
	return YQ_OK;
}

static enum yq_rc
read_reasons(const yq_json *object, struct yq_schedule *schedule, struct yq_err *err)
{
	const yq_json *list = yq_json_get(object, "Reasons");
	struct yq_buf buf = yq_buf_make(sizeof(schedule->reasons) - 1);
	bool good = list == NULL || yq_json_type_of(list) == YQ_JSON_ARRAY;

	for (size_t i = 0; good && i < yq_json_count(list); i++) {
		size_t length = 0;
		const char *text = yq_json_text(yq_json_at(list, i), &length);

		good = yq_json_type_of(yq_json_at(list, i)) == YQ_JSON_STRING && length > 0 &&
		       strlen(text) == length && strchr(text, '\n') == NULL;
		if (i > 0)
			yq_buf_add_char(&buf, '\n');
		yq_buf_add(&buf, text, length);
	}
	good = good && yq_buf_ok(&buf);
	if (list != NULL)
		yq_str_copy_cut(schedule->reasons, sizeof(schedule->reasons), yq_buf_text(&buf));
	yq_buf_free(&buf);
	return good ? YQ_OK
		    : yq_err_set(err, YQ_E_INVALID,
			  "Reasons: expected a list of texts, %zu bytes in all at most",
			  sizeof(schedule->reasons) - 1);
}

static enum yq_rc
read_dates(const yq_json *object, struct yq_schedule *schedule, struct yq_err *err)
{
	const struct {
		const char *name;
		int64_t *date;
	} dates[] = { { "From", &schedule->from }, { "To", &schedule->to } };
	const char *text;

	for (size_t i = 0; i < YQ_COUNT(dates); i++) {
		enum yq_rc rc = text_of(object, dates[i].name, &text, err);

		if (rc == YQ_OK && text != NULL) {
			rc = read_date(text, dates[i].date, err);
			if (rc != YQ_OK)
				rc = yq_err_context(err, rc, "%s", dates[i].name);
		}
		if (rc != YQ_OK)
			return rc;
	}
	return YQ_OK;
}

static enum yq_rc
read_when(const yq_json *object, struct yq_schedule *schedule, struct yq_err *err)
{
	bool fixed;
	const char *text;
	enum yq_rc rc;

	rc = yq_record_read(object, when_fields, YQ_COUNT(when_fields), schedule, err);
	if (rc != YQ_OK)
		return rc;
	fixed = schedule->when == YQ_SCHEDULE_AT;
	if (yq_json_get(object, fixed ? "Minutes" : "Time") != NULL)
		return yq_err_set(err, YQ_E_INVALID, "%s: with When %s there is none",
		    fixed ? "Minutes" : "Time",
		    yq_names_text(&yq_schedule_when_names, (int)schedule->when));
	if (!fixed)
		rc = yq_record_read(object, offset_field, YQ_COUNT(offset_field), schedule, err);
	else
		rc = text_of(object, "Time", &text, err);
	if (rc == YQ_OK && fixed)
		rc = read_minute(text != NULL ? text : "", &schedule->minute, err);
	if (rc == YQ_OK)
		rc = text_of(object, "Weekdays", &text, err);
	if (rc == YQ_OK && text != NULL)
		rc = yq_weekdays_parse(text, &schedule->weekdays, err);
	return rc == YQ_OK ? read_dates(object, schedule, err) : rc;
}

/* What only the other kind has. */
static enum yq_rc
refuse_others(const yq_json *object, enum yq_schedule_kind kind, struct yq_err *err)
{
	static const char *const of_orders[] = { "Ticker", "Exchange", "Action", "Type", "Price",
		"Quantity", "Amount" };
	static const char *const of_liquidations[] = { "Country", "Reasons" };
	bool order = kind == YQ_SCHEDULE_ORDER;
	const char *const *names = order ? of_liquidations : of_orders;
	size_t count = order ? YQ_COUNT(of_liquidations) : YQ_COUNT(of_orders);

	for (size_t i = 0; i < count; i++)
		if (yq_json_get(object, names[i]) != NULL)
			return yq_err_set(err, YQ_E_INVALID, "%s: %s has none", names[i],
			    order ? "an order" : "a liquidation");
	return YQ_OK;
}

enum yq_rc
yq_schedule_read(const yq_json *object, struct yq_schedule *schedule, struct yq_err *err)
{
	struct naming naming = { 0 };
	enum yq_rc rc;

	rc = yq_record_read(object, common_fields, YQ_COUNT(common_fields), schedule, err);
	if (rc != YQ_OK)
		return rc;
	yq_json_each(object, find_stranger, &naming);
	if (naming.stranger != NULL)
		return yq_err_set(
		    err, YQ_E_INVALID, "%.60s: a schedule has no such member", naming.stranger);
	rc = refuse_others(object, schedule->kind, err);
	if (rc != YQ_OK)
		return rc;
	if (schedule->kind == YQ_SCHEDULE_ORDER) {
		rc = yq_record_read(object, order_fields, YQ_COUNT(order_fields), schedule, err);
	} else {
		rc = read_country(object, schedule, err);
		if (rc == YQ_OK)
			rc = read_reasons(object, schedule, err);
	}
	return rc == YQ_OK ? read_when(object, schedule, err) : rc;
}
