/*
 * evidence.c - an order among the broker's of that time, where it keeps no ids of ours.
 *
 * What other orders of ours own is known from those in hand, and for those that are over from
 * execution:stream, which tells of each under the broker's id.  Where the stream does not reach
 * back to the moment of sending, nothing is proven.
 */
#include "broker_gateway/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/gateway.h"
#include "bus/refuse.h"
#include "bus/reply.h"

#define READ_TIMEOUT_MS 5000
#define PAGE		"500"

struct seek {
	struct gw_order *order;
	gw_evidence_fn *fn;
	struct yq_broker_order *theirs; /* candidates; owned */
	size_t count;
	char from[YQ_ENTRY_ID_SIZE]; /* where the next page begins */
	bool more;		     /* ... than are kept: it can be none of them alone */
	bool reaches_back;
};

static void
end(struct seek *s, enum yq_rc rc, const struct yq_err *err)
{
	struct gw_order *o = s->order;
	gw_evidence_fn *fn = s->fn;

	free(s->theirs);
	free(s);
	fn(o, rc, err);
}

static void
give_up_with(struct seek *s, enum yq_rc rc, const char *why)
{
	struct yq_err err;

	end(s, yq_err_set(&err, rc, "%s", why), &err);
}

static void
give_up(struct seek *s, const char *why)
{
	give_up_with(s, YQ_E_UNKNOWN, why);
}

static bool
is_ours_no_more(const struct seek *s)
{
	return s->order->detached || s->order->account->gw->stopped;
}

/* ---- candidates ---- */

static bool
is_in_hand(void *cookie, const char *broker_order_id)
{
	const struct gw_order *o = cookie;
	const struct gw_order *owner = gw_order_by_broker_id(o->account, broker_order_id);

	return owner != NULL && owner != o;
}

static int64_t
sent_at(const struct gw_order *o)
{
	return o->claimed_at_us != 0 ? o->claimed_at_us : o->order.timestamp_us;
}

/* Keep the candidates among theirs. */
static void
narrow(struct seek *s, const struct yq_broker_order *theirs, size_t count)
{
	struct gw_order *o = s->order;
	struct gw_doubt *d = gw_doubt_of(o);
	int64_t to_us = o->suspect ? o->account->suspect_since_us : sent_at(o);
	struct yq_match match = yq_match_order_between(&o->order, sent_at(o) - YQ_MATCH_BEFORE_US,
	    to_us + YQ_MATCH_AFTER_US, theirs, count, is_in_hand, o);
	size_t named = match.count < YQ_MATCH_MAX ? match.count : YQ_MATCH_MAX;
	size_t dropped = match.count - named;
	struct yq_broker_order *kept = yq_xcalloc(named + 1, sizeof(*kept));

	s->more = s->more || dropped > 0;
	d->candidate_count = match.count;
	for (size_t i = 0; i < named; i++) {
		kept[i] = theirs[match.places[i]];
		memcpy(d->candidates[i], kept[i].broker_order_id, sizeof(d->candidates[i]));
	}
	free(s->theirs);
	s->theirs = kept;
	s->count = named;
}

static void
decide(struct seek *s)
{
	struct gw_order *o = s->order;

	narrow(s, s->theirs, s->count); /* somebody may have taken one meanwhile */
	if (s->count == 0 && !s->more) {
		give_up_with(s, YQ_E_NOT_FOUND, "the broker tells of no order that could be it");
	} else if (s->count > 1 || s->more) {
		give_up(s, "the broker tells of several orders that could be it");
	} else if (!s->reaches_back) {
		give_up(s, "what our orders of that time were at the broker is not known any more");
	} else {
		memcpy(
		    o->broker_order_id, s->theirs[0].broker_order_id, sizeof(o->broker_order_id));
		yq_info("order %s is the broker's %s: the only one that could be it",
		    o->order.id.text, o->broker_order_id);
		end(s, YQ_OK, NULL);
	}
}

/* ---- what orders that are over own ---- */

/* Drop the candidate that this execution tells of, if another order of ours is meant. */
static void
look_at(struct seek *s, const char *payload, size_t length)
{
	struct yq_execution e;

	for (size_t i = 0; i < s->count; i++) {
		if (strstr(payload, s->theirs[i].broker_order_id) == NULL ||
		    yq_message_decode_execution(payload, length, &e, NULL) != YQ_OK ||
		    yq_id_equal(&e.order_id, &s->order->order.id) ||
		    !yq_str_equal(e.account_alias, s->order->order.account_alias) ||
		    !yq_str_equal(e.broker_order_id, s->theirs[i].broker_order_id))
			continue;
		s->theirs[i--] = s->theirs[--s->count];
	}
}

