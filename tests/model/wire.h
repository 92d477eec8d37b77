/*
 * wire.h - a connection of a life to the modelled server, seen from both ends.
 */
#ifndef YQ_TESTS_MODEL_WIRE_H
#define YQ_TESTS_MODEL_WIRE_H

#include "bus/link.h"
#include "life.h"

#define CHANNELS_MAX 4

struct demand { /* one command on its way */
	struct demand *next;
	struct yq_link *link;
	char *bytes;
	struct word *argv;
	size_t argc;
	bool lost;
};

struct yq_link {
	struct yq_link *next;
	struct life *life; /* NULL: it is dead */
	const struct yq_link_events *events;
	void *cookie;
	bool accepted; /* by the server; `up` when its life knows */
	bool up, closed, cut;
	struct demand *first, **last; /* written, not handed over */
	struct demand *way;	      /* on their way, in order */
	struct demand *blocked;
	struct demand *transaction; /* since MULTI */
	bool in_transaction;
	int64_t blocked_until_us;
	uint64_t queued, handed_over;
	int64_t arrives_us, answers_us; /* of the latest: nothing overtakes */
	int64_t connect_until_us;
	char channels[CHANNELS_MAX][YQ_KEY_SIZE];
	size_t channel_count;
	size_t refs; /* happenings that name it */
};

extern struct yq_link *links;
void demand_free(struct demand *d);
void link_unref(struct yq_link *link);
happen_fn demand_arrives; /* serve.c: at the server, which carries it out and answers */

#endif
