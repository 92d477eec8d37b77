/*
 * role.h - what a server says of itself: whether it is a master, and which history it is in.
 */
#ifndef YQ_BUS_ROLE_H
#define YQ_BUS_ROLE_H

#include <hiredis/hiredis.h>

#include "bus/valkey.h"

/* INFO replication.  Unlike ROLE it also gives the id of the server's history, which changes when a
 * server is restarted or promoted. */
#define YQ_ROLE_QUESTION "INFO replication"

/*
 * YQ_OK with the history.  A user who may not ask is let through with the history "" where the
 * server was named in the settings, and YQ_E_DENIED where sentinels named it.
 *   YQ_E_RETRY  it is a replica, or says nothing that can be read.
 */
YQ_NODISCARD enum yq_rc yq_role_read(const redisReply *reply, const struct yq_endpoint *server,
    bool named_by_sentinels, char history[YQ_VALKEY_HISTORY_SIZE], struct yq_err *err);

#endif
