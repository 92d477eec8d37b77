/*
 * robust.h - mutexes of the embedded engine that outlive their holder.
 *
 * The engine's processes share files with a mutex in each.  Debian builds the engine so that such a
 * mutex is an ordinary one: it asks for robust ones by names that glibc dropped in 2.34
 * (pthread_mutexattr_setrobust_np), finds none, and does without.  A process that is killed with
 * one then leaves all others waiting for good, the lock table's first of all.
 *
 * So the calls with which the engine makes and takes them are led to ours, which make what is
 * shared robust, and take over what a dead process held: the engine repairs its table by itself, as
 * it does where it was built with robust mutexes.  Only the engine's own table of imports is
 * changed; no other library sees anything of it.
 */
#ifndef YQ_STORE_ROBUST_H
#define YQ_STORE_ROBUST_H

#include "base/err.h"

/*
 * Load the engine below `folder` (yq_firebird_root_engine) and lead its calls.  Once is enough for
 * a process, more do nothing; any thread.  To be called before the first embedded attach.
 *   YQ_E_NOT_FOUND  there is no engine, or it cannot be loaded.
 *   YQ_E_SYSTEM     its table of imports cannot be written.
 * An engine that has no such calls (it may do it by itself) is left as it is.
 */
YQ_NODISCARD enum yq_rc yq_robust_lead(const char *folder, struct yq_err *err);

#endif
