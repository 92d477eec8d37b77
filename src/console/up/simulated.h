/*
 * simulated.h - `yq up --simulator`: yq-simulator as one of the programs, an account of made-up
 * money at each broker that it plays, and strategies that trade there.
 *
 * Everything is beside the person's own settings, in the programs' overlays: an account, a strategy
 * or a secret of a name that is set already stays as it is.
 */
#ifndef YQ_CONSOLE_UP_SIMULATED_H
#define YQ_CONSOLE_UP_SIMULATED_H

#include "base/config.h"
#include "base/json.h"
#include "base/secret.h"
#include "bus/schema.h"
#include "console/endpoints.h"

#define YQ_SIMULATED_ADDRESS	 "127.0.0.1"
#define YQ_SIMULATED_OPTIONS_MAX 32
#define YQ_SIMULATED_ARGUMENTS	 (YQ_SIMULATED_OPTIONS_MAX + 16)

enum yq_simulated_face { YQ_SIMULATED_ALPACA, YQ_SIMULATED_KIS, YQ_SIMULATED_FACES };

/* An account there.  A strategy that is called as the account trades in it. */
struct yq_simulated_account {
	const char *alias, *what; /* "SimAlpaca", "US stocks, ..." */
	const char *example;	  /* of an alert: its members for the instrument */
	bool ours;		  /* false: the person has an account of that name, which stays */
	bool mapped;		  /* the strategy is ours to map */
	/* That alerts of the strategy carry.  NULL = the one for every strategy. */
	struct yq_secret *alert_secret;
	bool needs_secret; /* which nobody has set */
};

struct yq_simulated {
	bool on;
	int64_t port;
	char port_text[8];
	char url[YQ_URL_SIZE];
	bool tls;
	char folder[YQ_PATH_SIZE];  /* of its book */
	char ca_file[YQ_PATH_SIZE]; /* whom to trust; only with `tls` */
	struct yq_secret *key;	    /* the secret of both accounts' keys */
	struct yq_simulated_account accounts[YQ_SIMULATED_FACES];
	bool keeps_paper;	/* the built-in account was the only one */
	const char *others;	/* account of every other strategy; NULL = as configured */
	const char *gateway;	/* BrokerGateway:Name; borrowed from the settings */
	const yq_json *options; /* of its command line, Simulator:Options; borrowed; may be NULL */
};

/*
 * From the settings, and what is kept in `secrets`; `folder` is the whole system's.  `config` is
 * borrowed as long as `*simulated` lives, which yq_simulated_clear releases whatever is returned.
 */
YQ_NODISCARD enum yq_rc yq_simulated_plan(const struct yq_config *config, const char *folder,
    const char *secrets, struct yq_simulated *simulated, struct yq_err *err);
void yq_simulated_clear(struct yq_simulated *simulated);

/*
 * Its command line, NULL-terminated: port, folder, TLS, any instrument, no limits on calls; then
 * Simulator:Options, which may say otherwise.  Borrowed from `*simulated`.
 */
void yq_simulated_arguments(
    const struct yq_simulated *simulated, const char *arguments[YQ_SIMULATED_ARGUMENTS]);

/* The secret to post with as the strategy of `account`: its own, or `every`, which may be NULL. */
const struct yq_secret *yq_simulated_alert_secret(
    const struct yq_simulated_account *account, const struct yq_secret *every);

/* What `program` has to know: the section BrokerGateway (keys for the gateway alone), and members
 * of the sections Webhook and Webhook:Secrets. */
void yq_simulated_put_accounts(
    struct yq_json_writer *w, const struct yq_simulated *simulated, enum yq_program program);
void yq_simulated_put_mapping(struct yq_json_writer *w, const struct yq_simulated *simulated);
void yq_simulated_put_secrets(struct yq_json_writer *w, const struct yq_simulated *simulated);

#endif
