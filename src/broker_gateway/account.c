/* account.c - the accounts this gateway serves: brokers, leases, lanes, names of position fields.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/paper.h"
#include "broker_gateway/gateway.h"

/* ---- brokers ---- */

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

	*s = yq_paper_settings_default();
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		s->cash[c] = a->settings.cash[c].set ? a->settings.cash[c].value : YQ_DECIMAL_ZERO;
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++)
		s->fees[c].rate = a->settings.commission_rate;
	s->allow_short = a->limits->allow_short;
	s->always_open = a->settings.any_hour;
	return section != NULL ? yq_paper_settings_read(section, s, err) : YQ_OK;
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
static void
broker_try(struct gw_account *a)
{
	struct gateway *gw = a->gw;
	char name[YQ_ALIAS_SIZE + 16];
	struct yq_err err;

	a->retry_ns = yq_clock_monotonic_ns(gw->clock) + GW_REOPEN_NS;
	yq_str_format(name, sizeof(name), "broker:%s", a->settings.alias);
	if (broker_open(a, &err) == YQ_OK) {
		a->state = GW_NO_LEASE;
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

static void
account_open(struct gateway *gw, struct gw_account *a, const struct yq_account_settings *settings)
{
	a->gw = gw;
	a->settings = *settings;
	a->limits = yq_risks_find(gw->risks, settings->alias);
	a->book = yq_account_make(settings->alias);
	a->book->commission_rate = settings->commission_rate;
	a->book->active = settings->active;
	a->last = &a->first;
	broker_try(a);
}

enum yq_rc
gw_accounts_open(struct gateway *gw, struct yq_err *err)
{
	(void)err;
	gw->accounts = yq_xcalloc(gw->accounts_config->count, sizeof(*gw->accounts));
	for (size_t i = 0; i < gw->accounts_config->count; i++) {
		const struct yq_account_settings *settings = &gw->accounts_config->items[i];

		if (settings->active)
			account_open(gw, &gw->accounts[gw->account_count++], settings);
	}
	return YQ_OK;
}

struct gw_account *
gw_account_find(struct gateway *gw, const char *alias)
{
	for (size_t i = 0; i < gw->account_count; i++)
		if (yq_str_equal(gw->accounts[i].settings.alias, alias))
			return &gw->accounts[i];
	return NULL;
}

static bool
free_lane(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct gw_lane, node));
	return true;
}

struct plain {
	struct yq_table_node node;
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
};

static bool
free_plain(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct plain, node));
	return true;
}

static bool
detach_order(void *cookie, struct yq_table_node *node)
{
	struct gw_order *o = yq_container(node, struct gw_order, node);

	if (cookie == NULL || o->account == cookie)
		gw_order_detach(o);
	return true;
}

void
gw_accounts_close(struct gateway *gw)
{
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		yq_broker_free(a->broker);
		a->broker = NULL;
		gw_desk_clear(a);
	}
	gw_records_drop(gw);
	yq_table_each(&gw->orders, detach_order, NULL);
	yq_table_clear(&gw->orders);
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		yq_table_each(&a->lanes, free_lane, NULL);
		yq_table_clear(&a->lanes);
		yq_table_each(&a->plain, free_plain, NULL);
		yq_table_clear(&a->plain);
		yq_account_free(a->book);
	}
	gw->account_count = 0; /* their memory goes when no call names them: see end() */
}

/* ---- leases ---- */

struct leasing {
	struct gw_account *account;
	int64_t asked_ns;
	int64_t ttl_ns;
};

static void
lease_won(struct gw_account *a, int64_t token)
{
	char name[YQ_ALIAS_SIZE + 16];

	yq_str_format(name, sizeof(name), "lease of %s", a->settings.alias);
	yq_daemon_unready(a->gw->daemon, name, NULL);
	yq_info("account %s: lease taken, token %lld", a->settings.alias, (long long)token);
	a->fence = token;
	a->state = GW_LOADING;
	a->synced_once = false;
	a->gw->recover_wanted = true;
	/* What was delivered while another had it comes again. */
	if (a->gw->consumer != NULL)
		yq_consumer_rewind(a->gw->consumer);
	gw_soon(a->gw);
}

static void
on_lease(void *cookie, enum yq_rc rc, int64_t token, const char *holder, const struct yq_err *err)
{
	struct leasing *l = cookie;
	struct gw_account *a = l->account;
	struct gateway *gw = a->gw;
	char name[YQ_ALIAS_SIZE + 16];

	if (gw->stopped) {
		free(l);
		return;
	}
	a->leasing = false;
	if (rc != YQ_OK) {
		yq_warn("account %s: lease: %s", a->settings.alias, err->text);
	} else if (!yq_str_equal(holder, gw->owner)) {
		yq_str_format(name, sizeof(name), "lease of %s", a->settings.alias);
		yq_daemon_unready(gw->daemon, name, "another gateway holds the lease");
		if (a->state != GW_NO_LEASE)
			gw_account_lose(a, "another gateway holds the lease");
	} else {
		a->lease_until_ns = l->asked_ns + l->ttl_ns;
		if (a->state != GW_NO_LEASE && a->fence != token)
			gw_account_lose(a, "the lease was held by another in between");
		if (a->state == GW_NO_LEASE)
			lease_won(a, token);
	}
	free(l);
}

void
gw_lease_returned(
    void *cookie, enum yq_rc rc, int64_t token, const char *holder, const struct yq_err *err)
{
	(void)cookie;
	(void)token;
	(void)holder;
	if (rc != YQ_OK)
		yq_debug("a lease was not given back: %s", err->text);
}

