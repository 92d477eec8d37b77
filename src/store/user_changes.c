/* user_changes.c - changes who may sign in, each with its row in the audit trail. */
#include "base/str.h"
#include "store/sql.h"
#include "store/user_fields.h"

#define ATTEMPTS  8 /* attempts when another writer is faster */
#define TEXT_SIZE 200

#define SQL_COUNT  "SELECT COUNT(*) FROM " YQ_USER_TABLE
#define SQL_ADMINS SQL_COUNT " WHERE ROLE_NAME = 'Admin' AND DISABLED = FALSE"
#define SQL_UPDATE                                                                            \
	"UPDATE " YQ_USER_TABLE " SET ROLE_NAME = :ROLE_NAME, PASSWORD_HASH = "               \
	":PASSWORD_HASH, TOTP_SEALED = :TOTP_SEALED, TOTP_LAST_STEP = :TOTP_LAST_STEP, "      \
	"MUST_CHANGE = :MUST_CHANGE, DISABLED = :DISABLED, VERSION = VERSION + 1 WHERE NAME " \
	"= :NAME AND VERSION = :VERSION"
#define UPDATE_FIELDS 8 /* the first ones: up to VERSION */
#define SQL_DELETE    "DELETE FROM " YQ_USER_TABLE " WHERE NAME = :NAME AND VERSION = :VERSION"
#define SQL_SIGNED_IN                                                                  \
	"UPDATE " YQ_USER_TABLE " SET LAST_SIGN_IN_AT_US = :NOW_US, TOTP_LAST_STEP = " \
	":STEP WHERE NAME = :NAME AND VERSION = :VERSION AND TOTP_LAST_STEP = :BEFORE"

struct changing {
	struct yq_tx *tx;
	const struct yq_user_change *change;
	const struct yq_hand *hand;
	int64_t now_us;
	struct yq_user before; /* version 0 = there was none */
};

/* "Trader, second factor, must change the password, disabled" */
static void
describe(const struct yq_user *user, char text[TEXT_SIZE])
{
	(void)yq_str_format(text, TEXT_SIZE, "%s%s%s%s",
	    yq_names_text(&yq_role_names, (int)user->role),
	    user->totp[0] != '\0' ? ", second factor" : "",
	    user->must_change ? ", must change the password" : "",
	    user->disabled ? ", disabled" : "");
}

static enum yq_rc
count_of(struct yq_tx *tx, const char *sql, int64_t *count, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc = yq_tx_query(tx, sql, NULL, 0, &rows, err);

	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	if (rc == YQ_OK)
		*count = yq_rows_int(rows, 0);
	return rc;
}

static enum yq_rc
add(const struct changing *c, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_user user = c->change->user;
	struct yq_param params[YQ_USER_FIELD_COUNT];
	int64_t count = 0;
	enum yq_rc rc = count_of(c->tx, SQL_COUNT, &count, err);

	if (rc == YQ_OK && c->change->first && count > 0)
		return yq_err_set(err, YQ_E_STATE, "there are users already");
	if (rc == YQ_OK && count >= YQ_USERS_MAX)
		return yq_err_set(err, YQ_E_LIMIT, "there are %d users already", YQ_USERS_MAX);
	if (rc != YQ_OK)
		return rc;
	user.version = 1;
	user.created_at_us = c->now_us;
	user.last_sign_in_at_us = 0;
	yq_sql_insert(&sql, YQ_USER_TABLE, yq_user_fields, YQ_USER_FIELD_COUNT);
	yq_params_of(yq_user_fields, YQ_USER_FIELD_COUNT, &user, params);
	rc = yq_tx_exec(c->tx, yq_buf_text(&sql), params, YQ_USER_FIELD_COUNT, NULL, err);
	return rc == YQ_E_EXISTS ? yq_err_set(err, rc, "there is a user \"%s\" already", user.name)
				 : rc;
}

/* Nothing was changed, though he was there a moment ago. */
static enum yq_rc
moved(const struct changing *c, struct yq_err *err)
{
	return yq_err_set(err, YQ_E_STATE,
	    "\"%s\" was changed meanwhile: it is of version %lld, and this change was made from "
	    "version %lld; look again",
	    c->before.name, (long long)c->before.version, (long long)c->change->user.version);
}

static enum yq_rc
replace(const struct changing *c, struct yq_err *err)
{
	struct yq_param params[UPDATE_FIELDS];
	int64_t affected = 0;
	enum yq_rc rc;

	yq_params_of(yq_user_fields, UPDATE_FIELDS, &c->change->user, params);
	rc = yq_tx_exec(c->tx, SQL_UPDATE, params, UPDATE_FIELDS, &affected, err);
	return rc == YQ_OK && affected == 0 ? moved(c, err) : rc;
}

static enum yq_rc
remove_one(const struct changing *c, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_text("NAME", c->change->user.name),
		yq_param_int("VERSION", c->change->user.version) };
	int64_t affected = 0;
	enum yq_rc rc = yq_tx_exec(c->tx, SQL_DELETE, params, YQ_COUNT(params), &affected, err);

	return rc == YQ_OK && affected == 0 ? moved(c, err) : rc;
}

