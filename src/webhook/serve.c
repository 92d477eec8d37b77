/* serve.c - one alert from its HTTP request to its answer. */
#include "webhook/serve.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "daemon/health.h"
#include "domain/alert.h"

#define ANSWER_MAX    4096
#define WARN_EVERY_NS INT64_C(60000000000)
#define NS_PER_US     1000

#define YQ_WEBHOOK_LABEL(ident, label) "result=\"" label "\"",
static const char *const result_labels[] = { YQ_WEBHOOK_RESULTS(YQ_WEBHOOK_LABEL) };

/* One alert between its acceptance and its answer. */
struct pending {
	struct webhook *webhook;
	struct yq_http_request *request;
};

void
webhook_metrics(struct webhook *webhook)
{
	struct yq_metrics *metrics = yq_daemon_metrics(webhook->daemon);

	for (size_t i = 0; i < WEBHOOK_RESULT_COUNT; i++)
		webhook->results[i] = yq_metrics_counter(
		    metrics, "yq_webhook_alerts_total", result_labels[i], "Alerts by their end.");
	webhook->spool_bytes = yq_metrics_gauge(metrics, "yq_webhook_spool_bytes", NULL,
	    "Alerts in the spool that are not forwarded yet.");
	webhook->refusing = yq_metrics_gauge(metrics, "yq_webhook_refusing", NULL,
	    "1 while alerts can be stored nowhere and are answered with 503.");
	webhook->latency = yq_metrics_histogram(metrics, "yq_webhook_accept_seconds", NULL,
	    "From the request's header to the answer of an accepted alert.");
}

static void
count(struct webhook *webhook, enum webhook_result result)
{
	yq_counter_add(webhook->results[result], 1);
}

static void
answer(struct yq_http_request *request, unsigned status, const struct yq_buf *body,
    const struct yq_http_header *header)
{
	yq_http_answer(request, &(struct yq_http_answer){ .status = status,
				    .body = yq_buf_text(body),
				    .length = body->length,
				    .headers = header,
				    .header_count = header == NULL ? 0 : 1 });
}

static void
refuse(struct yq_http_request *request, unsigned status, const char *text, const char *field,
    const struct yq_http_header *header)
{
	struct yq_buf body = yq_buf_make(ANSWER_MAX);
	struct yq_json_writer w = yq_json_writer_make(&body);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "error", text);
	if (field != NULL && field[0] != '\0')
		yq_json_put_text(&w, "field", field);
	yq_json_end_object(&w);
	answer(request, status, &body, header);
	yq_buf_free(&body);
}

/* ---- who ---- */

/* Somebody on this machine, not behind a proxy. */
static bool
is_local(const struct yq_http_request *request)
{
	const struct yq_address *peer = yq_http_peer(request);

	return (peer->family == YQ_FAMILY_UNIX || yq_address_is_loopback(peer)) &&
	       yq_http_header(request, "X-Forwarded-For") == NULL &&
	       yq_http_header(request, "Forwarded") == NULL;
}

/* ---- the header ---- */

/* Types that cannot be an alert's JSON; everything else is tried, as TradingView sends text/plain
 * and curl application/x-www-form-urlencoded. */
static bool
is_unsupported(const struct yq_http_request *request)
{
	static const char *const prefixes[] = { "multipart/", "image/", "audio/", "video/", "font/",
		"application/octet-stream", "application/zip", "application/gzip",
		"application/pdf", "application/x-protobuf", "application/protobuf",
		"application/msgpack", "application/x-msgpack", "application/cbor",
		"application/grpc" };
	const char *type = yq_http_header(request, "Content-Type");
	const char *encoding = yq_http_header(request, "Content-Encoding");
	char start[64];

	if (encoding != NULL && !yq_str_equal_nocase(encoding, "identity"))
		return true;
	if (type == NULL)
		return false;
	for (size_t i = 0; i < YQ_COUNT(prefixes); i++) {
		yq_str_copy_cut(start, strlen(prefixes[i]) + 1, type);
		if (yq_str_equal_nocase(start, prefixes[i]))
			return true;
	}
	return false;
}

