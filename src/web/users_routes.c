/* users_routes.c - people who may sign in, for an Admin. */
#include "base/mem.h"
#include "base/str.h"
#include "desk/lockout.h"
#include "desk/password.h"
#include "desk/people.h"
#include "web/key_routes.h"
#include "web/signed_in.h"

static void
put_user(struct yq_json_writer *w, const struct yq_user *user, int64_t locked_until_us)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "name", user->name);
	yq_api_put_name(w, "role", &yq_role_names, (int)user->role);
	yq_json_put_bool(w, "totp", user->totp[0] != '\0');
	yq_json_put_bool(w, "disabled", user->disabled);
	yq_api_put_time(w, "lockedUntil", locked_until_us);
	yq_api_put_time(w, "createdAt", user->created_at_us);
	yq_api_put_time(w, "lastSignInAt", user->last_sign_in_at_us);
	yq_json_put_int(w, "version", user->version);
	yq_json_end_object(w);
}

static enum yq_rc
read_locks(struct yq_api_call *call, const struct yq_user_list *list, int64_t *until_us,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) const char **names = yq_xcalloc(list->count + 1, sizeof(*names));
	enum yq_rc rc = yq_desk_valkey(call->desk, err);

	for (size_t i = 0; i < list->count; i++)
		names[i] = list->items[i].name;
	return rc == YQ_OK && list->count > 0
		   ? yq_lockout_read(call->desk->valkey, names, list->count, until_us, err)
		   : rc;
}

static enum yq_rc
list_users(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_user_list_free) struct yq_user_list list = { 0 };
	YQ_CLEANUP(yq_freep) int64_t *until_us = NULL;
	enum yq_rc rc = yq_desk_firebird(call->desk, err);

	if (rc == YQ_OK)
		rc = yq_users_list(call->desk->firebird, &list, err);
	if (rc != YQ_OK)
		return rc;
	until_us = yq_xcalloc(list.count + 1, sizeof(*until_us));
	rc = read_locks(call, &list, until_us, err);
	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < list.count; i++)
		put_user(call->out, &list.items[i], until_us[i]);
	yq_json_end_array(call->out);
	yq_json_end_object(call->out);
	return YQ_OK;
}

static enum yq_rc
put_as_it_is(struct yq_api_call *call, const struct yq_user *user, struct yq_err *err)
{
	const char *names[] = { user->name };
	int64_t until_us = 0;
	enum yq_rc rc = yq_desk_valkey(call->desk, err);

	if (rc == YQ_OK)
		rc = yq_lockout_read(call->desk->valkey, names, 1, &until_us, err);
	if (rc == YQ_OK)
		put_user(call->out, user, until_us);
	return rc;
}

/* ---- changing ---- */

static enum yq_rc
add_user(struct yq_api_call *call, struct yq_err *err)
{
	const struct yq_person_new person = {
		.name = yq_api_text(call, "name"),
		.role = (enum yq_role)yq_api_name(call, "role", YQ_ROLE_NONE),
		.password = yq_api_text(call, "password"),
		.must_change = true,
	};
	char name[YQ_USER_SIZE];
	struct yq_user user;
	enum yq_rc rc;

	if (yq_user_name(person.name, name, err) != YQ_OK)
		return yq_api_refuse(
		    call, 422, "FIELD_INVALID", "name", err, "name: %s", err->text);
	if (person.role == YQ_ROLE_NONE)
		return yq_api_refuse(call, 422, "FIELD_INVALID", "role", err,
		    "role: expected Viewer, Trader or Admin");
	rc = yq_people_add(call->desk, &person, err);
	if (rc == YQ_E_INVALID)
		return yq_api_refuse(
		    call, 422, "FIELD_INVALID", "password", err, "password: %s", err->text);
	if (rc == YQ_OK)
		rc = yq_users_get(call->desk->firebird, name, &user, err);
	return rc == YQ_OK ? put_as_it_is(call, &user, err) : rc;
}

/* A change that was made from an older version, in the words of the API. */
static enum yq_rc
stale(struct yq_api_call *call, enum yq_rc rc, struct yq_err *err)
{
	struct yq_err why = *err;

	if (rc != YQ_E_STATE)
		return rc;
	return yq_api_refuse(call, 409, "STALE_VERSION", "version", err, "%s", why.text);
}

