/* test_http_client_tls.c - certificates are verified, and HTTP/2 is spoken where it is offered. */
#include "http_calls.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define HERE	  "DNS:localhost,IP:127.0.0.1"

/* One call through TLS to `port`, trusting `ca_file`. */
static void
call_over_tls(uint16_t port, const char *ca_file, const char *host, struct call_end *end)
{
	struct yq_http_client *client =
	    yq_http_client_make(&loop, &(struct yq_http_client_options){ .ca_file = ca_file });
	char url[256];

	yq_str_format(url, sizeof(url), "https://%s:%u/", host, port);
	call_and_wait(client, "POST", url, "x", end);
	yq_http_client_free(client);
}

static void
test_only_a_certificate_that_is_trusted_and_fits_is_taken(void **state)
{
	char key[128], cert[128], other_key[128], other_cert[128], wrong_key[128], wrong_cert[128];
	struct net_tls good, wrong;
	struct net_peer peer;
	struct call_end end;

	(void)state;
	tls_certificate("good", HERE, key, cert);
	tls_certificate("other", HERE, other_key, other_cert);
	tls_certificate("wrong", "DNS:elsewhere.example", wrong_key, wrong_cert);
	peer_open(&peer);
	peer.answer = OK_ANSWER;
	tls_start(&good, "relay", key, cert, peer.port);
	tls_start(&wrong, "relay", wrong_key, wrong_cert, peer.port);
	call_over_tls(good.port, cert, "127.0.0.1", &end);
	assert_end(&end, YQ_OK, NULL);
	call_over_tls(good.port, cert, "localhost", &end);
	assert_end(&end, YQ_OK, NULL);
	assert_int_equal(peer.requests, 2);
	call_over_tls(good.port, NULL, "127.0.0.1", &end); /* the system does not know it */
	assert_end(&end, YQ_E_RETRY, "certificate");
	call_over_tls(good.port, other_cert, "127.0.0.1", &end);
	assert_end(&end, YQ_E_RETRY, "certificate");
	call_over_tls(wrong.port, wrong_cert, "127.0.0.1", &end);
	assert_end(&end, YQ_E_RETRY, "127.0.0.1");
	call_over_tls(good.port, "/no/such/file.pem", "127.0.0.1", &end);
	assert_end(&end, YQ_E_RETRY, "/no/such/file.pem");
	call_over_tls(peer.port, cert, "127.0.0.1", &end); /* no TLS there at all */
	assert_end(&end, YQ_E_RETRY, NULL);
	assert_int_equal(peer.requests, 2);
	tls_end(&good);
	tls_end(&wrong);
	peer_close(&peer);
}

static void
test_an_answer_cut_short_within_tls_leaves_it_unknown(void **state)
{
	char key[128], cert[128];
	struct net_tls tls;
	struct net_peer peer;
	struct call_end end;

	(void)state;
	tls_certificate("cut", HERE, key, cert);
	peer_open(&peer);
	tls_start(&tls, "relay", key, cert, peer.port);
	peer.after = NET_CLOSE;
	call_over_tls(tls.port, cert, "127.0.0.1", &end);
	assert_end(&end, YQ_E_UNKNOWN, NULL);
	peer.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel";
	call_over_tls(tls.port, cert, "127.0.0.1", &end);
	assert_end(&end, YQ_E_UNKNOWN, NULL);
	tls_end(&tls);
	peer_close(&peer);
}

static void
on_h2_end(void *cookie, enum yq_rc rc, const struct yq_http_reply *reply, const struct yq_err *err)
{
	struct call_end *end = cookie;

	on_call_end(cookie, rc, reply, err);
	if (reply != NULL)
		yq_str_copy_cut(
		    end->header, sizeof(end->header), yq_http_reply_header(reply, "X-Sessions"));
}

static void
test_many_calls_share_one_connection_of_http2(void **state)
{
	char key[128], cert[128], url[256], body[32];
	struct yq_http_client *client;
	struct call_end ends[20] = { 0 };
	struct net_tls tls;

	(void)state;
	tls_certificate("h2", HERE, key, cert);
	tls_start(&tls, "h2", key, cert, 0);
	url_of(url, "https", tls.port, "/echo");
	client = yq_http_client_make(&loop, &(struct yq_http_client_options){ .ca_file = cert });
	for (size_t i = 0; i < YQ_COUNT(ends); i++) {
		struct yq_http_client_request request = { .method = "POST", .url = url };

		yq_str_format(body, sizeof(body), "body %zu", i);
		request.body = body;
		request.length = strlen(body);
		(void)yq_http_client_send(client, &request, on_h2_end, &ends[i]);
	}
	for (size_t i = 0; i < YQ_COUNT(ends); i++) {
		await_count(&ends[i].times, 1);
		yq_str_format(body, sizeof(body), "body %zu", i);
		assert_string_equal(yq_buf_text(&ends[i].body), body);
		assert_string_equal(ends[i].header, "1");
		assert_end(&ends[i], YQ_OK, NULL);
	}
	yq_http_client_free(client);
	tls_end(&tls);
}

static void
test_a_connection_of_http2_that_breaks_leaves_it_unknown(void **state)
{
	char key[128], cert[128], url[256];
	struct yq_http_client *client;
	struct call_end end;
	struct net_tls tls;

	(void)state;
	tls_certificate("h2cut", HERE, key, cert);
	tls_start(&tls, "h2", key, cert, 0);
	client = yq_http_client_make(&loop, &(struct yq_http_client_options){ .ca_file = cert });
	for (unsigned i = 0; i < 2; i++) {
		call_and_wait(client, "POST", url_of(url, "https", tls.port, "/echo"), "x", &end);
		assert_end(&end, YQ_OK, NULL);
		call_and_wait(client, "POST", url_of(url, "https", tls.port, "/cut"), "x", &end);
		assert_end(&end, YQ_E_UNKNOWN, NULL);
	}
	yq_http_client_free(client);
	tls_end(&tls);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(test_only_a_certificate_that_is_trusted_and_fits_is_taken),
		NET_TEST(test_an_answer_cut_short_within_tls_leaves_it_unknown),
		NET_TEST(test_many_calls_share_one_connection_of_http2),
		NET_TEST(test_a_connection_of_http2_that_breaks_leaves_it_unknown),
	};

	return cmocka_run_group_tests(tests, tls_folder_make, tls_folder_remove);
}
