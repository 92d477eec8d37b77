/* verbs_catalog.c - `yq catalog`: what can be traded where, brought up to date and looked up. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "bus/schema.h"
#include "console/catalog/files.h"
#include "console/catalog/show.h"
#include "console/find.h"
#include "console/person.h"
#include "console/take.h"
#include "domain/market.h"

#define NOTICE_MAX	   4096
#define PUBLISH_TIMEOUT_MS 5000

/* ---- what is asked for ---- */

/* A country, or an exchange by any of its names; KRX is all of Korea, as it is for orders. */
static bool
read_where(const char *word, yq_exchange_set *set)
{
	int country = yq_names_find(&yq_country_names, word, strlen(word));
	enum yq_exchange exchange;

	if (country < 0 && !yq_exchange_parse(word, strlen(word), &exchange))
		return false;
	if (country >= 0)
		*set = yq_exchanges_of_country((enum yq_country)country);
	else
		*set = exchange == YQ_KRX ? yq_exchanges_of_country(YQ_COUNTRY_KR)
					  : YQ_EXCHANGE_BIT(exchange);
	return true;
}

/* The word at `index`, where there is one. */
static int
take_where(const struct yq_call *call, size_t index, yq_exchange_set *set)
{
	*set = 0;
	if (call->word_count <= index || read_where(call->words[index], set))
		return YQ_CONSOLE_DONE;
	return yq_fail_usage(call,
	    "expected a country (KR US CN JP HK VN) or an exchange (NASDAQ, KOSPI, ...), found"
	    " \"%s\"",
	    call->words[index]);
}

/* ---- sync ---- */

/* For who keeps a part of the catalog at hand. */
static void
encode_notice(const struct yq_catalog_files *files, const struct yq_catalog_change *changes,
    int64_t now_us, struct yq_buf *notice)
{
	struct yq_json_writer w = yq_json_writer_make(notice);
	struct yq_catalog_change sum = { 0 };

	yq_json_begin_object(&w);
	yq_json_name(&w, "Exchanges");
	yq_json_begin_array(&w);
	for (size_t i = 0; i < files->part_count; i++) {
		yq_json_add_text(
		    &w, yq_names_text(&yq_exchange_names, (int)files->parts[i].exchange));
		sum.added += changes[i].added + changes[i].returned;
		sum.changed += changes[i].changed;
		sum.delisted += changes[i].delisted;
	}
	yq_json_end_array(&w);
	yq_json_put_int(&w, "Added", (int64_t)sum.added);
	yq_json_put_int(&w, "Changed", (int64_t)sum.changed);
	yq_json_put_int(&w, "Delisted", (int64_t)sum.delisted);
	yq_json_put_time(&w, "Timestamp", now_us);
	yq_json_end_object(&w);
}

/* The catalog is written by then: that nobody can be told is no reason to fail. */
static void
tell_others(struct yq_system *system, const struct yq_buf *notice)
{
	const char *argv[3] = { "PUBLISH", yq_key_name(YQ_KEY_CATALOG), yq_buf_text(notice) };
	struct yq_err err = { 0 };

	if (yq_system_valkey(system) != YQ_CONSOLE_DONE ||
	    yq_valkey_sync_command(
		system->desk.valkey, 3, argv, NULL, PUBLISH_TIMEOUT_MS, NULL, &err) != YQ_OK)
		fprintf(stderr,
		    "yq: the catalog is written, but the programs could not be told%s%s\n",
		    err.text[0] != '\0' ? ": " : "", err.text);
}

static void
on_written(void *cookie, size_t done, size_t whole)
{
	yq_progress_show(cookie, "writing", done, whole);
}

static int
write_files(const struct yq_call *call, struct yq_system *system,
    const struct yq_catalog_files *files, struct yq_progress *progress)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf notice = yq_buf_make(NOTICE_MAX);
	struct yq_catalog_change changes[YQ_MASTERS] = { { 0 } };
	const struct yq_hand hand = yq_person();
	struct yq_catalog_load load = {
		.hand = &hand,
		.parts = files->parts,
		.count = files->part_count,
		.force = yq_call_has(call, YQ_OPT_FORCE),
		.now_us = yq_clock_now_us(yq_clock_system()),
		.progress = on_written,
		.cookie = progress,
	};
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_catalog_write(system->desk.firebird, &load, changes, &err);

	yq_progress_clear(progress);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	encode_notice(files, changes, load.now_us, &notice);
	tell_others(system, &notice);
	yq_catalog_print_changes(call, files->parts, changes, files->part_count);
	if (files->left_out > 0)
		fprintf(stderr, "yq: %zu line%s left out; the first: %s\n", files->left_out,
		    files->left_out == 1 ? " is" : "s are", files->left_out_why);
	return YQ_CONSOLE_DONE;
}

static int
gather(const struct yq_call *call, const struct yq_config *config, yq_exchange_set set,
    struct yq_catalog_files *files, struct yq_progress *progress)
{
	const char *folder = call->options[YQ_OPT_FROM];
	int status = yq_catalog_files_choose(files, config, set);

	if (status == YQ_CONSOLE_DONE)
		status = folder != NULL ? yq_catalog_files_open(files, folder, set)
					: yq_catalog_files_fetch(files, config, progress);
	return status == YQ_CONSOLE_DONE ? yq_catalog_files_read(files, progress) : status;
}

