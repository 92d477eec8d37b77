/* rates.c - keeps exchange rates, and who wrote them. */
#include "store/rates.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/audit.h"
#include "store/sql.h"

#define ATTEMPTS   3
#define DATE_SIZE  YQ_DATE_TEXT_SIZE
#define TEXT_SIZE  160
#define DATE_PARAM "CAST(CAST(:RATE_DATE AS VARCHAR(10)) AS DATE)"
#define KEY_IS	   "CURRENCY = :CURRENCY AND BASE = :BASE AND RATE_DATE = " DATE_PARAM

/* As the table has it: its dates go and come as text. */
struct row {
	struct yq_exchange_rate rate;
	char date[DATE_SIZE];
};
#define ROW struct row

static const struct yq_field fields[] = {
	YQ_FIELD_ENUM("CURRENCY", ROW, rate.currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("BASE", ROW, rate.base, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("RATE_DATE", ROW, date, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("RATE", ROW, rate.rate, YQ_REQUIRED),
	YQ_FIELD_TEXT("SOURCE", ROW, rate.source, YQ_REQUIRED),
	YQ_FIELD_TIME("WRITTEN_AT_US", ROW, rate.written_us, YQ_REQUIRED),
};
#define KEY_FIELDS 3 /* the first ones */

static const char select_sql[] = "SELECT CURRENCY, BASE, CAST(RATE_DATE AS VARCHAR(10)) AS"
				 " RATE_DATE, RATE, SOURCE, WRITTEN_AT_US FROM RATES";
static const char look_sql[] = "SELECT RATE, SOURCE FROM RATES WHERE " KEY_IS;
static const char insert_sql[] =
    "INSERT INTO RATES (CURRENCY, BASE, RATE_DATE, RATE, SOURCE, WRITTEN_AT_US) VALUES (:CURRENCY,"
    " :BASE, " DATE_PARAM ", :RATE, :SOURCE, :WRITTEN_AT_US)";
static const char update_sql[] =
    "UPDATE RATES SET RATE = :RATE, SOURCE = :SOURCE, WRITTEN_AT_US = :WRITTEN_AT_US WHERE " KEY_IS;
static const char delete_sql[] = "DELETE FROM RATES WHERE " KEY_IS;

/* ---- changing ---- */

struct change {
	struct row row;
	bool removes;
	bool found; /* something stands there: */
	struct row before;
	const struct yq_rate_act *act;
	struct yq_tx *tx;
};

/* "1 USD = 1380.5 KRW on 2026-11-23 (source)" */
static void
describe(const struct row *row, char text[TEXT_SIZE])
{
	char rate[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(row->rate.rate, rate);
	(void)yq_str_format(text, TEXT_SIZE, "1 %s = %s %s on %s (%s)",
	    yq_names_text(&yq_currency_names, (int)row->rate.currency), rate,
	    yq_names_text(&yq_currency_names, (int)row->rate.base), row->date, row->rate.source);
}

static enum yq_rc
audit(const struct change *c, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf request = yq_buf_make(YQ_SQL_MAX);
	struct yq_json_writer w = yq_json_writer_make(&request);
	struct yq_audit_row row = { .id = yq_id_random(),
		.at_us = c->act->now_us,
		.recorded_us = c->act->now_us,
		.hand = *c->act->hand };
	char text[TEXT_SIZE];

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "Verb", c->removes ? "remove" : "set");
	yq_record_write(&w, fields, c->removes ? KEY_FIELDS : YQ_COUNT(fields), &c->row);
	yq_json_end_object(&w);
	row.request = yq_buf_text(&request);
	yq_str_copy_cut(row.verb, sizeof(row.verb), "rate");
	yq_str_copy_cut(row.outcome, sizeof(row.outcome), "applied");
	(void)yq_str_format(row.target, sizeof(row.target), "%s %s %s",
	    yq_names_text(&yq_currency_names, (int)c->row.rate.currency),
	    yq_names_text(&yq_currency_names, (int)c->row.rate.base), c->row.date);
	if (c->found) {
		describe(&c->before, text);
		yq_str_copy_cut(row.before, sizeof(row.before), text);
	}
	describe(&c->row, text);
	yq_str_copy_cut(row.after, sizeof(row.after), c->removes ? "removed" : text);
	yq_str_copy_cut(row.reason, sizeof(row.reason), c->act->reason);
	return yq_audit_put(c->tx, &row, err);
}

static enum yq_rc
look(struct change *c, const struct yq_param *key, struct yq_err *err)
{
	enum yq_rc rc;

	c->before = c->row;
	rc = yq_tx_get(c->tx, look_sql, key, KEY_FIELDS, &fields[KEY_FIELDS], 2, &c->before, err);
	c->found = rc == YQ_OK;
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

static bool
is_the_same(const struct change *c)
{
	return c->found && yq_decimal_cmp(c->before.rate.rate, c->row.rate.rate) == 0 &&
	       yq_str_equal(c->before.rate.source, c->row.rate.source);
}

static enum yq_rc
write_row(struct change *c, const struct yq_param *params, struct yq_err *err)
{
	int64_t affected = 0;
	enum yq_rc rc;

	if (c->removes)
		rc = yq_tx_exec(c->tx, delete_sql, params, KEY_FIELDS, &affected, err);
	else
		rc = yq_tx_exec(c->tx, c->found ? update_sql : insert_sql, params, YQ_COUNT(fields),
		    &affected, err);
	if (rc == YQ_E_EXISTS || (rc == YQ_OK && affected == 0))
		return yq_err_set(err, YQ_E_RETRY, "another program writes the same rate");
	return rc;
}

static enum yq_rc
change_once(struct yq_firebird *firebird, struct change *c, struct yq_err *err)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct yq_param params[YQ_COUNT(fields)];
	enum yq_rc rc = yq_tx_begin(firebird, NULL, &tx, err);

	if (rc != YQ_OK)
		return rc;
	c->tx = tx;
	yq_params_of(fields, YQ_COUNT(fields), &c->row, params);
	rc = look(c, params, err);
	if (rc != YQ_OK)
		return rc;
	if (c->removes && !c->found)
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no rate %s %s of %s",
		    yq_names_text(&yq_currency_names, (int)c->row.rate.currency),
		    yq_names_text(&yq_currency_names, (int)c->row.rate.base), c->row.date);
	if (!c->removes && is_the_same(c))
		return YQ_OK;
	rc = write_row(c, params, err);
	if (rc == YQ_OK)
		rc = audit(c, err);
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

static enum yq_rc
change(struct yq_firebird *firebird, struct change *c, struct yq_err *err)
{
	enum yq_rc rc = YQ_E_RETRY;

	yq_date_format(c->row.rate.date, c->row.date);
	for (int i = 0; i < ATTEMPTS && rc == YQ_E_RETRY; i++)
		rc = change_once(firebird, c, err);
	return rc;
}

enum yq_rc
yq_rates_set(struct yq_firebird *firebird, const struct yq_exchange_rate *rate,
    const struct yq_rate_act *act, struct yq_opt_decimal *ret_before, struct yq_err *err)
{
	struct change c = { .row = { .rate = *rate }, .act = act };
	enum yq_rc rc;

	if (rate->currency == rate->base)
		return yq_err_set(err, YQ_E_INVALID, "a rate is of two currencies");
	if (rate->date == 0 || yq_decimal_sign(rate->rate) <= 0)
		return yq_err_set(err, YQ_E_INVALID, "a rate has a date, and is a number above 0");
	c.row.rate.written_us = act->now_us;
	rc = change(firebird, &c, err);
	*ret_before = YQ_OPT_DECIMAL_NONE;
	if (rc == YQ_OK && c.found)
		*ret_before = yq_opt_decimal_of(c.before.rate.rate);
	return rc;
}

enum yq_rc
yq_rates_remove(struct yq_firebird *firebird, enum yq_currency currency, enum yq_currency base,
    yq_date date, const struct yq_rate_act *act, struct yq_err *err)
{
	struct change c = { .row = { .rate = { .currency = currency, .base = base, .date = date } },
		.removes = true,
		.act = act };

	return change(firebird, &c, err);
}

/* ---- finding ---- */

void
yq_rate_list_free(struct yq_rate_list *list)
{
	free(list->items);
	*list = (struct yq_rate_list){ 0 };
}

static void
add_currency(
    struct yq_where *where, const char *condition, const char *name, enum yq_currency currency)
{
	if (currency != YQ_CURRENCY_NONE)
		yq_where_add(
		    where, condition, yq_param_enum(name, &yq_currency_names, (int)currency));
}

static void
add_date(struct yq_where *where, const char *condition, const char *name, yq_date date,
    char text[DATE_SIZE])
{
	if (date == 0)
		return;
	yq_date_format(date, text);
	yq_where_add(where, condition, yq_param_text(name, text));
}

enum yq_rc
yq_rates_find(struct yq_firebird *firebird, const struct yq_rate_filter *filter,
    struct yq_rate_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	YQ_CLEANUP(yq_freep) void *items = NULL;
	struct yq_where where = yq_where_make(&sql);
	char from[DATE_SIZE], to[DATE_SIZE];
	const struct row blank = { 0 };
	const struct row *rows;
	size_t count = 0;
	enum yq_rc rc;

	*list = (struct yq_rate_list){ 0 };
	yq_buf_add_text(&sql, select_sql);
	add_currency(&where, "CURRENCY = :CURRENCY", "CURRENCY", filter->currency);
	add_currency(&where, "BASE = :BASE", "BASE", filter->base);
	add_date(&where, "RATE_DATE >= CAST(CAST(:FROM_DATE AS VARCHAR(10)) AS DATE)", "FROM_DATE",
	    filter->from, from);
	add_date(&where, "RATE_DATE <= CAST(CAST(:TO_DATE AS VARCHAR(10)) AS DATE)", "TO_DATE",
	    filter->to, to);
	yq_buf_add_text(&sql, " ORDER BY RATES.RATE_DATE DESC, CURRENCY, BASE");
	rc = yq_where_list(
	    firebird, &where, fields, YQ_COUNT(fields), &blank, sizeof(blank), &items, &count, err);
	if (rc != YQ_OK || count == 0)
		return rc;
	rows = items;
	list->items = yq_xcalloc(count, sizeof(*list->items));
	for (; rc == YQ_OK && list->count < count; list->count++) {
		struct yq_exchange_rate *item = &list->items[list->count];

		*item = rows[list->count].rate;
		if (!yq_date_parse(rows[list->count].date, &item->date))
			rc = yq_err_set(
			    err, YQ_E_CORRUPT, "\"%s\" is no date", rows[list->count].date);
	}
	if (rc != YQ_OK)
		yq_rate_list_free(list);
	return rc;
}
