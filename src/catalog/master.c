/* master.c - the list of files, and how one becomes a list of instruments. */
#include "catalog/master.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "catalog/row.h"

/* The small market of Korea has no name of its own among the exchanges: its issues are KRX's. */
const struct yq_master yq_masters[YQ_MASTERS] = {
	{ "KOSPI", "kospi_code.mst", YQ_KOSPI, &yq_mst_kospi },
	{ "KOSDAQ", "kosdaq_code.mst", YQ_KOSDAQ, &yq_mst_kosdaq },
	{ "KONEX", "konex_code.mst", YQ_KRX, &yq_mst_konex },
	{ "NAS", "nasmst.cod", YQ_NASDAQ, NULL },
	{ "NYS", "nysmst.cod", YQ_NYSE, NULL },
	{ "AMS", "amsmst.cod", YQ_AMEX, NULL },
	{ "SHS", "shsmst.cod", YQ_SSE, NULL },
	{ "SHI", "shimst.cod", YQ_SSE, NULL }, /* indices */
	{ "SZS", "szsmst.cod", YQ_SZSE, NULL },
	{ "SZI", "szimst.cod", YQ_SZSE, NULL }, /* indices */
	{ "TSE", "tsemst.cod", YQ_TSE, NULL },
	{ "HKS", "hksmst.cod", YQ_HKEX, NULL },
	{ "HNX", "hnxmst.cod", YQ_HNX, NULL },
	{ "HSX", "hsxmst.cod", YQ_HOSE, NULL },
};

/* While a file is read: an issue and its line. */
struct item {
	struct yq_instrument instrument;
	unsigned line;
	size_t column; /* of its ticker, from 1 */
};

struct reading {
	const struct yq_master *master;
	struct yq_master_list *list;
	struct item *items; /* owned */
	size_t count, capacity;
};

void
yq_master_list_free(struct yq_master_list *list)
{
	free(list->items);
	*list = (struct yq_master_list){ 0 };
}

static void
leave_out(struct reading *reading, unsigned line, const char *ticker, const char *why)
{
	if (reading->list->left_out++ > 0)
		return;
	(void)yq_str_format(reading->list->left_out_why, sizeof(reading->list->left_out_why),
	    "%s line %u %s: %s", reading->master->file, line, ticker, why);
}

/* The first field, or that after the fourth tab. */
static size_t
ticker_column(const struct yq_row *row)
{
	unsigned tabs = row->master->mst != NULL ? 0 : 4;
	size_t at = 0;

	while (tabs > 0 && at < row->length)
		tabs -= row->bytes[at++] == '\t';
	return at + 1;
}

static enum yq_rc
read_row(struct reading *reading, const struct yq_row *row, struct yq_err *err)
{
	struct yq_instrument instrument = { .exchange = row->master->exchange };
	const char *left_out = NULL;
	enum yq_rc rc = row->master->mst != NULL
			    ? yq_row_read_mst(row, &instrument, &left_out, err)
			    : yq_row_read_cod(row, &instrument, &left_out, err);

	if (rc != YQ_OK)
		return rc;
	if (left_out != NULL) {
		leave_out(reading, row->line, instrument.ticker, left_out);
		return YQ_OK;
	}
	if (reading->count == YQ_MASTER_ISSUES_MAX)
		return yq_err_set(err, YQ_E_LIMIT, "%s has more than %d issues", row->master->file,
		    YQ_MASTER_ISSUES_MAX);
	yq_str_copy_cut(instrument.broker_code, sizeof(instrument.broker_code), row->master->code);
	yq_str_copy_cut(instrument.source, sizeof(instrument.source), row->master->file);
	yq_str_copy_cut(instrument.tick_table, sizeof(instrument.tick_table),
	    yq_instrument_ticks(instrument.exchange, instrument.kind));
	if (reading->count == reading->capacity) {
		reading->capacity = reading->capacity == 0 ? 1024 : reading->capacity * 2;
		reading->items =
		    yq_xrealloc(reading->items, reading->capacity, sizeof(*reading->items));
	}
	reading->items[reading->count++] =
	    (struct item){ instrument, row->line, ticker_column(row) };
	return YQ_OK;
}

/* The line without its LF or CR LF; returns where the next one begins. */
static size_t
take_line(const char *bytes, size_t length, size_t begin, struct yq_row *row)
{
	const char *end = memchr(bytes + begin, '\n', length - begin);
	size_t line_end = end != NULL ? (size_t)(end - bytes) : length;

	row->bytes = bytes + begin;
	row->length = line_end - begin;
	row->line++;
	if (row->length > 0 && row->bytes[row->length - 1] == '\r')
		row->length--;
	return end != NULL ? line_end + 1 : length;
}

static enum yq_rc
read_rows(struct reading *reading, struct yq_cp949 *cp949, const char *bytes, size_t length,
    struct yq_err *err)
{
	struct yq_row row = { .master = reading->master, .cp949 = cp949 };
	size_t begin = 0;
	enum yq_rc rc = YQ_OK;

