/* unzip.c - unpacks one file in memory, with libzip. */
#include "catalog/unzip.h"

#include <string.h>
#include <zip.h>

#include "base/str.h"

#define PIECE 65536

bool
yq_unzip_is_archive(const char *bytes, size_t length)
{
	return length >= 4 && memcmp(bytes, "PK", 2) == 0;
}

static void
discardp(zip_t **archive)
{
	if (*archive != NULL)
		zip_discard(*archive);
}

static void
fclosep(zip_file_t **file)
{
	if (*file != NULL)
		(void)zip_fclose(*file);
}

static enum yq_rc
open_archive(const char *bytes, size_t length, zip_t **ret_archive, struct yq_err *err)
{
	zip_error_t error;
	zip_source_t *source;
	enum yq_rc rc = YQ_OK;

	zip_error_init(&error);
	source = zip_source_buffer_create(bytes, length, 0, &error);
	if (source != NULL)
		*ret_archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
	if (*ret_archive == NULL) {
		rc = yq_err_set(err, YQ_E_INVALID, "no zip archive that can be read: %s",
		    zip_error_strerror(&error));
		zip_source_free(source);
	}
	zip_error_fini(&error);
	return rc;
}

static bool
is_named(zip_t *archive, zip_uint64_t index, const char *name)
{
	const char *entry = zip_get_name(archive, index, 0), *slash;

	if (entry == NULL)
		return false;
	slash = strrchr(entry, '/');
	return yq_str_equal_nocase(slash != NULL ? slash + 1 : entry, name);
}

static enum yq_rc
find_entry(zip_t *archive, const char *name, zip_uint64_t *index, struct yq_err *err)
{
	zip_int64_t count = zip_get_num_entries(archive, 0);

	if (count <= 0 || count > YQ_UNZIP_ENTRIES_MAX)
		return yq_err_set(
		    err, YQ_E_INVALID, "an archive of %lld files, expected one", (long long)count);
	for (*index = 0; *index < (zip_uint64_t)count; ++*index)
		if (is_named(archive, *index, name))
			return YQ_OK;
	*index = 0;
	return count == 1
		   ? YQ_OK
		   : yq_err_set(err, YQ_E_INVALID, "an archive of %lld files, none of them %s",
			 (long long)count, name);
}

/* To the very end, where the checksum is compared. */
static enum yq_rc
read_entry(zip_file_t *file, struct yq_buf *content, struct yq_err *err)
{
	char piece[PIECE];
	zip_int64_t got;

	while ((got = zip_fread(file, piece, sizeof(piece))) > 0) {
		yq_buf_add(content, piece, (size_t)got);
		if (!yq_buf_ok(content))
			return yq_err_set(err, YQ_E_LIMIT,
			    "what is in the archive is larger than %zu bytes", content->maximum);
	}
	return got == 0 ? YQ_OK
			: yq_err_set(err, YQ_E_INVALID, "the archive is damaged: %s",
			      zip_file_strerror(file));
}

enum yq_rc
yq_unzip(
    const char *bytes, size_t length, const char *name, struct yq_buf *content, struct yq_err *err)
{
	YQ_CLEANUP(discardp) zip_t *archive = NULL;
	YQ_CLEANUP(fclosep) zip_file_t *file = NULL;
	zip_uint64_t index = 0;
	zip_stat_t stat;
	enum yq_rc rc = open_archive(bytes, length, &archive, err);

	if (rc == YQ_OK)
		rc = find_entry(archive, name, &index, err);
	if (rc != YQ_OK)
		return rc;
	if (zip_stat_index(archive, index, 0, &stat) == 0 && (stat.valid & ZIP_STAT_SIZE) != 0 &&
	    stat.size > content->maximum)
		return yq_err_set(err, YQ_E_LIMIT,
		    "what is in the archive is larger than %zu bytes", content->maximum);
	file = zip_fopen_index(archive, index, 0);
	if (file == NULL)
		return yq_err_set(err, YQ_E_INVALID, "the file in the archive cannot be opened: %s",
		    zip_strerror(archive));
	return read_entry(file, content, err);
}
