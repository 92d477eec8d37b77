/* color.c - the row that names the active system: looked at, told to Valkey and to the decider. */
#include "order_manager/color.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/reply.h"
#include "bus/steps.h"
#include "store/leases.h"

#define RENEW_US  (INT64_C(10) * YQ_US_PER_SECOND)
#define MIRROR_NS INT64_C(5000000000)
#define FIRST_NS  INT64_C(5000000000) /* the first look takes too long */
#define NS_PER_MS INT64_C(1000000)

/* What a look found; it belongs to the worker's thread while the job runs. */
struct look {
	struct yq_color *color;
	char own[8];
	int64_t now_us;
	struct yq_lease row;
};

struct yq_color {
	struct yq_daemon *daemon;
	struct yq_worker *worker;
	struct yq_books *books;
	yq_color_fn *fn;
	void *cookie;
	char own[8];
	int64_t silence_ns; /* 0 = any */
	uv_timer_t timer;
	bool looking, closing, closed;
	bool blind; /* the last look failed */
	bool told;  /* the first look is over */
	int64_t opened_ns;

	bool known; /* `row` is what was seen last, by us or in an earlier life */
	struct yq_lease row;
	int64_t seen_ns; /* when; by our own clock */
	int64_t from_ns; /* ours from then on */
	int64_t mirrored_ns;
	bool mirror_due;
	int trades; /* what people were told last: 1, 0; -1 = nothing yet */
};

static int64_t
now_ns(const struct yq_color *color)
{
	return yq_clock_monotonic_ns(yq_daemon_clock(color->daemon));
}

/* ---- what follows from the row ---- */

enum stand { UNKNOWN_YET, OTHER, TAKING_OVER, SILENT, ACTIVE };

static enum stand
stand_of(const struct yq_color *color)
{
	if (!color->known)
		return UNKNOWN_YET;
	if (!yq_str_equal(color->row.owner, color->own))
		return OTHER;
	if (now_ns(color) < color->from_ns)
		return TAKING_OVER;
	if (color->silence_ns != 0 && now_ns(color) - color->seen_ns > color->silence_ns)
		return SILENT;
	return ACTIVE;
}

static void
describe(const struct yq_color *color, enum stand stand, char *text, size_t size)
{
	switch (stand) {
	case OTHER:
		yq_str_format(text, size,
		    "this system is %s, and %s is the active one: nothing is traded here",
		    color->own, color->row.owner);
		break;
	case TAKING_OVER:
		yq_str_format(text, size,
		    "this system (%s) has just been promoted and waits for the other to see it",
		    color->own);
		break;
	case SILENT:
		yq_str_format(text, size,
		    "this system (%s) has not seen for too long that it is the active one",
		    color->own);
		break;
	case UNKNOWN_YET:
	case ACTIVE:
	default:
		yq_str_format(text, size,
		    "this system (%s) does not know yet whether it is the active one", color->own);
		break;
	}
}

static void
on_mirrored(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	(void)cookie;
	(void)count;
	if (rc != YQ_OK)
		yq_debug("the active color is not told to Valkey yet: %s", err->text);
	else if (answers[0].result == YQ_FENCED)
		yq_warn("Valkey knows of a later change of the active color than Firebird");
}

/* Repeated with each look or so: an answer that is lost does no harm. */
static void
mirror(struct yq_color *color, enum stand stand)
{
	struct yq_color_item item = { .own = color->own,
		.active = stand == TAKING_OVER ? "" : color->row.owner,
		.token = color->row.token,
		.since_us = color->row.acquired_at_us,
		.renewed_at_us = color->row.renewed_at_us,
		.silence_ms = (uint32_t)(color->silence_ns / NS_PER_MS) };

	if (!yq_daemon_valkey_up(color->daemon))
		return;
	color->mirror_due = false;
	color->mirrored_ns = now_ns(color);
	yq_step_color(yq_daemon_valkey(color->daemon), &item, on_mirrored, NULL);
}

