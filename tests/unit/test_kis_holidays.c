/* test_kis_holidays.c - KIS's list of open days: read whole, or not at all. */
#include <string.h>

#include "test.h"

#include "broker/kis/holidays.h"

static enum yq_rc
decode(const char *body, struct yq_kis_day days[YQ_KIS_DAYS_MAX], size_t *count)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	struct yq_err err = { .text = "" };
	enum yq_rc rc;

	assert_int_equal(yq_json_parse(body, strlen(body), &root, &err), YQ_OK);
	rc = yq_kis_decode_holidays(root, days, count, &err);
	assert_true(rc == YQ_OK || err.text[0] != '\0');
	return rc;
}

#define DAY(date, open)                                                                            \
	"{\"bass_dt\":\"" date "\",\"bzdy_yn\":\"Y\",\"tr_day_yn\":\"Y\",\"opnd_yn\":\"" open "\"" \
	"}"

static void
test_days_are_open_or_closed(void **unused)
{
	struct yq_kis_day days[YQ_KIS_DAYS_MAX];
	size_t count;

	(void)unused;
	assert_int_equal(decode("{\"output\":[" DAY("20261231", "N") "," DAY(
				    "20270101", "N") "," DAY("20270102", "Y") "]}",
			     days, &count),
	    YQ_OK);
	assert_int_equal(count, 3);
	assert_int_equal(days[0].date, 20261231);
	assert_false(days[0].open);
	assert_int_equal(days[2].date, 20270102);
	assert_true(days[2].open);
}

static void
test_a_list_with_a_fault_is_none(void **unused)
{
	static const char *const bodies[] = {
		"{}",
		"{\"output\":null}",
		"{\"output\":[]}",
		"{\"output\":[null]}",
		"{\"output\":[{\"bass_dt\":\"20261231\"}]}",
		"{\"output\":[{\"opnd_yn\":\"Y\"}]}",
		"{\"output\":[" DAY("2026-12-31", "Y") "]}",
		"{\"output\":[" DAY("20261331", "Y") "]}",
		"{\"output\":[" DAY("20260230", "Y") "]}",
		"{\"output\":[" DAY("20261231", "") "]}",
		"{\"output\":[" DAY("20261231", "y") "]}",
		"{\"output\":[{\"bass_dt\":20261231,\"opnd_yn\":\"Y\"}]}",
		"{\"output\":[" DAY("20261231", "N") "," DAY("20261231", "N") "]}",
		"{\"output\":[" DAY("20261229", "N") "," DAY("20261231", "N") "]}",
	};
	struct yq_kis_day days[YQ_KIS_DAYS_MAX];
	size_t count;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(bodies); i++) {
		if (decode(bodies[i], days, &count) != YQ_E_INVALID)
			fail_msg("accepted: %s", bodies[i]);
		assert_int_equal(count, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days_are_open_or_closed),
		cmocka_unit_test(test_a_list_with_a_fault_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
