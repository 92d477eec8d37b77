/* bars_parts.h - what reading bars (bars_file.c) and playing them (bars.c) share. */
#ifndef YQ_CONSOLE_SIMULATE_BARS_PARTS_H
#define YQ_CONSOLE_SIMULATE_BARS_PARTS_H

#include "console/simulate/bars.h"

/* One instrument's bars, and how far they have been played. */
struct yq_bar_stream {
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	struct yq_paper_bar *bars; /* owned */
	size_t count, capacity;
	size_t next; /* the bar under way, or to come */
	bool begun;  /* it is under way */
	struct yq_atr atr;
};

struct yq_bars {
	struct yq_bar_stream *streams; /* owned */
	size_t count;
	size_t total;		    /* bars of all */
	struct yq_bar_stream *turn; /* whose step is next; NULL = nothing is left */
	bool turn_known;
};

/* NULL when there is none. */
struct yq_bar_stream *yq_bars_stream(
    const struct yq_bars *bars, enum yq_exchange exchange, const char *ticker);

#endif
