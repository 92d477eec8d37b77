/*
 * script.h - what is to happen when, from a file: one line each, '#' begins a comment.
 *
 *	0	price NASDAQ:AAPL 187.50	price [bid ask]
 *	10	knob latency_ms 250
 *	12.5	halt KRX:005930			resume KRX:005930
 *	20	disconnect			expire-tokens
 *
 * The first word is the time in seconds since the simulator began to listen, up to three decimals.
 */
#ifndef YQ_SIMULATOR_SCRIPT_H
#define YQ_SIMULATOR_SCRIPT_H

#include "base/decimal.h"
#include "domain/market.h"

#define SIM_SCRIPT_LINES_MAX 10000
#define SIM_SCRIPT_BYTES_MAX (8U << 20)

enum sim_act {
	SIM_ACT_PRICE,
	SIM_ACT_KNOB,
	SIM_ACT_HALT,
	SIM_ACT_RESUME,
	SIM_ACT_DISCONNECT,
	SIM_ACT_EXPIRE_TOKENS
};

struct sim_step {
	int64_t at_ms;
	enum sim_act act;
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	struct yq_decimal price;
	struct yq_opt_decimal bid, ask;
	char knob[40];
	int64_t value;
};

struct sim_script {
	struct sim_step *steps; /* owned; by time, those of one time as written */
	size_t count;
};

/* Whole or not at all; YQ_E_INVALID tells "FILE:LINE: what was expected". */
YQ_NODISCARD enum yq_rc sim_script_read(const char *text, size_t length, const char *file,
    struct sim_script *script, struct yq_err *err);
void sim_script_clear(struct sim_script *script);

#endif
