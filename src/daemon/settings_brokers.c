/*
 * settings_brokers.c - BrokerGateway:Accounts:{Alias}:Alpaca and :Kis: what an account says of its
 * broker in that broker's own words.  Checked here, so that `yq config check` and every start tell
 * all faults; the adapter reads the values itself when the account is opened.
 */
#include <string.h>

#include "base/str.h"
#include "daemon/settings.h"
#include "daemon/settings_read.h"

enum member_kind {
	MEMBER_OTHER, /* read elsewhere: only its name is known here */
	MEMBER_TEXT,
	MEMBER_WEB,    /* http:// or https:// */
	MEMBER_SOCKET, /* ws:// or wss:// */
	MEMBER_BOOL,
	MEMBER_INT, /* from 0 to `max` */
	MEMBER_CHOICE,
};

struct member {
	const char *name;
	enum member_kind kind;
	int64_t max;	     /* MEMBER_INT; of a text its bytes */
	const char *choices; /* MEMBER_CHOICE: "KRX, NXT, SOR" */
};

#define URL_BYTES  256
#define PATH_BYTES 255

static const struct member alpaca_members[] = {
	{ "Environment", MEMBER_OTHER, 0, NULL },
	{ "KeyId", MEMBER_OTHER, 0, NULL },
	{ "SecretKey", MEMBER_OTHER, 0, NULL },
	{ "DataUrl", MEMBER_WEB, URL_BYTES, NULL },
	{ "StreamUrl", MEMBER_SOCKET, URL_BYTES, NULL },
	{ "Feed", MEMBER_TEXT, 16, NULL },
	{ "CaFile", MEMBER_TEXT, PATH_BYTES, NULL },
	{ "Proxy", MEMBER_TEXT, PATH_BYTES, NULL },
	{ "Stream", MEMBER_BOOL, 0, NULL },
	{ "ExtendedHours", MEMBER_BOOL, 0, NULL },
	{ "CallsPerMinute", MEMBER_INT, 10000, NULL },
	{ "QuoteSeconds", MEMBER_INT, 86400, NULL },
};

static const struct member kis_members[] = {
	{ "Environment", MEMBER_OTHER, 0, NULL },
	{ "AppKey", MEMBER_OTHER, 0, NULL },
	{ "AppSecret", MEMBER_OTHER, 0, NULL },
	{ "Account", MEMBER_OTHER, 0, NULL },
	{ "Countries", MEMBER_OTHER, 0, NULL },
	{ "HtsId", MEMBER_TEXT, 32, NULL },
	{ "StreamUrl", MEMBER_SOCKET, URL_BYTES, NULL },
	{ "Route", MEMBER_CHOICE, 0, "KRX, NXT, SOR" },
	{ "CollarBps", MEMBER_INT, 1000, NULL },
	{ "CallsPerSecond", MEMBER_INT, 1000, NULL },
	{ "Stream", MEMBER_BOOL, 0, NULL },
	{ "QuoteSeconds", MEMBER_INT, 3600, NULL },
	{ "CaFile", MEMBER_TEXT, PATH_BYTES, NULL },
	{ "Proxy", MEMBER_TEXT, PATH_BYTES, NULL },
};

/* Each broker's own words for "not real money" and "real money". */
static const char *const alpaca_environments[] = { "paper", "live" };
static const char *const kis_environments[] = { "virtual", "real" };

static const struct broker_section {
	const char *name, *key, *secret;
	const struct member *members;
	size_t count;
	struct yq_names environments;
} sections[YQ_BROKER_KIND_COUNT] = {
	[YQ_BROKER_ALPACA] = { "Alpaca", "KeyId", "SecretKey", alpaca_members,
	    YQ_COUNT(alpaca_members), { "environment", alpaca_environments, 2 } },
	[YQ_BROKER_KIS] = { "Kis", "AppKey", "AppSecret", kis_members, YQ_COUNT(kis_members),
	    { "environment", kis_environments, 2 } },
};

#define MEMBERS_MAX 16

static void
warn_unknown(const struct settings_section *section, const struct broker_section *broker)
{
	const char *names[MEMBERS_MAX];

	for (size_t i = 0; i < broker->count; i++)
		names[i] = broker->members[i].name;
	settings_known(section, names, broker->count);
}

