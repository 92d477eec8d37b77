/* schedule_by_hand.c - schedules checked, and changed. */
#include "desk/schedule_by_hand.h"

#include "base/str.h"
#include "desk/fetch.h"

const struct yq_market_hours *
yq_schedule_hours(const struct yq_schedule_work *work, const struct yq_schedule *schedule)
{
	return yq_calendar_hours(work->calendar, schedule->exchange);
}

int64_t
yq_schedule_next_us(const struct yq_schedule_work *work, const struct yq_schedule *schedule)
{
	struct yq_due due;

	if (!schedule->enabled || yq_schedule_next_run(schedule, yq_schedule_hours(work, schedule),
				      work->now_us, &due) != YQ_OK)
		return 0;
	return due.at_us;
}

/* ---- checking ---- */

/* An account that no gateway serves now may be a slip of the pen. */
static enum yq_rc
check_account(
    const struct yq_schedule_work *work, const struct yq_schedule *schedule, struct yq_err *err)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	enum yq_rc rc;

	if (yq_str_equal(schedule->account_alias, YQ_SCHEDULE_ANY_ACCOUNT))
		return YQ_OK;
	rc = yq_desk_members(work->desk, YQ_KEY_ACCOUNT_INDEX, &members, err);
	if (rc != YQ_OK)
		return rc;
	for (size_t i = 0; i < members.count; i++)
		if (yq_str_equal(schedule->account_alias, members.texts[i]))
			return YQ_OK;
	return yq_err_set(
	    err, YQ_E_REFUSED, "AccountAlias: there is no account \"%s\"", schedule->account_alias);
}

enum yq_rc
yq_schedule_by_hand_check(
    const struct yq_schedule_work *work, struct yq_schedule *schedule, struct yq_err *err)
{
	const struct yq_market_hours *hours = yq_schedule_hours(work, schedule);
	struct yq_due due;
	enum yq_rc rc = yq_schedule_check(schedule, hours, err);

	if (rc != YQ_OK)
		return rc;
	if (yq_schedule_next_run(schedule, hours, work->now_us, &due) != YQ_OK)
		return yq_err_set(err, YQ_E_REFUSED,
		    "To: as far as the calendar knows it would never run (`yq calendar`)");
	return check_account(work, schedule, err);
}

/* Whatever it says, it may be switched off. */
static bool
is_only_disabled(const struct yq_schedule *schedule, const struct yq_schedule_row *before)
{
	struct yq_schedule same = *schedule;

	if (schedule->enabled || before == NULL)
		return false;
	same.enabled = before->schedule.enabled;
	return yq_schedule_is_same(&same, &before->schedule);
}

static enum yq_rc
check_change(const struct yq_schedule_work *work, enum yq_schedule_change_kind kind,
    struct yq_schedule *schedule, const struct yq_schedule_row *before, struct yq_err *err)
{
	if (kind == YQ_SCHEDULE_REMOVE || kind == YQ_SCHEDULE_RUN ||
	    is_only_disabled(schedule, before))
		return YQ_OK;
	return schedule->enabled
		   ? yq_schedule_by_hand_check(work, schedule, err)
		   : yq_schedule_check(schedule, yq_schedule_hours(work, schedule), err);
}

enum yq_rc
yq_schedule_by_hand(const struct yq_schedule_work *work, enum yq_schedule_change_kind kind,
    struct yq_schedule *schedule, const struct yq_schedule_row *before, const char *verb,
    struct yq_err *err)
{
	char texts[2][YQ_MESSAGE_SIZE] = { "", "" };
	struct yq_schedule_change one = { .kind = kind, .verb = verb };
	enum yq_rc rc = check_change(work, kind, schedule, before, err);

	if (rc == YQ_OK)
		rc = yq_desk_firebird(work->desk, err);
	if (rc != YQ_OK)
		return rc;
	if (kind != YQ_SCHEDULE_RUN) {
		if (before != NULL)
			yq_schedule_brief(&before->schedule, texts[0]);
		if (kind != YQ_SCHEDULE_REMOVE)
			yq_schedule_brief(schedule, texts[1]);
		one.before = texts[0];
		one.after = texts[1];
	}
	one.schedule = *schedule;
	one.version = before != NULL ? before->version : 0;
	return yq_schedules_change(work->desk->firebird, &one, 1, &work->desk->hand, work->reason,
	    work->now_us, NULL, err);
}
