/*
 * world.h - a world of its own for the gateway: virtual time, chance, and everything that happens,
 * one thing after another.
 *
 * One seed gives one run, to the last byte.  All of a test's threads, sockets and clocks are this.
 */
#ifndef YQ_TESTS_MODEL_WORLD_H
#define YQ_TESTS_MODEL_WORLD_H

#include "base/common.h"
#include "base/id.h"
#include "server.h"

#define LIVES_MAX    4
#define ACCOUNTS     4
#define US	     INT64_C(1)
#define MS	     INT64_C(1000)
#define SECOND	     INT64_C(1000000)
#define TRACE_LINES  120
#define TRACE_LENGTH 240

typedef void happen_fn(void *context);

struct happening { /* something that is due */
	int64_t at_us;
	uint64_t number; /* of two at the same time the older one comes first */
	happen_fn *fn;
	void *context;
};

struct exchange; /* exchange.h */
struct life;	 /* life.h */
struct wishes;	 /* wish.h */

struct world {
	uint64_t random;
	uint64_t seed;
	int64_t now_us;	      /* true time; nobody sees it */
	int64_t wall_us;      /* what the machine's wall clock is ahead of it */
	int64_t jumped_at_us; /* when that last changed */
	uint64_t steps;	      /* things that happened */
	struct happening *heap;
	size_t heap_count, heap_room;
	uint64_t numbers;
	struct life *lives[LIVES_MAX];
	uint64_t life_count; /* that there ever were */
	struct server server;
	int64_t frozen_until_us; /* the server stands still */
	int64_t down_until_us;	 /* ... or is not there */
	struct exchange *exchange;
	struct wishes *wishes;
	bool calm;	  /* no new faults */
	happen_fn *again; /* what happens for ever, but for world_drain */
	char trace[TRACE_LINES][TRACE_LENGTH];
	size_t trace_count;
	uint64_t counts[40]; /* what happened: see enum count */
};
extern struct world world;

/* What the end of a run tells. */
/* clang-format off */
#define COUNTS(X) \
	X(ORDERS, "orders") \
	X(CANCELS, "cancels") \
	X(REPLACES, "replaces") \
	X(FILLS, "fills") \
	X(LOST_ANSWERS, "broker answers lost") \
	X(LOST_REQUESTS, "requests lost") \
	X(LOST_EVENTS, "events lost") \
	X(TWICE_EVENTS, "events told twice") \
	X(REJECTS, "rejects") \
	X(DEATHS, "deaths") \
	X(DEATHS_INSIDE, "deaths within a step") \
	X(PAUSES, "pauses") \
	X(CUTS, "connections cut") \
	X(FREEZES, "server freezes") \
	X(OUTAGES, "server outages") \
	X(JUMPS, "clock jumps") \
	X(HALTS, "halts") X(FLATTENS, "closed by halts") \
	X(TAKEOVERS, "leases that changed hands") \
	X(UNKNOWN, "unknown orders") \
	X(BRACKETS, "brackets") \
	X(EXITS, "exits of brackets") \
	X(EXIT_FILLS, "... that were executed") \
	X(QUIETS, "quiet points")
/* clang-format on */
#define COUNT_VALUE(ident, name) COUNT_##ident,
enum count { COUNTS(COUNT_VALUE) COUNT_COUNT };
void count_up(enum count what);

void world_open(uint64_t seed);
void world_close(void);
/* Something happens; false when nothing is due any more. */
bool world_step(void);
void world_run_for(int64_t us);

void world_drain(void);

void world_in(int64_t delay_us, happen_fn *fn, void *context);
/* 0 .. below - 1 */
uint64_t world_random(uint64_t below);
int64_t world_between(int64_t low, int64_t high);
bool world_chance(unsigned in_a_thousand);
/* The wall clock as programs see it. */
int64_t world_wall_us(void);

/* Tell what led to it also when an assertion of the program fails. */
void world_watch(void);
void world_trace(const char *format, ...) YQ_PRINTF(1, 2);
/* A law is broken: tell what led to it, and end the program. */
YQ_NORETURN void world_fail(const char *format, ...) YQ_PRINTF(1, 2);
/* For what happens to be traced by people: "order 1f3a9c" */
const char *world_short(const struct yq_id *id);

#endif
