/* alpaca_fixture.c - the adapter for Alpaca on a loop, and a server that says what the test wants.
 */
#include "alpaca_fixture.h"

struct alpaca_test t;

/* ---- the server ---- */

struct rule *
on(const char *method, const char *path, unsigned status, const char *body)
{
	assert_true(t.rule_count < RULES_MAX);
	memmove(&t.rules[1], &t.rules[0], t.rule_count * sizeof(t.rules[0]));
	t.rule_count++;
	t.rules[0] = (struct rule){
		.method = method, .path = path, .status = status, .body = body, .times = -1
	};
	return &t.rules[0];
}

unsigned
calls_of(const char *method, const char *path)
{
	unsigned count = 0;

	for (size_t i = 0; i < t.heard_count; i++)
		count +=
		    yq_str_equal(t.heard[i].method, method) && yq_str_equal(t.heard[i].path, path);
	return count;
}

const char *
body_of(const char *method, const char *path)
{
	for (size_t i = t.heard_count; i-- > 0;)
		if (yq_str_equal(t.heard[i].method, method) && yq_str_equal(t.heard[i].path, path))
			return t.heard[i].body;
	return "";
}

static void
ws_opened(void *cookie, struct yq_ws *ws)
{
	(void)cookie;
	(void)ws;
	t.opened++;
}

static void
ws_message(void *cookie, struct yq_ws *ws, enum yq_ws_kind kind, const char *bytes, size_t length)
{
	(void)cookie;
	(void)ws;
	(void)kind;
	yq_str_format(t.words, sizeof(t.words), "%.*s", (int)length, bytes);
	t.said++;
}

static void
ws_closed(void *cookie, struct yq_ws *ws, const struct yq_ws_end *end)
{
	(void)cookie;
	(void)end;
	yq_ws_free(ws);
	if (t.ws == ws)
		t.ws = NULL;
	t.gone++;
}

static void
answer(struct yq_http_request *request, const struct rule *rule)
{
	const struct yq_http_header header = { rule->header, rule->header_value };

	yq_http_answer(request, &(struct yq_http_answer){ .status = rule->status,
				    .body = rule->body,
				    .length = strlen(rule->body),
				    .headers = &header,
				    .header_count = rule->header != NULL ? 1 : 0 });
}

static struct rule *
rule_of(struct yq_http_request *request)
{
	for (size_t i = 0; i < t.rule_count; i++) {
		struct rule *rule = &t.rules[i];
		const char *value =
		    rule->query != NULL ? yq_http_query(request, rule->query) : NULL;

		if (rule->times != 0 && yq_str_equal(yq_http_method(request), rule->method) &&
		    yq_str_equal(yq_http_path(request), rule->path) &&
		    (rule->query == NULL || (value != NULL && yq_str_equal(value, rule->value))))
			return rule;
	}
	return NULL;
}

static void
on_request(void *cookie, struct yq_http_request *request)
{
	static const struct yq_ws_events events = { ws_opened, ws_message, ws_closed };
	struct heard *h = &t.heard[t.heard_count];
	const char *key = yq_http_header(request, "APCA-API-KEY-ID");
	struct rule *rule;
	size_t length;

	(void)cookie;
	if (yq_str_equal(yq_http_path(request), "/stream") && !t.no_stream) {
		t.ws = yq_ws_accept(request, NULL, &events, NULL);
		return;
	}
	assert_true(t.heard_count < LOG_MAX);
	t.heard_count++;
	yq_str_copy_cut(t.key, sizeof(t.key), key != NULL ? key : "");
	yq_str_copy_cut(h->method, sizeof(h->method), yq_http_method(request));
	yq_str_copy_cut(h->path, sizeof(h->path), yq_http_path(request));
	h->body = yq_xstrdup(yq_http_body(request, &length));
	rule = rule_of(request);
	if (rule == NULL) {
		yq_http_answer_error(request, 501, "no rule");
		return;
	}
	rule->times -= rule->times > 0;
	if (rule->mute)
		t.held[t.held_count++] = request;
	else
		answer(request, rule);
}

/* ---- the loop ---- */

