/*
 * spool.h - a file in which accepted alerts wait while Valkey is away.
 *
 * Records are framed with their length and a checksum.  What is on disk survives a crash at any
 * byte: a torn tail is cut off when the file is opened; a damaged record is skipped, and counted.
 * Calls block for as long as the disk takes; they may run in a worker thread, one at a time.
 */
#ifndef YQ_WEBHOOK_SPOOL_H
#define YQ_WEBHOOK_SPOOL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"

struct yq_spool; /* opaque */

#define YQ_SPOOL_RECORD_MAX 65536

/* Open or create `path` (mode 0600) and its folder (0700), lock it, find its end.  YQ_E_EXISTS
 * when another process has it; YQ_E_SYSTEM with the reason otherwise. */
YQ_NODISCARD enum yq_rc yq_spool_open(
    const char *path, int64_t bytes_max, struct yq_spool **ret_spool, struct yq_err *err);
void yq_spool_close(struct yq_spool *spool);

/* Append one framed record to `frames`, to be written by yq_spool_append. */
void yq_spool_frame(
    struct yq_buf *frames, const struct yq_id *id, const char *payload, size_t length);
/* Write `frames` at the end and have them on disk.  On any error nothing was added: YQ_E_LIMIT the
 * file is full; YQ_E_SYSTEM the disk failed. */
YQ_NODISCARD enum yq_rc yq_spool_append(
    struct yq_spool *spool, const struct yq_buf *frames, struct yq_err *err);

struct yq_spool_record {
	struct yq_id id;
	const char *payload; /* into the buffer */
	size_t length;
};
struct yq_spool_batch {
	struct yq_spool_record *records; /* the caller's, with room for `max` */
	size_t max, count;
	int64_t skipped;    /* damaged bytes on the way to them */
	struct yq_buf room; /* their bytes; all zero at first, yq_buf_free in the end */
};
/*
 * Read records from *offset on but not beyond `end`, a size that the spool once had; *offset moves
 * behind them.  YQ_OK and count 0 = no more; YQ_E_SYSTEM = the disk failed, *offset has not moved.
 * May run while another thread appends.
 */
YQ_NODISCARD enum yq_rc yq_spool_read(const struct yq_spool *spool, int64_t *offset, int64_t end,
    struct yq_spool_batch *batch, struct yq_err *err);
int64_t yq_spool_size(const struct yq_spool *spool); /* bytes of records */
/* Everything has been forwarded: make it empty.  On an error it may be empty all the same: look at
 * its size. */
YQ_NODISCARD enum yq_rc yq_spool_reset(struct yq_spool *spool, struct yq_err *err);

#endif