static enum yq_rc
change_user(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_person_change change = { .name = yq_api_text(call, "user"),
		.version = yq_api_int(call, "version", 0),
		.role = (enum yq_role)yq_api_name(call, "role", YQ_ROLE_NONE),
		.password = yq_api_text(call, "password"),
		.reset_totp = yq_api_bool(call, "resetTotp", false) };
	struct yq_err why = { 0 };
	struct yq_user user;
	enum yq_rc rc;

	if (yq_api_given(call, "role") && change.role == YQ_ROLE_NONE)
		return yq_api_refuse(call, 422, "FIELD_INVALID", "role", err,
		    "role: expected Viewer, Trader or Admin");
	if (yq_api_given(call, "disabled"))
		change.disabled = yq_api_bool(call, "disabled", false) ? YQ_TURN_ON : YQ_TURN_OFF;
	if (change.password != NULL && yq_str_equal_nocase(change.name, call->who.user))
		return yq_api_refuse(call, 422, "FIELD_INVALID", "password", err,
		    "password: of one's own it takes the old one, too (POST /auth/password)");
	rc = yq_people_change(call->desk, &change, &user, &why);
	if (rc == YQ_E_INVALID)
		return yq_api_refuse(
		    call, 422, "FIELD_INVALID", "password", err, "password: %s", why.text);
	*err = why;
	return rc == YQ_OK ? put_as_it_is(call, &user, err) : stale(call, rc, err);
}

static enum yq_rc
remove_user(struct yq_api_call *call, struct yq_err *err)
{
	enum yq_rc rc = yq_people_remove(
	    call->desk, yq_api_text(call, "user"), yq_api_int(call, "version", 0), NULL, err);

	if (rc == YQ_OK)
		yq_api_done(call, "the user is removed, with all keys and sessions");
	return stale(call, rc, err);
}

/* ---- the table ---- */

#define VERSION_FIELD(place)                                                                   \
	{                                                                                      \
		"version", place, YQ_API_INT, true, 1, INT64_MAX, NULL, "that it is made from" \
	}
#define USER_FIELD                                                              \
	{                                                                       \
		"user", YQ_API_PATH, YQ_API_TEXT, true, 1, 64, NULL, "the name" \
	}

static const struct yq_api_field add_fields[] = {
	{ "name", YQ_API_BODY, YQ_API_TEXT, true, 1, 64, NULL,
	    "letters, digits and . - _ @; kept in lower case" },
	{ "role", YQ_API_BODY, YQ_API_NAME, true, 0, 0, &yq_role_names, NULL },
	{ "password", YQ_API_BODY, YQ_API_SECRET, true, 1, YQ_PASSWORD_MOST, NULL,
	    "the first one; another must be set after the first sign-in" },
};
static const struct yq_api_field change_fields[] = {
	USER_FIELD,
	VERSION_FIELD(YQ_API_BODY),
	{ "role", YQ_API_BODY, YQ_API_NAME, false, 0, 0, &yq_role_names, NULL },
	{ "disabled", YQ_API_BODY, YQ_API_BOOL, false, 0, 0, NULL, NULL },
	{ "password", YQ_API_BODY, YQ_API_SECRET, false, 1, YQ_PASSWORD_MOST, NULL,
	    "another must be set after the next sign-in" },
	{ "resetTotp", YQ_API_BODY, YQ_API_BOOL, false, 0, 0, NULL, "take the second factor away" },
};
static const struct yq_api_field remove_fields[] = { USER_FIELD, VERSION_FIELD(YQ_API_QUERY) };

static const struct yq_api_route routes[] = {
	{ "GET", "/users", "listUsers", "Who may sign in.", YQ_ROLE_ADMIN, YQ_LANE_ARCHIVE, 0, 200,
	    "UserList", NULL, 0, list_users },
	{ "POST", "/users", "addUser", "Somebody new.", YQ_ROLE_ADMIN, YQ_LANE_PASSWORD, 0, 201,
	    "User", add_fields, YQ_COUNT(add_fields), add_user },
	{ "PUT", "/users/{user}", "changeUser", "Change what is given; the user's sessions end.",
	    YQ_ROLE_ADMIN, YQ_LANE_PASSWORD, 0, 200, "User", change_fields, YQ_COUNT(change_fields),
	    change_user },
	{ "DELETE", "/users/{user}", "removeUser", "Remove a user, with all keys and sessions.",
	    YQ_ROLE_ADMIN, YQ_LANE_ARCHIVE, 0, 200, "Done", remove_fields, YQ_COUNT(remove_fields),
	    remove_user },
	{ "GET", "/keys", "listKeys", "API keys: one's own, of all users for an Admin.",
	    YQ_ROLE_VIEWER, YQ_LANE_ARCHIVE, 0, 200, "KeyList", NULL, 0, yq_key_list },
	{ "POST", "/keys", "addKey", "A key of one's own; its secret is shown this once.",
	    YQ_ROLE_VIEWER, YQ_LANE_ARCHIVE, YQ_API_NO_KEY | YQ_API_ONCE, 201, "KeyMade",
	    yq_key_add_fields, YQ_KEY_ADD_FIELDS, yq_key_add },
	{ "DELETE", "/keys/{key}", "revokeKey", "Revoke a key, for good.", YQ_ROLE_VIEWER,
	    YQ_LANE_ARCHIVE, YQ_API_NO_KEY, 200, "Done", yq_key_revoke_fields, YQ_KEY_REVOKE_FIELDS,
	    yq_key_revoke },
};
const struct yq_api_family yq_api_users = { "users", routes, YQ_COUNT(routes) };