static bool
refuse_client(struct webhook *webhook, struct yq_http_request *request)
{
	struct yq_address client = yq_gate_client_of(webhook->gate, request);
	struct yq_http_header retry = { "Retry-After", NULL };
	char text[YQ_ADDRESS_TEXT_SIZE], seconds[16];
	unsigned wait_s;

	if (!yq_gate_allows(webhook->gate, &client)) {
		yq_address_format(&client, text);
		yq_info("refused: address %s is not in Webhook:AllowedIps", text);
		count(webhook, WEBHOOK_FORBIDDEN);
		refuse(request, 403, "this address may not send alerts", NULL, NULL);
		return true;
	}
	wait_s = yq_gate_rate(webhook->gate, &client, yq_http_received_ns(request));
	if (wait_s == 0)
		return false;
	(void)yq_str_format(seconds, sizeof(seconds), "%u", wait_s);
	retry.value = seconds;
	count(webhook, WEBHOOK_LIMITED);
	refuse(request, 429, "too many alerts from this address", NULL, &retry);
	return true;
}

bool
webhook_head(void *cookie, struct yq_http_request *request)
{
	static const struct yq_http_header allow = { "Allow", "POST" };
	struct webhook *webhook = cookie;

	if (!yq_str_equal(yq_http_path(request), "/webhook")) {
		if (is_local(request) && yq_health_serve(webhook->daemon, request))
			return true;
		refuse(request, 404, "alerts go to POST /webhook", NULL, NULL);
		return true;
	}
	if (!yq_str_equal(yq_http_method(request), "POST")) {
		refuse(request, 405, "alerts go to POST /webhook", NULL, &allow);
		return true;
	}
	if (refuse_client(webhook, request))
		return true;
	if (is_unsupported(request)) {
		count(webhook, WEBHOOK_UNSUPPORTED);
		refuse(request, 415,
		    "an alert is JSON text: expected Content-Type application/json or text/plain, "
		    "not compressed",
		    NULL, NULL);
		return true;
	}
	return false;
}

/* ---- the alert ---- */

static void
on_outcome(void *cookie, enum yq_outcome outcome, const struct yq_id *id)
{
	static const enum webhook_result results[YQ_OUTCOME_COUNT] = {
		[YQ_DELIVERED] = WEBHOOK_ACCEPTED,
		[YQ_REPEATED] = WEBHOOK_DUPLICATE,
		[YQ_SPOOLED] = WEBHOOK_SPOOLED,
		[YQ_LOST] = WEBHOOK_UNAVAILABLE,
	};
	static const struct yq_http_header retry = { "Retry-After", "5" };
	struct pending *pending = cookie;
	struct webhook *webhook = pending->webhook;
	int64_t took_ns = (int64_t)uv_hrtime() - yq_http_received_ns(pending->request);
	struct yq_buf body = yq_buf_make(ANSWER_MAX);
	struct yq_json_writer w = yq_json_writer_make(&body);

	count(webhook, results[outcome]);
	yq_daemon_event(webhook->daemon);
	if (outcome == YQ_LOST) {
		refuse(pending->request, 503, "the alert could not be stored; send it again", NULL,
		    &retry);
	} else {
		yq_histogram_observe_us(webhook->latency, took_ns / NS_PER_US);
		yq_json_begin_object(&w);
		yq_json_put_text(&w, "status", "accepted");
		yq_json_put_text(&w, "id", id->text);
		if (outcome == YQ_REPEATED)
			yq_json_put_bool(&w, "duplicate", true);
		if (outcome == YQ_SPOOLED)
			yq_json_put_bool(&w, "spooled", true);
		yq_json_end_object(&w);
		answer(pending->request, 200, &body, NULL);
	}
	yq_debug("alert %s %s", id->text, result_labels[results[outcome]]);
	yq_buf_free(&body);
	free(pending);
}

/* Say that secrets are wrong, not which: now and then, however many there are. */
static void
note_wrong_secret(struct webhook *webhook, const struct yq_http_request *request)
{
	struct yq_address client = yq_gate_client_of(webhook->gate, request);
	char address[YQ_ADDRESS_TEXT_SIZE], text[192];
	int64_t now_ns = yq_http_received_ns(request);

	webhook->refused_secrets++;
	if (webhook->warned_ns != 0 && now_ns - webhook->warned_ns < WARN_EVERY_NS)
		return;
	yq_address_format(&client, address);
	(void)yq_str_format(text, sizeof(text),
	    "%llu alert%s with a wrong or missing secret, the last from %s",
	    (unsigned long long)webhook->refused_secrets, webhook->refused_secrets == 1 ? "" : "s",
	    address);
	yq_daemon_notify(webhook->daemon, "Security", "Warning", text);
	webhook->warned_ns = now_ns;
	webhook->refused_secrets = 0;
}

