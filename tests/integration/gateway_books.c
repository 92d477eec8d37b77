/* gateway_books.c - the paper broker's own book beside what is on the bus, and what was told. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "broker/paper_journal.h"
#include "gateway_fixture.h"

static void
copy_journal(const char *alias, const char *to)
{
	char name[64], from[160], block[65536];
	int in, out;
	ssize_t n;

	yq_str_format(name, sizeof(name), "paper/%s.journal", alias);
	gateway_path(name, from);
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(in >= 0 && out >= 0);
	while ((n = read(in, block, sizeof(block))) > 0)
		assert_int_equal(write(out, block, (size_t)n), n);
	(void)close(in);
	(void)close(out);
}

static void
no_sink(void *cookie, const struct yq_paper_record *r, const struct yq_paper_order *o)
{
	(void)cookie;
	(void)r;
	(void)o;
}

struct yq_paper_book *
gateway_paper_book_of(const char *alias)
{
	struct yq_paper_settings settings = yq_paper_settings_default();
	struct yq_paper_book *book = yq_paper_book_make(&settings, no_sink, NULL);
	struct yq_paper_journal *journal;
	struct yq_err err;
	char path[160];

	gateway_path("copy", path);
	copy_journal(alias, path);
	if (yq_paper_journal_open(path, false, book, &journal, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_paper_journal_close(journal);
	return book;
}

struct yq_paper_book *
gateway_paper_book(void)
{
	return gateway_paper_book_of("Paper");
}

static bool
count_fills(void *cookie, const struct yq_paper_order *o)
{
	*(size_t *)cookie += o->fill_count;
	return true;
}

size_t
gateway_count_fills(const struct yq_paper_book *book)
{
	size_t fills = 0;

	yq_paper_each(book, count_fills, &fills);
	return fills;
}

struct compare {
	const char *alias;
	size_t held;
};

static bool
compare_holding(void *cookie, const struct yq_holding *holding)
{
	struct compare *compare = cookie;
	const struct yq_position *theirs = &holding->position;
	struct yq_position ours;
	char words[128], text[2048];
	struct yq_err err;

	if (yq_decimal_sign(theirs->qty) == 0)
		return true;
	compare->held++;
	yq_str_format(words, sizeof(words), "HGET position:%s %s", compare->alias, theirs->ticker);
	valkey_do_text(fixture.console, words, text, sizeof(text));
	if (yq_message_decode_position(text, strlen(text), &ours, &err) != YQ_OK)
		fail_msg("position %s: %s", theirs->ticker, err.text);
	assert_int_equal(yq_decimal_cmp(ours.qty, theirs->qty), 0);
	assert_int_equal(yq_decimal_cmp(ours.avg_price, theirs->avg_price), 0);
	return true;
}

size_t
gateway_assert_book_equal(const char *alias)
{
	struct yq_paper_book *book = gateway_paper_book_of(alias);
	const struct yq_account *account = yq_paper_account(book);
	struct compare compare = { .alias = alias };
	char words[128], text[64], expected[YQ_DECIMAL_TEXT_SIZE];
	size_t fills = gateway_count_fills(book);

	yq_decimal_format_places(account->cash[YQ_USD], 2, expected);
	yq_str_format(words, sizeof(words), "HGET deposit:%s USD", alias);
	valkey_do_text(fixture.console, words, text, sizeof(text));
	assert_string_equal(text, expected);
	yq_account_each_holding(account, compare_holding, &compare);
	yq_str_format(words, sizeof(words), "HLEN position:%s", alias);
	assert_int_equal(valkey_do_int(fixture.console, words), compare.held);
	yq_paper_book_free(book);
	return fills;
}

size_t
gateway_assert_books_equal(void)
{
	size_t fills = gateway_assert_book_equal("Paper");

	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), fills);
	return fills;
}

/* ---- what was told ---- */

size_t
gateway_log_count(const char *words)
{
	char line[4096], path[160];
	size_t count = 0;
	FILE *file;

	gateway_path("log", path);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		count += strstr(line, words) != NULL;
	(void)fclose(file);
	return count;
}

size_t
gateway_told_count(const char *words)
{
	redisReply *reply = valkey_do(fixture.console, "XRANGE notification:stream - +");
	size_t count = 0;

	for (size_t i = 0; i < reply->elements; i++)
		count += strstr(reply->element[i]->element[1]->element[1]->str, words) != NULL;
	yq_reply_free(reply);
	return count;
}

void
gateway_await_told(const char *words)
{
	for (int i = 0; i < 4000; i++) {
		if (gateway_told_count(words) > 0)
			return;
		usleep(10000);
	}
	gateway_show_log();
	fail_msg("nobody was told \"%s\"", words);
}
