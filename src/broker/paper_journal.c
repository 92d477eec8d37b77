/* paper_journal.c - the paper broker's journal file. */
#include "broker/paper_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/line.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/paper_journal_file.h"

#define CHUNK YQ_PAPER_CHUNK
/* What a drained buffer may keep between commits. */
#define KEEP_BYTES (256U << 10)

/* ---- reading ---- */

struct replay {
	struct yq_paper_book *book;
	int64_t line;
};

static enum yq_rc
replay_record(void *cookie, const struct yq_paper_record *record, struct yq_err *err)
{
	struct replay *r = cookie;

	return yq_paper_book_apply(r->book, record, err);
}

/* Replay `text` (whole lines); `last` when nothing follows in the file. */
static enum yq_rc
replay_lines(
    struct replay *r, const char *text, size_t length, bool last, size_t *used, struct yq_err *err)
{
	*used = 0;
	while (*used < length) {
		const char *line = text + *used;
		const char *end = memchr(line, '\n', length - *used);
		enum yq_rc rc;

		if (end == NULL)
			return YQ_OK;
		rc = yq_paper_line_read(line, (size_t)(end - line), replay_record, r, err);
		if (rc == YQ_E_CORRUPT && last && end + 1 == text + length)
			return YQ_OK; /* a torn last line; it did not happen */
		if (rc != YQ_OK)
			return yq_err_context(
			    err, YQ_E_CORRUPT, "line %lld", (long long)r->line + 1);
		r->line++;
		*used += (size_t)(end - line) + 1;
	}
	return YQ_OK;
}

enum yq_rc
yq_paper_replay_file(struct yq_paper_journal *j, struct yq_paper_book *book, struct yq_err *err)
{
	struct yq_buf text = yq_buf_make(CHUNK + YQ_PAPER_LINE_MAX_BYTES);
	struct replay r = { book, 0 };
	enum yq_rc rc = YQ_OK;
	bool last = false;

	while (rc == YQ_OK && !last) {
		char chunk[16384];
		ssize_t n;
		size_t used;

		do {
			n = read(j->fd, chunk, sizeof(chunk));
			if (n > 0)
				yq_buf_add(&text, chunk, (size_t)n);
		} while ((n > 0 && text.length < CHUNK) || (n < 0 && errno == EINTR));
		if (n < 0) {
			rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot read %s", j->path);
			break;
		}
		last = n == 0;
		rc = replay_lines(&r, yq_buf_text(&text), text.length, last, &used, err);
		yq_buf_drop_front(&text, used);
		j->bytes += (int64_t)used;
		if (rc == YQ_OK && !last && text.length >= YQ_PAPER_LINE_MAX_BYTES)
			rc = yq_err_set(
			    err, YQ_E_CORRUPT, "line %lld has no end", (long long)r.line + 1);
	}
	yq_buf_free(&text);
	return rc;
}

/* ---- opening ---- */

enum yq_rc
yq_paper_open_locked(const char *path, int flags, int *ret_fd, struct yq_err *err)
{
	int fd = open(path, flags | O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int sys = errno;

		(void)close(fd);
		if (sys == EWOULDBLOCK)
			return yq_err_set(err, YQ_E_STATE, "%s is in use by another process", path);
		return yq_err_errno(err, YQ_E_SYSTEM, sys, "cannot lock %s", path);
	}
	*ret_fd = fd;
	return YQ_OK;
}

/* A file that was replaced by a rename while we waited for its lock is not the journal. */
bool
yq_paper_is_still(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino &&
	       a.st_dev == b.st_dev;
}

static struct yq_paper_journal *
journal_make(const char *path, bool sync)
{
	struct yq_paper_journal *j = yq_xcalloc(1, sizeof(*j));

	j->fd = -1;
	j->path = yq_xstrdup(path);
	j->sync = sync;
	j->array = yq_buf_make(YQ_PAPER_LINE_MAX_BYTES);
	j->pending = yq_buf_make(YQ_PAPER_PENDING_MAX);
	return j;
}

/* Read it from the beginning; what comes next is appended. */
static enum yq_rc
open_plain(struct yq_paper_journal *j, struct yq_paper_book *book, struct yq_err *err)
{
	enum yq_rc rc = yq_paper_open_locked(j->path, 0, &j->fd, err);

	if (rc == YQ_OK && !yq_paper_is_still(j->fd, j->path))
		rc = yq_err_set(err, YQ_E_STATE, "%s was replaced while it was opened", j->path);
	if (rc == YQ_OK)
		rc = yq_paper_replay_file(j, book, err);
	/* Cut the torn tail, so that what is appended begins a line. */
	if (rc == YQ_OK && ftruncate(j->fd, j->bytes) != 0)
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot cut %s", j->path);
	if (rc == YQ_OK && lseek(j->fd, j->bytes, SEEK_SET) < 0)
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot seek in %s", j->path);
	return rc;
}

