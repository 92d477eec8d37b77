/* snapshot_round.c - the steps of one attempt, one after the other. */
#include "order_manager/snapshot_round.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/reply.h"
#include "order_manager/day_book.h"

#define LLEN_TIMEOUT_MS 5000
#define POSITIONS_MAX	(64U << 20) /* bytes */

struct account {
	char alias[YQ_ALIAS_SIZE];
	bool open;	/* to be recorded, as far as is known */
	yq_date latest; /* recorded last; 0 = never */
	struct yq_day_book before;
	struct yq_day_sums *sums; /* in the round's array */
};

struct yq_snapshot_round {
	struct yq_snapshot_wish wish; /* without its aliases */
	yq_snapshot_row_fn *row;
	yq_snapshot_done_fn *done;
	void *cookie;
	struct account *accounts; /* by alias */
	size_t count, at;
	bool again; /* the books are read for the second time */
	bool in_flight, canceled;
	struct yq_snapshot_outcome outcome;

	/* The worker's, while a job is at work. */
	struct yq_snapshot_list latest;
	struct yq_day_sums *sums;
	size_t sums_count;
	struct yq_day_walk *walk;
	bool walked;
	struct yq_snapshot *rows; /* each owns its positions */
	enum yq_rc *outcomes;
	size_t row_count;
};

static void
release(struct yq_snapshot_round *round)
{
	yq_snapshot_list_free(&round->latest);
	yq_day_walk_free(round->walk);
	free(round->accounts);
	free(round->sums);
	for (size_t i = 0; i < round->row_count; i++)
		free((void *)(uintptr_t)round->rows[i].positions);
	free(round->rows);
	free(round->outcomes);
	free(round);
}

/* Every completion begins with this; true when nothing is to be done any more. */
static bool
landed(struct yq_snapshot_round *round)
{
	round->in_flight = false;
	if (!round->canceled)
		return false;
	release(round);
	return true;
}

static void
finish(struct yq_snapshot_round *round)
{
	round->done(round->cookie, &round->outcome);
	release(round);
}

/* One account has to wait for another attempt; the first reason is told. */
static void
put_off(struct yq_snapshot_round *round, struct account *account, const char *why)
{
	account->open = false;
	if (round->outcome.pending++ > 0)
		return;
	round->outcome.alias = account->alias;
	yq_str_copy_cut(round->outcome.why, sizeof(round->outcome.why), why);
}

/* All that are left have to, for a reason that is none of theirs. */
static void
put_off_all(struct yq_snapshot_round *round, const char *why)
{
	for (size_t i = 0; i < round->count; i++)
		if (round->accounts[i].open)
			put_off(round, &round->accounts[i], why);
	finish(round);
}

static void
submit(struct yq_snapshot_round *round, yq_worker_fn *job, yq_worker_done_fn *done)
{
	round->in_flight = true;
	if (yq_worker_submit(round->wish.worker, job, done, round) == YQ_OK)
		return;
	round->in_flight = false;
	put_off_all(round, "the archive is busy");
}

/* ---- writing ---- */

static enum yq_rc
add_job(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_snapshot_round *round = cookie;

	return yq_snapshots_add(
	    firebird, round->rows, round->row_count, round->outcomes, NULL, NULL, err);
}

static void
on_added(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_snapshot_round *round = cookie;
	size_t row = 0;

	if (landed(round))
		return;
	if (rc != YQ_OK) {
		put_off_all(round, err->text);
		return;
	}
	for (size_t i = 0; i < round->count; i++) {
		struct account *account = &round->accounts[i];
		enum yq_rc outcome;

		if (!account->open)
			continue;
		outcome = round->outcomes[row++];
		if (outcome != YQ_OK && outcome != YQ_E_EXISTS) {
			put_off(round, account, "a value does not fit its column");
			continue;
		}
		round->outcome.written += outcome == YQ_OK;
		if (outcome == YQ_OK)
			round->row(round->cookie, account->alias, account->latest);
	}
	finish(round);
}

static void
write_rows(struct yq_snapshot_round *round)
{
	const char *forbidden = yq_books_forbidden(round->wish.books);

	if (forbidden != NULL) {
		put_off_all(round, forbidden);
		return;
	}
	if (round->row_count == 0) {
		finish(round);
		return;
	}
	round->outcomes = yq_xcalloc(round->row_count, sizeof(*round->outcomes));
	submit(round, add_job, on_added);
}

