/* policies.c - what decisions were made by, under its digest. */
#include "store/policies.h"

#include "base/mem.h"
#include "base/str.h"
#include "store/long_text.h"

#define SQL_ALL	 "SELECT DIGEST, TEXT_SHORT, TEXT_LONG, FIRST_SEEN_US FROM RULES"
#define SQL_HAS	 "SELECT DIGEST FROM RULES WHERE DIGEST = :DIGEST"
#define SQL_READ "SELECT TEXT_SHORT, TEXT_LONG, FIRST_SEEN_US FROM RULES WHERE DIGEST = :DIGEST"
#define SQL_INSERT                                                         \
	"INSERT INTO RULES (DIGEST, FIRST_SEEN_US, TEXT_SHORT, TEXT_LONG)" \
	" VALUES (:DIGEST, :SEEN, :TEXT_SHORT, :TEXT_LONG)"
#define TEXT YQ_LONG_TEXT("TEXT")

/* YQ_OK or YQ_E_NOT_FOUND. */
static enum yq_rc
look(struct yq_tx *tx, const struct yq_id *digest, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	struct yq_param param = yq_param_id("DIGEST", digest);
	enum yq_rc rc = yq_tx_query(tx, SQL_HAS, &param, 1, &rows, err);

	return rc == YQ_OK ? yq_rows_next(rows, err) : rc;
}

static enum yq_rc
save_one(struct yq_tx *tx, const struct yq_policy_row *row, struct yq_err *err)
{
	struct yq_param params[2 + YQ_LONG_TEXT_COLUMNS] = { yq_param_id("DIGEST", &row->digest),
		yq_param_time("SEEN", row->first_seen_us) };
	enum yq_rc rc = look(tx, &row->digest, err);

	if (rc != YQ_E_NOT_FOUND)
		return rc;
	yq_long_text_params(TEXT, row->text, params + 2);
	rc = yq_tx_exec(tx, SQL_INSERT, params, YQ_COUNT(params), NULL, err);
	if (rc == YQ_E_EXISTS)
		return yq_err_set(err, YQ_E_RETRY, "another transaction writes the same rules");
	return rc;
}

enum yq_rc
yq_policies_save(struct yq_firebird *firebird, const struct yq_policy_row *rows, size_t count,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, NULL, &tx, err);

	for (size_t i = 0; rc == YQ_OK && i < count; i++)
		rc = save_one(tx, &rows[i], err);
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

static char *
copy_text(const struct yq_rows *rows)
{
	const char *text = yq_long_text_read(rows, TEXT);

	return yq_xstrdup(text != NULL ? text : "");
}

static enum yq_rc
tell_row(const struct yq_rows *rows, yq_policy_fn *fn, void *cookie, struct yq_err *err)
{
	size_t digest = yq_rows_column(rows, "DIGEST");
	YQ_CLEANUP(yq_freep)
	char *text = copy_text(rows);
	struct yq_policy_row row = { .text = text,
		.first_seen_us = yq_rows_time(rows, yq_rows_column(rows, "FIRST_SEEN_US")) };

	yq_str_copy_cut(row.digest.text, sizeof(row.digest.text), yq_rows_text(rows, digest, NULL));
	return fn(cookie, &row, err);
}

enum yq_rc
yq_policies_each(struct yq_firebird *firebird, yq_policy_fn *fn, void *cookie, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	if (rc == YQ_OK)
		rc = yq_tx_query(tx, SQL_ALL, NULL, 0, &rows, err);
	while (rc == YQ_OK && (rc = yq_rows_next(rows, err)) == YQ_OK)
		rc = tell_row(rows, fn, cookie, err);
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

enum yq_rc
yq_policies_get(struct yq_firebird *firebird, const struct yq_id *digest, struct yq_policy_row *row,
    struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	struct yq_param param = yq_param_id("DIGEST", digest);
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	if (rc == YQ_OK)
		rc = yq_tx_query(tx, SQL_READ, &param, 1, &rows, err);
	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	if (rc == YQ_E_NOT_FOUND)
		return yq_err_set(err, rc, "there are no rules %s", digest->text);
	if (rc != YQ_OK)
		return rc;
	row->digest = *digest;
	row->text = copy_text(rows);
	row->first_seen_us = yq_rows_time(rows, yq_rows_column(rows, "FIRST_SEEN_US"));
	return YQ_OK;
}
