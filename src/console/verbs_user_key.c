/* verbs_user_key.c - `yq user key`: keys with which programs use the API. */
#include "console/verbs_user.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "console/find.h"
#include "console/sheet.h"
#include "store/access_keys.h"

#define DAYS_MOST 3650
#define US_A_DAY  (INT64_C(86400) * YQ_US_PER_SECOND)

static const struct yq_column columns[] = {
	{ "ID", "id", YQ_COLUMN_TEXT },
	{ "USER", "user", YQ_COLUMN_TEXT },
	{ "NAME", "name", YQ_COLUMN_TEXT },
	{ "SCOPES", "scopes", YQ_COLUMN_TEXT },
	{ "EXPIRES", "expires", YQ_COLUMN_TIME },
	{ "LAST USED", "lastUsed", YQ_COLUMN_TIME },
	{ "CREATED", "created", YQ_COLUMN_TIME },
};

static int64_t
now_us(void)
{
	return yq_clock_now_us(yq_clock_system());
}

static int
list(const struct yq_call *call, struct yq_system *system)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(columns, YQ_COUNT(columns));
	YQ_CLEANUP(yq_access_key_list_free) struct yq_access_key_list keys = { 0 };
	char user[YQ_USER_SIZE] = "";
	struct yq_err err = { 0 };
	enum yq_rc rc = call->word_count > 2 ? yq_user_name(call->words[2], user, &err) : YQ_OK;

	if (rc == YQ_OK)
		rc = yq_access_keys_list(system->desk.firebird, user, &keys, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	for (size_t i = 0; i < keys.count; i++) {
		const struct yq_access_key *key = &keys.items[i];

		yq_sheet_add(sheet, key->id.text);
		yq_sheet_add(sheet, key->user);
		yq_sheet_add(sheet, key->name);
		yq_sheet_add(sheet, key->scopes);
		yq_sheet_add_time(sheet, key->expires_at_us);
		yq_sheet_add_time(sheet, key->last_used_at_us);
		yq_sheet_add_time(sheet, key->created_at_us);
	}
	yq_sheet_print(sheet, call, "there are no keys (`yq user key add USER NAME`)");
	return YQ_CONSOLE_DONE;
}

/* The scopes of one who may do all of it himself, and until when. */
static enum yq_rc
read_terms(const struct yq_call *call, struct yq_system *system, struct yq_access_key *key,
    struct yq_err *err)
{
	const char *scopes_text = call->options[YQ_OPT_SCOPES], *days = call->options[YQ_OPT_DAYS];
	struct yq_user user;
	unsigned scopes = 0;
	int64_t count = 0;
	enum yq_rc rc = yq_scopes_parse(scopes_text != NULL ? scopes_text : "read", &scopes, err);

	if (rc == YQ_OK)
		rc = yq_users_get(system->desk.firebird, call->words[2], &user, err);
	if (rc != YQ_OK)
		return rc;
	if (yq_scopes_role(scopes, YQ_ROLE_ADMIN) > user.role)
		return yq_err_set(err, YQ_E_REFUSED, "%s is a %s: a key never may more than that",
		    user.name, yq_names_text(&yq_role_names, (int)user.role));
	if (days != NULL && !yq_str_to_int64(days, 1, DAYS_MOST, &count))
		return yq_err_set(
		    err, YQ_E_INVALID, "--days: expected 1-%d, found \"%s\"", DAYS_MOST, days);
	key->expires_at_us = count == 0 ? 0 : now_us() + count * US_A_DAY;
	yq_scopes_format(scopes, key->scopes);
	yq_str_copy_cut(key->user, sizeof(key->user), user.name);
	return YQ_OK;
}

static void
say_key(const struct yq_call *call, const struct yq_access_key *key, const struct yq_secret *text)
{
	if (yq_call_has(call, YQ_OPT_JSON))
		printf("{\"id\":\"%s\",\"secret\":\"%s\"}\n", key->id.text, yq_secret_reveal(text));
	else
		printf("%s\nThis is shown once.  A program sends it with every request:\n"
		       "  Authorization: Bearer yqk_...\n"
		       "It is revoked with `yq user key revoke %s`.\n",
		    yq_secret_reveal(text), key->id.text);
}

static int
add(const struct yq_call *call, struct yq_system *system)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *text = NULL;
	struct yq_access_key key = { .revoked = false };
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_access_name_check(call->words[3], &err);

	if (rc == YQ_OK)
		rc = read_terms(call, system, &key, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	yq_str_copy_cut(key.name, sizeof(key.name), call->words[3]);
	rc = yq_access_keys_add(
	    system->desk.firebird, &key, &system->desk.hand, now_us(), &text, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	say_key(call, &key, text);
	return YQ_CONSOLE_DONE;
}

static int
revoke_one(const struct yq_call *call, struct yq_system *system)
{
	const char *word = call->words[2];
	struct yq_err err = { 0 };
	struct yq_id id;

	if (yq_id_parse(word, strlen(word), &id) != YQ_OK)
		return yq_fail_usage(call, "expected a key's id, found \"%s\"", word);
	if (yq_access_keys_revoke(system->desk.firebird, &id, &system->desk.hand, now_us(), &err) !=
	    YQ_OK)
		return yq_fail_err(&err);
	puts(yq_call_has(call, YQ_OPT_JSON) ? "{\"done\":true}" : "revoked");
	return YQ_CONSOLE_DONE;
}

int
yq_user_key(const struct yq_call *call)
{
	static const struct {
		const char *name;
		size_t least, most; /* words */
		int (*run)(const struct yq_call *call, struct yq_system *system);
	} acts[] = { { "list", 2, 3, list }, { "add", 4, 4, add }, { "revoke", 3, 3, revoke_one } };
	const char *word = call->word_count > 1 ? call->words[1] : "";
	struct yq_system system = { .local = false };
	int status;

	for (size_t i = 0; i < YQ_COUNT(acts); i++) {
		if (!yq_str_equal(word, acts[i].name) || call->word_count < acts[i].least ||
		    call->word_count > acts[i].most)
			continue;
		status = yq_system_open_firebird(call, &system);
		if (status == YQ_CONSOLE_DONE)
			status = acts[i].run(call, &system);
		yq_system_clear(&system);
		return status;
	}
	return yq_fail_usage(call, "expected key list [USER], key add USER NAME, or key revoke ID");
}
