/* adoption.c - accept what was published, as often as it takes. */
#include "order_manager/adoption.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/steps.h"

#define RETRY_MS 200

struct foreign {
	struct foreign *next;
	struct yq_id id;
	size_t length;
	char payload[];
};

struct yq_adoption {
	struct yq_daemon *daemon;
	struct foreign *first, **end; /* oldest first */
	size_t count;
	bool busy; /* the first is on its way */
	bool dead; /* freed by the answer */
	uv_timer_t *timer;
	struct yq_counter *adopted;
};

static void send_first(struct yq_adoption *adoption);

static void
on_retry(uv_timer_t *timer)
{
	send_first(timer->data);
}

struct yq_adoption *
yq_adoption_make(struct yq_daemon *daemon)
{
	struct yq_adoption *adoption = yq_xcalloc(1, sizeof(*adoption));

	adoption->daemon = daemon;
	adoption->end = &adoption->first;
	adoption->timer = yq_xcalloc(1, sizeof(*adoption->timer));
	uv_timer_init(yq_daemon_loop(daemon), adoption->timer);
	adoption->timer->data = adoption;
	adoption->adopted =
	    yq_metrics_counter(yq_daemon_metrics(daemon), "yq_signals_adopted_total", NULL,
		"Signals that were published without standing in the stream.");
	return adoption;
}

static void
drop_first(struct yq_adoption *adoption)
{
	struct foreign *foreign = adoption->first;

	adoption->first = foreign->next;
	if (adoption->first == NULL)
		adoption->end = &adoption->first;
	adoption->count--;
	free(foreign);
}

static void
release(struct yq_adoption *adoption)
{
	while (adoption->first != NULL)
		drop_first(adoption);
	free(adoption);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void
yq_adoption_free(struct yq_adoption *adoption)
{
	if (adoption == NULL)
		return;
	uv_close((uv_handle_t *)adoption->timer, on_timer_closed);
	adoption->dead = true;
	if (!adoption->busy)
		release(adoption);
}

static void
lose(struct yq_adoption *adoption, const struct yq_id *id, const char *why)
{
	char text[YQ_ERR_TEXT_MAX + 160];

	yq_str_format(text, sizeof(text),
	    "The published signal %s could not be put into the stream and is lost: %s", id->text,
	    why);
	yq_daemon_notify(adoption->daemon, "System", "Critical", text);
}

static void
on_accepted(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct yq_adoption *adoption = cookie;

	(void)count;
	adoption->busy = false;
	if (adoption->dead) {
		release(adoption);
		return;
	}
	if (rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN || rc == YQ_E_LIMIT || rc == YQ_E_STATE) {
		yq_debug("a published signal is not in the stream yet: %s", err->text);
		uv_timer_start(adoption->timer, on_retry, RETRY_MS, 0);
		return;
	}
	if (rc != YQ_OK) {
		lose(adoption, &adoption->first->id, err->text);
	} else if (answers[0].result == YQ_ACCEPTED) {
		yq_counter_add(adoption->adopted, 1);
		yq_info("a published signal was put into the stream");
	}
	drop_first(adoption);
	send_first(adoption);
}

static void
send_first(struct yq_adoption *adoption)
{
	const struct foreign *foreign = adoption->first;
	struct yq_accept_item item = { .foreign = true };

	if (foreign == NULL || adoption->busy)
		return;
	adoption->busy = true;
	item.id = foreign->id;
	item.payload = foreign->payload;
	item.length = foreign->length;
	yq_step_accept(yq_daemon_valkey(adoption->daemon), &item, 1, on_accepted, adoption);
}

void
yq_adoption_take(
    struct yq_adoption *adoption, const struct yq_id *id, const char *payload, size_t length)
{
	struct foreign *foreign;

	if (adoption->count == YQ_ADOPTION_MAX) {
		lose(adoption, id, "too many at a time");
		return;
	}
	foreign = yq_xcalloc(1, sizeof(*foreign) + length + 1);
	foreign->id = *id;
	foreign->length = length;
	memcpy(foreign->payload, payload, length);
	*adoption->end = foreign;
	adoption->end = &foreign->next;
	adoption->count++;
	if (!uv_is_active((uv_handle_t *)adoption->timer))
		send_first(adoption);
}

bool
yq_adoption_is_idle(const struct yq_adoption *adoption)
{
	return adoption->count == 0;
}
