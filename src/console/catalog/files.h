/*
 * files.h - the master files of some exchanges: brought from the broker or a folder, unpacked, read
 * and put together by exchange.
 *
 * Every function says itself what is wrong, on standard error, and returns enum yq_console_exit.
 */
#ifndef YQ_CONSOLE_CATALOG_FILES_H
#define YQ_CONSOLE_CATALOG_FILES_H

#include "base/config.h"
#include "catalog/master.h"
#include "console/catalog/progress.h"
#include "console/console.h"
#include "store/catalog.h"

#define YQ_CATALOG_URL_SIZE 512

/* One of the files. */
struct yq_catalog_file {
	const struct yq_master *master;
	char url[YQ_CATALOG_URL_SIZE]; /* "" = from a folder */
	struct yq_buf bytes;	       /* as it came: plain, or an archive */
	bool found;
	struct yq_err err; /* why it failed */
	struct yq_master_list list;
};

/* All that are wanted, and what came of them. */
struct yq_catalog_files {
	struct yq_catalog_file items[YQ_MASTERS];
	size_t count;
	struct yq_master_list lists[YQ_MASTERS]; /* one an exchange */
	struct yq_catalog_part parts[YQ_MASTERS];
	size_t part_count;
	size_t left_out;
	char left_out_why[sizeof(((struct yq_master_list *)0)->left_out_why)];
	char source[513]; /* for people: the address, the folder */
};
void yq_catalog_files_clear(struct yq_catalog_files *files);

/* Which files `set` (0 = all) needs, and from where; what the settings leave out is not among
 * them. */
int yq_catalog_files_choose(
    struct yq_catalog_files *files, const struct yq_config *config, yq_exchange_set set);
/* From a folder: FILE.zip, else FILE.  An exchange of whose files none is there is left alone,
 * unless it was asked for by `set`. */
int yq_catalog_files_open(struct yq_catalog_files *files, const char *folder, yq_exchange_set set);
/* From the broker, some at a time; tried again where that may help. */
int yq_catalog_files_fetch(
    struct yq_catalog_files *files, const struct yq_config *config, struct yq_progress *progress);
/* Unpack, read, put together; every fault of every file is told. */
int yq_catalog_files_read(struct yq_catalog_files *files, struct yq_progress *progress);

#endif
