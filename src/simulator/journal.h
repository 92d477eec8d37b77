/*
 * journal.h - the simulated exchange's book on disk: a line is appended and flushed before anything
 * of it is told; read back at start, rewritten when it has grown.
 *
 * One process at a time: the file is locked.  A tail that was cut in the middle of a line is
 * dropped, for nobody was told of it; a damaged line before the last is refused.
 */
#ifndef YQ_SIMULATOR_JOURNAL_H
#define YQ_SIMULATOR_JOURNAL_H

#include "simulator/exchange.h"

struct sim_journal; /* opaque */

/*
 * Open or create `path` (mode 0600; its folder must exist) and read it into `exchange`, which must
 * be new.  `sync` false does without fsync: for tests alone.
 *   YQ_E_STATE    another process has it.
 *   YQ_E_CORRUPT  a line before the last is damaged; the text gives its number.
 *   YQ_E_SYSTEM
 */
YQ_NODISCARD enum yq_rc sim_journal_open(const char *path, bool sync, struct sim_exchange *exchange,
    struct sim_journal **ret_journal, struct yq_err *err);
void sim_journal_close(struct sim_journal *journal); /* NULL is a no-op */
/* Write what changed since the last call.  Anything but YQ_OK: it may be there or not, and the
 * program must end without a word of it. */
YQ_NODISCARD enum yq_rc sim_journal_commit(struct sim_journal *journal, struct yq_err *err);
int64_t sim_journal_bytes(const struct sim_journal *journal);
/* Rewrite it as short as the book is; on error the old file stays in use. */
YQ_NODISCARD enum yq_rc sim_journal_compact(struct sim_journal *journal, struct yq_err *err);

#endif
