/* risk_scene.h - an order, what is known and the limits it is checked against. */
#ifndef YQ_TESTS_RISK_SCENE_H
#define YQ_TESTS_RISK_SCENE_H

#include "domain_test.h"

#include "domain/risk.h"

struct scene {
	struct yq_account *account;
	struct yq_order order;
	struct yq_risk_facts facts;
	struct yq_risk_limits limits;
	struct yq_trace trace;
};

/* Everything passes: a market buy of 10 at 100 with 10,000 USD, nothing held, no limits. */
static inline struct scene
scene_of(enum yq_action action, const char *qty, const char *held)
{
	struct scene scene = {
		.account = sample_account("10000", held),
		.order = sample_order("one", action, qty),
	};

	scene.facts.market_open = true;
	scene.facts.calendar_covered = true;
	scene.facts.last_price = opt("100");
	scene.facts.last_price_at_us = scene.order.timestamp_us + 1;
	scene.facts.now_us = scene.order.timestamp_us + 2;
	return scene;
}

/* "" when it passes, else the code. */
static inline const char *
verdict(struct scene *scene)
{
	struct yq_account_view view =
	    yq_view_of(scene->account, scene->order.exchange, scene->order.ticker);
	enum yq_rc rc;

	scene->facts.account = &view;
	yq_trace_clear(&scene->trace);
	rc = yq_risk_check(&scene->order, &scene->facts, &scene->limits, &scene->trace);
	if (rc == YQ_OK) {
		assert_null(yq_trace_refusal(&scene->trace));
		return "";
	}
	assert_int_equal(rc, YQ_E_REFUSED);
	assert_int_equal(
	    yq_risk_check(&scene->order, &scene->facts, &scene->limits, NULL), YQ_E_REFUSED);
	assert_false(scene->trace.steps[scene->trace.count - 1].ok);
	return scene->trace.steps[scene->trace.count - 1].rule;
}

#define assert_passes(scene)	 assert_string_equal(verdict(scene), "")
#define assert_code(scene, code) assert_string_equal(verdict(scene), code)
#define assert_says(scene, part) \
	assert_non_null(strstr((scene)->trace.steps[(scene)->trace.count - 1].text, part))

/* ---- what the catalog says ---- */

static inline void
listed(struct scene *s)
{
	s->facts.listing = YQ_LISTING_LISTED;
	s->facts.listed_in = YQ_USD;
}

static inline void
delisted(struct scene *s)
{
	s->facts.listing = YQ_LISTING_DELISTED;
}

static inline void
suspended(struct scene *s)
{
	s->facts.listing = YQ_LISTING_HALTED;
}

#endif
