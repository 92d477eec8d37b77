/* settings_accounts.c - BrokerGateway:Accounts: the accounts, and the broker of each. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "daemon/settings_read.h"

#define BROKER_NAME(ident, name) name,
static const char *const broker_texts[] = { YQ_BROKERS(BROKER_NAME) };
const struct yq_names yq_broker_kind_names = { "broker", broker_texts, YQ_COUNT(broker_texts) };

#define PAPER_ALIAS	 "Paper" /* the built-in account */
#define GATEWAY_EXPECTED "a gateway's name (1 to 32 letters, digits, . - _), or nothing"

enum session { SESSION_MARKET, SESSION_ALWAYS };
static const char *const session_texts[] = { "market", "always" };
static const struct yq_names session_names = { "session", session_texts, 2 };
enum environment { ENVIRONMENT_PRACTICE, ENVIRONMENT_LIVE };
static const char *const environment_texts[] = { "practice", "live" };
static const struct yq_names environment_names = { "environment", environment_texts, 2 };

struct reading {
	struct settings_section section;
	struct yq_accounts *accounts;
};

/* What trades when no account is configured. */
static struct yq_account_settings
paper(void)
{
	struct yq_account_settings account = {
		.alias = PAPER_ALIAS,
		.broker = YQ_BROKER_PAPER,
		.active = true,
		.any_hour = true,
	};

	account.cash[YQ_USD] = yq_opt_decimal_of(yq_decimal_from_int(100000));
	account.cash[YQ_KRW] = yq_opt_decimal_of(yq_decimal_from_int(100000000));
	account.cash[YQ_JPY] = yq_opt_decimal_of(yq_decimal_from_int(10000000));
	return account;
}

static void
read_cash(const struct settings_section *section, struct yq_account_settings *account)
{
	static const struct settings_range not_negative = { "0", NULL };
	const yq_json *value = yq_json_get_nocase(section->object, "Currencies");
	struct settings_section below = settings_below(section, "Currencies", value);

	if (below.object == NULL)
		return;
	settings_known(&below, yq_currency_names.names, yq_currency_names.count);
	for (size_t i = 0; i < YQ_CURRENCY_COUNT; i++)
		settings_opt_decimal(
		    &below, yq_currency_names.names[i], not_negative, &account->cash[i]);
}

static void
read_account(const struct settings_section *section, struct yq_account_settings *account)
{
	static const char *const names[] = { "Broker", "Number", "Active", "Environment", "BaseUrl",
		"Session", "Gateway", "CommissionRate", "Currencies", "Paper", "Alpaca", "Kis",
		"AppKey", "AppSecret" };
	static const struct settings_range rate = { "0", "0.5" };
	int broker = YQ_BROKER_PAPER, session = -1, environment = -1;

	settings_known(section, names, YQ_COUNT(names));
	if (yq_json_get_nocase(section->object, "Broker") == NULL &&
	    !yq_str_equal(account->alias, PAPER_ALIAS))
		settings_fault(section, "Broker", "one of paper, kis, alpaca", NULL);
	settings_enum(section, "Broker", &yq_broker_kind_names, &broker);
	settings_enum(section, "Session", &session_names, &session);
	settings_enum(section, "Environment", &environment_names, &environment);
	account->broker = (enum yq_broker_kind)broker;
	account->live = environment == ENVIRONMENT_LIVE;
	account->practice = environment == ENVIRONMENT_PRACTICE;
	if (session >= 0)
		account->any_hour = session == SESSION_ALWAYS;
	settings_bool(section, "Active", &account->active);
	settings_text(section, "Number", account->number, sizeof(account->number));
	settings_text(section, "BaseUrl", account->base_url, sizeof(account->base_url));
	settings_text(section, "Gateway", account->gateway, sizeof(account->gateway));
	if (account->gateway[0] != '\0' && !yq_alias_is_valid(account->gateway))
		settings_fault(section, "Gateway", GATEWAY_EXPECTED,
		    yq_json_get_nocase(section->object, "Gateway"));
	settings_decimal(section, "CommissionRate", rate, &account->commission_rate);
	read_cash(section, account);
	if (broker == YQ_BROKER_PAPER && account->live)
		settings_fault(section, "Environment", "practice for a paper account",
		    yq_json_get_nocase(section->object, "Environment"));
	settings_broker(section, account);
}

static bool
add_account(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct yq_accounts *accounts = reading->accounts;
	struct settings_section section = settings_below(&reading->section, name, value);
	struct yq_account_settings *account;

	if (!yq_alias_is_valid(name) || yq_str_equal_nocase(name, "index") ||
	    accounts->count == YQ_ACCOUNTS_MAX) {
		settings_fault(&reading->section, name,
		    "an account's name (1 to 32 letters, digits, . - _; not \"index\")", value);
		return true;
	}
	if (section.object == NULL)
		return true;
	accounts->items =
	    yq_xrealloc(accounts->items, accounts->count + 1, sizeof(accounts->items[0]));
	account = &accounts->items[accounts->count++];
	/* Paper without a broker is the built-in one with changes: one setting gives it real hours.
	 */
	*account = (struct yq_account_settings){ .active = true };
	if (yq_str_equal(name, PAPER_ALIAS) && yq_json_get_nocase(section.object, "Broker") == NULL)
		*account = paper();
	yq_str_copy_cut(account->alias, sizeof(account->alias), name);
	read_account(&section, account);
	return true;
}

