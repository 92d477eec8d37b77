/*
 * spool.c - a file in which accepted alerts wait.
 *
 * One record: magic (4), length of id and payload (4), checksum of length, id and payload (4), id
 * (36), payload; integers little-endian.  A reader that meets anything else looks for the next
 * magic that starts a whole record.
 */
#include "webhook/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#define HEAD	   12
#define BODY_MIN   YQ_ID_LENGTH
#define BODY_MAX   (YQ_ID_LENGTH + YQ_SPOOL_RECORD_MAX)
#define READ_SIZE  (1024 * 1024)
#define FIND_BATCH 64

static const unsigned char magic[4] = { 'y', 'Q', 0xf1, 0x0a };

struct yq_spool {
	int fd;
	int64_t size, size_max;
	bool broken; /* what the disk holds is not known any more */
};

/* CRC-32 (IEEE 802.3), a nibble at a time. */
static uint32_t
checksum(uint32_t crc, const void *bytes, size_t length)
{
	static const uint32_t table[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8,
		0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
	const unsigned char *byte = bytes;

	crc = ~crc;
	for (size_t i = 0; i < length; i++) {
		crc = table[(crc ^ byte[i]) & 0xf] ^ (crc >> 4);
		crc = table[(crc ^ (uint32_t)(byte[i] >> 4)) & 0xf] ^ (crc >> 4);
	}
	return ~crc;
}

static void
put_u32(unsigned char *target, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		target[i] = (unsigned char)(value >> (8 * i));
}

static uint32_t
get_u32(const unsigned char *source)
{
	return (uint32_t)source[0] | (uint32_t)source[1] << 8 | (uint32_t)source[2] << 16 |
	       (uint32_t)source[3] << 24;
}

void
yq_spool_frame(struct yq_buf *frames, const struct yq_id *id, const char *payload, size_t length)
{
	unsigned char head[HEAD];
	uint32_t crc;

	memcpy(head, magic, sizeof(magic));
	put_u32(head + 4, (uint32_t)(YQ_ID_LENGTH + length));
	crc = checksum(0, head + 4, 4);
	crc = checksum(crc, id->text, YQ_ID_LENGTH);
	crc = checksum(crc, payload, length);
	put_u32(head + 8, crc);
	yq_buf_add(frames, head, sizeof(head));
	yq_buf_add(frames, id->text, YQ_ID_LENGTH);
	yq_buf_add(frames, payload, length);
}

/* Length of the whole record at `bytes`, 0 if there is none. */
static size_t
record_at(const unsigned char *bytes, size_t length)
{
	uint32_t body;

	if (length < HEAD + BODY_MIN || memcmp(bytes, magic, sizeof(magic)) != 0)
		return 0;
	body = get_u32(bytes + 4);
	if (body < BODY_MIN || body > BODY_MAX || length - HEAD < body)
		return 0;
	if (checksum(checksum(0, bytes + 4, 4), bytes + HEAD, body) != get_u32(bytes + 8))
		return 0;
	return HEAD + body;
}

/* What stands between offset and end, as far as it fits; less when the file is shorter. */
static enum yq_rc
read_at(const struct yq_spool *spool, int64_t offset, int64_t end, struct yq_buf *room,
    struct yq_err *err)
{
	int64_t left = end - offset;
	size_t wanted = left > READ_SIZE ? READ_SIZE : (size_t)left;
	char block[16384];

	*room = room->maximum == 0 ? yq_buf_make(READ_SIZE) : *room;
	yq_buf_clear(room);
	while (room->length < wanted) {
		size_t part = wanted - room->length;
		ssize_t got = pread(spool->fd, block, part < sizeof(block) ? part : sizeof(block),
		    offset + (int64_t)room->length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return yq_err_errno(err, YQ_E_SYSTEM, errno, "the spool cannot be read");
		if (got == 0)
			break;
		yq_buf_add(room, block, (size_t)got);
	}
	return YQ_OK;
}

static void
take(struct yq_spool_record *record, const unsigned char *bytes, size_t length)
{
	memcpy(record->id.text, bytes + HEAD, YQ_ID_LENGTH);
	record->id.text[YQ_ID_LENGTH] = '\0';
	record->payload = (const char *)bytes + HEAD + YQ_ID_LENGTH;
	record->length = length - HEAD - YQ_ID_LENGTH;
}

/* Take the records at the start of `room`; returns the bytes used.  `last`: nothing follows. */
static size_t
take_all(const struct yq_buf *room, bool last, struct yq_spool_batch *batch)
{
	size_t used = 0;

	while (batch->count < batch->max && used < room->length) {
		const unsigned char *at = (const unsigned char *)room->data + used;
		size_t left = room->length - used, length = record_at(at, left);

		if (length > 0) {
			take(&batch->records[batch->count++], at, length);
			used += length;
		} else if (batch->count > 0 || (left < HEAD + BODY_MAX && !last)) {
			break; /* damage, or it goes on beyond what was read: next time */
		} else {
			used++;
			batch->skipped++;
		}
	}
	return used;
}

enum yq_rc
yq_spool_read(const struct yq_spool *spool, int64_t *offset, int64_t end,
    struct yq_spool_batch *batch, struct yq_err *err)
{
	int64_t from = *offset;

	batch->count = 0;
	batch->skipped = 0;
	while (batch->count == 0 && from < end) {
		enum yq_rc rc = read_at(spool, from, end, &batch->room, err);
		bool ends_early;

		if (rc != YQ_OK)
			return rc;
		ends_early =
		    batch->room.length < READ_SIZE && from + (int64_t)batch->room.length < end;
		if (batch->room.length == 0) {
			batch->skipped += end - from;
			from = end;
			break;
		}
		from += (int64_t)take_all(
		    &batch->room, ends_early || from + (int64_t)batch->room.length >= end, batch);
	}
	*offset = from;
	return YQ_OK;
}

/* The end of the last whole record. */
static enum yq_rc
find_end(struct yq_spool *spool, int64_t *end, struct yq_err *err)
{
	struct yq_spool_record records[FIND_BATCH];
	struct yq_spool_batch batch = { .records = records, .max = FIND_BATCH };
	int64_t offset = 0;
	enum yq_rc rc;

	*end = 0;
	while ((rc = yq_spool_read(spool, &offset, spool->size, &batch, err)) == YQ_OK &&
	       batch.count > 0)
		*end = offset;
	yq_buf_free(&batch.room);
	return rc;
}

/* Create every folder above `path` that is missing. */
static bool
make_folders(const char *path)
{
	char *copy = yq_xstrdup(path);
	bool made = true;

	for (char *slash = strchr(copy + 1, '/'); slash != NULL && made;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		made = mkdir(copy, 0700) == 0 || errno == EEXIST;
		*slash = '/';
	}
	free(copy);
	return made;
}

static enum yq_rc
prepare(struct yq_spool *spool, const char *path, struct yq_err *err)
{
	struct stat info;
	enum yq_rc rc;
	int64_t end;

	if (flock(spool->fd, LOCK_EX | LOCK_NB) != 0)
		return yq_err_set(err, YQ_E_EXISTS, "%s is in use by another program", path);
	if (fstat(spool->fd, &info) != 0 || !S_ISREG(info.st_mode) || !yq_file_sync_folder_of(path))
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "%s", path);
	spool->size = info.st_size;
	rc = find_end(spool, &end, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "%s", path);
	if (end < spool->size && (ftruncate(spool->fd, end) != 0 || fdatasync(spool->fd) != 0))
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "%s", path);
	spool->size = end;
	return YQ_OK;
}

