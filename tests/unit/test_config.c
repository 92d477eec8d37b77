/* test_config.c - settings are merged in order and checked whole, with every fault at once. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"

static const struct yq_config_key keys[] = {
	{ .path = "LogLevel",
	    .kind = YQ_CONFIG_ENUM,
	    .fallback = "info",
	    .choices = "error|warn|info|debug" },
	{ .path = "Webhook:Port",
	    .kind = YQ_CONFIG_INT,
	    .fallback = "6000",
	    .min = "1",
	    .max = "65535" },
	{ .path = "Webhook:Listen", .kind = YQ_CONFIG_TEXT, .fallback = "127.0.0.1" },
	{ .path = "Webhook:Quiet", .kind = YQ_CONFIG_BOOL },
	{ .path = "Webhook:AllowedIps", .kind = YQ_CONFIG_LIST },
	{ .path = "Webhook:StrategyAccountMapping", .kind = YQ_CONFIG_OBJECT },
	{ .path = "Webhook:Secrets:*", .kind = YQ_CONFIG_SECRET },
	{ .path = "ConnectionString", .kind = YQ_CONFIG_SECRET, .fallback = "here:1" },
	{ .path = "Risk:MaxPct",
	    .kind = YQ_CONFIG_DECIMAL,
	    .fallback = "2.5",
	    .min = "0",
	    .max = "100" },
	{ .path = "BrokerGateway:Accounts:*:Broker",
	    .kind = YQ_CONFIG_ENUM,
	    .fallback = "paper",
	    .choices = "paper|kis|alpaca" },
	{ .path = "BrokerGateway:Accounts:*:AppSecret", .kind = YQ_CONFIG_SECRET },
	{ .path = "BrokerGateway:Accounts:*:Limit", .kind = YQ_CONFIG_INT },
	{ .path = "BrokerGateway:Accounts:Main:Limit", .kind = YQ_CONFIG_INT, .fallback = "7" },
};

struct fixture {
	char folder[64];
	char overlay[256]; /* "" = none */
	struct yq_config *config;
	struct yq_config_report report;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	memcpy(f->folder, "/tmp/yq-config-XXXXXX", 22);
	assert_non_null(mkdtemp(f->folder));
	*state = f;
	return 0;
}

static void
path_in(const struct fixture *f, const char *name, char path[256])
{
	(void)snprintf(path, 256, "%s/%s", f->folder, name);
}

static void
remove_in(const struct fixture *f, const char *name)
{
	char path[256];

	path_in(f, name, path);
	assert_true(remove(path) == 0 || errno == ENOENT);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	remove_in(f, "appsettings.json");
	remove_in(f, "overlay.json");
	remove_in(f, "appsecrets.json");
	remove_in(f, "appsecrets.d/Webhook.json");
	remove_in(f, "appsecrets.d");
	assert_int_equal(rmdir(f->folder), 0);
	yq_config_free(f->config);
	yq_config_report_free(&f->report);
	free(f);
	return 0;
}

static void
put_file(const struct fixture *f, const char *name, unsigned mode, const char *text)
{
	char path[256];
	int fd;

	path_in(f, name, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static enum yq_rc
load(struct fixture *f, char *const *environment)
{
	struct yq_config_sources sources = {
		.folder = f->folder,
		.app = "Webhook",
		.overlay = f->overlay[0] == '\0' ? NULL : f->overlay,
		.environment = environment,
		.keys = keys,
		.key_count = YQ_COUNT(keys),
	};

	yq_config_free(f->config);
	yq_config_report_free(&f->report);
	return yq_config_load(&sources, &f->config, &f->report);
}

static void
assert_faults(const struct fixture *f, const char *expected)
{
	assert_string_equal(yq_buf_text(&f->report.faults), expected);
	assert_null(f->config);
}

static void
test_defaults_hold_without_any_source(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, NULL), YQ_OK);
	assert_string_equal(yq_config_text(f->config, "LogLevel"), "info");
	assert_int_equal(yq_config_int(f->config, "webhook:PORT"), 6000);
	assert_string_equal(yq_config_text(f->config, "Webhook:Listen"), "127.0.0.1");
	assert_false(yq_config_bool(f->config, "Webhook:Quiet"));
	assert_true(yq_config_decimal(f->config, "Risk:MaxPct").value.units == 250000000);
	assert_string_equal(
	    yq_config_text(f->config, "BrokerGateway:Accounts:Paper:Broker"), "paper");
	assert_null(yq_config_secret(f->config, "BrokerGateway:Accounts:Paper:AppSecret"));
	assert_string_equal(
	    yq_secret_reveal(yq_config_secret(f->config, "ConnectionString")), "here:1");
	assert_int_equal(yq_config_int(f->config, "BrokerGateway:Accounts:Paper:Limit"), 0);
	assert_int_equal(yq_config_int(f->config, "BrokerGateway:Accounts:main:Limit"), 7);
	assert_null(yq_config_json(f->config, "Webhook:AllowedIps"));
	assert_string_equal(yq_config_source(f->config, "Webhook:Port"), "default");
}

