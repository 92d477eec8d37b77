/*
 * model.c - the real gateway in a world of its own: a million random things happen to it, and
 * whenever it is quiet everything is compared with what really was.
 *
 *	YQ_MODEL_STEPS=n	how many things happen (1000000)
 *	YQ_MODEL_SEED=n		where chance begins; a run prints the one that repeats an episode
 *	YQ_MODEL_TRACE=1	tell everything as it happens
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acts.h"
#include "base/str.h"
#include "bus/schema.h"
#include "exchange.h"
#include "laws.h"
#include "life.h"
#include "wish.h"

#define STEPS	      1000000
#define EPISODE_STEPS 20000
#define QUIET_MAX_US  (1200 * SECOND) /* so long everything may take to be right again */
#define SHRINK_TRIES  12

/* ---- chance of the libraries, from the same seed ---- */

static const char *
random_name(void)
{
	return "the model's";
}

static uint32_t
random_word(void)
{
	return (uint32_t)world_random(UINT64_C(1) << 32);
}

static void
random_bytes(void *const bytes, const size_t size)
{
	for (size_t i = 0; i < size; i++)
		((unsigned char *)bytes)[i] = (unsigned char)world_random(256);
}

static randombytes_implementation chance = {
	.implementation_name = random_name, .random = random_word, .buf = random_bytes
};

/* ---- quiet points ---- */

static void
archive(void)
{
	for (struct wish *w = world.wishes->first; w != NULL; w = w->next) {
		enum yq_order_state state = w->archived ? YQ_ORDER_PENDING : wish_state(w);

		if (state == YQ_ORDER_STATE_COUNT || !yq_order_state_is_final(state) ||
		    world_chance(500))
			continue;
		server_remove(&world.server, wish_key(&w->order.id));
		w->archived = true;
	}
	server_remove(&world.server, yq_key_name(YQ_KEY_TRADES_QUEUE));
	server_trim(&world.server, yq_key_name(YQ_KEY_ORDER_STREAM));
	server_trim(&world.server, yq_key_name(YQ_KEY_EXECUTION_STREAM));
}

static void
end_all(void)
{
	bool left = true;

	for (size_t i = 0; i < LIVES_MAX; i++)
		if (world.lives[i] != NULL)
			life_end(world.lives[i]);
	for (int turn = 0; turn < 600 && left; turn++) {
		world_run_for(100 * MS);
		left = false;
		for (size_t i = 0; i < LIVES_MAX; i++)
			left = (world.lives[i] != NULL && !life_bury(world.lives[i])) || left;
	}
	if (left)
		world_fail("a life does not end");
}

static void
quiet(void)
{
	int64_t until_us = world.now_us + QUIET_MAX_US;
	const char *wrong = "";

	heal();
	world_run_for(10 * SECOND); /* what was late has come */
	while ((wrong = laws_quiet()) != NULL && world.now_us < until_us) {
		world_run_for(2 * SECOND);
		keep_alive();
	}
	if (wrong != NULL) {
		lives_tell();
		world_fail("%s", wrong);
	}
	count_up(COUNT_QUIETS);
	world_trace("quiet: all is as it is there");
	archive();
	if (world_chance(200))
		end_all();
	world.calm = false;
}

/* ---- an episode ---- */

static void
acting(void *context)
{
	int64_t us = world_chance(20) ? world_between(100, 4000) * MS : world_between(100, 30000);

	(void)context;
	if (world.calm) {
		world_in(SECOND, acting, NULL);
		return;
	}
	act();
	world_in(us, acting, NULL);
}

static void
episode(uint64_t seed, uint64_t steps)
{
	uint64_t next_quiet;

	world_open(seed);
	wishes_open();
	exchange_open();
	world.server.events = &law_events;
	world.again = acting;
	world_in(0, acting, NULL);
	while (world.steps < steps) {
		next_quiet = world.steps + 500 + world_random(3000);
		while (world.steps < steps && world.steps < next_quiet && world_step())
			;
		quiet();
	}
	world.calm = true;
	end_all();
	world_drain();
	exchange_close();
	wishes_close();
	law_flatten_forget();
	world_close();
}

/* ---- running, and finding the shortest run that fails ---- */

/* Each in a process of its own, so that what one leaves behind is nobody else's. */
static bool
try_episode(const char *folder, uint64_t seed, uint64_t steps, bool loud, uint64_t *counts)
{
	int status, ends[2];
	pid_t pid;

	if (pipe(ends) != 0)
		exit(2);
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		if (!loud)
			(void)!freopen("/dev/null", "w", stderr);
		(void)randombytes_set_implementation(&chance);
		world_watch();
		daemon_open(folder);
		episode(seed, steps);
		daemon_close();
		(void)!write(ends[1], world.counts, sizeof(world.counts));
		exit(0);
	}
	(void)close(ends[1]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(2);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		uint64_t more[YQ_COUNT(world.counts)] = { 0 };

		(void)!read(ends[0], more, sizeof(more));
		for (size_t i = 0; i < YQ_COUNT(more); i++)
			counts[i] += more[i];
	}
	(void)close(ends[0]);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
shrink(const char *folder, uint64_t seed, uint64_t steps)
{
	uint64_t low = 0, high = steps, counts[YQ_COUNT(world.counts)];

	for (int i = 0; i < SHRINK_TRIES && high - low > 50; i++) {
		uint64_t middle = (low + high) / 2;

		if (try_episode(folder, seed, middle, false, counts))
			low = middle;
		else
			high = middle;
	}
	fprintf(stderr,
	    "# a law is broken; again with: YQ_MODEL_SEED=%" PRIu64 " YQ_MODEL_STEPS=%" PRIu64 "\n",
	    seed, high);
	(void)try_episode(folder, seed, high, true, counts);
}

static uint64_t
from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	int64_t value;

	return text != NULL && yq_str_to_int64(text, 0, INT64_MAX, &value) ? (uint64_t)value
									   : otherwise;
}

static void
print_counts(const uint64_t *counts)
{
	static const char *const names[] = {
#define COUNT_NAME(ident, name) name,
		COUNTS(COUNT_NAME)
	};

	for (size_t i = 0; i < COUNT_COUNT; i++)
		printf("# %" PRIu64 " %s\n", counts[i], names[i]);
}

int
main(void)
{
	uint64_t steps = from_environment("YQ_MODEL_STEPS", STEPS);
	uint64_t seed = from_environment(
	    "YQ_MODEL_SEED", (uint64_t)yq_clock_now_us(yq_clock_system()) % 1000000000);
	uint64_t counts[YQ_COUNT(world.counts)] = { 0 };
	char folder[] = "/tmp/yq-model-XXXXXX";
	bool ok = true;

	if (sodium_init() < 0 || mkdtemp(folder) == NULL)
		return 2;
	printf("1..1\n# YQ_MODEL_SEED=%" PRIu64 " YQ_MODEL_STEPS=%" PRIu64 "\n", seed, steps);
	for (uint64_t done = 0, number = 0; ok && done < steps; number++) {
		uint64_t length = steps - done < EPISODE_STEPS ? steps - done : EPISODE_STEPS;

		fflush(stdout);
		ok = try_episode(folder, seed + number, length, false, counts);
		if (!ok)
			shrink(folder, seed + number, length);
		done += length;
	}
	(void)rmdir(folder);
	print_counts(counts);
	printf("%s 1 - the gateway keeps every law of the model\n", ok ? "ok" : "not ok");
	return ok ? 0 : 1;
}
