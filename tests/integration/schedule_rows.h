/* schedule_rows.h - schedules that the tests of the store begin with. */
#ifndef YQ_TESTS_SCHEDULE_ROWS_H
#define YQ_TESTS_SCHEDULE_ROWS_H

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "journal_fixture.h"
#include "store/schedule_runs.h"

#define MINUTE INT64_C(60000000)
#define DUE    (NOW + MINUTE)

static const struct yq_hand hand = { "ada@here", "Console" };

static inline struct yq_schedule
schedule(unsigned number)
{
	struct yq_schedule s = yq_schedule_default();

	s.id = id_of(number);
	yq_str_format(s.name, sizeof(s.name), "Number %u", number);
	SET(s.account_alias, "Paper");
	SET(s.ticker, "AAPL");
	SET(s.zone, "America/New_York");
	s.exchange = YQ_NASDAQ;
	s.action = YQ_BUY;
	s.type = YQ_TYPE_LIMIT;
	s.price = yq_opt_decimal_of(decimal("189.5"));
	s.amount = yq_opt_decimal_of(decimal("1000.25"));
	s.minute = 600;
	s.weekdays = 21;
	s.from = 20261123;
	s.to = 20271231;
	s.max_late_seconds = 60;
	return s;
}

static inline enum yq_rc
change(enum yq_schedule_change_kind kind, const struct yq_schedule *s, int64_t version,
    struct yq_err *err)
{
	const struct yq_schedule_change one = {
		.kind = kind, .schedule = *s, .version = version, .verb = "edit", .after = "10:00"
	};

	return yq_schedules_change(firebird, &one, 1, &hand, "because", NOW, NULL, err);
}

static inline void
add(unsigned number)
{
	struct yq_schedule s = schedule(number);
	struct yq_err err = { 0 };

	if (change(YQ_SCHEDULE_ADD, &s, 0, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

static inline struct yq_schedule_row
get(unsigned number)
{
	struct yq_schedule_row row;
	struct yq_err err = { 0 };

	if (yq_schedules_get(firebird, id_of(number).text, &row, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return row;
}

#endif
