/* test_web_router.c - which route a request is for; the tables of all routes hold together. */
#include <string.h>

#include "test.h"

#include "base/str.h"
#include "daemon/settings.h"
#include "web/door.h"
#include "web/files.h"
#include "web/idempotency.h"
#include "web/openapi.h"
#include "web/shapes.h"

static const struct yq_api_route some[] = {
	{ .method = "GET", .path = "/orders", .name = "listOrders" },
	{ .method = "POST", .path = "/orders", .name = "sendOrder" },
	{ .method = "GET", .path = "/orders/{id}", .name = "getOrder" },
	{ .method = "GET", .path = "/orders/export", .name = "export" },
	{ .method = "POST", .path = "/orders/{id}/cancel", .name = "cancel" },
	{ .method = "GET", .path = "/instruments/{exchange}/{ticker}", .name = "getInstrument" },
};
static const struct yq_api_family family = { "test", some, YQ_COUNT(some) };
static const struct yq_api_family *const families[] = { &family };

static const char *
found(const char *method, const char *path, char allow[YQ_ALLOW_SIZE])
{
	struct yq_route_match match;
	enum yq_rc rc = yq_router_find(families, 1, method, path, &match, allow);

	return rc == YQ_OK ? match.route->name : rc == YQ_E_REFUSED ? "method" : "none";
}

static void
test_a_route_is_found_by_method_and_path(void **state)
{
	static const char *const rows[][4] = {
		{ "GET", "/orders", "listOrders", "" },
		{ "HEAD", "/orders", "listOrders", "" },
		{ "POST", "/orders", "sendOrder", "" },
		{ "DELETE", "/orders", "method", "GET, HEAD, POST" },
		{ "GET", "/orders/", "none", "" },
		{ "GET", "/orders/5", "getOrder", "" },
		{ "GET", "/orders/export", "export", "" },
		{ "POST", "/orders/export", "method", "GET, HEAD" },
		{ "POST", "/orders/5/cancel", "cancel", "" },
		{ "GET", "/orders/5/cancel", "method", "POST" },
		{ "GET", "/orders//cancel", "none", "" },
		{ "GET", "/orders/5/6", "none", "" },
		{ "GET", "/instruments/NASDAQ/AAPL", "getInstrument", "" },
		{ "GET", "/Orders", "none", "" },
		{ "GET", "", "none", "" },
		{ "GET", "/", "none", "" },
		{ "get", "/orders", "method", "GET, HEAD, POST" },
	};
	char allow[YQ_ALLOW_SIZE];

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		assert_string_equal(found(rows[i][0], rows[i][1], allow), rows[i][2]);
		if (yq_str_equal(rows[i][2], "method"))
			assert_string_equal(allow, rows[i][3]);
	}
}

static void
test_words_of_a_path_are_found_by_name(void **state)
{
	struct yq_route_match match;
	char allow[YQ_ALLOW_SIZE];
	const struct yq_route_word *word;

	(void)state;
	assert_int_equal(
	    yq_router_find(families, 1, "GET", "/instruments/KRX/005930", &match, allow), YQ_OK);
	word = yq_route_word(&match, "ticker");
	assert_int_equal(word->length, 6);
	assert_memory_equal(word->bytes, "005930", 6);
	word = yq_route_word(&match, "exchange");
	assert_memory_equal(word->bytes, "KRX", 3);
	assert_null(yq_route_word(&match, "tick"));
}

/* ---- the tables ---- */

static bool
has_shape(const char *name)
{
	for (size_t i = 0; i < yq_shape_count; i++)
		if (yq_str_equal(yq_shape_names[i], name))
			return true;
	return strchr(name, '/') != NULL;
}

static void
check_fields(const struct yq_api_route *route)
{
	for (size_t i = 0; i < route->field_count; i++) {
		const struct yq_api_field *field = &route->fields[i];
		char word[64];

		(void)yq_str_format(word, sizeof(word), "{%s}", field->name);
		if ((field->place == YQ_API_PATH) != (strstr(route->path, word) != NULL))
			fail_msg("%s: %s and the path disagree", route->name, field->name);
		if (field->kind == YQ_API_NAME && field->names == NULL)
			fail_msg("%s: %s has no names", route->name, field->name);
		if (field->place == YQ_API_BODY && yq_str_equal(route->method, "GET"))
			fail_msg("%s: %s is in the body of a GET", route->name, field->name);
		for (size_t j = 0; j < i; j++)
			if (yq_str_equal(field->name, route->fields[j].name))
				fail_msg("%s: %s stands twice", route->name, field->name);
	}
}

