/* knobs.c - the table of knobs. */
#include "simulator/knobs.h"

#include "base/str.h"
#include "base/table.h"

#define MOST_NEXT 1000000

static const struct {
	const char *name;
	int64_t most, fallback;
} knobs_table[SIM_KNOB_COUNT] = {
#define KNOB(ident, name, most, fallback) [SIM_KNOB_##ident] = { name, most, fallback },
#define MISHAP(ident, name)                                     \
	[SIM_KNOB_##ident##_PPM] = { name "_ppm", 1000000, 0 }, \
	[SIM_KNOB_##ident##_NEXT] = { name "_next", MOST_NEXT, 0 },
	SIM_KNOBS(KNOB) SIM_MISHAPS(MISHAP)
};

static const struct {
	enum sim_knob ppm, next;
} mishaps[SIM_MISHAP_COUNT] = {
#define PAIR(ident, name) \
	[SIM_MISHAP_##ident] = { SIM_KNOB_##ident##_PPM, SIM_KNOB_##ident##_NEXT },
	SIM_MISHAPS(PAIR)
};

struct sim_knobs
sim_knobs_default(uint64_t seed)
{
	struct sim_knobs knobs = { .seed = seed };

	for (int i = 0; i < SIM_KNOB_COUNT; i++)
		knobs.values[i] = knobs_table[i].fallback;
	return knobs;
}

const char *
sim_knob_name(enum sim_knob knob)
{
	return knobs_table[knob].name;
}

enum yq_rc
sim_knob_set(struct sim_knobs *knobs, const char *name, int64_t value, struct yq_err *err)
{
	const char *names[SIM_KNOB_COUNT];
	const char *near;

	for (int i = 0; i < SIM_KNOB_COUNT; i++) {
		names[i] = knobs_table[i].name;
		if (!yq_str_equal(names[i], name))
			continue;
		if (value < 0 || value > knobs_table[i].most)
			return yq_err_set(err, YQ_E_RANGE, "%s: expected 0 to %lld, found %lld",
			    name, (long long)knobs_table[i].most, (long long)value);
		knobs->values[i] = value;
		return YQ_OK;
	}
	near = yq_str_nearest(name, names, SIM_KNOB_COUNT);
	return near == NULL ? yq_err_set(err, YQ_E_NOT_FOUND, "there is no knob \"%s\"", name)
			    : yq_err_set(err, YQ_E_NOT_FOUND,
				  "there is no knob \"%s\"; did you mean %s?", name, near);
}

bool
sim_strikes(struct sim_knobs *knobs, enum sim_mishap mishap)
{
	int64_t *next = &knobs->values[mishaps[mishap].next];
	uint64_t ppm = (uint64_t)knobs->values[mishaps[mishap].ppm];

	if (*next > 0) {
		--*next;
		return true;
	}
	return ppm != 0 &&
	       yq_table_hash_join(knobs->seed ^ (uint64_t)mishap, ++knobs->draws) % 1000000 < ppm;
}
