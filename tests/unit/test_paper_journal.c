/* test_paper_journal.c - the paper book at random: money, journal, speed. */
#include "paper_test.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "broker/paper_price.h"

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
	for (int i = 0; i < 40; i++)
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
test_what_rests_far_from_the_price_is_left_alone(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_LIMIT, "1");
	struct desk d;

	(void)unused;
	s.cash[YQ_USD] = D("100000000000");
	desk_open(&d, &s);
	price(&d, "200");
	o.price = yq_opt_decimal_of(D("1"));
	for (int i = 0; i < 2000; i++) {
		o.id = yq_id_random();
		assert_int_equal(submit(&d, &o), YQ_OK);
	}
	for (int i = 0; i < 2000; i++) {
		price(&d, i % 2 ? "200" : "200.01");
		buy(&d, "1");
	}
	assert_int_equal(d.fills, 2000); /* what was bought, and nothing else */
	check(held(&d), "2000");
	price(&d, "1");
	assert_int_equal(d.fills, 4000);
	check(held(&d), "4000");
	yq_paper_book_free(d.book);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cash_and_position_are_the_sum_of_the_fills),
		cmocka_unit_test(test_a_journal_cut_at_every_byte_replays_to_the_last_whole_line),
		cmocka_unit_test(test_a_compacted_journal_is_the_same_book),
		cmocka_unit_test(test_a_damaged_line_in_the_middle_is_refused),
		cmocka_unit_test(test_what_rests_far_from_the_price_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
