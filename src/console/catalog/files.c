/* files.c - master files out of a folder, unpacked, read and put together. */
#include "console/catalog/files.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "catalog/unzip.h"

void
yq_catalog_files_clear(struct yq_catalog_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		yq_buf_free(&files->items[i].bytes);
		yq_master_list_free(&files->items[i].list);
	}
	for (size_t i = 0; i < files->part_count; i++)
		yq_master_list_free(&files->lists[i]);
	*files = (struct yq_catalog_files){ 0 };
}

/* ---- which ---- */

static void
check_code(void *cookie, const char *name)
{
	const char **unknown = cookie;

	for (size_t i = 0; i < YQ_MASTERS; i++)
		if (yq_str_equal_nocase(yq_masters[i].code, name))
			return;
	*unknown = name;
}

/* False: the settings leave it out. */
static bool
put_url(const struct yq_config *config, const struct yq_master *master, char *url, bool *fits)
{
	const char *base = yq_config_text(config, "Catalog:BaseUrl"), *own;
	char path[32];
	size_t length = strlen(base);

	*fits = yq_str_format(path, sizeof(path), "Catalog:Files:%s", master->code);
	own = yq_config_text(config, path);
	if (own != NULL)
		*fits = yq_str_copy(url, YQ_CATALOG_URL_SIZE, own);
	else
		*fits = yq_str_format(url, YQ_CATALOG_URL_SIZE, "%s%s%s.zip", base,
		    length > 0 && base[length - 1] == '/' ? "" : "/", master->file);
	return own == NULL || own[0] != '\0';
}

int
yq_catalog_files_choose(
    struct yq_catalog_files *files, const struct yq_config *config, yq_exchange_set set)
{
	const char *unknown = NULL;

	*files = (struct yq_catalog_files){ 0 };
	yq_config_names(config, "Catalog:Files", check_code, &unknown);
	if (unknown != NULL)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "Catalog:Files:%s: expected KOSPI, KOSDAQ, KONEX, NAS, NYS, AMS, SHS, SHI, SZS,"
		    " SZI, TSE, HKS, HNX or HSX",
		    unknown);
	yq_str_copy_cut(
	    files->source, sizeof(files->source), yq_config_text(config, "Catalog:BaseUrl"));
	for (size_t i = 0; i < YQ_MASTERS; i++) {
		struct yq_catalog_file *file = &files->items[files->count];
		bool fits = true;

		if (set != 0 && (set & YQ_EXCHANGE_BIT(yq_masters[i].exchange)) == 0)
			continue;
		if (!put_url(config, &yq_masters[i], file->url, &fits))
			continue;
		if (!fits)
			return yq_fail(YQ_CONSOLE_REFUSED, "the address of %s is too long",
			    yq_masters[i].file);
		file->master = &yq_masters[i];
		file->bytes = yq_buf_make(YQ_MASTER_BYTES_MAX);
		files->count++;
	}
	return files->count > 0 ? YQ_CONSOLE_DONE
				: yq_fail(YQ_CONSOLE_REFUSED,
				      "the settings (Catalog:Files) leave out every file of it");
}

/* ---- from a folder ---- */

static enum yq_rc
open_file(struct yq_catalog_file *file, const char *folder, struct yq_err *err)
{
	static const char *const endings[] = { ".zip", "" };
	enum yq_rc rc = YQ_E_NOT_FOUND;

	for (size_t i = 0; i < YQ_COUNT(endings) && rc == YQ_E_NOT_FOUND; i++) {
		char path[4096];

		if (!yq_str_format(
			path, sizeof(path), "%s/%s%s", folder, file->master->file, endings[i]))
			return yq_err_set(err, YQ_E_INVALID, "the name of the folder is too long");
		rc = yq_file_read(path, &file->bytes, err);
	}
	return rc;
}

static int
check_missing(const struct yq_catalog_files *files, const char *folder, yq_exchange_set there)
{
	if (there == 0)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s has none of the files (%s, %s.zip, ...)",
		    folder, files->items[0].master->file, files->items[0].master->file);
	for (size_t i = 0; i < files->count; i++) {
		const struct yq_master *master = files->items[i].master;

		if (!files->items[i].found && (there & YQ_EXCHANGE_BIT(master->exchange)) != 0)
			return yq_fail(YQ_CONSOLE_REFUSED,
			    "%s has no %s, which %s needs: nothing is changed", folder,
			    master->file, yq_names_text(&yq_exchange_names, (int)master->exchange));
	}
	return YQ_CONSOLE_DONE;
}