static bool
is_text(const yq_json *found, int64_t bytes_max)
{
	size_t length;

	if (yq_json_type_of(found) != YQ_JSON_STRING)
		return false;
	(void)yq_json_text(found, &length);
	return (int64_t)length <= bytes_max;
}

/* "http" also stands for "https". */
static bool
is_url(const char *url, const char *scheme)
{
	size_t length = strlen(scheme);

	if (!yq_str_starts(url, scheme))
		return false;
	url += length + (url[length] == 's' ? 1 : 0);
	return yq_str_starts(url, "://") && url[3] != '\0' && url[3] != '/';
}

static void
check_text(const struct settings_section *section, const struct member *member)
{
	const yq_json *found = settings_member(section, member->name);
	const char *scheme = member->kind == MEMBER_WEB	     ? "http"
			     : member->kind == MEMBER_SOCKET ? "ws"
							     : NULL;
	char expected[96];

	if (found == NULL || (is_text(found, member->max) &&
				 (scheme == NULL || is_url(yq_json_text(found, NULL), scheme))))
		return;
	if (scheme != NULL)
		(void)yq_str_format(expected, sizeof(expected),
		    "an address that begins with %s:// or %ss://", scheme, scheme);
	else
		(void)yq_str_format(expected, sizeof(expected), "a text of at most %lld bytes",
		    (long long)member->max);
	settings_fault(section, member->name, expected, found);
}

/* One of names that stand in `choices`, with ", " between them. */
static void
check_choice(const struct settings_section *section, const struct member *member)
{
	const yq_json *found = settings_member(section, member->name);
	const char *text = found == NULL ? "" : yq_json_text(found, NULL);
	char expected[96];
	const char *at;

	if (found == NULL)
		return;
	at = yq_json_type_of(found) == YQ_JSON_STRING ? strstr(member->choices, text) : NULL;
	if (at != NULL && text[0] != '\0' && strpbrk(text, ", ") == NULL &&
	    (at == member->choices || at[-1] == ' ') &&
	    (at[strlen(text)] == ',' || at[strlen(text)] == '\0'))
		return;
	(void)yq_str_format(expected, sizeof(expected), "one of %s", member->choices);
	settings_fault(section, member->name, expected, found);
}

/* The adapters read JSON's own types: "yes" for true would break the account only later. */
static void
check_bool(const struct settings_section *section, const char *name)
{
	const yq_json *found = settings_member(section, name);

	if (found != NULL && yq_json_type_of(found) != YQ_JSON_BOOL)
		settings_fault(section, name, "true or false", found);
}

static void
check_int(const struct settings_section *section, const struct member *member)
{
	const yq_json *found = settings_member(section, member->name);
	char expected[96];
	int64_t number;

	if (found == NULL ||
	    (yq_json_type_of(found) == YQ_JSON_NUMBER && yq_json_int64(found, &number) == YQ_OK &&
		number >= 0 && number <= member->max))
		return;
	(void)yq_str_format(
	    expected, sizeof(expected), "a whole number from 0 to %lld", (long long)member->max);
	settings_fault(section, member->name, expected, found);
}

static void
check_member(const struct settings_section *section, const struct member *member)
{
	switch (member->kind) {
	case MEMBER_TEXT:
	case MEMBER_WEB:
	case MEMBER_SOCKET:
		check_text(section, member);
		break;
	case MEMBER_BOOL:
		check_bool(section, member->name);
		break;
	case MEMBER_INT:
		check_int(section, member);
		break;
	case MEMBER_CHOICE:
		check_choice(section, member);
		break;
	case MEMBER_OTHER:
		break;
	}
}

static void
check_countries(const struct settings_section *section)
{
	const yq_json *found = settings_member(section, "Countries");

	if (found == NULL)
		return;
	if (yq_json_type_of(found) != YQ_JSON_ARRAY || yq_json_count(found) == 0) {
		settings_fault(section, "Countries", "a list, [\"KR\", \"US\"]", found);
		return;
	}
	for (size_t i = 0; i < yq_json_count(found); i++) {
		const yq_json *one = yq_json_at(found, i);
		size_t length;
		const char *name = yq_json_text(one, &length);

		if (yq_json_type_of(one) != YQ_JSON_STRING ||
		    yq_names_find(&yq_country_names, name, length) < 0)
			settings_fault_at(
			    section, "Countries", i, "one of KR, US, CN, JP, HK, VN", one);
	}
}

