/* test_look.c - when the broker is looked at: a wish that comes while it answers is not lost. */
#include <string.h>

#include "test.h"

#include "broker_gateway/account.h"
#include "broker_gateway/compare.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/sync.h"

#define SECOND INT64_C(1000000000)

static int64_t now_ns = 1000 * SECOND;
static unsigned looks, syncs;

static int64_t
monotonic_ns(void *cookie)
{
	(void)cookie;
	return now_ns;
}

static const struct yq_clock clock_here = { NULL, monotonic_ns, NULL };

/* ---- what a look needs of the gateway ---- */

void
gw_compare_orders(struct gw_account *account)
{
	(void)account;
	looks++;
}

void
gw_sync(struct gw_account *account)
{
	(void)account;
	syncs++;
}

bool
gw_throttle(struct gw_account *account, enum yq_call_class class, uint32_t count)
{
	(void)account;
	(void)class;
	(void)count;
	return true;
}

void
gw_soon(struct gateway *gw)
{
	(void)gw;
}

const struct yq_config *
yq_daemon_config(const struct yq_daemon *daemon)
{
	(void)daemon;
	return NULL;
}

int64_t
yq_config_int(const struct yq_config *config, const char *path)
{
	(void)config;
	(void)path;
	return 60;
}

void
yq_daemon_unready(struct yq_daemon *daemon, const char *part, const char *why)
{
	(void)daemon;
	(void)part;
	(void)why;
}

void
yq_daemon_notify(
    struct yq_daemon *daemon, const char *kind, const char *severity, const char *message)
{
	(void)daemon;
	(void)kind;
	(void)severity;
	(void)message;
}

/* ---- tests ---- */

static struct yq_counter counter;
static struct gateway gw = { .clock = &clock_here,
	.metrics = { .looks_orders = &counter, .looks_books = &counter } };
static struct yq_broker broker = { .name = "test" };
static struct gw_account account;

static void
begin(void)
{
	memset(&account, 0, sizeof(account));
	account.gw = &gw;
	account.state = GW_SERVING;
	account.broker = &broker;
	gw.accounts = &account;
	gw.account_count = 1;
	looks = syncs = 0;
	gw_look_begin(&account);
	gw_look_tick(&gw);
	assert_int_equal(looks, 1);
}

static void
test_what_is_wanted_while_the_broker_answers_is_looked_at_again(void **state)
{
	(void)state;
	begin();
	gw_look_orders_now(&account); /* an event, and the answer may be from before it */
	gw_look_orders_end(&account, YQ_OK, NULL);
	gw_look_tick(&gw); /* the books, which are due */
	assert_int_equal(syncs, 1);
	gw_look_books_now(&account, false);
	gw_look_books_end(&account, YQ_OK, NULL, 0);
	now_ns += 2 * SECOND;
	gw_look_tick(&gw);
	assert_int_equal(looks, 2);
	gw_look_orders_end(&account, YQ_OK, NULL);
	gw_look_tick(&gw);
	assert_int_equal(syncs, 2);
	gw_look_books_end(&account, YQ_OK, NULL, 0);
	/* and then no more */
	now_ns += 10 * SECOND;
	gw_look_tick(&gw);
	assert_int_equal(looks, 2);
	assert_int_equal(syncs, 2);
}

static void
test_what_others_trade_is_looked_for_now_and_then(void **state)
{
	(void)state;
	begin();
	gw_look_foreign(&account, 7); /* was there before us */
	account.look.first = false;
	gw_look_orders_end(&account, YQ_OK, NULL);
	gw_look_tick(&gw);
	gw_look_books_end(&account, YQ_OK, NULL, 0);
	assert_int_equal(syncs, 1);
	for (unsigned i = 0; i < 20; i++) { /* a part each second */
		gw_look_foreign(&account, 8 + i);
		assert_true(account.look.traded_elsewhere);
		now_ns += SECOND;
		account.look.orders_due_ns = INT64_MAX;
		gw_look_tick(&gw);
		if (account.look.under_way)
			gw_look_books_end(&account, YQ_OK, NULL, 0);
	}
	assert_in_range(syncs, 2, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_wanted_while_the_broker_answers_is_looked_at_again),
		cmocka_unit_test(test_what_others_trade_is_looked_for_now_and_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