enum yq_rc
yq_spool_open(const char *path, int64_t bytes_max, struct yq_spool **ret_spool, struct yq_err *err)
{
	struct yq_spool *spool;
	enum yq_rc rc;

	if (!make_folders(path))
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "the folder of %s", path);
	spool = yq_xcalloc(1, sizeof(*spool));
	spool->size_max = bytes_max;
	spool->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (spool->fd < 0) {
		free(spool);
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "%s", path);
	}
	rc = prepare(spool, path, err);
	if (rc != YQ_OK) {
		yq_spool_close(spool);
		return rc;
	}
	*ret_spool = spool;
	return YQ_OK;
}

void
yq_spool_close(struct yq_spool *spool)
{
	if (spool == NULL)
		return;
	close(spool->fd);
	free(spool);
}

/* Take back what may be there in part; if not even that works, trust it no more. */
static bool
cut_back(struct yq_spool *spool)
{
	spool->broken = ftruncate(spool->fd, spool->size) != 0 || fdatasync(spool->fd) != 0;
	return !spool->broken;
}

enum yq_rc
yq_spool_append(struct yq_spool *spool, const struct yq_buf *frames, struct yq_err *err)
{
	int reason;

	if (spool->broken && !cut_back(spool))
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "the spool failed before, and still");
	if (!yq_buf_ok(frames) || spool->size + (int64_t)frames->length > spool->size_max)
		return yq_err_set(
		    err, YQ_E_LIMIT, "the spool is full (%lld bytes)", (long long)spool->size_max);
	if (yq_file_write_at(spool->fd, frames->data, frames->length, spool->size) &&
	    fdatasync(spool->fd) == 0) {
		spool->size += (int64_t)frames->length;
		return YQ_OK;
	}
	reason = errno;
	(void)cut_back(spool);
	return yq_err_errno(err, YQ_E_SYSTEM, reason, "the spool cannot be written");
}

int64_t
yq_spool_size(const struct yq_spool *spool)
{
	return spool->size;
}

enum yq_rc
yq_spool_reset(struct yq_spool *spool, struct yq_err *err)
{
	if (ftruncate(spool->fd, 0) != 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "the spool cannot be emptied");
	spool->size = 0;
	spool->broken = false;
	if (fdatasync(spool->fd) != 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "the spool is empty, but not on disk");
	return YQ_OK;
}
