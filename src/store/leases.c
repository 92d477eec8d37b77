/* leases.c - the table LEASES. */
#include "store/leases.h"

#include "base/mem.h"
#include "base/str.h"
#include "store/tx.h"

static const struct yq_field fields[] = {
	YQ_FIELD_TEXT("NAME", struct yq_lease, name, YQ_REQUIRED),
	YQ_FIELD_TEXT("OWNER", struct yq_lease, owner, YQ_OPTIONAL),
	YQ_FIELD_INT("TOKEN", struct yq_lease, token, YQ_REQUIRED),
	YQ_FIELD_TIME("ACQUIRED_AT_US", struct yq_lease, acquired_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("RENEWED_AT_US", struct yq_lease, renewed_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("EXPIRES_AT_US", struct yq_lease, expires_at_us, YQ_OPTIONAL),
};

#define SQL_READ                                                                   \
	"SELECT NAME, OWNER, TOKEN, ACQUIRED_AT_US, RENEWED_AT_US, EXPIRES_AT_US " \
	"FROM LEASES WHERE NAME = :NAME"
#define SQL_INSERT                                                                               \
	"INSERT INTO LEASES (NAME, OWNER, TOKEN, ACQUIRED_AT_US, RENEWED_AT_US, EXPIRES_AT_US) " \
	"VALUES (:NAME, :OWNER, 1, :NOW_US, :NOW_US, :EXPIRES_US)"
#define SQL_TAKE                                                                          \
	"UPDATE LEASES SET OWNER = :OWNER, TOKEN = TOKEN + 1, ACQUIRED_AT_US = :NOW_US, " \
	"RENEWED_AT_US = :NOW_US, EXPIRES_AT_US = :EXPIRES_US WHERE NAME = :NAME AND "
#define SQL_TAKE_EXPIRED SQL_TAKE "(OWNER IS NULL OR (OWNER <> :OWNER AND EXPIRES_AT_US < :NOW_US))"
#define SQL_TAKE_TOKEN	 SQL_TAKE "TOKEN = :TOKEN"
#define SQL_RENEW                                                                       \
	"UPDATE LEASES SET RENEWED_AT_US = :NOW_US, EXPIRES_AT_US = :EXPIRES_US WHERE " \
	"NAME = :NAME AND OWNER = :OWNER AND TOKEN = :TOKEN"

/* What a change is made of; not every statement names all of it. */
struct change {
	const char *name, *owner;
	int64_t token, now_us, expires_at_us;
};

static enum yq_rc
get_row(
    struct yq_tx *tx, const char *sql, const char *name, struct yq_lease *lease, struct yq_err *err)
{
	struct yq_param params[] = { yq_param_text("NAME", name) };

	*lease = (struct yq_lease){ 0 };
	return yq_tx_get(tx, sql, params, YQ_COUNT(params), fields, YQ_COUNT(fields), lease, err);
}

static enum yq_rc
read_row(struct yq_tx *tx, const char *name, struct yq_lease *lease, struct yq_err *err)
{
	return get_row(tx, SQL_READ, name, lease, err);
}

static enum yq_rc
insert_row(struct yq_tx *tx, const struct change *c, struct yq_err *err)
{
	struct yq_param params[] = { yq_param_text("NAME", c->name),
		yq_param_text("OWNER", c->owner), yq_param_time("NOW_US", c->now_us),
		yq_param_time("EXPIRES_US", c->expires_at_us) };

	return yq_tx_exec(tx, SQL_INSERT, params, YQ_COUNT(params), NULL, err);
}

static enum yq_rc
take_expired(struct yq_tx *tx, const struct change *c, struct yq_err *err)
{
	struct yq_param params[] = { yq_param_text("NAME", c->name),
		yq_param_text("OWNER", c->owner), yq_param_time("NOW_US", c->now_us),
		yq_param_time("EXPIRES_US", c->expires_at_us) };

	return yq_tx_exec(tx, SQL_TAKE_EXPIRED, params, YQ_COUNT(params), NULL, err);
}

/* ---- changes; each leaves the row as it stands in `lease` ---- */

typedef enum yq_rc change_fn(
    struct yq_tx *tx, const struct change *change, struct yq_lease *lease, struct yq_err *err);

static enum yq_rc
acquire(struct yq_tx *tx, const struct change *c, struct yq_lease *lease, struct yq_err *err)
{
	enum yq_rc rc = read_row(tx, c->name, lease, err);

	if (rc == YQ_E_NOT_FOUND)
		rc = insert_row(tx, c, err);
	else if (rc == YQ_OK)
		rc = take_expired(tx, c, err);
	/* Somebody else made it between the two. */
	if (rc == YQ_E_EXISTS)
		rc = yq_err_set(err, YQ_E_RETRY, "lease %s: another one takes it now", c->name);
	return rc == YQ_OK ? read_row(tx, c->name, lease, err) : rc;
}

/* Nothing changed: another was there before. */
static enum yq_rc
moved(const struct yq_lease *lease, struct yq_err *err)
{
	return yq_err_set(err, YQ_E_STATE, "lease %s has moved: owner %s, token %lld", lease->name,
	    lease->owner, (long long)lease->token);
}

static enum yq_rc
renew(struct yq_tx *tx, const struct change *c, struct yq_lease *lease, struct yq_err *err)
{
	struct yq_param params[] = { yq_param_text("NAME", c->name),
		yq_param_text("OWNER", c->owner), yq_param_int("TOKEN", c->token),
		yq_param_time("NOW_US", c->now_us), yq_param_time("EXPIRES_US", c->expires_at_us) };
	int64_t changed = 0;
	enum yq_rc rc = yq_tx_exec(tx, SQL_RENEW, params, YQ_COUNT(params), &changed, err);

	if (rc == YQ_OK)
		rc = read_row(tx, c->name, lease, err);
	return rc == YQ_OK && changed == 0 ? moved(lease, err) : rc;
}

static enum yq_rc
promote(struct yq_tx *tx, const struct change *c, struct yq_lease *lease, struct yq_err *err)
{
	struct yq_param params[] = { yq_param_text("NAME", c->name),
		yq_param_text("OWNER", c->owner), yq_param_int("TOKEN", c->token),
		yq_param_time("NOW_US", c->now_us), yq_param_time("EXPIRES_US", c->expires_at_us) };
	int64_t changed = 1;
	enum yq_rc rc;

	if (c->token == 0)
		rc = insert_row(tx, c, err);
	else
		rc = yq_tx_exec(tx, SQL_TAKE_TOKEN, params, YQ_COUNT(params), &changed, err);
	if (rc == YQ_E_EXISTS)
		changed = 0;
	if (rc == YQ_OK || rc == YQ_E_EXISTS)
		rc = read_row(tx, c->name, lease, err);
	return rc == YQ_OK && changed == 0 ? moved(lease, err) : rc;
}

static enum yq_rc
run(struct yq_firebird *firebird, change_fn *fn, const struct change *change,
    struct yq_lease *lease, struct yq_err *err)
{
	const struct yq_tx_options options = { .no_wait = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc;

	*lease = (struct yq_lease){ 0 };
	rc = yq_tx_begin(firebird, &options, &tx, err);
	if (rc == YQ_OK)
		rc = fn(tx, change, lease, err);
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

/* ---- interface ---- */

enum yq_rc
yq_lease_read(
    struct yq_firebird *firebird, const char *name, struct yq_lease *lease, struct yq_err *err)
{
	const struct yq_tx_options options = { .read_only = true, .no_wait = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, &options, &tx, err);

	*lease = (struct yq_lease){ 0 };
	return rc == YQ_OK ? read_row(tx, name, lease, err) : rc;
}

enum yq_rc
yq_lease_hold(struct yq_tx *tx, const char *name, struct yq_lease *lease, struct yq_err *err)
{
	return get_row(tx, SQL_READ " WITH LOCK", name, lease, err);
}

enum yq_rc
yq_lease_acquire(struct yq_firebird *firebird, const char *name, const char *owner, int64_t now_us,
    int64_t expires_at_us, struct yq_lease *lease, struct yq_err *err)
{
	const struct change change = { name, owner, 0, now_us, expires_at_us };

	return run(firebird, acquire, &change, lease, err);
}

enum yq_rc
yq_lease_renew(struct yq_firebird *firebird, const char *name, const char *owner, int64_t token,
    int64_t now_us, int64_t expires_at_us, struct yq_lease *lease, struct yq_err *err)
{
	const struct change change = { name, owner, token, now_us, expires_at_us };

	return run(firebird, renew, &change, lease, err);
}

enum yq_rc
yq_lease_promote(struct yq_firebird *firebird, const char *name, const char *owner,
    int64_t from_token, int64_t now_us, int64_t expires_at_us, struct yq_lease *lease,
    struct yq_err *err)
{
	const struct change change = { name, owner, from_token, now_us, expires_at_us };

	return run(firebird, promote, &change, lease, err);
}
