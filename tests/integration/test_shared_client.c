/* test_shared_client.c - what the accounts of one program share at their brokers: one way out. */
#include "broker/shared.h"
#include "http_calls.h"

#define SILENT 12 /* as many questions as may be out beside what is kept for the urgent */

static void
answer_orders(struct net_connection *connection, const char *request, size_t length)
{
	static const char taken[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

	(void)length;
	if (yq_str_starts(request, "POST"))
		peer_say(connection, taken, sizeof(taken) - 1);
}

/* A queue lets the urgent go first: behind it nothing may wait for what is slow. */
static void
test_who_has_its_turn_does_not_wait_for_answers_to_others(void **state)
{
	struct yq_shared *shared = yq_shared_make(&loop, yq_clock_system());
	struct yq_http_client *client = yq_shared_client(shared, "", "");
	struct call_end questions[SILENT] = { 0 }, cancel = { 0 };
	struct net_peer peer;
	char url[256];

	(void)state;
	peer_open(&peer);
	peer.on_request = answer_orders;
	for (size_t i = 0; i < SILENT; i++)
		(void)send_call(
		    client, "GET", url_of(url, "http", peer.port, "/"), NULL, 0, &questions[i]);
	turn_for(100);
	(void)send_call(client, "POST", url, "x", 5000, &cancel);
	await_count(&cancel.times, 1);
	assert_end(&cancel, YQ_OK, NULL);
	yq_shared_free(shared);
	for (size_t i = 0; i < SILENT; i++) {
		await_count(&questions[i].times, 1);
		assert_end(&questions[i], YQ_E_UNKNOWN, NULL);
	}
	peer_close(&peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(test_who_has_its_turn_does_not_wait_for_answers_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
