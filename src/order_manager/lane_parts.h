/*
 * lane_parts.h - what the files of a lane share.
 */
#ifndef YQ_ORDER_MANAGER_LANE_PARTS_H
#define YQ_ORDER_MANAGER_LANE_PARTS_H

#include "order_manager/lane.h"

struct yq_lane {
	struct yq_daemon *daemon;
	struct yq_worker *worker;
	const struct yq_lane_table *table;
	void *shared;
	uv_timer_t *timer;
	struct yq_lane_entry entries[YQ_LANE_MAX];
	size_t count;
	char read_to[YQ_ENTRY_ID_SIZE]; /* "" = the position is not known */
	bool busy;			/* from the timer to the end of a batch */
	bool poked;			/* ... meanwhile */
	bool full;			/* the last read brought as many as were asked for */
	size_t asked;			/* answers that load waits for */
	struct yq_err fault;
	unsigned in_flight; /* completions to come; memory stays until then */
	bool stopped, closed;
	bool behind; /* the last batch failed: it has been said */
	bool stale;  /* Valkey was away: what is in hand may not be what it has now */
	void *rows;  /* NULL while nothing is in hand */
	struct yq_counter *stored;
};

#endif
