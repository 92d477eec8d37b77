/* settings_test.h - a configuration from environment variables alone, with what was said of it. */
#ifndef YQ_TESTS_SETTINGS_TEST_H
#define YQ_TESTS_SETTINGS_TEST_H

#include <string.h>

#include "test.h"

#include "base/str.h"
#include "daemon/settings.h"

struct loaded {
	struct yq_config *config;
	struct yq_config_report report;
};

static inline struct loaded
load(char *const *environment)
{
	struct loaded loaded = { NULL, { .fault_count = 0 } };

	if (yq_settings_load(NULL, NULL, NULL, environment, yq_settings_check, &loaded.config,
		&loaded.report) != YQ_OK)
		assert_null(loaded.config);
	return loaded;
}

static inline void
drop(struct loaded *loaded)
{
	yq_config_free(loaded->config);
	yq_config_report_free(&loaded->report);
}

static inline void
assert_faults(char *const *environment, const char *expected)
{
	struct loaded loaded = load(environment);

	assert_string_equal(yq_buf_text(&loaded.report.faults), expected);
	drop(&loaded);
}

#endif