static void
test_the_later_source_wins(void **state)
{
	struct fixture *f = *state;
	char folder[256];
	char *environment[] = { "PATH=/bin", "WEBHOOK__LISTEN=::1", "Other__Thing=1",
		"LogLevel=DEBUG", NULL };

	put_file(f, "appsettings.json", 0644,
	    "{ // comment\n\"Webhook\": {\"Port\": 1, \"Listen\": \"a\", \"Quiet\": true,},"
	    "\"Risk:MaxPct\": \"1.25\" }");
	put_file(f, "appsecrets.json", 0600, "{\"webhook\": {\"PORT\": \"2\", \"Listen\": \"b\"}}");
	path_in(f, "appsecrets.d", folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	put_file(f, "appsecrets.d/Webhook.json", 0400,
	    "{\"Webhook\": {\"Listen\": \"c\", \"Quiet\": null}}");
	assert_int_equal(load(f, environment), YQ_OK);
	assert_int_equal(yq_config_int(f->config, "Webhook:Port"), 2);
	assert_string_equal(yq_config_text(f->config, "Webhook:Listen"), "::1");
	assert_string_equal(yq_config_text(f->config, "LogLevel"), "debug");
	assert_false(yq_config_bool(f->config, "Webhook:Quiet"));
	assert_true(yq_config_decimal(f->config, "Risk:MaxPct").value.units == 125000000);
	assert_string_equal(yq_config_source(f->config, "Risk:MaxPct"), "appsettings.json");
	assert_string_equal(yq_config_source(f->config, "Webhook:Port"), "appsecrets.json");
	assert_string_equal(yq_config_source(f->config, "Webhook:Listen"), "environment");
	assert_int_equal(f->report.warning_count, 0);
}

static void
test_every_fault_is_told_at_once(void **state)
{
	struct fixture *f = *state;
	char *environment[] = { "Webhook__Port=70000", NULL };

	put_file(f, "appsettings.json", 0644,
	    "{\"LogLevel\": \"loud\", \"Webhook\": {\"Quiet\": \"maybe\", \"Listen\": {},"
	    "\"AllowedIps\": \"10.0.0.1\", \"StrategyAccountMapping\": 5},"
	    "\"Risk\": {\"MaxPct\": 100.5}, \"BrokerGateway\": {\"Accounts\": {"
	    "\"Paper\": {\"Broker\": 1, \"Limit\": \"NaN\"}, \"Other\": 3}}}");
	assert_int_equal(load(f, environment), YQ_E_INVALID);
	assert_faults(f,
	    "LogLevel: expected one of error, warn, info, debug, found \"loud\" "
	    "(appsettings.json)\n"
	    "Webhook:Quiet: expected true or false, found \"maybe\" (appsettings.json)\n"
	    "Webhook:Listen: expected a text, found an object (appsettings.json)\n"
	    "Webhook:AllowedIps: expected an array of texts, found \"10.0.0.1\" "
	    "(appsettings.json)\n"
	    "Webhook:StrategyAccountMapping: expected an object, found 5 (appsettings.json)\n"
	    "Webhook:Port: expected a whole number from 1 to 65535, found \"70000\" (environment)\n"
	    "Risk:MaxPct: expected a number from 0 to 100, found 100.5 (appsettings.json)\n"
	    "BrokerGateway:Accounts:Paper:Broker: expected one of paper, kis, alpaca, found 1 "
	    "(appsettings.json)\n"
	    "BrokerGateway:Accounts:Paper:Limit: expected a whole number, found \"NaN\" "
	    "(appsettings.json)\n"
	    "BrokerGateway:Accounts:Other: expected an object, found number (appsettings.json)\n");
	assert_int_equal(f->report.fault_count, 10);
}

static void
test_an_unknown_key_is_warned_about_with_the_nearest(void **state)
{
	struct fixture *f = *state;

	put_file(f, "appsettings.json", 0644,
	    "{\"Webhok\": {\"Port\": 1}, \"Webhook\": {\"Prot\": 2}, \"Port\": 3, \"Banana\": 4,"
	    "\"BrokerGateway\": {\"Accounts\": {\"Paper\": {\"Brokr\": \"kis\"}}}}");
	assert_int_equal(load(f, NULL), YQ_OK);
	assert_string_equal(yq_buf_text(&f->report.warnings),
	    "Webhok: unknown key, did you mean Webhook? (appsettings.json)\n"
	    "Webhook:Prot: unknown key, did you mean Webhook:Port? (appsettings.json)\n"
	    "Port: unknown key, did you mean Webhook:Port? (appsettings.json)\n"
	    "Banana: unknown key (appsettings.json)\n"
	    "BrokerGateway:Accounts:Paper:Brokr: unknown key, did you mean "
	    "BrokerGateway:Accounts:Paper:Broker? (appsettings.json)\n");
}

static void
test_a_file_of_secrets_must_be_private(void **state)
{
	struct fixture *f = *state;
	char expected[512];

	put_file(f, "appsecrets.json", 0640, "{}");
	assert_int_equal(load(f, NULL), YQ_E_INVALID);
	(void)snprintf(expected, sizeof(expected),
	    "appsecrets.json: expected mode 0600 as it holds secrets, found 0640: run chmod 600 "
	    "%s/appsecrets.json\n",
	    f->folder);
	assert_faults(f, expected);
}

static void
test_a_syntax_error_has_file_line_and_column(void **state)
{
	struct fixture *f = *state;

	put_file(f, "appsettings.json", 0644, "{\n  \"Webhook\": { \"Port\" 6000 }\n}");
	put_file(f, "appsecrets.json", 0600, "[]");
	assert_int_equal(load(f, NULL), YQ_E_INVALID);
	assert_faults(f, "appsettings.json: JSON, line 2 column 23: expected ':', found '6'\n"
			 "appsecrets.json: expected an object, found array\n");
}

static void
test_a_key_in_two_spellings_is_given_twice(void **state)
{
	struct fixture *f = *state;

	put_file(f, "appsettings.json", 0644, "{\"Webhook\": {\"Port\": 1}, \"webhook:port\": 2}");
	assert_int_equal(load(f, NULL), YQ_E_INVALID);
	assert_faults(f, "webhook:port: given twice (appsettings.json)\n");
}

static void
collect(void *cookie, const char *name)
{
	yq_buf_add_format(cookie, "%s ", name);
}

static void
test_secrets_leave_the_tree_and_are_in_no_fault(void **state)
{
	struct fixture *f = *state;
	struct yq_buf text = yq_buf_make(4096);
	struct yq_json_writer w = yq_json_writer_make(&text);
	char *environment[] = { "BrokerGateway__Accounts__paper__AppSecret=fromenv", NULL };

	put_file(f, "appsecrets.json", 0600,
	    "{\"Webhook\": {\"Secrets\": {\"*\": \"hunter2\", \"Mean rev\": \"hunter3\"}},"
	    "\"BrokerGateway\": {\"Accounts\": {\"Paper\": {\"AppSecret\": \"hunter4\"},"
	    "\"Alpha\": {}}}}");
	assert_int_equal(load(f, environment), YQ_OK);
	assert_string_equal(
	    yq_secret_reveal(yq_config_secret(f->config, "Webhook:Secrets:*")), "hunter2");
	assert_string_equal(
	    yq_secret_reveal(yq_config_secret(f->config, "Webhook:Secrets:mean rev")), "hunter3");
	assert_string_equal(
	    yq_secret_reveal(yq_config_secret(f->config, "BrokerGateway:Accounts:Paper:AppSecret")),
	    "fromenv");
	yq_json_add_tree(&w, yq_config_json(f->config, ""));
	assert_null(strstr(yq_buf_text(&text), "hunter"));
	assert_null(strstr(yq_buf_text(&text), "fromenv"));
	yq_buf_clear(&text);
	yq_config_names(f->config, "Webhook:Secrets", collect, &text);
	yq_config_names(f->config, "BrokerGateway:Accounts", collect, &text);
	yq_config_names(f->config, "Nothing:Here", collect, &text);
	assert_string_equal(yq_buf_text(&text), "* Mean rev Paper Alpha ");
	yq_buf_free(&text);

	put_file(
	    f, "appsecrets.json", 0600, "{\"Webhook\": {\"Secrets\": {\"*\": [\"hunter2\"]}}}");
	assert_int_equal(load(f, NULL), YQ_E_INVALID);
	assert_faults(
	    f, "Webhook:Secrets:*: expected a text, found another array (appsecrets.json)\n");
}

static void
test_the_environment_reaches_into_lists(void **state)
{
	struct fixture *f = *state;
	char *changed[] = { "Webhook__AllowedIps__1=c", "Webhook__AllowedIps__2=d", NULL };
	char *started[] = { "Webhook__AllowedIps__0=x",
		"Webhook__StrategyAccountMapping={\"*\":[\"Paper\"]}", NULL };
	char *gap[] = { "Webhook__AllowedIps__7=x", NULL };
	char *whole[] = { "Webhook__AllowedIps=[\"y\",\"z\"]", NULL };
	const yq_json *list;

	put_file(f, "appsettings.json", 0644, "{\"Webhook\": {\"AllowedIps\": [\"a\", \"b\"]}}");
	assert_int_equal(load(f, changed), YQ_OK);
	list = yq_config_json(f->config, "Webhook:AllowedIps");
	assert_int_equal(yq_json_count(list), 3);
	assert_string_equal(yq_json_text(yq_json_at(list, 0), NULL), "a");
	assert_string_equal(yq_json_text(yq_json_at(list, 1), NULL), "c");
	assert_string_equal(yq_json_text(yq_json_at(list, 2), NULL), "d");
	assert_int_equal(load(f, whole), YQ_OK);
	assert_int_equal(yq_json_count(yq_config_json(f->config, "Webhook:AllowedIps")), 2);
	assert_int_equal(load(f, gap), YQ_E_INVALID);
	assert_faults(f, "Webhook:AllowedIps:7: expected the number of an element, without gaps "
			 "(environment)\n");
	remove_in(f, "appsettings.json");
	assert_int_equal(load(f, started), YQ_OK);
	assert_int_equal(yq_json_count(yq_config_json(f->config, "Webhook:AllowedIps")), 1);
	assert_int_equal(
	    yq_json_count(yq_config_json(f->config, "Webhook:StrategyAccountMapping:*")), 1);
}

static void
test_an_overlay_wins_over_files_and_loses_to_the_environment(void **state)
{
	struct fixture *f = *state;
	char *environment[] = { "Webhook__Listen=env", NULL };
	char expected[512];

	put_file(f, "appsettings.json", 0644, "{\"Webhook\": {\"Port\": 1, \"Listen\": \"a\"}}");
	put_file(f, "overlay.json", 0600, "{\"Webhook\": {\"Port\": 2, \"Listen\": \"b\"}}");
	path_in(f, "overlay.json", f->overlay);
	assert_int_equal(load(f, environment), YQ_OK);
	assert_int_equal(yq_config_int(f->config, "Webhook:Port"), 2);
	assert_string_equal(yq_config_text(f->config, "Webhook:Listen"), "env");
	assert_string_equal(yq_config_source(f->config, "Webhook:Port"), "overlay");
	remove_in(f, "overlay.json");
	assert_int_equal(load(f, NULL), YQ_E_INVALID);
	(void)snprintf(
	    expected, sizeof(expected), "overlay: %s: No such file or directory\n", f->overlay);
	assert_faults(f, expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults_hold_without_any_source),
		TEST(test_the_later_source_wins),
		TEST(test_every_fault_is_told_at_once),
		TEST(test_an_unknown_key_is_warned_about_with_the_nearest),
		TEST(test_a_file_of_secrets_must_be_private),
		TEST(test_a_syntax_error_has_file_line_and_column),
		TEST(test_a_key_in_two_spellings_is_given_twice),
		TEST(test_secrets_leave_the_tree_and_are_in_no_fault),
		TEST(test_the_environment_reaches_into_lists),
		TEST(test_an_overlay_wins_over_files_and_loses_to_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
