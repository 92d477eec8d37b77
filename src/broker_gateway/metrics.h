/* metrics.h - what the gateway counts. */
#ifndef YQ_BROKER_GATEWAY_METRICS_H
#define YQ_BROKER_GATEWAY_METRICS_H

#include "daemon/metrics.h"

struct gateway;

struct gw_metrics {
	struct yq_counter *taken, *sent, *fills, *refused, *rejected, *unknown, *canceled, *bad,
	    *syncs, *looks_orders, *looks_books, *look_failures, *differences, *untold_fills,
	    *late_trades, *foreign_orders, *fenced;
	struct yq_histogram *claim, *broker, *apply, *whole;
	struct yq_gauge *open, *waiting, *look_age;
};

void gw_metrics_open(struct gateway *gw);

#endif
