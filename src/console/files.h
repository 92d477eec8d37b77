/*
 * files.h - the files of a system's folder: private, whole or not at all.
 */
#ifndef YQ_CONSOLE_FILES_H
#define YQ_CONSOLE_FILES_H

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

#define YQ_PATH_SIZE 1024

/* "folder/name"; YQ_E_INVALID when it does not fit. */
YQ_NODISCARD enum yq_rc yq_path_join(
    char path[YQ_PATH_SIZE], const char *folder, const char *name, struct yq_err *err);
/* The absolute form of a folder that exists. */
YQ_NODISCARD enum yq_rc yq_path_absolute(
    char path[YQ_PATH_SIZE], const char *folder, struct yq_err *err);

/* Make the folder and those above it; the last one 0700 if it is new. */
YQ_NODISCARD enum yq_rc yq_folder_make(const char *path, struct yq_err *err);

/* Write a 0600 file whole, then rename it into place: a reader sees the old or the new one. */
YQ_NODISCARD enum yq_rc yq_file_write_private(
    const char *path, const char *bytes, size_t length, struct yq_err *err);

/*
 * Take the lock of a folder for this process's life and write its id into it.  YQ_E_EXISTS if
 * another process holds it, whose id is then in `*ret_holder` (0 = unknown).
 */
YQ_NODISCARD enum yq_rc yq_file_lock(
    const char *path, int *ret_fd, int64_t *ret_holder, struct yq_err *err);

#endif
