/* key_routes.c - API keys: of one's own, and of all for an Admin. */
#include "web/key_routes.h"

#include <string.h>

#include "base/str.h"
#include "desk/people.h"
#include "store/access_keys.h"

#define DAYS_MOST 3650
#define US_A_DAY  (INT64_C(86400) * YQ_US_PER_SECOND)

const struct yq_api_field yq_key_add_fields[YQ_KEY_ADD_FIELDS] = {
	{ "name", YQ_API_BODY, YQ_API_TEXT, true, 1, 64, NULL, "what it is for" },
	{ "scopes", YQ_API_BODY, YQ_API_TEXTS, true, 1, 3, &yq_scope_names,
	    "never more than the user may" },
	{ "days", YQ_API_BODY, YQ_API_INT, false, 1, DAYS_MOST, NULL,
	    "how long it is good; not given: until it is revoked" },
};
const struct yq_api_field yq_key_revoke_fields[YQ_KEY_REVOKE_FIELDS] = {
	{ "key", YQ_API_PATH, YQ_API_ID, true, 0, 0, NULL, "its id" },
};

static void
put_key(struct yq_json_writer *w, const struct yq_access_key *key)
{
	const char *scope = key->scopes;

	yq_json_begin_object(w);
	yq_api_put_id(w, "id", &key->id);
	yq_json_put_text(w, "name", key->name);
	yq_json_put_text(w, "user", key->user);
	yq_json_name(w, "scopes");
	yq_json_begin_array(w);
	while (*scope != '\0') {
		size_t length = strcspn(scope, ",");

		yq_json_add_bytes(w, scope, length);
		scope += length + (scope[length] == ',');
	}
	yq_json_end_array(w);
	yq_api_put_time(w, "createdAt", key->created_at_us);
	yq_api_put_time(w, "expiresAt", key->expires_at_us);
	yq_api_put_time(w, "lastUsedAt", key->last_used_at_us);
	yq_json_end_object(w);
}

enum yq_rc
yq_key_list(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_access_key_list_free) struct yq_access_key_list list = { 0 };
	bool all = call->who.role == YQ_ROLE_ADMIN;
	enum yq_rc rc = yq_desk_firebird(call->desk, err);

	if (rc == YQ_OK)
		rc = yq_access_keys_list(
		    call->desk->firebird, all ? "" : call->who.user, &list, err);
	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < list.count; i++)
		put_key(call->out, &list.items[i]);
	yq_json_end_array(call->out);
	yq_json_end_object(call->out);
	return YQ_OK;
}

/* What was asked for, if the caller may do all of it himself. */
static enum yq_rc
read_scopes(struct yq_api_call *call, char text[YQ_SCOPES_SIZE], struct yq_err *err)
{
	const char *const *names;
	size_t count = yq_api_texts(call, "scopes", &names);
	unsigned scopes = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned one = 0;
		struct yq_err why = { 0 };

		if (yq_scopes_parse(names[i], &one, &why) != YQ_OK)
			return yq_api_refuse(
			    call, 422, "FIELD_INVALID", "scopes", err, "%s", why.text);
		if (yq_scopes_role(one, YQ_ROLE_ADMIN) > call->who.role)
			return yq_api_refuse(call, 422, "FIELD_INVALID", "scopes", err,
			    "scopes: %s is more than you may yourself", names[i]);
		scopes |= one;
	}
	yq_scopes_format(scopes, text);
	return scopes != 0 ? YQ_OK
			   : yq_api_refuse(call, 422, "FIELD_INVALID", "scopes", err,
				 "scopes: expected at least one");
}

enum yq_rc
yq_key_add(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *text = NULL;
	int64_t days = yq_api_int(call, "days", 0);
	struct yq_access_key key = { .expires_at_us =
					 days == 0 ? 0 : call->now_us + days * US_A_DAY };
	enum yq_rc rc = read_scopes(call, key.scopes, err);

	yq_str_copy_cut(key.name, sizeof(key.name), yq_api_text(call, "name"));
	yq_str_copy_cut(key.user, sizeof(key.user), call->who.user);
	if (rc == YQ_OK)
		rc = yq_desk_firebird(call->desk, err);
	if (rc == YQ_OK)
		rc = yq_access_keys_add(
		    call->desk->firebird, &key, &call->desk->hand, call->now_us, &text, err);
	if (rc != YQ_OK)
		return rc;
	yq_people_tell(call->desk, YQ_SEVERITY_INFO, "a key for %s, \"%s\", was made by %s",
	    key.scopes, key.name, call->desk->hand.who);
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "key");
	put_key(call->out, &key);
	yq_json_put_text(call->out, "secret", yq_secret_reveal(text));
	yq_json_end_object(call->out);
	return YQ_OK;
}

enum yq_rc
yq_key_revoke(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_id id = yq_api_id(call, "key");
	struct yq_access_key key;
	enum yq_rc rc = yq_desk_firebird(call->desk, err);

	if (rc == YQ_OK)
		rc = yq_access_keys_get(call->desk->firebird, &id, &key, err);
	/* Somebody else's is as one that is not there. */
	if (rc == YQ_OK && call->who.role != YQ_ROLE_ADMIN &&
	    !yq_str_equal(key.user, call->who.user))
		rc = yq_err_set(err, YQ_E_NOT_FOUND, "there is no key %s", id.text);
	if (rc == YQ_OK)
		rc = yq_access_keys_revoke(
		    call->desk->firebird, &id, &call->desk->hand, call->now_us, err);
	if (rc == YQ_OK)
		yq_api_done(call, "the key is revoked");
	return rc;
}
