/* client.c - Firebird's client library, loaded when it is first needed. */
#include "store/client.h"

#include <assert.h>
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "base/common.h"

#define LIBRARY "libfbclient.so.2"

#define ROW(name) { #name, offsetof(struct yq_client, name) },
static const struct {
	const char *name;
	size_t offset;
} rows[] = { YQ_CLIENT_CALLS(ROW) };

/* Written once, before anybody reads it; then as constant as if the linker had done it. */
static struct {
	pthread_once_t once;
	struct yq_client client;
	struct yq_err err;
	bool ready;
} loaded = { .once = PTHREAD_ONCE_INIT };

static void
load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL); /* until the end */

	if (library == NULL) {
		(void)yq_err_set(&loaded.err, YQ_E_NOT_FOUND,
		    "Firebird's client library cannot be loaded (%s): install libfbclient2",
		    dlerror());
		return;
	}
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		void *call = dlsym(library, rows[i].name);

		if (call == NULL) {
			(void)yq_err_set(&loaded.err, YQ_E_NOT_FOUND,
			    LIBRARY " has no %s: install Firebird 3 or later", rows[i].name);
			return;
		}
		memcpy((char *)&loaded.client + rows[i].offset, &call, sizeof(call));
	}
	loaded.ready = true;
}

enum yq_rc
yq_client_load(struct yq_err *err)
{
	(void)pthread_once(&loaded.once, load);
	return loaded.ready ? YQ_OK : yq_err_set(err, loaded.err.rc, "%s", loaded.err.text);
}

const struct yq_client *
yq_client(void)
{
	assert(loaded.ready);
	return &loaded.client;
}
