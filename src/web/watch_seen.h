/*
 * watch_seen.h - what was seen at the last look: each thing with its event, and a mark of what the
 * event was made of.  Pure.
 */
#ifndef YQ_WEB_WATCH_SEEN_H
#define YQ_WEB_WATCH_SEEN_H

#include "base/buf.h"
#include "base/table.h"

/* In the order in which all of them are told. */
enum yq_seen_kind {
	YQ_SEEN_HEALTH,
	YQ_SEEN_HALT,
	YQ_SEEN_POSITION,
	YQ_SEEN_DEPOSIT,
	YQ_SEEN_PRICE,
	YQ_SEEN_ORDER,
	YQ_SEEN_KINDS
};

#define YQ_SEEN_NAME_SIZE 96

struct yq_seen {
	struct yq_table_node node; /* the list's own */
	enum yq_seen_kind kind;
	char name[YQ_SEEN_NAME_SIZE]; /* "Paper/AAPL@NASDAQ" */
	uint64_t mark;
	uint64_t round; /* in which it was last there */
	char *frame;	/* the event, whole; owned */
	size_t length;
};

struct yq_seen_list {
	struct yq_table table;
	uint64_t round;
	uint64_t version; /* rises with each change */
};

void yq_seen_clear(struct yq_seen_list *list); /* leaves it empty */
/* It is there in this round.  True: it is new, or made of something else than before, and wants an
 * event (yq_seen_set). */
bool yq_seen_look(struct yq_seen_list *list, enum yq_seen_kind kind, const char *name,
    uint64_t mark, struct yq_seen **ret_seen);
/* `quiet`: not worth telling anybody, the version stays. */
void yq_seen_set(
    struct yq_seen_list *list, struct yq_seen *seen, const struct yq_buf *frame, bool quiet);
void yq_seen_drop(struct yq_seen_list *list, struct yq_seen *seen);
struct yq_seen *yq_seen_find(
    const struct yq_seen_list *list, enum yq_seen_kind kind, const char *name);
/* Every one of a kind that was not there in this round; it may be dropped in `fn`. */
typedef void yq_seen_fn(void *cookie, struct yq_seen *seen);
void yq_seen_each_gone(
    struct yq_seen_list *list, enum yq_seen_kind kind, yq_seen_fn *fn, void *cookie);
void yq_seen_write(const struct yq_seen_list *list, enum yq_seen_kind kind, struct yq_buf *out);

#endif
