/*
 * sizer.h - a sizing policy of your own: the binary contract between yQuant and a plug-in.
 *
 * A plug-in is a shared object that exports one function, yq_sizer_v1.  Plain C11, this header
 * alone: no library of yQuant's, no call back into it, no memory handed over.  docs/sizing.md shows
 * how to write one.
 *
 *	const struct yq_sizer_api *yq_sizer_v1(void) { static const ... api; return &api; }
 *
 * It runs in a process of its own (yq-sizer-host), one process a plug-in: with an empty
 *environment, without files to write, and with nothing to reach the order manager but the question
 *in hand.  It is asked for the size of one position to open at a time; what closes a position is
 *never sized by a plug-in.  When it crashes, ends, writes where it should not, gives an answer that
 *makes no sense, or none before the deadline, that signal is refused (SIZE_PLUGIN_FAILED), and the
 *process is started anew if need be; no other signal is delayed.
 *
 * Numbers are scaled integers; the name of a member says by how much:
 *	_e8  prices, quantities, rates: value x 10^8	(1.5 = 150000000)
 *	_e4  amounts of money:		value x 10^4	(1.5 = 15000), rounded down
 * All amounts are in `currency`.  Texts are UTF-8 and end with a NUL.
 *
 * What is stated here never changes within an ABI; another ABI has another symbol.
 */
#ifndef YQUANT_SIZER_H
#define YQUANT_SIZER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define YQ_SIZER_ABI 1u

#define YQ_SIZER_E8 INT64_C(100000000)
#define YQ_SIZER_E4 INT64_C(10000)

#define YQ_SIZER_PARAMETERS_MAX 8

/* Bits of `known`: a member whose bit is not set is 0 and means nothing. */
#define YQ_SIZER_KNOWS_QTY	     1u
#define YQ_SIZER_KNOWS_POSITION_SIZE 2u
#define YQ_SIZER_KNOWS_ATR	     4u
#define YQ_SIZER_KNOWS_TRACK	     8u

/* A number of the policy's `Parameters` in the configuration. */
struct yq_sizer_parameter {
	char name[24];
	int64_t value_e8;
};

/* The position that the signal opens, or adds to: by a buy, or by a sale where the account may be
 * short. */
#define YQ_SIZER_LONG  1
#define YQ_SIZER_SHORT 2

/* One question: how large a position for this signal, with this account as it stands. */
struct yq_sizer_input {
	uint32_t size;	/* of this struct, in bytes */
	uint32_t known; /* YQ_SIZER_KNOWS_... */

	/* The signal. */
	char strategy[136];
	char ticker[32];
	char exchange[16];	  /* "NASDAQ" */
	char currency[8];	  /* "USD": the market's */
	int64_t signal_at_us;	  /* when the strategy fired: microseconds since 1970, UTC */
	int64_t side;		  /* YQ_SIZER_LONG or YQ_SIZER_SHORT */
	int64_t strength_e8;	  /* 0 to 100; 100 when the signal says nothing */
	int64_t qty_e8;		  /* asks for no more than this */
	int64_t position_size_e8; /* signed: the position the strategy wants after */
	int64_t atr_e8;		  /* average true range, in price units */

	/* The market. */
	int64_t price_e8; /* the limit price, else the newest known; > 0 */
	int64_t lot_e8;	  /* quantities are multiples of it; > 0 */

	/* The account. */
	char account[40];
	int64_t equity_e4; /* cash and what is invested */
	int64_t cash_e4;
	int64_t reserved_e4;	    /* of the cash, by open buys */
	int64_t invested_e4;	    /* market value of what is held in this currency */
	int64_t buying_power_e4;    /* cash less what is reserved; never below 0 */
	int64_t commission_rate_e8; /* of an order's value */
	int64_t open_orders;	    /* of the account, whatever the instrument */

	/* The instrument in this account. */
	int64_t held_e8; /* signed */
	int64_t avg_price_e8;
	int64_t buying_e8;  /* what open buys may still add */
	int64_t selling_e8; /* what open sells may still take */

	/* How the closed trades of this strategy in this account have ended. */
	int64_t trips, wins, losses;
	int64_t won_e4, lost_e4; /* sums of net profits and of net losses, both >= 0 */

	/* The policy. */
	int64_t max_portfolio_alloc_e8; /* MaxPortfolioAllocPct as a fraction: 10 % = 0.1 */
	int64_t parameter_count;	/* of `parameters`, in the order of their names */
	struct yq_sizer_parameter parameters[YQ_SIZER_PARAMETERS_MAX];
};

/* What to do.  An answer that is neither of the two is a failure. */
#define YQ_SIZER_OPEN	1 /* a position of `qty_e8`, > 0 */
#define YQ_SIZER_REFUSE 2 /* open none; say why in `reason` */

/* The answer; zeroed before the question is put. */
struct yq_sizer_output {
	uint32_t size;	 /* of this struct; leave it as it is */
	int32_t verdict; /* YQ_SIZER_OPEN or YQ_SIZER_REFUSE */
	/* It is bounded afterwards, as with every other policy: by MaxPortfolioAllocPct, the
	 * signal's own quantity and buying power; floored to the lot; and checked by every limit.
	 */
	int64_t qty_e8;
	char reason[160]; /* one sentence for people, as shown by `yq why`; may be empty */
};

/* What a plug-in is. */
struct yq_sizer_api {
	uint32_t abi;		 /* YQ_SIZER_ABI */
	uint32_t api_size;	 /* sizeof(struct yq_sizer_api) */
	uint32_t input_size;	 /* sizeof(struct yq_sizer_input) */
	uint32_t output_size;	 /* sizeof(struct yq_sizer_output) */
	const char *name;	 /* 1 to 63 bytes */
	const char *description; /* one sentence, up to 255 bytes */
	/* Answer `input` in `output`.  Both are the caller's, and gone after the call.  Called by
	 * one thread, one question at a time; what it keeps in its own variables is lost when it is
	 * started anew. */
	void (*decide)(const struct yq_sizer_input *input, struct yq_sizer_output *output);
};

/* The one symbol that a plug-in exports.  Called once; never NULL. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const struct yq_sizer_api *
yq_sizer_v1(void);

#ifdef __cplusplus
}
#endif

#endif
