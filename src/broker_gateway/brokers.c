/* brokers.c - opening the broker of an account. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "broker/open.h"
#include "broker/paper.h"
#include "broker/shared.h"
#include "broker_gateway/brokers.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/tokens.h"
#include "store/listings.h"

#define REOPEN_NS INT64_C(3000000000) /* before a broker is opened again */

static enum yq_rc
paper_settings(struct gw_account *a, struct yq_paper_settings *s, struct yq_err *err)
{
	const yq_json *section =
	    yq_settings_account_section(yq_daemon_config(a->gw->daemon), &a->settings);

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

/* ---- real ones ---- */

/* The first account that calls a broker makes what they share. */
static struct yq_open_spec
spec_of(struct gw_account *a)
{
	struct gateway *gw = a->gw;
	const struct yq_config *config = yq_daemon_config(gw->daemon);
	struct yq_account_keys keys = yq_settings_account_keys(config, &a->settings);

	if (gw->shared == NULL)
		gw->shared = yq_shared_make(gw->loop, gw->clock);
	return (struct yq_open_spec){ .loop = gw->loop,
		.clock = gw->clock,
		.shared = gw->shared,
		.live = a->settings.live,
		.base_url = a->settings.base_url,
		.number = a->settings.number,
		.section = yq_settings_account_section(config, &a->settings),
		.key = keys.key,
		.secret = keys.secret,
		.on_event = gw_on_events,
		.event_cookie = a };
}

static bool
hours_of(void *cookie, yq_date date, int *open, int *close)
{
	const struct gw_account *a = cookie;
	const struct yq_market_day day =
	    yq_market_day_of(yq_calendar_hours(yq_markets_calendar(a->gw->markets), YQ_NYSE), date);

	*open = *close = 0;
	if (day.session_count > 0) {
		*open = day.sessions[0].open;
		*close = day.sessions[day.session_count - 1].close;
	}
	return day.covered;
}

static enum yq_rc
alpaca_open(struct gw_account *a, struct yq_err *err)
{
	struct yq_open_spec spec = spec_of(a);

	spec.hours = hours_of;
	spec.hours_cookie = a;
	return yq_open_alpaca(&spec, &a->broker, err);
}

/* Where it is held: a broker that does not tell markets apart must not move a position to another
 * one, where a sale would not find it.  Else where it is listed. */
static enum yq_exchange
home_of(void *cookie, const char *ticker)
{
	static const enum yq_exchange homes[] = { YQ_KOSPI, YQ_KOSDAQ, YQ_KRX };
	const struct gw_account *a = cookie;

	for (size_t i = 0; i < YQ_COUNT(homes); i++)
		if (yq_decimal_sign(yq_account_held(a->book, homes[i], ticker)) != 0)
			return homes[i];
	return yq_listings_home(yq_listings_keeper_now(a->gw->listings), ticker);
}

static enum yq_rc
kis_open(struct gw_account *a, struct yq_err *err)
{
	struct yq_open_spec spec = spec_of(a);
	enum yq_rc rc = gw_tokens_open(a->gw, &spec.worker, &spec.token_key, err);

	spec.home = home_of;
	spec.home_cookie = a;
	return rc == YQ_OK ? yq_open_kis(&spec, &a->broker, err) : rc;
}

/* One row a kind of broker. */
typedef enum yq_rc broker_open_fn(struct gw_account *account, struct yq_err *err);
static broker_open_fn *const openers[YQ_BROKER_KIND_COUNT] = {
	[YQ_BROKER_PAPER] = paper_open,
	[YQ_BROKER_KIS] = kis_open,
	[YQ_BROKER_ALPACA] = alpaca_open,
};

static enum yq_rc
broker_open(struct gw_account *a, struct yq_err *err)
{
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
