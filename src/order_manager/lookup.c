/* lookup.c - questions on `query`, and the ear for their answers. */
#include "order_manager/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/reply.h"
#include "bus/subscriber.h"

#define TICK_MS	 50
#define AGAIN_MS 250 /* a question that nobody heard is asked again */

struct question {
	struct yq_id id;
	char channel[YQ_KEY_SIZE]; /* of its answer */
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	uint64_t deadline_ms, asked_ms;
	bool heard; /* a gateway listens, or it is not known that none does */
};

struct yq_lookup {
	struct yq_daemon *daemon;
	yq_lookup_fn *fn;
	void *cookie;
	struct yq_subscriber *ear;
	uv_timer_t timer; /* runs while a question is open */
	struct question questions[YQ_LOOKUP_MAX];
	size_t count;
	unsigned refs; /* the timer and what was published */
	bool closed;
	struct yq_counter *answered, *unanswered;
};

/* One publication on its way. */
struct publication {
	struct yq_lookup *lookup;
	struct yq_id id;
};

static void
unref(struct yq_lookup *lookup)
{
	if (--lookup->refs == 0)
		free(lookup);
}

static uint64_t
now_ms(const struct yq_lookup *lookup)
{
	return uv_now(yq_daemon_loop(lookup->daemon));
}

static struct question *
find_id(struct yq_lookup *lookup, const struct yq_id *id)
{
	for (size_t i = 0; i < lookup->count; i++)
		if (yq_id_equal(&lookup->questions[i].id, id))
			return &lookup->questions[i];
	return NULL;
}

static void
remove_question(struct yq_lookup *lookup, struct question *question)
{
	yq_subscriber_remove(lookup->ear, question->channel);
	*question = lookup->questions[--lookup->count];
	if (lookup->count == 0)
		uv_timer_stop(&lookup->timer);
}

/* ---- asking ---- */

static void
on_published(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct publication *publication = cookie;
	struct yq_lookup *lookup = publication->lookup;
	struct question *question = lookup->closed ? NULL : find_id(lookup, &publication->id);

	if (rc != YQ_OK)
		yq_debug("a price could not be asked for: %s", err->text);
	if (question != NULL)
		question->heard = rc == YQ_OK ? yq_reply_int(reply) > 0 : rc == YQ_E_UNKNOWN;
	free(publication);
	unref(lookup);
}

static void
publish(struct yq_lookup *lookup, struct question *question)
{
	struct yq_valkey *valkey = yq_daemon_valkey(lookup->daemon);
	struct publication *publication = yq_xcalloc(1, sizeof(*publication));
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_args *args = yq_valkey_args(valkey);
	struct yq_query query = {
		.id = question->id,
		.type = YQ_QUERY_PRICE,
		.timestamp_us = yq_clock_now_us(yq_daemon_clock(lookup->daemon)),
	};

	yq_str_format(query.target, sizeof(query.target), "%s:%s",
	    yq_names_text(&yq_exchange_names, (int)question->exchange), question->ticker);
	yq_message_encode_query(&query, &payload);
	yq_args_text(args, "PUBLISH");
	yq_args_key(args, YQ_KEY_QUERY, NULL);
	yq_args_bytes(args, payload.data, payload.length);
	publication->lookup = lookup;
	publication->id = question->id;
	lookup->refs++;
	question->asked_ms = now_ms(lookup);
	question->heard = true;
	yq_valkey_send(valkey, args, YQ_LOOKUP_WAIT_MS, on_published, publication);
}

/* What is over is settled; what nobody heard (a gateway that is just starting) is asked again. */
static void
on_tick(uv_timer_t *timer)
{
	struct yq_lookup *lookup = timer->data;
	uint64_t now = now_ms(lookup);
	bool settled = false;

	for (size_t i = lookup->count; i-- > 0;) {
		struct question *question = &lookup->questions[i];

		if (now >= question->deadline_ms) {
			yq_debug("no answer on the price of %s", question->ticker);
			yq_counter_add(lookup->unanswered, 1);
			remove_question(lookup, question);
			settled = true;
		} else if (!question->heard && now >= question->asked_ms + AGAIN_MS) {
			publish(lookup, question);
		}
	}
	if (settled)
		lookup->fn(lookup->cookie);
}

