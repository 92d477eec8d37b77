/*
 * files.h - the built page, read once at the start: what is not in the list is not there, so no
 * path leads out of the folder.
 *
 * Beside a file x lie x.gz and x.br.  A file whose name carries a hash of its content
 * (assets/main-5KXYABCD.js) may be kept for ever; all others are asked for again with their ETag.
 */
#ifndef YQ_WEB_FILES_H
#define YQ_WEB_FILES_H

#include "base/buf.h"
#include "base/err.h"
#include "net/http_server.h"

#define YQ_FILES_MAX	   512
#define YQ_FILES_BYTES_MAX (32U << 20)
#define YQ_ETAG_SIZE	   40

/* One text with its packed forms. */
enum yq_coding { YQ_CODING_NONE, YQ_CODING_GZIP, YQ_CODING_BROTLI, YQ_CODING_COUNT };
struct yq_file {
	char *path;	  /* below the base: "/assets/main-5KXYABCD.js"; owned */
	const char *type; /* static */
	struct yq_buf bytes[YQ_CODING_COUNT];
	char etag[YQ_ETAG_SIZE]; /* without quotes; packed forms add their name */
	bool hashed;
};
void yq_file_clear(struct yq_file *file);
/* Sets the ETag from the bytes. */
void yq_file_seal(struct yq_file *file);
/* 200 in the best form that the peer takes, or 304. */
void yq_file_answer(const struct yq_file *file, struct yq_http_request *request);

struct yq_files; /* opaque */

/*
 * Read `folder`.  `base` (Dashboard:PathBase, "" = none) is put into the page's <base href="/">.
 *   YQ_E_NOT_FOUND  there is no index.html.
 *   YQ_E_LIMIT      more than the maxima above.
 *   YQ_E_SYSTEM     it cannot be read.
 */
YQ_NODISCARD enum yq_rc yq_files_load(
    const char *folder, const char *base, struct yq_files **ret_files, struct yq_err *err);
void yq_files_free(struct yq_files *files); /* NULL is a no-op */

/* The file of this path; index.html for "/" and for every path of the page itself, which is one
 * whose last word has no dot; NULL for all others. */
const struct yq_file *yq_files_find(const struct yq_files *files, const char *path);

/* Pure: whether a header Accept-Encoding takes `coding` ("br"); an If-None-Match names the tag. */
bool yq_accepts_coding(const char *header, const char *coding);
bool yq_none_match(const char *header, const char *etag);

#endif
