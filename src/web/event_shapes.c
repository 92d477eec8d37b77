/* event_shapes.c - frames, and what stands in them. */
#include "web/event_shapes.h"

#include "base/json.h"
#include "base/mem.h"
#include "bus/reply.h"

/* ---- the frame ---- */

static void
add_id(struct yq_buf *out, const struct yq_event_place *id)
{
	char text[YQ_EVENT_PLACE_SIZE];

	yq_event_place_format(id, text);
	yq_buf_add_format(out, "id: %s\n", text);
}

void
yq_event_begin(struct yq_buf *out, const char *name, const struct yq_event_place *id)
{
	if (id != NULL)
		add_id(out, id);
	yq_buf_add_format(out, "event: %s\ndata: ", name);
}

void
yq_event_end(struct yq_buf *out)
{
	yq_buf_add_text(out, "\n\n");
}

void
yq_event_move(struct yq_buf *out, const struct yq_event_place *id)
{
	add_id(out, id);
	yq_buf_add_char(out, '\n');
}

/* ---- what it carries ---- */

void
yq_event_put_signal(struct yq_json_writer *w, const struct yq_signal *signal)
{
	yq_json_begin_object(w);
	yq_api_put_id(w, "id", &signal->id);
	yq_json_put_text(w, "strategy", signal->strategy);
	yq_json_put_text(w, "ticker", signal->ticker);
	yq_api_put_time(
	    w, "at", signal->received_at_us != 0 ? signal->received_at_us : signal->timestamp_us);
	yq_json_end_object(w);
}

bool
yq_event_put_order(struct yq_json_writer *w, const struct redisReply *hash)
{
	size_t most = yq_reply_count(hash) / 2 + 1;
	YQ_CLEANUP(yq_freep) const char **executions = yq_xcalloc(most, sizeof(executions[0]));
	struct yq_order_state_full order;
	struct yq_err err;

	if (yq_reply_count(hash) == 0 ||
	    yq_state_order_read(hash, &order, executions, most, &err) != YQ_OK)
		return false;
	yq_put_live_order(w, &order, NULL);
	return true;
}
