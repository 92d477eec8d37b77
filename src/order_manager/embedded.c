/* embedded.c - where the embedded engine of Firebird finds what it needs. */
#include "order_manager/embedded.h"

#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "store/root.h"

enum yq_rc
yq_embedded_prepare(
    const struct yq_config *config, struct yq_firebird_target *target, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) char *folder = yq_settings_data_path(config, "firebird");
	YQ_CLEANUP(yq_freep) char *database = yq_settings_data_path(config, target->database);

	if (!yq_str_copy(target->database, sizeof(target->database), database))
		return yq_err_set(err, YQ_E_RANGE, "the path %s is too long", database);
	return yq_firebird_root_begin(folder, err);
}
