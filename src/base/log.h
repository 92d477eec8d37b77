/*
 * log.h - one line an event, for a person and for a machine.
 *
 *	2026-11-22T23:46:55.123456Z info  webhook  accepted signal=2f1c... strategy="Mean rev"
 *
 * Libraries log at debug only; a daemon logs once, where it decides.  A text with control
 * characters is escaped.  Secrets have a type that cannot be passed here.
 */
#ifndef YQ_BASE_LOG_H
#define YQ_BASE_LOG_H

#include "base/common.h"

enum yq_log_level { YQ_LOG_ERROR, YQ_LOG_WARN, YQ_LOG_INFO, YQ_LOG_DEBUG };

/* Once, at start: the program's name in each line, and the least severe level shown. */
void yq_log_init(const char *program, enum yq_log_level level);
void yq_log_set_level(enum yq_log_level level);
bool yq_log_level_parse(const char *text, enum yq_log_level *level);

void yq_log(enum yq_log_level level, const char *format, ...) YQ_PRINTF(2, 3);
#define yq_error(...) yq_log(YQ_LOG_ERROR, __VA_ARGS__)
#define yq_warn(...)  yq_log(YQ_LOG_WARN, __VA_ARGS__)
#define yq_info(...)  yq_log(YQ_LOG_INFO, __VA_ARGS__)
#define yq_debug(...) yq_log(YQ_LOG_DEBUG, __VA_ARGS__)

#endif
