/*
 * paper_journal_file.h - the journal's file: what its reader, its writer and whoever replaces it
 * share.
 */
#ifndef YQ_BROKER_PAPER_JOURNAL_FILE_H
#define YQ_BROKER_PAPER_JOURNAL_FILE_H

#include "broker/paper_journal.h"

#define YQ_PAPER_PENDING_MAX	(64U << 20)
#define YQ_PAPER_LINE_MAX_BYTES (1U << 20)
#define YQ_PAPER_CHUNK		(256U << 10)

struct yq_paper_journal {
	char *path;
	int fd;
	bool sync;
	bool unnamed; /* made or renamed, and its folder not flushed since */
	int64_t bytes, base;
	struct yq_buf array;   /* records of the line being gathered */
	struct yq_buf pending; /* whole lines to be written */
	struct yq_json_writer writer;
	bool line_open;
};

/* Read the file from where it stands to its end into the book; `bytes` grows by its whole lines. */
enum yq_rc yq_paper_replay_file(
    struct yq_paper_journal *j, struct yq_paper_book *book, struct yq_err *err);
/* YQ_E_STATE: another process has it. */
enum yq_rc yq_paper_open_locked(const char *path, int flags, int *ret_fd, struct yq_err *err);
/* Whether the open file is the one of that name. */
bool yq_paper_is_still(int fd, const char *path);

/* paper_replace.c: take the file from whoever has it. */
enum yq_rc yq_paper_journal_steal(
    struct yq_paper_journal *j, struct yq_paper_book *book, struct yq_err *err);
/* The file itself is gone, and what a taker had renamed is there. */
bool yq_paper_taken_is_left(const char *path);

#endif
