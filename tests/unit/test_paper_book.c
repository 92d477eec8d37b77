/* test_paper_book.c - the simulated exchange: every kind of order, money and the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "broker/paper_journal.h"
#include "broker/paper_price.h"

#define NOW INT64_C(1800000000000000)

static struct yq_decimal
D(const char *text) {
	struct yq_decimal d;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &d), YQ_OK);
	return d;
}

static void
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

static void
desk_sink(void *cookie, const struct yq_paper_record *r, const struct yq_paper_order *o)
{
	struct desk *d = cookie;

	(void)o;
	d->fills += r->kind == YQ_PAPER_FILL;
	d->closes += r->kind == YQ_PAPER_CLOSE;
	if (d->journal != NULL)
		yq_paper_journal_add(d->journal, r);
}

static struct yq_paper_settings
quiet(void)
{
	struct yq_paper_settings s = yq_paper_settings_default();

	s.walk_bps = YQ_DECIMAL_ZERO;
	return s;
}

static void
desk_open(struct desk *d, const struct yq_paper_settings *s)
{
	*d = (struct desk){ 0 };
	d->book = yq_paper_book_make(s, desk_sink, d);
	yq_paper_book_found(d->book, "7f3a9c21");
}

static struct yq_order
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

static enum yq_rc
submit(struct desk *d, const struct yq_order *o)
{
	struct yq_paper_answer answer;
	struct yq_err err;

	return yq_paper_submit(d->book, o, true, NOW, 0, &answer, &err);
}

static void
price(struct desk *d, const char *at)
{
	yq_paper_observe(d->book, YQ_NASDAQ, "AAPL", D(at), true, NOW);
}

static enum yq_order_state
state(struct desk *d, const struct yq_order *o)
{
	const struct yq_paper_order *found = yq_paper_find(d->book, &o->id);

	assert_non_null(found);
	return found->state;
}

static struct yq_decimal
cash(struct desk *d)
{
	return yq_paper_account(d->book)->cash[YQ_USD];
}

static struct yq_decimal
held(struct desk *d)
{
	return yq_account_held(yq_paper_account(d->book), YQ_NASDAQ, "AAPL");
}

static void
buy(struct desk *d, const char *qty)
{
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, qty);

	assert_int_equal(submit(d, &o), YQ_OK);
	assert_int_equal(state(d, &o), YQ_ORDER_FILLED);
}

/* ---- kinds of orders ---- */

static void
test_a_market_order_trades_at_the_last_price(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200.50");
	buy(&d, "10");
	check(cash(&d), "97995");
	check(held(&d), "10");
	yq_paper_book_free(d.book);
}

static void
test_no_price_is_never_made_up_unless_asked_for(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "1");
	struct yq_paper_answer answer;
	struct yq_err err;
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	assert_int_equal(yq_paper_submit(d.book, &o, true, NOW, 0, &answer, &err), YQ_E_REFUSED);
	assert_non_null(strstr(err.text, "limit order"));
	assert_non_null(strstr(err.text, "InventPrices"));
	yq_paper_book_free(d.book);

	s.invent_prices = true;
	desk_open(&d, &s);
	o.id = yq_id_random();
	assert_int_equal(submit(&d, &o), YQ_OK);
	assert_int_equal(state(&d, &o), YQ_ORDER_FILLED);
	yq_paper_book_free(d.book);
}

static void
test_a_limit_rests_until_the_price_reaches_it(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_LIMIT, "10");
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200");
	o.price = yq_opt_decimal_of(D("199"));
	assert_int_equal(submit(&d, &o), YQ_OK);
	price(&d, "199.01");
	assert_int_equal(state(&d, &o), YQ_ORDER_OPEN);
	price(&d, "198.5");
	assert_int_equal(state(&d, &o), YQ_ORDER_FILLED);
	check(cash(&d), "98015"); /* at the better price */
	yq_paper_book_free(d.book);
}

