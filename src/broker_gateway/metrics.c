/* metrics.c - what the gateway counts. */
#include "broker_gateway/metrics.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"

void
gw_metrics_open(struct gateway *gw)
{
	struct yq_metrics *m = yq_daemon_metrics(gw->daemon);
	const struct {
		struct yq_counter **counter;
		const char *name, *help;
	} counters[] = {
		{ &gw->metrics.taken, "yq_gateway_orders_total", "Orders taken in." },
		{ &gw->metrics.sent, "yq_gateway_sent_total", "Orders sent to a broker." },
		{ &gw->metrics.fills, "yq_gateway_fills_total", "Executions booked." },
		{ &gw->metrics.refused, "yq_gateway_refused_total",
		    "Orders refused by our rules." },
		{ &gw->metrics.rejected, "yq_gateway_rejected_total", "Orders a broker rejected." },
		{ &gw->metrics.unknown, "yq_gateway_unknown_total", "Orders without an answer." },
		{ &gw->metrics.canceled, "yq_gateway_canceled_total", "Orders canceled." },
		{ &gw->metrics.bad, "yq_gateway_bad_messages_total", "Messages nobody can read." },
		{ &gw->metrics.syncs, "yq_gateway_syncs_total", "Full syncs." },
		{ &gw->metrics.looks_orders, "yq_gateway_order_looks_total",
		    "Looks at a broker's open orders and fills." },
		{ &gw->metrics.looks_books, "yq_gateway_book_looks_total",
		    "Looks at a broker's cash and positions." },
		{ &gw->metrics.look_failures, "yq_gateway_look_failures_total",
		    "Looks at a broker without an answer." },
		{ &gw->metrics.differences, "yq_gateway_differences_total",
		    "Cash and positions taken over from a broker because ours differed." },
		{ &gw->metrics.untold_fills, "yq_gateway_untold_fills_total",
		    "Executions found by asking that the broker had not told." },
		{ &gw->metrics.late_trades, "yq_gateway_late_trades_total",
		    "Executions of orders that had left the bus." },
		{ &gw->metrics.foreign_orders, "yq_gateway_foreign_orders_total",
		    "Open orders at a broker that are not ours." },
		{ &gw->metrics.fenced, "yq_gateway_leases_lost_total", "Leases lost." },
	};
	const struct {
		struct yq_histogram **histogram;
		const char *name, *help;
	} histograms[] = {
		{ &gw->metrics.claim, "yq_gateway_claim_seconds", "One claim call." },
		{ &gw->metrics.broker, "yq_gateway_broker_seconds",
		    "Submit to the broker's answer." },
		{ &gw->metrics.apply, "yq_gateway_apply_seconds", "One apply call." },
		{ &gw->metrics.whole, "yq_gateway_order_seconds", "Taken in to first recorded." },
	};

	for (size_t i = 0; i < YQ_COUNT(counters); i++)
		*counters[i].counter =
		    yq_metrics_counter(m, counters[i].name, NULL, counters[i].help);
	for (size_t i = 0; i < YQ_COUNT(histograms); i++)
		*histograms[i].histogram =
		    yq_metrics_histogram(m, histograms[i].name, NULL, histograms[i].help);
	gw->metrics.open = yq_metrics_gauge(m, "yq_gateway_orders", NULL, "Orders in hand.");
	gw->metrics.look_age = yq_metrics_gauge(m, "yq_gateway_look_age_seconds", NULL,
	    "Since the account looked at longest ago was looked at.");
	gw->metrics.waiting =
	    yq_metrics_gauge(m, "yq_gateway_waiting", NULL, "Orders and requests that wait.");
}
