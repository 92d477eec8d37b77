/* account_new.c - an account that is being set up. */
#include "console/account_new.h"

#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "console/ask.h"

/* What each broker calls things, and what its keys look like. */
static const struct broker_words {
	const char *environments[2]; /* not real money, real money */
	const char *section, *key, *secret;
	const char *key_question, *secret_question;
	size_t key_length, secret_length; /* 0 = any */
} words[YQ_BROKER_KIND_COUNT] = {
	[YQ_BROKER_ALPACA] = { { "paper", "live" }, "Alpaca", "KeyId", "SecretKey",
	    "API key id (not shown)", "secret key (not shown)", 0, 0 },
	[YQ_BROKER_KIS] = { { "virtual", "real" }, "Kis", "AppKey", "AppSecret",
	    "app key, 36 characters (not shown)", "app secret, 180 characters (not shown)", 36,
	    180 },
};

void
yq_account_new_clear(struct yq_account_new *account)
{
	yq_secret_free(account->key);
	yq_secret_free(account->secret);
	account->key = account->secret = NULL;
}

const char *
yq_account_environment(const struct yq_account_settings *settings)
{
	const char *word = words[settings->broker].environments[settings->live ? 1 : 0];

	return word != NULL ? word : "";
}

/* ---- asking ---- */

/* From the option, else from the person.  `expected` is for the sentence when there is neither. */
static int
take(const struct yq_call *call, enum yq_option option, const char *question, const char *expected,
    char *answer, size_t size)
{
	const char *given = call->options[option];

	if (given != NULL ? yq_str_copy(answer, size, given) : yq_ask(question, answer, size))
		return YQ_CONSOLE_DONE;
	return yq_fail_usage(call, "%s: expected %s%s", question, expected,
	    given != NULL ? "; that is too long" : "");
}

static int
take_broker(const struct yq_call *call, struct yq_account_settings *settings)
{
	char text[32] = "";
	int status =
	    take(call, YQ_OPT_BROKER, "broker (alpaca, kis)", "alpaca or kis", text, sizeof(text));
	int kind = yq_names_find(&yq_broker_kind_names, text, strlen(text));

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (kind < 0 || words[kind].section == NULL)
		return yq_fail_usage(call, "broker: expected alpaca or kis, found \"%s\"", text);
	settings->broker = (enum yq_broker_kind)kind;
	return YQ_CONSOLE_DONE;
}

static int
take_environment(const struct yq_call *call, struct yq_account_settings *settings)
{
	const char *const *names = words[settings->broker].environments;
	char text[32] = "", question[64], expected[64];
	int status;

	yq_str_format(expected, sizeof(expected), "%s or %s", names[0], names[1]);
	yq_str_format(
	    question, sizeof(question), "environment (%s, or %s: real money)", names[0], names[1]);
	status = take(call, YQ_OPT_ENVIRONMENT, question, expected, text, sizeof(text));
	if (status != YQ_CONSOLE_DONE)
		return status;
	settings->live = yq_str_equal_nocase(text, names[1]);
	settings->practice = yq_str_equal_nocase(text, names[0]);
	if (!settings->live && !settings->practice)
		return yq_fail_usage(
		    call, "environment: expected %s, found \"%s\"", expected, text);
	return YQ_CONSOLE_DONE;
}

static int
take_number(const struct yq_call *call, struct yq_account_settings *settings)
{
	static const char expected[] = "eight digits and two, as 12345678-01";
	int status;

	if (settings->broker != YQ_BROKER_KIS)
		return YQ_CONSOLE_DONE;
	status = take(call, YQ_OPT_NUMBER, "account number (12345678-01)", expected,
	    settings->number, sizeof(settings->number));
	if (status == YQ_CONSOLE_DONE && !yq_kis_number_is_valid(settings->number))
		return yq_fail_usage(
		    call, "account number: expected %s, found \"%s\"", expected, settings->number);
	return status;
}

/* Optional: whose notices of executions are pushed.  A script leaves it out. */
static int
take_hts_id(const struct yq_call *call, struct yq_account_new *account)
{
	if (account->settings.broker != YQ_BROKER_KIS || isatty(STDIN_FILENO) == 0 ||
	    yq_ask("HTS id, for pushed executions (empty = none)", account->hts_id,
		sizeof(account->hts_id)))
		return YQ_CONSOLE_DONE;
	return yq_fail_usage(
	    call, "HTS id: expected at most %zu characters", sizeof(account->hts_id) - 1);
}

