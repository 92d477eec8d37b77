/* users.c - finds who may sign in. */
#include "store/users.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/str.h"
#include "store/audit.h"
#include "store/sql.h"
#include "store/user_fields.h"

#define ROW struct yq_user

const struct yq_field yq_user_fields[YQ_USER_FIELD_COUNT] = {
	YQ_FIELD_TEXT("NAME", ROW, name, YQ_REQUIRED),
	YQ_FIELD_ENUM("ROLE_NAME", ROW, role, yq_role_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("PASSWORD_HASH", ROW, password, YQ_REQUIRED),
	YQ_FIELD_TEXT("TOTP_SEALED", ROW, totp, YQ_OPTIONAL),
	YQ_FIELD_INT("TOTP_LAST_STEP", ROW, totp_last_step, YQ_REQUIRED),
	YQ_FIELD_BOOL("MUST_CHANGE", ROW, must_change, YQ_REQUIRED),
	YQ_FIELD_BOOL("DISABLED", ROW, disabled, YQ_REQUIRED),
	YQ_FIELD_INT("VERSION", ROW, version, YQ_REQUIRED),
	YQ_FIELD_TIME("CREATED_AT_US", ROW, created_at_us, YQ_REQUIRED),
	YQ_FIELD_TIME("LAST_SIGN_IN_AT_US", ROW, last_sign_in_at_us, YQ_OPTIONAL),
};

void
yq_user_list_free(struct yq_user_list *list)
{
	free(list->items);
	*list = (struct yq_user_list){ 0 };
}

enum yq_rc
yq_users_list(struct yq_firebird *firebird, struct yq_user_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);
	const struct yq_user blank = { 0 };
	void *items;
	enum yq_rc rc;

	yq_sql_select(&sql, YQ_USER_TABLE, yq_user_fields, YQ_USER_FIELD_COUNT);
	yq_where_page(&where, "NAME", YQ_USERS_MAX, 0);
	rc = yq_where_list(firebird, &where, yq_user_fields, YQ_USER_FIELD_COUNT, &blank,
	    sizeof(blank), &items, &list->count, err);
	list->items = items;
	return rc;
}

enum yq_rc
yq_users_read(struct yq_tx *tx, const char *name, struct yq_user *user, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	struct yq_where where = yq_where_make(&sql);

	*user = (struct yq_user){ 0 };
	yq_sql_select(&sql, YQ_USER_TABLE, yq_user_fields, YQ_USER_FIELD_COUNT);
	yq_where_add(&where, "NAME = :NAME", yq_param_text("NAME", name));
	return yq_tx_get(tx, yq_buf_text(&sql), where.params, where.count, yq_user_fields,
	    YQ_USER_FIELD_COUNT, user, err);
}

enum yq_rc
yq_users_get(
    struct yq_firebird *firebird, const char *name, struct yq_user *user, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	char kept[YQ_USER_SIZE];
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	*user = (struct yq_user){ 0 };
	if (rc != YQ_OK)
		return rc;
	rc = yq_user_name(name, kept, NULL) == YQ_OK ? yq_users_read(tx, kept, user, err)
						     : YQ_E_NOT_FOUND;
	return rc == YQ_E_NOT_FOUND ? yq_err_set(err, rc, "there is no user \"%.64s\"", name) : rc;
}

enum yq_rc
yq_access_audit(struct yq_tx *tx, const struct yq_hand *hand, int64_t now_us, const char *verb,
    const char *target, const char *before, const char *after, const char *reason,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf request = yq_buf_make(YQ_SQL_MAX);
	struct yq_json_writer w = yq_json_writer_make(&request);
	struct yq_audit_row row = {
		.id = yq_id_random(), .at_us = now_us, .recorded_us = now_us, .hand = *hand
	};

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "Verb", verb);
	yq_json_put_text(&w, "Target", target);
	yq_json_put_text(&w, "After", after);
	yq_json_end_object(&w);
	row.request = yq_buf_text(&request);
	yq_str_copy_cut(row.verb, sizeof(row.verb), verb);
	yq_str_copy_cut(row.outcome, sizeof(row.outcome), "applied");
	yq_str_copy_cut(row.target, sizeof(row.target), target);
	yq_str_copy_cut(row.before, sizeof(row.before), before);
	yq_str_copy_cut(row.after, sizeof(row.after), after);
	yq_str_copy_cut(row.reason, sizeof(row.reason), reason != NULL ? reason : "");
	return yq_audit_put(tx, &row, err);
}
