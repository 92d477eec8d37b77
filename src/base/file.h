/*
 * file.h - reading files whole, and writing so that what is said to be written is there.
 */
#ifndef YQ_BASE_FILE_H
#define YQ_BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

/* Write all of it, whatever interrupts; false with errno, and then a part may be written. */
YQ_NODISCARD bool yq_file_write(int fd, const char *bytes, size_t length);
YQ_NODISCARD bool yq_file_write_at(int fd, const char *bytes, size_t length, int64_t offset);

/* All of a file.  YQ_E_NOT_FOUND if there is none, YQ_E_REFUSED if it is a folder; YQ_E_LIMIT
 * beyond the buffer's maximum.  Nothing of it stays elsewhere in memory. */
YQ_NODISCARD enum yq_rc yq_file_read(const char *path, struct yq_buf *content, struct yq_err *err);

/* A file that was made or renamed is there for certain once its folder is on disk: flush the folder
 * that holds `path`; false with errno. */
YQ_NODISCARD bool yq_file_sync_folder_of(const char *path);

#endif