static int
take_url(const struct yq_call *call, struct yq_account_settings *settings)
{
	const char *url = call->options[YQ_OPT_BASE_URL];

	if (url == NULL)
		return YQ_CONSOLE_DONE;
	if ((!yq_str_starts(url, "https://") && !yq_str_starts(url, "http://")) ||
	    !yq_str_copy(settings->base_url, sizeof(settings->base_url), url))
		return yq_fail_usage(call,
		    "--base-url: expected an address that begins with http:// or https://, found "
		    "\"%.100s\"",
		    url);
	return YQ_CONSOLE_DONE;
}

/* A key is never shown, not even a part of it: only what is wrong with it. */
static int
take_key(const char *question, size_t length, struct yq_secret **ret_key)
{
	struct yq_secret *key = yq_ask_secret(question);
	size_t found = key != NULL ? yq_secret_length(key) : 0;

	*ret_key = key;
	if (key == NULL)
		return yq_fail(YQ_CONSOLE_USAGE, "%s: none was given", question);
	for (size_t i = 0; i < found; i++)
		if (yq_secret_reveal(key)[i] <= ' ' || yq_secret_reveal(key)[i] > '~')
			return yq_fail(YQ_CONSOLE_USAGE, "%s: character %zu is none that a key has",
			    question, i + 1);
	if (length != 0 && found != length)
		return yq_fail(YQ_CONSOLE_USAGE, "%s: expected %zu characters, found %zu", question,
		    length, found);
	return YQ_CONSOLE_DONE;
}

static int
take_keys(struct yq_account_new *account)
{
	const struct broker_words *w = &words[account->settings.broker];
	bool own = account->settings.base_url[0] == '\0'; /* another's keys may look otherwise */
	int status = take_key(w->key_question, own ? w->key_length : 0, &account->key);

	if (status == YQ_CONSOLE_DONE)
		status = take_key(w->secret_question, own ? w->secret_length : 0, &account->secret);
	return status;
}

static int
take_alias(const struct yq_call *call, struct yq_account_settings *settings)
{
	char text[YQ_ALIAS_SIZE + 64] = "";

	if (call->word_count > 1)
		yq_str_copy_cut(text, sizeof(text), call->words[1]);
	else if (!yq_ask("name of the account here", text, sizeof(text)))
		return yq_fail_usage(call, "the account's name is missing");
	if (!yq_alias_is_valid(text) || yq_str_equal_nocase(text, "index") ||
	    !yq_str_copy(settings->alias, sizeof(settings->alias), text))
		return yq_fail_usage(call,
		    "name: expected 1 to 32 letters, digits, . - _, and not \"index\", found "
		    "\"%.40s\"",
		    text);
	return YQ_CONSOLE_DONE;
}

int
yq_account_new_take(const struct yq_call *call, struct yq_account_new *account)
{
	struct yq_account_settings *settings = &account->settings;
	int status = take_alias(call, settings);

	settings->active = true;
	if (status == YQ_CONSOLE_DONE)
		status = take_broker(call, settings);
	if (status == YQ_CONSOLE_DONE)
		status = take_environment(call, settings);
	if (status == YQ_CONSOLE_DONE)
		status = take_number(call, settings);
	if (status == YQ_CONSOLE_DONE)
		status = take_hts_id(call, account);
	if (status == YQ_CONSOLE_DONE)
		status = take_url(call, settings);
	return status == YQ_CONSOLE_DONE ? take_keys(account) : status;
}

/* ---- writing ---- */

static void
put_secret(struct yq_json_writer *w, const char *name, const struct yq_secret *secret)
{
	yq_json_name(w, name);
	yq_json_add_bytes(w, yq_secret_reveal(secret), yq_secret_length(secret));
}

void
yq_account_new_write(const struct yq_account_new *account, unsigned parts, struct yq_buf *out)
{
	const struct yq_account_settings *s = &account->settings;
	const struct broker_words *names = &words[s->broker];
	struct yq_json_writer w = yq_json_writer_make(out);
	bool open = (parts & YQ_ACCOUNT_OPEN) != 0;

	yq_json_begin_object(&w);
	if (open) {
		yq_json_put_text(
		    &w, "Broker", yq_names_text(&yq_broker_kind_names, (int)s->broker));
		if (s->number[0] != '\0')
			yq_json_put_text(&w, "Number", s->number);
		if (s->base_url[0] != '\0')
			yq_json_put_text(&w, "BaseUrl", s->base_url);
	}
	yq_json_name(&w, names->section);
	yq_json_begin_object(&w);
	if (open)
		yq_json_put_text(&w, "Environment", yq_account_environment(s));
	if (open && account->hts_id[0] != '\0')
		yq_json_put_text(&w, "HtsId", account->hts_id);
	if ((parts & YQ_ACCOUNT_SECRET) != 0) {
		put_secret(&w, names->key, account->key);
		put_secret(&w, names->secret, account->secret);
	}
	yq_json_end_object(&w);
	yq_json_end_object(&w);
}
