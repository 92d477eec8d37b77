/* api_schedules.c - the routes over schedules. */
#include "web/schedules.h"

#define SCHEDULE_MAX 8192	  /* bytes of one schedule */
#define FILE_MAX     (200 * 1024) /* of many; a request's body takes no more */

#define ID                                                                               \
	{                                                                                \
		.name = "id", .place = YQ_API_PATH, .kind = YQ_API_ID, .required = true, \
		.what = "the schedule's id"                                              \
	}
#define VERSION(where)                                                                             \
	{                                                                                          \
		.name = "version", .place = where, .kind = YQ_API_INT, .required = true, .min = 1, \
		.max = INT64_MAX, .what = "of the schedule as it was seen"                         \
	}
#define TEXT(most, meaning)                                                                       \
	{                                                                                         \
		.name = "text", .place = YQ_API_BODY, .kind = YQ_API_LONG_TEXT, .required = true, \
		.min = 1, .max = (most), .what = meaning                                          \
	}
#define ENABLED(needed)                                                                           \
	{                                                                                         \
		.name = "enabled", .place = YQ_API_BODY, .kind = YQ_API_BOOL, .required = needed, \
		.what = "whether it runs at its times; goes before the text"                      \
	}

static const struct yq_api_field post_fields[] = {
	TEXT(SCHEDULE_MAX, "one schedule as in an exported file; without an Id it gets one"),
	ENABLED(false),
};
static const struct yq_api_field put_fields[] = { ID,
	TEXT(SCHEDULE_MAX, "the whole of it, as in an exported file"), ENABLED(true),
	VERSION(YQ_API_BODY) };
static const struct yq_api_field delete_fields[] = { ID, VERSION(YQ_API_QUERY) };
static const struct yq_api_field run_fields[] = { ID, VERSION(YQ_API_BODY) };
static const struct yq_api_field id_fields[] = { ID };
static const struct yq_api_field file_fields[] = { TEXT(
    FILE_MAX, "a file as it was exported, or a part of it") };

#define TAKES(list) .fields = (list), .field_count = YQ_COUNT(list)
#define READS	    .method = "GET", .role = YQ_ROLE_VIEWER, .lane = YQ_LANE_ARCHIVE, .status = 200
#define CHANGES	    .role = YQ_ROLE_TRADER, .lane = YQ_LANE_ARCHIVE

static const struct yq_api_route routes[] = {
	{ READS, .path = "/schedules", .name = "listSchedules",
	    .summary = "All schedules by name, with the next time of each.",
	    .answer = "ScheduleList", .run = yq_schedules_get_list },
	{ CHANGES, .method = "POST", .path = "/schedules", .name = "addSchedule",
	    .summary = "Add a schedule; it is checked against its market and the accounts.",
	    .status = 201, .answer = "Schedule", TAKES(post_fields), .run = yq_schedules_post },
	{ READS, .path = "/schedules/export", .name = "exportSchedules",
	    .summary = "All schedules as one text.", .answer = "ScheduleFile",
	    .run = yq_schedules_get_file },
	{ CHANGES, .method = "POST", .path = "/schedules/import", .name = "importSchedules",
	    .summary = "Add the schedules of a text, and replace those that are there under their "
		       "id: all of them or none.",
	    .status = 200, .answer = "ScheduleList", TAKES(file_fields),
	    .run = yq_schedules_post_file },
	{ CHANGES, .method = "PUT", .path = "/schedules/{id}", .name = "changeSchedule",
	    .summary = "Replace a schedule, if nobody else has changed it meanwhile.",
	    .status = 200, .answer = "Schedule", TAKES(put_fields), .run = yq_schedules_put },
	{ CHANGES, .method = "DELETE", .path = "/schedules/{id}", .name = "removeSchedule",
	    .summary = "Remove a schedule; its runs stay.", .status = 200, .answer = "Done",
	    TAKES(delete_fields), .run = yq_schedules_delete },
	{ CHANGES, .method = "POST", .path = "/schedules/{id}/run", .name = "runSchedule",
	    .summary = "Run a schedule now, whatever the day, and enabled or not.", .status = 200,
	    .answer = "Done", TAKES(run_fields), .run = yq_schedules_run },
	{ READS, .path = "/schedules/{id}/runs", .name = "listScheduleRuns",
	    .summary = "The latest runs of a schedule, newest first.", .answer = "ScheduleRunList",
	    TAKES(id_fields), .run = yq_schedules_get_runs },
};
const struct yq_api_family yq_api_schedules = { "schedules", routes, YQ_COUNT(routes) };
