/* resync.c - the set of open orders first, then each of them, a window at a time. */
#include "order_manager/resync.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

struct yq_resync {
	struct yq_valkey *valkey;
	const struct yq_resync_events *events;
	void *cookie;
	struct yq_id *ids;
	size_t count, asked, in_flight;
	enum yq_rc rc;
	bool canceled;
};

static void
end(struct yq_resync *resync)
{
	if (!resync->canceled)
		resync->events->done(resync->cookie, resync->rc, resync->ids, resync->count);
	free(resync->ids);
	free(resync);
}

static void on_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *order, const struct yq_err *err);

static void
fill_window(struct yq_resync *resync)
{
	bool goes_on = resync->rc == YQ_OK && !resync->canceled;

	while (goes_on && resync->asked < resync->count && resync->in_flight < YQ_RESYNC_WINDOW) {
		resync->in_flight++;
		yq_state_order(resync->valkey, &resync->ids[resync->asked++], on_order, resync);
	}
	if (resync->in_flight == 0)
		end(resync);
}

/* An order that vanished meanwhile is final; one that nobody can read does not hold up the rest. */
static void
on_order(
    void *cookie, enum yq_rc rc, const struct yq_order_state_full *order, const struct yq_err *err)
{
	struct yq_resync *resync = cookie;

	resync->in_flight--;
	if (rc == YQ_OK && !resync->canceled)
		resync->events->order(resync->cookie, order);
	else if (rc == YQ_E_CORRUPT)
		yq_warn("an open order cannot be read: %s", err->text);
	else if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		resync->rc = rc;
	fill_window(resync);
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(
	    ((const struct yq_id *)a)->text, ((const struct yq_id *)b)->text, YQ_ID_LENGTH);
}

static void
on_ids(void *cookie, enum yq_rc rc, const struct yq_id *ids, size_t count, const struct yq_err *err)
{
	struct yq_resync *resync = cookie;

	resync->in_flight--;
	resync->rc = rc;
	if (rc != YQ_OK)
		yq_debug("open orders cannot be read: %s", err->text);
	if (rc == YQ_OK && count > 0) {
		resync->ids = yq_xcalloc(count, sizeof(*ids));
		memcpy(resync->ids, ids, count * sizeof(*ids));
		resync->count = count;
		qsort(resync->ids, count, sizeof(*ids), compare_ids);
	}
	fill_window(resync);
}

struct yq_resync *
yq_resync_start(struct yq_valkey *valkey, const struct yq_resync_events *events, void *cookie)
{
	struct yq_resync *resync = yq_xcalloc(1, sizeof(*resync));

	resync->valkey = valkey;
	resync->events = events;
	resync->cookie = cookie;
	resync->in_flight = 1;
	yq_state_open_orders(valkey, on_ids, resync);
	return resync;
}

void
yq_resync_cancel(struct yq_resync *resync)
{
	if (resync != NULL)
		resync->canceled = true;
}
