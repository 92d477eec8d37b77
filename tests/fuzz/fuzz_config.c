/*
 * fuzz_config.c - any environment, a line a variable: settings are read within their bounds, or a
 * fault says what is wrong.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/mem.h"

#include "fuzz.h"

#define VARIABLES_MAX 64

static const struct yq_config_key keys[] = {
	{ "Webhook:Listen", YQ_CONFIG_TEXT, "127.0.0.1", NULL, NULL, NULL, false, "address" },
	{ "Webhook:Port", YQ_CONFIG_INT, "6000", "0", "65535", NULL, false, "port" },
	{ "Webhook:AllowedIps", YQ_CONFIG_LIST, NULL, NULL, NULL, NULL, true, "addresses" },
	{ "Webhook:Secrets:*", YQ_CONFIG_SECRET, NULL, NULL, NULL, NULL, true, "secret" },
	{ "Risk:MaxShare", YQ_CONFIG_DECIMAL, "0.1", "0", "1", NULL, true, "share" },
	{ "Risk:Short", YQ_CONFIG_BOOL, "false", NULL, NULL, NULL, true, "short" },
	{ "Log:Level", YQ_CONFIG_ENUM, "info", NULL, NULL, "debug|info|warning|error", true,
	    "level" },
	{ "Markets", YQ_CONFIG_OBJECT, NULL, NULL, NULL, NULL, false, "markets" },
};

static void
check(const struct yq_config *config)
{
	struct yq_opt_decimal share = yq_config_decimal(config, "Risk:MaxShare");
	int64_t port = yq_config_int(config, "Webhook:Port");

	assert(port >= 0 && port <= 65535);
	assert(share.set && yq_decimal_sign(share.value) >= 0);
	assert(yq_decimal_cmp(share.value, yq_decimal_from_int(1)) <= 0);
	assert(strstr("debug|info|warning|error", yq_config_text(config, "Log:Level")) != NULL);
	assert(yq_config_text(config, "Webhook:Listen") != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = yq_xcalloc(size + 1, 1), *rest = text, *line;
	char *environment[VARIABLES_MAX + 1] = { NULL };
	struct yq_config_sources sources = {
		.environment = environment,
		.keys = keys,
		.key_count = sizeof(keys) / sizeof(keys[0]),
	};
	struct yq_config_report report = { .faults = yq_buf_make(1 << 20),
		.warnings = yq_buf_make(1 << 20) };
	struct yq_config *config = NULL;
	size_t count = 0;

	memcpy(text, data, size);
	while (count < VARIABLES_MAX && (line = strsep(&rest, "\n")) != NULL)
		environment[count++] = line;
	if (yq_config_load(&sources, &config, &report) == YQ_OK)
		check(config);
	else
		assert(config == NULL && report.fault_count > 0);
	yq_config_free(config);
	yq_config_report_free(&report);
	free(text);
	return 0;
}
