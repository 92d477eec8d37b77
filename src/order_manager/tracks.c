/*
 * tracks.c - closed trades of the archive, read in pieces, then followed.
 *
 * While the archive is read a trade that is archived meanwhile is either behind the place the
 * reading has come to, and will be read, or before it, and is fed at once.  Whoever comes later
 * than either (archived by an earlier life, or by another system) makes the reading begin anew;
 * what was known stands until that has come to its end.
 */
#include "order_manager/tracks.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/recent.h"
#include "base/table.h"
#include "daemon/settings.h"
#include "order_manager/tracks_piece.h"

#define TICK_MS	      500
#define RECENT_TRADES 8192

struct yq_tracks {
	struct yq_daemon *daemon;
	struct yq_worker *worker;
	struct yq_books *books;
	yq_closed_fn *closed;
	void *cookie;
	uv_timer_t *timer;
	bool needed;	  /* somebody looks at closed trades */
	bool counts_days; /* somebody counts the orders of a day, and they are not entered yet */
	unsigned turns;	  /* of the books, when reading began: another has traded since */
	bool anew;	  /* read it again */
	bool told;	  /* that it cannot be read */

	struct yq_track_books *known;  /* NULL = not known; owned */
	struct yq_track_books *coming; /* being read; NULL = nothing is; owned */
	struct yq_piece_end place;     /* `coming` has all before it */
	struct yq_piece *piece;	       /* on the worker's thread; it owns itself */
	struct yq_recent fed;	       /* trades, by the hash of their id */
};

static void go_on(struct yq_tracks *tracks);

static bool
is_outdated(const struct yq_tracks *tracks)
{
	return tracks->turns != yq_books_turns(tracks->books);
}

static void
on_tick(uv_timer_t *timer)
{
	go_on(timer->data);
}

void
yq_tracks_configure(struct yq_tracks *tracks)
{
	const struct yq_config *config = yq_daemon_config(tracks->daemon);
	struct yq_config_report report = { .fault_count = 0 };
	struct yq_risks *risks = yq_settings_risk(config, &report);
	struct yq_sizings *sizings = yq_settings_sizing(config, &report);

	tracks->needed = yq_risks_need_tracks(risks) ||
			 yq_sizings_have(sizings, YQ_SIZER_HALF_KELLY) ||
			 yq_sizings_have(sizings, YQ_SIZER_PLUGIN);
	yq_risks_free(risks);
	yq_sizings_free(sizings);
	yq_config_report_free(&report); /* who checks the settings tells of them */
	go_on(tracks);
}

