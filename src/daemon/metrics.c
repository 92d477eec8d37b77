/* metrics.c - the registry of counters, gauges and histograms, and their text form. */
#include "daemon/metrics.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#define FIRST_BOUND_US INT64_C(50)

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

static const char *const kind_names[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
};

struct metric {
	enum metric_kind kind;
	const char *name, *labels, *help;
	void *value;
};

struct yq_metrics {
	struct metric items[YQ_METRICS_MAX];
	size_t count;
};

struct yq_metrics *
yq_metrics_make(void)
{
	return yq_xcalloc(1, sizeof(struct yq_metrics));
}

void
yq_metrics_free(struct yq_metrics *metrics)
{
	if (metrics == NULL)
		return;
	for (size_t i = 0; i < metrics->count; i++)
		free(metrics->items[i].value);
	free(metrics);
}

static void *
add(struct yq_metrics *metrics, enum metric_kind kind, size_t size, const char *name,
    const char *labels, const char *help)
{
	struct metric *metric;

	if (metrics->count == YQ_METRICS_MAX)
		YQ_PANIC("more than %d metrics", YQ_METRICS_MAX);
	metric = &metrics->items[metrics->count++];
	*metric = (struct metric){ kind, name, labels, help, yq_xcalloc(1, size) };
	return metric->value;
}

struct yq_counter *
yq_metrics_counter(
    struct yq_metrics *metrics, const char *name, const char *labels, const char *help)
{
	return add(metrics, METRIC_COUNTER, sizeof(struct yq_counter), name, labels, help);
}

struct yq_gauge *
yq_metrics_gauge(struct yq_metrics *metrics, const char *name, const char *labels, const char *help)
{
	return add(metrics, METRIC_GAUGE, sizeof(struct yq_gauge), name, labels, help);
}

struct yq_histogram *
yq_metrics_histogram(
    struct yq_metrics *metrics, const char *name, const char *labels, const char *help)
{
	return add(metrics, METRIC_HISTOGRAM, sizeof(struct yq_histogram), name, labels, help);
}

static int64_t
bound_us(unsigned bucket)
{
	return FIRST_BOUND_US << bucket;
}

void
yq_histogram_observe_us(struct yq_histogram *histogram, int64_t us)
{
	unsigned bucket = 0;

	if (us < 0)
		us = 0;
	while (bucket < YQ_HISTOGRAM_BUCKETS - 1 && us > bound_us(bucket))
		bucket++;
	histogram->buckets[bucket]++;
	histogram->sum_us += (uint64_t)us;
	histogram->count++;
}

int64_t
yq_histogram_quantile_us(const struct yq_histogram *histogram, unsigned per_mille)
{
	uint64_t rank = (histogram->count * per_mille + 999) / 1000, seen = 0;

	assert(per_mille <= 1000);
	if (histogram->count == 0)
		return 0;
	for (unsigned i = 0; i < YQ_HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen >= rank && seen > 0)
			return bound_us(i);
	}
	return bound_us(YQ_HISTOGRAM_BUCKETS - 1);
}

/* name{labels,extra} value */
static void
put_name(struct yq_buf *out, const struct metric *metric, const char *suffix, const char *extra)
{
	const char *labels = metric->labels == NULL ? "" : metric->labels;

	yq_buf_add_text(out, metric->name);
	yq_buf_add_text(out, suffix);
	if (labels[0] != '\0' || extra[0] != '\0')
		yq_buf_add_format(out, "{%s%s%s}", labels, labels[0] && extra[0] ? "," : "", extra);
	yq_buf_add_char(out, ' ');
}

static void
put_seconds(struct yq_buf *out, uint64_t us)
{
	yq_buf_add_format(out, "%llu.%06llu", (unsigned long long)(us / 1000000),
	    (unsigned long long)(us % 1000000));
}

static void
put_histogram(struct yq_buf *out, const struct metric *metric)
{
	const struct yq_histogram *histogram = metric->value;
	uint64_t seen = 0;
	char extra[48];

	for (unsigned i = 0; i < YQ_HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (i == YQ_HISTOGRAM_BUCKETS - 1)
			(void)yq_str_format(extra, sizeof(extra), "le=\"+Inf\"");
		else
			(void)yq_str_format(extra, sizeof(extra), "le=\"%lld.%06lld\"",
			    (long long)(bound_us(i) / 1000000), (long long)(bound_us(i) % 1000000));
		put_name(out, metric, "_bucket", extra);
		yq_buf_add_format(out, "%llu\n", (unsigned long long)seen);
	}
	put_name(out, metric, "_sum", "");
	put_seconds(out, histogram->sum_us);
	yq_buf_add_char(out, '\n');
	put_name(out, metric, "_count", "");
	yq_buf_add_format(out, "%llu\n", (unsigned long long)histogram->count);
}

static void
put_metric(struct yq_buf *out, const struct metric *metric)
{
	const struct yq_counter *counter = metric->value;
	const struct yq_gauge *gauge = metric->value;

	switch (metric->kind) {
	case METRIC_COUNTER:
		put_name(out, metric, "", "");
		yq_buf_add_format(out, "%llu\n", (unsigned long long)counter->value);
		break;
	case METRIC_GAUGE:
		put_name(out, metric, "", "");
		yq_buf_add_format(out, "%lld\n", (long long)gauge->value);
		break;
	case METRIC_HISTOGRAM:
		put_histogram(out, metric);
		break;
	}
}

void
yq_metrics_write(const struct yq_metrics *metrics, struct yq_buf *out)
{
	for (size_t i = 0; i < metrics->count; i++) {
		const struct metric *metric = &metrics->items[i];

		if (i == 0 || !yq_str_equal(metric->name, metrics->items[i - 1].name))
			yq_buf_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name,
			    metric->help, metric->name, kind_names[metric->kind]);
		put_metric(out, metric);
	}
}
