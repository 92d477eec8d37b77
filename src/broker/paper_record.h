/*
 * paper_record.h - what can happen to the paper broker's book, as lines of its journal.
 *
 * Everything that changes the book is a record: the live book and the replayed one run through the
 * same function (yq_paper_book_apply), so they cannot differ.  A line holds all records of one
 * command: "crc32 [{record},...]\n"; a line that is cut or damaged did not happen.
 */
#ifndef YQ_BROKER_PAPER_RECORD_H
#define YQ_BROKER_PAPER_RECORD_H

#include "domain/order_state.h"

/* X(ident, name) */
#define YQ_PAPER_RECORDS(X)                                                        \
	X(BOOK, "Book")		/* numbering; the first record of a journal */     \
	X(CASH, "Cash")		/* cash of one currency is now this */             \
	X(POSITION, "Position") /* a position is now this (compacted journals) */  \
	X(PRICE, "Price")	/* the price of an instrument is now this */       \
	X(ORDER, "Order")	/* an order was taken, or stands as told */        \
	X(FILL, "Fill")		/* one execution: cash, position and order move */ \
	X(PAST, "Past")		/* an execution of an order that was told whole */ \
	X(TRIGGER, "Trigger")	/* a stop price was reached */                     \
	X(CHANGE, "Change")	/* an open order has new quantity or prices */     \
	X(CLOSE, "Close")	/* no more fills: canceled, expired, rejected */   \
	X(KNOWN_ID, "Known")	/* an id that was used; its details are no longer kept */

#define YQ_PAPER_RECORD_VALUE(ident, name) YQ_PAPER_##ident,
enum yq_paper_kind { YQ_PAPER_RECORDS(YQ_PAPER_RECORD_VALUE) YQ_PAPER_KIND_COUNT };

#define YQ_PAPER_TEXT_SIZE  257
#define YQ_PAPER_EPOCH_SIZE 13

struct yq_paper_record {
	enum yq_paper_kind kind;
	char epoch[YQ_PAPER_EPOCH_SIZE]; /* tells this book's numbers from those of any other */
	struct yq_id id;		 /* the order's */
	int64_t number;			 /* of the order; BOOK: the next one */
	int64_t execution;		 /* of the fill; BOOK: the next one */
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_currency currency;
	enum yq_action action;
	enum yq_order_type type;
	enum yq_tif time_in_force;
	enum yq_order_state state;
	struct yq_decimal qty;
	struct yq_decimal value;      /* amount, price of a fill, average price of a position */
	struct yq_decimal unit_price; /* at which the order is reserved */
	struct yq_decimal filled, notional, fee;
	struct yq_opt_decimal price, stop_price; /* limit and stop */
	bool triggered;
	int64_t expires_us; /* 0 = never */
	int64_t time_us;
	char text[YQ_PAPER_TEXT_SIZE];
};

struct yq_paper_record yq_paper_record_make(enum yq_paper_kind kind);

/* Append one record's JSON object. */
void yq_paper_record_write(struct yq_json_writer *w, const struct yq_paper_record *record);

/*
 * Read one line, without its newline, and give its records to `fn` in order; what `fn` returns
 * ends the reading unless YQ_OK.  YQ_E_CORRUPT: the line is not what was written (and then `fn` has
 * not been called).
 */
typedef enum yq_rc yq_paper_record_fn(
    void *cookie, const struct yq_paper_record *record, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_paper_line_read(
    const char *line, size_t length, yq_paper_record_fn *fn, void *cookie, struct yq_err *err);

#endif