static uint32_t
lease_ms(const struct gateway *gw)
{
	return (uint32_t)yq_config_int(yq_daemon_config(gw->daemon), "BrokerGateway:LeaseSeconds") *
	       1000U;
}

void
gw_leases_renew(struct gateway *gw)
{
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);
	int64_t ttl_ns = (int64_t)lease_ms(gw) * 1000000;

	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];
		struct leasing *l;

		if (a->state == GW_BROKEN && now_ns >= a->retry_ns)
			broker_try(a);
		if (a->state == GW_BROKEN || a->leasing)
			continue;
		if (a->state != GW_NO_LEASE && a->lease_until_ns - now_ns > ttl_ns * 2 / 3)
			continue;
		l = yq_xcalloc(1, sizeof(*l));
		*l = (struct leasing){ a, now_ns, ttl_ns };
		a->leasing = true;
		yq_step_lease(gw->valkey, a->settings.alias, gw->owner, lease_ms(gw), on_lease, l);
	}
}

bool
gw_account_may_send(const struct gw_account *a)
{
	return a->state == GW_SERVING && a->settings.active &&
	       yq_clock_monotonic_ns(a->gw->clock) < a->lease_until_ns;
}

void
gw_account_lose(struct gw_account *a, const char *why)
{
	if (a->state == GW_NO_LEASE)
		return;
	a->state = GW_NO_LEASE;
	yq_counter_add(a->gw->metrics.fenced, 1);
	yq_error("account %s: no longer served here: %s", a->settings.alias, why);
	gw_notify(a->gw, "System", "Critical", "account %s is no longer served by this gateway: %s",
	    a->settings.alias, why);
	gw_desk_clear(a);
	yq_table_each(&a->gw->orders, detach_order, a);
	a->settling = 0;
	a->generation++;
}

/* ---- lanes ---- */

struct lane_key {
	const char *ticker;
	enum yq_exchange exchange;
};

static bool
same_lane(const struct yq_table_node *node, const void *key)
{
	const struct gw_lane *lane = (const struct gw_lane *)(const void *)node;
	const struct lane_key *k = key;

	return lane->exchange == k->exchange && yq_str_equal(lane->ticker, k->ticker);
}

static bool
evict_lane(void *cookie, struct yq_table_node *node)
{
	struct gw_account *a = cookie;
	struct gw_lane *lane = yq_container(node, struct gw_lane, node);

	if (lane->tasks == 0 && lane->unanswered == 0 && lane->unknown == 0) {
		yq_table_remove(&a->lanes, node);
		free(lane);
	}
	return true;
}

struct gw_lane *
gw_lane_of(struct gw_account *a, enum yq_exchange exchange, const char *ticker)
{
	struct lane_key key = { ticker, exchange };
	uint64_t hash = yq_table_hash_join(yq_table_hash_text(ticker), (uint64_t)exchange);
	struct gw_lane *lane =
	    yq_container(yq_table_find(&a->lanes, hash, same_lane, &key), struct gw_lane, node);

	if (lane != NULL)
		return lane;
	if (a->lanes.count >= GW_LANES_MAX)
		yq_table_each(&a->lanes, evict_lane, a);
	lane = yq_xcalloc(1, sizeof(*lane));
	yq_str_copy_cut(lane->ticker, sizeof(lane->ticker), ticker);
	lane->exchange = exchange;
	yq_table_insert(&a->lanes, hash, &lane->node);
	return lane;
}

/* Lanes stay for their prices until there are too many (gw_lane_of). */
void
gw_lane_release(struct gw_account *a, struct gw_lane *lane)
{
	(void)a;
	(void)lane;
}

/* ---- fields of position:{Alias} ---- */

static bool
same_plain(const struct yq_table_node *node, const void *ticker)
{
	return yq_str_equal(((const struct plain *)(const void *)node)->ticker, ticker);
}

static struct plain *
plain_of(struct gw_account *a, const char *ticker)
{
	return yq_container(
	    yq_table_find(&a->plain, yq_table_hash_text(ticker), same_plain, ticker), struct plain,
	    node);
}

void
gw_position_field(struct gw_account *a, enum yq_exchange exchange, const char *ticker,
    char field[YQ_TICKER_SIZE + 16])
{
	struct plain *plain = plain_of(a, ticker);

	if (plain == NULL) {
		plain = yq_xcalloc(1, sizeof(*plain));
		yq_str_copy_cut(plain->ticker, sizeof(plain->ticker), ticker);
		plain->exchange = exchange;
		yq_table_insert(&a->plain, yq_table_hash_text(ticker), &plain->node);
	}
	if (plain->exchange == exchange)
		yq_str_copy_cut(field, YQ_TICKER_SIZE + 16, ticker);
	else
		yq_str_format(field, YQ_TICKER_SIZE + 16, "%s@%s", ticker,
		    yq_names_text(&yq_exchange_names, (int)exchange));
}

static bool
is_held_anywhere(const struct gw_account *a, const char *ticker)
{
	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++)
		if (yq_decimal_sign(yq_account_held(a->book, (enum yq_exchange)e, ticker)) != 0)
			return true;
	return false;
}

/* While the ticker is held on any exchange every name stays: a position whose field changed its
 * name would be there twice. */
void
gw_position_gone(struct gw_account *a, const char *ticker)
{
	struct plain *plain = plain_of(a, ticker);

	if (plain == NULL || is_held_anywhere(a, ticker))
		return;
	yq_table_remove(&a->plain, &plain->node);
	free(plain);
}
