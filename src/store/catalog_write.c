/*
 * catalog_write.c - brings the catalog of some exchanges up to date, in one transaction.
 *
 * What the table has and what the files say are both walked by ticker, side by side: only what
 * differs is written.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/catalog.h"
#include "store/catalog_audit.h"
#include "store/catalog_fields.h"
#include "store/sql.h"

#define SOURCES_MAX    16  /* files of one exchange */
#define PROGRESS_EVERY 256 /* rows */
#define LOCK_TIMEOUT_S 30

static const char metadata_sql[] =
    "UPDATE OR INSERT INTO CATALOG_METADATA (EXCHANGE, SOURCE, ITEM_COUNT, UPDATED_AT_US)"
    " VALUES (:EXCHANGE, :SOURCE, :ITEM_COUNT, :UPDATED_AT_US) MATCHING (EXCHANGE)";
static const char delist_sql[] =
    "UPDATE CATALOG SET STATUS = 'Delisted', UPDATED_AT_US = :UPDATED_AT_US,"
    " DELISTED_AT_US = :UPDATED_AT_US WHERE EXCHANGE = :EXCHANGE AND TICKER = :TICKER";

/* How many issues a file has, and had. */
struct source {
	char name[sizeof(((struct yq_instrument *)0)->source)];
	size_t before, now;
};

struct run {
	const struct yq_catalog_load *load;
	struct yq_tx *tx;
	struct yq_buf insert, update, select;
	size_t done, whole;
};

static struct yq_param
exchange_param(enum yq_exchange exchange)
{
	return yq_param_enum("EXCHANGE", &yq_exchange_names, (int)exchange);
}

/* Whoever writes the same exchange waits here. */
static enum yq_rc
take_turn(struct run *run, const struct yq_catalog_part *part, struct yq_err *err)
{
	struct yq_param params[] = {
		exchange_param(part->exchange),
		yq_param_text("SOURCE", part->source),
		yq_param_int("ITEM_COUNT", (int64_t)part->count),
		yq_param_time("UPDATED_AT_US", run->load->now_us),
	};
	enum yq_rc rc = yq_tx_exec(run->tx, metadata_sql, params, YQ_COUNT(params), NULL, err);

	if (rc == YQ_E_EXISTS || rc == YQ_E_RETRY)
		return yq_err_set(err, YQ_E_RETRY, "another program writes the catalog of %s",
		    yq_names_text(&yq_exchange_names, (int)part->exchange));
	return rc;
}

/* What the table has of one exchange, by ticker. */
static enum yq_rc
read_present(
    struct run *run, enum yq_exchange exchange, struct yq_instrument_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	struct yq_param param = exchange_param(exchange);
	size_t capacity = 0;
	enum yq_rc rc = yq_tx_query(run->tx, yq_buf_text(&run->select), &param, 1, &rows, err);

	while (rc == YQ_OK && (rc = yq_rows_next(rows, err)) == YQ_OK) {
		if (list->count == capacity) {
			capacity = capacity == 0 ? 1024 : capacity * 2;
			list->items = yq_xrealloc(list->items, capacity, sizeof(*list->items));
		}
		list->items[list->count] = (struct yq_instrument){ 0 };
		rc = yq_rows_read(
		    rows, yq_catalog_fields, YQ_CATALOG_FIELDS, &list->items[list->count++], err);
	}
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

/* ---- is it all there? ---- */

static struct source *
source_of(struct source *sources, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (yq_str_equal(sources[i].name, name))
			return &sources[i];
	if (*count == SOURCES_MAX)
		return NULL;
	sources[*count] = (struct source){ 0 };
	yq_str_copy_cut(sources[*count].name, sizeof(sources[*count].name), name);
	return &sources[(*count)++];
}

/* A file that was cut off in the making would delist all that it lacks. */
static enum yq_rc
check_sizes(const struct yq_catalog_part *part, const struct yq_instrument_list *present,
    struct yq_err *err)
{
	struct source sources[SOURCES_MAX], *source;
	size_t count = 0;

	for (size_t i = 0; i < present->count; i++)
		if (present->items[i].status != YQ_INSTRUMENT_DELISTED &&
		    (source = source_of(sources, &count, present->items[i].source)) != NULL)
			source->before++;
	for (size_t i = 0; i < part->count; i++)
		if ((source = source_of(sources, &count, part->items[i].source)) != NULL)
			source->now++;
	for (size_t i = 0; i < count; i++)
		if (sources[i].now * 2 < sources[i].before)
			return yq_err_set(err, YQ_E_REFUSED,
			    "%s has %zu issues, less than half of the %zu listed by now: nothing is"
			    " changed (--force takes it)",
			    sources[i].name[0] != '\0' ? sources[i].name : "the file",
			    sources[i].now, sources[i].before);
	return YQ_OK;
}

/* ---- writing ---- */

static void
step(struct run *run)
{
	run->done++;
	if (run->load->progress != NULL &&
	    (run->done % PROGRESS_EVERY == 0 || run->done == run->whole))
		run->load->progress(run->load->cookie, run->done, run->whole);
}

static enum yq_rc
write_item(
    struct run *run, const struct yq_buf *sql, const struct yq_instrument *item, struct yq_err *err)
{
	struct yq_instrument row = *item;
	struct yq_param params[YQ_CATALOG_FIELDS];
	enum yq_rc rc;

	row.updated_at_us = run->load->now_us;
	row.delisted_at_us = 0;
	yq_params_of(yq_catalog_fields, YQ_CATALOG_FIELDS, &row, params);
	rc = yq_tx_exec(run->tx, yq_buf_text(sql), params, YQ_CATALOG_FIELDS, NULL, err);
	return rc == YQ_OK ? rc
			   : yq_err_context(err, rc, "%s %s",
				 yq_names_text(&yq_exchange_names, (int)row.exchange), row.ticker);
}

static enum yq_rc
delist(struct run *run, const struct yq_instrument *item, struct yq_err *err)
{
	struct yq_param params[] = {
		yq_param_time("UPDATED_AT_US", run->load->now_us),
		exchange_param(item->exchange),
		yq_param_text("TICKER", item->ticker),
	};

	return yq_tx_exec(run->tx, delist_sql, params, YQ_COUNT(params), NULL, err);
}

/* One that is in the file; `was` NULL = not in the table. */
static enum yq_rc
settle(struct run *run, const struct yq_instrument *was, const struct yq_instrument *is,
    struct yq_catalog_change *change, struct yq_err *err)
{
	step(run);
	if (was == NULL) {
		change->added++;
		return write_item(run, &run->insert, is, err);
	}
	if (yq_instrument_is_same(was, is)) {
		change->same++;
		return YQ_OK;
	}
	if (was->status == YQ_INSTRUMENT_DELISTED)
		change->returned++;
	else
		change->changed++;
	return write_item(run, &run->update, is, err);
}

static enum yq_rc
settle_gone(struct run *run, const struct yq_instrument *was, struct yq_catalog_change *change,
    struct yq_err *err)
{
	if (was->status == YQ_INSTRUMENT_DELISTED)
		return YQ_OK;
	change->delisted++;
	return delist(run, was, err);
}

static enum yq_rc
write_part(struct run *run, const struct yq_catalog_part *part, struct yq_catalog_change *change,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_instrument_list_free) struct yq_instrument_list present = { 0 };
	size_t was = 0, is = 0;
	enum yq_rc rc = read_present(run, part->exchange, &present, err);

	*change = (struct yq_catalog_change){ 0 };
	if (rc == YQ_OK && !run->load->force)
		rc = check_sizes(part, &present, err);
	while (rc == YQ_OK && (was < present.count || is < part->count)) {
		int order = was == present.count ? 1
			    : is == part->count
				? -1
				: strcmp(present.items[was].ticker, part->items[is].ticker);

		if (order < 0)
			rc = settle_gone(run, &present.items[was++], change, err);
		else
			rc = settle(run, order == 0 ? &present.items[was++] : NULL,
			    &part->items[is++], change, err);
	}
	return rc;
}

