/* calendar_kis.h - Korea's calendar by the word of KIS: asked for, once a day, and compared. */
#ifndef YQ_CONSOLE_CALENDAR_KIS_H
#define YQ_CONSOLE_CALENDAR_KIS_H

#include "console/calendars.h"
#include "domain/days.h"

/*
 * The days of Korea as they would be by KIS, asked through the account of --account.  KIS tells of
 * days alone, not of hours: where it and we say open or closed alike, ours stay as they are, and so
 * does the date until which the calendar is sure.  Says itself what is wrong; enum
 * yq_console_exit.  `days` is cleared by the caller.
 */
int yq_calendar_ask_kis(
    const struct yq_call *call, const struct yq_calendars *calendars, struct yq_days *days);

#endif