/* ---- reading the books ---- */

static void read_next(struct yq_snapshot_round *round);

static void
close_book(struct yq_snapshot_round *round, struct account *account, const struct yq_day_book *book,
    const struct yq_account_state *state)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf positions = yq_buf_make(POSITIONS_MAX);
	struct yq_snapshot row;
	struct yq_err err;

	if (!yq_day_book_same(&account->before, book)) {
		put_off(round, account, "it was traded in while it was read");
		return;
	}
	if (yq_day_book_close(book, account->sums, &round->wish.end, round->wish.currency,
		round->outcome.taken_at_us, &row, &err) != YQ_OK) {
		put_off(round, account, err.text);
		return;
	}
	yq_day_book_positions(state, round->wish.currency, &positions);
	row.positions = yq_xstrdup(yq_buf_text(&positions));
	round->rows[round->row_count++] = row;
}

static void
take_book(
    struct yq_snapshot_round *round, struct account *account, const struct yq_account_state *state)
{
	struct yq_day_book book;
	struct yq_err err = { .rc = YQ_OK };
	enum yq_rc rc = yq_day_book_read(state, round->wish.currency, &book, &err);

	if (!state->active || (rc == YQ_OK && !book.concerned))
		account->open = false;
	else if (rc != YQ_OK)
		put_off(round, account, err.text);
	else if (round->again)
		close_book(round, account, &book, state);
	else
		account->before = book;
}

static void
on_account(
    void *cookie, enum yq_rc rc, const struct yq_account_state *state, const struct yq_err *err)
{
	struct yq_snapshot_round *round = cookie;
	struct account *account;

	if (landed(round))
		return;
	account = &round->accounts[round->at++];
	if (rc == YQ_OK)
		take_book(round, account, state);
	else if (rc == YQ_E_NOT_FOUND && account->latest == 0)
		account->open = false; /* no gateway has ever served it */
	else
		put_off(round, account, err->text);
	read_next(round);
}

static void ask_queue(struct yq_snapshot_round *round);

static void
read_next(struct yq_snapshot_round *round)
{
	while (round->at < round->count && !round->accounts[round->at].open)
		round->at++;
	if (round->at < round->count) {
		round->in_flight = true;
		yq_state_account(yq_daemon_valkey(round->wish.daemon),
		    round->accounts[round->at].alias, on_account, round);
	} else if (round->again) {
		write_rows(round);
	} else {
		ask_queue(round);
	}
}

static void
read_books(struct yq_snapshot_round *round, bool again)
{
	round->at = 0;
	round->again = again;
	round->outcome.taken_at_us = yq_clock_now_us(yq_daemon_clock(round->wish.daemon));
	read_next(round);
}

/* ---- the archive ---- */

static enum yq_rc
sums_job(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_snapshot_round *round = cookie;

	return yq_day_walk_run(round->walk, firebird, YQ_DAY_WALK_ROWS, &round->walked, err);
}

static void
on_sums(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_snapshot_round *round = cookie;

	if (landed(round))
		return;
	if (rc != YQ_OK) {
		put_off_all(round, err->text);
		return;
	}
	if (!round->walked) { /* the next piece; what else waits for the worker goes first */
		submit(round, sums_job, on_sums);
		return;
	}
	for (size_t i = 0; i < round->count; i++) {
		struct account *account = &round->accounts[i];

		if (account->open && account->sums->fault.rc != YQ_OK)
			put_off(round, account, account->sums->fault.text);
	}
	round->rows = yq_xcalloc(round->sums_count, sizeof(*round->rows));
	read_books(round, true);
}

static void
walk_archive(struct yq_snapshot_round *round)
{
	round->sums = yq_xcalloc(round->count, sizeof(*round->sums));
	for (size_t i = 0; i < round->count; i++) {
		struct account *account = &round->accounts[i];

		if (!account->open)
			continue;
		account->sums = &round->sums[round->sums_count++];
		memcpy(account->sums->account_alias, account->alias,
		    sizeof(account->sums->account_alias));
	}
	if (round->sums_count == 0) {
		finish(round);
		return;
	}
	round->walk = yq_day_walk_make(
	    &round->wish.end, round->wish.currency, round->sums, round->sums_count);
	submit(round, sums_job, on_sums);
}

