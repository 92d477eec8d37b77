/*
 * bench.c - measure a running system: floor, latency, throughput.
 *
 *	bench floor      --endpoints FILE [--count N] [--rate R]
 *	bench latency    --endpoints FILE [--count N] [--rate R]
 *	bench throughput --endpoints FILE [--count N] [--connections C]
 *	bench profile    --endpoints FILE [--count N] [--rate R]
 *
 * Further: --alias NAME --tickers N --accounts N (NAME1 to NAMEn) --resting (orders that stay
 *open).
 *
 * Prints `name value` lines; bench/run puts them beside the targets.  Times in microseconds.
 */
#include <getopt.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "bench/endpoints.h"
#include "bench/load.h"
#include "bench/profile.h"

/* About as long as an alert on its way through the system. */
static const char payload[] =
    "{\"Id\":\"00000000-0000-0000-0000-000000000000\",\"Ticker\":\"AAPL\",\"Exchange\":\"NASDAQ\","
    "\"Currency\":\"USD\",\"Action\":\"Buy\",\"Price\":100.25,\"Strength\":100,"
    "\"Strategy\":\"Bench\",\"Timestamp\":\"2026-01-02T15:04:05.000000Z\",\"Type\":\"Market\","
    "\"TimeInForce\":\"Day\",\"ReceivedAt\":\"2026-01-02T15:04:05.000000Z\"}";

struct arguments {
	const char *endpoints;
	const char *alias;
	unsigned count, rate, connections, tickers, accounts, resting;
};

static int
compare_ns(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
print_percentiles(const char *name, int64_t *ns, unsigned count)
{
	if (count == 0)
		return;
	qsort(ns, count, sizeof(*ns), compare_ns);
	printf("%s_p50 %.1f\n", name, (double)ns[count / 2] / 1000.0);
	printf("%s_p99 %.1f\n", name, (double)ns[(uint64_t)count * 99 / 100] / 1000.0);
	printf("%s_max %.1f\n", name, (double)ns[count - 1] / 1000.0);
}

static int64_t
monotonic_ns(void)
{
	return yq_clock_monotonic_ns(yq_clock_system());
}

static redisContext *
log_in(const struct bench_endpoints *endpoints)
{
	redisContext *valkey = redisConnectUnix(endpoints->socket);

	if (valkey == NULL || valkey->err != 0) {
		fprintf(stderr, "bench: no connection to Valkey at %s\n", endpoints->socket);
		redisFree(valkey);
		return NULL;
	}
	freeReplyObject(redisCommand(valkey, "AUTH %s %s", endpoints->user, endpoints->password));
	return valkey;
}

/* What the four steps of an order (accept, decide, claim, apply) write, in bytes, as counted in the
 * append-only file. */
static const size_t step_bytes[] = { 460, 2000, 510, 1660 };
#define ENTRY_BYTES 60 /* of an XADD around its payload, as the file has it */

/* One flushed XADD after the other, at the pace at which alerts come. */
static int
time_entries(redisContext *valkey, const struct arguments *arguments, const char *entry,
    size_t length, int64_t *ns, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		int64_t from = monotonic_ns();
		redisReply *reply =
		    redisCommand(valkey, "XADD bench:floor * payload %b", entry, length);
		bool failed = reply == NULL || reply->type == REDIS_REPLY_ERROR;

		ns[i] = monotonic_ns() - from;
		if (failed)
			fprintf(stderr, "bench: %s\n", reply == NULL ? valkey->errstr : reply->str);
		freeReplyObject(reply);
		if (failed)
			return 1;
		if (arguments->rate != 0)
			usleep(1000000 / arguments->rate);
	}
	return 0;
}

/* The same with as many bytes as each step writes; the sum of the four. */
static int
run_sized_floor(redisContext *valkey, const struct arguments *arguments, int64_t *ns)
{
	unsigned count = arguments->count / YQ_COUNT(step_bytes) + 1;
	double sum = 0;

	for (size_t i = 0; i < YQ_COUNT(step_bytes); i++) {
		char *entry = yq_xcalloc(step_bytes[i], 1);

		memset(entry, 'x', step_bytes[i]);
		if (time_entries(
			valkey, arguments, entry, step_bytes[i] - ENTRY_BYTES, ns, count) != 0) {
			free(entry);
			return 1;
		}
		free(entry);
		qsort(ns, count, sizeof(*ns), compare_ns);
		sum += (double)ns[count / 2] / 1000.0;
	}
	printf("sized_floor_us_p50 %.1f\n", sum);
	return 0;
}

static int
run_floor(const struct arguments *arguments, const struct bench_endpoints *endpoints)
{
	redisContext *valkey = log_in(endpoints);
	int64_t *ns = yq_xcalloc(arguments->count + 1, sizeof(*ns));
	int status = valkey == NULL ? 1
				    : time_entries(valkey, arguments, payload, strlen(payload), ns,
					  arguments->count);

	if (status == 0) {
		print_percentiles("floor_us", ns, arguments->count);
		status = run_sized_floor(valkey, arguments, ns);
		freeReplyObject(redisCommand(valkey, "DEL bench:floor"));
	}
	redisFree(valkey);
	free(ns);
	return status;
}