static void
on_timer(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

static void
turn_until(const unsigned *counter, unsigned least, unsigned ms)
{
	uv_timer_t timer;
	bool over = false;

	(void)uv_timer_init(&t.loop, &timer);
	timer.data = &over;
	(void)uv_timer_start(&timer, on_timer, ms, 0);
	while (!over && (counter == NULL || *counter < least))
		(void)uv_run(&t.loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	(void)uv_run(&t.loop, UV_RUN_NOWAIT);
}

void
turn_for(unsigned ms)
{
	turn_until(NULL, 0, ms);
}

void
await_count(const unsigned *counter, unsigned least)
{
	turn_until(counter, least, PATIENCE_MS);
	assert_true(*counter >= least);
}

/* ---- what is told ---- */

static void
on_events(void *cookie, const struct yq_broker_event *events, size_t count)
{
	(void)cookie;
	for (size_t i = 0; i < count; i++) {
		struct told *told = &t.told[t.told_count % EVENTS_MAX];

		told->event = events[i];
		if (events[i].fill != NULL)
			told->fill = *events[i].fill;
		if (events[i].quote != NULL)
			told->quote = *events[i].quote;
		yq_str_copy_cut(
		    told->text, sizeof(told->text), events[i].text != NULL ? events[i].text : "");
		t.told_count++;
	}
}

const struct told *
told_last(enum yq_broker_event_kind kind, unsigned at_least)
{
	const struct told *told;

	await_count(&t.told_count, at_least);
	assert_int_equal(t.told_count, at_least);
	told = &t.told[(t.told_count - 1) % EVENTS_MAX];
	assert_int_equal(told->event.kind, kind);
	return told;
}

/* ---- opening and closing ---- */

struct yq_decimal
number(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

/* It is the afternoon of what Alpaca tells of, whenever the test runs. */
static int64_t
now_us(void *unused)
{
	static const char text[] = ALPACA_NOW;
	int64_t time_us;

	(void)unused;
	assert_int_equal(yq_time_parse(text, sizeof(text) - 1, &time_us), YQ_OK);
	return time_us;
}

static int64_t
monotonic_ns(void *unused)
{
	(void)unused;
	return yq_clock_monotonic_ns(yq_clock_system());
}

void
open_broker(void)
{
	static const struct yq_clock clock = { now_us, monotonic_ns, NULL };
	struct yq_secret *key = yq_secret_make("PKTEST", 6), *secret = yq_secret_make("SECRET", 6);
	const struct yq_alpaca_spec spec = { .loop = &t.loop,
		.clock = &clock,
		.settings = &t.settings,
		.key = key,
		.secret = secret,
		.hours = t.hours,
		.on_event = on_events };
	struct yq_err err;

	if (yq_alpaca_open(&spec, &t.broker, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_secret_free(key);
	yq_secret_free(secret);
}

static int
setup(bool stream)
{
	const struct yq_http_options options = {
		.listen = "127.0.0.1", .body_max = 65536, .header_max = 16384
	};
	struct yq_err err;

	memset(&t, 0, sizeof(t));
	assert_int_equal(uv_loop_init(&t.loop), 0);
	if (yq_http_server_open(&t.loop, &options, NULL, on_request, NULL, &t.server, &err) !=
	    YQ_OK)
		fail_msg("%s", err.text);
	t.settings = yq_alpaca_settings_of(false, yq_http_server_url(t.server));
	t.settings.stream = stream;
	t.order = yq_order_default();
	yq_str_copy_cut(t.order.id.text, sizeof(t.order.id.text), ALPACA_OURS);
	yq_str_copy_cut(t.order.ticker, sizeof(t.order.ticker), "AAPL");
	t.order.exchange = YQ_NASDAQ;
	t.order.currency = YQ_USD;
	t.order.action = YQ_BUY;
	t.order.type = YQ_TYPE_LIMIT;
	t.order.qty = number("15");
	t.order.price = yq_opt_decimal_of(number("107"));
	on("GET", "/v2/assets/AAPL", 200, ALPACA_ASSET_JSON("AAPL", "NASDAQ"));
	open_broker();
	return 0;
}

int
alpaca_setup(void **state)
{
	(void)state;
	return setup(false);
}

int
alpaca_setup_stream(void **state)
{
	(void)state;
	return setup(true);
}

int
alpaca_teardown(void **state)
{
	(void)state;
	yq_broker_free(t.broker);
	yq_ws_free(t.ws);
	yq_http_server_free(t.server);
	while (uv_run(&t.loop, UV_RUN_DEFAULT) != 0)
		;
	assert_int_equal(uv_loop_close(&t.loop), 0);
	for (size_t i = 0; i < t.heard_count; i++)
		free(t.heard[i].body);
	return 0;
}

void
say(const char *text)
{
	/* As Alpaca does on paper: in binary frames. */
	assert_int_equal(yq_ws_send(t.ws, YQ_WS_BINARY, text, strlen(text)), YQ_OK);
}

void
join_stream(void)
{
	unsigned said = t.said, told = t.told_count;

	await_count(&t.said, said + 1);
	assert_string_equal(t.words, "{\"action\":\"authenticate\",\"data\":{\"key_id\":\"PKTEST\","
				     "\"secret_key\":\"SECRET\"}}");
	say("{\"stream\":\"authorization\",\"data\":{\"status\":\"authorized\","
	    "\"action\":\"authenticate\"}}");
	await_count(&t.said, said + 2);
	assert_string_equal(
	    t.words, "{\"action\":\"listen\",\"data\":{\"streams\":[\"trade_updates\"]}}");
	say("{\"stream\":\"listening\",\"data\":{\"streams\":[\"trade_updates\"]}}");
	(void)told_last(YQ_BROKER_EV_STALE, told + 1);
}
