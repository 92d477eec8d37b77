/*
 * bench_simulate.c - how fast signals of the past are played: read from CSV, decided, checked again
 * as the gateway does, traded by the paper broker's book; with and without bars.  One core, no
 * system.  Prints signals a second.
 *
 *	bench_simulate [signals]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/str.h"
#include "console/simulate/engine.h"
#include "console/simulate/signals_file.h"

#define START_US (INT64_C(1795444200) * YQ_US_PER_SECOND) /* 2026-11-23 09:30 in New York */
#define STEP_US	 (YQ_US_PER_SECOND / 4)
#define TICKERS	 20

struct setting {
	struct yq_config *config;
	struct yq_rules *rules;
	struct yq_accounts *accounts;
	struct yq_markets *markets;
};

static void
load(struct setting *s)
{
	char *const environment[] = { NULL };
	struct yq_config_report report = { 0 };

	if (yq_settings_load(NULL, NULL, "Console", environment, NULL, &s->config, &report) !=
	    YQ_OK)
		exit(1);
	s->rules = yq_rules_load(s->config, &report);
	s->accounts = yq_settings_accounts(s->config, &report);
	s->markets = yq_settings_markets(s->config, &report);
	yq_config_report_free(&report);
}

/* Each ticker is bought and sold in turn, at prices that move. */
static struct yq_buf
make_csv(int64_t count)
{
	struct yq_buf text = yq_buf_make(1U << 30);

	yq_buf_add_text(&text, "time,ticker,exchange,action,price,strategy\n");
	for (int64_t i = 0; i < count; i++) {
		char time[YQ_TIME_TEXT_SIZE];

		yq_time_format(START_US + i * STEP_US, time);
		yq_buf_add_format(&text, "%s,T%d,NASDAQ,%s,%d.%02d,Trend\n", time,
		    (int)(i % TICKERS), i / TICKERS % 2 == 0 ? "buy" : "sell", 100 + (int)(i % 7),
		    (int)(i % 100));
	}
	return text;
}

static struct yq_bars *
make_bars(const struct setting *s, int64_t count)
{
	struct yq_bars *bars = yq_bars_make();
	struct yq_err err;

	for (int t = 0; t < TICKERS; t++) {
		struct yq_buf text = yq_buf_make(1U << 28);
		char ticker[YQ_TICKER_SIZE];

		yq_buf_add_text(&text, "time,open,high,low,close\n");
		for (int64_t i = 0; i * 60 * YQ_US_PER_SECOND < count * STEP_US; i++)
			yq_buf_add_format(&text, "%lld,%d,%d,%d,%d\n",
			    (long long)(START_US / YQ_US_PER_SECOND + i * 60), 100 + (int)(i % 5),
			    106, 99, 101 + (int)(i % 5));
		(void)yq_str_format(ticker, sizeof(ticker), "T%d", t);
		if (yq_bars_read(bars, YQ_NASDAQ, ticker,
			yq_calendar_hours(yq_markets_calendar(s->markets), YQ_NASDAQ), ticker,
			yq_buf_text(&text), &err) != YQ_OK)
			exit(1);
		yq_buf_free(&text);
	}
	return bars;
}

/* Of this thread: what others on the machine do does not count. */
static int64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Nanoseconds a signal; `sim` NULL = only read. */
static int64_t
play(const char *csv, struct yq_sim *sim, int64_t count)
{
	int64_t start = cpu_ns();
	struct yq_signal_file *file = NULL;
	struct yq_signal signal;
	struct yq_err err = { .text = "" };

	if (yq_signal_file_of("bench", csv, &file, &err) != YQ_OK)
		exit(1);
	while (yq_signal_file_next(file, &signal, &err) == YQ_OK)
		if (sim != NULL && yq_sim_signal(sim, &signal, signal.timestamp_us, &err) != YQ_OK)
			break;
	if (err.text[0] != '\0') {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	yq_signal_file_close(file);
	if (sim != NULL)
		yq_sim_finish(sim);
	return (cpu_ns() - start) / count;
}

static void
measure(
    const char *name, const struct setting *s, const char *csv, struct yq_bars *bars, int64_t count)
{
	struct yq_sim_spec spec = { .config = s->config,
		.rules = s->rules,
		.accounts = s->accounts,
		.markets = s->markets,
		.bars = bars };
	struct yq_sim *sim = yq_sim_make(&spec);
	int64_t ns = play(csv, sim, count);
	struct yq_sim_counts counts = yq_sim_counts(sim);

	printf("%-12s %6lld ns a signal   %8lld a second   %lld trades\n", name, (long long)ns,
	    (long long)(1000000000 / ns), (long long)counts.trades);
	yq_sim_free(sim);
}

int
main(int argc, char **argv)
{
	struct setting s;
	struct yq_bars *bars;
	struct yq_buf csv;
	int64_t count = 200000, ns;

	if (argc > 1 && !yq_str_to_int64(argv[1], 1, 10000000, &count))
		return 2;
	load(&s);
	csv = make_csv(count);
	ns = play(yq_buf_text(&csv), NULL, count);
	printf("%-12s %6lld ns a signal\n", "reading", (long long)ns);
	measure("simulate", &s, yq_buf_text(&csv), NULL, count);
	bars = make_bars(&s, count);
	measure("with bars", &s, yq_buf_text(&csv), bars, count);
	yq_bars_free(bars);
	yq_buf_free(&csv);
	yq_markets_free(s.markets);
	yq_accounts_free(s.accounts);
	yq_rules_free(s.rules);
	yq_config_free(s.config);
	return 0;
}
