/* test_gateway_alpaca.c - an account at Alpaca, which the simulator plays: orders, prices and what
 * is held go through the gateway, found by asking alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/str.h"
#include "gateway_doubt.h"
#include "simulator_process.h"

static struct simulator_process simulator;

static int
set_up(void **state)
{
	int rc = gateway_set_up(state);

	fixture.settings = "\"ReconcileOrdersSeconds\":1,\"ReconcilePositionsSeconds\":1,";
	simulator = simulator_begin(fixture.folder);
	return rc;
}

static int
tear_down(void **state)
{
	simulator_end(&simulator);
	return gateway_tear_down(state);
}

/* The account has the alias that the fixture waits for. */
static void
start_with(const char *key, bool stream, const char *more)
{
	char accounts[1024];
	const struct gateway_spec spec = { .accounts = accounts };

	assert_true(yq_str_format(accounts, sizeof(accounts),
	    "\"Paper\":{\"Broker\":\"alpaca\",\"Session\":\"always\",\"BaseUrl\":\"%s/alpaca\","
	    "\"Alpaca\":{\"Environment\":\"paper\",\"Stream\":%s,\"QuoteSeconds\":1,\"KeyId\":"
	    "\"%s\",\"SecretKey\":\"secret-of-%s\"}}%s",
	    simulator.url, stream ? "true" : "false", key, key, more));
	yq_reply_free(valkey_do(fixture.console, "HDEL account:Paper SyncedAt"));
	(void)gateway_spawn(&spec);
}

static void
start(const char *key, const char *more)
{
	start_with(key, false, more);
}

static void
await_text(const char *command, const char *expected)
{
	char found[256] = "";

	for (int i = 0; i < 4500; i++) {
		valkey_do_text(fixture.console, command, found, sizeof(found));
		if (strstr(found, expected) != NULL)
			return;
		usleep(10000);
	}
	gateway_show_log();
	assert_string_equal(found, expected);
}

static void
test_an_order_goes_to_alpaca_and_what_it_did_is_booked(void **unused)
{
	struct yq_order order = gateway_order(YQ_BUY, "AAPL", "3");

	(void)unused;
	start("PKONE", "");
	gateway_await_served();
	await_text("HGET deposit:Paper USD", "100000");
	gateway_submit(&order);
	gateway_await_state(&order.id, "Filled");
	await_text("HGET position:Paper AAPL", "\"Qty\":3");
	/* What it cost is known, and which market's price it is. */
	await_text("HGET stock:AAPL Exchange", "NASDAQ");
	await_text("HGET stock:AAPL Currency", "USD");
}

static void
test_a_cancel_reaches_alpaca(void **unused)
{
	struct yq_order order = gateway_order(YQ_BUY, "AAPL", "1");

	(void)unused;
	order.type = YQ_TYPE_LIMIT;
	order.price = yq_opt_decimal_of(yq_decimal_from_int(1));
	start("PKTWO", "");
	gateway_await_served();
	gateway_submit(&order);
	gateway_await_state(&order.id, "Open");
	gateway_cancel(&order);
	gateway_await_state(&order.id, "Canceled");
}

static void
ask_price(const char *target)
{
	struct yq_query query = { .id = yq_id_random(), .type = YQ_QUERY_PRICE };
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);

	yq_str_copy_cut(query.target, sizeof(query.target), target);
	yq_message_encode_query(&query, &text);
	gateway_publish("query", yq_buf_text(&text), text.length);
}

static void
test_a_price_that_is_asked_for_is_its_own_markets(void **unused)
{
	(void)unused;
	start("PKFOUR", "");
	gateway_await_served();
	ask_price("NYSE:AAPL"); /* there is none of that name there */
	ask_price("NASDAQ:MSFT");
	await_text("HGET stock:MSFT Exchange", "NASDAQ");
	ask_price("NASDAQ:AAPL");
	await_text("HGET stock:AAPL Exchange", "NASDAQ");
	assert_in_range(valkey_do_int(fixture.console, "TTL stock:AAPL"), 89900, 90000);
}

static void
test_without_keys_the_account_is_broken_and_no_other(void **unused)
{
	(void)unused;
	start(
	    "PKTHREE", ",\"Bare\":{\"Broker\":\"alpaca\",\"Alpaca\":{\"Environment\":\"paper\"}}");
	gateway_await_served();
	gateway_await_told("account Bare is not served: there are no keys for Alpaca");
	assert_int_equal(gateway_log_count("secret-of-PKTHREE"), 0);
}

/* Alpaca proves after 20 s that it never had it.  Asked with growing pauses alone the ticker would
 * wait for 35 s. */
static void
test_what_was_never_sent_is_sent_as_soon_as_that_is_proven(void **unused)
{
	struct yq_order order = doubt_leave("AAPL", "1");
	int64_t began_ns;

	(void)unused;
	start("PKSEVEN", "");
	gateway_await_state(&order.id, "Unknown");
	gateway_end(fixture.others[0]);
	fixture.others[0] = 0;
	yq_reply_free(valkey_do(fixture.console, "DEL lease:Paper"));
	start("PKSEVEN", "");
	gateway_await_served();
	began_ns = yq_clock_monotonic_ns(yq_clock_system());
	usleep(15000000);
	gateway_await_state(&order.id, "Filled");
	assert_in_range(
	    yq_clock_monotonic_ns(yq_clock_system()) - began_ns, 15000000000, 33000000000);
}

