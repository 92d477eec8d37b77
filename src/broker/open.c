/* open.c - an account at a real broker, opened by what its settings say. */
#include "broker/open.h"

#include "broker/alpaca/alpaca.h"
#include "broker/kis/kis.h"

enum yq_rc
yq_open_alpaca(const struct yq_open_spec *spec, struct yq_broker **ret_broker, struct yq_err *err)
{
	struct yq_alpaca_settings settings = yq_alpaca_settings_of(spec->live, spec->base_url);
	const struct yq_alpaca_spec alpaca = { .loop = spec->loop,
		.clock = spec->clock,
		.settings = &settings,
		.key = spec->key,
		.secret = spec->secret,
		.shared = spec->shared,
		.hours = spec->hours,
		.hours_cookie = spec->hours_cookie,
		.on_event = spec->on_event,
		.event_cookie = spec->event_cookie };
	enum yq_rc rc = yq_alpaca_settings_read(spec->section, &settings, err);

	*ret_broker = NULL;
	settings.stream = settings.stream && !spec->only_asks;
	return rc == YQ_OK ? yq_alpaca_open(&alpaca, ret_broker, err) : rc;
}

enum yq_rc
yq_open_kis(const struct yq_open_spec *spec, struct yq_broker **ret_broker, struct yq_err *err)
{
	struct yq_kis_settings settings = yq_kis_settings_of(!spec->live, spec->base_url);
	const struct yq_kis_spec kis = { .loop = spec->loop,
		.clock = spec->clock,
		.settings = &settings,
		.key = spec->key,
		.secret = spec->secret,
		.shared = spec->shared,
		.worker = spec->worker,
		.token_key = spec->token_key,
		.home = spec->home,
		.home_cookie = spec->home_cookie,
		.on_event = spec->on_event,
		.event_cookie = spec->event_cookie };
	enum yq_rc rc = yq_kis_settings_read(spec->section, &settings, err);

	*ret_broker = NULL;
	if (rc == YQ_OK)
		rc = yq_kis_settings_account(&settings, spec->number, err);
	settings.stream = settings.stream && !spec->only_asks;
	return rc == YQ_OK ? yq_kis_open(&kis, ret_broker, err) : rc;
}
