/*
 * webhook_fixture.h - yq-webhook as a process, a real valkey-server for it, and an HTTP client.
 */
#ifndef YQ_TESTS_WEBHOOK_FIXTURE_H
#define YQ_TESTS_WEBHOOK_FIXTURE_H

#include <curl/curl.h>

#include "base/buf.h"
#include "valkey_fixture.h"

#define ALERT_SECRET	"the-alert-secret-0123456789"
#define WRONG_SECRET	"not-the-secret-abcdefgh"
#define ENVIRONMENT_MAX 16

struct webhook {
	struct valkey_fixture valkey;
	char folder[64]; /* run folder, log, overlay, notify socket */
	char extra[ENVIRONMENT_MAX][128];
	int pid, notify;
	char url[64];
	CURL *curl;
	/* of the last request */
	struct yq_buf reply;
	long status, retry_after;
	double seconds;
};
extern struct webhook webhook; /* one a test program */

int webhook_set_up(void **state); /* both servers run, the webhook is ready */
int webhook_tear_down(void **state);
void webhook_start(void); /* returns when it is ready */
/* Send the signal; the exit code, or 128 + the signal that ended it. */
int webhook_stop(int number);
/* Stop, and start with these variables in its environment ("" = none). */
void webhook_restart_with(const char *first, const char *second);
int webhook_await_end(void);  /* it ends by itself: its exit code */
int webhook_run_to_end(void); /* one that cannot start: its exit code */
void webhook_write_overlay(const char *valkey_password);
void webhook_path_of(const char *name, char path[128]);
bool webhook_log_has(const char *words);

/* Each returns the status. */
long webhook_ask(const char *path, const char *body, size_t length, const char *header);
long webhook_post(const char *body);
long webhook_post_alert(unsigned n); /* a good one, with `n` as its comment */
/* A member of the last reply: its text, "true", or "" when it is not there. */
void webhook_reply_text(const char *name, char *text, size_t size);
void assert_webhook_reply(const char *name, const char *expected);

long long webhook_stream_length(void);
void webhook_await_length(long long expected);
/* The comments of all signals in the stream, in order: "1 2 3 ". */
void webhook_stream_comments(struct yq_buf *out);
void assert_webhook_comments(const char *expected);

#endif
