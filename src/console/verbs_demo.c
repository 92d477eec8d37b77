/* verbs_demo.c - a stream of made-up alerts, posted as TradingView would. */
#include "base/mem.h"
#include "base/str.h"
#include "console/command_line.h"
#include "console/find.h"
#include "net/http_post.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define COUNT_DEFAULT 20
#define COUNT_MAX     1000000
#define RATE_DEFAULT  5
#define RATE_MAX      10000
#define TIMEOUT_MS    5000
#define BODY_MAX      2048
#define ANSWER_MAX    4096

/* Prices in cents; each alert moves its own a little. */
struct instrument {
	const char *ticker;
	int64_t cents;
	int64_t bought; /* alerts to buy that were accepted, less those to sell */
};

struct demo {
	const struct yq_call *call;
	struct yq_endpoints endpoints;
	struct yq_http_post *post;
	struct instrument instruments[5];
	uint64_t random;
	int64_t count, rate, accepted, refused;
};

/* xorshift64: plausible is enough. */
static uint64_t
next_random(struct demo *demo, uint64_t below)
{
	demo->random ^= demo->random << 13;
	demo->random ^= demo->random >> 7;
	demo->random ^= demo->random << 17;
	return demo->random % below;
}

static void
write_alert(struct demo *demo, const struct instrument *instrument, bool buy, struct yq_buf *body)
{
	const char *strategy = demo->call->options[YQ_OPT_STRATEGY];
	const char *strength = demo->call->options[YQ_OPT_STRENGTH];
	struct yq_json_writer w = yq_json_writer_make(body);
	struct yq_id id = yq_id_random();

	yq_json_begin_object(&w);
	if (demo->endpoints.webhook_secret != NULL)
		yq_json_put_text(&w, "secret", yq_secret_reveal(demo->endpoints.webhook_secret));
	yq_json_put_text(&w, "id", id.text);
	yq_json_put_text(&w, "ticker", instrument->ticker);
	yq_json_put_text(&w, "exchange", "NASDAQ");
	yq_json_put_text(&w, "action", buy ? "buy" : "sell");
	yq_json_put_decimal(&w, "price", yq_decimal_from_scaled(instrument->cents, 2));
	yq_json_put_text(&w, "strategy", strategy != NULL ? strategy : "demo");
	if (strength != NULL)
		yq_json_put_raw(&w, "strength", strength, strlen(strength));
	yq_json_end_object(&w);
}

static struct instrument *
choose(struct demo *demo)
{
	const char *ticker = demo->call->options[YQ_OPT_TICKER];
	size_t index = (size_t)next_random(demo, YQ_COUNT(demo->instruments));

	if (ticker != NULL) {
		index = 0;
		demo->instruments[0].ticker = ticker;
	}
	return &demo->instruments[index];
}

/* One alert.  A sell only of what was bought before, as a strategy would. */
static int
send_alert(struct demo *demo, int64_t number)
{
	struct yq_buf body = yq_buf_make(BODY_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf answer = yq_buf_make(ANSWER_MAX);
	struct instrument *instrument = choose(demo);
	bool buy = instrument->bought == 0 || next_random(demo, 5) < 3;
	char price[YQ_DECIMAL_TEXT_SIZE];
	struct yq_err err = { 0 };
	int status = 0;
	enum yq_rc rc;

	instrument->cents += (int64_t)next_random(demo, 201) - 100;
	write_alert(demo, instrument, buy, &body);
	rc = yq_http_post_json(demo->post, demo->endpoints.webhook_url, yq_buf_text(&body),
	    body.length, TIMEOUT_MS, &status, &answer, &err);
	yq_wipe(body.data, body.length);
	yq_buf_free(&body);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	if (status == 200) {
		demo->accepted++;
		instrument->bought += buy ? 1 : -1;
	} else {
		demo->refused++;
	}
	yq_decimal_format_places(yq_decimal_from_scaled(instrument->cents, 2), 2, price);
	if (!yq_call_has(demo->call, YQ_OPT_JSON))
		printf("%6lld  %-4s %-5s %8s  %d %s\n", (long long)number + 1, buy ? "Buy" : "Sell",
		    instrument->ticker, price, status, yq_buf_text(&answer));
	return YQ_CONSOLE_DONE;
}

/* The alert's own moment, so that a slow answer does not slow the stream. */
static void
wait_for(const struct timespec *start, int64_t number, int64_t rate)
{
	int64_t ns = start->tv_nsec + number % rate * (1000000000 / rate);
	struct timespec at = { .tv_sec = start->tv_sec + number / rate + ns / 1000000000,
		.tv_nsec = ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0)
		;
}

static int
run(struct demo *demo)
{
	struct timespec start;
	int status = YQ_CONSOLE_DONE;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int64_t i = 0; i < demo->count && status == YQ_CONSOLE_DONE; i++) {
		wait_for(&start, i, demo->rate);
		status = send_alert(demo, i);
	}
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_call_has(demo->call, YQ_OPT_JSON))
		printf("{\"sent\":%lld,\"accepted\":%lld,\"refused\":%lld}\n",
		    (long long)demo->count, (long long)demo->accepted, (long long)demo->refused);
	else
		printf("%lld sent, %lld accepted; `yq trades` shows what they became\n",
		    (long long)demo->count, (long long)demo->accepted);
	return demo->accepted == 0 && demo->count > 0 ? YQ_CONSOLE_REFUSED : YQ_CONSOLE_DONE;
}

/* A strength is written as it was given, so it must be a number. */
static int
check_strength(const struct yq_call *call)
{
	const char *text = call->options[YQ_OPT_STRENGTH];
	struct yq_decimal strength;

	if (text == NULL || (yq_decimal_parse(text, strlen(text), &strength) == YQ_OK &&
				yq_decimal_sign(strength) >= 0 &&
				yq_decimal_cmp(strength, yq_decimal_from_int(100)) <= 0))
		return YQ_CONSOLE_DONE;
	return yq_fail_usage(
	    call, "--strength: expected a number from 0 to 100, found \"%s\"", text);
}

int
yq_verb_demo(const struct yq_call *call)
{
	struct demo demo = { .call = call,
		.instruments = { { "AAPL", 19050, 0 }, { "MSFT", 42310, 0 }, { "NVDA", 13420, 0 },
		    { "AMZN", 20180, 0 }, { "GOOGL", 17640, 0 } } };
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_err err = { 0 };
	int status = check_strength(call);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_option_int(call, YQ_OPT_COUNT, 1, COUNT_MAX, COUNT_DEFAULT, &demo.count, &err) !=
		YQ_OK ||
	    yq_option_int(call, YQ_OPT_RATE, 1, RATE_MAX, RATE_DEFAULT, &demo.rate, &err) != YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	status = yq_system_find(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	demo.endpoints = system.endpoints;
	if (!yq_str_starts(demo.endpoints.webhook_url, "http"))
		return yq_fail(YQ_CONSOLE_UNREACHABLE,
		    "the webhook's address is not known here: name the running system with --var");
	if (getrandom(&demo.random, sizeof(demo.random), 0) != (ssize_t)sizeof(demo.random) ||
	    demo.random == 0)
		demo.random = 88172645463325252U;
	demo.post = yq_http_post_make();
	status = run(&demo);
	yq_http_post_free(demo.post);
	return status;
}
