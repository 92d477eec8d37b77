/*
 * paper_adapter.h - the paper broker's inside, shared by paper.c (queue, journal, time),
 * paper_answer.c (what is asked and told) and paper_unruly.c (how badly).
 */
#ifndef YQ_BROKER_PAPER_ADAPTER_H
#define YQ_BROKER_PAPER_ADAPTER_H

#include "broker/paper.h"
#include "broker/paper_journal.h"
#include "broker/throttle.h"

enum yq_paper_verb {
	YQ_PAPER_DO_SUBMIT,
	YQ_PAPER_DO_CANCEL,
	YQ_PAPER_DO_REPLACE,
	YQ_PAPER_DO_OBSERVE,
	YQ_PAPER_ASK_ORDER,
	YQ_PAPER_ASK_OPEN,
	YQ_PAPER_ASK_SINCE,
	YQ_PAPER_ASK_FILLS,
	YQ_PAPER_ASK_POSITIONS,
	YQ_PAPER_ASK_BALANCES,
	YQ_PAPER_ASK_PRICE,
	YQ_PAPER_VERB_COUNT
};

/* One call of the port on its way through the queue. */
struct yq_paper_command {
	struct yq_paper_command *next;
	enum yq_paper_verb verb;
	struct yq_order order; /* SUBMIT; id for CANCEL, REPLACE, ASK_ORDER; ticker for prices */
	struct yq_broker_change change;
	struct yq_decimal price; /* OBSERVE */
	int64_t since_us;	 /* ASK_SINCE, ASK_FILLS */
	union yq_broker_completion fn;
	void *cookie;
	enum yq_rc rc; /* of what was done */
	int64_t number;
	int64_t time_us;
	bool over;   /* beyond YQ_PAPER_IN_FLIGHT_MAX: not done */
	bool unsure; /* ASK_ORDER: nothing that this broker still knows, and it may have had it */
	bool silent; /* executed, and neither answered nor told of */
	char *text;  /* why not; owned; NULL = nothing to say */
};

/* Something to tell, kept until it is due. */
struct yq_paper_told {
	enum yq_broker_event_kind kind;
	struct yq_id order_id;
	int64_t number, execution;
	struct yq_fill fill;
	int64_t time_us;
	char *text; /* owned; NULL = nothing to say */
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	struct yq_opt_decimal change_rate; /* of a quote; its price is fill.price */
};

/* What was done together is answered together. */
struct yq_paper_batch {
	struct yq_paper_batch *next;
	struct yq_paper_command *first, **last;
	struct yq_paper_told *told; /* owned */
	size_t told_count, told_room;
	int64_t due_ns;
};

struct yq_paper {
	struct yq_broker head; /* first */
	uv_loop_t *loop;
	const struct yq_clock *clock;
	const struct yq_calendar *calendar;
	struct yq_paper_settings settings;
	struct yq_paper_book *book;
	struct yq_paper_journal *journal; /* NULL after it broke: everything is refused */
	char *path;
	bool take;				/* the journal, also from another process; once */
	struct yq_paper_command *first, **last; /* not done yet */
	size_t waiting_submits;
	struct yq_paper_batch *batch; /* being filled by the sink; NULL = tell nobody */
	struct yq_paper_batch *later, **later_last; /* done, not answered yet */
	struct yq_paper_batch *held; /* told after what comes later; NULL = nothing */
	uint64_t draws;		     /* of chance, in this life */
	struct yq_throttle throttle; /* of calls */
	bool freed, delivering;
	uv_idle_t idle;
	uv_timer_t timer, tick;
	unsigned open_handles;
};

/* Give a quote, the answers and events of `batch` to those they are for, and free it.  With `rc`
 * other than YQ_OK the answers are that instead, and nothing is told. */
void yq_paper_deliver(struct yq_paper *paper, struct yq_paper_batch *batch, enum yq_rc rc);
void yq_paper_answer(struct yq_paper *paper, struct yq_paper_command *command, enum yq_rc rc);
/* The sink of the book: journals each record and notes what is to be told. */
void yq_paper_sink(
    void *cookie, const struct yq_paper_record *record, const struct yq_paper_order *order);
void yq_paper_tell_quotes(struct yq_paper *paper);
struct yq_paper_batch *yq_paper_batch_make(void);
void yq_paper_batch_free(struct yq_paper_batch *batch); /* its commands are not its own */
/* One more thing to tell, zeroed but for these. */
struct yq_paper_told *yq_paper_tell(
    struct yq_paper_batch *batch, enum yq_broker_event_kind kind, int64_t time_us);

/* paper_unruly.c: a throw of the dice; and what is to be told, told as badly as asked for. */
bool yq_paper_chance(struct yq_paper *paper, uint32_t ppm);
void yq_paper_disorder(struct yq_paper *paper, struct yq_paper_batch *batch);

/* paper_queue.c: book and journal from the file (a new one is begun), and back. */
YQ_NODISCARD enum yq_rc yq_paper_load(struct yq_paper *paper, struct yq_err *err);
void yq_paper_unload(struct yq_paper *paper);
void yq_paper_on_idle(uv_idle_t *idle);
void yq_paper_on_tick(uv_timer_t *tick);

#endif
