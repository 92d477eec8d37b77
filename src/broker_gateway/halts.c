/* halts.c - the kill switches that stand: read, and taken away when they are over. */
#include "broker_gateway/halts.h"

#include "base/log.h"
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

static void
on_removed(void *cookie, enum yq_rc rc, int64_t changed, const struct yq_err *err)
{
	struct gateway *gw = cookie;

	if (rc != YQ_OK)
		yq_debug("a halt that is over still stands there: %s", err->text);
	if (rc == YQ_OK && changed > 0 && !gw->stopped) {
		yq_info("a halt whose time is over is taken away");
		gw_halts_now(gw);
	}
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
			yq_halts_end(gw->valkey, entry, YQ_PROGRAM_GATEWAY, now_us, on_removed, gw);
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
