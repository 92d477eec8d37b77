/* test_metrics.c - counters, gauges and histograms in Prometheus' text form. */
#include <string.h>

#include "test.h"

#include "daemon/metrics.h"

static void
assert_has(const struct yq_buf *text, const char *line)
{
	if (strstr(yq_buf_text(text), line) == NULL)
		fail_msg("no \"%s\" in\n%s", line, yq_buf_text(text));
}

static void
test_a_family_is_described_once_and_every_value_shown(void **state)
{
	struct yq_metrics *metrics = yq_metrics_make();
	struct yq_counter *good = yq_metrics_counter(metrics, "a_total", "r=\"good\"", "Things.");
	struct yq_counter *bad = yq_metrics_counter(metrics, "a_total", "r=\"bad\"", "Things.");
	struct yq_gauge *gauge = yq_metrics_gauge(metrics, "b", NULL, "Level.");
	struct yq_buf text = yq_buf_make(65536);

	(void)state;
	yq_counter_add(good, 3);
	yq_counter_add(bad, 1);
	yq_gauge_set(gauge, -7);
	yq_metrics_write(metrics, &text);
	assert_string_equal(yq_buf_text(&text), "# HELP a_total Things.\n# TYPE a_total counter\n"
						"a_total{r=\"good\"} 3\na_total{r=\"bad\"} 1\n"
						"# HELP b Level.\n# TYPE b gauge\nb -7\n");
	yq_buf_free(&text);
	yq_metrics_free(metrics);
}

static void
test_a_histogram_counts_each_value_at_or_below_its_bound(void **state)
{
	struct yq_metrics *metrics = yq_metrics_make();
	struct yq_histogram *histogram =
	    yq_metrics_histogram(metrics, "t_seconds", "k=\"v\"", "Time.");
	struct yq_buf text = yq_buf_make(65536);

	(void)state;
	assert_int_equal(yq_histogram_quantile_us(histogram, 500), 0);
	yq_histogram_observe_us(histogram, -5);
	yq_histogram_observe_us(histogram, 50);
	yq_histogram_observe_us(histogram, 51);
	yq_histogram_observe_us(histogram, INT64_C(1000000000));
	yq_metrics_write(metrics, &text);
	assert_has(&text, "t_seconds_bucket{k=\"v\",le=\"0.000050\"} 2\n");
	assert_has(&text, "t_seconds_bucket{k=\"v\",le=\"0.000100\"} 3\n");
	assert_has(&text, "t_seconds_bucket{k=\"v\",le=\"+Inf\"} 4\n");
	assert_has(&text, "t_seconds_sum{k=\"v\"} 1000.000101\n");
	assert_has(&text, "t_seconds_count{k=\"v\"} 4\n");
	assert_int_equal(yq_histogram_quantile_us(histogram, 500), 50);
	assert_int_equal(yq_histogram_quantile_us(histogram, 750), 100);
	yq_buf_free(&text);
	yq_metrics_free(metrics);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_family_is_described_once_and_every_value_shown),
		cmocka_unit_test(test_a_histogram_counts_each_value_at_or_below_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
