/* schedules.h - what the files of the routes over schedules share. */
#ifndef YQ_WEB_SCHEDULES_H
#define YQ_WEB_SCHEDULES_H

#include "daemon/settings.h"
#include "desk/schedule_by_hand.h"
#include "web/api.h"

yq_api_fn yq_schedules_get_list, yq_schedules_get_runs, yq_schedules_get_file; /* .._look.c */
yq_api_fn yq_schedules_post, yq_schedules_put, yq_schedules_delete, yq_schedules_run,
    yq_schedules_post_file; /* schedules_change.c */

/* What one call works with. */
struct yq_schedule_room {
	struct yq_schedule_work work;
	struct yq_markets *markets;
};
/* The archive and the calendars; free with yq_schedule_room_clear, whatever it returns. */
YQ_NODISCARD enum yq_rc yq_schedule_room(
    struct yq_api_call *call, struct yq_schedule_room *room, struct yq_err *err);
void yq_schedule_room_clear(struct yq_schedule_room *room);

/* The answer Schedule, and ScheduleList of all. */
void yq_schedules_put_one(struct yq_json_writer *w, const struct yq_schedule_room *room,
    const struct yq_schedule_row *row);
YQ_NODISCARD enum yq_rc yq_schedules_put_all(
    struct yq_api_call *call, const struct yq_schedule_room *room, struct yq_err *err);

#endif
