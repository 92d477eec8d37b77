/*
 * plugin.h - load a sizing plug-in, or say why not.
 */
#ifndef YQ_SIZER_HOST_PLUGIN_H
#define YQ_SIZER_HOST_PLUGIN_H

#include <yquant/sizer.h>

#include "base/err.h"

struct plugin {
	const struct yq_sizer_api *api;
	char name[64];
	char description[256];
};

/*
 * Load the file at `path` and check what it says of itself.  Refused with YQ_E_INVALID: a relative
 * path, a file that somebody else may write or put another in the place of, no shared object, no
 * yq_sizer_v1, another ABI, structs of other sizes, a name or a description that is none.  Its
 * constructors run here: call it in the process that may die of it.
 */
YQ_NODISCARD enum yq_rc plugin_load(const char *path, struct plugin *plugin, struct yq_err *err);

#endif