static size_t
count_words(const char *path)
{
	size_t count = 0;

	while ((path = strchr(path, '{')) != NULL) {
		path++;
		count++;
	}
	return count;
}

static void
check_route(const struct yq_api_route *route)
{
	size_t words = 0;

	for (size_t i = 0; i < route->field_count; i++)
		words += route->fields[i].place == YQ_API_PATH;
	if (words != count_words(route->path))
		fail_msg("%s: a word of its path is no field", route->name);
	if (!has_shape(route->answer))
		fail_msg(
		    "%s: answers %s, which shapes.txt does not have", route->name, route->answer);
	if (route->summary == NULL || route->status < 200 || route->status > 299)
		fail_msg("%s: has no summary, or no status of a success", route->name);
	if (route->role == YQ_ROLE_NONE && route->lane == YQ_LANE_ARCHIVE)
		fail_msg("%s: anybody could keep the archive at work", route->name);
	check_fields(route);
}

static void
test_the_tables_of_all_routes_hold_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < yq_api_family_count; i++) {
		for (size_t j = 0; j < yq_api_families[i]->count; j++) {
			const struct yq_api_route *route = &yq_api_families[i]->routes[j];
			struct yq_route_match match;
			char allow[YQ_ALLOW_SIZE];

			check_route(route);
			/* Its own path, {words} and all, leads to it and to no twin before it. */
			assert_int_equal(yq_router_find(yq_api_families, yq_api_family_count,
					     route->method, route->path, &match, allow),
			    YQ_OK);
			assert_string_equal(match.route->name, route->name);
		}
	}
}

