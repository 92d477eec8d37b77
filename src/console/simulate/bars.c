/* bars.c - bars of the past, played in order of time. */
#include "console/simulate/bars.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/simulate/bars_parts.h"

struct yq_bars *
yq_bars_make(void)
{
	return yq_xcalloc(1, sizeof(struct yq_bars));
}

void
yq_bars_free(struct yq_bars *bars)
{
	if (bars == NULL)
		return;
	for (size_t i = 0; i < bars->count; i++)
		free(bars->streams[i].bars);
	free(bars->streams);
	free(bars);
}

void
yq_bars_freep(struct yq_bars **bars)
{
	yq_bars_free(*bars);
}

size_t
yq_bars_count(const struct yq_bars *bars)
{
	return bars->total;
}

/* When the stream's next step is; INT64_MAX when it has none. */
static int64_t
next_of(const struct yq_bar_stream *stream, enum yq_bar_event *event)
{
	*event = stream->begun ? YQ_BAR_ENDS : YQ_BAR_BEGINS;
	if (stream->next == stream->count)
		return INT64_MAX;
	return stream->begun ? stream->bars[stream->next].end_us
			     : stream->bars[stream->next].start_us;
}

/* The stream whose turn it is: the earliest step, ends before beginnings, then as they were read.
 */
static void
find_turn(struct yq_bars *bars)
{
	int64_t best = INT64_MAX;
	enum yq_bar_event best_event = YQ_BAR_BEGINS, event;

	bars->turn = NULL;
	for (size_t i = 0; i < bars->count; i++) {
		int64_t at = next_of(&bars->streams[i], &event);

		if (at == INT64_MAX || at > best ||
		    (at == best && event >= best_event && bars->turn != NULL))
			continue;
		best = at;
		best_event = event;
		bars->turn = &bars->streams[i];
	}
	bars->turn_known = true;
}

bool
yq_bars_peek(struct yq_bars *bars, struct yq_bar_step *step)
{
	const struct yq_bar_stream *stream;

	if (!bars->turn_known)
		find_turn(bars);
	stream = bars->turn;
	if (stream == NULL)
		return false;
	*step = (struct yq_bar_step){
		.exchange = stream->exchange,
		.ticker = stream->ticker,
		.bar = &stream->bars[stream->next],
	};
	step->at_us = next_of(stream, &step->event);
	return true;
}

void
yq_bars_next(struct yq_bars *bars)
{
	struct yq_bar_stream *stream = bars->turn;
	const struct yq_paper_bar *bar = &stream->bars[stream->next];

	bars->turn_known = false;
	if (!stream->begun) {
		stream->begun = true;
		return;
	}
	stream->begun = false;
	stream->next++;
	/* What does not fit a decimal leaves the range as it was. */
	(void)!yq_atr_add(&stream->atr, bar->high, bar->low, bar->close);
}

struct yq_bar_stream *
yq_bars_stream(const struct yq_bars *bars, enum yq_exchange exchange, const char *ticker)
{
	for (size_t i = 0; i < bars->count; i++)
		if (bars->streams[i].exchange == exchange &&
		    yq_str_equal(bars->streams[i].ticker, ticker))
			return &bars->streams[i];
	return NULL;
}

struct yq_bar_view
yq_bars_view(const struct yq_bars *bars, enum yq_exchange exchange, const char *ticker)
{
	const struct yq_bar_stream *stream = yq_bars_stream(bars, exchange, ticker);
	const struct yq_paper_bar *last;

	if (stream == NULL || stream->next == 0)
		return (struct yq_bar_view){ .closed_at_us = 0 };
	last = &stream->bars[stream->next - 1];
	return (struct yq_bar_view){
		.close = yq_opt_decimal_of(last->close),
		.closed_at_us = last->end_us,
		.atr = yq_atr_value(&stream->atr),
	};
}
