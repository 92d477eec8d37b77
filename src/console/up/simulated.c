/* simulated.c - the accounts at yq-simulator, as settings of the programs. */
#include "console/up/simulated.h"

#include "base/str.h"
#include "console/find.h"
#include "console/up/keep.h"

#include <string.h>

#define ACCOUNTS   "BrokerGateway:Accounts"
#define STRATEGIES "Webhook:StrategyAccountMapping"
#define SECRETS	   "Webhook:Secrets"
#define PAPER	   "Paper" /* the built-in account */

#define CERTIFICATE "certificate.pem" /* as the simulator calls it */

static const struct face {
	const char *alias, *broker, *path, *what, *example;
	const char *section, *key_name, *secret_name, *key;
	const char *number; /* at KIS; NULL = it has none */
} faces[YQ_SIMULATED_FACES] = {
	[YQ_SIMULATED_ALPACA] = { "SimAlpaca", "alpaca", "/alpaca", "US stocks, as at Alpaca",
	    "\"ticker\":\"AAPL\",\"exchange\":\"NASDAQ\",\"action\":\"buy\",\"price\":231.5",
	    "Alpaca", "KeyId", "SecretKey", "PKYQUANTSIMULATOR", NULL },
	[YQ_SIMULATED_KIS] = { "SimKis", "kis", "/kis-virtual",
	    "Korea, US, China, Japan, Hong Kong, Vietnam, as at KIS",
	    "\"ticker\":\"005930\",\"exchange\":\"KRX\",\"action\":\"buy\",\"price\":71500", "Kis",
	    "AppKey", "AppSecret", "PSyQuantSimulator0000000000000000000", "50000001-01" },
};

/* ---- what there will be ---- */

static bool
is_set(const struct yq_config *config, const char *section, const char *name)
{
	char path[160];

	return yq_str_format(path, sizeof(path), "%s:%s", section, name) &&
	       yq_find_is_set(config, path);
}

static enum yq_rc
plan_secret(const struct yq_config *config, const char *secrets,
    struct yq_simulated_account *account, struct yq_err *err)
{
	char path[160];

	if (is_set(config, SECRETS, account->alias)) {
		(void)yq_str_format(path, sizeof(path), "%s:%s", SECRETS, account->alias);
		account->alert_secret = yq_secret_copy(yq_config_secret(config, path));
		return YQ_OK;
	}
	/* Without any secret there will be one for every strategy. */
	if (yq_config_json(config, SECRETS) == NULL || is_set(config, SECRETS, "*"))
		return YQ_OK;
	account->needs_secret = true;
	return yq_keep_secret(secrets, "webhook", &account->alert_secret, err);
}

static enum yq_rc
plan_account(const struct yq_config *config, const char *secrets, const struct face *face,
    struct yq_simulated_account *account, struct yq_err *err)
{
	account->alias = face->alias;
	account->what = face->what;
	account->example = face->example;
	account->ours = !is_set(config, ACCOUNTS, face->alias);
	account->mapped = account->ours && !is_set(config, STRATEGIES, face->alias);
	return account->mapped ? plan_secret(config, secrets, account, err) : YQ_OK;
}

/* A port of the person's is taken as it is; ours gives way to whatever else listens there. */
static enum yq_rc
plan_port(const struct yq_config *config, struct yq_simulated *s, struct yq_err *err)
{
	bool given = yq_find_is_set(config, "Simulator:Port");
	enum yq_rc rc;

	s->port = yq_config_int(config, "Simulator:Port");
	if (!given && !yq_keep_port_is_free(YQ_SIMULATED_ADDRESS, s->port))
		s->port = 0;
	rc = yq_keep_port(YQ_SIMULATED_ADDRESS, &s->port, err);
	(void)yq_str_format(s->port_text, sizeof(s->port_text), "%lld", (long long)s->port);
	(void)yq_str_format(s->url, sizeof(s->url), "%s://%s:%s", s->tls ? "https" : "http",
	    YQ_SIMULATED_ADDRESS, s->port_text);
	return rc;
}

enum yq_rc
yq_simulated_plan(const struct yq_config *config, const char *folder, const char *secrets,
    struct yq_simulated *s, struct yq_err *err)
{
	enum yq_rc rc;

	*s = (struct yq_simulated){ .on = true };
	s->keeps_paper = yq_config_json(config, ACCOUNTS) == NULL;
	s->gateway = yq_config_text(config, "BrokerGateway:Name");
	s->options = yq_config_json(config, "Simulator:Options");
	if (yq_json_count(s->options) > YQ_SIMULATED_OPTIONS_MAX)
		return yq_err_set(err, YQ_E_INVALID, "Simulator:Options: expected at most %d texts",
		    YQ_SIMULATED_OPTIONS_MAX);
	s->tls = yq_config_bool(config, "Simulator:Tls");
	rc = yq_path_join(s->folder, folder, "simulator", err);
	if (rc == YQ_OK)
		rc = yq_path_join(s->ca_file, s->folder, CERTIFICATE, err);
	if (rc == YQ_OK)
		rc = plan_port(config, s, err);
	if (rc == YQ_OK)
		rc = yq_keep_secret(secrets, "simulator", &s->key, err);
	for (size_t i = 0; i < YQ_COUNT(faces) && rc == YQ_OK; i++)
		rc = plan_account(config, secrets, &faces[i], &s->accounts[i], err);
	/* A mapping of ours must not undo what holds without one. */
	if (yq_config_json(config, STRATEGIES) == NULL)
		s->others = s->keeps_paper ? s->accounts[YQ_SIMULATED_ALPACA].alias : PAPER;
	return rc;
}