static void
tell(struct yq_color *color, enum stand stand)
{
	char text[256];
	int trades = stand == ACTIVE;

	if (trades == color->trades || (stand == UNKNOWN_YET && !color->told))
		return;
	if (trades)
		yq_str_format(text, sizeof(text),
		    "This system (%s) is the active one and trades from now on", color->own);
	else
		describe(color, stand, text, sizeof(text));
	if (color->trades >= 0)
		yq_daemon_notify(color->daemon, "System", trades ? "Warning" : "Critical", text);
	else
		yq_info("%s", text);
	color->trades = trades;
	color->mirror_due = true;
}

static void
follow(struct yq_color *color, bool seen)
{
	enum stand stand = stand_of(color);
	char text[256];

	describe(color, stand, text, sizeof(text));
	yq_books_forbid(color->books, stand == ACTIVE ? NULL : text);
	tell(color, stand);
	if (color->known && seen &&
	    (color->mirror_due || color->silence_ns != 0 ||
		now_ns(color) - color->mirrored_ns >= MIRROR_NS))
		mirror(color, stand);
}

/* ---- looking ---- */

/* A time ahead of ours is of before the clock was set back. */
static bool
is_young(int64_t age_us)
{
	return age_us >= 0 && age_us < RENEW_US;
}

/* On the worker's thread. */
static enum yq_rc
look(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct look *l = cookie;
	struct yq_lease renewed;
	enum yq_rc rc = yq_lease_read(firebird, YQ_COLOR_LEASE, &l->row, err);

	if (rc == YQ_E_NOT_FOUND)
		rc = yq_lease_acquire(firebird, YQ_COLOR_LEASE, l->own, l->now_us, 0, &l->row, err);
	if (rc != YQ_OK || !yq_str_equal(l->row.owner, l->own) ||
	    is_young(l->now_us - l->row.renewed_at_us))
		return rc;
	/* For people only.  What it finds there instead is looked at the next time. */
	if (yq_lease_renew(firebird, YQ_COLOR_LEASE, l->own, l->row.token, l->now_us, 0, &renewed,
		err) == YQ_OK)
		l->row = renewed;
	return YQ_OK;
}

/* The first owner of all has nobody to wait for. */
static void
seen(struct yq_color *color, const struct yq_lease *row)
{
	bool moved = !color->known || row->token != color->row.token;
	bool ours = yq_str_equal(row->owner, color->own);

	if (moved && color->known && row->token < color->row.token)
		yq_warn("the archive's row of the active color is older than what was seen before");
	if (moved && ours && row->token > 1)
		color->from_ns = now_ns(color) + YQ_COLOR_HANDOVER_MS * NS_PER_MS;
	if (moved)
		color->mirror_due = true;
	color->known = true;
	color->row = *row;
	color->seen_ns = now_ns(color);
}

static void
first_is_over(struct yq_color *color)
{
	if (color->told)
		return;
	color->told = true;
	color->fn(color->cookie);
}

/* A question has its answer.  True when nobody waits for it any more: whichever comes last, the
 * answer or the end of the timer, frees. */
static bool
ended(struct yq_color *color)
{
	color->looking = false;
	if (!color->closed)
		return color->closing;
	free(color);
	return true;
}

static void
on_looked(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct look *l = cookie;
	struct yq_color *color = l->color;

	if (ended(color)) {
		free(l);
		return;
	}
	if (rc == YQ_OK)
		seen(color, &l->row);
	else if (!color->blind)
		yq_warn("which color is active cannot be looked at: %s", err->text);
	color->blind = rc != YQ_OK;
	free(l);
	follow(color, rc == YQ_OK);
	first_is_over(color);
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_color *color = timer->data;
	struct look *l;

	follow(color, false);
	if (now_ns(color) - color->opened_ns > FIRST_NS)
		first_is_over(color);
	if (color->looking)
		return;
	l = yq_xcalloc(1, sizeof(*l));
	l->color = color;
	memcpy(l->own, color->own, sizeof(l->own));
	l->now_us = yq_clock_now_us(yq_daemon_clock(color->daemon));
	color->looking = yq_worker_submit(color->worker, look, on_looked, l) == YQ_OK;
	if (!color->looking)
		free(l);
}

