/* test_atr.c - the average true range against a published table, and what is no bar. */
#include "domain_test.h"

#include "domain/atr.h"

/*
 * QQQQ in April and May 2010: the worked example of StockCharts' ChartSchool (Average True Range),
 * period 14.  Its sheet computes with more digits of the prices than it prints, so its own averages
 * (`published`) agree with those of the printed prices to 0.01; `exact` was computed from the
 * printed prices with rational numbers, and rounded once at the end.
 */
static const struct bar {
	const char *high, *low, *close;
	const char *published, *exact; /* NULL: there is none yet */
} bars[] = {
	{ "48.70", "47.79", "48.16", NULL, NULL },
	{ "48.72", "48.14", "48.61", NULL, NULL },
	{ "48.90", "48.39", "48.75", NULL, NULL },
	{ "48.87", "48.37", "48.63", NULL, NULL },
	{ "48.82", "48.24", "48.74", NULL, NULL },
	{ "49.05", "48.64", "49.03", NULL, NULL },
	{ "49.20", "48.94", "49.07", NULL, NULL },
	{ "49.35", "48.86", "49.32", NULL, NULL },
	{ "49.92", "49.50", "49.91", NULL, NULL },
	{ "50.19", "49.87", "50.13", NULL, NULL },
	{ "50.12", "49.20", "49.53", NULL, NULL },
	{ "49.66", "48.90", "49.50", NULL, NULL },
	{ "49.88", "49.43", "49.75", NULL, NULL },
	{ "50.19", "49.73", "50.03", "0.56", "0.55428571" },
	{ "50.36", "49.26", "50.31", "0.59", "0.59326531" },
	{ "50.57", "50.09", "50.52", "0.59", "0.58517493" },
	{ "50.65", "50.30", "50.41", "0.57", "0.56837672" },
	{ "50.43", "49.21", "49.34", "0.62", "0.61492124" },
	{ "49.63", "48.98", "49.37", "0.62", "0.61742686" },
	{ "50.33", "49.61", "50.23", "0.64", "0.64189637" },
	{ "50.29", "49.20", "49.24", "0.67", "0.67390378" },
	{ "50.17", "49.43", "49.93", "0.69", "0.69219636" },
	{ "49.32", "48.08", "48.43", "0.78", "0.77489662" },
	{ "48.50", "47.64", "48.18", "0.78", "0.78097544" },
	{ "48.32", "41.55", "46.57", "1.21", "1.2087629" },
	{ "46.80", "44.28", "45.41", "1.30", "1.3024227" },
	{ "47.80", "47.31", "47.77", "1.38", "1.38010679" },
	{ "48.39", "47.20", "47.72", "1.37", "1.36652773" },
	{ "48.66", "47.90", "48.62", "1.34", "1.33606147" },
	{ "48.79", "47.73", "47.85", "1.32", "1.31634279" },
};

static void
assert_near(struct yq_decimal value, const char *expected, const char *at_most)
{
	struct yq_decimal off;

	assert_int_equal(yq_decimal_sub(value, dec(expected), &off), YQ_OK);
	assert_true(yq_decimal_cmp(yq_decimal_abs(off), dec(at_most)) <= 0);
}

static void
test_the_published_example_comes_out(void **unused)
{
	struct yq_atr atr = yq_atr_make(YQ_ATR_PERIOD);

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(bars); i++) {
		struct yq_opt_decimal value;

		assert_int_equal(
		    yq_atr_add(&atr, dec(bars[i].high), dec(bars[i].low), dec(bars[i].close)),
		    YQ_OK);
		value = yq_atr_value(&atr);
		assert_int_equal(value.set, bars[i].exact != NULL);
		if (!value.set)
			continue;
		assert_near(value.value, bars[i].exact, "0.0000001");
		assert_near(value.value, bars[i].published, "0.01");
	}
}

static void
test_what_is_no_bar_is_refused_and_changes_nothing(void **unused)
{
	static const struct bar wrong[] = {
		{ "10", "10.01", "10.01", NULL, NULL },
		{ "10", "9", "8.99", NULL, NULL },
		{ "10", "9", "10.01", NULL, NULL },
		{ "10", "0", "5", NULL, NULL },
		{ "10", "-1", "5", NULL, NULL },
	};
	struct yq_atr atr = yq_atr_make(1);

	(void)unused;
	assert_false(yq_atr_value(&atr).set);
	assert_int_equal(yq_atr_add(&atr, dec("10"), dec("9"), dec("9.5")), YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(wrong); i++)
		assert_int_equal(
		    yq_atr_add(&atr, dec(wrong[i].high), dec(wrong[i].low), dec(wrong[i].close)),
		    YQ_E_INVALID);
	assert_decimal(yq_atr_value(&atr).value, "1");
	/* A gap counts from the last close. */
	assert_int_equal(yq_atr_add(&atr, dec("12"), dec("11"), dec("11")), YQ_OK);
	assert_decimal(yq_atr_value(&atr).value, "2.5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_published_example_comes_out),
		cmocka_unit_test(test_what_is_no_bar_is_refused_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
