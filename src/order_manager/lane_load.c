/* lane_load.c - what a table sees of its lane while it loads. */
#include "order_manager/lane_parts.h"

#include "base/str.h"
#include "bus/refuse.h"

struct yq_valkey *
yq_lane_valkey(struct yq_lane *lane)
{
	return yq_daemon_valkey(lane->daemon);
}

#define AHEAD_US INT64_C(1000000) /* so much clocks of two machines may differ */

int64_t
yq_lane_age_us(const struct yq_lane *lane, const struct yq_lane_entry *entry)
{
	int64_t age_us = yq_clock_now_us(yq_lane_clock(lane)) - yq_entry_time_us(entry->id);

	return age_us < -AHEAD_US ? INT64_MAX : age_us;
}

const struct yq_clock *
yq_lane_clock(const struct yq_lane *lane)
{
	return yq_daemon_clock(lane->daemon);
}

size_t
yq_lane_count(const struct yq_lane *lane)
{
	return lane->count;
}

struct yq_lane_entry *
yq_lane_entry(struct yq_lane *lane, size_t index)
{
	return &lane->entries[index];
}

void *
yq_lane_rows(struct yq_lane *lane)
{
	return lane->rows;
}

void *
yq_lane_shared(struct yq_lane *lane)
{
	return lane->shared;
}

void
yq_lane_discard(struct yq_lane *lane, const struct yq_lane_entry *entry, const char *why)
{
	char text[YQ_ERR_TEXT_MAX + 160];

	yq_str_format(text, sizeof(text), "Entry %s of the %s cannot be archived: %s", entry->id,
	    lane->table->name, why);
	yq_daemon_notify(lane->daemon, "System", "Warning", text);
}
