/* brokers.c - opening the broker of an account. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "broker/paper.h"
#include "broker_gateway/brokers.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"

#define REOPEN_NS INT64_C(3000000000) /* before a broker is opened again */

static const yq_json *
paper_section(struct gateway *gw, const char *alias)
{
	const yq_json *all = yq_config_json(yq_daemon_config(gw->daemon), "BrokerGateway:Accounts");
	const yq_json *account = all != NULL ? yq_json_get_nocase(all, alias) : NULL;

	return account != NULL ? yq_json_get_nocase(account, "Paper") : NULL;
}

static enum yq_rc
paper_settings(struct gw_account *a, struct yq_paper_settings *s, struct yq_err *err)
{
	const yq_json *section = paper_section(a->gw, a->settings.alias);

	return yq_paper_settings_of(a->settings.cash, a->settings.commission_rate,
	    yq_risks_any_short(a->gw->risks, a->settings.alias), a->settings.any_hour, section, s,
	    err);
}

static enum yq_rc
make_folder(const char *path, struct yq_err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return YQ_OK;
	return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot make the folder %s", path);
}

static enum yq_rc
paper_open(struct gw_account *a, struct yq_err *err)
{
	const struct yq_config *config = yq_daemon_config(a->gw->daemon);
	char *folder =
	    yq_settings_data_path(config, yq_config_text(config, "BrokerGateway:PaperFolder"));
	struct yq_buf path = yq_buf_make(4096);
	struct yq_paper_settings settings;
	enum yq_rc rc;

	yq_buf_add_format(&path, "%s/%s.journal", folder, a->settings.alias);
	rc = paper_settings(a, &settings, err);
	if (rc == YQ_OK)
		rc = make_folder(folder, err);
	if (rc == YQ_OK) {
		struct yq_paper_spec spec = { .loop = a->gw->loop,
			.clock = a->gw->clock,
			.journal = yq_buf_text(&path),
			.take = true, /* the lease is ours: who has it may not write any more */
			.settings = &settings,
			.calendar = yq_markets_calendar(a->gw->markets),
			.on_event = gw_on_events,
			.event_cookie = a };

		rc = yq_paper_open(&spec, &a->broker, err);
	}
	yq_buf_free(&path);
	free(folder);
	return rc;
}

/* One row a kind of broker; NULL = there is no adapter in this program. */
typedef enum yq_rc broker_open_fn(struct gw_account *account, struct yq_err *err);
static broker_open_fn *const openers[YQ_BROKER_KIND_COUNT] = {
	[YQ_BROKER_PAPER] = paper_open,
};

static enum yq_rc
broker_open(struct gw_account *a, struct yq_err *err)
{
	if (openers[a->settings.broker] == NULL)
		return yq_err_set(err, YQ_E_STATE, "broker %s is not supported yet",
		    yq_names_text(&yq_broker_kind_names, (int)a->settings.broker));
	return openers[a->settings.broker](a, err);
}

/* A broker that cannot be opened breaks its account, not the others; it is tried again. */
void
gw_broker_try(struct gw_account *a)
{
	struct gateway *gw = a->gw;
	char name[YQ_ALIAS_SIZE + 16];
	struct yq_err err;

	a->retry_ns = yq_clock_monotonic_ns(gw->clock) + REOPEN_NS;
	yq_str_format(name, sizeof(name), "broker:%s", a->settings.alias);
	if (broker_open(a, &err) == YQ_OK) {
		a->state = GW_LOADING;
		a->throttle = yq_throttle_make(a->broker->capabilities.calls_per_second,
		    a->broker->capabilities.calls_burst, yq_clock_monotonic_ns(gw->clock));
		gw->recovery.wanted = true;
		yq_daemon_unready(gw->daemon, name, NULL);
		return;
	}
	if (a->state != GW_BROKEN) {
		yq_error("account %s: %s", a->settings.alias, err.text);
		gw_notify(gw, "System", "Critical", "account %s is not served: %s",
		    a->settings.alias, err.text);
	}
	a->state = GW_BROKEN;
	yq_daemon_unready(gw->daemon, name, err.text);
}

void
gw_broker_again(struct gw_account *a)
{
	gw_broker_try(a);
	/* What was delivered meanwhile comes again. */
	if (a->state != GW_BROKEN && a->gw->consumer != NULL)
		yq_consumer_rewind(a->gw->consumer);
}
