/* access_keys.c - keeps keys of the API, and says whose one is. */
#include "store/access_keys.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "store/sql.h"
#include "store/user_fields.h"

#define ATTEMPTS     8 /* attempts when another writer is faster */
#define TABLE	     "API_KEYS"
#define TEXT_SIZE    300
#define SECRET_BYTES 32
#define USE_NOTED_US (60 * YQ_US_PER_SECOND)
#define PREFIX	     "yqk_"
#define ID_DIGITS    32

#define ROW struct yq_access_key
static const struct yq_field fields[] = {
	YQ_FIELD_ID("ID", ROW, id, YQ_REQUIRED),
	YQ_FIELD_TEXT("NAME", ROW, name, YQ_REQUIRED),
	YQ_FIELD_TEXT("USER_NAME", ROW, user, YQ_REQUIRED),
	YQ_FIELD_TEXT("SECRET_HASH", ROW, hash, YQ_REQUIRED),
	YQ_FIELD_TEXT("SCOPES", ROW, scopes, YQ_REQUIRED),
	YQ_FIELD_BOOL("REVOKED", ROW, revoked, YQ_REQUIRED),
	YQ_FIELD_TIME("CREATED_AT_US", ROW, created_at_us, YQ_REQUIRED),
	YQ_FIELD_TIME("EXPIRES_AT_US", ROW, expires_at_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("LAST_USED_AT_US", ROW, last_used_at_us, YQ_OPTIONAL),
};

/* ---- finding ---- */

void
yq_access_key_list_free(struct yq_access_key_list *list)
{
	free(list->items);
	*list = (struct yq_access_key_list){ 0 };
}

enum yq_rc
yq_access_keys_list(struct yq_firebird *firebird, const char *user, struct yq_access_key_list *list,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	const struct yq_access_key blank = { 0 };
	void *items;
	enum yq_rc rc;

	yq_sql_select(&sql, TABLE, fields, YQ_COUNT(fields));
	yq_where_add(&where, "REVOKED = :REVOKED", yq_param_bool("REVOKED", false));
	yq_where_text(&where, "USER_NAME = :USER_NAME", "USER_NAME", user);
	yq_where_page(&where, "USER_NAME, NAME, ID", YQ_USERS_MAX * YQ_ACCESS_KEYS_MAX, 0);
	rc = yq_where_list(firebird, &where, fields, YQ_COUNT(fields), &blank, sizeof(blank),
	    &items, &list->count, err);
	list->items = items;
	return rc;
}

static enum yq_rc
read_one(struct yq_tx *tx, const struct yq_id *id, struct yq_access_key *key, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	struct yq_id wanted = *id; /* which may be that of `key` */
	enum yq_rc rc;

	*key = (struct yq_access_key){ 0 };
	yq_sql_select(&sql, TABLE, fields, YQ_COUNT(fields));
	yq_where_add(&where, "ID = :ID", yq_param_id("ID", &wanted));
	rc = yq_tx_get(
	    tx, yq_buf_text(&sql), where.params, where.count, fields, YQ_COUNT(fields), key, err);
	return rc == YQ_E_NOT_FOUND ? yq_err_set(err, rc, "there is no key %s", wanted.text) : rc;
}

enum yq_rc
yq_access_keys_get(struct yq_firebird *firebird, const struct yq_id *id, struct yq_access_key *key,
    struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	return rc == YQ_OK ? read_one(tx, id, key, err) : rc;
}

/* ---- changing ---- */

static enum yq_rc
audit(struct yq_tx *tx, const struct yq_access_key *key, const char *verb,
    const struct yq_hand *hand, int64_t now_us, struct yq_err *err)
{
	char target[YQ_ID_LENGTH + 8], after[TEXT_SIZE], until[YQ_TIME_TEXT_SIZE] = "revoked";

	if (key->expires_at_us != 0)
		yq_time_format(key->expires_at_us, until);
	(void)yq_str_format(target, sizeof(target), "key:%s", key->id.text);
	(void)yq_str_format(after, sizeof(after), "%s: \"%s\" of %s, for %s, until %s", verb,
	    key->name, key->user, key->scopes, until);
	return yq_access_audit(tx, hand, now_us, "key", target, "", after, NULL, err);
}

static enum yq_rc
check_count(struct yq_tx *tx, const char *user, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_text("USER_NAME", user) };
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc = yq_tx_query(tx,
	    "SELECT COUNT(*) FROM " TABLE " WHERE USER_NAME = :USER_NAME AND REVOKED = FALSE",
	    params, YQ_COUNT(params), &rows, err);

	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	if (rc == YQ_OK && yq_rows_int(rows, 0) >= YQ_ACCESS_KEYS_MAX)
		rc = yq_err_set(err, YQ_E_LIMIT, "\"%s\" has %d keys already: revoke some", user,
		    YQ_ACCESS_KEYS_MAX);
	return rc;
}

