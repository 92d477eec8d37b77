/* ack.c - entries that need no other step than being acknowledged. */
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"

static void
on_acked(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct gateway *gw = cookie;

	if (gw->stopped)
		return;
	gw->acks.under_way = false;
	if (rc != YQ_OK) {
		yq_warn("acknowledging is tried again: %s", err->text);
		gw_retry_later(gw);
		return;
	}
	gw->acks.count -= gw->acks.sent;
	memmove(gw->acks.ids, gw->acks.ids + gw->acks.sent, gw->acks.count * sizeof(*gw->acks.ids));
	gw_soon(gw);
}

void
gw_ack_only(struct gateway *gw, const char *entry_id)
{
	if (entry_id[0] == '\0')
		return;
	if (gw->acks.count == gw->acks.room) {
		gw->acks.room = gw->acks.room == 0 ? 64 : gw->acks.room * 2;
		gw->acks.ids = yq_xrealloc(gw->acks.ids, gw->acks.room, sizeof(*gw->acks.ids));
	}
	yq_str_copy_cut(gw->acks.ids[gw->acks.count++], sizeof(*gw->acks.ids), entry_id);
	gw_soon(gw);
}

void
gw_acks_flush(struct gateway *gw)
{
	const char *ids[YQ_STEP_ITEMS_MAX];
	size_t count = gw->acks.count < YQ_STEP_ITEMS_MAX ? gw->acks.count : YQ_STEP_ITEMS_MAX;

	if (gw->acks.under_way || count == 0 || !yq_valkey_is_up(gw->valkey) ||
	    !gw_lease_is_valid(gw))
		return;
	for (size_t i = 0; i < count; i++)
		ids[i] = gw->acks.ids[i];
	gw->acks.under_way = true;
	gw->acks.sent = count;
	yq_step_ack(gw->valkey, YQ_GROUP_ORDER_INTAKE, gw->group, ids, count, on_acked, gw);
}
