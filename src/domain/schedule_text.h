/*
 * schedule_text.h - schedules as people read and write them: JSON, times, weekdays.
 *
 *	{"Name":"Monday's Apple","Kind":"Order","AccountAlias":"Paper","Ticker":"AAPL",
 *	 "Exchange":"NASDAQ","Action":"Buy","Type":"Market","Amount":1000,
 *	 "When":"At","Time":"10:00","Weekdays":"Mon,Wed-Fri","From":"2026-11-23"}
 *	{"Name":"flat","Kind":"Liquidation","AccountAlias":"*","Country":"US",
 *	 "Reasons":["Webhook:*"],"When":"Close","Minutes":-10}
 */
#ifndef YQ_DOMAIN_SCHEDULE_TEXT_H
#define YQ_DOMAIN_SCHEDULE_TEXT_H

#include "base/json.h"
#include "domain/schedule.h"

#define YQ_WEEKDAYS_TEXT_SIZE 32
#define YQ_WHEN_TEXT_SIZE     96

/* "Mon-Fri", "Mon,Wed,Sat-Sun", in any case; YQ_E_INVALID says what is wrong. */
YQ_NODISCARD enum yq_rc yq_weekdays_parse(const char *text, int64_t *weekdays, struct yq_err *err);
void yq_weekdays_format(int64_t weekdays, char text[YQ_WEEKDAYS_TEXT_SIZE]);
/* "10:00", "30 min after the open", "10 min before the close" */
void yq_schedule_when_text(const struct yq_schedule *schedule, char text[YQ_WHEN_TEXT_SIZE]);
/* An instant in a zone: "2026-11-23 09:30 Mon". */
#define YQ_LOCAL_TEXT_SIZE 32
void yq_local_format(const struct yq_zone *zone, int64_t instant_us, char text[YQ_LOCAL_TEXT_SIZE]);

/* The members of one schedule, without braces. */
void yq_schedule_write(struct yq_json_writer *w, const struct yq_schedule *schedule);
/*
 * Read over `schedule`, which the caller has filled with what holds where a member is absent.
 * YQ_E_INVALID names the member; one that nobody knows is refused too.  Whether it makes sense is
 * for yq_schedule_check.
 */
YQ_NODISCARD enum yq_rc yq_schedule_read(
    const yq_json *object, struct yq_schedule *schedule, struct yq_err *err);

#endif
