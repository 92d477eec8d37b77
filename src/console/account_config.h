/* account_config.h - the settings that accounts are opened by: the gateway's, with its keys. */
#ifndef YQ_CONSOLE_ACCOUNT_CONFIG_H
#define YQ_CONSOLE_ACCOUNT_CONFIG_H

#include "console/console.h"
#include "daemon/settings.h"

/* By --config, else of the system that runs in --var.  Says itself what is wrong; enum
 * yq_console_exit. */
int yq_account_config(const struct yq_call *call, struct yq_config **ret_config);
struct yq_accounts *yq_account_list(const struct yq_config *config);

#endif