static enum yq_rc
add_once(struct yq_firebird *firebird, const struct yq_access_key *key, const struct yq_hand *hand,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct yq_param params[YQ_COUNT(fields)];
	struct yq_user owner;
	enum yq_rc rc = yq_tx_begin(firebird, NULL, &tx, err);

	if (rc == YQ_OK)
		rc = yq_users_read(tx, key->user, &owner, err);
	if (rc == YQ_E_NOT_FOUND)
		return yq_err_set(err, rc, "there is no user \"%s\"", key->user);
	if (rc == YQ_OK)
		rc = check_count(tx, key->user, err);
	if (rc != YQ_OK)
		return rc;
	yq_sql_insert(&sql, TABLE, fields, YQ_COUNT(fields));
	yq_params_of(fields, YQ_COUNT(fields), key, params);
	rc = yq_tx_exec(tx, yq_buf_text(&sql), params, YQ_COUNT(fields), NULL, err);
	if (rc == YQ_OK)
		rc = audit(tx, key, "add", hand, key->created_at_us, err);
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

/* "yqk_" and the id's digits, "_" and the secret. */
static struct yq_secret *
text_of(const struct yq_id *id, const struct yq_secret *secret)
{
	char text[YQ_ID_LENGTH + 128];
	size_t length = strlen(PREFIX);
	struct yq_secret *result;

	memcpy(text, PREFIX, length);
	for (const char *c = id->text; *c != '\0'; c++)
		if (*c != '-')
			text[length++] = *c;
	text[length++] = '_';
	memcpy(text + length, yq_secret_reveal(secret), yq_secret_length(secret));
	length += yq_secret_length(secret);
	result = yq_secret_make(text, length);
	yq_wipe(text, sizeof(text));
	return result;
}

enum yq_rc
yq_access_keys_add(struct yq_firebird *firebird, struct yq_access_key *key,
    const struct yq_hand *hand, int64_t now_us, struct yq_secret **ret_text, struct yq_err *err)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *secret = yq_secret_random(SECRET_BYTES);
	enum yq_rc rc = YQ_E_RETRY;

	*ret_text = NULL;
	key->id = yq_id_random();
	key->created_at_us = now_us;
	key->last_used_at_us = 0;
	key->revoked = false;
	yq_digest(yq_secret_reveal(secret), yq_secret_length(secret), key->hash);
	for (int i = 0; i < ATTEMPTS && rc == YQ_E_RETRY; i++)
		rc = add_once(firebird, key, hand, err);
	if (rc == YQ_OK)
		*ret_text = text_of(&key->id, secret);
	return rc;
}