static unsigned
keep_executed(const struct load_result *result, unsigned count)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++)
		if (result->execution_ns[i] != 0)
			result->execution_ns[kept++] = result->execution_ns[i];
	return kept;
}

static int
run_load(const struct arguments *arguments, const struct bench_endpoints *endpoints,
    struct profile *profile)
{
	char run[32];
	struct load_options options = {
		.host = endpoints->host,
		.port = endpoints->port,
		.secret = endpoints->secret,
		.socket = endpoints->socket,
		.user = endpoints->user,
		.password = endpoints->password,
		.alias = arguments->alias,
		.run = run,
		.connections = arguments->connections,
		.rate = arguments->rate,
		.count = arguments->count,
		.tickers = arguments->tickers,
		.accounts = arguments->accounts,
		.resting = arguments->resting != 0,
		.timeout_s = 600,
		.heard = profile == NULL ? NULL : profile_heard,
		.cookie = profile,
	};
	struct load_result result;
	struct yq_err err = { .rc = YQ_OK };

	yq_str_format(run, sizeof(run), "bench-%lld", (long long)monotonic_ns());
	if (load_run(&options, &result, &err) != YQ_OK) {
		fprintf(stderr, "bench: %s\n", err.text);
		load_result_clear(&result);
		return 1;
	}
	printf("posted %u\naccepted %u\nrefused %u\nexecuted %u\n", arguments->count,
	    result.accepted, result.refused, result.executed);
	printf("accepted_per_s %.0f\n",
	    (double)result.accepted * 1e9 / (double)(result.last_answer_ns - result.first_post_ns));
	printf(
	    "executed_per_s %.0f\n", (double)result.executed * 1e9 /
					 (double)(result.last_execution_ns - result.first_post_ns));
	printf("first_post_ns %lld\n", (long long)result.first_post_ns);
	print_percentiles("answer_us", result.answer_ns, arguments->count);
	print_percentiles(
	    "execution_us", result.execution_ns, keep_executed(&result, arguments->count));
	if (profile != NULL) {
		redisContext *bus = log_in(endpoints);

		if (bus != NULL)
			profile_print(profile, &result, arguments->count, bus);
		redisFree(bus);
	}
	load_result_clear(&result);
	return 0;
}

static int
run_profile(const struct arguments *arguments, const struct bench_endpoints *endpoints)
{
	struct profile *profile = profile_make();
	int status = run_load(arguments, endpoints, profile);

	profile_free(profile);
	return status;
}

static int
usage(void)
{
	fprintf(stderr, "usage: bench floor|latency|throughput|profile --endpoints FILE "
			"[--alias NAME] [--count N] [--rate R] [--connections C] [--tickers N] "
			"[--accounts N] [--resting]\n");
	return 2;
}

static unsigned
number(const char *text)
{
	int64_t value = 0;

	if (!yq_str_to_int64(text, 0, 100000000, &value)) {
		fprintf(stderr, "bench: \"%s\" is no whole number\n", text);
		exit(2);
	}
	return (unsigned)value;
}

/* False: not understood. */
static bool
read_arguments(int argc, char **argv, struct arguments *a)
{
	static const struct option options[] = {
		{ "endpoints", required_argument, NULL, 'e' },
		{ "alias", required_argument, NULL, 'a' },
		{ "count", required_argument, NULL, 'n' },
		{ "rate", required_argument, NULL, 'r' },
		{ "connections", required_argument, NULL, 'c' },
		{ "tickers", required_argument, NULL, 't' },
		{ "accounts", required_argument, NULL, 'm' },
		{ "resting", no_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned *const numbers[] = { ['n'] = &a->count,
		['r'] = &a->rate,
		['c'] = &a->connections,
		['t'] = &a->tickers,
		['m'] = &a->accounts };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return false;
		if (option == 'e')
			a->endpoints = optarg;
		else if (option == 'a')
			a->alias = optarg;
		else if (option == 'l')
			a->resting = 1;
		else
			*numbers[option] = number(optarg);
	}
	return optind + 1 == argc && a->endpoints != NULL && a->count != 0;
}

int
main(int argc, char **argv)
{
	struct arguments arguments = { NULL, "Bench", 2000, 100, 32, 50, 0, 0 };
	struct bench_endpoints endpoints;
	struct yq_err err = { .rc = YQ_OK };
	const char *what;

	if (!read_arguments(argc, argv, &arguments))
		return usage();
	what = argv[optind];
	if (bench_endpoints_read(arguments.endpoints, &endpoints, &err) != YQ_OK) {
		fprintf(stderr, "bench: %s\n", err.text);
		return 1;
	}
	if (yq_str_equal(what, "floor"))
		return run_floor(&arguments, &endpoints);
	if (yq_str_equal(what, "profile"))
		return run_profile(&arguments, &endpoints);
	if (yq_str_equal(what, "throughput"))
		arguments.rate = 0;
	else if (!yq_str_equal(what, "latency"))
		return usage();
	return run_load(&arguments, &endpoints, NULL);
}
