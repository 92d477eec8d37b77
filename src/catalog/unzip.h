/*
 * unzip.h - the one file within a zip archive, never larger than a stated bound.
 */
#ifndef YQ_CATALOG_UNZIP_H
#define YQ_CATALOG_UNZIP_H

#include "base/buf.h"
#include "base/err.h"

/* How many entries an archive may have. */
#define YQ_UNZIP_ENTRIES_MAX 16

/* Whether the bytes begin as an archive does. */
bool yq_unzip_is_archive(const char *bytes, size_t length);

/*
 * The entry `name` (in any ASCII case, whatever folder it is said to be in), else the only one
 * there is, appended to `content`, whose maximum bounds it: it is never unpacked further.
 *   YQ_E_INVALID    no archive, damaged, encrypted, or no such entry: the sentence says which.
 *   YQ_E_LIMIT      what comes out is larger than the bound.
 */
YQ_NODISCARD enum yq_rc yq_unzip(
    const char *bytes, size_t length, const char *name, struct yq_buf *content, struct yq_err *err);

#endif