/* ---- what an earlier life knew ---- */

static int64_t
time_of(const char *text)
{
	int64_t us = 0;

	if (text == NULL || yq_time_parse(text, strlen(text), &us) != YQ_OK)
		return 0;
	return us;
}

static void
remember(struct yq_color *color, const struct redisReply *reply)
{
	const char *texts[5];
	int64_t age_us;

	for (size_t i = 0; i < YQ_COUNT(texts); i++)
		texts[i] = yq_reply_text(yq_reply_at(reply, i), NULL);
	/* Another color then, or in the middle of a promotion: as if never seen. */
	if (texts[0] == NULL || texts[1] == NULL || texts[2] == NULL ||
	    !yq_str_equal(texts[0], color->own) || texts[1][0] == '\0' ||
	    !yq_str_copy(color->row.owner, sizeof(color->row.owner), texts[1]) ||
	    !yq_str_to_int64(texts[2], 1, INT64_MAX, &color->row.token))
		return;
	color->row.acquired_at_us = time_of(texts[3]);
	color->row.renewed_at_us = time_of(texts[4]);
	age_us = yq_clock_now_us(yq_daemon_clock(color->daemon)) - color->row.renewed_at_us;
	color->seen_ns = now_ns(color) - (age_us > 0 ? age_us * 1000 : 0);
	color->known = true;
}

static void
on_recalled(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_color *color = cookie;

	if (ended(color))
		return;
	if (rc != YQ_OK)
		yq_warn("what was known of the active color cannot be read: %s", err->text);
	else if (yq_reply_count(reply) == 5)
		remember(color, reply);
	(void)uv_timer_start(&color->timer, on_timer, 0, YQ_COLOR_LOOK_MS);
}

/* ---- begin and end ---- */

struct yq_color *
yq_color_open(struct yq_daemon *daemon, struct yq_worker *worker, struct yq_books *books,
    yq_color_fn *fn, void *cookie)
{
	const char *argv[] = { "HMGET", yq_key_name(YQ_KEY_COLOR), "Color", "Active", "Token",
		"Since", "RenewedAt" };
	const struct yq_config *config = yq_daemon_config(daemon);
	const char *own = yq_config_text(config, "System:Color");
	struct yq_color *color;

	if (own[0] == '\0') {
		const struct yq_color_item none = { .own = "" };

		yq_step_color(yq_daemon_valkey(daemon), &none, on_mirrored, NULL);
		return NULL;
	}
	color = yq_xcalloc(1, sizeof(*color));
	color->daemon = daemon;
	color->worker = worker;
	color->books = books;
	color->fn = fn;
	color->cookie = cookie;
	yq_str_copy_cut(color->own, sizeof(color->own), own);
	color->silence_ns =
	    yq_config_int(config, "System:ColorSilenceSeconds") * INT64_C(1000000000);
	color->opened_ns = now_ns(color);
	color->trades = -1;
	color->looking = true;
	(void)uv_timer_init(yq_daemon_loop(daemon), &color->timer);
	color->timer.data = color;
	follow(color, false);
	yq_valkey_command(yq_daemon_valkey(daemon), YQ_COUNT(argv), argv, NULL,
	    YQ_VALKEY_TIMEOUT_MS, on_recalled, color);
	return color;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_color *color = handle->data;

	color->closed = true;
	if (!color->looking) /* else the look's end frees it */
		free(color);
}

void
yq_color_close(struct yq_color *color)
{
	if (color == NULL)
		return;
	color->closing = true;
	uv_close((uv_handle_t *)&color->timer, on_closed);
}
