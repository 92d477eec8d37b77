/* journal.c - the simulated exchange's book on disk. */
#include "simulator/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/line.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "simulator/record.h"

#define ARRAY_MAX   (64U << 20)
#define COMPACT_MIN (INT64_C(16) << 20) /* bytes below which it is not rewritten */
#define COMPACT_BY  4			/* times the size it had when it was */

struct sim_journal {
	struct sim_exchange *exchange; /* borrowed */
	char *path;
	int fd;
	bool sync;
	int64_t bytes, base;
	struct yq_buf array, lines;
};

/* ---- reading ---- */

static enum yq_rc
read_lines(struct sim_journal *j, FILE *file, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) char *line = NULL;
	size_t room = 0, text_length;
	const char *text;
	ssize_t length;

	for (int64_t number = 1; (length = getline(&line, &room, file)) > 0; number++) {
		bool whole = line[length - 1] == '\n' && yq_line_check(line, (size_t)length - 1,
							     &text, &text_length, err) == YQ_OK;

		if (!whole && getc(file) == EOF)
			return YQ_OK; /* torn: it did not happen */
		if (!whole)
			return yq_err_set(err, YQ_E_CORRUPT, "%s: line %lld is damaged", j->path,
			    (long long)number);
		if (sim_record_apply(j->exchange, text, text_length, err) != YQ_OK)
			return yq_err_context(
			    err, YQ_E_CORRUPT, "%s: line %lld", j->path, (long long)number);
		j->bytes += length;
	}
	return ferror(file) ? yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot read %s", j->path)
			    : YQ_OK;
}

static enum yq_rc
replay(struct sim_journal *j, struct yq_err *err)
{
	int fd = fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	enum yq_rc rc;

	if (file == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot read %s", j->path);
	}
	rc = read_lines(j, file, err);
	(void)fclose(file);
	if (rc == YQ_OK && ftruncate(j->fd, j->bytes) != 0)
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot cut %s", j->path);
	j->base = j->bytes;
	return rc;
}

/* ---- opening ---- */

static enum yq_rc
open_locked(const char *path, int flags, int *ret_fd, struct yq_err *err)
{
	int fd = open(path, flags | O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		return yq_err_set(err, YQ_E_STATE, "%s is in use by another process", path);
	}
	*ret_fd = fd;
	return YQ_OK;
}

enum yq_rc
sim_journal_open(const char *path, bool sync, struct sim_exchange *exchange,
    struct sim_journal **ret_journal, struct yq_err *err)
{
	struct sim_journal *j = yq_xcalloc(1, sizeof(*j));
	enum yq_rc rc;

	*ret_journal = NULL;
	j->exchange = exchange;
	j->path = yq_xstrdup(path);
	j->fd = -1;
	j->sync = sync;
	j->array = yq_buf_make(ARRAY_MAX);
	j->lines = yq_buf_make(ARRAY_MAX * 2);
	rc = open_locked(path, 0, &j->fd, err);
	if (rc == YQ_OK)
		rc = replay(j, err);
	if (rc == YQ_OK && sync && !yq_file_sync_folder_of(path))
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot flush the folder of %s", path);
	if (rc != YQ_OK) {
		sim_journal_close(j);
		return rc;
	}
	*ret_journal = j;
	return YQ_OK;
}

void
sim_journal_close(struct sim_journal *j)
{
	if (j == NULL)
		return;
	if (j->fd >= 0)
		(void)close(j->fd);
	yq_buf_free(&j->array);
	yq_buf_free(&j->lines);
	free(j->path);
	free(j);
}

/* ---- writing ---- */

static enum yq_rc
write_lines(struct sim_journal *j, int fd, int64_t at, struct yq_err *err)
{
	if (!yq_buf_ok(&j->lines))
		return yq_err_set(err, YQ_E_LIMIT, "more changed at once than a line may hold");
	if (!yq_file_write_at(fd, j->lines.data, j->lines.length, at))
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", j->path);
	return YQ_OK;
}

enum yq_rc
sim_journal_commit(struct sim_journal *j, struct yq_err *err)
{
	struct yq_err ignored;
	enum yq_rc rc;

	yq_buf_clear(&j->array);
	yq_buf_clear(&j->lines);
	if (!sim_record_changes(j->exchange, &j->array))
		return YQ_OK;
	if (!yq_buf_ok(&j->array))
		return yq_err_set(err, YQ_E_LIMIT, "more changed at once than a line may hold");
	yq_line_write(&j->lines, j->array.data, j->array.length);
	rc = write_lines(j, j->fd, j->bytes, err);
	if (rc == YQ_OK && j->sync && fdatasync(j->fd) != 0)
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot flush %s", j->path);
	if (rc != YQ_OK)
		return rc;
	j->bytes += (int64_t)j->lines.length;
	if (j->bytes > COMPACT_MIN && j->bytes > j->base * COMPACT_BY &&
	    sim_journal_compact(j, &ignored) != YQ_OK) {
		yq_warn("the book stays as long as it is: %s", ignored.text);
		j->base = j->bytes; /* not again at once */
	}
	return YQ_OK;
}

int64_t
sim_journal_bytes(const struct sim_journal *j)
{
	return j->bytes;
}

struct rewrite {
	struct sim_journal *journal;
	int fd;
	int64_t bytes;
	enum yq_rc rc;
	struct yq_err *err;
};

static void
rewrite_line(void *cookie, const char *array, size_t length)
{
	struct rewrite *r = cookie;

	if (r->rc != YQ_OK)
		return;
	yq_buf_clear(&r->journal->lines);
	yq_line_write(&r->journal->lines, array, length);
	r->rc = write_lines(r->journal, r->fd, r->bytes, r->err);
	r->bytes += (int64_t)r->journal->lines.length;
}

enum yq_rc
sim_journal_compact(struct sim_journal *j, struct yq_err *err)
{
	struct rewrite r = { .journal = j, .fd = -1, .err = err };
	YQ_CLEANUP(yq_buf_free) struct yq_buf path = yq_buf_make(4096);

	yq_buf_add_format(&path, "%s.new", j->path);
	r.rc = open_locked(yq_buf_text(&path), O_TRUNC, &r.fd, err);
	if (r.rc != YQ_OK)
		return r.rc;
	sim_record_all(j->exchange, rewrite_line, &r);
	if (r.rc == YQ_OK && (fsync(r.fd) != 0 || rename(yq_buf_text(&path), j->path) != 0))
		r.rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot replace %s", j->path);
	if (r.rc != YQ_OK) {
		(void)close(r.fd);
		(void)unlink(yq_buf_text(&path));
		return r.rc;
	}
	(void)close(j->fd);
	j->fd = r.fd;
	j->bytes = j->base = r.bytes;
	return yq_file_sync_folder_of(j->path) ? YQ_OK
					       : yq_err_errno(err, YQ_E_SYSTEM, errno,
						     "cannot flush the folder of %s", j->path);
}
