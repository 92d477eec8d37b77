/* test_exchange_journal.c - the simulated exchange's book lives through whatever ends it. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exchange_test.h"
#include "same_text.h"

#include "base/str.h"
#include "simulator/journal.h"

struct scene {
	char folder[64], path[96];
};

static int
setup(void **state)
{
	static struct scene scene;

	(void)yq_str_format(scene.folder, sizeof(scene.folder), "/tmp/yq-exchange-XXXXXX");
	assert_non_null(mkdtemp(scene.folder));
	(void)yq_str_format(scene.path, sizeof(scene.path), "%s/book", scene.folder);
	*state = &scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;

	(void)unlink(scene->path);
	return rmdir(scene->folder);
}

/* A book with a filled, a resting and a canceled order, a bracket, and two accounts. */
static void
trade_something(struct market *m)
{
	struct sim_ask ask = limit_of(m, YQ_BUY, "10", NULL);
	struct sim_order *o;

	(void)take(m, &ask);
	ask = limit_of(m, YQ_SELL, "4", "110");
	(void)take(m, &ask);
	ask = limit_of(m, YQ_BUY, "3", "95");
	ask.client_id = "resting \"one\"";
	o = take(m, &ask);
	ask = limit_of(m, YQ_BUY, "3", "94");
	assert_int_equal(sim_cancel(m->x,
			     take(m, &(struct sim_ask){ .account = m->account,
					 .instrument = m->apple,
					 .action = YQ_BUY,
					 .type = YQ_TYPE_LIMIT,
					 .qty = dec("1"),
					 .price = opt("50") }),
			     m->now_us, &m->err),
	    SIM_DONE);
	ask = limit_of(m, YQ_BUY, "10", "99");
	ask.order_class = SIM_CLASS_BRACKET;
	ask.profit = opt("120");
	ask.loss_stop = opt("80");
	(void)take(m, &ask);
	assert_int_equal(sim_replace(m->x, o, &(struct sim_change){ .price = opt("96") }, m->now_us,
			     &o, &m->err),
	    SIM_DONE);
	assert_true(sim_key_fits(m->x, "key", "secret"));
	price_is(m, "98.5");
}

static void
commit(struct sim_journal *journal)
{
	struct yq_err err;

	if (sim_journal_commit(journal, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

static struct sim_journal *
open_at(const struct scene *scene, struct sim_exchange *x)
{
	struct sim_journal *journal;
	struct yq_err err;

	if (sim_journal_open(scene->path, true, x, &journal, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return journal;
}

static struct sim_exchange *
read_back(const struct scene *scene)
{
	struct sim_settings settings = quiet_settings();
	struct sim_exchange *x = sim_exchange_make(&settings, "other");

	sim_journal_close(open_at(scene, x));
	return x;
}

static void
assert_same_books(struct sim_exchange *a, struct sim_exchange *b)
{
	struct yq_buf one = book_text(a), two = book_text(b);

	assert_same_text(yq_buf_text(&one), yq_buf_text(&two));
	yq_buf_free(&one);
	yq_buf_free(&two);
}

static void
test_what_was_committed_is_there_again(void **state)
{
	const struct scene *scene = *state;
	struct sim_journal *journal;
	struct sim_exchange *again;
	struct market m;

	market_open(&m);
	journal = open_at(scene, m.x);
	commit(journal);
	trade_something(&m);
	commit(journal);
	sim_journal_close(journal);
	again = read_back(scene);
	assert_same_books(m.x, again);
	/* ... and what works goes on to work, with what it reserves. */
	assert_true(yq_decimal_cmp(sim_account(again, "Someone")->book->reserved[YQ_USD],
			m.account->book->reserved[YQ_USD]) == 0);
	price_is(&m, "125");
	sim_set_price(again, sim_instrument(again, YQ_NASDAQ, "AAPL"), dec("125"),
	    YQ_OPT_DECIMAL_NONE, YQ_OPT_DECIMAL_NONE, m.now_us);
	assert_same_books(m.x, again);
	sim_exchange_free(again);
	market_close(&m);
}

static void
test_a_torn_tail_did_not_happen(void **state)
{
	const struct scene *scene = *state;
	struct sim_journal *journal;
	struct sim_exchange *again;
	struct yq_buf before;
	struct market m;
	int64_t whole, all;

	market_open(&m);
	journal = open_at(scene, m.x);
	trade_something(&m);
	commit(journal);
	whole = sim_journal_bytes(journal);
	before = book_text(m.x);
	price_is(&m, "130");
	commit(journal);
	all = sim_journal_bytes(journal);
	sim_journal_close(journal);
	market_close(&m);
	for (int64_t cut = all - 1; cut > whole; cut -= 7) {
		struct yq_buf text;

		assert_int_equal(truncate(scene->path, cut), 0);
		again = read_back(scene);
		text = book_text(again);
		assert_same_text(yq_buf_text(&text), yq_buf_text(&before));
		yq_buf_free(&text);
		sim_exchange_free(again);
		assert_int_equal(truncate(scene->path, all), 0); /* zeros: no line either */
	}
	yq_buf_free(&before);
}

static void
test_a_damaged_line_is_refused(void **state)
{
	const struct scene *scene = *state;
	struct sim_settings settings = quiet_settings();
	struct sim_journal *journal;
	struct sim_exchange *x;
	struct yq_err err;
	struct market m;
	int fd;

	market_open(&m);
	journal = open_at(scene, m.x);
	commit(journal);
	trade_something(&m);
	commit(journal);
	sim_journal_close(journal);
	market_close(&m);
	fd = open(scene->path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "?", 1, 20), 1);
	(void)close(fd);
	x = sim_exchange_make(&settings, "other");
	assert_int_equal(sim_journal_open(scene->path, true, x, &journal, &err), YQ_E_CORRUPT);
	assert_non_null(strstr(err.text, "line 1"));
	sim_exchange_free(x);
}

static void
test_a_rewritten_journal_says_the_same(void **state)
{
	const struct scene *scene = *state;
	struct sim_journal *journal;
	struct sim_exchange *again;
	struct yq_err err;
	struct market m;
	int64_t grown;

	market_open(&m);
	journal = open_at(scene, m.x);
	trade_something(&m);
	commit(journal);
	for (int i = 0; i < 50; i++) {
		price_is(&m, i % 2 == 0 ? "98.4" : "98.6");
		commit(journal);
	}
	grown = sim_journal_bytes(journal);
	assert_int_equal(sim_journal_compact(journal, &err), YQ_OK);
	assert_true(sim_journal_bytes(journal) < grown);
	price_is(&m, "97");
	commit(journal);
	sim_journal_close(journal);
	again = read_back(scene);
	assert_same_books(m.x, again);
	sim_exchange_free(again);
	market_close(&m);
}

static void
test_a_book_has_one_process(void **state)
{
	const struct scene *scene = *state;
	struct sim_settings settings = quiet_settings();
	struct sim_exchange *x = sim_exchange_make(&settings, "a");
	struct sim_journal *journal = open_at(scene, x), *second;
	struct yq_err err;

	assert_int_equal(sim_journal_open(scene->path, true, x, &second, &err), YQ_E_STATE);
	sim_journal_close(journal);
	sim_exchange_free(x);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_committed_is_there_again),
		TEST(test_a_torn_tail_did_not_happen),
		TEST(test_a_damaged_line_is_refused),
		TEST(test_a_rewritten_journal_says_the_same),
		TEST(test_a_book_has_one_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
