/*
 * ledger.h - the orders of one account at KIS as far as this process has heard of them, and what of
 * them has been told.  Pure.
 *
 * KIS tells executions twice, and never with an id: asked, it tells the sum of each order; by
 * itself, it tells each execution once more or less, and may repeat a notice or leave one out.
 *
 * What is told of an order are steps from one sum to the next, each no more than the truth:
 *	- a sum that it told when asked, if it is more than what was told before;
 *	- a notice, if all notices before it come to exactly what was told before.  If they come to
 *	  less, it may be one of those executions that asking has found already, or not: then KIS is
 *	  asked.  Notices that say the same to the last byte may be one, repeated: they count once,
 *	  and KIS is asked.
 * A step's id is the order's and its sum, so that it is the same for whoever comes by another way
 * to the same sum.  The steps of this life are kept and told again unchanged; one that starts anew
 * may cut them differently, which is why a fill carries its sum and the gateway books no more than
 * what goes beyond its own (yq_broker_fill_beyond).
 */
#ifndef YQ_BROKER_KIS_LEDGER_H
#define YQ_BROKER_KIS_LEDGER_H

#include "base/table.h"
#include "broker/kis/chain.h"
#include "broker/kis/notice.h"

#define YQ_KIS_ENTRIES_MAX 20000 /* the oldest that are over are forgotten */
#define YQ_KIS_EARLY_US	   (INT64_C(30) * YQ_US_PER_SECOND)
#define YQ_KIS_EARLY_MAX   256 /* notices of orders whose number is not known yet */

struct yq_kis_sum {
	struct yq_decimal qty, value;
};

struct yq_kis_step {
	struct yq_kis_sum sum;
	int64_t time_us; /* when it was heard of: KIS tells no other time */
};

struct yq_kis_entry {
	struct yq_table_node node;
	char id[YQ_BROKER_ORDER_ID_SIZE];
	char date[YQ_KIS_DATE_SIZE];
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	enum yq_action action;
	char number[YQ_KIS_NUMBER_SIZE]; /* the one to name in a change or a cancel now */
	char branch[YQ_KIS_BRANCH_SIZE];
	struct yq_decimal qty;	     /* whole */
	struct yq_opt_decimal price; /* its limit, as KIS told when it was asked */
	bool over;		     /* as KIS said when it was asked, or it tells of it no more */
	uint64_t look;		     /* the last that listed it */
	struct yq_kis_sum pushed;    /* by notices, each counted once */
	uint64_t *heard;	     /* hashes of notices; owned */
	size_t heard_count;
	struct yq_kis_step *steps; /* owned */
	size_t step_count;
};

struct yq_kis_ledger {
	struct yq_table entries; /* by id */
	struct yq_table numbers; /* by country and number, the newest of a number */
	uint64_t looks;		 /* see yq_kis_ledger_listed */
	struct yq_kis_early {
		struct yq_kis_notice notice;
		int64_t time_us; /* 0 = none */
	} early[YQ_KIS_EARLY_MAX];
	size_t early_count; /* ever; the place is the remainder */
};

void yq_kis_ledger_clear(struct yq_kis_ledger *ledger);

/* Borrowed; NULL: not known. */
struct yq_kis_entry *yq_kis_entry_find(const struct yq_kis_ledger *ledger, const char *id);
struct yq_kis_entry *yq_kis_entry_by_number(
    const struct yq_kis_ledger *ledger, enum yq_country country, const char *number);
/* The entry of an order that KIS has just taken, made where there is none. */
struct yq_kis_entry *yq_kis_ledger_taken(struct yq_kis_ledger *ledger, const struct yq_order *order,
    const char *date, const struct yq_kis_ack *ack);
/* A change has given it another number. */
void yq_kis_ledger_renumbered(
    struct yq_kis_ledger *ledger, struct yq_kis_entry *entry, const char *number);
/* As KIS told when asked. */
struct yq_kis_entry *yq_kis_ledger_polled(
    struct yq_kis_ledger *ledger, const struct yq_kis_order *order, int64_t now_us);
/*
 * All that KIS lists since the earliest order that is not over was polled, and the next look
 * begins. One of that market that is not over, of a day before `before`, and was not listed is
 * over: an order lives for a day, and KIS tells of it no more (a virtual account may be begun
 * anew).  Returns how many those are; else each look would go back to them for ever.
 */
size_t yq_kis_ledger_listed(struct yq_kis_ledger *ledger, bool domestic, const char *before);
/* What open buys abroad in that currency may still cost.  YQ_E_RANGE: it does not fit. */
YQ_NODISCARD enum yq_rc yq_kis_ledger_reserved(
    const struct yq_kis_ledger *ledger, enum yq_currency currency, struct yq_decimal *amount);
enum yq_kis_heard {
	YQ_KIS_HEARD_STEP,  /* the order has another step */
	YQ_KIS_HEARD_KNOWN, /* it was told */
	YQ_KIS_HEARD_ASK,   /* that cannot be told: ask */
};
/* A notice of an execution; one of an order that is not known is kept for YQ_KIS_EARLY_US.
 * `*ret_entry` is NULL then. */
enum yq_kis_heard yq_kis_ledger_pushed(struct yq_kis_ledger *ledger, bool domestic,
    const struct yq_kis_notice *notice, int64_t now_us, struct yq_kis_entry **ret_entry);
/* The notices that came before the order's number was known; true: it has steps by them. */
bool yq_kis_ledger_catch_up(
    struct yq_kis_ledger *ledger, struct yq_kis_entry *entry, int64_t now_us);
/* The order that a notice tells of, abroad in whatever country; `number` is the notice's own or its
 * origin's.  NULL: not known. */
struct yq_kis_entry *yq_kis_entry_of_notice(const struct yq_kis_ledger *ledger, bool domestic,
    const struct yq_kis_notice *notice, const char *number);

/* The step of that place as a fill; false: its id does not fit. */
bool yq_kis_entry_fill(const struct yq_kis_entry *entry, size_t place, struct yq_broker_fill *fill);
/* The earliest date of an order that is not over, in its market; "" = none. */
void yq_kis_ledger_oldest(
    const struct yq_kis_ledger *ledger, bool domestic, char date[YQ_KIS_DATE_SIZE]);

#endif
