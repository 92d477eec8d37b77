/* halts.c - the kill switches that stand: read, and taken away when they are over. */
#include "broker_gateway/halts.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/flatten.h"
#include "broker_gateway/gateway.h"

#define EVERY_NS INT64_C(3000000000)

void
gw_halts_now(struct gateway *gw)
{
	gw->halts.wanted = true;
	gw_soon(gw);
}

void
gw_halts_drop(struct gateway *gw)
{
	yq_halts_clear(&gw->halts.list);
}

/* ---- what is over ---- */

struct removal {
	struct gateway *gw;
	char text[YQ_HALT_TEXT_SIZE];
};

static void
on_removed(void *cookie, enum yq_rc rc, int64_t changed, const struct yq_err *err)
{
	struct removal *removal = cookie;

	if (rc != YQ_OK)
		yq_debug("a halt that is over still stands there: %s", err->text);
	if (rc == YQ_OK && changed > 0 && !removal->gw->stopped) {
		gw_notify(removal->gw, "Risk", "Info", "it is over: %s", removal->text);
		gw_halts_now(removal->gw);
	}
	free(removal);
}

/* Whoever is first takes it away, and only what says the same and is over by the server's clock. */
static void
take_away(struct gateway *gw, const struct yq_halt_entry *entry)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_halt_change change = {
		.field = entry->field, .expected = entry->value, .only_over = true
	};
	struct yq_halt_item item = { .kind = YQ_SUBMIT_RESUME, .changes = &change, .count = 1 };
	struct yq_act act = { .id = yq_id_random(), .timestamp_us = yq_clock_now_us(gw->clock) };
	struct removal *removal = yq_xcalloc(1, sizeof(*removal));

	removal->gw = gw;
	yq_halt_describe(entry->field, &entry->halt, removal->text, sizeof(removal->text));
	yq_str_copy_cut(
	    act.kind, sizeof(act.kind), yq_names_text(&yq_submit_kind_names, YQ_SUBMIT_RESUME));
	yq_str_copy_cut(act.target, sizeof(act.target), entry->field);
	yq_str_copy_cut(act.before, sizeof(act.before), removal->text);
	yq_str_copy_cut(act.reason, sizeof(act.reason), "its time is over");
	yq_str_copy_cut(act.hand.who, sizeof(act.hand.who), YQ_HALT_WHO_RISK);
	yq_str_copy_cut(act.hand.origin, sizeof(act.hand.origin), "BrokerGateway");
	yq_message_encode_act(&act, &payload);
	item.payload = yq_buf_text(&payload);
	item.length = payload.length;
	yq_step_halt(gw->valkey, &item, on_removed, removal);
}

/* ---- reading ---- */

static void
on_halts(void *cookie, enum yq_rc rc, struct yq_halts *halts, const struct yq_err *err)
{
	struct gateway *gw = cookie;
	int64_t now_us = yq_clock_now_us(gw->clock);

	if (gw->stopped)
		return;
	gw->halts.asking = false;
	gw->halts.due_ns = yq_clock_monotonic_ns(gw->clock) + EVERY_NS;
	if (rc != YQ_OK) { /* what was seen last goes on */
		yq_debug("kill switches cannot be read: %s", err->text);
		return;
	}
	yq_halts_clear(&gw->halts.list);
	gw->halts.list = *halts;
	*halts = (struct yq_halts){ 0 };
	gw->halts.known = true;
	gw->halts.flatten = false;
	for (size_t i = 0; i < gw->halts.list.count; i++) {
		const struct yq_halt_entry *entry = &gw->halts.list.items[i];

		if (!yq_halt_stands(&entry->halt, now_us))
			take_away(gw, entry);
		else if (entry->halt.flatten)
			gw->halts.flatten = true;
	}
	gw_flatten_soon(gw);
}

void
gw_halts_tick(struct gateway *gw)
{
	if (gw->halts.asking || !yq_valkey_is_up(gw->valkey) || !gw_lease_is_valid(gw) ||
	    (!gw->halts.wanted && yq_clock_monotonic_ns(gw->clock) < gw->halts.due_ns))
		return;
	gw->halts.wanted = false;
	gw->halts.asking = true;
	yq_halts_read(gw->valkey, on_halts, gw);
}
