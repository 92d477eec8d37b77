/* test_alpaca_exchange.c - the adapter for Alpaca at an exchange that plays it: what is told and
 * what is found are the same. */
#include "alpaca_fixture.h"
#include "net/http_client.h"
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
on_knobs(void *cookie, enum yq_rc rc, const struct yq_http_reply *reply, const struct yq_err *err)
{
	if (rc != YQ_OK || reply->status != 200)
		fail_msg("%s", rc != YQ_OK ? err->text : reply->body);
	++*(unsigned *)cookie;
}

/* How the exchange behaves from now on. */
static void
knobs(const char *json)
{
	struct yq_http_client *client = yq_http_client_make(&t.loop, NULL);
	char url[128], path[96], token[160] = "", bearer[192];
	const struct yq_http_header headers[] = { { "Authorization", bearer },
		{ "Content-Type", "application/json" } };
	unsigned done = 0;
	FILE *file;

	yq_str_format(url, sizeof(url), "%s/control/v1/knobs", simulator.url);
	yq_str_format(path, sizeof(path), "%s/exchange/control-token", folder);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(token, sizeof(token), file));
	(void)fclose(file);
	token[strcspn(token, "\n")] = '\0';
	yq_str_format(bearer, sizeof(bearer), "Bearer %s", token);
	(void)yq_http_client_send(client,
	    &(struct yq_http_client_request){ .method = "PUT",
		.url = url,
		.headers = headers,
		.header_count = YQ_COUNT(headers),
		.body = json,
		.length = strlen(json) },
	    on_knobs, &done);
	await_count(&done, 1);
	yq_http_client_free(client);
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

/* Taken or not: the answer does not say, and asking does. */
static void
test_what_is_lost_on_the_way_is_found(void **unused)
{
	static const struct {
		const char *knob;
		bool taken;
	} rows[] = {
		{ "{\"error_next\":1}", false },
		{ "{\"html_next\":1}", false },
		{ "{\"error_after_next\":1}", true },
		{ "{\"cut_next\":1}", true },
	};

	(void)unused;
	begin(false);
	t.order.price = yq_opt_decimal_of(number("1"));
	assert_rc(submit(), YQ_OK, ""); /* it knows the ticker from then on */
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		t.order.id = yq_id_random();
		knobs(rows[i].knob);
		assert_rc(submit(), YQ_E_UNKNOWN, "");
		assert_rc(find(), rows[i].taken ? YQ_OK : YQ_E_NOT_FOUND, "");
		assert_rc(submit(), YQ_OK, "");
		assert_int_equal(find()->orders[0].state, YQ_ORDER_OPEN);
	}
	assert_int_equal(open_orders()->count, 1 + YQ_COUNT(rows));
	knobs("{\"limited_next\":1}");
	t.order.id = yq_id_random();
	assert_rc(submit(), YQ_E_RETRY, "");
}

/* Whatever becomes of the pushes, what was told and what is found are the same executions. */
static void
test_parts_are_booked_once_each(void **unused)
{
	struct yq_broker_fill told[EVENTS_MAX];
	struct yq_decimal sum = YQ_DECIMAL_ZERO;
	const struct outcome *o;
	size_t told_count = 0;

	(void)unused;
	begin(true);
	knobs("{\"partial_ppm\":1000000,\"duplicate_ppm\":300000,\"reorder_ppm\":300000,"
	      "\"lost_ppm\":200000}");
	t.order.price = yq_opt_decimal_of(number("1000"));
	t.order.qty = number("16");
	assert_rc(submit(), YQ_OK, "");
	turn_for(1500);
	knobs("{\"partial_ppm\":0,\"duplicate_ppm\":0,\"reorder_ppm\":0,\"lost_ppm\":0}");
	turn_for(500);
	for (unsigned n = 0; n < t.told_count && n < EVENTS_MAX; n++)
		if (t.told[n].event.kind == YQ_BROKER_EV_FILL)
			told[told_count++] = t.told[n].fill;
	o = find();
	assert_rc(o, YQ_OK, "");
	for (size_t i = 0; i < o->fill_count; i++)
		assert_int_equal(yq_decimal_add(sum, o->fills[i].fill.qty, &sum), YQ_OK);
	assert_int_equal(yq_decimal_cmp(sum, o->orders[0].filled), 0);
	for (size_t i = 0; i < told_count; i++) {
		size_t same = 0;

		for (size_t j = 0; j < o->fill_count; j++)
			same += yq_str_equal(told[i].execution_id, o->fills[j].execution_id) &&
				yq_decimal_cmp(told[i].fill.qty, o->fills[j].fill.qty) == 0;
		assert_int_equal(same, 1);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(told[i].execution_id, told[j].execution_id);
	}
	print_message("# %zu executions, %zu told\n", o->fill_count, told_count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ALPACA_TEST(test_an_execution_is_the_same_by_push_and_by_asking),
		ALPACA_TEST(test_an_order_sent_twice_is_one),
		ALPACA_TEST(test_a_replaced_order_is_known_by_either_id),
		ALPACA_TEST(test_what_is_lost_on_the_way_is_found),
		ALPACA_TEST(test_parts_are_booked_once_each),
	};

	return cmocka_run_group_tests(tests, start_exchange, stop_exchange);
}
