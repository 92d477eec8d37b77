/* sizing_test.h - a sizing policy asked for one size, as text. */
#ifndef YQ_TESTS_SIZING_TEST_H
#define YQ_TESTS_SIZING_TEST_H

#include "domain_test.h"

#include "domain/sizing.h"

static inline struct yq_signal
sample_signal(enum yq_action action)
{
	struct yq_signal signal = yq_signal_default();

	SET(signal.ticker, "AAPL");
	signal.exchange = YQ_NASDAQ;
	signal.action = action;
	return signal;
}

static inline struct yq_sizing
policy(enum yq_sizer sizer)
{
	struct yq_sizing sizing = yq_sizing_default();

	sizing.sizer = sizer;
	return sizing;
}

/* "+12" or "-3", or the code of the refusal.  `trace` tells the story. */
static inline const char *
size_by(const struct yq_sizing *sizing, const struct yq_signal *signal,
    const struct yq_sizing_facts *facts, struct yq_trace *trace)
{
	static char text[YQ_DECIMAL_TEXT_SIZE + 8];
	struct yq_size size;
	size_t sign = 0;

	yq_trace_clear(trace);
	if (yq_sizing_apply(sizing, signal, facts, &size, trace) != YQ_OK)
		return yq_trace_refusal(trace)->rule;
	assert_null(yq_trace_refusal(trace));
	text[sign++] = size.action == YQ_BUY ? '+' : '-';
	yq_decimal_format(size.qty, text + sign);
	return text;
}

#endif
