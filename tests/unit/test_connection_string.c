/* test_connection_string.c - the connection strings that users already have. */
#include "test.h"

#include <string.h>

#include "base/connection_string.h"

static void
assert_endpoint(const struct yq_valkey_target *target, size_t i, const char *host, int port)
{
	assert_true(i < target->endpoint_count);
	assert_string_equal(target->endpoints[i].host, host);
	assert_int_equal(target->endpoints[i].port, port);
}

static void
test_endpoints_of_every_kind(void **state)
{
	static const struct {
		const char *text, *host;
		int port;
	} cases[] = {
		{ "localhost", "localhost", 6379 },
		{ "localhost:6380", "localhost", 6380 },
		{ " localhost : 6381 ", "localhost", 6381 },
		{ "10.0.0.1:7000", "10.0.0.1", 7000 },
		{ "[::1]:6379", "::1", 6379 },
		{ "[fe80::1]", "fe80::1", 6379 },
		{ "fe80::1", "fe80::1", 6379 },
		{ "/run/valkey.sock", "/run/valkey.sock", 0 },
		{ "unix:/run/valkey.sock", "/run/valkey.sock", 0 },
		{ "!/run/valkey.sock", "/run/valkey.sock", 0 },
		{ "host,ssl=true", "host", 6380 },
		{ "host,ssl=True,abortConnect=false", "host", 6380 },
		{ "host,serviceName=mymaster", "host", 26379 },
		{ "ssl=true,host:1", "host", 1 },
		{ "host,,", "host", 6379 },
	};
	struct yq_valkey_target target;
	struct yq_err err;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		if (yq_valkey_target_parse(cases[i].text, &target, &err) != YQ_OK)
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_int_equal(target.endpoint_count, 1);
		assert_endpoint(&target, 0, cases[i].host, cases[i].port);
		yq_valkey_target_clear(&target);
	}
}

static void
test_a_whole_string_of_stackexchange_redis(void **state)
{
	struct yq_valkey_target target;
	struct yq_err err;

	(void)state;
	assert_int_equal(yq_valkey_target_parse("a:1,b:2,[::1]:3,User=trader,PASSWORD=p=w d;x,"
						"tls=yes,defaultDatabase=3,connectTimeout=250,"
						"ServiceName=m,syncTimeout=1000,allowAdmin=true",
			     &target, &err),
	    YQ_OK);
	assert_int_equal(target.endpoint_count, 3);
	assert_endpoint(&target, 1, "b", 2);
	assert_endpoint(&target, 2, "::1", 3);
	assert_string_equal(target.user, "trader");
	assert_string_equal(yq_secret_reveal(target.password), "p=w d;x");
	assert_true(target.tls);
	assert_int_equal(target.database, 3);
	assert_int_equal(target.connect_timeout_ms, 250);
	assert_string_equal(target.service_name, "m");
	assert_string_equal(target.ignored, "syncTimeout,allowAdmin");
	yq_valkey_target_clear(&target);
	assert_null(target.password);
}

static void
test_sentinels_have_a_log_in_of_their_own(void **state)
{
	struct yq_valkey_target target, copy;

	(void)state;
	assert_int_equal(
	    yq_valkey_target_parse("s1,s2:5000,unix:/run/s3,serviceName=m,user=u,password=data,"
				   "sentinelUser=watch,sentinelPassword=over",
		&target, NULL),
	    YQ_OK);
	assert_endpoint(&target, 0, "s1", 26379);
	assert_endpoint(&target, 1, "s2", 5000);
	assert_endpoint(&target, 2, "/run/s3", 0);
	copy = yq_valkey_target_copy(&target);
	yq_valkey_target_clear(&target);
	assert_null(target.sentinel_password);
	assert_string_equal(copy.sentinel_user, "watch");
	assert_string_equal(yq_secret_reveal(copy.sentinel_password), "over");
	assert_string_equal(yq_secret_reveal(copy.password), "data");
	yq_valkey_target_clear(&copy);
	assert_int_equal(
	    yq_valkey_target_parse("s1,serviceName=m,password=data", &target, NULL), YQ_OK);
	assert_null(target.sentinel_password); /* what opens the data does not go to a sentinel */
	yq_valkey_target_clear(&target);
}

static void
test_defaults_are_those_of_the_documents(void **state)
{
	struct yq_valkey_target target;

	(void)state;
	assert_int_equal(yq_valkey_target_parse("h,password=", &target, NULL), YQ_OK);
	assert_null(target.password);
	assert_string_equal(target.user, "");
	assert_int_equal(target.database, 0);
	assert_int_equal(target.connect_timeout_ms, 5000);
	assert_false(target.tls);
	yq_valkey_target_clear(&target);
}

#define NO_PORT "part 1: expected host:port with a port from 1 to 65535"

