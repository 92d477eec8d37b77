/*
 * test_bus_rights.c - what each program may do on the bus and, above all, what it may not: asked of
 * a real server, as that program's user.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/acl.h"
#include "valkey_fixture.h"

#define ID "11111111-1111-5111-8111-111111111111"

static struct valkey_fixture server;

struct ask {
	enum yq_program program;
	const char *words;
};

#define WEBHOOK	 YQ_PROGRAM_WEBHOOK
#define OM	 YQ_PROGRAM_ORDER_MANAGER
#define GATEWAY	 YQ_PROGRAM_GATEWAY
#define WEB	 YQ_PROGRAM_WEB
#define NOTIFIER YQ_PROGRAM_NOTIFIER

/* Each must be denied. */
static const struct ask forbidden[] = {
	{ WEBHOOK, "HGETALL position:Paper" },
	{ WEBHOOK, "HGETALL deposit:Paper" },
	{ WEBHOOK, "HGETALL account:Paper" },
	{ WEBHOOK, "SMEMBERS account:index" },
	{ WEBHOOK, "HGETALL order:" ID },
	{ WEBHOOK, "GET signal:" ID },
	{ WEBHOOK, "XRANGE signal:stream - +" },
	{ WEBHOOK, "XREAD STREAMS signal:stream 0" },
	{ WEBHOOK, "XREADGROUP GROUP order-manager x STREAMS signal:stream >" },
	{ WEBHOOK, "XADD order:stream * payload x" },
	{ WEBHOOK, "XADD execution:stream * payload x" },
	{ WEBHOOK, "SET signal:stream x" },
	{ WEBHOOK, "SET order:open x" },
	{ WEBHOOK, "PUBLISH order x" },
	{ WEBHOOK, "PUBLISH execution x" },
	{ WEBHOOK, "PUBLISH query x" },
	{ WEBHOOK, "SUBSCRIBE execution" },
	{ WEBHOOK, "SUBSCRIBE signal" },
	{ WEBHOOK, "PSUBSCRIBE *" },
	{ WEBHOOK, "HSET halt * x" },
	{ WEBHOOK, "HGETALL halt" },
	{ WEBHOOK, "HSET heartbeat:OrderManager Pid 1" },
	{ WEBHOOK, "FCALL yq_submit 1 order:stream" },
	{ WEBHOOK, "FCALL yq_decide 1 order:stream" },
	{ WEBHOOK, "FCALL yq_read 0 position:Paper" },
	{ OM, "HSET position:Paper AAPL x" },
	{ OM, "HSET deposit:Paper USD 1" },
	{ OM, "HSET account:Paper Active true" },
	{ OM, "HSET lease:Paper Token 9" },
	{ OM, "HGETALL lease:Paper" },
	{ OM, "XADD execution:stream * payload x" },
	{ OM, "PUBLISH execution x" },
	{ OM, "SUBSCRIBE query" },
	{ OM, "RPUSH trades:queue x" },
	{ OM, "DEL order:" ID },
	{ OM, "HSET stock:AAPL Price 1" },
	{ OM, "HSET heartbeat:Webhook Pid 1" },
	{ OM, "FCALL yq_lease 1 lease:Paper x 1" },
	{ OM, "FCALL yq_beat 1 heartbeat:BrokerGateway:-1 30 1 Pid 1" },
	{ GATEWAY, "FCALL yq_color 1 color blue blue 1 x y 0" },
	{ GATEWAY, "HSET color Active green" },
	{ GATEWAY, "XGROUP DESTROY order:stream broker-gateway" },
	{ GATEWAY, "XGROUP CREATE signal:stream x 0" },
	{ GATEWAY, "GET signal:" ID },
	{ GATEWAY, "SET signal:" ID " x" },
	{ GATEWAY, "XADD signal:stream * payload x" },
	{ GATEWAY, "XRANGE signal:stream - +" },
	{ GATEWAY, "PUBLISH signal x" },
	{ GATEWAY, "PUBLISH order x" }, /* not what it makes itself either */
	{ GATEWAY, "SUBSCRIBE signal" },
	{ GATEWAY, "DEL halt" },
	{ GATEWAY, "HSET strategy Trend x" },
	{ OM, "HSET strategy Trend x" },
	{ OM, "HSET guard:Paper a b" },
	{ WEBHOOK, "HGETALL strategy" },
	{ WEB, "HSET guard:Paper a b" },
	{ GATEWAY, "LRANGE trades:queue 0 -1" },
	{ GATEWAY, "XTRIM order:stream MAXLEN 0" },
	{ GATEWAY, "FCALL yq_accept 1 signal:stream signal" },
	{ WEB, "HSET deposit:Paper USD 1000000" },
	{ WEB, "HSET position:Paper AAPL x" },
	{ WEB, "HSET account:Paper Active true" },
	{ WEB, "DEL position:Paper" },
	{ WEB, "XADD execution:stream * payload x" },
	{ WEB, "XADD signal:stream * payload x" },
	{ WEB, "PUBLISH execution x" },
	{ WEB, "PUBLISH signal x" },
	{ WEB, "RPUSH trades:queue x" },
	{ WEB, "LPOP trades:queue" },
	{ WEB, "SET signal:" ID " ordered" },
	{ WEB, "HSET lease:Paper Token 9" },
	{ WEB, "XREADGROUP GROUP broker-gateway x STREAMS order:stream >" },
	{ WEB, "HSET stock:AAPL Price 1" },
	{ NOTIFIER, "PUBLISH order x" },
	{ NOTIFIER, "XADD order:stream * payload x" },
	{ NOTIFIER, "HGETALL position:Paper" },
	{ NOTIFIER, "HGETALL deposit:Paper" },
	{ NOTIFIER, "GET signal:" ID },
	{ NOTIFIER, "XRANGE order:stream - +" },
	{ NOTIFIER, "HSET halt * x" },
	{ NOTIFIER, "SUBSCRIBE order" },
};