static int
sync_files(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_progress progress = yq_progress_make();
	struct yq_catalog_files files = { 0 };
	struct yq_config *config = NULL;
	yq_exchange_set set = 0;
	int status = take_where(call, 1, &set);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status == YQ_CONSOLE_DONE)
		status = yq_system_settings(call, &system, &config);
	if (status == YQ_CONSOLE_DONE)
		status = gather(call, config, set, &files, &progress);
	if (status == YQ_CONSOLE_DONE)
		status = write_files(call, &system, &files, &progress);
	yq_progress_clear(&progress);
	yq_catalog_files_clear(&files);
	yq_config_free(config);
	return status;
}

/* ---- looking ---- */

static int
find_issues(const struct yq_call *call, struct yq_system *system, struct yq_catalog_query *query,
    struct yq_instrument_list *list)
{
	struct yq_err err = { 0 };
	int status = yq_take_limit(call, &query->limit);

	query->delisted = yq_call_has(call, YQ_OPT_ALL);
	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, system);
	if (status == YQ_CONSOLE_DONE &&
	    yq_catalog_search(system->desk.firebird, query, list, &err) != YQ_OK)
		status = yq_fail_err(&err);
	return status;
}

static int
list_issues(const struct yq_call *call, struct yq_catalog_query *query)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_instrument_list_free) struct yq_instrument_list list = { 0 };
	int status = find_issues(call, &system, query, &list);

	if (status == YQ_CONSOLE_DONE)
		yq_catalog_print_list(
		    call, &list, "nothing is found (`yq catalog` shows what is there)");
	return status;
}

static int
search(const struct yq_call *call)
{
	struct yq_catalog_query query = { 0 };
	int status = take_where(call, 2, &query.exchanges);

	if (call->word_count < 2 || call->words[1][0] == '\0')
		return yq_fail_usage(call, "search what?");
	query.text = call->words[1];
	return status == YQ_CONSOLE_DONE ? list_issues(call, &query) : status;
}

static int
summarize(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_catalog_summary rows[YQ_EXCHANGE_COUNT];
	struct yq_err err = { 0 };
	int status = yq_system_open_firebird(call, &system);

	if (status == YQ_CONSOLE_DONE &&
	    yq_catalog_summarize(system.desk.firebird, rows, &err) != YQ_OK)
		status = yq_fail_err(&err);
	if (status == YQ_CONSOLE_DONE)
		yq_catalog_print_summary(call, rows);
	return status;
}

static int
show_one(const struct yq_call *call, enum yq_exchange exchange, const char *ticker)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_instrument instrument;
	struct yq_err err = { 0 };
	int status = yq_system_open_firebird(call, &system);

	if (status == YQ_CONSOLE_DONE &&
	    yq_catalog_find(system.desk.firebird, exchange, ticker, &instrument, &err) != YQ_OK)
		status = yq_fail_err(&err);
	if (status == YQ_CONSOLE_DONE)
		yq_catalog_print_one(call, &instrument);
	return status;
}

/* A ticker on whatever exchanges have it. */
static int
show_ticker(const struct yq_call *call, const char *ticker)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_instrument_list_free) struct yq_instrument_list list = { 0 };
	struct yq_catalog_query query = { .text = ticker, .begins = true };
	size_t same = 0;
	int status = find_issues(call, &system, &query, &list);

	if (status != YQ_CONSOLE_DONE)
		return status;
	while (same < list.count && yq_str_equal_nocase(list.items[same].ticker, ticker))
		same++; /* the ticker itself comes first */
	list.count = same;
	if (same == 0)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "the catalog has no %s (`yq catalog search %s` looks for parts of names)",
		    ticker, ticker);
	if (same == 1)
		yq_catalog_print_one(call, &list.items[0]);
	else
		yq_catalog_print_list(call, &list, "");
	return YQ_CONSOLE_DONE;
}

static int
show(const struct yq_call *call)
{
	struct yq_catalog_query query = { .text = "" };
	const char *word = call->words[1];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	struct yq_err err = { 0 };
	enum yq_rc rc;

	if (call->word_count < 2)
		return summarize(call);
	if (read_where(word, &query.exchanges))
		return list_issues(call, &query);
	rc = yq_market_split(word, strlen(word), &exchange, ticker, &err);
	if (rc == YQ_OK)
		return show_one(call, exchange, ticker);
	return rc == YQ_E_NOT_FOUND ? show_ticker(call, ticker)
				    : yq_fail_usage(call, "%s", err.text);
}

int
yq_verb_catalog(const struct yq_call *call)
{
	static const struct {
		const char *name;
		size_t most;
		int (*run)(const struct yq_call *call);
	} acts[] = { { "sync", 2, sync_files }, { "search", 3, search }, { "show", 2, show } };

	if (call->word_count == 0)
		return summarize(call);
	for (size_t i = 0; i < YQ_COUNT(acts); i++)
		if (yq_str_equal(call->words[0], acts[i].name) && call->word_count <= acts[i].most)
			return acts[i].run(call);
	return yq_fail_usage(call,
	    "expected sync [COUNTRY|EXCHANGE], search TEXT [COUNTRY|EXCHANGE] or show"
	    " [COUNTRY|EXCHANGE|EXCHANGE:TICKER]");
}
