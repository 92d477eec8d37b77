/* paper_test.h - what the tests of the paper broker's book share: a desk with one instrument. */
#ifndef YQ_TESTS_PAPER_TEST_H
#define YQ_TESTS_PAPER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "broker/paper_journal.h"

#define NOW INT64_C(1800000000000000)

__attribute__((unused)) static struct yq_decimal
D(const char *text) {
	struct yq_decimal d;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &d), YQ_OK);
	return d;
}

__attribute__((unused)) static void
check(struct yq_decimal value, const char *expected)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	assert_string_equal(text, expected);
}

/* A book whose records go to a journal (or nowhere). */
struct desk {
	struct yq_paper_book *book;
	struct yq_paper_journal *journal;
	size_t fills, closes;
};

__attribute__((unused)) static void
desk_sink(void *cookie, const struct yq_paper_record *r, const struct yq_paper_order *o)
{
	struct desk *d = cookie;

	(void)o;
	d->fills += r->kind == YQ_PAPER_FILL;
	d->closes += r->kind == YQ_PAPER_CLOSE;
	if (d->journal != NULL)
		yq_paper_journal_add(d->journal, r);
}

__attribute__((unused)) static struct yq_paper_settings
quiet(void)
{
	struct yq_paper_settings s = yq_paper_settings_default();

	s.walk_bps = YQ_DECIMAL_ZERO;
	return s;
}

__attribute__((unused)) static void
desk_open(struct desk *d, const struct yq_paper_settings *s)
{
	*d = (struct desk){ 0 };
	d->book = yq_paper_book_make(s, desk_sink, d);
	yq_paper_book_found(d->book, "7f3a9c21");
}

__attribute__((unused)) static struct yq_order
order(enum yq_action action, enum yq_order_type type, const char *qty)
{
	struct yq_order o = yq_order_default();

	o.id = yq_id_random();
	yq_str_copy_cut(o.ticker, sizeof(o.ticker), "AAPL");
	o.exchange = YQ_NASDAQ;
	o.currency = YQ_USD;
	o.action = action;
	o.type = type;
	o.qty = D(qty);
	o.timestamp_us = NOW;
	o.time_in_force = YQ_TIF_GTC;
	return o;
}

__attribute__((unused)) static enum yq_rc
submit(struct desk *d, const struct yq_order *o)
{
	struct yq_paper_answer answer;
	struct yq_err err;

	return yq_paper_submit(d->book, o, true, NOW, 0, &answer, &err);
}

__attribute__((unused)) static void
price(struct desk *d, const char *at)
{
	yq_paper_observe(d->book, YQ_NASDAQ, "AAPL", D(at), true, NOW);
}

__attribute__((unused)) static enum yq_order_state
state(struct desk *d, const struct yq_order *o)
{
	const struct yq_paper_order *found = yq_paper_find(d->book, &o->id);

	assert_non_null(found);
	return found->state;
}

__attribute__((unused)) static struct yq_decimal
cash(struct desk *d)
{
	return yq_paper_account(d->book)->cash[YQ_USD];
}

__attribute__((unused)) static struct yq_decimal
held(struct desk *d)
{
	return yq_account_held(yq_paper_account(d->book), YQ_NASDAQ, "AAPL");
}

__attribute__((unused)) static void
buy(struct desk *d, const char *qty)
{
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, qty);

	assert_int_equal(submit(d, &o), YQ_OK);
	assert_int_equal(state(d, &o), YQ_ORDER_FILLED);
}

__attribute__((unused)) static char *
temp_path(void)
{
	static char path[] = "/tmp/yq_journal_XXXXXX";
	int fd;

	memcpy(strrchr(path, '_') + 1, "XXXXXX", 6);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	(void)close(fd);
	return path;
}

__attribute__((unused)) static void
journal_desk(struct desk *d, const struct yq_paper_settings *s, const char *path)
{
	struct yq_err err;

	*d = (struct desk){ 0 };
	d->book = yq_paper_book_make(s, desk_sink, d);
	if (yq_paper_journal_open(path, false, d->book, &d->journal, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

__attribute__((unused)) static void
desk_close(struct desk *d)
{
	yq_paper_journal_close(d->journal);
	yq_paper_book_free(d->book);
}

#endif