/* Forget the files that are not there, of exchanges of which none is; what was asked for by name
 * has to be. */
static int
drop_missing(struct yq_catalog_files *files, const char *folder, yq_exchange_set set)
{
	yq_exchange_set there = set;
	size_t kept = 0;
	int status;

	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].found)
			there |= YQ_EXCHANGE_BIT(files->items[i].master->exchange);
	status = check_missing(files, folder, there);
	if (status != YQ_CONSOLE_DONE)
		return status;
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].found)
			files->items[kept++] = files->items[i];
	files->count = kept;
	return YQ_CONSOLE_DONE;
}

int
yq_catalog_files_open(struct yq_catalog_files *files, const char *folder, yq_exchange_set set)
{
	yq_str_copy_cut(files->source, sizeof(files->source), folder);
	for (size_t i = 0; i < files->count; i++) {
		struct yq_catalog_file *file = &files->items[i];
		enum yq_rc rc = open_file(file, folder, &file->err);

		file->found = rc == YQ_OK;
		if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
			return yq_fail(YQ_CONSOLE_REFUSED, "%s", file->err.text);
	}
	return drop_missing(files, folder, set);
}

/* ---- reading ---- */

static enum yq_rc
read_file(struct yq_catalog_file *file)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf content = yq_buf_make(YQ_MASTER_BYTES_MAX);
	const struct yq_buf *bytes = &file->bytes;
	enum yq_rc rc = YQ_OK;

	if (yq_unzip_is_archive(yq_buf_text(bytes), bytes->length)) {
		rc = yq_unzip(
		    yq_buf_text(bytes), bytes->length, file->master->file, &content, &file->err);
		if (rc != YQ_OK)
			return yq_err_context(&file->err, rc, "%s.zip", file->master->file);
		bytes = &content;
	}
	rc = yq_master_parse(
	    file->master, yq_buf_text(bytes), bytes->length, &file->list, &file->err);
	yq_buf_free(&file->bytes);
	return rc;
}

static void
note_left_out(struct yq_catalog_files *files, const struct yq_master_list *list)
{
	if (files->left_out_why[0] == '\0')
		memcpy(files->left_out_why, list->left_out_why, sizeof(files->left_out_why));
	files->left_out += list->left_out;
}

/* Files of one exchange stand together. */
static enum yq_rc
join(struct yq_catalog_files *files, struct yq_err *err)
{
	size_t begin = 0, end;
	enum yq_rc rc = YQ_OK;

	for (; rc == YQ_OK && begin < files->count; begin = end) {
		enum yq_exchange exchange = files->items[begin].master->exchange;
		struct yq_master_list lists[YQ_MASTERS] = { { 0 } };
		struct yq_master_list *whole = &files->lists[files->part_count];

		for (end = begin;
		     end < files->count && files->items[end].master->exchange == exchange; end++) {
			lists[end - begin] = files->items[end].list;
			files->items[end].list = (struct yq_master_list){ 0 };
		}
		rc = yq_master_join(lists, end - begin, whole, err);
		if (rc != YQ_OK)
			break;
		note_left_out(files, whole);
		files->parts[files->part_count++] = (struct yq_catalog_part){
			.exchange = exchange,
			.items = whole->items,
			.count = whole->count,
			.source = files->source,
		};
	}
	return rc;
}

int
yq_catalog_files_read(struct yq_catalog_files *files, struct yq_progress *progress)
{
	size_t faults = 0;
	struct yq_err err = { 0 };

	for (size_t i = 0; i < files->count; i++) {
		if (read_file(&files->items[i]) != YQ_OK) {
			yq_progress_clear(progress);
			fprintf(stderr, "yq: %s\n", files->items[i].err.text);
			faults++;
		}
		yq_progress_show(progress, "reading", i + 1, files->count);
	}
	yq_progress_clear(progress);
	if (faults > 0)
		return yq_fail(YQ_CONSOLE_REFUSED, "%zu of %zu files %s broken: nothing is changed",
		    faults, files->count, faults == 1 ? "is" : "are");
	if (join(files, &err) != YQ_OK)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s: nothing is changed", err.text);
	return YQ_CONSOLE_DONE;
}
