/*
 * bars.h - bars of the past, from CSV files: what they were, and when each began and ended.
 *
 * A file is one instrument: EXCHANGE_TICKER.csv, or whatever name with the instrument given.  Its
 * first line names the columns: time (or date), open, high, low, close; volume and others are
 * ignored.  A time is RFC 3339, or local in the market's zone ("2026-11-23 09:30", "2026-11-23"); a
 * date alone is the whole trading day.  A bar ends where the next may begin: after the smallest
 * distance of two bars of the file, and no later than its session.  Everything else is refused with
 * its line.
 */
#ifndef YQ_CONSOLE_SIMULATE_BARS_H
#define YQ_CONSOLE_SIMULATE_BARS_H

#include "broker/paper_book.h"
#include "domain/atr.h"
#include "domain/calendar.h"

#define YQ_BARS_MAX 10000000 /* all files together */

struct yq_bars; /* opaque */

struct yq_bars *yq_bars_make(void);
void yq_bars_free(struct yq_bars *bars); /* NULL is a no-op */
void yq_bars_freep(struct yq_bars **bars);

/* The whole text of a file, NUL-terminated.  `name` is for errors: "FILE:LINE: what is wrong". */
YQ_NODISCARD enum yq_rc yq_bars_read(struct yq_bars *bars, enum yq_exchange exchange,
    const char *ticker, const struct yq_market_hours *hours, const char *name, const char *text,
    struct yq_err *err);
/* A file, or every *.csv of a folder, named EXCHANGE_TICKER.csv. */
YQ_NODISCARD enum yq_rc yq_bars_load(
    struct yq_bars *bars, const struct yq_calendar *calendar, const char *path, struct yq_err *err);

/* What happens next, in order of time: of one moment the ends come first, then (if asked) what lies
 * between, then the beginnings. */
enum yq_bar_event { YQ_BAR_ENDS, YQ_BAR_BEGINS };
struct yq_bar_step {
	enum yq_bar_event event;
	int64_t at_us;
	enum yq_exchange exchange;
	const char *ticker;
	const struct yq_paper_bar *bar;
};
/* False when nothing is left. */
bool yq_bars_peek(struct yq_bars *bars, struct yq_bar_step *step);
/* Past what yq_bars_peek told. */
void yq_bars_next(struct yq_bars *bars);

/* Of the bars that have ended: the last one's close and end, and the average true range over
 * YQ_ATR_PERIOD bars. */
struct yq_bar_view {
	struct yq_opt_decimal close;
	int64_t closed_at_us;
	struct yq_opt_decimal atr;
};
struct yq_bar_view yq_bars_view(
    const struct yq_bars *bars, enum yq_exchange exchange, const char *ticker);
size_t yq_bars_count(const struct yq_bars *bars);

#endif
