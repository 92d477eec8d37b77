/* account_new.h - an account that is being set up: what a person says of it, and its JSON. */
#ifndef YQ_CONSOLE_ACCOUNT_NEW_H
#define YQ_CONSOLE_ACCOUNT_NEW_H

#include "base/buf.h"
#include "console/console.h"
#include "daemon/settings.h"

struct yq_account_new {
	struct yq_account_settings settings; /* alias, broker, live, number, base_url */
	char hts_id[33];		     /* kis; "" = none */
	struct yq_secret *key, *secret;	     /* owned */
};
void yq_account_new_clear(struct yq_account_new *account);

/* Ask for all that the command line does not say; keys are always asked for.  An exit status; what
 * is wrong has been said, by field and reason. */
int yq_account_new_take(const struct yq_call *call, struct yq_account_new *account);

/* A broker's own word for the environment of an account: "paper", "real". */
const char *yq_account_environment(const struct yq_account_settings *settings);

/* Members of BrokerGateway:Accounts:{Alias}: for appsettings, for appsecrets, or both together. */
enum yq_account_part { YQ_ACCOUNT_OPEN = 1, YQ_ACCOUNT_SECRET = 2 };
void yq_account_new_write(const struct yq_account_new *account, unsigned parts, struct yq_buf *out);

#endif
