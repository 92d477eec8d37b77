/* wish.h - every order that somebody outside asked for, and what has become of it so far. */
#ifndef YQ_TESTS_MODEL_WISH_H
#define YQ_TESTS_MODEL_WISH_H

#include "domain/order.h"
#include "domain/order_state.h"
#include "world.h"

struct wish {
	struct yq_table_node node;
	struct wish *next;
	struct yq_order order;
	struct wish *exits, *next_exit; /* made by its bracket; the next of the same one */
	uint64_t place;			/* in the order stream; 0 = not there yet */
	bool taken;			/* the exchange has had it */
	bool unsure;			/* only PUBLISHed: perhaps nobody heard it */
	bool archived;			/* final, and gone from the bus */
};

struct wishes {
	struct yq_table by_id;
	struct wish *first, **last;
	size_t count;
	uint64_t places;
	uint64_t last_taken[ACCOUNTS][8]; /* the latest place taken, by lane */
};

void wishes_open(void);
void wishes_close(void);
struct wish *wish_make(const struct yq_order *order);
struct wish *wish_find(const struct yq_id *id); /* NULL = nobody asked for it */
/* One that is in the open set, by chance; NULL = none. */
struct wish *wish_open_one(void);
/* Where it stands on the bus; YQ_ORDER_STATE_COUNT = not there. */
enum yq_order_state wish_state(const struct wish *wish);
const char *wish_key(const struct yq_id *id);

#endif