static enum yq_rc
revoke_once(struct yq_firebird *firebird, const struct yq_id *id, const struct yq_hand *hand,
    int64_t now_us, struct yq_err *err)
{
	const struct yq_param params[] = { yq_param_id("ID", id) };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct yq_access_key key;
	int64_t affected = 0;
	enum yq_rc rc = yq_tx_begin(firebird, NULL, &tx, err);

	if (rc == YQ_OK)
		rc = read_one(tx, id, &key, err);
	if (rc == YQ_OK)
		rc = yq_tx_exec(tx,
		    "UPDATE " TABLE " SET REVOKED = TRUE WHERE ID = :ID AND REVOKED = FALSE",
		    params, YQ_COUNT(params), &affected, err);
	if (rc == YQ_OK && affected == 0)
		return yq_err_set(err, YQ_E_NOT_FOUND, "the key %s is revoked already", id->text);
	key.expires_at_us = 0;
	if (rc == YQ_OK)
		rc = audit(tx, &key, "revoke", hand, now_us, err);
	return rc == YQ_OK ? yq_tx_commit(tx, err) : rc;
}

enum yq_rc
yq_access_keys_revoke(struct yq_firebird *firebird, const struct yq_id *id,
    const struct yq_hand *hand, int64_t now_us, struct yq_err *err)
{
	enum yq_rc rc = YQ_E_RETRY;

	for (int i = 0; i < ATTEMPTS && rc == YQ_E_RETRY; i++)
		rc = revoke_once(firebird, id, hand, now_us, err);
	return rc;
}

/* ---- using ---- */

/* The two parts of "yqk_<id>_<secret>"; false: it has another form. */
static bool
take_apart(const char *text, struct yq_id *id, char hash[YQ_DIGEST_SIZE])
{
	const char *secret;

	if (!yq_str_starts(text, PREFIX) || strlen(text) <= strlen(PREFIX) + ID_DIGITS + 1)
		return false;
	text += strlen(PREFIX);
	secret = text + ID_DIGITS;
	if (*secret++ != '_')
		return false;
	yq_digest(secret, strlen(secret), hash);
	return yq_str_format(id->text, sizeof(id->text), "%.8s-%.4s-%.4s-%.4s-%.12s", text,
		   text + 8, text + 12, text + 16, text + 20) &&
	       yq_id_parse(id->text, strlen(id->text), id) == YQ_OK;
}

/* What did not work out is of no weight: the key is good, and the next use notes it. */
static void
note_use(struct yq_firebird *firebird, const struct yq_id *id, int64_t now_us)
{
	static const struct yq_tx_options options = { .no_wait = true };
	const struct yq_param params[] = { yq_param_id("ID", id), yq_param_time("NOW_US", now_us) };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	if (yq_tx_begin(firebird, &options, &tx, NULL) == YQ_OK &&
	    yq_tx_exec(tx, "UPDATE " TABLE " SET LAST_USED_AT_US = :NOW_US WHERE ID = :ID", params,
		YQ_COUNT(params), NULL, NULL) == YQ_OK)
		(void)!yq_tx_commit(tx, NULL);
}

static enum yq_rc
read_both(struct yq_firebird *firebird, const struct yq_id *id, struct yq_access_key *key,
    struct yq_user *owner, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	if (rc == YQ_OK)
		rc = read_one(tx, id, key, err);
	if (rc == YQ_OK)
		rc = yq_users_read(tx, key->user, owner, err);
	return rc;
}

enum yq_rc
yq_access_keys_use(struct yq_firebird *firebird, const char *text, int64_t now_us,
    struct yq_access_key *key, struct yq_user *owner, struct yq_err *err)
{
	char hash[YQ_DIGEST_SIZE] = "";
	struct yq_id id;
	enum yq_rc rc = take_apart(text, &id, hash) ? read_both(firebird, &id, key, owner, err)
						    : YQ_E_NOT_FOUND;

	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return rc;
	if (rc != YQ_OK || strlen(key->hash) != strlen(hash) ||
	    sodium_memcmp(key->hash, hash, YQ_DIGEST_SIZE - 1) != 0 || key->revoked ||
	    owner->disabled || (key->expires_at_us != 0 && key->expires_at_us <= now_us))
		return yq_err_set(err, YQ_E_DENIED, "there is no such key, or no more");
	if (now_us - key->last_used_at_us >= USE_NOTED_US || now_us < key->last_used_at_us)
		note_use(firebird, &id, now_us);
	return YQ_OK;
}
