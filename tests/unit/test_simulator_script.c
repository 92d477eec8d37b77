/* test_simulator_script.c - the simulator's scripts and knobs: read whole, or told what is wrong.
 */
#include <stdio.h>
#include <string.h>

#include "test.h"

#include "simulator/knobs.h"
#include "simulator/script.h"

static enum yq_rc
read_text(const char *text, struct sim_script *script, struct yq_err *err)
{
	return sim_script_read(text, strlen(text), "plan", script, err);
}

static void
test_steps_come_by_time_and_as_written(void **state)
{
	struct sim_script script;
	struct yq_err err;

	(void)state;
	assert_int_equal(read_text("# a plan\n"
				   "2 knob latency_ms 5\n"
				   "\n"
				   "0\tprice NASDAQ:AAPL 187.50 187.4 187.6 # to begin with\r\n"
				   "2 halt KRX:005930\n"
				   "0.25 disconnect",
			     &script, &err),
	    YQ_OK);
	assert_int_equal(script.count, 4);
	assert_int_equal(script.steps[0].act, SIM_ACT_PRICE);
	assert_string_equal(script.steps[0].ticker, "AAPL");
	assert_true(script.steps[0].ask.set);
	assert_int_equal(script.steps[1].at_ms, 250);
	assert_int_equal(script.steps[2].act, SIM_ACT_KNOB);
	assert_int_equal(script.steps[2].value, 5);
	assert_int_equal(script.steps[3].act, SIM_ACT_HALT);
	sim_script_clear(&script);
}

static void
test_what_is_wrong_is_told_with_its_line(void **state)
{
	static const char *const wrong[] = { "now disconnect", "1", "1 dance", "-1 disconnect",
		"1 price AAPL 3", "1 price NASDAQ:AAPL -3", "1 price NASDAQ:AAPL 3 2", "1 knob x 1",
		"1 knob latency_ms -1", "1 knob always_open 2", "1 halt", "1 disconnect now",
		"1.0001 disconnect", "1 price NASDAQ:AAPL 3 2 4 5",
		"1 halt NASDAQ:A234567890123456789012345678901234567890123456789012345678901234" };
	struct sim_script script;
	struct yq_err err;
	char text[160];

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(wrong); i++) {
		(void)snprintf(text, sizeof(text), "0 disconnect\n%s\n", wrong[i]);
		assert_int_equal(read_text(text, &script, &err), YQ_E_INVALID);
		if (strstr(err.text, "plan:2: expected ") == NULL)
			fail_msg("%s", err.text);
		assert_int_equal(script.count, 0);
	}
}

static void
test_a_mishap_strikes_so_many_times_or_by_chance(void **state)
{
	struct sim_knobs knobs = sim_knobs_default(7);
	unsigned struck = 0;

	(void)state;
	assert_int_equal(sim_knob_set(&knobs, "timeout_next", 2, NULL), YQ_OK);
	for (int i = 0; i < 10; i++)
		struck += sim_strikes(&knobs, SIM_MISHAP_TIMEOUT);
	assert_int_equal(struck, 2);
	assert_int_equal(sim_knob_set(&knobs, "lost_ppm", 250000, NULL), YQ_OK);
	struck = 0;
	for (int i = 0; i < 10000; i++)
		struck += sim_strikes(&knobs, SIM_MISHAP_LOST);
	assert_true(struck > 2200 && struck < 2800);
	assert_int_equal(sim_knob_set(&knobs, "lost_ppm", 1000001, NULL), YQ_E_RANGE);
	assert_int_equal(sim_knob_set(&knobs, "lost", 1, NULL), YQ_E_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps_come_by_time_and_as_written),
		cmocka_unit_test(test_what_is_wrong_is_told_with_its_line),
		cmocka_unit_test(test_a_mishap_strikes_so_many_times_or_by_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
