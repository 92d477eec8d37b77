/*
 * database.h - the connection to Firebird that all of the order manager shares.
 *
 * Whether it is there is part of the daemon's health.  When it is stuck the program ends with code
 * YQ_EXIT_FORCED, to be started with a new engine.
 */
#ifndef YQ_ORDER_MANAGER_DATABASE_H
#define YQ_ORDER_MANAGER_DATABASE_H

#include "daemon/daemon.h"
#include "store/worker.h"

/* As ConnectionStrings:Firebird says; the embedded engine gets a root of its own unless there is
 * one. */
YQ_NODISCARD enum yq_rc yq_database_start(
    struct yq_daemon *daemon, struct yq_worker **ret_worker, struct yq_err *err);
/* Find out whether it is there, by a job that does nothing. */
void yq_database_look(struct yq_worker *worker);

#endif
