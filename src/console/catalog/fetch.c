/* fetch.c - master files from the broker's server, in rounds: what failed is asked for again. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/str.h"
#include "console/catalog/files.h"
#include "net/http_client.h"

#define ROUNDS	   3
#define ANSWER_MAX ((size_t)32 * 1024 * 1024)
#define PAUSE_S	   1 /* before the second round, twice as long before the third */

struct fetch {
	struct yq_catalog_files *files;
	struct yq_progress *progress;
	struct yq_http_client *client;
	size_t waiting, done;
};

/* One file's call. */
struct call {
	struct fetch *fetch;
	struct yq_catalog_file *file;
	bool again; /* it may help to ask once more */
};

static void
take_answer(struct call *call, const struct yq_http_reply *reply)
{
	struct yq_catalog_file *file = call->file;

	if (reply->status != 200) {
		(void)yq_err_set(&file->err, YQ_E_REFUSED, "%s: the server answered %d", file->url,
		    reply->status);
		call->again = reply->status >= 500 || reply->status == 429;
		return;
	}
	yq_buf_clear(&file->bytes);
	yq_buf_add(&file->bytes, reply->body, reply->length);
	file->found = true;
}

static void
on_reply(void *cookie, enum yq_rc rc, const struct yq_http_reply *reply, const struct yq_err *err)
{
	struct call *call = cookie;
	struct fetch *fetch = call->fetch;

	call->again = rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN;
	if (rc == YQ_OK)
		take_answer(call, reply);
	else
		call->file->err = *err;
	fetch->done += call->file->found;
	yq_progress_show(fetch->progress, "fetching", fetch->done, fetch->files->count);
	if (--fetch->waiting > 0)
		return;
	yq_http_client_free(fetch->client);
	fetch->client = NULL;
}

/* Ask for all that are not there; false when the loop cannot run. */
static bool
run_round(struct fetch *fetch, struct call *calls, const struct yq_config *config)
{
	const struct yq_secret *proxy = yq_config_secret(config, "Catalog:Proxy");
	const struct yq_http_client_options options = {
		.ca_file = yq_config_text(config, "Catalog:CaFile"),
		.proxy = proxy != NULL ? yq_secret_reveal(proxy) : NULL,
		.user_agent = "yquant",
	};
	uint32_t timeout_ms = (uint32_t)yq_config_int(config, "Catalog:TimeoutSeconds") * 1000;
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0)
		return false;
	fetch->client = yq_http_client_make(&loop, &options);
	for (size_t i = 0; i < fetch->files->count; i++) {
		struct yq_catalog_file *file = &fetch->files->items[i];
		struct yq_http_client_request request = { .method = "GET",
			.url = file->url,
			.timeout_ms = timeout_ms,
			.answer_max = ANSWER_MAX };

		calls[i] = (struct call){ .fetch = fetch, .file = file };
		if (file->found)
			continue;
		fetch->waiting++;
		(void)yq_http_client_send(fetch->client, &request, on_reply, &calls[i]);
	}
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop) == 0;
}

static bool
wants_more(const struct call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!calls[i].file->found && calls[i].again)
			return true;
	return false;
}

int
yq_catalog_files_fetch(
    struct yq_catalog_files *files, const struct yq_config *config, struct yq_progress *progress)
{
	struct fetch fetch = { .files = files, .progress = progress };
	struct call calls[YQ_MASTERS];

	yq_progress_show(progress, "fetching", 0, files->count);
	for (unsigned round = 1; fetch.done < files->count; round++) {
		if (!run_round(&fetch, calls, config))
			return yq_fail(YQ_CONSOLE_UNREACHABLE, "no event loop can be made");
		if (round == ROUNDS || !wants_more(calls, files->count))
			break;
		sleep(PAUSE_S * round);
	}
	yq_progress_clear(progress);
	if (fetch.done == files->count)
		return YQ_CONSOLE_DONE;
	for (size_t i = 0; i < files->count; i++)
		if (!files->items[i].found)
			fprintf(stderr, "yq: %s\n", files->items[i].err.text);
	return yq_fail(YQ_CONSOLE_UNREACHABLE,
	    "%zu of %zu files cannot be fetched: nothing is changed", files->count - fetch.done,
	    files->count);
}
