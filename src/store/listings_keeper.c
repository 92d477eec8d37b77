/* listings_keeper.c - reads the listings when it is told to, and again when that fails. */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/listings.h"

/* The worker's thread has it while it runs. */
struct reading {
	struct yq_listings_keeper *keeper;
	struct yq_listings *listings;
};

struct yq_listings_keeper {
	struct yq_worker *worker; /* borrowed */
	uv_timer_t again;
	struct yq_listings *now;
	bool reading, wanted, closed, timer_closed;
	bool failed; /* the last reading: it was told */
};

/* ---- life ---- */

static void
free_when_over(struct yq_listings_keeper *keeper)
{
	if (!keeper->closed || !keeper->timer_closed || keeper->reading)
		return;
	yq_listings_free(keeper->now);
	free(keeper);
}

static void
on_again(uv_timer_t *timer)
{
	yq_listings_keeper_read(timer->data);
}

struct yq_listings_keeper *
yq_listings_keeper_make(uv_loop_t *loop, struct yq_worker *worker)
{
	struct yq_listings_keeper *keeper = yq_xcalloc(1, sizeof(*keeper));

	keeper->worker = worker;
	(void)uv_timer_init(loop, &keeper->again);
	keeper->again.data = keeper;
	return keeper;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	struct yq_listings_keeper *keeper = handle->data;

	keeper->timer_closed = true;
	free_when_over(keeper);
}

void
yq_listings_keeper_close(struct yq_listings_keeper *keeper)
{
	if (keeper == NULL)
		return;
	keeper->closed = true;
	uv_close((uv_handle_t *)&keeper->again, on_timer_closed);
}

bool
yq_listings_keeper_is_settled(const struct yq_listings_keeper *keeper)
{
	return keeper->now != NULL || keeper->failed;
}

const struct yq_listings *
yq_listings_keeper_now(const struct yq_listings_keeper *keeper)
{
	return keeper == NULL ? NULL : keeper->now;
}

/* ---- reading ---- */

static enum yq_rc
read_job(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct reading *reading = cookie;

	return yq_listings_read(firebird, &reading->listings, err);
}

/* What was known is known on. */
static void
failed(struct yq_listings_keeper *keeper, const struct yq_err *err)
{
	if (!keeper->failed)
		yq_info("the catalog is not read, and %s: %s",
		    keeper->now != NULL ? "stays as it was" : "what it says does not count",
		    err->text);
	keeper->failed = true;
	if (!keeper->closed)
		(void)uv_timer_start(&keeper->again, on_again, YQ_LISTINGS_AGAIN_MS, 0);
}

static void
taken(struct yq_listings_keeper *keeper, struct yq_listings *listings)
{
	yq_listings_free(keeper->now);
	keeper->now = listings;
	keeper->failed = false;
	if (yq_listings_count(listings) > 0)
		yq_info("the catalog has %zu instruments", yq_listings_count(listings));
}

static void
on_read(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct reading *reading = cookie;
	struct yq_listings_keeper *keeper = reading->keeper;

	if (rc == YQ_OK)
		taken(keeper, reading->listings);
	else
		failed(keeper, err);
	free(reading);
	keeper->reading = false;
	if (keeper->closed)
		free_when_over(keeper);
	else if (keeper->wanted)
		yq_listings_keeper_read(keeper);
}

static enum yq_rc
submit(struct yq_listings_keeper *keeper, struct yq_err *err)
{
	struct reading *reading = yq_xcalloc(1, sizeof(*reading));
	enum yq_rc rc;

	reading->keeper = keeper;
	rc = yq_worker_submit(keeper->worker, read_job, on_read, reading);
	if (rc == YQ_OK)
		return rc;
	free(reading);
	return yq_err_context(err, rc, "the worker takes no job");
}

void
yq_listings_keeper_read(struct yq_listings_keeper *keeper)
{
	struct yq_err err = { .text = "" };

	if (keeper->closed)
		return;
	keeper->wanted = keeper->reading;
	if (keeper->reading)
		return;
	(void)uv_timer_stop(&keeper->again);
	if (submit(keeper, &err) == YQ_OK)
		keeper->reading = true;
	else
		failed(keeper, &err);
}
