/* health.c - heartbeats and leases, read and judged. */
#include "desk/health.h"

#include "base/str.h"
#include "daemon/settings.h"

#include <string.h>

#define BEAT_TTL_S 30 /* a heartbeat outlives its program so long */
#define BEAT_LATE_S                                                                                \
	15		/* half as long again as from one to the next: it does not go on by itself \
			 */
#define INSTANCES_MAX 4 /* gateways of one name that are looked for */
#define US_PER_MS     1000

static enum yq_rc
ask_int(struct yq_desk *desk, const char *verb, const char *key, int64_t *value, struct yq_err *err)
{
	const char *argv[] = { verb, key };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_valkey_sync_command(
	    desk->valkey, YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);

	*value = yq_reply_int(reply);
	return rc;
}

static void
problem(struct yq_health *health, const char *text)
{
	if (health->problem_count < YQ_HEALTH_PROBLEMS_MAX)
		yq_str_copy_cut(
		    health->problems[health->problem_count++], YQ_HEALTH_TEXT_SIZE, text);
}

static int64_t
int_of(const struct redisReply *reply, const char *field)
{
	const char *text = yq_reply_field(reply, field);
	int64_t value;

	return text != NULL && yq_str_to_int64(text, 0, INT64_MAX, &value) ? value : -1;
}

static void
text_of(const struct redisReply *reply, const char *field, char *target, size_t size)
{
	const char *text = yq_reply_field(reply, field);

	yq_str_copy_cut(target, size, text != NULL ? text : "");
}

static void
take_beat(const struct redisReply *reply, struct yq_daemon_health *daemon)
{
	const char *started = yq_reply_field(reply, "StartedAt");

	daemon->pid = int_of(reply, "Pid");
	daemon->lag = int_of(reply, "Lag");
	text_of(reply, "Version", daemon->version, sizeof(daemon->version));
	text_of(reply, "State", daemon->state, sizeof(daemon->state));
	text_of(reply, "Role", daemon->role, sizeof(daemon->role));
	if (started != NULL &&
	    yq_time_parse(started, strlen(started), &daemon->started_at_us) != YQ_OK)
		daemon->started_at_us = 0;
	if (yq_str_equal(daemon->state, "ready"))
		yq_str_copy_cut(daemon->why, sizeof(daemon->why), "ok");
	else
		yq_str_format(daemon->why, sizeof(daemon->why), "it is %s", daemon->state);
}

/* One program; `expected`: without it no system is whole.  *ret_found: it has a heartbeat. */
static enum yq_rc
add_daemon(struct yq_desk *desk, enum yq_key key, const char *arg, bool expected, int64_t now_us,
    struct yq_health *health, bool *ret_found, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_daemon_health *daemon = &health->daemons[health->daemon_count];
	char name[YQ_KEY_SIZE], text[YQ_HEALTH_TEXT_SIZE];
	int64_t left_s = 0;
	enum yq_rc rc = yq_desk_hash(desk, key, arg, &reply, err);

	*ret_found = rc == YQ_OK && yq_reply_count(reply) > 0;
	if (rc != YQ_OK || (!*ret_found && !expected) ||
	    health->daemon_count == YQ_HEALTH_DAEMONS_MAX)
		return rc;
	*daemon = (struct yq_daemon_health){ .pid = -1, .lag = -1, .state = "gone" };
	yq_key_format(key, arg, name);
	yq_str_copy_cut(daemon->app, sizeof(daemon->app), strchr(name, ':') + 1);
	health->daemon_count++;
	if (*ret_found) {
		take_beat(reply, daemon);
		rc = ask_int(desk, "TTL", name, &left_s, err);
		daemon->beat_at_us = now_us - (BEAT_TTL_S - left_s) * YQ_US_PER_SECOND;
		if (rc == YQ_OK && BEAT_TTL_S - left_s > BEAT_LATE_S)
			yq_str_format(daemon->why, sizeof(daemon->why),
			    "no heartbeat for more than %d s", BEAT_LATE_S);
	} else {
		yq_str_format(
		    daemon->why, sizeof(daemon->why), "no heartbeat for %d s", BEAT_TTL_S);
	}
	if (!yq_str_equal(daemon->why, "ok")) {
		yq_str_format(text, sizeof(text), "%s: %s", daemon->app, daemon->why);
		problem(health, text);
	}
	return rc;
}

/* All that bear one name, or none ("").  One of them is expected, and should it not be there, it
 * is listed by its name alone. */
static enum yq_rc
add_gateways(struct yq_desk *desk, const char *gateway, int64_t now_us, struct yq_health *health,
    struct yq_err *err)
{
	char instance[YQ_ALIAS_SIZE + 16];
	bool any = false, found = false;
	enum yq_rc rc = YQ_OK;