static bool
authenticate(struct webhook *webhook, const struct yq_alert *alert)
{
	char strategy[YQ_STRATEGY_SIZE];
	size_t length = 0;
	const char *secret = yq_alert_secret(alert, &length);

	yq_alert_strategy(alert, strategy);
	return yq_gate_authenticate(webhook->gate, strategy, secret, length);
}

static void
refuse_alert(
    struct webhook *webhook, struct yq_http_request *request, const struct yq_alert_fault *fault)
{
	struct yq_buf text = yq_buf_make(ANSWER_MAX);

	yq_buf_add_format(
	    &text, "%s%s%s", fault->field, fault->field[0] == '\0' ? "" : " ", fault->text);
	count(webhook, WEBHOOK_INVALID);
	yq_info("refused an alert: %s", yq_buf_text(&text));
	refuse(request, 400, yq_buf_text(&text), fault->field, NULL);
	yq_buf_free(&text);
}

static bool
is_mapped(
    const struct webhook *webhook, const struct yq_signal *signal, struct yq_alert_fault *fault)
{
	if (yq_mapping_find(webhook->mapping, signal->strategy) != NULL)
		return true;
	yq_str_copy_cut(fault->field, sizeof(fault->field), "strategy");
	(void)yq_str_format(fault->text, sizeof(fault->text),
	    "\"%s\" has no account in Webhook:StrategyAccountMapping", signal->strategy);
	return false;
}

static void
identify(struct webhook *webhook, const struct yq_alert *alert, const char *body, size_t length,
    struct yq_signal *signal, struct yq_id *previous)
{
	size_t own_length;
	const char *own = yq_alert_own_id(alert, &own_length);

	*previous = (struct yq_id){ "" };
	if (own != NULL)
		signal->id = yq_identity_of_own(own, own_length);
	else
		signal->id = yq_identity_of_body(webhook->identity, signal->strategy, body, length,
		    signal->received_at_us, yq_clock_monotonic_us(yq_daemon_clock(webhook->daemon)),
		    webhook->window_us, previous);
}

static void
hand_on(struct webhook *webhook, struct yq_http_request *request, const struct yq_signal *signal,
    const struct yq_id *previous)
{
	struct pending *pending = yq_xcalloc(1, sizeof(*pending));

	pending->webhook = webhook;
	pending->request = request;
	yq_buf_clear(&webhook->payload);
	yq_message_encode_signal(signal, &webhook->payload);
	yq_deliver_alert(webhook->deliver, &signal->id, previous, yq_buf_text(&webhook->payload),
	    webhook->payload.length, on_outcome, pending);
}

void
webhook_handle(void *cookie, struct yq_http_request *request)
{
	struct webhook *webhook = cookie;
	struct yq_alert_fault fault = { "", "" };
	struct yq_alert alert = { .tree = NULL };
	struct yq_signal signal;
	struct yq_id previous;
	size_t length;
	const char *body = yq_http_body(request, &length);
	int64_t now_us = yq_clock_now_us(yq_daemon_clock(webhook->daemon));

	YQ_FAIL_POINT("webhook.received");
	if (!yq_alert_open(&alert, body, length, &fault)) {
		refuse_alert(webhook, request, &fault);
		return;
	}
	if (!authenticate(webhook, &alert)) {
		count(webhook, WEBHOOK_UNAUTHORIZED);
		note_wrong_secret(webhook, request);
		refuse(request, 401, "the secret is wrong or missing", NULL, NULL);
	} else if (!yq_alert_read(&alert, now_us, &signal, &fault) ||
		   !is_mapped(webhook, &signal, &fault)) {
		refuse_alert(webhook, request, &fault);
	} else {
		identify(webhook, &alert, body, length, &signal, &previous);
		hand_on(webhook, request, &signal, &previous);
	}
	yq_alert_clear(&alert);
}