/* Nobody but the console. */
static const char *const nobody[] = { "FLUSHALL", "FLUSHDB", "CONFIG GET *", "ACL LIST",
	"ACL SETUSER default on", "KEYS *", "SCAN 0", "MONITOR", "SHUTDOWN NOSAVE",
	"FUNCTION DELETE yquant", "FUNCTION LOAD x", "EVAL return 0", "SCRIPT FLUSH", "CLIENT LIST",
	"CLIENT KILL ID 1", "BGSAVE", "REPLICAOF NO ONE", "MODULE LIST", "SWAPDB 0 1",
	"XGROUP DESTROY signal:stream archiver", "RENAME halt x", "MIGRATE h 1 k 0 1", "SAVE",
	"SET anything x", "GET anything" };

/* Each must not be denied (another error is fine: only the right is asked about). */
static const struct ask permitted[] = {
	{ WEBHOOK, "PUBLISH signal x" },
	{ WEBHOOK, "XADD signal:stream * payload x" },
	{ WEBHOOK, "FCALL yq_version 0" },
	{ WEBHOOK, "FCALL yq_beat 1 heartbeat:Webhook 30 1 Pid 1" },
	{ WEBHOOK, "FCALL yq_accept 2 signal:stream signal:" ID " signal 10 payload 0" },
	{ WEBHOOK, "FCALL yq_notify 1 notification:stream notification x" },
	{ OM, "XREADGROUP GROUP order-manager x COUNT 1 STREAMS signal:stream >" },
	{ OM, "XREAD COUNT 1 STREAMS order:stream 0-0" },
	{ OM, "XREAD COUNT 1 STREAMS execution:stream 0-0" },
	{ OM, "FCALL yq_position 1 signal:stream archiver" },
	{ OM, "XGROUP SETID signal:stream archiver 1-1" },
	{ OM, "XINFO CONSUMERS signal:stream order-manager" },
	{ OM, "XPENDING signal:stream order-manager - + 1 x" },
	{ OM, "XCLAIM signal:stream order-manager x 0 1-1" },
	{ OM, "FCALL yq_read 0 account:Paper deposit:Paper position:Paper" },
	{ OM, "RENAME trades:queue trades:processing" },
	{ OM, "FCALL yq_take 2 trades:queue trades:processing 255" },
	{ OM, "LRANGE trades:processing 0 -1" },
	{ OM, "LLEN trades:parked" },
	{ OM, "HSET halt * x" },
	{ OM, "HDEL halt *" },
	{ OM, "SMEMBERS order:open" },
	{ OM, "HGETALL order:" ID },
	{ OM, "HGET stock:AAPL NASDAQ" },
	{ OM, "PUBLISH query x" },
	{ OM, "FCALL yq_beat 1 heartbeat:OrderManager 30 1 Pid 1" },
	{ GATEWAY, "XREADGROUP GROUP broker-gateway x COUNT 1 STREAMS order:stream >" },
	{ GATEWAY, "XACK order:stream broker-gateway 1-1" },
	{ GATEWAY, "HGETALL position:Paper" },
	{ GATEWAY, "HMGET halt *" },
	{ GATEWAY, "HSET halt * x" },
	{ GATEWAY, "HDEL halt *" },
	{ GATEWAY, "EXISTS halt:00000000-0000-4000-8000-000000000000" },
	{ GATEWAY, "SET halt:00000000-0000-4000-8000-000000000000 1 EX 9" },
	{ GATEWAY, "HGET strategy Trend" },
	{ GATEWAY, "HSET guard:Paper a b" },
	{ GATEWAY, "DEL guard:Paper" },
	{ OM, "HGET strategy Trend" },
	{ OM, "SET halt:00000000-0000-4000-8000-000000000000 1 EX 9" },
	{ WEB, "HSET strategy Trend x" },
	{ WEB, "HGETALL guard:Paper" },
	{ GATEWAY, "PUBLISH query:reply:" ID " x" },
	{ GATEWAY, "PUBLISH execution x" },
	{ GATEWAY, "FCALL yq_lease 1 lease:Paper me 1000" },
	{ GATEWAY, "FCALL yq_beat 1 heartbeat:BrokerGateway:East-2 30 1 Pid 1" },
	{ GATEWAY, "XGROUP CREATE order:stream broker-gateway:East 0 MKSTREAM" },
	{ GATEWAY, "HMGET color Active" },
	{ OM, "FCALL yq_color 1 color blue blue 1 x y 0" },
	{ GATEWAY, "FCALL yq_stock 1 stock:AAPL 10 1 Price 1" },
	{ WEB, "HGETALL position:Paper" },
	{ WEB, "XREAD COUNT 1 STREAMS execution:stream 0" },
	{ WEB, "XRANGE notification:stream - + COUNT 1" },
	{ WEB, "HGETALL heartbeat:Webhook" },
	{ WEB, "HGETALL lease:Paper" },
	{ WEB, "GET signal:" ID },
	{ WEB, "HSET halt * x" },
	{ WEB, "HDEL halt *" },
	{ WEB, "FCALL yq_submit 2 order:stream order:open order Pending" },
	{ WEB, "LLEN trades:queue" },
	{ NOTIFIER, "XREADGROUP GROUP notifier x COUNT 1 STREAMS execution:stream >" },
	{ NOTIFIER, "XREADGROUP GROUP notifier x COUNT 1 STREAMS notification:stream >" },
	{ NOTIFIER, "XACK notification:stream notifier 1-1" },
	{ NOTIFIER, "FCALL yq_beat 1 heartbeat:Notification 30 1 Pid 1" },
};

