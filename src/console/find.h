/*
 * find.h - where the system is that a verb is about: the folder of a running `yq up`, or the
 * connection strings of a configuration folder.
 *
 * Every function says itself what is wrong, on standard error, and returns enum yq_console_exit.
 */
#ifndef YQ_CONSOLE_FIND_H
#define YQ_CONSOLE_FIND_H

#include "base/config.h"
#include "console/console.h"
#include "console/endpoints.h"
#include "desk/desk.h"

/* --var, else $YQ_VAR, else "var". */
const char *yq_find_folder(const struct yq_call *call);

/* The settings of --config (or the built-in ones); all faults are printed at once. */
int yq_find_settings(const struct yq_call *call, struct yq_config **ret_config);
/* The same, with all that takes a while to check: plug-ins are loaded. */
int yq_find_settings_whole(const struct yq_call *call, struct yq_config **ret_config);

/* Whether the user set it anywhere; "Section:Name", secrets too. */
bool yq_find_is_set(const struct yq_config *config, const char *path);

struct yq_system {
	struct yq_endpoints endpoints;
	bool local;	     /* a `yq up` of this machine */
	struct yq_desk desk; /* its connections; not to be copied once it is found */
};
/* The settings of --config, else those that the running system was started with. */
int yq_system_settings(
    const struct yq_call *call, const struct yq_system *system, struct yq_config **ret_config);
int yq_system_find(const struct yq_call *call, struct yq_system *system);
void yq_system_clear(struct yq_system *system);

/* Connect, once. */
int yq_system_valkey(struct yq_system *system);
int yq_system_firebird(struct yq_system *system);
/* Both of the above with yq_system_find before. */
int yq_system_open_valkey(const struct yq_call *call, struct yq_system *system);
int yq_system_open_firebird(const struct yq_call *call, struct yq_system *system);

#endif