static void
test_stops_wait_for_their_price(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order stop = order(YQ_SELL, YQ_TYPE_STOP, "5");
	struct yq_order limit = order(YQ_SELL, YQ_TYPE_STOP_LIMIT, "5");
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200");
	buy(&d, "10");
	stop.stop_price = limit.stop_price = yq_opt_decimal_of(D("190"));
	limit.price = yq_opt_decimal_of(D("189"));
	assert_int_equal(submit(&d, &stop), YQ_OK);
	assert_int_equal(submit(&d, &limit), YQ_OK);
	price(&d, "190.01");
	assert_int_equal(state(&d, &stop), YQ_ORDER_OPEN);
	price(&d, "188"); /* triggers both; the limit wants 189 */
	assert_int_equal(state(&d, &stop), YQ_ORDER_FILLED);
	assert_int_equal(state(&d, &limit), YQ_ORDER_OPEN);
	price(&d, "189");
	assert_int_equal(state(&d, &limit), YQ_ORDER_FILLED);
	check(held(&d), "0");
	check(cash(&d), "99885");
	yq_paper_book_free(d.book);
}

static void
test_ioc_and_fok_do_not_rest(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order ioc = order(YQ_BUY, YQ_TYPE_LIMIT, "10");
	struct yq_order fok = order(YQ_BUY, YQ_TYPE_LIMIT, "10");
	struct yq_order part = order(YQ_BUY, YQ_TYPE_LIMIT, "10");
	struct desk d;

	(void)unused;
	s.partial_ppm = 1000000;
	desk_open(&d, &s);
	price(&d, "200");
	ioc.price = fok.price = yq_opt_decimal_of(D("199"));
	ioc.time_in_force = YQ_TIF_IOC;
	fok.time_in_force = part.time_in_force = YQ_TIF_FOK;
	assert_int_equal(submit(&d, &ioc), YQ_OK);
	assert_int_equal(submit(&d, &fok), YQ_OK);
	assert_int_equal(state(&d, &ioc), YQ_ORDER_CANCELED);
	assert_int_equal(state(&d, &fok), YQ_ORDER_CANCELED);
	part.price = yq_opt_decimal_of(D("201"));
	assert_int_equal(submit(&d, &part), YQ_OK);
	assert_int_equal(state(&d, &part), YQ_ORDER_FILLED); /* all or nothing: never a part */
	ioc.id = yq_id_random();
	ioc.price = yq_opt_decimal_of(D("201"));
	assert_int_equal(submit(&d, &ioc), YQ_OK);
	assert_int_equal(state(&d, &ioc), YQ_ORDER_CANCELED);
	check(yq_paper_find(d.book, &ioc.id)->filled, "5");
	check(held(&d), "15");
	yq_paper_book_free(d.book);
}

static void
test_a_partial_fill_goes_on_until_all_is_filled(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "9");
	bool open[YQ_EXCHANGE_COUNT];
	struct desk d;

	(void)unused;
	memset(open, 1, sizeof(open));
	s.partial_ppm = 1000000;
	desk_open(&d, &s);
	price(&d, "100");
	assert_int_equal(submit(&d, &o), YQ_OK);
	assert_int_equal(state(&d, &o), YQ_ORDER_PARTIALLY_FILLED);
	check(held(&d), "4");
	for (int i = 0; i < 10; i++)
		yq_paper_walk(d.book, open, NOW);
	assert_int_equal(state(&d, &o), YQ_ORDER_FILLED);
	check(held(&d), "9");
	check(cash(&d), "99100");
	yq_paper_book_free(d.book);
}