void
yq_simulated_clear(struct yq_simulated *s)
{
	yq_secret_free(s->key);
	for (size_t i = 0; i < YQ_COUNT(s->accounts); i++)
		yq_secret_free(s->accounts[i].alert_secret);
	*s = (struct yq_simulated){ .on = false };
}

void
yq_simulated_arguments(const struct yq_simulated *s, const char *arguments[YQ_SIMULATED_ARGUMENTS])
{
	const char *const own[] = { "--port", s->port_text, "--folder", s->folder, "--invent",
		"--knob", "alpaca_per_minute=0", "--knob", "kis_per_second=0", "--knob",
		"kis_virtual_per_second=0" };
	size_t count = 0;

	for (size_t i = 0; i < YQ_COUNT(own); i++)
		arguments[count++] = own[i];
	if (s->tls)
		arguments[count++] = "--tls";
	for (size_t i = 0; i < yq_json_count(s->options); i++)
		arguments[count++] = yq_json_text(yq_json_at(s->options, i), NULL);
	arguments[count] = NULL;
}

const struct yq_secret *
yq_simulated_alert_secret(const struct yq_simulated_account *account, const struct yq_secret *every)
{
	return account->alert_secret != NULL ? account->alert_secret : every;
}

/* ---- as settings ---- */

/* Its limits on calls are off, as those of the simulator are. */
static void
put_section(struct yq_json_writer *w, const struct yq_simulated *s, enum yq_simulated_face f,
    bool with_keys)
{
	const struct face *face = &faces[f];
	bool kis = f == YQ_SIMULATED_KIS;

	yq_json_name(w, face->section);
	yq_json_begin_object(w);
	yq_json_put_text(w, "Environment", kis ? "virtual" : "paper");
	yq_json_put_int(w, kis ? "CallsPerSecond" : "CallsPerMinute", 0);
	if (kis) {
		yq_json_put_text(w, "HtsId", "simulator"); /* executions are told at once */
		yq_json_name(w, "Countries");
		yq_json_begin_array(w);
		for (size_t i = 0; i < yq_country_names.count; i++)
			yq_json_add_text(w, yq_country_names.names[i]);
		yq_json_end_array(w);
	}
	if (s->tls)
		yq_json_put_text(w, "CaFile", s->ca_file);
	if (with_keys) {
		yq_json_put_text(w, face->key_name, face->key);
		yq_json_put_text(w, face->secret_name, yq_secret_reveal(s->key));
	}
	yq_json_end_object(w);
}

/* Where the exchange keeps the markets' hours, its accounts trade in them. */
static bool
keeps_hours(const struct yq_simulated *s)
{
	for (size_t i = 0; i < yq_json_count(s->options); i++)
		if (yq_str_equal(yq_json_text(yq_json_at(s->options, i), NULL), "--hours"))
			return true;
	return false;
}

static void
put_account(struct yq_json_writer *w, const struct yq_simulated *s, enum yq_simulated_face f,
    bool with_keys)
{
	const struct face *face = &faces[f];
	char url[YQ_URL_SIZE];

	(void)yq_str_format(url, sizeof(url), "%s%s", s->url, face->path);
	yq_json_name(w, face->alias);
	yq_json_begin_object(w);
	yq_json_put_text(w, "Broker", face->broker);
	if (face->number != NULL)
		yq_json_put_text(w, "Number", face->number);
	yq_json_put_text(w, "BaseUrl", url);
	yq_json_put_text(w, "Session", keeps_hours(s) ? "market" : "always");
	if (s->gateway != NULL && s->gateway[0] != '\0')
		yq_json_put_text(w, "Gateway", s->gateway);
	put_section(w, s, f, with_keys);
	yq_json_end_object(w);
}

void
yq_simulated_put_accounts(
    struct yq_json_writer *w, const struct yq_simulated *s, enum yq_program program)
{
	if (!s->on)
		return;
	yq_json_name(w, "BrokerGateway");
	yq_json_begin_object(w);
	yq_json_name(w, "Accounts");
	yq_json_begin_object(w);
	if (s->keeps_paper) {
		yq_json_name(w, PAPER);
		yq_json_begin_object(w);
		yq_json_end_object(w);
	}
	for (int f = 0; f < YQ_SIMULATED_FACES; f++)
		if (s->accounts[f].ours)
			put_account(w, s, (enum yq_simulated_face)f, program == YQ_PROGRAM_GATEWAY);
	yq_json_end_object(w);
	yq_json_end_object(w);
}

void
yq_simulated_put_mapping(struct yq_json_writer *w, const struct yq_simulated *s)
{
	if (!s->on)
		return;
	yq_json_name(w, "StrategyAccountMapping");
	yq_json_begin_object(w);
	for (size_t i = 0; i < YQ_COUNT(s->accounts); i++)
		if (s->accounts[i].mapped)
			yq_json_put_text(w, s->accounts[i].alias, s->accounts[i].alias);
	if (s->others != NULL)
		yq_json_put_text(w, "*", s->others);
	yq_json_end_object(w);
}

void
yq_simulated_put_secrets(struct yq_json_writer *w, const struct yq_simulated *s)
{
	for (size_t i = 0; i < YQ_COUNT(s->accounts); i++)
		if (s->accounts[i].needs_secret)
			yq_json_put_text(
			    w, s->accounts[i].alias, yq_secret_reveal(s->accounts[i].alert_secret));
}
