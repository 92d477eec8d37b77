/*
 * bench_catalog.c - how long the catalog takes: files read, a first time written, a day later
 * brought up to date (each base price another), searched.
 *
 *	bench_catalog FOLDER [issues]
 *
 * FOLDER gets a private root and a new database; remove it afterwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "catalog/master.h"
#include "store/catalog.h"
#include "store/migrate.h"
#include "store/root.h"

#define FILE_MAX ((size_t)64 * 1024 * 1024)

static void
check(enum yq_rc rc, const struct yq_err *err)
{
	if (rc == YQ_OK)
		return;
	fprintf(stderr, "%s: %s\n", yq_rc_name(rc), err->text);
	exit(1);
}

static double
ms_since(int64_t *from_ns)
{
	int64_t now_ns = yq_clock_monotonic_ns(yq_clock_system());
	double ms = (double)(now_ns - *from_ns) / 1e6;

	*from_ns = now_ns;
	return ms;
}

/* Names in CP949, as most of the real ones are ("애플 회사"). */
static void
make_file(struct yq_buf *file, const struct yq_master *master, size_t issues, unsigned day)
{
	for (size_t i = 0; i < issues; i++)
		yq_buf_add_format(file,
		    "US\tNASD\t%s\t\xb3\xaa\xbd\xba\xb4\xda\tT%zu\tDNAST%zu\t"
		    "\xbe\xd6\xc7\xc3 \xc8\xb8\xbb\xe7 %zu\tCOMPANY NUMBER %zu INC\t2\tUSD\t4\t\t"
		    "%zu.%02u\t1\t1\t0930\t1600\tN\t\t310\t0\t1\t\t\r\n",
		    master->code, i, i, i, i, i + 1, day);
}

static void
open_store(struct yq_firebird **firebird, const char *folder)
{
	struct yq_firebird_options options = { .create = true };
	struct yq_firebird_target target;
	struct yq_firebird_root root;
	struct yq_err err = { 0 };
	char text[1024];

	check(yq_firebird_root_prepare(folder, 0, &root, &err), &err);
	yq_firebird_root_use(&root);
	yq_str_format(
	    text, sizeof(text), "Database=%s/catalog-%ld.fdb", root.folder, (long)getpid());
	check(yq_firebird_target_parse(text, &target, &err), &err);
	check(yq_firebird_open(&target, &options, firebird, &err), &err);
	check(yq_migrate(*firebird, NULL, &err), &err);
	yq_firebird_target_clear(&target);
}

/* One sync: files read and written. */
static void
run_sync(struct yq_firebird *firebird, size_t issues, unsigned day, const char *what)
{
	static const size_t files[] = { 3, 4, 5, 10, 11 }; /* one an exchange */
	struct yq_catalog_part parts[YQ_COUNT(files)];
	struct yq_catalog_change changes[YQ_COUNT(files)];
	struct yq_master_list lists[YQ_COUNT(files)];
	struct yq_catalog_load load = {
		.parts = parts, .count = YQ_COUNT(files), .now_us = day + 1
	};
	struct yq_buf bytes[YQ_COUNT(files)];
	struct yq_err err = { 0 };
	double parsed, written;
	int64_t at;

	for (size_t i = 0; i < YQ_COUNT(files); i++) {
		bytes[i] = yq_buf_make(FILE_MAX);
		make_file(&bytes[i], &yq_masters[files[i]], issues / YQ_COUNT(files), day);
	}
	at = yq_clock_monotonic_ns(yq_clock_system());
	for (size_t i = 0; i < YQ_COUNT(files); i++) {
		check(yq_master_parse(&yq_masters[files[i]], yq_buf_text(&bytes[i]),
			  bytes[i].length, &lists[i], &err),
		    &err);
		parts[i] = (struct yq_catalog_part){ yq_masters[files[i]].exchange, lists[i].items,
			lists[i].count, "bench" };
	}
	parsed = ms_since(&at);
	check(yq_catalog_write(firebird, &load, changes, &err), &err);
	written = ms_since(&at);
	printf("catalog_%s_read_ms %.0f\ncatalog_%s_write_ms %.0f\ncatalog_%s_ms %.0f\n", what,
	    parsed, what, written, what, parsed + written);
	for (size_t i = 0; i < YQ_COUNT(files); i++) {
		yq_buf_free(&bytes[i]);
		yq_master_list_free(&lists[i]);
	}
}

static void
run_search(struct yq_firebird *firebird, const char *text, bool begins, const char *what)
{
	const struct yq_catalog_query query = { .text = text, .begins = begins, .limit = 20 };
	struct yq_instrument_list list;
	struct yq_err err = { 0 };
	double best = 1e9;

	for (int i = 0; i < 5; i++) {
		int64_t at = yq_clock_monotonic_ns(yq_clock_system());
		double ms;

		check(yq_catalog_search(firebird, &query, &list, &err), &err);
		ms = ms_since(&at);
		best = ms < best ? ms : best;
		yq_instrument_list_free(&list);
	}
	printf("catalog_%s_ms %.1f\n", what, best);
}

static void
run_find(struct yq_firebird *firebird)
{
	struct yq_instrument item;
	struct yq_err err = { 0 };
	int64_t at = yq_clock_monotonic_ns(yq_clock_system());

	for (int i = 0; i < 1000; i++)
		check(yq_catalog_find(firebird, YQ_NASDAQ, "T4711", &item, &err), &err);
	printf("catalog_find_us %.0f\n", ms_since(&at));
}

int
main(int argc, char **argv)
{
	struct yq_firebird *firebird = NULL;
	int64_t issues = 50000;

	if (argc < 2 || (argc > 2 && !yq_str_to_int64(argv[2], 5, 500000, &issues))) {
		fprintf(stderr, "usage: %s FOLDER [issues]\n", argv[0]);
		return 2;
	}
	open_store(&firebird, argv[1]);
	run_sync(firebird, (size_t)issues, 0, "first");
	run_sync(firebird, (size_t)issues, 1, "again");
	run_sync(firebird, (size_t)issues, 1, "same");
	run_search(firebird, "NUMBER 47", false, "search");
	run_search(firebird, "company number 47", true, "begins");
	run_find(firebird);
	yq_firebird_close(firebird);
	return 0;
}
