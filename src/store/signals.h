/*
 * signals.h - the journal of signals with the whole decision on each (table SIGNALS).
 */
#ifndef YQ_STORE_SIGNALS_H
#define YQ_STORE_SIGNALS_H

#include "domain/signal.h"
#include "store/sql.h"

#define YQ_VERDICT_SIZE	     17 /* "ordered", "refused"; "" = not decided yet */
#define YQ_VERDICT_CODE_SIZE 65

struct yq_signal_row {
	struct yq_signal signal;
	char verdict[YQ_VERDICT_SIZE];
	char code[YQ_VERDICT_CODE_SIZE]; /* of a refusal */
	char text[YQ_MESSAGE_SIZE];	 /* its sentence */
	int64_t decided_at_us;		 /* 0 = not yet */
	int64_t order_count;
	/* The verdict's JSON as it stood in the bus, up to 1 MiB; NULL = none.  Borrowed when
	 * saving; owned by the row when read by yq_signals_get; NULL in lists. */
	char *decision;
};
void yq_signal_row_clear(struct yq_signal_row *row); /* frees the decision */

/*
 * Record signals in one transaction.  A signal that is there without a verdict takes the new one;
 * one with a verdict stays as it is.  Outcomes as yq_trades_insert: YQ_OK recorded, YQ_E_EXISTS it
 * was there.
 */
YQ_NODISCARD enum yq_rc yq_signals_save(struct yq_firebird *firebird,
    const struct yq_signal_row *rows, size_t count, enum yq_rc *outcomes, yq_refused_fn *refused,
    void *cookie, struct yq_err *err);

/* A query that selects whole signals, to be followed by conditions; and the present row of it, its
 * decision owned by `row`. */
void yq_signals_select(struct yq_buf *sql);
YQ_NODISCARD enum yq_rc yq_signals_row(
    const struct yq_rows *rows, struct yq_signal_row *row, struct yq_err *err);

YQ_NODISCARD enum yq_rc yq_signals_get(struct yq_firebird *firebird, const struct yq_id *id,
    struct yq_signal_row *row, struct yq_err *err); /* YQ_E_NOT_FOUND */

struct yq_signal_filter {
	char strategy[YQ_STRATEGY_SIZE]; /* "" = any */
	char ticker[YQ_TICKER_SIZE];	 /* "" = any */
	char verdict[YQ_VERDICT_SIZE];	 /* "" = any */
	int64_t from_us, to_us;		 /* received in [from, to); 0 = unbounded */
	unsigned limit, offset;		 /* as yq_trade_filter */
	struct yq_row_place after;	 /* where the page before ended */
};

struct yq_signal_list {
	struct yq_signal_row *items; /* owned */
	size_t count;
};
void yq_signal_list_free(struct yq_signal_list *list);

/* Newest first, by time of reception; without the members that have no column. */
YQ_NODISCARD enum yq_rc yq_signals_find(struct yq_firebird *firebird,
    const struct yq_signal_filter *filter, struct yq_signal_list *list, struct yq_err *err);

/* `row` is borrowed for the call.  Anything but YQ_OK ends the walk and is returned. */
typedef enum yq_rc yq_signal_fn(void *cookie, const struct yq_signal_row *row, struct yq_err *err);
/* Whole signals with their decisions, oldest first by time of reception; limit and offset are
 * ignored.  One row is in memory at a time. */
YQ_NODISCARD enum yq_rc yq_signals_each(struct yq_firebird *firebird,
    const struct yq_signal_filter *filter, yq_signal_fn *fn, void *cookie, struct yq_err *err);

/* The conditions of a filter. */
void yq_signals_where(struct yq_where *where, const struct yq_signal_filter *filter);

#endif