bool
yq_lookup_is_open(const struct yq_lookup *lookup, enum yq_exchange exchange, const char *ticker)
{
	for (size_t i = 0; i < lookup->count; i++)
		if (lookup->questions[i].exchange == exchange &&
		    yq_str_equal(lookup->questions[i].ticker, ticker))
			return true;
	return false;
}

bool
yq_lookup_ask(struct yq_lookup *lookup, enum yq_exchange exchange, const char *ticker)
{
	struct question *question;

	if (yq_lookup_is_open(lookup, exchange, ticker))
		return true;
	if (lookup->count == YQ_LOOKUP_MAX)
		return false;
	question = &lookup->questions[lookup->count];
	*question = (struct question){
		.id = yq_id_random(),
		.exchange = exchange,
		.deadline_ms = now_ms(lookup) + YQ_LOOKUP_WAIT_MS,
	};
	yq_str_copy_cut(question->ticker, sizeof(question->ticker), ticker);
	yq_key_format(YQ_KEY_QUERY_REPLY, question->id.text, question->channel);
	/* Both leave in this turn of the loop, long before an answer can come. */
	if (yq_subscriber_add(lookup->ear, question->channel) != YQ_OK)
		return false;
	if (lookup->count++ == 0)
		uv_timer_start(&lookup->timer, on_tick, TICK_MS, TICK_MS);
	publish(lookup, question);
	return true;
}

/* ---- hearing ---- */

static void
on_answer(void *cookie, const char *channel, const char *payload, size_t length)
{
	struct yq_lookup *lookup = cookie;
	struct yq_query_reply answer;

	for (size_t i = 0; i < lookup->count; i++) {
		struct question *question = &lookup->questions[i];

		if (!yq_str_equal(question->channel, channel))
			continue;
		if (yq_message_decode_query_reply(payload, length, &answer, NULL) == YQ_OK &&
		    !answer.is_success)
			yq_info("no price of %s: %s", question->ticker, answer.message);
		yq_counter_add(lookup->answered, 1);
		remove_question(lookup, question);
		lookup->fn(lookup->cookie);
		return;
	}
}

/* ---- life ---- */

enum yq_rc
yq_lookup_open(struct yq_daemon *daemon, yq_lookup_fn *fn, void *cookie,
    struct yq_lookup **ret_lookup, struct yq_err *err)
{
	struct yq_lookup *lookup = yq_xcalloc(1, sizeof(*lookup));
	struct yq_metrics *metrics = yq_daemon_metrics(daemon);
	const char *help = "Prices asked of the gateway.";
	enum yq_rc rc;

	lookup->daemon = daemon;
	lookup->fn = fn;
	lookup->cookie = cookie;
	rc = yq_subscriber_open(yq_daemon_loop(daemon), yq_daemon_valkey_target(daemon),
	    "yq-order-manager:answers", NULL, 0, on_answer, NULL, lookup, &lookup->ear, err);
	if (rc != YQ_OK) {
		free(lookup);
		return rc;
	}
	uv_timer_init(yq_daemon_loop(daemon), &lookup->timer);
	lookup->timer.data = lookup;
	lookup->refs = 1;
	lookup->answered =
	    yq_metrics_counter(metrics, "yq_price_lookups_total", "result=\"answered\"", help);
	lookup->unanswered =
	    yq_metrics_counter(metrics, "yq_price_lookups_total", "result=\"unanswered\"", help);
	*ret_lookup = lookup;
	return YQ_OK;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	unref(handle->data);
}

void
yq_lookup_close(struct yq_lookup *lookup)
{
	if (lookup == NULL)
		return;
	lookup->closed = true;
	yq_subscriber_close(lookup->ear);
	uv_close((uv_handle_t *)&lookup->timer, on_timer_closed);
}
