/* calendar_kis.c - Korea's calendar by the word of KIS. */
#include "console/calendar_kis.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "broker/kis/holidays.h"
#include "console/account_config.h"
#include "console/account_try.h"
#include "console/files.h"
#include "console/find.h"

#define LIMIT_MS 30000
#define AGAIN_MS 500 /* its token is on the way */
#define REASON	 "closed, by KIS"

struct asking {
	uv_loop_t loop;
	uv_timer_t limit, again;
	struct yq_broker *broker;
	yq_date from;
	struct yq_days *days;
	enum yq_rc rc;
	char text[512];
	bool late, over;
};

/* ---- what KIS says, in ours ---- */

static enum yq_rc
take_day(struct yq_days *days, const struct yq_kis_day *said, struct yq_err *err)
{
	const struct yq_day *known = yq_days_find(days, said->date);
	struct yq_day closed = { .date = said->date, .closed = true, .open = -1, .close = -1 };
	bool is_closed = known != NULL && known->closed;

	if (yq_date_weekday(said->date) > 4 || said->open != is_closed)
		return YQ_OK;
	if (said->open) {
		yq_days_remove(days, said->date);
		return YQ_OK;
	}
	yq_str_copy_cut(closed.name, sizeof(closed.name), REASON);
	return yq_days_put(days, &closed)
		   ? YQ_OK
		   : yq_err_set(err, YQ_E_LIMIT, "the calendar has too many days");
}

static enum yq_rc
copy_days(const struct yq_days *from, struct yq_days *to, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_DAYS_TEXT_MAX);

	yq_days_write(&text, from);
	return yq_days_read(yq_buf_text(&text), text.length, "the calendar of KR", to, err);
}

static void
on_holidays(void *cookie, enum yq_rc rc, const struct yq_kis_day *said, size_t count,
    const struct yq_err *err)
{
	struct asking *a = cookie;
	struct yq_err why;

	for (size_t i = 0; rc == YQ_OK && i < count; i++) {
		rc = take_day(a->days, &said[i], &why);
		err = &why;
	}
	a->rc = rc;
	yq_str_copy_cut(a->text, sizeof(a->text), rc == YQ_OK ? "" : err->text);
	a->over = rc != YQ_E_RETRY || a->late;
	if (!a->over && a->broker != NULL)
		(void)uv_timer_again(&a->again);
}

/* ---- asking ---- */

static void
on_again(uv_timer_t *timer)
{
	struct asking *a = timer->data;

	(void)uv_timer_stop(timer);
	yq_kis_holidays(a->broker, a->from, on_holidays, a);
}

static void
on_limit(uv_timer_t *timer)
{
	struct asking *a = timer->data;

	a->late = true;
}

static void
on_event(void *cookie, const struct yq_broker_event *events, size_t count)
{
	(void)cookie;
	(void)events;
	(void)count;
}

static enum yq_rc
ask(struct asking *a, const struct yq_config *config, const struct yq_account_settings *account,
    struct yq_err *err)
{
	enum yq_rc rc;

	if (uv_loop_init(&a->loop) != 0)
		return yq_err_set(err, YQ_E_SYSTEM, "cannot make an event loop");
	(void)uv_timer_init(&a->loop, &a->limit);
	(void)uv_timer_init(&a->loop, &a->again);
	a->limit.data = a->again.data = a;
	rc = yq_account_open_broker(&a->loop, config, account, on_event, a, &a->broker, err);
	if (rc == YQ_OK) {
		(void)uv_timer_start(&a->limit, on_limit, LIMIT_MS, 0);
		(void)uv_timer_start(&a->again, on_again, 0, AGAIN_MS);
		while (!a->over && !a->late)
			(void)uv_run(&a->loop, UV_RUN_ONCE);
		yq_broker_free(a->broker);
		rc = a->over ? a->rc : YQ_E_UNKNOWN;
		if (rc != YQ_OK)
			(void)yq_err_set(
			    err, rc, "KIS: %s", a->text[0] != '\0' ? a->text : "no answer in time");
	}
	a->over = true;
	uv_close((uv_handle_t *)&a->limit, NULL);
	uv_close((uv_handle_t *)&a->again, NULL);
	(void)uv_run(&a->loop, UV_RUN_DEFAULT); /* handles close */
	(void)uv_loop_close(&a->loop);
	return rc;
}

/* ---- once a day ---- */

/* Beside the calendar: the date of the last question. */
static bool
is_asked(const char *stamp, const char *today)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(64);

	return yq_file_read(stamp, &text, NULL) == YQ_OK &&
	       yq_str_starts(yq_buf_text(&text), today);
}

static int
ask_once(const struct yq_calendars *calendars, const struct yq_config *config,
    const struct yq_account_settings *account, struct yq_days *days)
{
	const struct yq_calendar *calendar = calendars->calendar;
	char *path = yq_settings_calendar_path(calendars->config, YQ_COUNTRY_KR);
	struct asking a = { .days = days,
		.from = yq_local_date(
		    calendar->zones[YQ_COUNTRY_KR], yq_clock_now_us(yq_clock_system())) };
	char stamp[YQ_PATH_SIZE], folder[YQ_PATH_SIZE], today[YQ_DATE_TEXT_SIZE];
	struct yq_err err = { 0 };
	enum yq_rc rc = YQ_OK;

	yq_date_format(a.from, today);
	if (!yq_str_format(stamp, sizeof(stamp), "%s.kis", path) ||
	    !yq_str_copy(folder, sizeof(folder), path))
		rc = yq_err_set(&err, YQ_E_RANGE, "the path %s is too long", path);
	free(path);
	if (rc == YQ_OK && is_asked(stamp, today))
		rc = yq_err_set(&err, YQ_E_STATE,
		    "KIS was asked today, and wants to be asked once a day: tomorrow again");
	if (rc == YQ_OK) {
		*strrchr(folder, '/') = '\0';
		rc = yq_folder_make(folder, &err);
	}
	/* Before it is asked: one that is lost counts at KIS as well. */
	if (rc == YQ_OK)
		rc = yq_file_write_private(stamp, today, strlen(today), &err);
	if (rc == YQ_OK)
		rc = copy_days(&calendar->days[YQ_COUNTRY_KR], days, &err);
	if (rc == YQ_OK)
		rc = ask(&a, config, account, &err);
	if (rc == YQ_E_RETRY)
		(void)unlink(stamp); /* nothing has left us */
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
}

int
yq_calendar_ask_kis(
    const struct yq_call *call, const struct yq_calendars *calendars, struct yq_days *days)
{
	const char *alias = call->options[YQ_OPT_ACCOUNT];
	const struct yq_account_settings *account;
	struct yq_accounts *accounts;
	struct yq_config *config = NULL;
	int status = yq_account_config(call, &config);

	if (status != YQ_CONSOLE_DONE)
		return status;
	accounts = yq_account_list(config);
	account = yq_accounts_find(accounts, alias);
	if (account == NULL)
		status = yq_fail(YQ_CONSOLE_REFUSED,
		    "there is no account \"%s\"; `yq account list` shows them", alias);
	else if (account->broker != YQ_BROKER_KIS)
		status = yq_fail(YQ_CONSOLE_REFUSED, "%s is no account at KIS", alias);
	else if (!account->live)
		status = yq_fail(YQ_CONSOLE_REFUSED,
		    "KIS tells of holidays to real accounts alone, and %s is a virtual one", alias);
	else
		status = ask_once(calendars, config, account, days);
	yq_accounts_free(accounts);
	yq_config_free(config);
	return status;
}
