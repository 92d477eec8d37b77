/* verbs_user.c - `yq user`: who may sign in to the dashboard. */
#include "console/verbs_user.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/ask.h"
#include "console/find.h"
#include "console/person.h"
#include "console/sheet.h"
#include "desk/lockout.h"
#include "desk/people.h"

static const struct yq_column columns[] = {
	{ "NAME", "name", YQ_COLUMN_TEXT },
	{ "ROLE", "role", YQ_COLUMN_TEXT },
	{ "SECOND FACTOR", "totp", YQ_COLUMN_BOOL },
	{ "DISABLED", "disabled", YQ_COLUMN_BOOL },
	{ "MUST CHANGE", "mustChange", YQ_COLUMN_BOOL },
	{ "LOCKED UNTIL", "lockedUntil", YQ_COLUMN_TIME },
	{ "LAST SIGN-IN", "lastSignIn", YQ_COLUMN_TIME },
	{ "CREATED", "created", YQ_COLUMN_TIME },
	{ "VERSION", "version", YQ_COLUMN_NUMBER },
};

/* One call of the verb: `yq user WORD NAME`. */
struct user_call {
	const struct yq_call *call;
	struct yq_system system;
	const char *name, *reason;
};

static const char *
text_of(bool value)
{
	return value ? "true" : "false";
}

/* ---- looking ---- */

static void
add_row(struct yq_sheet *sheet, const struct yq_user *user, int64_t locked_until_us)
{
	yq_sheet_add(sheet, user->name);
	yq_sheet_add(sheet, yq_names_text(&yq_role_names, (int)user->role));
	yq_sheet_add(sheet, text_of(user->totp[0] != '\0'));
	yq_sheet_add(sheet, text_of(user->disabled));
	yq_sheet_add(sheet, text_of(user->must_change));
	yq_sheet_add_time(sheet, locked_until_us);
	yq_sheet_add_time(sheet, user->last_sign_in_at_us);
	yq_sheet_add_time(sheet, user->created_at_us);
	yq_sheet_add_int(sheet, user->version);
}

static enum yq_rc
read_locks(
    struct user_call *u, const struct yq_user_list *users, int64_t *until_us, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) const char **names = yq_xcalloc(users->count + 1, sizeof(*names));

	for (size_t i = 0; i < users->count; i++)
		names[i] = users->items[i].name;
	return users->count == 0
		   ? YQ_OK
		   : yq_lockout_read(u->system.desk.valkey, names, users->count, until_us, err);
}

static int
list(struct user_call *u)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(columns, YQ_COUNT(columns));
	YQ_CLEANUP(yq_user_list_free) struct yq_user_list users = { 0 };
	YQ_CLEANUP(yq_freep) int64_t *until_us = NULL;
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_users_list(u->system.desk.firebird, &users, &err);

	until_us = yq_xcalloc(users.count + 1, sizeof(*until_us));
	if (rc == YQ_OK)
		rc = read_locks(u, &users, until_us, &err);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	for (size_t i = 0; i < users.count; i++)
		add_row(sheet, &users.items[i], until_us[i]);
	yq_sheet_print(sheet, u->call, "nobody may sign in yet (`yq user add NAME Admin`)");
	return YQ_CONSOLE_DONE;
}

/* ---- changing ---- */

static int
done(const struct user_call *u, const char *sentence)
{
	if (yq_call_has(u->call, YQ_OPT_JSON))
		puts("{\"done\":true}");
	else
		puts(sentence);
	return YQ_CONSOLE_DONE;
}

static int
take_role(const struct user_call *u, enum yq_role *role)
{
	const char *text = u->call->word_count > 2 ? u->call->words[2] : "";
	int found = yq_names_find(&yq_role_names, text, strlen(text));

	*role = (enum yq_role)found;
	if (found > YQ_ROLE_NONE)
		return YQ_CONSOLE_DONE;
	return yq_fail_usage(u->call, "expected a role: Viewer, Trader or Admin");
}

/* At a terminal it is asked for twice, for nobody sees what he types. */
static int
ask_password(struct yq_secret **ret_password)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *first = yq_ask_secret("new password");
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *again = NULL;

	if (first == NULL)
		return yq_fail(YQ_CONSOLE_REFUSED, "no password was given");
	if (isatty(STDIN_FILENO) != 0) {
		again = yq_ask_secret("once more");
		if (again == NULL ||
		    !yq_secret_matches(first, yq_secret_reveal(again), yq_secret_length(again)))
			return yq_fail(YQ_CONSOLE_REFUSED, "the two are not the same");
	}
	*ret_password = first;
	first = NULL;
	return YQ_CONSOLE_DONE;
}

