/* world.c - virtual time, chance, the order of happenings, and what is told when a law breaks. */
#include "world.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "life.h"

struct world world;

/* ---- chance: splitmix64 ---- */

static uint64_t
next_random(void)
{
	uint64_t z = (world.random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t
world_random(uint64_t below)
{
	return next_random() % below;
}

int64_t
world_between(int64_t low, int64_t high)
{
	return low + (int64_t)world_random((uint64_t)(high - low + 1));
}

bool
world_chance(unsigned in_a_thousand)
{
	return world_random(1000) < in_a_thousand;
}

int64_t
world_wall_us(void)
{
	return world.now_us + world.wall_us;
}

void
count_up(enum count what)
{
	world.counts[what]++;
}

/* ---- happenings: a heap by time ---- */

static bool
is_before(const struct happening *a, const struct happening *b)
{
	return a->at_us < b->at_us || (a->at_us == b->at_us && a->number < b->number);
}

void
world_in(int64_t delay_us, happen_fn *fn, void *context)
{
	struct happening h = { world.now_us + delay_us, world.numbers++, fn, context };
	size_t at = world.heap_count++;

	if (at == world.heap_room) {
		world.heap_room = world.heap_room * 2 + 64;
		world.heap = yq_xrealloc(world.heap, world.heap_room, sizeof(*world.heap));
	}
	while (at > 0 && is_before(&h, &world.heap[(at - 1) / 2])) {
		world.heap[at] = world.heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	world.heap[at] = h;
}

static struct happening
heap_pop(void)
{
	struct happening first = world.heap[0], last = world.heap[--world.heap_count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < world.heap_count) {
		if (child + 1 < world.heap_count &&
		    is_before(&world.heap[child + 1], &world.heap[child]))
			child++;
		if (!is_before(&world.heap[child], &last))
			break;
		world.heap[at] = world.heap[child];
		at = child;
	}
	world.heap[at] = last;
	return first;
}

/* ---- steps ---- */

/* A turn of a life that has something to do; each takes a little time. */
static bool
turn_one(void)
{
	struct life *due[LIVES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < LIVES_MAX; i++)
		if (world.lives[i] != NULL && life_is_due(world.lives[i]))
			due[count++] = world.lives[i];
	if (count == 0)
		return false;
	life_turn(due[world_random(count)]);
	world.now_us += (int64_t)world_random(20) + 1;
	return true;
}

bool
world_step(void)
{
	int64_t next_us = INT64_MAX;
	struct happening h;

	if (world.heap_count > 0 && world.heap[0].at_us <= world.now_us && world_chance(600)) {
		h = heap_pop();
		world.steps++;
		h.fn(h.context);
		return true;
	}
	if (turn_one())
		return true;
	if (world.heap_count > 0)
		next_us = world.heap[0].at_us;
	for (size_t i = 0; i < LIVES_MAX; i++) {
		int64_t at_us = world.lives[i] != NULL ? life_next_us(world.lives[i]) : INT64_MAX;

		next_us = at_us < next_us ? at_us : next_us;
	}
	if (next_us == INT64_MAX)
		return false;
	if (next_us > world.now_us)
		world.now_us = next_us;
	if (world.heap_count > 0 && world.heap[0].at_us <= world.now_us) {
		h = heap_pop();
		world.steps++;
		h.fn(h.context);
	}
	return true;
}

void
world_run_for(int64_t us)
{
	int64_t until_us = world.now_us + us;

	while (world.now_us < until_us && world_step())
		;
}

/* What is still on its way ends without anybody. */
void
world_drain(void)
{
	while (world.heap_count > 0) {
		struct happening h = heap_pop();

		world.now_us = h.at_us > world.now_us ? h.at_us : world.now_us;
		if (h.fn != world.again)
			h.fn(h.context);
	}
}

void
world_open(uint64_t seed)
{
	uint64_t counts[32];

	memcpy(counts, world.counts, sizeof(counts)); /* of the whole run */
	world = (struct world){ .random = seed, .seed = seed };
	memcpy(world.counts, counts, sizeof(counts));
	world.now_us = INT64_C(1772463600) * SECOND; /* a Monday, 15:00 UTC: New York trades */
	server_open(&world.server);
}

void
world_close(void)
{
	server_close(&world.server);
	free(world.heap);
	world.heap = NULL;
}

/* ---- telling ---- */

void
world_trace(const char *format, ...)
{
	char *line = world.trace[world.trace_count++ % TRACE_LINES];
	va_list args;
	int length;

	length = snprintf(line, TRACE_LENGTH, "%10.6f %6" PRIu64 "  ",
	    (double)(world.now_us % (100000 * SECOND)) / 1e6, world.steps);
	va_start(args, format);
	(void)vsnprintf(line + length, TRACE_LENGTH - (size_t)length, format, args);
	va_end(args);
	if (getenv("YQ_MODEL_TRACE") != NULL)
		fprintf(stderr, "# %s\n", line);
}

static void
tell_trace(void)
{
	size_t first = world.trace_count > TRACE_LINES ? world.trace_count - TRACE_LINES : 0;

	for (size_t i = first; i < world.trace_count; i++)
		fprintf(stderr, "# %s\n", world.trace[i % TRACE_LINES]);
}

/* An assertion of the program's: a law too. */
static void
on_abort(int number)
{
	tell_trace();
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

void
world_watch(void)
{
	(void)signal(SIGABRT, on_abort);
}

void
world_fail(const char *format, ...)
{
	va_list args;

	tell_trace();
	fprintf(stderr, "# step %" PRIu64 ": ", world.steps);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	_Exit(1);
}

const char *
world_short(const struct yq_id *id)
{
	static char texts[8][12];
	static unsigned next;
	char *text = texts[next++ % 8];

	memcpy(text, id->text, 8);
	text[8] = '\0';
	return text;
}
