/* intake.c - stream, channels and adoption of signals. */
#include "order_manager/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/adopt.h"
#include "bus/consume.h"
#include "bus/message.h"
#include "bus/refuse.h"
#include "bus/subscriber.h"
#include "order_manager/adoption.h"

struct yq_intake {
	struct yq_daemon *daemon;
	struct yq_books *books;
	struct yq_decider *decider;
	struct yq_consumer *consumer;
	struct yq_subscriber *subscriber;
	struct yq_adopt *adopt;
	struct yq_adoption *adoption;
	bool paused, stopped;
	bool deaf; /* the channels are not heard: it has been said */
	bool listened;
	struct yq_counter *received, *unreadable;
	yq_intake_heard_fn *heard;
	void *cookie;
};

static const struct yq_clock *
clock_of(const struct yq_intake *intake)
{
	return yq_daemon_clock(intake->daemon);
}

/* ---- the stream ---- */

static void
on_entry(struct yq_intake *intake, const struct yq_entry *entry)
{
	struct yq_signal signal;
	struct yq_err err = { .rc = YQ_OK };

	yq_adopt_seen(intake->adopt, entry->payload, entry->length);
	yq_counter_add(intake->received, 1);
	if (yq_message_decode_signal(entry->payload, entry->length, &signal, &err) != YQ_OK) {
		yq_counter_add(intake->unreadable, 1);
		yq_refuse_entry(yq_daemon_valkey(intake->daemon), YQ_GROUP_SIGNAL_INTAKE, entry,
		    yq_programs[YQ_PROGRAM_ORDER_MANAGER].app, &err);
		return;
	}
	if (signal.received_at_us == 0)
		signal.received_at_us = yq_entry_time_us(entry->id);
	if (!yq_decider_push(intake->decider, entry->id, &signal))
		YQ_PANIC("the decider is full although the intake paused");
}

static void
on_entries(void *cookie, const struct yq_entry *entries, size_t count)
{
	struct yq_intake *intake = cookie;

	YQ_FAIL_POINT("decider.read");
	for (size_t i = 0; i < count; i++)
		on_entry(intake, &entries[i]);
	if (!yq_decider_has_room(intake->decider)) {
		intake->paused = true;
		yq_consumer_pause(intake->consumer);
	}
}

void
yq_intake_more(struct yq_intake *intake)
{
	if (intake->paused && !intake->stopped && yq_decider_has_room(intake->decider)) {
		intake->paused = false;
		yq_consumer_resume(intake->consumer);
	}
}

/* ---- the channels ---- */

static void
on_foreign(void *cookie, const char *payload, size_t length)
{
	struct yq_intake *intake = cookie;
	struct yq_signal signal;
	struct yq_err err = { .rc = YQ_OK };

	if (yq_message_decode_signal(payload, length, &signal, &err) != YQ_OK) {
		yq_counter_add(intake->unreadable, 1);
		yq_refuse_message(yq_daemon_valkey(intake->daemon), YQ_KEY_SIGNAL, payload, length,
		    yq_programs[YQ_PROGRAM_ORDER_MANAGER].app, &err);
		return;
	}
	yq_adoption_take(intake->adoption, &signal.id, payload, length);
}

static void
on_message(void *cookie, const char *channel, const char *payload, size_t length)
{
	struct yq_intake *intake = cookie;
	enum yq_key key = YQ_KEY_EXECUTION;

	if (yq_str_equal(channel, yq_key_name(YQ_KEY_SIGNAL))) {
		key = YQ_KEY_SIGNAL;
		yq_adopt_heard(intake->adopt, payload, length);
	} else if (yq_str_equal(channel, yq_key_name(YQ_KEY_ORDER))) {
		key = YQ_KEY_ORDER;
		yq_books_hear_order(
		    intake->books, payload, length, yq_clock_monotonic_us(clock_of(intake)));
	} else if (yq_str_equal(channel, yq_key_name(YQ_KEY_CATALOG))) {
		key = YQ_KEY_CATALOG;
	} else {
		yq_books_hear_execution(intake->books, payload, length);
	}
	intake->heard(intake->cookie, key);
}