static void
test_an_order_expires_cancels_and_changes(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order a = order(YQ_BUY, YQ_TYPE_LIMIT, "10"), b = a;
	struct yq_broker_change change = { .qty = yq_opt_decimal_of(D("4")),
		.price = yq_opt_decimal_of(D("200")) };
	struct yq_paper_answer answer;
	struct yq_err err;
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200");
	a.price = b.price = yq_opt_decimal_of(D("150"));
	b.id = yq_id_random();
	assert_int_equal(yq_paper_submit(d.book, &a, true, NOW, NOW + 5, &answer, &err), YQ_OK);
	assert_int_equal(submit(&d, &b), YQ_OK);
	yq_paper_expire(d.book, NOW + 4);
	assert_int_equal(state(&d, &a), YQ_ORDER_OPEN);
	yq_paper_expire(d.book, NOW + 5);
	assert_int_equal(state(&d, &a), YQ_ORDER_EXPIRED);
	assert_int_equal(yq_paper_cancel(d.book, &a.id, NOW, &err), YQ_E_REFUSED);
	assert_int_equal(yq_paper_change(d.book, &b.id, &change, true, NOW, &err), YQ_OK);
	assert_int_equal(state(&d, &b), YQ_ORDER_FILLED); /* the new limit is at the market */
	check(held(&d), "4");
	assert_int_equal(yq_paper_cancel(d.book, &b.id, NOW, &err), YQ_E_REFUSED);
	a.id = yq_id_random();
	assert_int_equal(yq_paper_cancel(d.book, &a.id, NOW, &err), YQ_E_NOT_FOUND);
	assert_int_equal(submit(&d, &a), YQ_OK);
	assert_int_equal(yq_paper_cancel(d.book, &a.id, NOW, &err), YQ_OK);
	assert_int_equal(state(&d, &a), YQ_ORDER_CANCELED);
	yq_paper_book_free(d.book);
}

/* ---- money ---- */

static void
test_slippage_and_commission_are_charged(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct desk d;

	(void)unused;
	s.slippage_bps = D("10");
	s.fees[YQ_COUNTRY_US] = (struct yq_paper_fee){ D("0.0025"), D("1") };
	desk_open(&d, &s);
	price(&d, "100");
	buy(&d, "10"); /* at 100.10, commission 2.5025 = 2.50 */
	check(cash(&d), "98996.5");
	buy(&d, "1"); /* at 100.10, the minimum */
	check(cash(&d), "98895.4");
	yq_paper_book_free(d.book);
}

static void
test_nothing_is_bought_without_cash_or_sold_without_stock(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "501");
	struct yq_order first = order(YQ_BUY, YQ_TYPE_LIMIT, "400");
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	price(&d, "200");
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED);
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED); /* and stays so */
	assert_int_equal(state(&d, &o), YQ_ORDER_REJECTED);
	first.price = yq_opt_decimal_of(D("199"));
	assert_int_equal(submit(&d, &first), YQ_OK);
	o.id = yq_id_random();
	o.qty = D("103"); /* what the resting order reserves is not free */
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED);
	o.id = yq_id_random();
	o.action = YQ_SELL;
	o.qty = D("1");
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED);
	check(cash(&d), "100000");
	yq_paper_book_free(d.book);
}

static void
test_the_same_id_is_never_executed_twice(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "1"), other = o;
	struct yq_paper_answer first, again;
	struct yq_err err;
	struct desk d;

	(void)unused;
	s.cash[YQ_USD] = D("100000000");
	desk_open(&d, &s);
	price(&d, "200");
	assert_int_equal(yq_paper_submit(d.book, &o, true, NOW, 0, &first, &err), YQ_OK);
	for (int i = 0; i < YQ_PAPER_FINALS + 100; i++) {
		other.id = yq_id_random();
		assert_int_equal(submit(&d, &other), YQ_OK);
	}
	/* Its details have left memory by now. */
	assert_null(yq_paper_find(d.book, &o.id));
	assert_int_equal(yq_paper_submit(d.book, &o, true, NOW, 0, &again, &err), YQ_OK);
	assert_true(again.repeated);
	assert_int_equal(again.number, first.number);
	check(held(&d), "2149");
	yq_paper_book_free(d.book);
}

static void
test_a_market_elsewhere_is_another_instrument(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "1");
	struct desk d;

	(void)unused;
	desk_open(&d, &s);
	yq_paper_observe(d.book, YQ_NYSE, "AAPL", D("1"), true, NOW);
	assert_int_equal(submit(&d, &o), YQ_E_REFUSED);
	yq_paper_book_free(d.book);
}

