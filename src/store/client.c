/* client.c - Firebird's client library, loaded when it is first needed. */
#include "store/client.h"

#include <assert.h>

#include "base/common.h"

#define ROW(name) YQ_LIBRARY_ROW(struct yq_client, name)
static const struct yq_library_call calls[] = { YQ_CLIENT_CALLS(ROW) };

static struct yq_client client;
static struct yq_library library = { .mutex = PTHREAD_MUTEX_INITIALIZER,
	.title = "Firebird's client library",
	.names = { "libfbclient.so.2" },
	.package = "libfbclient2",
	.calls = calls,
	.call_count = YQ_COUNT(calls),
	.table = &client };

enum yq_rc
yq_client_load(struct yq_err *err)
{
	return yq_library_load(&library, err);
}

const struct yq_client *
yq_client(void)
{
	assert(library.ready);
	return &client;
}