static enum yq_rc
ask(enum yq_program program, const char *words)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&server, program);
	enum yq_rc rc = yq_valkey_sync_words(sync, words, NULL, NULL);

	yq_valkey_sync_close(sync);
	return rc;
}

static void
test_no_program_may_do_more_than_its_work(void **state)
{
	(void)state;
	for (size_t i = 0; i < YQ_COUNT(forbidden); i++)
		if (ask(forbidden[i].program, forbidden[i].words) != YQ_E_DENIED)
			fail_msg("%s may: %s", yq_programs[forbidden[i].program].user,
			    forbidden[i].words);
}

static void
test_only_the_console_may_administer(void **state)
{
	(void)state;
	for (size_t i = 0; i < YQ_COUNT(nobody); i++)
		for (int p = 0; p < YQ_PROGRAM_CONSOLE; p++)
			if (ask((enum yq_program)p, nobody[i]) != YQ_E_DENIED)
				fail_msg("%s may: %s", yq_programs[p].user, nobody[i]);
	assert_int_equal(ask(YQ_PROGRAM_CONSOLE, "CONFIG GET save"), YQ_OK);
}

static void
test_every_program_may_do_its_work(void **state)
{
	(void)state;
	for (size_t i = 0; i < YQ_COUNT(permitted); i++)
		if (ask(permitted[i].program, permitted[i].words) == YQ_E_DENIED)
			fail_msg("%s may not: %s", yq_programs[permitted[i].program].user,
			    permitted[i].words);
}

