/* files.c - the built page: a list of files, with their packed forms. */
#include "web/files.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#define DEPTH_MAX 4
#define PATH_SIZE 1024
#define HASH_SIZE 8 /* characters of esbuild's hash */

struct yq_files {
	struct yq_file *items;
	size_t count, bytes;
	const struct yq_file *index;
};

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".woff2", "font/woff2" },
	{ ".json", "application/json" },
	{ ".webmanifest", "application/manifest+json" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static const struct {
	const char *ending, *name;
} codings[YQ_CODING_COUNT] = {
	[YQ_CODING_NONE] = { "", NULL },
	[YQ_CODING_GZIP] = { ".gz", "gzip" },
	[YQ_CODING_BROTLI] = { ".br", "br" },
};

static bool
ends_with(const char *text, const char *ending)
{
	size_t length = strlen(text), wanted = strlen(ending);

	return length >= wanted && yq_str_equal(text + length - wanted, ending);
}

/* What of a folder is served: known types, and not what is for the page's authors (.map). */
static const char *
type_of(const char *name)
{
	for (size_t i = 0; i < YQ_COUNT(types); i++)
		if (ends_with(name, types[i].ending))
			return types[i].type;
	return NULL;
}

/* "/assets/main-5KXYABCD.js" */
static bool
is_hashed(const char *path)
{
	const char *dash = strrchr(path, '-');

	return yq_str_starts(path, "/assets/") && dash != NULL &&
	       strspn(dash + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == HASH_SIZE &&
	       dash[1 + HASH_SIZE] == '.';
}

void
yq_file_seal(struct yq_file *file)
{
	unsigned char digest[16];
	const char *bytes = yq_buf_text(&file->bytes[YQ_CODING_NONE]);

	(void)crypto_generichash(digest, sizeof(digest), (const unsigned char *)bytes,
	    file->bytes[YQ_CODING_NONE].length, NULL, 0);
	(void)sodium_bin2hex(file->etag, sizeof(file->etag), digest, sizeof(digest));
}

void
yq_file_clear(struct yq_file *file)
{
	free(file->path);
	for (size_t i = 0; i < YQ_CODING_COUNT; i++)
		yq_buf_free(&file->bytes[i]);
}

/* ---- reading ---- */

static enum yq_rc
read_form(struct yq_files *files, const char *path, struct yq_buf *bytes, struct yq_err *err)
{
	enum yq_rc rc;

	*bytes = yq_buf_make(YQ_FILES_BYTES_MAX - files->bytes);
	rc = yq_file_read(path, bytes, err);
	files->bytes += bytes->length;
	return rc;
}

/* The page's own address, where it is not the root; its packed forms then say something else. */
static void
set_base(struct yq_file *index, const char *base)
{
	static const char mark[] = "<base href=\"/\">";
	struct yq_buf *bytes = &index->bytes[YQ_CODING_NONE];
	const char *at = strstr(yq_buf_text(bytes), mark);
	struct yq_buf changed = yq_buf_make(YQ_FILES_BYTES_MAX);

	if (base[0] == '\0' || at == NULL)
		return;
	yq_buf_add(&changed, bytes->data, (size_t)(at - bytes->data));
	yq_buf_add_format(&changed, "<base href=\"%s/\">", base);
	yq_buf_add_text(&changed, at + sizeof(mark) - 1);
	for (size_t i = 0; i < YQ_CODING_COUNT; i++)
		yq_buf_free(&index->bytes[i]);
	*bytes = changed;
}

static enum yq_rc
add_file(struct yq_files *files, const char *full, const char *path, const char *base,
    struct yq_err *err)
{
	struct yq_file *file;
	char packed[PATH_SIZE];
	enum yq_rc rc = YQ_OK;

	if (files->count == YQ_FILES_MAX)
		return yq_err_set(err, YQ_E_LIMIT, "more than %d files", YQ_FILES_MAX);
	file = &files->items[files->count++];
	file->path = yq_xstrdup(path);
	file->type = type_of(path);
	file->hashed = is_hashed(path);
	for (size_t i = 0; i < YQ_CODING_COUNT && rc == YQ_OK; i++) {
		if (!yq_str_format(packed, sizeof(packed), "%s%s", full, codings[i].ending))
			return yq_err_set(err, YQ_E_RANGE, "the path %s is too long", full);
		rc = read_form(files, packed, &file->bytes[i], err);
		if (rc == YQ_E_NOT_FOUND && i != YQ_CODING_NONE)
			rc = YQ_OK;
	}
	if (yq_str_equal(path, "/index.html"))
		set_base(file, base);
	yq_file_seal(file);
	return rc;
}

static enum yq_rc read_folder(struct yq_files *files, const char *full, const char *path,
    const char *base, unsigned depth, struct yq_err *err);

static enum yq_rc
add_entry(struct yq_files *files, const char *folder, const char *below, const char *name,
    const char *base, unsigned depth, struct yq_err *err)
{
	char full[PATH_SIZE], path[PATH_SIZE];
	struct stat info;

	if (name[0] == '.')
		return YQ_OK;
	if (!yq_str_format(full, sizeof(full), "%s/%s", folder, name) ||
	    !yq_str_format(path, sizeof(path), "%s/%s", below, name))
		return yq_err_set(err, YQ_E_RANGE, "the path %s is too long", folder);
	if (lstat(full, &info) != 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "%s", full);
	if (S_ISDIR(info.st_mode))
		return depth < DEPTH_MAX ? read_folder(files, full, path, base, depth + 1, err)
					 : YQ_OK;
	return S_ISREG(info.st_mode) && type_of(name) != NULL
		   ? add_file(files, full, path, base, err)
		   : YQ_OK;
}

static enum yq_rc
read_folder(struct yq_files *files, const char *full, const char *path, const char *base,
    unsigned depth, struct yq_err *err)
{
	DIR *folder = opendir(full);
	const struct dirent *entry;
	enum yq_rc rc = YQ_OK;

	if (folder == NULL)
		return yq_err_errno(
		    err, errno == ENOENT ? YQ_E_NOT_FOUND : YQ_E_SYSTEM, errno, "%s", full);
	/* cppcheck-suppress readdirCalled ; the stream is this call's own */
	while (rc == YQ_OK && (entry = readdir(folder)) != NULL)
		rc = add_entry(files, full, path, entry->d_name, base, depth, err);
	closedir(folder);
	return rc;
}

static const struct yq_file *
find_exactly(const struct yq_files *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++)
		if (yq_str_equal(files->items[i].path, path))
			return &files->items[i];
	return NULL;
}

enum yq_rc
yq_files_load(const char *folder, const char *base, struct yq_files **ret_files, struct yq_err *err)
{
	struct yq_files *files = yq_xcalloc(1, sizeof(*files));
	enum yq_rc rc;

	*ret_files = NULL;
	files->items = yq_xcalloc(YQ_FILES_MAX, sizeof(*files->items));
	rc = read_folder(files, folder, "", base, 0, err);
	files->index = find_exactly(files, "/index.html");
	if (rc == YQ_OK && files->index == NULL)
		rc = yq_err_set(err, YQ_E_NOT_FOUND, "%s: there is no index.html", folder);
	if (rc == YQ_OK)
		*ret_files = files;
	else
		yq_files_free(files);
	return rc;
}

void
yq_files_free(struct yq_files *files)
{
	if (files == NULL)
		return;
	for (size_t i = 0; i < files->count; i++)
		yq_file_clear(&files->items[i]);
	free(files->items);
	free(files);
}

const struct yq_file *
yq_files_find(const struct yq_files *files, const char *path)
{
	const char *word = strrchr(path, '/');
	const struct yq_file *file = find_exactly(files, path);

	if (file != NULL)
		return file;
	return word != NULL && strstr(path, "/.") == NULL && strchr(word, '.') == NULL &&
		       !yq_str_starts(path, "/assets/")
		   ? files->index
		   : NULL;
}

/* ---- answering ---- */

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* "gzip, deflate, br;q=0": each name with its quality, of which 0 means no. */
bool
yq_accepts_coding(const char *header, const char *coding)
{
	size_t length = strlen(coding);

	for (const char *at = header; at != NULL && *at != '\0';) {
		const char *name = skip_blanks(at), *end = name + strcspn(name, ",;");
		const char *next = strchr(name, ','), *quality = skip_blanks(end);
		size_t found = strcspn(name, ",; \t");

		if (found == length && yq_str_equal_nocase_bytes(name, coding, length)) {
			if (*quality != ';')
				return true;
			quality = skip_blanks(quality + 1);
			return !(yq_str_starts(quality, "q=0") &&
				 strspn(quality + 3, ".0") == strcspn(quality + 3, ", \t"));
		}
		at = next == NULL ? NULL : next + 1;
	}
	return false;
}

bool
yq_none_match(const char *header, const char *etag)
{
	char quoted[YQ_ETAG_SIZE + 16];

	if (header == NULL)
		return false;
	if (yq_str_equal(skip_blanks(header), "*"))
		return true;
	(void)yq_str_format(quoted, sizeof(quoted), "\"%s\"", etag);
	return strstr(header, quoted) != NULL;
}

static enum yq_coding
choose(const struct yq_file *file, const struct yq_http_request *request)
{
	const char *header = yq_http_header(request, "Accept-Encoding");

	for (int i = YQ_CODING_COUNT - 1; i > YQ_CODING_NONE; i--)
		if (file->bytes[i].length > 0 && yq_accepts_coding(header, codings[i].name))
			return (enum yq_coding)i;
	return YQ_CODING_NONE;
}

void
yq_file_answer(const struct yq_file *file, struct yq_http_request *request)
{
	enum yq_coding coding = choose(file, request);
	const struct yq_buf *bytes = &file->bytes[coding];
	char tag[YQ_ETAG_SIZE + 16], quoted[sizeof(tag) + 2];
	bool kept;
	struct yq_http_header headers[4] = {
		{ "ETag", quoted },
		{ "Cache-Control",
		    file->hashed ? "public, max-age=31536000, immutable" : "no-cache" },
		{ "Vary", "Accept-Encoding" },
		{ "Content-Encoding", codings[coding].name },
	};

	(void)yq_str_format(tag, sizeof(tag), "%s%s%s", file->etag,
	    coding == YQ_CODING_NONE ? "" : "-",
	    coding == YQ_CODING_NONE ? "" : codings[coding].name);
	(void)yq_str_format(quoted, sizeof(quoted), "\"%s\"", tag);
	kept = yq_none_match(yq_http_header(request, "If-None-Match"), tag);
	yq_http_answer(request, &(struct yq_http_answer){ .status = kept ? 304 : 200,
				    .content_type = file->type,
				    .body = kept ? NULL : yq_buf_text(bytes),
				    .length = kept ? 0 : bytes->length,
				    .headers = headers,
				    .header_count = coding == YQ_CODING_NONE || kept ? 3 : 4 });
}