static int
add(struct user_call *u)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *password = NULL;
	struct yq_person_new person = { .name = u->name, .must_change = true, .reason = u->reason };
	struct yq_err err = { 0 };
	int status = take_role(u, &person.role);

	if (status == YQ_CONSOLE_DONE)
		status = ask_password(&password);
	if (status != YQ_CONSOLE_DONE)
		return status;
	person.password = yq_secret_reveal(password);
	if (yq_people_add(&u->system.desk, &person, &err) != YQ_OK)
		return yq_fail_err(&err);
	return done(u, "added; another password must be set at the first sign-in");
}

static int
change(struct user_call *u, struct yq_person_change one, const char *sentence)
{
	struct yq_err err = { 0 };

	one.name = u->name;
	one.reason = u->reason;
	if (yq_people_change(&u->system.desk, &one, NULL, &err) != YQ_OK)
		return yq_fail_err(&err);
	return done(u, sentence);
}

static int
set_role(struct user_call *u)
{
	struct yq_person_change one = { .name = NULL };
	int status = take_role(u, &one.role);

	return status == YQ_CONSOLE_DONE ? change(u, one, "changed; the sessions have ended")
					 : status;
}

static int
disable(struct user_call *u)
{
	return change(u, (struct yq_person_change){ .disabled = YQ_TURN_ON },
	    "disabled; the sessions have ended");
}

static int
enable(struct user_call *u)
{
	return change(u, (struct yq_person_change){ .disabled = YQ_TURN_OFF }, "enabled");
}

static int
set_password(struct user_call *u)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *password = NULL;
	struct yq_user user;
	struct yq_err err = { 0 };
	int status;

	/* before anything is typed for nobody */
	if (yq_users_get(u->system.desk.firebird, u->name, &user, &err) != YQ_OK)
		return yq_fail_err(&err);
	status = ask_password(&password);
	if (status != YQ_CONSOLE_DONE)
		return status;
	return change(u, (struct yq_person_change){ .password = yq_secret_reveal(password) },
	    "set; another must be set at the next sign-in, and the sessions have ended");
}

static int
reset_totp(struct user_call *u)
{
	return change(u, (struct yq_person_change){ .reset_totp = true },
	    "there is no second factor any more; the sessions have ended");
}

static int
unlock(struct user_call *u)
{
	struct yq_user user;
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_users_get(u->system.desk.firebird, u->name, &user, &err);

	if (rc == YQ_OK)
		rc = yq_lockout_clear(u->system.desk.valkey, user.name, &err);
	return rc == YQ_OK ? done(u, "unlocked") : yq_fail_err(&err);
}

static int
remove_one(struct user_call *u)
{
	struct yq_err err = { 0 };

	if (!yq_call_has(u->call, YQ_OPT_YES) &&
	    !yq_person_agrees("remove the user, with all keys?"))
		return yq_fail(YQ_CONSOLE_REFUSED, "nothing was changed");
	if (yq_people_remove(&u->system.desk, u->name, 0, u->reason, &err) != YQ_OK)
		return yq_fail_err(&err);
	return done(u, "removed, with all keys and sessions");
}

/* ---- the verb ---- */

static int
open_both(struct user_call *u)
{
	int status = yq_system_open_firebird(u->call, &u->system);

	return status == YQ_CONSOLE_DONE ? yq_system_valkey(&u->system) : status;
}

int
yq_verb_user(const struct yq_call *call)
{
	static const struct {
		const char *name;
		size_t words;
		int (*run)(struct user_call *u);
	} acts[] = { { "list", 1, list }, { "add", 3, add }, { "role", 3, set_role },
		{ "remove", 2, remove_one }, { "disable", 2, disable }, { "enable", 2, enable },
		{ "password", 2, set_password }, { "reset-totp", 2, reset_totp },
		{ "unlock", 2, unlock } };
	const char *reason = call->options[YQ_OPT_REASON];
	const char *word = call->word_count > 0 ? call->words[0] : "list";
	size_t count = call->word_count > 0 ? call->word_count : 1;
	struct user_call u = { .call = call,
		.name = count > 1 ? call->words[1] : "",
		.reason = reason != NULL ? reason : "" };
	int status;

	if (yq_str_equal(word, "key"))
		return yq_user_key(call);
	for (size_t i = 0; i < YQ_COUNT(acts); i++) {
		if (!yq_str_equal(word, acts[i].name) || count != acts[i].words)
			continue;
		status = open_both(&u);
		if (status == YQ_CONSOLE_DONE)
			status = acts[i].run(&u);
		yq_system_clear(&u.system);
		return status;
	}
	return yq_fail_usage(call,
	    "expected list, add NAME ROLE, role NAME ROLE, password NAME, disable NAME, enable "
	    "NAME, remove NAME, reset-totp NAME, unlock NAME, or key ...");
}
