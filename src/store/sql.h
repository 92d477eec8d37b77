/*
 * sql.h - statements put together from a table's fields, so that no list of columns is spelt twice.
 *
 * Only names that stand in our sources go into the text; values are always parameters.
 */
#ifndef YQ_STORE_SQL_H
#define YQ_STORE_SQL_H

#include "store/place.h"
#include "store/trades.h"

#define YQ_SQL_MAX 8192

/* How far what belongs together may lie apart in time: another machine's clock, a late booking. */
#define YQ_STORE_DAY_US		 (INT64_C(86400) * YQ_US_PER_SECOND)
#define YQ_STORE_SLACK_BEFORE_US YQ_STORE_DAY_US
#define YQ_STORE_SLACK_AFTER_US	 (7 * YQ_STORE_DAY_US)

/* "INSERT INTO T (A, B) VALUES (:A, :B)" */
void yq_sql_insert(
    struct yq_buf *sql, const char *table, const struct yq_field *fields, size_t count);
/* "SELECT A, B FROM T" */
void yq_sql_select(
    struct yq_buf *sql, const char *table, const struct yq_field *fields, size_t count);

/* A SELECT's conditions with their parameters. */
struct yq_where {
	struct yq_buf *sql;
	struct yq_param params[16];
	size_t count;
};
struct yq_where yq_where_make(struct yq_buf *sql);
/* Adds " WHERE condition", later " AND condition"; `param` is what it names. */
void yq_where_add(struct yq_where *where, const char *condition, struct yq_param param);
/* The same for a text, an id or a time that stands for "any" when empty or 0. */
void yq_where_text(
    struct yq_where *where, const char *condition, const char *name, const char *text);
void yq_where_time(struct yq_where *where, const char *condition, const char *name, int64_t us);
/* An id by the index on its first four digits, with `prefix` as their room. */
#define YQ_SQL_PREFIX 4
void yq_where_id(struct yq_where *where, const struct yq_id *id, char prefix[YQ_SQL_PREFIX + 1]);
/* Only what follows `place`; `column` holds the time, ID the id.  Borrows it. */
void yq_where_after(struct yq_where *where, const char *column, const struct yq_row_place *place);
/* " ORDER BY ... OFFSET n ROWS FETCH NEXT m ROWS ONLY"; limit 0 = 100. */
void yq_where_page(struct yq_where *where, const char *order, unsigned limit, unsigned offset);

/* Run it; each row is read into the next item of `size` bytes of a growing array, which begins as
 * `blank` (what NULLs leave). */
YQ_NODISCARD enum yq_rc yq_where_list(struct yq_firebird *firebird, const struct yq_where *where,
    const struct yq_field *fields, size_t field_count, const void *blank, size_t size,
    void **ret_items, size_t *ret_count, struct yq_err *err);

/*
 * Run an INSERT into `table` whose unique key is its first two parameters.  YQ_E_EXISTS: that row
 * is there; YQ_E_RETRY: only one of a transaction that has not ended, and may never commit.
 */
YQ_NODISCARD enum yq_rc yq_sql_insert_run(struct yq_tx *tx, const char *table, const char *sql,
    const struct yq_param *params, size_t count, struct yq_err *err);

/* One item of a batch.  YQ_OK, YQ_E_EXISTS, YQ_E_RANGE and YQ_E_INVALID are its outcome; anything
 * else ends the batch. */
typedef enum yq_rc yq_batch_fn(
    struct yq_tx *tx, const void *cookie, size_t index, struct yq_err *err);
/* Run `fn` for each in one transaction and commit: the contract of yq_trades_insert. */
YQ_NODISCARD enum yq_rc yq_batch_run(struct yq_firebird *firebird, size_t count, yq_batch_fn *fn,
    const void *items, enum yq_rc *outcomes, yq_refused_fn *refused, void *cookie,
    struct yq_err *err);

#endif
