/*
 * lane.h - one stream of the bus on its way into one table of Firebird.
 *
 * Entries are read from a position, gathered for a moment, joined with what else is known of them,
 * stored in one transaction, and only then the position moves.  Who hears that something is new
 * pokes the lane; it looks by itself every second.  A failure anywhere begins again at the
 * position, which is harmless: every table takes the same row twice.  While Firebird is away the
 * entries wait in the stream.  Loop thread only, but for `store`.
 */
#ifndef YQ_ORDER_MANAGER_LANE_H
#define YQ_ORDER_MANAGER_LANE_H

#include "bus/steps.h"
#include "daemon/daemon.h"
#include "store/worker.h"

struct yq_lane; /* opaque */

#define YQ_LANE_MAX 512 /* entries of a batch */

struct yq_lane_entry {
	char id[YQ_ENTRY_ID_SIZE];
	char kind[16];
	char *payload; /* NUL-terminated; owned by the lane */
	size_t length;
	bool wait; /* set by load: not ready, keep it for the next batch */
};

/* What one table makes of the entries in hand.  `rows` is its own memory, `rows_size` bytes, zeroed
 * before each batch. */
struct yq_lane_table {
	const char *name;    /* for messages: "orders" */
	const char *labels;  /* of the metric: "table=\"ORDERS\"" */
	enum yq_group group; /* whose place in the stream is the position */
	unsigned gather_ms;  /* a batch waits so long for company, out of the way of orders, and
				entries that were not ready until they are looked at again */
	size_t rows_size;
	/* Turn the entries into rows and ask the bus for what is missing (yq_lane_ask). */
	void (*load)(struct yq_lane *lane, void *rows);
	/* On the worker's thread: one transaction. */
	enum yq_rc (*store)(struct yq_firebird *firebird, void *rows, struct yq_err *err);
	/* It is committed: name what begins to leave the bus. */
	void (*stored)(struct yq_lane *lane, void *rows, struct yq_archived *archived);
	/* Release what rows hold, before their memory goes.  May be NULL. */
	void (*clear)(void *rows);
};

/* `shared` is what several lanes know together; borrowed. */
struct yq_lane *yq_lane_open(struct yq_daemon *daemon, struct yq_worker *worker,
    const struct yq_lane_table *table, void *shared);
/* There is something new in the stream. */
void yq_lane_poke(struct yq_lane *lane);
/* Valkey came or went, perhaps to another server, whose entries may have lower ids than those that
 * were read: begin at the position that it has. */
void yq_lane_look_again(struct yq_lane *lane);
/* Take nothing new; the present batch goes on. */
void yq_lane_stop(struct yq_lane *lane);
/* What is in hand stays behind the position.  NULL is a no-op. */
void yq_lane_close(struct yq_lane *lane);
bool yq_lane_is_idle(const struct yq_lane *lane);

/* For load and what it asks for. */
struct yq_valkey *yq_lane_valkey(struct yq_lane *lane);
const struct yq_clock *yq_lane_clock(const struct yq_lane *lane);
/* Since it was added to the stream; INT64_MAX when that is ahead of our clock, which must have been
 * set back: then nothing is waited for because it is young. */
int64_t yq_lane_age_us(const struct yq_lane *lane, const struct yq_lane_entry *entry);
size_t yq_lane_count(const struct yq_lane *lane);
struct yq_lane_entry *yq_lane_entry(struct yq_lane *lane, size_t index);
void *yq_lane_rows(struct yq_lane *lane);
void *yq_lane_shared(struct yq_lane *lane);
/* Before each question to the bus. */
void yq_lane_ask(struct yq_lane *lane);
/* First in each answer, and last: between the two the rows may be filled.  False: the lane is
 * closing, the rows may be gone; end at once without yq_lane_settle. */
YQ_NODISCARD bool yq_lane_answered(struct yq_lane *lane);
/* `rc` other than YQ_OK repeats the whole batch later. */
void yq_lane_settle(struct yq_lane *lane, enum yq_rc rc, const struct yq_err *err);
/* An entry that can never be stored: tell people, and let it go. */
void yq_lane_discard(struct yq_lane *lane, const struct yq_lane_entry *entry, const char *why);

#endif