struct yq_tracks *
yq_tracks_open(struct yq_daemon *daemon, struct yq_worker *worker, struct yq_books *books,
    yq_closed_fn *closed, void *cookie)
{
	struct yq_tracks *tracks = yq_xcalloc(1, sizeof(*tracks));
	struct yq_config_report report = { .fault_count = 0 };
	struct yq_risks *risks = yq_settings_risk(yq_daemon_config(daemon), &report);

	tracks->daemon = daemon;
	tracks->worker = worker;
	tracks->books = books;
	tracks->closed = closed;
	tracks->cookie = cookie;
	tracks->fed.remembered = RECENT_TRADES;
	tracks->timer = yq_xcalloc(1, sizeof(*tracks->timer));
	uv_timer_init(yq_daemon_loop(daemon), tracks->timer);
	tracks->timer->data = tracks;
	uv_timer_start(tracks->timer, on_tick, TICK_MS, TICK_MS);
	tracks->counts_days = yq_risks_count_days(risks);
	yq_risks_free(risks);
	yq_config_report_free(&report);
	yq_tracks_configure(tracks);
	return tracks;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

static void
forget(struct yq_track_books **books)
{
	yq_track_books_free(*books);
	*books = NULL;
}

void
yq_tracks_close(struct yq_tracks *tracks)
{
	if (tracks == NULL)
		return;
	uv_close((uv_handle_t *)tracks->timer, on_timer_closed);
	if (tracks->piece != NULL)
		tracks->piece->tracks = NULL;
	forget(&tracks->known);
	forget(&tracks->coming);
	yq_recent_clear(&tracks->fed);
	free(tracks);
}

/* ---- feeding ---- */

static uint64_t
hash_of(const struct yq_trade *trade)
{
	return yq_table_hash_text(trade->id.text);
}

static void
feed(struct yq_tracks *tracks, struct yq_track_books *books, const struct yq_trade_row *row)
{
	struct yq_err err = { .rc = YQ_OK };

	if (yq_track_books_feed(books, row->account_alias, &row->trade, tracks->closed,
		tracks->cookie, &err) != YQ_OK)
		yq_warn(
		    "trade %s does not count for any strategy: %s", row->trade.id.text, err.text);
}

void
yq_tracks_archived(void *cookie, const struct yq_trade_row *row, bool inserted)
{
	struct yq_tracks *tracks = cookie;
	bool behind = tracks->coming != NULL && yq_piece_end_is_before(&tracks->place, &row->trade);
	uint64_t hash = hash_of(&row->trade);

	if (!tracks->needed)
		return;
	if (!inserted) {
		/* Before our time, or a commit whose outcome was not known. */
		tracks->anew = tracks->anew || (!behind && !yq_recent_has(&tracks->fed, hash));
		return;
	}
	yq_recent_add(&tracks->fed, hash);
	if (tracks->known != NULL)
		feed(tracks, tracks->known, row);
	if (tracks->coming != NULL && !behind)
		feed(tracks, tracks->coming, row);
}

/* ---- reading ---- */

/* Orders of before the start; the open ones are entered with the books. */
static void
enter_orders(struct yq_tracks *tracks, const struct yq_piece *piece)
{
	const struct yq_clock *clock = yq_daemon_clock(tracks->daemon);

	for (size_t i = 0; i < piece->order_count; i++) {
		const struct yq_order_count *count = &piece->orders[i];
		int64_t at_us = count->stretch * YQ_RATE_DAY_STEP_US;

		yq_rate_add_day(&yq_books_get(tracks->books, count->account_alias)->rate,
		    (uint32_t)count->orders, yq_clock_monotonic_of(clock, at_us));
	}
	if (piece->orders_from_us != 0)
		tracks->counts_days = false;
}

static void
take_piece(struct yq_tracks *tracks, const struct yq_piece *piece)
{
	enter_orders(tracks, piece);
	tracks->told = false;
	if (tracks->coming == NULL)
		return;
	for (size_t i = 0; i < piece->count; i++) {
		yq_recent_add(&tracks->fed, hash_of(&piece->rows[i].trade));
		feed(tracks, tracks->coming, &piece->rows[i]);
	}
	tracks->place = piece->place;
	if (piece->count == YQ_PIECE_MAX)
		return;
	forget(&tracks->known);
	tracks->known = tracks->coming;
	tracks->coming = NULL;
}

static void
on_read(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_piece *piece = cookie;
	struct yq_tracks *tracks = piece->tracks;

	if (tracks != NULL) {
		tracks->piece = NULL;
		if (rc == YQ_OK) {
			take_piece(tracks, piece);
			go_on(tracks);
		} else if (!tracks->told) {
			yq_warn(
			    "how strategies' trades have ended cannot be read yet: %s", err->text);
			tracks->told = true;
		}
	}
	yq_piece_free(piece);
}

static void
read_piece(struct yq_tracks *tracks)
{
	struct yq_piece *piece = yq_piece_make(tracks, &tracks->place);

	if (tracks->counts_days)
		piece->orders_from_us = yq_clock_now_us(yq_daemon_clock(tracks->daemon)) -
					YQ_RATE_STEPS * YQ_RATE_DAY_STEP_US;
	if (yq_worker_submit(tracks->worker, yq_piece_read, on_read, piece) == YQ_OK)
		tracks->piece = piece;
	else
		yq_piece_free(piece);
}

static void
begin(struct yq_tracks *tracks)
{
	tracks->turns = yq_books_turns(tracks->books);
	tracks->anew = false;
	tracks->place = (struct yq_piece_end){ .at_us = 0 };
	forget(&tracks->coming);
	tracks->coming = yq_track_books_make();
}

/* Whatever is to be done next, if anything.  A piece that failed is asked for again at the next
 * tick. */
static void
go_on(struct yq_tracks *tracks)
{
	if (tracks->piece != NULL || yq_books_forbidden(tracks->books) != NULL)
		return;
	if (is_outdated(tracks))
		forget(&tracks->known); /* another system has traded */
	if (!tracks->needed) {
		forget(&tracks->known);
		forget(&tracks->coming);
	} else if (is_outdated(tracks) || tracks->anew ||
		   (tracks->known == NULL && tracks->coming == NULL)) {
		begin(tracks);
	}
	if (tracks->coming != NULL || tracks->counts_days)
		read_piece(tracks);
}

/* ---- looking ---- */

bool
yq_tracks_are_for(const struct yq_policy *policy)
{
	const struct yq_risk_limits *limits = &policy->limits;

	return policy->sizing.sizer == YQ_SIZER_HALF_KELLY ||
	       policy->sizing.sizer == YQ_SIZER_PLUGIN || limits->needs_track ||
	       limits->cooldown_us != 0 || limits->loss_cooldown_us != 0;
}

bool
yq_tracks_are_known(const struct yq_tracks *tracks)
{
	return tracks->known != NULL && !is_outdated(tracks);
}

int64_t
yq_tracks_await_ms(const struct yq_tracks *tracks, const struct yq_policy *policy)
{
	if (tracks == NULL)
		return 0;
	if ((!yq_tracks_are_for(policy) || yq_tracks_are_known(tracks)) &&
	    (policy->limits.max_orders_per_day == 0 || !tracks->counts_days))
		return 0;
	return tracks->told ? YQ_TRACKS_AWAY_MS : YQ_TRACKS_READING_MS;
}

void
yq_tracks_fill(const struct yq_tracks *tracks, const struct yq_policy *policy,
    const struct yq_signal *signal, const char *alias, struct yq_inputs *inputs)
{
	const struct yq_track *track;
	struct yq_closes closes;

	if (!yq_tracks_are_for(policy) || !yq_tracks_are_known(tracks))
		return;
	track =
	    yq_track_books_find(tracks->known, alias, signal->strategy, inputs->account.currency);
	if (track == NULL)
		return;
	inputs->kept.track = *track;
	inputs->market.track = &inputs->kept.track;
	closes = yq_track_books_closes(
	    tracks->known, alias, signal->strategy, signal->exchange, signal->ticker);
	inputs->market.last_closed_at_us = closes.last_closed_at_us;
	inputs->market.last_loss_at_us = closes.last_loss_at_us;
}