/* Whatever was said meanwhile was not heard: the catalog may be another. */
static void
on_ear(void *cookie, bool up, const struct yq_err *err)
{
	struct yq_intake *intake = cookie;

	if (up) {
		yq_books_mark_stale(intake->books);
		intake->heard(intake->cookie, YQ_KEY_CATALOG);
	} else if (!intake->deaf)
		yq_warn("does not hear what is published: %s", err->text);
	if (up && intake->deaf)
		yq_info("hears what is published again");
	intake->deaf = !up;
	yq_daemon_unready(intake->daemon, "channels", up ? NULL : "not listening to the channels");
	/* What is published before would be heard by nobody. */
	if (up && !intake->listened)
		yq_daemon_ready(intake->daemon);
	intake->listened = intake->listened || up;
}

/* ---- life ---- */

enum yq_rc
yq_intake_open(struct yq_daemon *daemon, struct yq_books *books, yq_intake_heard_fn *heard,
    void *cookie, struct yq_intake **ret_intake, struct yq_err *err)
{
	const char *channels[] = { yq_key_name(YQ_KEY_SIGNAL), yq_key_name(YQ_KEY_ORDER),
		yq_key_name(YQ_KEY_EXECUTION), yq_key_name(YQ_KEY_CATALOG) };
	struct yq_intake *intake = yq_xcalloc(1, sizeof(*intake));
	struct yq_metrics *metrics = yq_daemon_metrics(daemon);
	enum yq_rc rc;

	intake->daemon = daemon;
	intake->books = books;
	intake->heard = heard;
	intake->cookie = cookie;
	rc = yq_subscriber_open(yq_daemon_loop(daemon), yq_daemon_valkey_target(daemon),
	    "yq-order-manager:channels", channels, YQ_COUNT(channels), on_message, on_ear, intake,
	    &intake->subscriber, err);
	if (rc != YQ_OK) {
		free(intake);
		return rc;
	}
	intake->adopt = yq_adopt_open(yq_daemon_loop(daemon), 0, on_foreign, intake);
	intake->adoption = yq_adoption_make(daemon);
	intake->received = yq_metrics_counter(
	    metrics, "yq_signals_read_total", NULL, "Signals read from the stream.");
	intake->unreadable = yq_metrics_counter(
	    metrics, "yq_signals_unreadable_total", NULL, "Messages that are no signal.");
	*ret_intake = intake;
	return YQ_OK;
}

enum yq_rc
yq_intake_start(struct yq_intake *intake, struct yq_decider *decider, struct yq_err *err)
{
	struct yq_consumer_spec spec = {
		.group = YQ_GROUP_SIGNAL_INTAKE,
		.instance = yq_daemon_instance(intake->daemon),
		.batch = YQ_DECIDER_TAKE_MAX,
		.fn = on_entries,
		.cookie = intake,
	};

	intake->decider = decider;
	return yq_consumer_open(yq_daemon_loop(intake->daemon),
	    yq_daemon_valkey_target(intake->daemon), &spec, &intake->consumer, err);
}

void
yq_intake_stop(struct yq_intake *intake)
{
	intake->stopped = true;
	yq_consumer_close(intake->consumer);
	intake->consumer = NULL;
}

bool
yq_intake_is_idle(const struct yq_intake *intake)
{
	return yq_adoption_is_idle(intake->adoption);
}

void
yq_intake_close(struct yq_intake *intake)
{
	if (intake == NULL)
		return;
	yq_consumer_close(intake->consumer);
	yq_subscriber_close(intake->subscriber);
	yq_adopt_close(intake->adopt);
	yq_adoption_free(intake->adoption);
	free(intake);
}
