/* schedule_plan.c - which schedules are due, and what follows: a claim, or why not. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "domain/schedule_text.h"
#include "order_manager/scheduler_parts.h"

#define CLAIMS_MAX YQ_LOOK_DUE_MAX /* with runs; more wait for the next pass */
/* A cursor further ahead of the clock was set before the clock was. */
#define AHEAD_US (2 * YQ_US_PER_SECOND)

struct planning {
	struct yq_scheduler *scheduler;
	const struct yq_schedule_row *row;
	const struct yq_market_hours *hours;
	struct yq_run_claim *claim;
};

static struct yq_run *
add_run(struct planning *p, const struct yq_due *due, enum yq_run_state state, const char *code)
{
	struct yq_scheduler *s = p->scheduler;
	struct yq_run *run = &p->claim->runs[p->claim->run_count++];

	*run = (struct yq_run){ .schedule_id = p->row->schedule.id,
		.due_at_us = due->at_us,
		.schedule_version = p->row->version,
		.run_date = due->date,
		.state = state,
		.open_since_us = s->now_us };
	memcpy(run->schedule_name, p->row->schedule.name, sizeof(run->schedule_name));
	yq_str_copy_cut(run->owner, sizeof(run->owner), s->owner);
	yq_str_copy_cut(run->code, sizeof(run->code), code);
	if (state == YQ_RUN_CLAIMED || state == YQ_RUN_SENDING)
		run->claimed_at_us = s->now_us;
	else
		run->settled_at_us = s->now_us;
	return run;
}

static void
skip_missed(struct planning *p, const struct yq_dues *dues)
{
	struct yq_run *run = add_run(p, &dues->missed, YQ_RUN_SKIPPED, RUN_MISSED);

	if (dues->missed_count == 1)
		yq_str_format(run->outcome, sizeof(run->outcome),
		    "nobody was there to run it, and it was due again since");
	else
		yq_str_format(run->outcome, sizeof(run->outcome),
		    "nobody was there to run it this time and %u times before, and it was due "
		    "again "
		    "since",
		    dues->missed_count - 1);
}

static void
skip_closed(struct planning *p, const struct yq_due *due)
{
	static const char *const codes[YQ_DUE_KIND_COUNT] = { [YQ_DUE_HOLIDAY] = RUN_HOLIDAY,
		[YQ_DUE_SHORT_DAY] = RUN_SHORT_DAY,
		[YQ_DUE_UNCOVERED] = RUN_CALENDAR };
	struct yq_run *run = add_run(p, due, YQ_RUN_SKIPPED, codes[due->kind]);
	const struct yq_day *day = yq_market_special(p->hours, due->date);
	const char *exchange = yq_names_text(&yq_exchange_names, (int)p->row->schedule.exchange);
	char date[YQ_DATE_TEXT_SIZE];

	yq_date_format(due->date, date);
	if (due->kind == YQ_DUE_UNCOVERED)
		yq_str_format(run->outcome, sizeof(run->outcome),
		    "the calendar of %s does not cover %s: nobody knows whether it is open",
		    exchange, date);
	else
		yq_str_format(run->outcome, sizeof(run->outcome), "%s is %s on %s%s%.60s", exchange,
		    due->kind == YQ_DUE_HOLIDAY ? "closed" : "not open at that time", date,
		    day != NULL && day->name[0] != '\0' ? ", " : "", day != NULL ? day->name : "");
}

/* A given quantity needs nothing but the clock: it can be sent at once. */
static void
claim_order(struct planning *p, const struct yq_due *due)
{
	const struct yq_schedule *schedule = &p->row->schedule;
	struct yq_order order = yq_schedule_order(schedule, due->at_us, schedule->quantity.value,
	    YQ_OPT_DECIMAL_NONE, p->scheduler->now_us);
	struct yq_run_order *row = yq_xcalloc(1, sizeof(*row));
	struct yq_err err = { 0 };

	if (yq_run_order_of(&order, row, &err) == YQ_OK) {
		add_run(p, due, YQ_RUN_SENDING, "")->order_count = 1;
		p->claim->order = row;
		return;
	}
	free(row);
	yq_str_copy_cut(
	    add_run(p, due, YQ_RUN_FAILED, RUN_ORDER)->outcome, YQ_MESSAGE_SIZE, err.text);
}

static void
claim_last(struct planning *p, const struct yq_due *due)
{
	const struct yq_schedule *schedule = &p->row->schedule;
	int64_t late_us = p->scheduler->now_us - due->at_us;

	if (due->kind != YQ_DUE_RUN)
		skip_closed(p, due);
	else if (late_us > schedule->max_late_seconds * YQ_US_PER_SECOND)
		yq_str_format(add_run(p, due, YQ_RUN_SKIPPED, RUN_LATE)->outcome, YQ_MESSAGE_SIZE,
		    "it is %lld s late, and %lld s are allowed",
		    (long long)(late_us / YQ_US_PER_SECOND), (long long)schedule->max_late_seconds);
	else if (schedule->kind == YQ_SCHEDULE_ORDER && schedule->quantity.set)
		claim_order(p, due);
	else
		(void)add_run(p, due, YQ_RUN_CLAIMED, "");
}

/* False: nothing is to be written about this one. */
static bool
plan_one(struct planning *p)
{
	struct yq_scheduler *s = p->scheduler;
	const struct yq_schedule_row *row = p->row;
	int64_t done_us = row->done_to_us;
	struct yq_dues dues;

	if (done_us > s->now_us + AHEAD_US) {
		yq_info("\"%s\" was settled up to a time that is ahead of the clock: it has been "
			"set back",
		    row->schedule.name);
		done_us = s->now_us;
	}
	dues = yq_schedule_dues(&row->schedule, p->hours, done_us, s->now_us);
	*p->claim = (struct yq_run_claim){ .schedule_id = row->schedule.id,
		.version = row->version,
		.done_before_us = row->done_to_us,
		.done_to_us = dues.any ? dues.last.at_us : done_us,
		.next_at_us = dues.next_us != 0 ? dues.next_us : YQ_SCHEDULE_NEVER_US };
	if (dues.missed_count > 0)
		skip_missed(p, &dues);
	if (dues.any)
		claim_last(p, &dues.last);
	return dues.any || row->next_at_us != p->claim->next_at_us || done_us != row->done_to_us;
}

void
yq_schedule_plan(struct yq_scheduler *s)
{
	size_t runs = 0;

	if (s->look.due_count == 0)
		return;
	s->writes.claims = yq_xcalloc(s->look.due_count, sizeof(*s->writes.claims));
	for (size_t i = 0; i < s->look.due_count; i++) {
		struct planning p = { .scheduler = s,
			.row = &s->look.due[i],
			.hours = yq_scheduler_hours(s, s->look.due[i].schedule.exchange),
			.claim = &s->writes.claims[s->writes.claim_count] };

		if (!plan_one(&p))
			continue;
		s->writes.claim_count++;
		runs += p.claim->run_count;
		if (runs < CLAIMS_MAX)
			continue;
		s->planned_ns = 0; /* the others of them in the next pass */
		break;
	}
}