static void
test_a_bad_valkey_string_says_which_part(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "expected host:port or a socket's path" },
		{ "ssl=true", "expected host:port or a socket's path" },
		{ "host:0", NO_PORT },
		{ "host:65536", NO_PORT },
		{ "host:", NO_PORT },
		{ "host:6379x", NO_PORT },
		{ "[::1", NO_PORT },
		{ "[::1]6379", NO_PORT },
		{ ":6379", "part 1: expected a host name of 1 to 255 bytes" },
		{ "unix:run/x", "part 1: expected a socket's absolute path of at most 255 bytes" },
		{ "h,ssl=maybe", "ssl: expected true or false" },
		{ "h,defaultDatabase=16", "defaultDatabase: expected a number from 0 to 15" },
		{ "h,connectTimeout=0", "connectTimeout: expected milliseconds from 1 to 600000" },
		{ "h,pasword=hunter2", "part 2: unknown option, did you mean password?" },
		{ "h,password=hunter,2=3", "part 3: unknown option" },
		{ "a,b,c,d,e,f,g,h,i", "expected at most 8 endpoints" },
	};
	struct yq_valkey_target target;
	struct yq_err err;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		if (yq_valkey_target_parse(cases[i].text, &target, &err) != YQ_E_INVALID)
			fail_msg("%s is taken", cases[i].text);
		assert_string_equal(err.text, cases[i].expected);
		assert_null(target.password);
	}
}

static void
test_firebird_strings(void **state)
{
	struct yq_firebird_target target;
	struct yq_err err;

	(void)state;
	assert_int_equal(yq_firebird_target_parse("Database=/var/y.fdb", &target, &err), YQ_OK);
	assert_string_equal(target.host, "");
	assert_string_equal(target.user, "SYSDBA");
	assert_string_equal(target.charset, "UTF8");
	assert_int_equal(target.port, 3050);
	assert_null(target.password);
	yq_firebird_target_clear(&target);

	assert_int_equal(yq_firebird_target_parse(
			     "User ID=app;pwd='a;b=c'; database = \"C:\\y ; z.fdb\" ;"
			     "Data Source=db.local;port number=3051;CharSet=NONE;Pooling=true;",
			     &target, &err),
	    YQ_OK);
	assert_string_equal(target.user, "app");
	assert_string_equal(yq_secret_reveal(target.password), "a;b=c");
	assert_string_equal(target.database, "C:\\y ; z.fdb");
	assert_string_equal(target.host, "db.local");
	assert_int_equal(target.port, 3051);
	assert_string_equal(target.charset, "NONE");
	yq_firebird_target_clear(&target);

	assert_int_equal(
	    yq_firebird_target_parse("Database=x;Password=it's", &target, &err), YQ_OK);
	assert_string_equal(yq_secret_reveal(target.password), "it's");
	yq_firebird_target_clear(&target);
}

static void
test_a_bad_firebird_string_says_which_part(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "Database: expected a path or an alias" },
		{ "User=x", "Database: expected a path or an alias" },
		{ "Database=x;Port=0", "Port: expected a port from 1 to 65535" },
		{ "Database=x;secret", "part 2: expected Name=Value" },
		{ "Databse=x", "part 1: unknown option, did you mean Database?" },
		{ "Database=x;Passwrd=hunter2", "part 2: unknown option, did you mean Password?" },
		{ "Database=x;Charset=0123456789012345678901234567890123456789",
		    "Charset: expected at most 31 bytes" },
	};
	struct yq_firebird_target target;
	struct yq_err err;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		if (yq_firebird_target_parse(cases[i].text, &target, &err) != YQ_E_INVALID)
			fail_msg("%s is taken", cases[i].text);
		assert_string_equal(err.text, cases[i].expected);
	}
}

/* A separator in the wrong place puts a password anywhere: no error text may show it. */
static void
test_no_error_shows_a_password(void **state)
{
	static const char *const texts[] = { "h,password=a,hunter2", "h,password=a,hunter2=b",
		"hunter2:x", "h,hunter2=x", "h:hunter2", "h,defaultDatabase=hunter2",
		"Database=x;Port=hunter2", "hunter2", "Database=x;hunter2=x" };
	struct yq_valkey_target valkey;
	struct yq_firebird_target firebird;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(texts); i++) {
		struct yq_err err = { 0 };

		if (yq_valkey_target_parse(texts[i], &valkey, &err) == YQ_OK)
			yq_valkey_target_clear(&valkey);
		assert_null(strstr(err.text, "hunter2"));
		if (yq_firebird_target_parse(texts[i], &firebird, &err) == YQ_OK)
			yq_firebird_target_clear(&firebird);
		assert_null(strstr(err.text, "hunter2"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoints_of_every_kind),
		cmocka_unit_test(test_a_whole_string_of_stackexchange_redis),
		cmocka_unit_test(test_sentinels_have_a_log_in_of_their_own),
		cmocka_unit_test(test_defaults_are_those_of_the_documents),
		cmocka_unit_test(test_a_bad_valkey_string_says_which_part),
		cmocka_unit_test(test_firebird_strings),
		cmocka_unit_test(test_a_bad_firebird_string_says_which_part),
		cmocka_unit_test(test_no_error_shows_a_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
