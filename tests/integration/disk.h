/*
 * disk.h - a full disk for one process: no file of it may grow beyond a size (RLIMIT_FSIZE, whose
 * EFBIG takes the place of ENOSPC).  Needs no right to mount, and can be set and lifted while the
 * process runs.
 */
#ifndef YQ_TESTS_DISK_H
#define YQ_TESTS_DISK_H

#include <sys/types.h>

#include "valkey_fixture.h"

/* `path` may grow by `spare` bytes, and no other file beyond that. */
void disk_fill(pid_t pid, const char *path, long spare);
void disk_make_room(pid_t pid);
/* Bytes of a file; 0 if there is none. */
long disk_file_bytes(const char *path);

/* The same for the server's append-only file.  It ends when it cannot write that: start it again on
 * the full disk, as whoever keeps it does, until it has ended `times` times; then there is room. */
void disk_fill_valkey(const struct valkey_fixture *valkey, long spare);
void disk_keep_valkey(struct valkey_fixture *valkey, unsigned times);

#endif
