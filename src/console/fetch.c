/* fetch.c - the desk's reads, with the console's words and exit status. */
#include "console/fetch.h"

#include "base/str.h"

/* What becomes of a read. */
static int
told(enum yq_rc rc, const struct yq_err *err)
{
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(err);
}

int
yq_fetch_hash(
    struct yq_system *system, enum yq_key key, const char *arg, struct redisReply **ret_reply)
{
	struct yq_err err = { 0 };

	return told(yq_desk_hash(&system->desk, key, arg, ret_reply, &err), &err);
}

int
yq_fetch_members(struct yq_system *system, enum yq_key key, struct yq_members *members)
{
	struct yq_err err = { 0 };

	return told(yq_desk_members(&system->desk, key, members, &err), &err);
}

int
yq_fetch_names(struct yq_system *system, enum yq_key key, struct yq_members *names)
{
	struct yq_err err = { 0 };

	return told(yq_desk_names(&system->desk, key, names, &err), &err);
}

int
yq_fetch_order(struct yq_system *system, const struct yq_id *id, struct yq_order_state_full *order,
    bool *found)
{
	struct yq_err err = { 0 };

	return told(yq_desk_order(&system->desk, id, order, found, &err), &err);
}

int
yq_fetch_account(struct yq_system *system, const char *alias, struct yq_account_state *account)
{
	struct yq_err err = { 0 };

	return told(yq_desk_account(&system->desk, alias, account, &err), &err);
}

int
yq_fetch_alias(struct yq_system *system, const struct yq_call *call, char alias[YQ_ALIAS_SIZE])
{
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	const char *named = call->options[YQ_OPT_ACCOUNT];
	YQ_CLEANUP(yq_buf_free) struct yq_buf list = yq_buf_make(300);
	int status = yq_fetch_members(system, YQ_KEY_ACCOUNT_INDEX, &members);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (named == NULL && members.count == 1)
		named = members.texts[0];
	for (size_t i = 0; i < members.count; i++) {
		if (named != NULL && yq_str_equal_nocase(named, members.texts[i]) &&
		    yq_str_copy(alias, YQ_ALIAS_SIZE, members.texts[i]))
			return YQ_CONSOLE_DONE;
		yq_buf_add_text(&list, i > 0 ? ", " : "");
		yq_buf_add_text(&list, members.texts[i]);
	}
	if (members.count == 0)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "no account is active: is the gateway running (`yq status`)?");
	if (named == NULL)
		return yq_fail_usage(call,
		    "there are several accounts (%s): name one with --account", yq_buf_text(&list));
	return yq_fail(YQ_CONSOLE_REFUSED, "there is no account \"%s\"; there is: %s", named,
	    yq_buf_text(&list));
}