bool
yq_kis_number_is_valid(const char *number)
{
	static const size_t digits = 8, product = 2;
	const char *rest = number + digits;

	if (strspn(number, "0123456789") < digits)
		return false;
	if (*rest == '-')
		rest++;
	return strlen(rest) == product && strspn(rest, "0123456789") == product;
}

/* In the account, or in its section: one of them, or the same twice. */
static void
check_number(const struct settings_section *parent, const struct settings_section *section,
    struct yq_account_settings *account)
{
	static const char expected[] = "eight digits and two, as \"12345678-01\"";
	char number[sizeof(account->number)] = "";
	bool given = settings_member(section, "Account") != NULL;

	settings_text(section, "Account", number, sizeof(number));
	if (given && !yq_kis_number_is_valid(number)) {
		settings_fault(section, "Account", expected, settings_member(section, "Account"));
		return;
	}
	if (given && account->number[0] != '\0' && !yq_str_equal(account->number, number))
		settings_fault(section, "Account", "what the account's Number says, or nothing",
		    settings_member(section, "Account"));
	if (given)
		yq_str_copy_cut(account->number, sizeof(account->number), number);
	else if (!yq_kis_number_is_valid(account->number))
		settings_fault(parent, "Number", expected, settings_member(parent, "Number"));
}

static void
read_environment(const struct settings_section *section, const struct broker_section *broker,
    struct yq_account_settings *account)
{
	int environment = -1;

	settings_enum(section, "Environment", &broker->environments, &environment);
	if (environment < 0)
		return;
	if ((environment == 0 && account->live) || (environment == 1 && account->practice))
		settings_fault(section, "Environment", "what the account's Environment says",
		    settings_member(section, "Environment"));
	account->practice = environment == 0;
	account->live = environment == 1;
}

void
settings_broker(const struct settings_section *section, struct yq_account_settings *account)
{
	const struct broker_section *broker = &sections[account->broker];
	struct settings_section below;

	for (size_t i = 0; i < YQ_COUNT(sections); i++)
		if (sections[i].name != NULL && &sections[i] != broker &&
		    settings_member(section, sections[i].name) != NULL)
			yq_config_warning(section->report,
			    "%s:%s: not used, the account's Broker is %s", section->path,
			    sections[i].name,
			    yq_names_text(&yq_broker_kind_names, (int)account->broker));
	if (broker->name == NULL)
		return;
	below = settings_below(section, broker->name, settings_member(section, broker->name));
	warn_unknown(&below, broker);
	read_environment(&below, broker, account);
	for (size_t i = 0; i < broker->count; i++)
		check_member(&below, &broker->members[i]);
	if (account->broker == YQ_BROKER_KIS) {
		check_countries(&below);
		check_number(section, &below, account);
	}
}

/* ---- keys ---- */

static const struct yq_secret *
secret_of(const struct yq_config *config, const char *alias, const char *name)
{
	char path[160];

	if (!yq_str_format(path, sizeof(path), "BrokerGateway:Accounts:%s:%s", alias, name))
		return NULL;
	return yq_config_secret(config, path);
}

struct yq_account_keys
yq_settings_account_keys(const struct yq_config *config, const struct yq_account_settings *account)
{
	const struct broker_section *broker = &sections[account->broker];
	struct yq_account_keys keys = { NULL, NULL };
	char name[64];

	if (broker->name != NULL) {
		(void)yq_str_format(name, sizeof(name), "%s:%s", broker->name, broker->key);
		keys.key = secret_of(config, account->alias, name);
		(void)yq_str_format(name, sizeof(name), "%s:%s", broker->name, broker->secret);
		keys.secret = secret_of(config, account->alias, name);
	}
	if (keys.key == NULL)
		keys.key = secret_of(config, account->alias, "AppKey");
	if (keys.secret == NULL)
		keys.secret = secret_of(config, account->alias, "AppSecret");
	return keys;
}

const yq_json *
yq_settings_account_section(
    const struct yq_config *config, const struct yq_account_settings *account)
{
	const yq_json *all = yq_config_json(config, "BrokerGateway:Accounts");
	const yq_json *one = all != NULL ? yq_json_get_nocase(all, account->alias) : NULL;
	const char *name =
	    account->broker == YQ_BROKER_PAPER ? "Paper" : sections[account->broker].name;

	return one != NULL ? yq_json_get_nocase(one, name) : NULL;
}
