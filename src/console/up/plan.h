/*
 * plan.h - what `yq up` is about to run: folders, settings, secrets, addresses, and one private
 * settings file ("overlay") for each program.
 */
#ifndef YQ_CONSOLE_UP_PLAN_H
#define YQ_CONSOLE_UP_PLAN_H

#include "base/config.h"
#include "bus/schema.h"
#include "console/console.h"
#include "console/endpoints.h"
#include "console/up/private_valkey.h"
#include "console/up/simulated.h"
#include "store/root.h"

struct yq_up_plan {
	const char *called;	   /* as the person wrote it: "build/yq"; borrowed */
	char folder[YQ_PATH_SIZE]; /* absolute */
	char run[YQ_PATH_SIZE], log[YQ_PATH_SIZE], secrets[YQ_PATH_SIZE];
	char programs[YQ_PATH_SIZE];	  /* where `yq` and the daemons are */
	char config_folder[YQ_PATH_SIZE]; /* absolute; "" = built-in defaults */
	char overlays[YQ_PROGRAM_COUNT][YQ_PATH_SIZE];
	struct yq_config *config;
	int lock_fd;

	bool own_valkey; /* we run it; else ConnectionStrings:Valkey says where it is */
	struct yq_private_valkey valkey;
	struct yq_secret *console_password;
	struct yq_secret *passwords[YQ_PROGRAM_COUNT];

	bool embedded; /* Firebird in our own root */
	struct yq_firebird_root root;

	struct yq_secret *token_key; /* of our making; NULL = Tokens:Key is set */
	struct yq_secret *web_key;   /* the same of Web:Key */
	struct yq_secret
	    *first_password; /* of the first user, who was made just now; NULL = none */

	int64_t webhook_port, web_port;		 /* never 0 */
	char webhook_strategy[YQ_STRATEGY_SIZE]; /* one that the secret is good for */
	bool default_account;			 /* no account is configured: Paper */
	struct yq_simulated simulated;
	struct yq_endpoints endpoints;
};

/*
 * Read the settings, take the folder's lock, make what is missing in it.  Says itself what is
 * wrong, on standard error; returns enum yq_console_exit.
 */
int yq_up_plan_make(const struct yq_call *call, struct yq_up_plan *plan);
void yq_up_plan_clear(struct yq_up_plan *plan);

#endif
