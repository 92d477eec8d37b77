/* embedded.c - where the embedded engine of Firebird finds what it needs. */
#include "store/embedded.h"

#include "base/mem.h"
#include "base/str.h"
#include "store/root.h"

enum yq_rc
yq_embedded_prepare(const char *data_folder, struct yq_firebird_target *target, struct yq_err *err)
{
	char folder[YQ_FIREBIRD_PATH_SIZE], database[sizeof(target->database)];

	if (target->host[0] != '\0')
		return YQ_OK;
	if (!yq_str_format(folder, sizeof(folder), "%s/firebird", data_folder))
		return yq_err_set(err, YQ_E_RANGE, "the path %s is too long", data_folder);
	if (target->database[0] != '/') {
		if (!yq_str_format(
			database, sizeof(database), "%s/%s", data_folder, target->database) ||
		    !yq_str_copy(target->database, sizeof(target->database), database))
			return yq_err_set(err, YQ_E_RANGE, "the path %s/%s is too long",
			    data_folder, target->database);
	}
	return yq_firebird_root_begin(folder, err);
}
