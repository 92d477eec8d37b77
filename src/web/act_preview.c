/* act_preview.c - POST /orders/preview: what would become of an order. */
#include "base/mem.h"
#include "desk/preview.h"
#include "web/acts.h"

static void
put_rules(struct yq_json_writer *w, const struct yq_trace *trace)
{
	yq_json_name(w, "rules");
	yq_json_begin_array(w);
	for (size_t i = 0; i < trace->count; i++) {
		yq_json_begin_object(w);
		yq_json_put_text(w, "name", trace->steps[i].rule);
		yq_json_put_bool(w, "passed", trace->steps[i].ok);
		yq_json_put_text(w, "text", trace->steps[i].text);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}

static void
put(struct yq_json_writer *w, const struct yq_order *order, const struct yq_preview *preview)
{
	yq_json_begin_object(w);
	yq_json_put_bool(w, "passes", preview->passes);
	put_rules(w, &preview->trace);
	yq_api_put_decimal(w, "qty", order->qty);
	yq_api_put_opt_decimal(w, "price", preview->price);
	yq_api_put_opt_decimal(w, "amount", preview->amount);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)order->currency);
	yq_api_put_decimal(w, "buyingPower", preview->buying_power);
	yq_api_put_decimal(w, "held", preview->held);
	yq_api_put_opt_decimal(w, "tick", preview->tick);
	yq_api_put_decimal(w, "lot", preview->lot);
	yq_json_put_bool(w, "marketOpen", preview->market_open);
	yq_json_put_text(w, "marketText", preview->market);
	yq_json_name(w, "warnings");
	yq_json_begin_array(w);
	for (size_t i = 0; i < preview->warning_count; i++)
		yq_json_add_text(w, preview->warnings[i]);
	yq_json_end_array(w);
	yq_json_end_object(w);
}

enum yq_rc
yq_act_preview(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct yq_preview *preview = yq_xcalloc(1, sizeof(*preview));
	struct yq_listing listing;
	struct yq_order order;
	bool listed = false;
	enum yq_rc rc = yq_act_make(call, &order, err);

	if (rc != YQ_OK)
		return rc;
	listing = yq_act_listing(call->desk, order.exchange, order.ticker, &listed);
	rc = yq_preview_make(call->desk, &order, &listing, listed, call->now_us, preview, err);
	if (rc == YQ_OK)
		put(call->out, &order, preview);
	return rc;
}