static enum yq_rc
audit(const struct changing *c, struct yq_err *err)
{
	const struct yq_user_change *change = c->change;
	char target[YQ_USER_SIZE + 8], before[TEXT_SIZE] = "", after[TEXT_SIZE] = "removed",
				       text[TEXT_SIZE + 32];

	(void)yq_str_format(target, sizeof(target), "user:%s", change->user.name);
	if (c->before.version != 0)
		describe(&c->before, before);
	if (change->kind != YQ_USER_REMOVE)
		describe(&change->user, after);
	(void)yq_str_format(text, sizeof(text), "%s: %s", change->verb, after);
	return yq_access_audit(
	    c->tx, c->hand, c->now_us, "user", target, before, text, change->reason, err);
}

/* After the row in the audit trail: of two who change at once, the later one waits there, and sees
 * here what the earlier one did. */
static enum yq_rc
keep_an_admin(const struct changing *c, struct yq_err *err)
{
	int64_t admins = 0;
	enum yq_rc rc;

	if (c->before.role != YQ_ROLE_ADMIN || c->before.disabled)
		return YQ_OK;
	rc = count_of(c->tx, SQL_ADMINS, &admins, err);
	if (rc == YQ_OK && admins == 0)
		return yq_err_set(err, YQ_E_REFUSED,
		    "\"%s\" is the last Admin who may sign in: make another one first",
		    c->before.name);
	return rc;
}

static enum yq_rc
look(struct changing *c, struct yq_err *err)
{
	enum yq_rc rc = yq_users_read(c->tx, c->change->user.name, &c->before, err);

	if (c->change->kind == YQ_USER_ADD) {
		c->before = (struct yq_user){ 0 };
		return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
	}
	return rc == YQ_E_NOT_FOUND
		   ? yq_err_set(err, rc, "there is no user \"%s\"", c->change->user.name)
		   : rc;
}

static enum yq_rc
change_once(struct yq_firebird *firebird, struct changing *c, struct yq_err *err)
{
	typedef enum yq_rc apply_fn(const struct changing *c, struct yq_err *err);
	static apply_fn *const fns[] = {
		[YQ_USER_ADD] = add, [YQ_USER_REPLACE] = replace, [YQ_USER_REMOVE] = remove_one
	};
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, NULL, &tx, err);

	c->tx = tx;
	if (rc == YQ_OK)
		rc = look(c, err);
	if (rc == YQ_OK)
		rc = fns[c->change->kind](c, err);
	if (rc == YQ_OK)
		rc = audit(c, err);
	if (rc == YQ_OK)
		rc = keep_an_admin(c, err);
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

enum yq_rc
yq_users_change(struct yq_firebird *firebird, const struct yq_user_change *change,
    const struct yq_hand *hand, int64_t now_us, struct yq_err *err)
{
	struct changing c = { .change = change, .hand = hand, .now_us = now_us };
	enum yq_rc rc = YQ_E_RETRY;

	for (int i = 0; i < ATTEMPTS && rc == YQ_E_RETRY; i++)
		rc = change_once(firebird, &c, err);
	return rc;
}

/* ---- signing in ---- */

static enum yq_rc
sign_in_once(struct yq_firebird *firebird, const struct yq_user *user, int64_t step,
    const struct yq_hand *hand, int64_t now_us, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_time("NOW_US", now_us),
		yq_param_int("STEP", step != 0 ? step : user->totp_last_step),
		yq_param_text("NAME", user->name), yq_param_int("VERSION", user->version),
		yq_param_int("BEFORE", user->totp_last_step) };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	char target[YQ_USER_SIZE + 8];
	int64_t affected = 0;
	enum yq_rc rc = yq_tx_begin(firebird, NULL, &tx, err);

	if (rc == YQ_OK)
		rc = yq_tx_exec(tx, SQL_SIGNED_IN, params, YQ_COUNT(params), &affected, err);
	if (rc == YQ_OK && affected == 0)
		return yq_err_set(err, YQ_E_STATE,
		    "the code was used already, or \"%s\" was changed meanwhile", user->name);
	(void)yq_str_format(target, sizeof(target), "user:%s", user->name);
	if (rc == YQ_OK)
		rc = yq_access_audit(tx, hand, now_us, "sign-in", target, "",
		    step != 0 ? "password and code" : "password", NULL, err);
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

enum yq_rc
yq_users_signed_in(struct yq_firebird *firebird, const struct yq_user *user, int64_t step,
    const struct yq_hand *hand, int64_t now_us, struct yq_err *err)
{
	enum yq_rc rc = YQ_E_RETRY;

	if (step != 0 && step <= user->totp_last_step)
		return yq_err_set(err, YQ_E_STATE, "the code was used already");
	for (int i = 0; i < ATTEMPTS && rc == YQ_E_RETRY; i++)
		rc = sign_in_once(firebird, user, step, hand, now_us, err);
	return rc;
}