	for (int i = 1; i <= INSTANCES_MAX && rc == YQ_OK; i++) {
		yq_str_format(instance, sizeof(instance), "%s%s%d", gateway,
		    gateway[0] != '\0' ? "-" : "", i);
		rc = add_daemon(
		    desk, YQ_KEY_HEARTBEAT_GATEWAY, instance, false, now_us, health, &found, err);
		any = any || found;
	}
	if (rc != YQ_OK || any)
		return rc;
	if (gateway[0] != '\0')
		return add_daemon(
		    desk, YQ_KEY_HEARTBEAT_GATEWAY, gateway, true, now_us, health, &found, err);
	return add_daemon(desk, YQ_KEY_HEARTBEAT, yq_programs[YQ_PROGRAM_GATEWAY].app, true, now_us,
	    health, &found, err);
}

/* Each name once: accounts stand in the order of their aliases. */
static bool
is_first(const struct yq_accounts *accounts, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (accounts->items[i].active &&
		    yq_str_equal(accounts->items[i].gateway, accounts->items[index].gateway))
			return false;
	return accounts->items[index].active;
}

static enum yq_rc
add_all_gateways(struct yq_desk *desk, int64_t now_us, struct yq_health *health, struct yq_err *err)
{
	struct yq_config_report report = { 0 };
	struct yq_accounts *accounts = yq_settings_accounts(desk->config, &report);
	enum yq_rc rc = YQ_OK;

	for (size_t i = 0; i < accounts->count && rc == YQ_OK; i++)
		if (is_first(accounts, i))
			rc = add_gateways(desk, accounts->items[i].gateway, now_us, health, err);
	yq_accounts_free(accounts);
	yq_config_report_free(&report);
	return rc;
}

static enum yq_rc
add_trades(struct yq_desk *desk, struct yq_health *health, struct yq_err *err)
{
	char text[YQ_HEALTH_TEXT_SIZE];
	int64_t waiting = 0, in_hand = 0;
	enum yq_rc rc = ask_int(desk, "LLEN", yq_key_name(YQ_KEY_TRADES_QUEUE), &waiting, err);

	if (rc == YQ_OK)
		rc = ask_int(desk, "LLEN", yq_key_name(YQ_KEY_TRADES_PROCESSING), &in_hand, err);
	if (rc == YQ_OK)
		rc = ask_int(desk, "LLEN", yq_key_name(YQ_KEY_TRADES_PARKED), &health->parked, err);
	health->queued = waiting + in_hand;
	if (rc == YQ_OK && health->parked > 0) {
		yq_str_format(text, sizeof(text), "the archive refused %lld trades",
		    (long long)health->parked);
		problem(health, text);
	}
	return rc;
}

static enum yq_rc
add_leases(struct yq_desk *desk, int64_t now_us, struct yq_health *health, struct yq_err *err)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members accounts = { 0 };
	enum yq_rc rc = yq_desk_members(desk, YQ_KEY_ACCOUNT_INDEX, &accounts, err);

	for (size_t i = 0; i < accounts.count && rc == YQ_OK; i++) {
		char text[YQ_HEALTH_TEXT_SIZE];
		struct yq_lease_health lease;

		rc = yq_desk_lease(desk, accounts.texts[i], now_us, &lease, err);
		if (rc != YQ_OK || lease.held)
			continue;
		yq_str_format(text, sizeof(text), "nobody serves account %s", accounts.texts[i]);
		problem(health, text);
	}
	return rc;
}

enum yq_rc
yq_desk_health(struct yq_desk *desk, int64_t now_us, struct yq_health *health, struct yq_err *err)
{
	static const struct {
		enum yq_program program;
		bool expected;
	} programs[] = { { YQ_PROGRAM_WEBHOOK, true }, { YQ_PROGRAM_ORDER_MANAGER, true },
		{ YQ_PROGRAM_WEB, false }, { YQ_PROGRAM_NOTIFIER, false } };
	enum yq_rc rc = yq_desk_valkey(desk, err);
	bool found;

	*health = (struct yq_health){ .at_us = now_us };
	for (size_t i = 0; i < YQ_COUNT(programs) && rc == YQ_OK; i++)
		rc = add_daemon(desk, YQ_KEY_HEARTBEAT, yq_programs[programs[i].program].app,
		    programs[i].expected, now_us, health, &found, err);
	if (rc == YQ_OK)
		rc = add_all_gateways(desk, now_us, health, err);
	if (rc == YQ_OK)
		rc = add_trades(desk, health, err);
	return rc == YQ_OK ? add_leases(desk, now_us, health, err) : rc;
}

enum yq_rc
yq_desk_lease(struct yq_desk *desk, const char *alias, int64_t now_us,
    struct yq_lease_health *lease, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_desk_hash(desk, YQ_KEY_LEASE, alias, &reply, err);

	*lease = (struct yq_lease_health){ 0 };
	if (rc != YQ_OK)
		return rc;
	text_of(reply, "Owner", lease->owner, sizeof(lease->owner));
	lease->held = lease->owner[0] != '\0' && int_of(reply, "ExpiresAt") > now_us / US_PER_MS;
	return YQ_OK;
}
