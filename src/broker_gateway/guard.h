/*
 * guard.h - what an account is watched by, kept on the bus (guard:{Alias}), so that whoever takes
 * over knows it: the equity with which each currency's local day began, the last order that was
 * made to close each instrument, and, where orders of a day are limited, how many there were.
 *
 * It is written with the account's books, in one transaction, or alone; always with the token of
 * the lease.
 */
#ifndef YQ_BROKER_GATEWAY_GUARD_H
#define YQ_BROKER_GATEWAY_GUARD_H

#include "base/table.h"
#include "domain/guard.h"

struct gateway;
struct gw_account;
struct redisReply;

struct gw_mark {
	struct yq_table_node node; /* by ticker and exchange */
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	struct yq_flatten_mark last;
	int64_t awaited_ns; /* since when its order is on its way to us; 0 = it came */
};

struct gw_guard {
	struct {
		struct yq_day_base base;
		bool set;
		int64_t begins_us, ends_us; /* of the local day by the clock; 0, 0 = to be found */
		bool raising;		    /* the halt is being thrown */
		int64_t raised;		    /* date of the day for which it was */
	} day[YQ_CURRENCY_COUNT];
	struct yq_table marks; /* of struct gw_mark */
	bool counts;	       /* orders of a day are limited: the account's are kept with it */
	uint64_t version;      /* counts changes */
	uint64_t written;      /* the version that is on the bus */
	uint64_t sent;	       /* the version that is on its way there */
	bool under_way;
};

/* What was left, from a reply of HGETALL; what cannot be read is told and left out. */
void gw_guard_load(struct gw_account *account, const struct redisReply *reply);
void gw_guard_clear(struct gw_account *account);
/* It has changed. */
void gw_guard_touch(struct gw_account *account);
/* Write those that have. */
void gw_guards_flush(struct gateway *gw);
/* The mark of an instrument; NULL if there is none. */
struct gw_mark *gw_mark_find(
    const struct gw_account *account, enum yq_exchange exchange, const char *ticker);
struct gw_mark *gw_mark_make(
    struct gw_account *account, enum yq_exchange exchange, const char *ticker);
void gw_mark_remove(struct gw_account *account, struct gw_mark *mark);

#endif
