/* life.c - a loop's turn, and the end of a process. */
#include "life.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "memory.h"

#define SPINS_MAX 500

enum { ACTIVE = 1, CLOSING = 2 };

static struct life *current; /* whose turn it is; NULL: the world's */

/* ---- libuv, as far as the program uses it ---- */

static struct life *
life_of(const uv_loop_t *loop)
{
	return loop->data;
}

uint64_t
uv_now(const uv_loop_t *loop)
{
	return life_of(loop)->now_ms;
}

int
uv_is_active(const uv_handle_t *handle)
{
	return (handle->u.fd & ACTIVE) != 0;
}

int
uv_is_closing(const uv_handle_t *handle)
{
	return (handle->u.fd & CLOSING) != 0;
}

int
uv_timer_init(uv_loop_t *loop, uv_timer_t *timer)
{
	struct life *life = life_of(loop);

	assert(life->timer_count < HANDLES_MAX);
	timer->loop = loop;
	timer->type = UV_TIMER;
	timer->u.fd = 0;
	life->timers[life->timer_count++] = timer;
	return 0;
}

int
uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout, uint64_t repeat)
{
	struct life *life = life_of(timer->loop);

	if (uv_is_closing((uv_handle_t *)timer))
		return UV_EINVAL;
	timer->timer_cb = cb;
	timer->timeout = life->now_ms + timeout;
	timer->repeat = repeat;
	timer->start_id = life->timer_starts++;
	timer->u.fd |= ACTIVE;
	return 0;
}

int
uv_timer_stop(uv_timer_t *timer)
{
	timer->u.fd &= ~ACTIVE;
	return 0;
}

int
uv_idle_init(uv_loop_t *loop, uv_idle_t *idle)
{
	struct life *life = life_of(loop);

	assert(life->idle_count < HANDLES_MAX);
	idle->loop = loop;
	idle->type = UV_IDLE;
	idle->u.fd = 0;
	life->idles[life->idle_count++] = idle;
	return 0;
}

int
uv_idle_start(uv_idle_t *idle, uv_idle_cb cb)
{
	if (!uv_is_active((uv_handle_t *)idle))
		idle->idle_cb = cb;
	idle->u.fd |= ACTIVE;
	return 0;
}

int
uv_idle_stop(uv_idle_t *idle)
{
	idle->u.fd &= ~ACTIVE;
	return 0;
}

void
uv_close(uv_handle_t *handle, uv_close_cb cb)
{
	struct life *life = life_of(handle->loop);

	assert(!uv_is_closing(handle) && life->closing_count < HANDLES_MAX);
	handle->close_cb = cb;
	handle->u.fd = CLOSING;
	life->closing[life->closing_count++] = handle;
}

/* ---- a turn ---- */

static uint64_t
loop_ms(void)
{
	return (uint64_t)world.now_us / 1000;
}

static uv_timer_t *
next_timer(const struct life *life)
{
	uv_timer_t *next = NULL;

	for (size_t i = 0; i < life->timer_count; i++) {
		uv_timer_t *t = life->timers[i];

		if (!uv_is_active((uv_handle_t *)t))
			continue;
		if (next == NULL || t->timeout < next->timeout ||
		    (t->timeout == next->timeout && t->start_id < next->start_id))
			next = t;
	}
	return next;
}

static void
run_timers(struct life *life)
{
	uint64_t before = life->timer_starts;
	uv_timer_t *timer;

	/* One that is started anew in its callback waits for the next turn. */
	while ((timer = next_timer(life)) != NULL && timer->timeout <= life->now_ms &&
	       timer->start_id < before) {
		timer->u.fd &= ~ACTIVE;
		if (timer->repeat > 0)
			(void)uv_timer_start(timer, timer->timer_cb, timer->repeat, timer->repeat);
		timer->timer_cb(timer);
	}
}

static void
run_idles(struct life *life)
{
	for (size_t i = 0; i < life->idle_count; i++)
		if (uv_is_active((uv_handle_t *)life->idles[i]))
			life->idles[i]->idle_cb(life->idles[i]);
}

static void
forget_handle(struct life *life, const uv_handle_t *handle)
{
	for (size_t i = 0; i < life->timer_count; i++)
		if ((uv_handle_t *)life->timers[i] == handle)
			life->timers[i--] = life->timers[--life->timer_count];
	for (size_t i = 0; i < life->idle_count; i++)
		if ((uv_handle_t *)life->idles[i] == handle)
			life->idles[i--] = life->idles[--life->idle_count];
}

static void
run_closing(struct life *life)
{
	uv_handle_t *list[HANDLES_MAX];
	size_t count = life->closing_count;

	memcpy(list, life->closing, sizeof(list));
	life->closing_count = 0;
	for (size_t i = 0; i < count; i++) {
		forget_handle(life, list[i]);
		if (list[i]->close_cb != NULL)
			list[i]->close_cb(list[i]);
	}
}

static void
arrival_free(struct arrival *a)
{
	if (a->drop != NULL)
		a->drop(a->context);
	free(a);
}

static void
run_arrivals(struct life *life)
{
	uint64_t most = world_random(12) + 1; /* so many the system told of at once */

	while (life->first != NULL && most-- > 0) {
		struct arrival *a = life->first;

		life->first = a->next;
		if (life->first == NULL)
			life->last = &life->first;
		life->delivering = a;
		a->deliver(a->context);
		life->delivering = NULL;
		arrival_free(a);
	}
}