/* ---- orders that others make on the account ---- */

static int
simulator_connect(void)
{
	const char *port = strrchr(simulator.url, ':') + 1;
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* As the broker's dashboard would: a buy at the market under an id that is not ours. */
static void
buy_elsewhere(const char *key, const char *client_id, const char *ticker)
{
	char request[1024], body[256], answer[64] = "";
	int fd = simulator_connect();

	yq_str_format(body, sizeof(body),
	    "{\"symbol\":\"%s\",\"qty\":\"1\",\"side\":\"buy\",\"type\":\"market\","
	    "\"time_in_force\":\"day\",\"client_order_id\":\"%s\"}",
	    ticker, client_id);
	yq_str_format(request, sizeof(request),
	    "POST /alpaca/v2/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
	    "APCA-API-KEY-ID: %s\r\nAPCA-API-SECRET-KEY: secret-of-%s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    key, key, strlen(body), body);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	assert_true(recv(fd, answer, sizeof(answer) - 1, MSG_WAITALL) > 0);
	assert_non_null(strstr(answer, "HTTP/1.1 200"));
	close(fd);
}

#define STRANGERS 30

/* The dashboard, and other programs, give orders ids of the same form as ours. */
static void
check_strangers(const char *key, bool stream)
{
	struct yq_order order = gateway_order(YQ_BUY, "MSFT", "2");
	size_t told;

	start_with(key, stream, "");
	gateway_await_served();
	gateway_submit(&order);
	gateway_await_state(&order.id, "Filled");
	for (int i = 0; i < STRANGERS; i++)
		buy_elsewhere(key, yq_id_random().text, "AAPL");
	await_text("HGET position:Paper AAPL", "\"Qty\":30,");
	await_text("HGET position:Paper MSFT", "\"Qty\":2,");
	usleep(2500000); /* two more looks */
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 1);
	assert_int_equal(gateway_told_count("came after the order had been archived"), 0);
	/* What was taken over is told, by the look and not by the execution. */
	told = gateway_told_count("were taken over");
	assert_in_range(told, 1, 5);
	assert_int_equal(gateway_told_count("AAPL"), told);
	/* One of ours that has left the bus stays a trade: it has the kind of id that we make. */
	buy_elsewhere(key, yq_id_named(key, strlen(key)).text, "AAPL");
	gateway_await_told("came after the order had been archived");
	await_text("HGET position:Paper AAPL", "\"Qty\":31,");
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 2);
}

static void
test_what_others_order_is_in_the_position_and_no_trade_of_ours(void **unused)
{
	(void)unused;
	check_strangers("PKFIVE", false);
}

static void
test_what_others_order_is_no_trade_of_ours_when_it_is_pushed(void **unused)
{
	(void)unused;
	check_strangers("PKSIX", true);
}

/* Long before the books would be looked at, and as what it is. */
static void
test_what_others_trade_is_held_soon(void **unused)
{
	(void)unused;
	fixture.settings = "\"ReconcileOrdersSeconds\":1,\"ReconcilePositionsSeconds\":3600,";
	start("PKEIGHT", "");
	gateway_await_served();
	await_text("HGET deposit:Paper USD", "100000");
	buy_elsewhere("PKEIGHT", "by hand 1", "AAPL");
	await_text("HGET position:Paper AAPL", "\"Qty\":1,");
	gateway_await_told("for others trade there too");
	buy_elsewhere("PKEIGHT", yq_id_random().text, "MSFT");
	await_text("HGET position:Paper MSFT", "\"Qty\":1,");
}

static bool
has_mapped(int pid, const char *library)
{
	char path[64], line[1024];
	bool found = false;
	FILE *maps;

	yq_str_format(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL)
		found = found || strstr(line, library) != NULL;
	(void)fclose(maps);
	return found;
}

static void
test_who_asks_nobody_carries_no_library_for_it(void **unused)
{
	static const char *const libraries[] = { "libcurl", "libfbclient", "libcrypto" };
	struct yq_order order = gateway_order(YQ_BUY, "AAPL", "1");

	(void)unused;
	gateway_start("{}");
	gateway_submit(&order);
	gateway_await_state(&order.id, "Filled");
	for (size_t i = 0; i < YQ_COUNT(libraries); i++)
		if (has_mapped(fixture.pid, libraries[i]))
			fail_msg("%s is loaded", libraries[i]);
	assert_true(has_mapped(fixture.pid, "libuv"));
	gateway_stop();
	start("PKFOUR", "");
	gateway_await_served();
	assert_true(has_mapped(fixture.others[0], "libcurl"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_an_order_goes_to_alpaca_and_what_it_did_is_booked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_cancel_reaches_alpaca, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_price_that_is_asked_for_is_its_own_markets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_what_was_never_sent_is_sent_as_soon_as_that_is_proven, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_what_others_order_is_in_the_position_and_no_trade_of_ours, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    test_what_others_order_is_no_trade_of_ours_when_it_is_pushed, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    test_who_asks_nobody_carries_no_library_for_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_what_others_trade_is_held_soon, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_without_keys_the_account_is_broken_and_no_other, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
