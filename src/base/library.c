/* library.c - a library of somebody else's, loaded when it is first needed. */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/common.h"

static enum yq_rc
find_calls(struct yq_library *library, void *handle, struct yq_err *err)
{
	for (size_t i = 0; i < library->call_count; i++) {
		const struct yq_library_call *row = &library->calls[i];
		void *call = dlsym(handle, row->name);

		if (call == NULL)
			return yq_err_set(err, YQ_E_NOT_FOUND, "%s has no %s: install a newer %s",
			    library->title, row->name, library->package);
		memcpy((char *)library->table + row->offset, &call, sizeof(call));
	}
	return YQ_OK;
}

static enum yq_rc
load(struct yq_library *library, struct yq_err *err)
{
	void *handle = NULL;
	enum yq_rc rc;

	for (size_t i = 0; i < YQ_COUNT(library->names) && handle == NULL; i++)
		if (library->names[i] != NULL)
			handle = dlopen(library->names[i], RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return yq_err_set(err, YQ_E_NOT_FOUND, "%s cannot be loaded (%s): install %s",
		    library->title, dlerror(), library->package);
	rc = find_calls(library, handle, err);
	if (rc != YQ_OK)
		(void)dlclose(handle);
	return rc;
}

enum yq_rc
yq_library_load(struct yq_library *library, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	(void)pthread_mutex_lock(&library->mutex);
	if (!library->ready) {
		rc = load(library, err);
		library->ready = rc == YQ_OK;
	}
	(void)pthread_mutex_unlock(&library->mutex);
	return rc;
}
