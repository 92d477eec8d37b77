/*
 * keyspace.h - all that a valkey-server holds as one text, to compare two runs of the same thing.
 *
 * Times are left out (ids that the server gave to entries, when a lease ends, how long a key still
 * lives), for they differ between any two runs.
 */
#ifndef YQ_TESTS_KEYSPACE_H
#define YQ_TESTS_KEYSPACE_H

#include "bus/valkey_sync.h"

/* The caller frees it. */
char *keyspace_dump(struct yq_valkey_sync *sync);
/* Empty the server but for its functions and users; make the groups anew. */
void keyspace_clear(struct yq_valkey_sync *sync);

#endif