/* ---- journal ---- */

struct dump {
	struct yq_buf text;
	struct yq_json_writer w;
};

static void
dump_record(void *cookie, const struct yq_paper_record *r, const struct yq_paper_order *o)
{
	struct dump *dump = cookie;
	struct yq_paper_record copy = *r;

	(void)o;
	yq_paper_record_write(&dump->w, &copy);
}

static int
by_line(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The book as text; lines sorted, for tables have no order. */
static struct yq_buf
dump_book(const struct yq_paper_book *book)
{
	struct dump dump = { .text = yq_buf_make(64U << 20) };
	struct yq_buf out = yq_buf_make(64U << 20);
	char **lines;
	size_t count = 0;

	dump.w = yq_json_writer_make(&dump.text);
	yq_json_begin_array(&dump.w);
	yq_paper_book_snapshot(book, dump_record, &dump);
	yq_json_end_array(&dump.w);
	lines = calloc(dump.text.length, sizeof(*lines));
	for (char *p = dump.text.data + 1, *end; (end = strstr(p, "}")) != NULL; p = end + 2) {
		*end = '\0';
		lines[count++] = p;
	}
	qsort(lines, count, sizeof(*lines), by_line);
	for (size_t i = 0; i < count; i++) {
		yq_buf_add_text(&out, lines[i]);
		yq_buf_add_char(&out, '\n');
	}
	free(lines);
	yq_buf_free(&dump.text);
	return out;
}

static void
assert_same_book(const struct yq_paper_book *a, const struct yq_paper_book *b)
{
	struct yq_buf x = dump_book(a), y = dump_book(b);

	assert_string_equal(yq_buf_text(&x), yq_buf_text(&y));
	yq_buf_free(&x);
	yq_buf_free(&y);
}

static void
random_command(struct desk *d, struct yq_paper_random *r, struct yq_id *last)
{
	struct yq_order o = order(yq_paper_random_next(r) % 2 ? YQ_BUY : YQ_SELL,
	    (enum yq_order_type)(yq_paper_random_next(r) % YQ_TYPE_COUNT), "1");
	struct yq_decimal near = yq_decimal_from_int(95 + (int64_t)(yq_paper_random_next(r) % 11));
	struct yq_broker_change change = { .price = yq_opt_decimal_of(near) };
	struct yq_err err;
	enum yq_rc rc = YQ_OK;

	o.qty = yq_decimal_from_int(1 + (int64_t)(yq_paper_random_next(r) % 20));
	o.time_in_force = (enum yq_tif)(yq_paper_random_next(r) % YQ_TIF_COUNT);
	o.price = o.stop_price = yq_opt_decimal_of(near);
	switch (yq_paper_random_next(r) % 8) {
	case 0:
		yq_paper_observe(d->book, YQ_NASDAQ, "AAPL", near, true, NOW);
		break;
	case 1:
		rc = yq_paper_cancel(d->book, last, NOW, &err);
		break;
	case 2:
		rc = yq_paper_change(d->book, last, &change, true, NOW, &err);
		break;
	default:
		*last = o.id;
		rc = submit(d, &o);
		break;
	}
	assert_true(rc == YQ_OK || rc == YQ_E_REFUSED || rc == YQ_E_NOT_FOUND);
	if (d->journal != NULL)
		yq_paper_journal_end_line(d->journal);
}

struct sum {
	struct yq_decimal cash, qty;
};

static bool
add_fills(void *cookie, const struct yq_paper_order *o)
{
	struct sum *sum = cookie;

	for (size_t i = 0; i < o->fill_count; i++) {
		const struct yq_paper_fill *f = &o->fills[i];
		struct yq_decimal value, qty = f->qty;

		assert_int_equal(yq_decimal_mul(f->qty, f->price, YQ_ROUND_EXACT, &value), YQ_OK);
		if (o->action == YQ_BUY)
			value = yq_decimal_neg(value);
		else
			qty = yq_decimal_neg(qty);
		assert_int_equal(yq_decimal_add(sum->cash, value, &sum->cash), YQ_OK);
		assert_int_equal(yq_decimal_sub(sum->cash, f->fee, &sum->cash), YQ_OK);
		assert_int_equal(yq_decimal_add(sum->qty, qty, &sum->qty), YQ_OK);
	}
	return true;
}

static void
test_cash_and_position_are_the_sum_of_the_fills(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_paper_random r = { 42 };
	struct yq_id last = yq_id_random();
	struct sum sum = { D("100000"), YQ_DECIMAL_ZERO };
	struct desk d;

	(void)unused;
	s.partial_ppm = 400000;
	s.reject_ppm = 50000;
	s.slippage_bps = D("7");
	s.fees[YQ_COUNTRY_US] = (struct yq_paper_fee){ D("0.001"), D("0.35") };
	desk_open(&d, &s);
	price(&d, "100");
	for (int i = 0; i < 3000; i++)
		random_command(&d, &r, &last);
	yq_paper_each(d.book, add_fills, &sum);
	assert_true(d.fills > 500);
	assert_int_equal(yq_decimal_cmp(sum.cash, cash(&d)), 0);
	assert_int_equal(yq_decimal_cmp(sum.qty, held(&d)), 0);
	assert_true(yq_decimal_sign(cash(&d)) >= 0);
	assert_true(yq_decimal_sign(held(&d)) >= 0);
	yq_paper_book_free(d.book);
}

static char *
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

static void
journal_desk(struct desk *d, const struct yq_paper_settings *s, const char *path)
{
	struct yq_err err;

	*d = (struct desk){ 0 };
	d->book = yq_paper_book_make(s, desk_sink, d);
	if (yq_paper_journal_open(path, false, d->book, &d->journal, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

static void
desk_close(struct desk *d)
{
	yq_paper_journal_close(d->journal);
	yq_paper_book_free(d->book);
}

static void
test_a_journal_cut_at_every_byte_replays_to_the_last_whole_line(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_paper_random r = { 7 };
	struct yq_id last = yq_id_random();
	struct yq_buf before, after;
	struct desk d, again;
	struct yq_err err;
	char *path = temp_path();
	int64_t from, to;

	(void)unused;
	s.partial_ppm = 300000;
	journal_desk(&d, &s, path);
	yq_paper_book_found(d.book, "7f3a9c21");
	price(&d, "100");
	for (int i = 0; i < 200; i++)
		random_command(&d, &r, &last);
	assert_int_equal(yq_paper_journal_commit(d.journal, &err), YQ_OK);
	from = yq_paper_journal_bytes(d.journal);
	before = dump_book(d.book);
	buy(&d, "3"); /* one line: order and fill */
	assert_int_equal(yq_paper_journal_commit(d.journal, &err), YQ_OK);
	to = yq_paper_journal_bytes(d.journal);
	after = dump_book(d.book);
	desk_close(&d);
	for (int64_t cut = to; cut >= from; cut--) {
		struct yq_buf found;

		assert_int_equal(truncate(path, cut), 0);
		journal_desk(&again, &s, path);
		found = dump_book(again.book);
		assert_string_equal(yq_buf_text(&found), yq_buf_text(cut == to ? &after : &before));
		assert_int_equal(yq_paper_journal_bytes(again.journal), cut == to ? to : from);
		yq_buf_free(&found);
		desk_close(&again);
	}
	yq_buf_free(&before);
	yq_buf_free(&after);
	(void)unlink(path);
}

static void
test_a_compacted_journal_is_the_same_book(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_paper_random r = { 9 };
	struct yq_id last = yq_id_random();
	struct desk d, again;
	struct yq_err err;
	char *path = temp_path();

	(void)unused;
	s.partial_ppm = 300000;
	s.cash[YQ_USD] = D("100000000");
	journal_desk(&d, &s, path);
	yq_paper_book_found(d.book, "7f3a9c21");
	price(&d, "100");
	for (int i = 0; i < YQ_PAPER_FINALS + 3000; i++)
		random_command(&d, &r, &last);
	assert_int_equal(yq_paper_journal_commit(d.journal, &err), YQ_OK);
	assert_int_equal(yq_paper_journal_compact(d.journal, d.book, &err), YQ_OK);
	for (int i = 0; i < 100; i++)
		random_command(&d, &r, &last);
	assert_int_equal(yq_paper_journal_commit(d.journal, &err), YQ_OK);
	{
		struct yq_paper_book *other = yq_paper_book_make(&s, desk_sink, NULL);
		struct yq_paper_journal *locked;

		assert_int_equal(
		    yq_paper_journal_open(path, false, other, &locked, &err), YQ_E_STATE);
		yq_paper_book_free(other);
	}
	yq_paper_journal_close(d.journal);
	journal_desk(&again, &s, path);
	assert_same_book(d.book, again.book);
	yq_paper_book_free(d.book);
	desk_close(&again);
	(void)unlink(path);
}

static void
test_a_damaged_line_in_the_middle_is_refused(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_paper_book *book;
	struct yq_paper_journal *journal;
	struct desk d;
	struct yq_err err;
	char *path = temp_path();
	FILE *f;

	(void)unused;
	journal_desk(&d, &s, path);
	yq_paper_book_found(d.book, "7f3a9c21");
	for (int i = 0; i < 5; i++) {
		price(&d, i % 2 ? "100" : "101");
		yq_paper_journal_end_line(d.journal);
	}
	assert_int_equal(yq_paper_journal_commit(d.journal, &err), YQ_OK);
	desk_close(&d);
	f = fopen(path, "r+");
	assert_non_null(f);
	(void)fseek(f, 40, SEEK_SET);
	(void)fputc('#', f);
	(void)fclose(f);
	book = yq_paper_book_make(&s, desk_sink, NULL);
	assert_int_equal(yq_paper_journal_open(path, false, book, &journal, &err), YQ_E_CORRUPT);
	yq_paper_book_free(book);
	(void)unlink(path);
}

static void
test_the_book_is_fast_also_with_many_open_orders(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_LIMIT, "1");
	struct timespec a, b;
	double seconds;
	struct desk d;

	(void)unused;
	s.cash[YQ_USD] = D("100000000000");
	desk_open(&d, &s);
	price(&d, "200");
	o.price = yq_opt_decimal_of(D("1"));
	for (int i = 0; i < 10000; i++) {
		o.id = yq_id_random();
		assert_int_equal(submit(&d, &o), YQ_OK);
	}
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < 20000; i++) {
		price(&d, i % 2 ? "200" : "200.01");
		buy(&d, "1");
	}
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	print_message("# %.0f orders/s\n", 20000 / seconds);
	assert_true(20000 / seconds > 10000); /* five times that on an idle machine, optimized */
	yq_paper_book_free(d.book);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_market_order_trades_at_the_last_price),
		cmocka_unit_test(test_no_price_is_never_made_up_unless_asked_for),
		cmocka_unit_test(test_a_limit_rests_until_the_price_reaches_it),
		cmocka_unit_test(test_stops_wait_for_their_price),
		cmocka_unit_test(test_ioc_and_fok_do_not_rest),
		cmocka_unit_test(test_a_partial_fill_goes_on_until_all_is_filled),
		cmocka_unit_test(test_an_order_expires_cancels_and_changes),
		cmocka_unit_test(test_slippage_and_commission_are_charged),
		cmocka_unit_test(test_nothing_is_bought_without_cash_or_sold_without_stock),
		cmocka_unit_test(test_the_same_id_is_never_executed_twice),
		cmocka_unit_test(test_a_market_elsewhere_is_another_instrument),
		cmocka_unit_test(test_cash_and_position_are_the_sum_of_the_fills),
		cmocka_unit_test(test_a_journal_cut_at_every_byte_replays_to_the_last_whole_line),
		cmocka_unit_test(test_a_compacted_journal_is_the_same_book),
		cmocka_unit_test(test_a_damaged_line_in_the_middle_is_refused),
		cmocka_unit_test(test_the_book_is_fast_also_with_many_open_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
