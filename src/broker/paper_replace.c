/*
 * paper_replace.c - a new file in the journal's place: a snapshot when it has grown, and the file
 * of a process that may not write any more and does not let it go.
 *
 * {journal}.new	a snapshot being written
 * {journal}.next	the same, by a taker
 * {journal}.taken	what a taker has renamed, until its own file is in place
 * {journal}.lock	held while a file is put in the journal's place, or taken away
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/paper_journal_file.h"

struct rewrite {
	struct yq_paper_journal to;
	enum yq_rc rc;
	struct yq_err *err;
};

static void
rewrite_record(
    void *cookie, const struct yq_paper_record *record, const struct yq_paper_order *order)
{
	struct rewrite *w = cookie;

	(void)order;
	if (w->rc != YQ_OK)
		return;
	yq_paper_journal_add(&w->to, record);
	yq_paper_journal_end_line(&w->to);
	if (w->to.pending.length >= YQ_PAPER_CHUNK)
		w->rc = yq_paper_journal_commit(&w->to, w->err);
}

/* Write `book` into the file `path`, which stays open and locked in w->to. */
static enum yq_rc
rewrite_into(struct rewrite *w, const struct yq_paper_book *book, char *path)
{
	w->to.path = path;
	w->to.array = yq_buf_make(YQ_PAPER_LINE_MAX_BYTES);
	w->to.pending = yq_buf_make(YQ_PAPER_PENDING_MAX);
	w->rc = yq_paper_open_locked(path, O_TRUNC, &w->to.fd, w->err);
	if (w->rc == YQ_OK)
		yq_paper_book_snapshot(book, rewrite_record, w);
	if (w->rc == YQ_OK)
		w->rc = yq_paper_journal_commit(&w->to, w->err);
	if (w->rc == YQ_OK && fsync(w->to.fd) != 0)
		w->rc = yq_err_errno(w->err, YQ_E_SYSTEM, errno, "cannot flush %s", path);
	yq_buf_free(&w->to.array);
	yq_buf_free(&w->to.pending);
	return w->rc;
}

/* The new file is the journal's from now on; or, on an error, it is gone. */
static void
rewrite_end(struct rewrite *w, struct yq_paper_journal *j, const char *path)
{
	if (w->rc == YQ_OK) {
		if (j->fd >= 0)
			(void)close(j->fd);
		j->fd = w->to.fd;
		j->unnamed = true;
		j->bytes = w->to.bytes;
		j->base = w->to.bytes;
	} else if (w->to.fd >= 0) {
		(void)close(w->to.fd);
		(void)unlink(path);
	}
}

static char *
path_beside(const struct yq_paper_journal *j, const char *suffix)
{
	struct yq_buf path = yq_buf_make(4096 + 16);
	char *text;

	yq_buf_add_format(&path, "%s.%s", j->path, suffix);
	text = yq_xstrdup(yq_buf_text(&path));
	yq_buf_free(&path);
	return text;
}

/* One at a time puts files in the journal's place.  Who is stopped in there holds the others up,
 * for else it would put its file over theirs when it goes on. */
static enum yq_rc
turn_begin(const struct yq_paper_journal *j, int *ret_fd, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) char *path = path_beside(j, "lock");

	return yq_paper_open_locked(path, 0, ret_fd, err);
}

static void
turn_end(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

/* The file of w->to in the journal's place.  A rename that failed may have been done all the same;
 * what has the name counts. */
static void
put_in_place(struct rewrite *w, const struct yq_paper_journal *j)
{
	if (rename(w->to.path, j->path) != 0 && !yq_paper_is_still(w->to.fd, j->path))
		w->rc = yq_err_errno(w->err, YQ_E_SYSTEM, errno, "cannot replace %s", j->path);
}

enum yq_rc
yq_paper_journal_compact(
    struct yq_paper_journal *j, const struct yq_paper_book *book, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) char *path = path_beside(j, "new");
	struct rewrite w = { .to = { .fd = -1 }, .err = err };
	int turn = -1;

	(void)rewrite_into(&w, book, path);
	if (w.rc == YQ_OK)
		w.rc = turn_begin(j, &turn, err);
	if (w.rc == YQ_OK && !yq_paper_is_still(j->fd, j->path))
		w.rc = yq_err_set(err, YQ_E_STATE, "another process has taken %s", j->path);
	if (w.rc == YQ_OK)
		put_in_place(&w, j);
	rewrite_end(&w, j, path);
	turn_end(turn);
	return w.rc;
}

/* ---- taking ---- */

static bool
is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool
yq_paper_taken_is_left(const char *path)
{
	struct yq_paper_journal j = { .path = yq_xstrdup(path) };
	YQ_CLEANUP(yq_freep) char *taken = path_beside(&j, "taken");
	bool left = !is_there(path) && is_there(taken);

	free(j.path);
	return left;
}

/* Read what was renamed; its last line may be torn, and more may be coming that does not count. */
static enum yq_rc
read_taken(
    struct yq_paper_journal *j, const char *taken, struct yq_paper_book *book, struct yq_err *err)
{
	enum yq_rc rc;

	j->fd = open(taken, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (j->fd < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot open %s", taken);
	rc = yq_paper_replay_file(j, book, err);
	(void)close(j->fd);
	j->fd = -1;
	return rc;
}

/*
 * From the rename on, whoever had the file sees at the end of each commit that it is not the
 * journal any more, and tells nobody of what it wrote.  What it has told of was written before, and
 * is read. A crash between the two renames leaves .taken alone, from which the next one goes on; a
 * crash after the second leaves a .taken beside a journal that has all of it.
 */
enum yq_rc
yq_paper_journal_steal(struct yq_paper_journal *j, struct yq_paper_book *book, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) char *taken = path_beside(j, "taken");
	YQ_CLEANUP(yq_freep) char *next = path_beside(j, "next");
	struct rewrite w = { .to = { .fd = -1 }, .err = err };
	int turn = -1;

	w.rc = turn_begin(j, &turn, err);
	if (w.rc == YQ_OK && rename(j->path, taken) != 0 && errno != ENOENT)
		w.rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot rename %s", j->path);
	if (w.rc == YQ_OK)
		w.rc = read_taken(j, taken, book, err);
	if (w.rc == YQ_OK)
		(void)rewrite_into(&w, book, next);
	if (w.rc == YQ_OK)
		put_in_place(&w, j);
	if (w.rc == YQ_OK && (!j->sync || yq_file_sync_folder_of(j->path)))
		(void)unlink(taken); /* one that stays does no harm */
	rewrite_end(&w, j, next);
	turn_end(turn);
	return w.rc;
}
