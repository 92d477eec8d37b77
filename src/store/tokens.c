/* tokens.c - the table TOKENS. */
#include "store/tokens.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/str.h"
#include "store/leases.h"
#include "store/seal.h"
#include "store/tx.h"

#define SEALED_MAX 8000 /* the column's */
#define PLACE_MAX  256

#define WHERE	 " WHERE BROKER = :BROKER AND CREDENTIAL = :CREDENTIAL AND KIND = :KIND"
#define SQL_READ "SELECT SEALED, ISSUED_AT_US, EXPIRES_AT_US FROM TOKENS" WHERE
#define SQL_UPDATE                                                                     \
	"UPDATE TOKENS SET SEALED = :SEALED, ISSUED_AT_US = :ISSUED, EXPIRES_AT_US = " \
	":EXPIRES" WHERE " AND ISSUED_AT_US <= :ISSUED"
#define SQL_INSERT                                                                            \
	"INSERT INTO TOKENS (BROKER, CREDENTIAL, KIND, SEALED, ISSUED_AT_US, EXPIRES_AT_US) " \
	"VALUES (:BROKER, :CREDENTIAL, :KIND, :SEALED, :ISSUED, :EXPIRES)"

enum { NAME_PARAMS = 3, ROW_PARAMS = 6 };

void
yq_token_credential(const struct yq_secret *key, char credential[YQ_TOKEN_CREDENTIAL_SIZE])
{
	struct yq_id id = yq_id_named(yq_secret_reveal(key), yq_secret_length(key));

	yq_str_copy_cut(credential, YQ_TOKEN_CREDENTIAL_SIZE, id.text);
}

void
yq_token_clear(struct yq_token *token)
{
	yq_secret_free(token->value);
	*token = (struct yq_token){ 0 };
}

/* What the value is sealed with: a row that is copied, or whose life is lengthened, does not open.
 */
static struct yq_buf
place_of(const struct yq_token_name *name, int64_t issued_at_us, int64_t expires_at_us)
{
	struct yq_buf place = yq_buf_make(PLACE_MAX);

	yq_buf_add_format(&place, "%s\n%s\n%s\n%lld\n%lld", name->broker, name->credential,
	    name->kind, (long long)issued_at_us, (long long)expires_at_us);
	return place;
}

static void
name_params(const struct yq_token_name *name, struct yq_param params[NAME_PARAMS])
{
	params[0] = yq_param_text("BROKER", name->broker);
	params[1] = yq_param_text("CREDENTIAL", name->credential);
	params[2] = yq_param_text("KIND", name->kind);
}

/* ---- reading ---- */

static enum yq_rc
open_row(const struct yq_rows *rows, const struct yq_secret *key, const struct yq_token_name *name,
    struct yq_token *token, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf place = { 0 };
	size_t length;
	const char *sealed = yq_rows_text(rows, yq_rows_column(rows, "SEALED"), &length);
	enum yq_rc rc;

	token->issued_at_us = yq_rows_time(rows, yq_rows_column(rows, "ISSUED_AT_US"));
	token->expires_at_us = yq_rows_time(rows, yq_rows_column(rows, "EXPIRES_AT_US"));
	place = place_of(name, token->issued_at_us, token->expires_at_us);
	rc = yq_unseal(key, yq_buf_text(&place), sealed, length, &token->value, err);
	return rc == YQ_OK ? rc
			   : yq_err_context(err, rc, "token %s of %s", name->kind, name->broker);
}

enum yq_rc
yq_token_read(struct yq_firebird *firebird, const struct yq_secret *key,
    const struct yq_token_name *name, struct yq_token *token, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	struct yq_param params[NAME_PARAMS];
	enum yq_rc rc;

	*token = (struct yq_token){ 0 };
	name_params(name, params);
	rc = yq_tx_begin(firebird, &read_only, &tx, err);
	if (rc == YQ_OK)
		rc = yq_tx_query(tx, SQL_READ, params, NAME_PARAMS, &rows, err);
	if (rc != YQ_OK)
		return rc;
	rc = yq_rows_next(rows, err);
	if (rc == YQ_E_NOT_FOUND)
		return yq_err_set(
		    err, rc, "there is no token %s of %s yet", name->kind, name->broker);
	if (rc == YQ_OK)
		rc = open_row(rows, key, name, token, err);
	if (rc != YQ_OK)
		yq_token_clear(token);
	return rc;
}