static void
on_queue(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_snapshot_round *round = cookie;

	if (landed(round))
		return;
	if (rc != YQ_OK)
		put_off_all(round, err->text);
	else if (yq_reply_count(reply) != 2)
		put_off_all(round, "a broken answer about what waits for the archive");
	else if (yq_reply_int(yq_reply_at(reply, 0)) + yq_reply_int(yq_reply_at(reply, 1)) > 0)
		put_off_all(round, "trades wait for the archive");
	else
		walk_archive(round);
}

/* What was booked and is not in the archive yet would look like cash paid in. */
static void
ask_queue(struct yq_snapshot_round *round)
{
	static const enum yq_key lists[] = { YQ_KEY_TRADES_QUEUE, YQ_KEY_TRADES_PROCESSING };
	struct yq_valkey *valkey = yq_daemon_valkey(round->wish.daemon);
	struct yq_args *args = yq_valkey_args(valkey);

	yq_args_text(args, "MULTI");
	for (size_t i = 0; i < YQ_COUNT(lists); i++) {
		yq_args_next(args);
		yq_args_text(args, "LLEN");
		yq_args_key(args, lists[i], NULL);
	}
	yq_args_next(args);
	yq_args_text(args, "EXEC");
	round->in_flight = true;
	yq_valkey_send(valkey, args, LLEN_TIMEOUT_MS, on_queue, round);
}

/* ---- what is there ---- */

static enum yq_rc
look_job(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_snapshot_round *round = cookie;

	return yq_snapshots_latest(
	    firebird, round->wish.currency, round->wish.end.date, &round->latest, err);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct account *)a)->alias, ((const struct account *)b)->alias);
}

/* What a clock that was ahead recorded of a day that is not over says nothing of those before. */
static void
take_latest(struct yq_snapshot_round *round, const struct yq_snapshot *row)
{
	struct account key, *account;

	memcpy(key.alias, row->account_alias, sizeof(key.alias));
	account = bsearch(&key, round->accounts, round->count, sizeof(key), compare);
	if (account == NULL)
		return;
	if (row->closed_at_us > yq_clock_now_us(yq_daemon_clock(round->wish.daemon))) {
		round->outcome.ahead = row->date;
		round->outcome.ahead_alias = account->alias;
	} else if (row->date > account->latest) {
		account->latest = row->date;
		account->open = row->date < round->wish.end.date;
	}
}

static void
on_looked(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_snapshot_round *round = cookie;

	if (landed(round))
		return;
	if (rc != YQ_OK) {
		put_off_all(round, err->text);
		return;
	}
	for (size_t i = 0; i < round->latest.count; i++)
		take_latest(round, &round->latest.items[i]);
	read_books(round, false);
}

struct yq_snapshot_round *
yq_snapshot_round_start(const struct yq_snapshot_wish *wish, yq_snapshot_row_fn *row,
    yq_snapshot_done_fn *done, void *cookie)
{
	struct yq_snapshot_round *round = yq_xcalloc(1, sizeof(*round));

	round->wish = *wish;
	round->wish.aliases = NULL;
	round->row = row;
	round->done = done;
	round->cookie = cookie;
	round->count = wish->count;
	round->accounts = yq_xcalloc(wish->count, sizeof(*round->accounts));
	for (size_t i = 0; i < wish->count; i++) {
		yq_str_copy_cut(
		    round->accounts[i].alias, sizeof(round->accounts[i].alias), wish->aliases[i]);
		round->accounts[i].open = true;
	}
	qsort(round->accounts, round->count, sizeof(*round->accounts), compare);
	round->in_flight = true;
	if (yq_worker_submit(wish->worker, look_job, on_looked, round) == YQ_OK)
		return round;
	release(round);
	return NULL;
}

void
yq_snapshot_round_cancel(struct yq_snapshot_round *round)
{
	if (round == NULL)
		return;
	round->canceled = true;
	if (!round->in_flight)
		release(round);
}