static void
put_sql(struct run *run)
{
	const struct yq_field *fields = yq_catalog_fields;

	yq_sql_insert(&run->insert, "CATALOG", fields, YQ_CATALOG_FIELDS);
	yq_buf_add_text(&run->update, "UPDATE CATALOG SET ");
	for (size_t i = YQ_CATALOG_KEYS; i < YQ_CATALOG_FIELDS; i++)
		yq_buf_add_format(&run->update, "%s%s = :%s", i > YQ_CATALOG_KEYS ? ", " : "",
		    fields[i].name, fields[i].name);
	yq_buf_add_text(&run->update, " WHERE EXCHANGE = :EXCHANGE AND TICKER = :TICKER");
	yq_sql_select(&run->select, "CATALOG", fields, YQ_CATALOG_FIELDS);
	yq_buf_add_text(&run->select, " WHERE EXCHANGE = :EXCHANGE ORDER BY TICKER");
}

static enum yq_rc
write_all(struct run *run, struct yq_catalog_change *changes, struct yq_err *err)
{
	const struct yq_catalog_load *load = run->load;
	enum yq_rc rc = YQ_OK;

	for (size_t i = 0; rc == YQ_OK && i < load->count; i++)
		rc = take_turn(run, &load->parts[i], err);
	for (size_t i = 0; rc == YQ_OK && i < load->count; i++)
		rc = write_part(run, &load->parts[i], &changes[i], err);
	if (rc == YQ_OK && load->hand != NULL)
		rc = yq_catalog_audit(run->tx, load, changes, err);
	return rc == YQ_OK ? yq_tx_commit(run->tx, err) : rc;
}

enum yq_rc
yq_catalog_write(struct yq_firebird *firebird, const struct yq_catalog_load *load,
    struct yq_catalog_change *changes, struct yq_err *err)
{
	static const struct yq_tx_options options = { .lock_timeout_s = LOCK_TIMEOUT_S };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct run run = { .load = load,
		.insert = yq_buf_make(YQ_SQL_MAX),
		.update = yq_buf_make(YQ_SQL_MAX),
		.select = yq_buf_make(YQ_SQL_MAX) };
	enum yq_rc rc = yq_tx_begin(firebird, &options, &tx, err);

	run.tx = tx;
	for (size_t i = 0; i < load->count; i++)
		run.whole += load->parts[i].count;
	put_sql(&run);
	if (rc == YQ_OK)
		rc = write_all(&run, changes, err);
	yq_buf_free(&run.insert);
	yq_buf_free(&run.update);
	yq_buf_free(&run.select);
	return rc;
}