static void
add_paper(struct yq_accounts *accounts)
{
	accounts->items = yq_xcalloc(1, sizeof(accounts->items[0]));
	accounts->items[0] = paper();
	accounts->count = 1;
}

/* ---- two names for one account ---- */

static void
plain_number(const char *number, char plain[sizeof(((struct yq_account_settings *)0)->number)])
{
	size_t length = 0;

	for (const char *c = number; *c != '\0'; c++)
		if (*c != '-')
			plain[length++] = *c;
	plain[length] = '\0';
}

static bool
same_key(const struct yq_config *config, const struct yq_account_settings *a,
    const struct yq_account_settings *b)
{
	const struct yq_secret *x = yq_settings_account_keys(config, a).key;
	const struct yq_secret *y = yq_settings_account_keys(config, b).key;

	return x != NULL && y != NULL &&
	       yq_secret_matches(x, yq_secret_reveal(y), yq_secret_length(y));
}

/* At Alpaca a key is an account; at KIS a key may have several, each with its number. */
static bool
is_the_same(const struct yq_config *config, const struct yq_account_settings *a,
    const struct yq_account_settings *b)
{
	char x[sizeof(a->number)], y[sizeof(b->number)];

	if (a->broker != b->broker || a->live != b->live || !a->active || !b->active ||
	    !yq_str_equal(a->base_url, b->base_url))
		return false;
	plain_number(a->number, x);
	plain_number(b->number, y);
	return a->broker == YQ_BROKER_KIS ? x[0] != '\0' && yq_str_equal(x, y)
					  : a->broker == YQ_BROKER_ALPACA && same_key(config, a, b);
}

/* Each would take the other's orders and trades for somebody else's, and count them as well. */
static void
check_twins(const struct yq_config *config, const struct yq_accounts *accounts,
    struct yq_config_report *report)
{
	for (size_t i = 1; i < accounts->count; i++)
		for (size_t j = 0; j < i; j++)
			if (is_the_same(config, &accounts->items[i], &accounts->items[j]))
				yq_config_fault(report,
				    "BrokerGateway:Accounts:%s: the same account at the broker as "
				    "%s: an account has one name",
				    accounts->items[i].alias, accounts->items[j].alias);
}

struct yq_accounts *
yq_settings_accounts(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_accounts *accounts = yq_xcalloc(1, sizeof(*accounts));
	struct reading reading = {
		settings_section(config, report, "BrokerGateway:Accounts"),
		accounts,
	};

	if (reading.section.object != NULL)
		yq_json_each(reading.section.object, add_account, &reading);
	else
		add_paper(accounts);
	check_twins(config, accounts, report);
	return accounts;
}

void
yq_accounts_free(struct yq_accounts *accounts)
{
	if (accounts == NULL)
		return;
	free(accounts->items);
	free(accounts);
}

const struct yq_account_settings *
yq_accounts_find(const struct yq_accounts *accounts, const char *alias)
{
	for (size_t i = 0; i < accounts->count; i++) {
		if (yq_str_equal(accounts->items[i].alias, alias))
			return &accounts->items[i];
	}
	return NULL;
}

bool
yq_accounts_real_money(const struct yq_account_settings *account)
{
	if (account == NULL || account->live)
		return true;
	return account->broker != YQ_BROKER_PAPER && !account->practice;
}

enum yq_life_state
yq_settings_life(const struct yq_config *config)
{
	const char *text = yq_config_text(config, "OrderManager:StrategyDefault");
	int state = text == NULL ? -1 : yq_names_find(&yq_life_state_names, text, strlen(text));

	return state < 0 ? YQ_LIFE_PAPER : (enum yq_life_state)state;
}

void
yq_settings_gateway_name(
    const struct yq_config *config, struct yq_config_report *report, char name[YQ_ALIAS_SIZE])
{
	const char *text = yq_config_text(config, "BrokerGateway:Name");

	name[0] = '\0';
	if (text[0] == '\0' || (yq_alias_is_valid(text) && yq_str_copy(name, YQ_ALIAS_SIZE, text)))
		return;
	yq_config_fault(
	    report, "BrokerGateway:Name: expected " GATEWAY_EXPECTED ", found %s", text);
}

const char *
yq_accounts_first_gateway(const struct yq_accounts *accounts)
{
	const char *first = NULL;

	for (size_t i = 0; i < accounts->count; i++)
		if (accounts->items[i].active &&
		    (first == NULL || strcmp(accounts->items[i].gateway, first) < 0))
			first = accounts->items[i].gateway;
	return first != NULL ? first : "";
}