/* The schema's own columns: whoever is listed may subscribe or publish, nobody else. */
static void
test_the_right_to_publish_is_not_the_right_to_listen(void **state)
{
	(void)state;
	for (int k = 0; k < YQ_KEY_COUNT; k++) {
		char name[YQ_KEY_SIZE], words[YQ_KEY_SIZE + 16];

		if (yq_keys[k].kind != YQ_CHANNEL)
			continue;
		yq_key_format((enum yq_key)k, yq_keys[k].arg == YQ_ARG_NONE ? NULL : ID, name);
		for (int p = 0; p < YQ_PROGRAM_CONSOLE; p++) {
			bool may_write = (yq_keys[k].writers & (1U << p)) != 0;
			bool may_read = (yq_keys[k].readers & (1U << p)) != 0;

			yq_str_format(words, sizeof(words), "PUBLISH %s x", name);
			assert_int_equal(
			    ask((enum yq_program)p, words), may_write ? YQ_OK : YQ_E_DENIED);
			yq_str_format(words, sizeof(words), "SUBSCRIBE %s", name);
			assert_int_equal(
			    ask((enum yq_program)p, words), may_read ? YQ_OK : YQ_E_DENIED);
		}
	}
}

static void
test_nobody_gets_in_without_a_password(void **state)
{
	struct yq_valkey_target target = valkey_fixture_target(&server, YQ_PROGRAM_CONSOLE);
	struct yq_valkey_sync *sync = NULL;

	(void)state;
	yq_secret_free(target.password);
	target.password = NULL;
	assert_int_equal(yq_valkey_sync_open(&target, "x", &sync, NULL), YQ_E_DENIED);
	target.password = yq_secret_make("", 0);
	assert_true(yq_str_copy(target.user, sizeof(target.user), "default"));
	assert_int_equal(yq_valkey_sync_open(&target, "x", &sync, NULL), YQ_E_DENIED);
	yq_valkey_target_clear(&target);
}

static int
start(void **state)
{
	(void)state;
	valkey_fixture_start(&server);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	valkey_fixture_end(&server);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_program_may_do_more_than_its_work),
		cmocka_unit_test(test_only_the_console_may_administer),
		cmocka_unit_test(test_every_program_may_do_its_work),
		cmocka_unit_test(test_the_right_to_publish_is_not_the_right_to_listen),
		cmocka_unit_test(test_nobody_gets_in_without_a_password),
	};

	return cmocka_run_group_tests(tests, start, end);
}