static void read_page(struct seek *s);

static void
on_page(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct seek *s = cookie;
	size_t count = rc == YQ_OK ? yq_reply_count(reply) : 0;
	const char *last = NULL;

	if (rc != YQ_OK || is_ours_no_more(s)) {
		give_up(s, rc != YQ_OK ? err->text : "another gateway has the account");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct redisReply *entry = yq_reply_at(reply, i);
		const char *payload = yq_reply_field(yq_reply_at(entry, 1), YQ_ENTRY_PAYLOAD);

		last = yq_reply_text(yq_reply_at(entry, 0), NULL);
		if (payload != NULL)
			look_at(s, payload, strlen(payload));
	}
	if (last == NULL || s->count == 0) {
		decide(s);
		return;
	}
	yq_str_format(s->from, sizeof(s->from), "(%s", last);
	read_page(s);
}

static void
read_page(struct seek *s)
{
	struct yq_valkey *valkey = s->order->account->gw->valkey;
	struct yq_args *args = yq_valkey_args(valkey);

	yq_args_text(args, "XRANGE");
	yq_args_key(args, YQ_KEY_EXECUTION_STREAM, NULL);
	yq_args_text(args, s->from);
	yq_args_words(args, "+ COUNT " PAGE);
	yq_valkey_send(valkey, args, READ_TIMEOUT_MS, on_page, s);
}

/* A stream shorter than its bound has never been cut. */
static void
on_length(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct seek *s = cookie;

	if (rc != YQ_OK || is_ours_no_more(s)) {
		give_up(s, rc != YQ_OK ? err->text : "another gateway has the account");
		return;
	}
	s->reaches_back = yq_reply_int(reply) < yq_keys[YQ_KEY_EXECUTION_STREAM].bound;
	read_page(s);
}

/* The oldest entry: the stream reaches back if it is older than the sending. */
static void
on_oldest(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct seek *s = cookie;
	struct yq_valkey *valkey = s->order->account->gw->valkey;
	int64_t from_us = sent_at(s->order) - YQ_MATCH_BEFORE_US;
	const char *oldest;
	struct yq_args *args;

	if (rc != YQ_OK || is_ours_no_more(s)) {
		give_up(s, rc != YQ_OK ? err->text : "another gateway has the account");
		return;
	}
	oldest = yq_reply_text(yq_reply_at(yq_reply_at(reply, 0), 0), NULL);
	yq_str_format(s->from, sizeof(s->from), "%lld-0", (long long)(from_us / 1000));
	s->reaches_back = oldest != NULL && yq_entry_time_us(oldest) <= from_us;
	if (s->reaches_back) {
		read_page(s);
		return;
	}
	args = yq_valkey_args(valkey);
	yq_args_text(args, "XLEN");
	yq_args_key(args, YQ_KEY_EXECUTION_STREAM, NULL);
	yq_valkey_send(valkey, args, READ_TIMEOUT_MS, on_length, s);
}

static void
on_orders(void *cookie, enum yq_rc rc, const struct yq_broker_order *orders, size_t count,
    const struct yq_err *err)
{
	struct seek *s = cookie;
	struct yq_args *args;

	if (rc != YQ_OK || is_ours_no_more(s)) {
		give_up(s, rc != YQ_OK ? err->text : "another gateway has the account");
		return;
	}
	narrow(s, orders, count);
	if (s->count == 0) {
		decide(s);
		return;
	}
	args = yq_valkey_args(s->order->account->gw->valkey);
	yq_args_text(args, "XRANGE");
	yq_args_key(args, YQ_KEY_EXECUTION_STREAM, NULL);
	yq_args_words(args, "- + COUNT 1");
	yq_valkey_send(s->order->account->gw->valkey, args, READ_TIMEOUT_MS, on_oldest, s);
}

void
gw_evidence_seek(struct gw_order *o, gw_evidence_fn *fn)
{
	struct seek *s = yq_xcalloc(1, sizeof(*s));

	s->order = o;
	s->fn = fn;
	yq_broker_orders_since(o->account->broker, sent_at(o) - YQ_MATCH_BEFORE_US, on_orders, s);
}
