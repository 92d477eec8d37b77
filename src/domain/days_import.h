/*
 * days_import.h - calendars that other programs write, as days of ours.
 */
#ifndef YQ_DOMAIN_DAYS_IMPORT_H
#define YQ_DOMAIN_DAYS_IMPORT_H

#include "base/zone.h"
#include "domain/days.h"

/*
 * A schedule as the Python library exchange_calendars writes it (calendar.schedule.to_csv()): a
 * line a session with its date and, by column name, open, close and perhaps break_start and
 * break_end in UTC ("2026-11-27 14:30:00+00:00").
 *
 * `known` is the country's present calendar: its regular hours are those that the file is held
 * against, its names are kept, and so are its days outside of the file's dates where the two meet.
 * Weekdays between the first and the last line that have no line are closed.  `*days` is the
 * result, to be cleared by the caller.
 *
 * YQ_E_INVALID "FILE:LINE: ...": columns are missing, dates not in order, a session at a weekend,
 * one that closes before it opens or is not on its date, a break that is not ours; or the hours of
 * most lines are not the regular ones of `known`.
 */
YQ_NODISCARD enum yq_rc yq_days_import(const char *text, size_t length, const char *file,
    const struct yq_days *known, const struct yq_zone *zone, struct yq_days *days,
    struct yq_err *err);
/* Whether its first line is one of such a schedule. */
bool yq_days_is_schedule(const char *text, size_t length);

#endif
