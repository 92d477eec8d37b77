/* paper_record.c - records as JSON lines with a checksum; one field table a kind. */
#include "broker/paper_record.h"

#include "base/line.h"

#define R struct yq_paper_record

static const char *const kind_names[] = {
#define KIND_NAME(ident, name) [YQ_PAPER_##ident] = name,
	YQ_PAPER_RECORDS(KIND_NAME)
};
static const struct yq_names kinds = { "record", kind_names, YQ_COUNT(kind_names) };

static const struct yq_field book_fields[] = {
	YQ_FIELD_TEXT("Epoch", R, epoch, YQ_REQUIRED),
	YQ_FIELD_INT("Number", R, number, YQ_REQUIRED),
	YQ_FIELD_INT("Execution", R, execution, YQ_REQUIRED),
};
static const struct yq_field cash_fields[] = {
	YQ_FIELD_ENUM("Currency", R, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Value", R, value, YQ_REQUIRED),
};
static const struct yq_field position_fields[] = {
	YQ_FIELD_TEXT("Ticker", R, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", R, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Currency", R, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", R, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Value", R, value, YQ_REQUIRED),
};
static const struct yq_field price_fields[] = {
	YQ_FIELD_TEXT("Ticker", R, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", R, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Value", R, value, YQ_REQUIRED),
	YQ_FIELD_TIME("Time", R, time_us, YQ_REQUIRED),
};
static const struct yq_field order_fields[] = {
	YQ_FIELD_ID("Id", R, id, YQ_REQUIRED),
	YQ_FIELD_INT("Number", R, number, YQ_REQUIRED),
	YQ_FIELD_TEXT("Ticker", R, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", R, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Currency", R, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Action", R, action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Type", R, type, yq_order_type_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("TimeInForce", R, time_in_force, yq_tif_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("State", R, state, yq_order_state_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", R, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("UnitPrice", R, unit_price, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Filled", R, filled, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Notional", R, notional, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Fee", R, fee, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("Price", R, price),
	YQ_FIELD_OPT_DECIMAL("StopPrice", R, stop_price),
	YQ_FIELD_BOOL("Triggered", R, triggered, YQ_OPTIONAL),
	YQ_FIELD_TIME("Expires", R, expires_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("Time", R, time_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("Text", R, text, YQ_OPTIONAL),
};
static const struct yq_field fill_fields[] = {
	YQ_FIELD_ID("Id", R, id, YQ_REQUIRED),
	YQ_FIELD_INT("Execution", R, execution, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", R, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Value", R, value, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Fee", R, fee, YQ_REQUIRED),
	YQ_FIELD_TIME("Time", R, time_us, YQ_REQUIRED),
};
static const struct yq_field trigger_fields[] = {
	YQ_FIELD_ID("Id", R, id, YQ_REQUIRED),
};
static const struct yq_field change_fields[] = {
	YQ_FIELD_ID("Id", R, id, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", R, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("UnitPrice", R, unit_price, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("Price", R, price),
	YQ_FIELD_OPT_DECIMAL("StopPrice", R, stop_price),
	YQ_FIELD_TIME("Time", R, time_us, YQ_REQUIRED),
};
static const struct yq_field close_fields[] = {
	YQ_FIELD_ID("Id", R, id, YQ_REQUIRED),
	YQ_FIELD_ENUM("State", R, state, yq_order_state_names, YQ_REQUIRED),
	YQ_FIELD_TIME("Time", R, time_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("Text", R, text, YQ_OPTIONAL),
};
static const struct yq_field known_fields[] = {
	YQ_FIELD_ID("Id", R, id, YQ_REQUIRED),
	YQ_FIELD_INT("Number", R, number, YQ_REQUIRED),
	YQ_FIELD_ENUM("State", R, state, yq_order_state_names, YQ_REQUIRED),
};

static const struct {
	const struct yq_field *fields;
	size_t count;
} forms[YQ_PAPER_KIND_COUNT] = {
#define FORM(kind, table) [YQ_PAPER_##kind] = { table, YQ_COUNT(table) }
	FORM(BOOK, book_fields),
	FORM(CASH, cash_fields),
	FORM(POSITION, position_fields),
	FORM(PRICE, price_fields),
	FORM(ORDER, order_fields),
	FORM(FILL, fill_fields),
	FORM(PAST, fill_fields),
	FORM(TRIGGER, trigger_fields),
	FORM(CHANGE, change_fields),
	FORM(CLOSE, close_fields),
	FORM(KNOWN_ID, known_fields),
};

struct yq_paper_record
yq_paper_record_make(enum yq_paper_kind kind)
{
	return (struct yq_paper_record){ .kind = kind, .currency = YQ_CURRENCY_NONE };
}

void
yq_paper_record_write(struct yq_json_writer *w, const struct yq_paper_record *record)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "Kind", yq_names_text(&kinds, (int)record->kind));
	yq_record_write(w, forms[record->kind].fields, forms[record->kind].count, record);
	yq_json_end_object(w);
}

static enum yq_rc
record_read(const yq_json *object, struct yq_paper_record *record, struct yq_err *err)
{
	const yq_json *name = yq_json_get(object, "Kind");
	const char *text;
	size_t length;
	int kind;

	if (name == NULL || yq_json_type_of(name) != YQ_JSON_STRING)
		return yq_err_set(err, YQ_E_CORRUPT, "a record without a Kind");
	text = yq_json_text(name, &length);
	kind = yq_names_find(&kinds, text, length);
	if (kind < 0)
		return yq_err_set(err, YQ_E_CORRUPT, "unknown record \"%s\"", text);
	*record = yq_paper_record_make((enum yq_paper_kind)kind);
	if (yq_record_read(object, forms[kind].fields, forms[kind].count, record, err) != YQ_OK)
		return yq_err_context(err, YQ_E_CORRUPT, "record %s", kind_names[kind]);
	return YQ_OK;
}

enum yq_rc
yq_paper_line_read(
    const char *line, size_t length, yq_paper_record_fn *fn, void *cookie, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *array = NULL;
	const char *text;

	if (yq_line_check(line, length, &text, &length, err) != YQ_OK)
		return YQ_E_CORRUPT;
	if (yq_json_parse(text, length, &array, err) != YQ_OK)
		return yq_err_context(err, YQ_E_CORRUPT, "a line that is no JSON");
	for (size_t i = 0; i < yq_json_count(array); i++) {
		struct yq_paper_record record;
		enum yq_rc rc = record_read(yq_json_at(array, i), &record, err);

		if (rc == YQ_OK)
			rc = fn(cookie, &record, err);
		if (rc != YQ_OK)
			return rc;
	}
	return YQ_OK;
}