static void
test_the_document_is_json(void **state)
{
	struct yq_file document;
	yq_json *json = NULL;
	struct yq_err err;

	(void)state;
	yq_openapi_make(&document, "/base");
	if (yq_json_parse(document.bytes[0].data, document.bytes[0].length, &json, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_non_null(yq_json_get(yq_json_get(json, "paths"), "/health"));
	yq_json_free(json);
	yq_file_clear(&document);
}

/* ---- the page, the door, repeats ---- */

static void
test_a_packed_form_is_given_to_who_takes_it(void **state)
{
	(void)state;
	assert_true(yq_accepts_coding("gzip, deflate, br", "br"));
	assert_true(yq_accepts_coding("gzip;q=0.5,br;q=1.0", "gzip"));
	assert_true(yq_accepts_coding("BR", "br"));
	assert_false(yq_accepts_coding("gzip, br;q=0", "br"));
	assert_false(yq_accepts_coding("gzip, br;q=0.000", "br"));
	assert_true(yq_accepts_coding("br;q=0.001", "br"));
	assert_false(yq_accepts_coding("brotli", "br"));
	assert_false(yq_accepts_coding("", "br"));
	assert_false(yq_accepts_coding(NULL, "br"));
}

static void
test_a_kept_copy_is_known_by_its_tag(void **state)
{
	(void)state;
	assert_true(yq_none_match("\"a\"", "a"));
	assert_true(yq_none_match("W/\"b\", \"a\"", "a"));
	assert_true(yq_none_match("*", "a"));
	assert_false(yq_none_match("\"a-br\"", "a"));
	assert_false(yq_none_match("a", "a"));
	assert_false(yq_none_match(NULL, "a"));
}

static void
test_a_host_is_compared_without_its_port(void **state)
{
	(void)state;
	assert_true(yq_host_is("Trade.example:2000", "trade.example"));
	assert_true(yq_host_is("trade.example", "trade.example"));
	assert_true(yq_host_is("[::1]:2000", "[::1]"));
	assert_false(yq_host_is("trade.example.evil", "trade.example"));
	assert_false(yq_host_is("evil", "trade.example"));
	assert_false(yq_host_is("", "trade.example"));
}

/* What check() of yq-web says of the settings. */
static void
check_door(const char *setting, const char *fault)
{
	char *const environment[] = { (char *)(uintptr_t)setting, NULL };
	struct yq_config_report report = { 0 };
	struct yq_config *config = NULL;
	struct yq_door door = { .host_count = 0 };
	char base[YQ_BASE_SIZE];

	if (yq_settings_load(NULL, NULL, "Web", environment, NULL, &config, &report) == YQ_OK) {
		yq_door_read(&door, config, &report);
		yq_door_base(config, &report, base);
	}
	if ((fault[0] == '\0') != (report.fault_count == 0) ||
	    strstr(yq_buf_text(&report.faults), fault) == NULL)
		fail_msg("%s: %s", setting, yq_buf_text(&report.faults));
	yq_door_clear(&door);
	yq_config_report_free(&report);
	yq_config_free(config);
}

static void
test_wrong_settings_of_the_door_are_named(void **state)
{
	(void)state;
	check_door("Dashboard__PathBase=/yquant/desk/", "");
	check_door("Dashboard__PathBase=/", "");
	check_door("Dashboard__PathBase=yquant", "Dashboard:PathBase: expected a path");
	check_door("Dashboard__PathBase=/a/../b", "Dashboard:PathBase: expected a path");
	check_door("Dashboard__PathBase=/a\"b", "Dashboard:PathBase: expected a path");
	check_door("Dashboard__PathBase=//evil.test", "Dashboard:PathBase: expected a path");
	check_door("Web__TlsKey=key.pem", "Web:TlsCertificate: expected a file");
	check_door("Web__TlsCertificate=c.pem", "Web:TlsKey: expected a file");
	check_door("Web__TrustedProxies=[\"10.0.0.0/8\",\"unix\"]", "");
	check_door(
	    "Web__TrustedProxies=[\"10.0.0.1/8\"]", "Web:TrustedProxies: expected an address");
	check_door("Web__MaxConnections=0", "Web:MaxConnections: expected a whole number");
	check_door("Web__SessionHours=169", "Web:SessionHours: expected a whole number");
	check_door("Web__SessionIdleMinutes=0", "Web:SessionIdleMinutes: expected a whole number");
	check_door("Web__MaxStreams=65537", "Web:MaxStreams: expected a whole number");
}

static void
test_a_repeat_is_known_by_all_that_was_asked(void **state)
{
	struct yq_query_pair pair = {
		.name = (char *)(uintptr_t) "a", .value = (char *)(uintptr_t) "b", .length = 1
	};
	struct yq_input input = { NULL, &pair, 0, "{}", 2 };
	struct yq_id key = yq_id_random(), other = yq_id_random();
	struct yq_repeat first = yq_repeat_of("ann", &key, "POST", "/orders", &input), second;

	(void)state;
	second = yq_repeat_of("ann", &key, "POST", "/orders", &input);
	assert_memory_equal(&first, &second, sizeof(first));
	second = yq_repeat_of("ann", &key, "POST", "/orders/5", &input);
	assert_string_not_equal(first.digest, second.digest);
	assert_string_equal(first.record.text, second.record.text);
	input.query_count = 1;
	second = yq_repeat_of("ann", &key, "POST", "/orders", &input);
	assert_string_not_equal(first.digest, second.digest);
	input.query_count = 0;
	second = yq_repeat_of("bob", &key, "POST", "/orders", &input);
	assert_string_not_equal(first.record.text, second.record.text);
	second = yq_repeat_of("ann", &other, "POST", "/orders", &input);
	assert_string_not_equal(first.record.text, second.record.text);
	assert_string_not_equal(first.digest, second.digest); /* keyed: no dictionary fits two */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_route_is_found_by_method_and_path),
		cmocka_unit_test(test_words_of_a_path_are_found_by_name),
		cmocka_unit_test(test_the_tables_of_all_routes_hold_together),
		cmocka_unit_test(test_the_document_is_json),
		cmocka_unit_test(test_a_packed_form_is_given_to_who_takes_it),
		cmocka_unit_test(test_a_kept_copy_is_known_by_its_tag),
		cmocka_unit_test(test_a_host_is_compared_without_its_port),
		cmocka_unit_test(test_wrong_settings_of_the_door_are_named),
		cmocka_unit_test(test_a_repeat_is_known_by_all_that_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