static enum yq_rc
journal_open(struct yq_paper_journal *j, bool take, struct yq_paper_book *book, struct yq_err *err)
{
	enum yq_rc rc;

	/* A taker was stopped in the middle: what it had renamed is the journal. */
	if (yq_paper_taken_is_left(j->path))
		return yq_paper_journal_steal(j, book, err);
	rc = open_plain(j, book, err);
	return rc == YQ_E_STATE && take ? yq_paper_journal_steal(j, book, err) : rc;
}

static enum yq_rc
open_or_take(const char *path, bool sync, bool take, struct yq_paper_book *book,
    struct yq_paper_journal **ret_journal, struct yq_err *err)
{
	struct yq_paper_journal *j = journal_make(path, sync);
	enum yq_rc rc = journal_open(j, take, book, err);

	*ret_journal = NULL;
	if (rc != YQ_OK) {
		yq_paper_journal_close(j);
		return yq_err_context(err, rc, "journal %s", path);
	}
	j->unnamed = true; /* perhaps just made, or renamed in a life that ended there */
	j->unnamed = true; /* perhaps just made, or renamed in a life that ended there */
	*ret_journal = j;
	return YQ_OK;
}

enum yq_rc
yq_paper_journal_open(const char *path, bool sync, struct yq_paper_book *book,
    struct yq_paper_journal **ret_journal, struct yq_err *err)
{
	return open_or_take(path, sync, false, book, ret_journal, err);
}

enum yq_rc
yq_paper_journal_take(const char *path, bool sync, struct yq_paper_book *book,
    struct yq_paper_journal **ret_journal, struct yq_err *err)
{
	return open_or_take(path, sync, true, book, ret_journal, err);
}

void
yq_paper_journal_close(struct yq_paper_journal *j)
{
	if (j == NULL)
		return;
	if (j->fd >= 0)
		(void)close(j->fd);
	yq_buf_free(&j->array);
	yq_buf_free(&j->pending);
	free(j->path);
	free(j);
}

/* ---- writing ---- */

void
yq_paper_journal_add(struct yq_paper_journal *j, const struct yq_paper_record *record)
{
	if (!j->line_open) {
		yq_buf_clear(&j->array);
		j->writer = yq_json_writer_make(&j->array);
		yq_json_begin_array(&j->writer);
		j->line_open = true;
	}
	yq_paper_record_write(&j->writer, record);
	/* A command that touches very many orders takes several lines. */
	if (j->array.length > YQ_PAPER_LINE_MAX_BYTES / 2)
		yq_paper_journal_end_line(j);
}

void
yq_paper_journal_end_line(struct yq_paper_journal *j)
{
	if (!j->line_open)
		return;
	yq_json_end_array(&j->writer);
	j->line_open = false;
	if (!yq_buf_ok(&j->array))
		YQ_PANIC("a line of the journal is too long");
	yq_line_write(&j->pending, yq_buf_text(&j->array), j->array.length);
}

/* Flush what is written, and the file's name while that is not certain. */
static bool
flush(struct yq_paper_journal *j)
{
	if (j->sync && fdatasync(j->fd) != 0)
		return false;
	if (j->sync && j->unnamed && !yq_file_sync_folder_of(j->path))
		return false;
	j->unnamed = false;
	return true;
}

static void
pending_reset(struct yq_paper_journal *j)
{
	if (j->pending.capacity > KEEP_BYTES)
		yq_buf_free(&j->pending);
	yq_buf_clear(&j->pending);
}

enum yq_rc
yq_paper_journal_commit(struct yq_paper_journal *j, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	yq_paper_journal_end_line(j);
	if (!yq_buf_ok(&j->pending))
		rc = yq_err_set(err, YQ_E_LIMIT, "too much at once for the journal");
	else if (!yq_file_write(j->fd, yq_buf_text(&j->pending), j->pending.length))
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write the journal");
	else if (j->pending.length > 0 && !flush(j))
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot flush the journal");
	/* After the write: whoever takes the file renames it before it reads. */
	if (rc == YQ_OK && j->pending.length > 0 && !yq_paper_is_still(j->fd, j->path))
		rc = yq_err_set(err, YQ_E_UNKNOWN, "another process has taken %s", j->path);
	else if (rc == YQ_OK)
		j->bytes += (int64_t)j->pending.length;
	else if (ftruncate(j->fd, j->bytes) != 0 || lseek(j->fd, j->bytes, SEEK_SET) < 0 ||
		 (j->sync && fdatasync(j->fd) != 0))
		rc = YQ_E_UNKNOWN;
	pending_reset(j);
	return rc;
}

int64_t
yq_paper_journal_bytes(const struct yq_paper_journal *j)
{
	return j->bytes;
}

int64_t
yq_paper_journal_base(const struct yq_paper_journal *j)
{
	return j->base;
}
