/* test_alpaca_exchange.c - the adapter for Alpaca at an exchange that plays it: what is told and
 * what is found are the same. */
#include "alpaca_fixture.h"
#include "simulator_process.h"

static struct simulator_process simulator;
static char folder[] = "/tmp/yq-alpaca-XXXXXX";

static int
start_exchange(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	simulator = simulator_begin(folder);
	return 0;
}

static int
stop_exchange(void **state)
{
	static const char *const names[] = { "/exchange/book", "/exchange/control-token",
		"/exchange", "/simulator.log", "" };
	char path[96];

	(void)state;
	simulator_end(&simulator);
	for (size_t i = 0; i < YQ_COUNT(names); i++) {
		yq_str_format(path, sizeof(path), "%s%s", folder, names[i]);
		(void)remove(path);
	}
	return 0;
}

static void
await_told(enum yq_broker_event_kind kind, struct told *ret_told)
{
	for (int i = 0; i < 400; i++) {
		for (unsigned n = 0; n < t.told_count && n < EVENTS_MAX; n++) {
			if (t.told[n].event.kind != kind)
				continue;
			*ret_told = t.told[n];
			return;
		}
		turn_for(25);
	}
	fail_msg("nothing of kind %d was told", (int)kind);
}

/* A new order, and nothing told. */
static void
begin(bool stream)
{
	char url[128];
	struct told told;

	yq_broker_free(t.broker);
	yq_str_format(url, sizeof(url), "%s/alpaca", simulator.url);
	t.settings = yq_alpaca_settings_of(false, url);
	t.settings.stream = stream;
	t.order.id = yq_id_random();
	open_broker();
	if (stream)
		await_told(YQ_BROKER_EV_STALE, &told);
	t.told_count = 0;
}

static void
test_an_execution_is_the_same_by_push_and_by_asking(void **unused)
{
	char id[YQ_EXECUTION_ID_SIZE];
	const struct outcome *o;
	struct told told;

	(void)unused;
	begin(true);
	t.order.type = YQ_TYPE_MARKET;
	t.order.price = YQ_OPT_DECIMAL_NONE;
	assert_rc(submit(), YQ_OK, "");
	await_told(YQ_BROKER_EV_FILL, &told);
	assert_string_equal(told.event.order_id.text, t.order.id.text);
	assert_number(told.fill.fill.qty, "15");
	memcpy(id, told.fill.execution_id, sizeof(id));
	o = find();
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->orders[0].state, YQ_ORDER_FILLED);
	assert_int_equal(o->fill_count, 1);
	assert_string_equal(o->fills[0].execution_id, id);
	begin(false); /* one that remembers nothing */
	o = fills_since(0);
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->fill_count, 1);
	assert_string_equal(o->fills[0].execution_id, id);
	assert_string_equal(o->fills[0].order_id.text, told.event.order_id.text);
	assert_int_equal(o->fills[0].time_us, told.fill.time_us);
	o = positions();
	assert_int_equal(o->count, 1);
	assert_int_equal(o->positions[0].exchange, YQ_NASDAQ);
	assert_number(o->positions[0].qty, "15");
}

static void
test_an_order_sent_twice_is_one(void **unused)
{
	char id[YQ_BROKER_ORDER_ID_SIZE];

	(void)unused;
	begin(false);
	t.order.price = yq_opt_decimal_of(number("1"));
	assert_rc(submit(), YQ_OK, "");
	assert_int_equal(find()->orders[0].state, YQ_ORDER_OPEN);
	memcpy(id, find()->orders[0].broker_order_id, sizeof(id));
	assert_string_equal(submit()->id, id);
	assert_int_equal(open_orders()->count, 1);
	assert_rc(cancel(id), YQ_OK, "");
	assert_int_equal(find()->orders[0].state, YQ_ORDER_CANCELED);
	assert_rc(cancel(id), YQ_E_REFUSED, "42210000");
}

static void
test_a_replaced_order_is_known_by_either_id(void **unused)
{
	char first[YQ_BROKER_ORDER_ID_SIZE];
	const struct outcome *o;
	struct told told;

	(void)unused;
	begin(true);
	t.order.price = yq_opt_decimal_of(number("1"));
	assert_rc(submit(), YQ_OK, "");
	memcpy(first, find()->orders[0].broker_order_id, sizeof(first));
	assert_rc(replace("20", "2"), YQ_OK, "");
	o = open_orders();
	assert_int_equal(o->count, 1);
	assert_string_equal(o->orders[0].order_id.text, t.order.id.text);
	assert_string_not_equal(o->orders[0].broker_order_id, first);
	assert_number(o->orders[0].qty, "20");
	assert_number(o->orders[0].price.value, "2");
	/* After a restart nobody knows but Alpaca. */
	begin(true);
	t.order.id = o->orders[0].order_id;
	assert_rc(cancel(first), YQ_OK, "");
	await_told(YQ_BROKER_EV_CANCELED, &told);
	assert_string_equal(told.event.order_id.text, t.order.id.text);
	o = find();
	assert_int_equal(o->orders[0].state, YQ_ORDER_CANCELED);
	assert_number(o->orders[0].qty, "20");
	assert_number(o->orders[0].filled, "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ALPACA_TEST(test_an_execution_is_the_same_by_push_and_by_asking),
		ALPACA_TEST(test_an_order_sent_twice_is_one),
		ALPACA_TEST(test_a_replaced_order_is_known_by_either_id),
	};

	return cmocka_run_group_tests(tests, start_exchange, stop_exchange);
}
