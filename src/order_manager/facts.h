/*
 * facts.h - what a batch of decisions looks at, read from the bus in one round trip: accounts, kill
 * switches and prices.
 *
 * Fill it with what is wanted, read, decide, clear.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_FACTS_H
#define YQ_ORDER_MANAGER_FACTS_H

#include "daemon/rules.h"
#include "domain/compose.h"
#include "order_manager/books.h"

struct yq_facts; /* opaque */

struct yq_facts *yq_facts_make(struct yq_valkey *valkey, struct yq_books *books);
/* Where the answers of sizing plug-ins are; borrowed, NULL = there are none. */
struct yq_sizers;
void yq_facts_set_sizers(struct yq_facts *facts, const struct yq_sizers *sizers);
/* Where closed trades are; borrowed, NULL = nothing is known of any. */
struct yq_tracks;
void yq_facts_set_tracks(struct yq_facts *facts, const struct yq_tracks *tracks);
/* What the catalog says of instruments; borrowed, NULL = nothing. */
struct yq_listings_keeper;
void yq_facts_set_listings(struct yq_facts *facts, const struct yq_listings_keeper *listings);
const struct yq_tracks *yq_facts_tracks(const struct yq_facts *facts);
/* A read under way ends without its completion.  NULL is a no-op. */
void yq_facts_free(struct yq_facts *facts);
void yq_facts_clear(struct yq_facts *facts);
size_t yq_facts_count(const struct yq_facts *facts); /* things wanted: a command each */

/* What it takes to decide `signal` in the accounts of its strategy. */
void yq_facts_want(
    struct yq_facts *facts, const struct yq_rules *rules, const struct yq_signal *signal);

/* Runs once, from the loop.  Anything but YQ_OK: nothing of it may be used.  An account that is not
 * there and a price that is not known are facts, not errors. */
typedef void yq_facts_fn(void *cookie, enum yq_rc rc, const struct yq_err *err);
void yq_facts_read(struct yq_facts *facts, yq_facts_fn *fn, void *cookie);

/* Whether each of those accounts is there. */
bool yq_facts_has_accounts(
    const struct yq_facts *facts, const struct yq_rules *rules, const struct yq_signal *signal);

/* Decide one signal in one account, with the books as they stand now.  `inputs` is what was looked
 * at: it borrows from the facts and the rules, and has no rules when nothing was composed.  Returns
 * the policy that was taken, NULL then. */
#define YQ_ACCOUNT_UNKNOWN "ACCOUNT_UNKNOWN" /* no gateway serves the alias */
#define YQ_NOT_ACTIVE	   "NOT_ACTIVE"	     /* another system trades (yq_books_forbid) */
#define YQ_ACCOUNT_CORRUPT "ACCOUNT_CORRUPT" /* its state in the bus cannot be read */
struct yq_named_policy *yq_facts_decide(const struct yq_facts *facts, const struct yq_rules *rules,
    const struct yq_signal *signal, const char *alias, int64_t now_us, struct yq_inputs *inputs,
    struct yq_decision *decision);

#endif