/* ---- writing ---- */

/* A row is there that was not to be replaced, or that another has just made. */
static enum yq_rc
refuse(struct yq_tx *tx, const struct yq_param *params, const struct yq_token_name *name,
    int64_t issued_at_us, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc = yq_tx_query(tx, SQL_READ, params, NAME_PARAMS, &rows, err);

	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	if (rc == YQ_OK && yq_rows_time(rows, yq_rows_column(rows, "ISSUED_AT_US")) > issued_at_us)
		return yq_err_set(err, YQ_E_STATE, "token %s of %s: a newer one is kept already",
		    name->kind, name->broker);
	if (rc == YQ_OK || rc == YQ_E_NOT_FOUND)
		return yq_err_set(err, YQ_E_RETRY, "token %s of %s: another one writes it now",
		    name->kind, name->broker);
	return rc;
}

static enum yq_rc
write_row(struct yq_tx *tx, const struct yq_token_name *name, const struct yq_token *token,
    const struct yq_buf *sealed, struct yq_err *err)
{
	struct yq_param params[ROW_PARAMS];
	int64_t changed = 0;
	enum yq_rc rc;

	name_params(name, params);
	params[3] = yq_param_bytes("SEALED", sealed->data, sealed->length);
	params[4] = yq_param_time("ISSUED", token->issued_at_us);
	params[5] = yq_param_time("EXPIRES", token->expires_at_us);
	rc = yq_tx_exec(tx, SQL_UPDATE, params, ROW_PARAMS, &changed, err);
	if (rc == YQ_OK && changed == 0)
		rc = yq_tx_exec(tx, SQL_INSERT, params, ROW_PARAMS, NULL, err);
	return rc == YQ_E_EXISTS ? refuse(tx, params, name, token->issued_at_us, err) : rc;
}

enum yq_rc
yq_token_write(struct yq_firebird *firebird, const struct yq_secret *key,
    const struct yq_token_name *name, const struct yq_token *token, struct yq_err *err)
{
	const struct yq_tx_options options = { .no_wait = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_buf_free) struct yq_buf sealed = yq_buf_make(SEALED_MAX);
	YQ_CLEANUP(yq_buf_free)
	struct yq_buf place = place_of(name, token->issued_at_us, token->expires_at_us);
	enum yq_rc rc = yq_seal(key, yq_buf_text(&place), token->value, &sealed, err);

	if (rc == YQ_OK)
		rc = yq_tx_begin(firebird, &options, &tx, err);
	if (rc == YQ_OK)
		rc = write_row(tx, name, token, &sealed, err);
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

/* ---- turns ---- */

/* A lease's name is short, and a token's is not. */
static void
lease_name(const struct yq_token_name *name, char text[YQ_LEASE_NAME_SIZE])
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf place = place_of(name, 0, 0);
	struct yq_id id = yq_id_named(place.data, place.length);

	(void)yq_str_format(text, YQ_LEASE_NAME_SIZE, "token:%s", id.text);
}

enum yq_rc
yq_token_turn(struct yq_firebird *firebird, const struct yq_token_name *name, int64_t now_us,
    int64_t length_us, int64_t *until_us, struct yq_err *err)
{
	char text[YQ_LEASE_NAME_SIZE];
	struct yq_id owner = yq_id_random(); /* of this turn: it is not ours a second time */
	struct yq_lease lease;
	enum yq_rc rc;

	lease_name(name, text);
	rc = yq_lease_acquire(firebird, text, owner.text, now_us, now_us + length_us, &lease, err);
	/* No turn is that long: whoever took it has, or had, a wrong clock. */
	if (rc == YQ_OK && lease.expires_at_us > now_us + 2 * length_us)
		rc = yq_lease_promote(firebird, text, owner.text, lease.token, now_us,
		    now_us + length_us, &lease, err);
	if (rc != YQ_OK && rc != YQ_E_STATE)
		return rc;
	*until_us = lease.expires_at_us;
	if (yq_str_equal(lease.owner, owner.text))
		return YQ_OK;
	return yq_err_set(err, YQ_E_STATE, "a token %s of %s is asked for by another one",
	    name->kind, name->broker);
}
