/*
 * metrics.h - counters, gauges and histograms, shown in Prometheus' text form.
 *
 * Registering allocates, at start; updating is one addition and never does.  Loop thread only.
 */
#ifndef YQ_DAEMON_METRICS_H
#define YQ_DAEMON_METRICS_H

#include "base/buf.h"
#include "base/common.h"

#define YQ_METRICS_MAX 256

struct yq_metrics; /* opaque: the registry */

struct yq_counter {
	uint64_t value;
};
struct yq_gauge {
	int64_t value;
};

/* Upper bounds in us: 50 100 200 400 ... ; the last bucket is without bound. */
#define YQ_HISTOGRAM_BUCKETS 20
struct yq_histogram {
	uint64_t buckets[YQ_HISTOGRAM_BUCKETS];
	uint64_t sum_us;
	uint64_t count;
};

struct yq_metrics *yq_metrics_make(void);
void yq_metrics_free(struct yq_metrics *metrics); /* NULL is a no-op */

/*
 * `name` without unit suffix rules of its own ("yq_webhook_alerts_total"); `labels` as Prometheus
 * writes them without braces ("result=\"accepted\"") or NULL; texts must outlive the registry.
 * The same name with other labels is one family: register them one after the other.  Owned by the
 * registry.
 */
struct yq_counter *yq_metrics_counter(
    struct yq_metrics *metrics, const char *name, const char *labels, const char *help);
struct yq_gauge *yq_metrics_gauge(
    struct yq_metrics *metrics, const char *name, const char *labels, const char *help);
/* `name` should end in "_seconds": it is shown in seconds. */
struct yq_histogram *yq_metrics_histogram(
    struct yq_metrics *metrics, const char *name, const char *labels, const char *help);

static inline void
yq_counter_add(struct yq_counter *counter, uint64_t n)
{
	counter->value += n;
}

static inline void
yq_gauge_set(struct yq_gauge *gauge, int64_t value)
{
	gauge->value = value;
}

void yq_histogram_observe_us(struct yq_histogram *histogram, int64_t us); /* < 0 counts as 0 */
/* Upper bound in us of the bucket that holds the quantile (0-1000 per mille); 0 when empty. */
int64_t yq_histogram_quantile_us(const struct yq_histogram *histogram, unsigned per_mille);

void yq_metrics_write(const struct yq_metrics *metrics, struct yq_buf *out);

#endif