	while (rc == YQ_OK && begin < length) {
		begin = take_line(bytes, length, begin, &row);
		if (row.line == 1 && row.master->mst == NULL && yq_row_is_header(&row))
			continue;
		if (row.length == 0 && begin == length)
			break; /* an empty last line */
		rc = read_row(reading, &row, err);
	}
	return rc;
}

static int
compare_items(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	int order = strcmp(left->instrument.ticker, right->instrument.ticker);

	return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* Sorted, each ticker once. */
static enum yq_rc
put_in_order(struct reading *reading, struct yq_err *err)
{
	struct yq_master_list *list = reading->list;
	const struct yq_instrument *last = NULL;

	if (reading->items == NULL)
		return yq_err_set(err, YQ_E_INVALID, "%s lists nothing", reading->master->file);
	qsort(reading->items, reading->count, sizeof(*reading->items), compare_items);
	list->items = yq_xcalloc(reading->count, sizeof(*list->items));
	for (size_t i = 0; i < reading->count; i++) {
		const struct item *item = &reading->items[i];

		if (last == NULL || !yq_str_equal(last->ticker, item->instrument.ticker)) {
			list->items[list->count] = item->instrument;
			last = &list->items[list->count++];
		} else if (yq_instrument_is_same(last, &item->instrument)) {
			leave_out(reading, item->line, last->ticker, "the same once more");
		} else {
			return yq_err_set(err, YQ_E_INVALID,
			    "%s line %u, column %zu (ticker): %s is on line %u already, as"
			    " something else",
			    reading->master->file, item->line, item->column, last->ticker,
			    reading->items[i - 1].line);
		}
	}
	return YQ_OK;
}

enum yq_rc
yq_master_parse(const struct yq_master *master, const char *bytes, size_t length,
    struct yq_master_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_cp949_closep) struct yq_cp949 *cp949 = NULL;
	struct reading reading = { .master = master, .list = list };
	enum yq_rc rc = yq_cp949_open(&cp949, err);

	*list = (struct yq_master_list){ 0 };
	if (rc == YQ_OK && length > YQ_MASTER_BYTES_MAX)
		rc = yq_err_set(err, YQ_E_LIMIT, "%s is larger than %zu bytes", master->file,
		    YQ_MASTER_BYTES_MAX);
	if (rc == YQ_OK)
		rc = read_rows(&reading, cp949, bytes, length, err);
	if (rc == YQ_OK)
		rc = put_in_order(&reading, err);
	free(reading.items);
	if (rc != YQ_OK)
		yq_master_list_free(list);
	return rc;
}

/* ---- several files of one exchange ---- */

/* What stays of two of one ticker; NULL = neither can be told to be right. */
static const struct yq_instrument *
choose(const struct yq_instrument *a, const struct yq_instrument *b)
{
	if (yq_instrument_is_tradable(a) != yq_instrument_is_tradable(b))
		return yq_instrument_is_tradable(a) ? a : b;
	return yq_instrument_is_tradable(a) ? NULL : a;
}

static void
note_left_out(struct yq_master_list *whole, const struct yq_instrument *item)
{
	if (whole->left_out++ > 0)
		return;
	(void)yq_str_format(whole->left_out_why, sizeof(whole->left_out_why),
	    "%s %s: an index of the same ticker as another issue", item->source, item->ticker);
}

static enum yq_rc
join_two(struct yq_master_list *a, const struct yq_master_list *b, struct yq_err *err)
{
	struct yq_master_list whole = *a;
	size_t i = 0, j = 0;

	whole.items = yq_xcalloc(a->count + b->count + 1, sizeof(*whole.items));
	whole.count = 0;
	whole.left_out += b->left_out;
	if (whole.left_out_why[0] == '\0')
		memcpy(whole.left_out_why, b->left_out_why, sizeof(whole.left_out_why));
	while (i < a->count || j < b->count) {
		int order = i == a->count   ? 1
			    : j == b->count ? -1
					    : strcmp(a->items[i].ticker, b->items[j].ticker);
		const struct yq_instrument *item = order < 0 ? &a->items[i] : &b->items[j];

		if (order == 0) {
			item = choose(&a->items[i], &b->items[j]);
			if (item == NULL) {
				free(whole.items);
				return yq_err_set(err, YQ_E_INVALID,
				    "%s and %s both list %s, as two things", a->items[i].source,
				    b->items[j].source, b->items[j].ticker);
			}
			note_left_out(&whole, item == &a->items[i] ? &b->items[j] : &a->items[i]);
		}
		whole.items[whole.count++] = *item;
		i += order <= 0;
		j += order >= 0;
	}
	free(a->items);
	*a = whole;
	return YQ_OK;
}

enum yq_rc
yq_master_join(
    struct yq_master_list *lists, size_t count, struct yq_master_list *whole, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	*whole = (struct yq_master_list){ 0 };
	for (size_t i = 0; i < count; i++) {
		if (rc == YQ_OK)
			rc = join_two(whole, &lists[i], err);
		yq_master_list_free(&lists[i]);
	}
	if (rc != YQ_OK)
		yq_master_list_free(whole);
	return rc;
}
