/*
 * replicas.h - users on every replica: functions, groups and data replicate, users do not.
 */
#ifndef YQ_BUS_REPLICAS_H
#define YQ_BUS_REPLICAS_H

#include "bus/provision.h"

/*
 * Give the replicas that `master` tells of the users of `options`, each reached at the address it
 * is known by and with the log-in of `target`.  A replica without them would refuse every program
 * on the day it is elected.  The first that cannot be reached ends it: YQ_E_RETRY, and the text
 * says which; what was done stays done.
 */
YQ_NODISCARD enum yq_rc yq_provision_replicas(const struct yq_valkey_target *target,
    struct yq_valkey_sync *master, const struct yq_provision_options *options, yq_provision_fn *fn,
    void *cookie, struct yq_err *err);

/* "ip=10.0.0.2,port=6379,state=online,...", a line of INFO replication; false if it is none. */
bool yq_replica_read(const char *line, struct yq_endpoint *replica);

#endif
