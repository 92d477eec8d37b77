/* account_file.h - an account written into the files of a configuration folder, beside what is
 * there. */
#ifndef YQ_CONSOLE_ACCOUNT_FILE_H
#define YQ_CONSOLE_ACCOUNT_FILE_H

#include "base/err.h"

/*
 * Put BrokerGateway:Accounts:{alias} into `folder`/appsettings.json and, with its keys, into
 * `folder`/appsecrets.d/BrokerGateway.json (0600), keys first.  Each file is written whole or not
 * at all, keeps its comments, mode and owner, and is made where there is none.  `settings` and
 * `secrets` are JSON objects.
 *   YQ_E_EXISTS  one of the files has an account of that name; nothing is written
 */
YQ_NODISCARD enum yq_rc yq_account_write(const char *folder, const char *alias,
    const char *settings, const char *secrets, struct yq_err *err);

#endif
