/* put_state.c - kill switches, notifications, and how the programs are. */
#include "web/put.h"

#include <string.h>

#include "base/str.h"

/* "account:Paper/strategy:Trend" is "account Paper, strategy Trend"; a rule stands before it. */
static void
scope_text(const char *field, struct yq_buf *out)
{
	const char *scope = yq_halt_scope(field);
	const char *rule = field + strlen("risk:");

	if (scope != field) {
		yq_buf_add(out, rule, (size_t)(scope - rule) - 1);
		yq_buf_add_text(out, ": ");
	}
	if (yq_str_equal(scope, YQ_HALT_ALL)) {
		yq_buf_add_text(out, "everything");
		return;
	}
	for (bool named = false; *scope != '\0'; scope++) {
		/* What stands in a strategy's name stays as it is. */
		if (*scope == ':' && !named) {
			yq_buf_add_text(out, " ");
			named = true;
		} else if (*scope == '/' && yq_str_starts(scope + 1, "strategy:")) {
			yq_buf_add_text(out, ", ");
			named = false;
		} else {
			yq_buf_add(out, scope, 1);
		}
	}
}

void
yq_put_halt(struct yq_json_writer *w, const char *field, const struct yq_halt *halt)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf scope = yq_buf_make(2 * YQ_HALT_FIELD_SIZE);

	scope_text(field, &scope);
	yq_json_begin_object(w);
	yq_json_put_text(w, "field", field);
	yq_json_put_text(w, "scope", yq_buf_text(&scope));
	yq_json_put_text(w, "who", halt->who);
	yq_json_put_time(w, "at", halt->when_us);
	yq_json_put_text(w, "why", halt->why);
	yq_api_put_time(w, "until", halt->until_us);
	yq_api_put_time(w, "notBefore", halt->not_before_us);
	yq_json_put_bool(w, "flatten", halt->flatten);
	yq_json_end_object(w);
}

void
yq_put_halts(struct yq_json_writer *w, const struct yq_halts *halts, int64_t now_us)
{
	yq_json_begin_array(w);
	for (size_t i = 0; i < halts->count; i++)
		if (yq_halt_stands(&halts->items[i].halt, now_us))
			yq_put_halt(w, halts->items[i].field, &halts->items[i].halt);
	yq_json_end_array(w);
}

void
yq_put_notification(
    struct yq_json_writer *w, const char *entry, const struct yq_notification *notification)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "entry", entry);
	yq_api_put_id(w, "id", &notification->id);
	yq_api_put_name(w, "kind", &yq_notification_kind_names, (int)notification->kind);
	yq_api_put_name(w, "severity", &yq_severity_names, (int)notification->severity);
	yq_json_put_text(w, "app", notification->app);
	yq_json_put_text(w, "text", notification->text);
	yq_json_put_text(w, "account", notification->account_alias);
	yq_json_put_text(w, "strategy", notification->strategy);
	yq_api_put_id(w, "orderId", &notification->order_id);
	yq_api_put_id(w, "signalId", &notification->signal_id);
	yq_json_put_time(w, "at", notification->timestamp_us);
	yq_json_end_object(w);
}

/* -1 = not known. */
static void
put_opt_int(struct yq_json_writer *w, const char *name, int64_t value)
{
	yq_json_name(w, name);
	if (value >= 0)
		yq_json_add_int(w, value);
	else
		yq_json_add_null(w);
}

static void
put_opt_text(struct yq_json_writer *w, const char *name, const char *text)
{
	yq_json_name(w, name);
	if (text[0] != '\0')
		yq_json_add_text(w, text);
	else
		yq_json_add_null(w);
}

static void
put_daemon(struct yq_json_writer *w, const struct yq_daemon_health *daemon, int64_t now_us)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "app", daemon->app);
	yq_json_put_text(w, "state", daemon->state);
	yq_json_put_text(w, "health", daemon->why);
	put_opt_int(w, "pid", daemon->pid);
	put_opt_text(w, "version", daemon->version);
	yq_api_put_time(w, "startedAt", daemon->started_at_us);
	yq_api_put_time(w, "beatAt", daemon->beat_at_us);
	put_opt_int(
	    w, "ageMs", daemon->beat_at_us == 0 ? -1 : (now_us - daemon->beat_at_us) / 1000);
	put_opt_int(w, "lag", daemon->lag);
	put_opt_text(w, "role", daemon->role);
	yq_json_end_object(w);
}

void
yq_put_health(struct yq_json_writer *w, const struct yq_health *health)
{
	yq_json_begin_object(w);
	yq_json_put_bool(w, "ok", health->problem_count == 0);
	yq_json_name(w, "problems");
	yq_json_begin_array(w);
	for (size_t i = 0; i < health->problem_count; i++)
		yq_json_add_text(w, health->problems[i]);
	yq_json_end_array(w);
	yq_json_name(w, "daemons");
	yq_json_begin_array(w);
	for (size_t i = 0; i < health->daemon_count; i++)
		put_daemon(w, &health->daemons[i], health->at_us);
	yq_json_end_array(w);
	yq_json_end_object(w);
}