/* Something has come, or is to leave, or its time has. */
static bool
has_cause(const struct life *life)
{
	const uv_timer_t *timer = next_timer(life);

	return life->first != NULL || life->closing_count > 0 || links_unflushed(life) ||
	       (life->told && !life->ending) || (life->drained && !life->stopped) ||
	       (timer != NULL && timer->timeout <= loop_ms());
}

bool
life_is_due(const struct life *life)
{
	if (life->paused)
		return false;
	if (has_cause(life))
		return true;
	for (size_t i = 0; i < life->idle_count; i++)
		if (uv_is_active((uv_handle_t *)life->idles[i]))
			return true;
	return false;
}

int64_t
life_next_us(const struct life *life)
{
	const uv_timer_t *timer = life->paused ? NULL : next_timer(life);

	return timer != NULL ? (int64_t)timer->timeout * 1000 : INT64_MAX;
}

static void
throw_away(struct life *life)
{
	links_drop(life);
	sessions_drop(life);
	while (life->first != NULL) {
		struct arrival *a = life->first;

		life->first = a->next;
		arrival_free(a);
	}
	if (life->delivering != NULL)
		arrival_free(life->delivering);
	(void)memory_drop(life->number);
	world.lives[life->place] = NULL;
	free(life);
}

struct life *
life_current(void)
{
	return current;
}

void
life_turn(struct life *life)
{
	if (setjmp(life->out) != 0) {
		(void)memory_owner(0);
		current = NULL;
		throw_away(life);
		return;
	}
	(void)memory_owner(life->number);
	current = life;
	life->now_ms = loop_ms();
	life->spins = has_cause(life) ? 0 : life->spins + 1;
	if (life->spins > SPINS_MAX)
		world_fail("life %u spins: it has turns and nothing to do in them", life->number);
	if (life->told && !life->ending)
		daemon_drain(life);
	run_timers(life);
	run_idles(life);
	links_flush(life);
	run_arrivals(life);
	run_closing(life);
	if (life->drained && !life->stopped)
		daemon_stop(life);
	(void)memory_owner(0);
	current = NULL;
}

/* ---- beginning and end ---- */

struct life *
life_start(int instance)
{
	size_t place = 0;
	struct life *life;

	while (place < LIVES_MAX && world.lives[place] != NULL)
		place++;
	if (place == LIVES_MAX)
		return NULL;
	life = yq_xcalloc(1, sizeof(*life));
	life->number = (unsigned)++world.life_count;
	life->place = place;
	life->instance = instance;
	life->last = &life->first;
	life->loop.data = life;
	life->now_ms = loop_ms();
	world.lives[place] = life;
	world_trace("life %u begins, instance %d", life->number, instance);
	(void)memory_owner(life->number);
	current = life;
	daemon_begin_life(life);
	current = NULL;
	(void)memory_owner(0);
	return life;
}

void
life_kill(struct life *life)
{
	world_trace("life %u is killed", life->number);
	count_up(COUNT_DEATHS);
	throw_away(life);
}

void
life_end(struct life *life)
{
	if (life->told)
		return;
	world_trace("life %u is told to end", life->number);
	life->told = true;
	life->told_us = world.now_us;
}

bool
life_bury(struct life *life)
{
	size_t left;

	if (!life->stopped || life->first != NULL || life->closing_count > 0)
		return false;
	for (size_t i = 0; i < life->timer_count; i++)
		if (uv_is_active((uv_handle_t *)life->timers[i]))
			return false;
	if (life->timer_count > 0 || life->idle_count > 0)
		world_fail("life %u ended with %zu timers and %zu idles open", life->number,
		    life->timer_count, life->idle_count);
	(void)memory_owner(life->number);
	daemon_end(life);
	(void)memory_owner(0);
	links_drop(life);
	sessions_drop(life);
	left = memory_drop(life->number);
	if (left > 0)
		world_fail("life %u ended and left %zu pieces of memory", life->number, left);
	world_trace("life %u has ended", life->number);
	world.lives[life->place] = NULL;
	free(life);
	return true;
}

void
life_arrives(struct life *life, void (*deliver)(void *), void (*drop)(void *), void *context)
{
	struct arrival *a = yq_xcalloc(1, sizeof(*a));

	*a = (struct arrival){ .deliver = deliver, .drop = drop, .context = context };
	*life->last = a;
	life->last = &a->next;
}

/* ---- effects ---- */

static void
wake(void *context)
{
	for (size_t i = 0; i < LIVES_MAX; i++)
		if (world.lives[i] != NULL &&
		    (void *)(uintptr_t)world.lives[i]->number == context) {
			world_trace("life %u goes on", world.lives[i]->number);
			world.lives[i]->paused = false;
		}
}

void
life_pause(struct life *life)
{
	count_up(COUNT_PAUSES);
	world_trace("life %u stands still", life->number);
	life->paused = true;
	world_in(world_between(10, world_chance(400) ? 500 : 15000) * MS, wake,
	    (void *)(uintptr_t)life->number);
}

unsigned
effect_begin(struct life *life, const char *what)
{
	unsigned before;

	if (life->pause_in > 0 && --life->pause_in == 0 && !world.calm) {
		before = memory_owner(0);
		life_pause(life);
		(void)memory_owner(before);
	}
	if (life->doom > 0 && --life->doom == 0) {
		world_trace("life %u dies at %s", life->number, what);
		count_up(COUNT_DEATHS);
		count_up(COUNT_DEATHS_INSIDE);
		longjmp(life->out, 1);
	}
	return memory_owner(0);
}

void
effect_end(struct life *life, unsigned before)
{
	(void)memory_owner(before);
	(void)life;
}
