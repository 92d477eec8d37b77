/*
 * paper_journal.h - the paper broker's journal file: appended before anything is answered, replayed
 * at start, rewritten as a snapshot when it has grown.
 *
 * One process at a time: the file is locked while it is in use.  Who is entitled to it may take it
 * from a process that does not let it go (one that is stopped, and still has the lock): the file is
 * renamed first and read then, and whatever is written to it later is looked at by nobody.  A
 * commit ends with a look at whether the file is still the journal, so its caller tells of nothing
 * that the taker has not read.  A tail that was cut in the middle of a line is dropped: nobody was
 * told of it.  A damaged line before the last is refused.
 */
#ifndef YQ_BROKER_PAPER_JOURNAL_H
#define YQ_BROKER_PAPER_JOURNAL_H

#include "broker/paper_book.h"

struct yq_paper_journal; /* opaque */

/*
 * Open or create `path` (mode 0600; its folder must exist) and apply what it holds to `book`.
 *   YQ_E_STATE    another process has it.
 *   YQ_E_CORRUPT  a line before the last is damaged; the text gives the line's number.
 *   YQ_E_SYSTEM
 */
YQ_NODISCARD enum yq_rc yq_paper_journal_open(const char *path, bool sync,
    struct yq_paper_book *book, struct yq_paper_journal **ret_journal, struct yq_err *err);
/* The same, and if another process has it, it has it no more.  YQ_E_STATE: somebody is just about
 * to do the same, or to rewrite the file; try again later. */
YQ_NODISCARD enum yq_rc yq_paper_journal_take(const char *path, bool sync,
    struct yq_paper_book *book, struct yq_paper_journal **ret_journal, struct yq_err *err);
void yq_paper_journal_close(struct yq_paper_journal *journal); /* NULL is a no-op */

/* Records gathered since the last commit become one line: all of them or none happened. */
void yq_paper_journal_add(struct yq_paper_journal *journal, const struct yq_paper_record *record);
void yq_paper_journal_end_line(struct yq_paper_journal *journal);
/*
 * Write what was gathered.  On anything but YQ_OK nothing of it is in the file (it was cut off
 * again): the caller must drop its book and open the journal anew; YQ_E_UNKNOWN: not even that is
 * sure, or another process has taken the file.
 */
YQ_NODISCARD enum yq_rc yq_paper_journal_commit(
    struct yq_paper_journal *journal, struct yq_err *err);

int64_t yq_paper_journal_bytes(const struct yq_paper_journal *journal);
/* Bytes it had when it was last rewritten (or opened new). */
int64_t yq_paper_journal_base(const struct yq_paper_journal *journal);
/* Replace the file by a snapshot of `book`; on error the old one stays in use. */
YQ_NODISCARD enum yq_rc yq_paper_journal_compact(
    struct yq_paper_journal *journal, const struct yq_paper_book *book, struct yq_err *err);

#endif
