/* test_order_state.c - every state x event against a table typed independently of the code. */
#include "domain_test.h"

#include "domain/order_state.h"

/*
 * One row a state, one letter an event: refuse claim not-sent ack reject timeout fill cancel expire
 * absent.  '.' illegal, 's' stays as it is, 'f' fill of a live order, 'l' fill after the end, else
 * the first letter of the next state.
 */
static const char expected[YQ_ORDER_STATE_COUNT][YQ_ORDER_EVENT_COUNT + 1] = {
	"RS.....CE.", /* Pending */
	"..PORUfCE.", /* Submitting */
	"...ORsfCEP", /* Unknown */
	"...sRsfCE.", /* Open */
	"...sCsfCE.", /* PartiallyFilled */
	"...s.sl...", /* Filled */
	"...s.sls..", /* Canceled */
	"s...ssl...", /* Rejected */
	"...s.sl.s.", /* Expired */
};

static struct yq_order_progress
progress_in(enum yq_order_state state)
{
	return (struct yq_order_progress){ .state = state, .qty = dec("10"), .sequence = 7 };
}

static char
letter_of(enum yq_order_state state)
{
	static const char letters[] = "PSUOfFCRE";

	return letters[state];
}

static void
test_every_state_takes_exactly_the_listed_events(void **unused)
{
	(void)unused;
	for (int s = 0; s < YQ_ORDER_STATE_COUNT; s++) {
		for (int e = 0; e < YQ_ORDER_EVENT_COUNT; e++) {
			struct yq_order_progress p = progress_in((enum yq_order_state)s), was = p;
			struct yq_err err;
			enum yq_rc rc =
			    yq_order_apply(&p, (enum yq_order_event)e, dec("4"), dec("2.5"), &err);
			char want = expected[s][e];

			if (want == '.') {
				assert_int_equal(rc, YQ_E_STATE);
				assert_non_null(
				    strstr(err.text, yq_names_text(&yq_order_state_names, s)));
				assert_non_null(
				    strstr(err.text, yq_names_text(&yq_order_event_names, e)));
				assert_memory_equal(&p, &was, sizeof(p));
				continue;
			}
			assert_int_equal(rc, YQ_OK);
			if (want == 's') {
				assert_memory_equal(&p, &was, sizeof(p));
				continue;
			}
			assert_int_equal(p.sequence, 8);
			if (want == 'f' || want == 'l') {
				assert_decimal(p.filled, "4");
				assert_decimal(p.notional, "10");
				assert_decimal(p.avg_price, "2.5");
			}
			if (want == 'l')
				assert_int_equal(p.state, s);
			else
				assert_int_equal(letter_of(p.state), want);
		}
	}
}

static void
fill(struct yq_order_progress *p, const char *qty, const char *price)
{
	assert_int_equal(yq_order_apply(p, YQ_EVENT_FILL, dec(qty), dec(price), NULL), YQ_OK);
}

static void
test_partial_fills_add_up_and_the_last_one_fills(void **unused)
{
	struct yq_order_progress p = progress_in(YQ_ORDER_OPEN);

	(void)unused;
	fill(&p, "3", "10");
	assert_int_equal(p.state, YQ_ORDER_PARTIALLY_FILLED);
	fill(&p, "6.99999999", "11");
	assert_int_equal(p.state, YQ_ORDER_PARTIALLY_FILLED);
	fill(&p, "0.00000001", "11");
	assert_int_equal(p.state, YQ_ORDER_FILLED);
	assert_decimal(p.filled, "10");
	assert_decimal(p.notional, "107");
	assert_decimal(p.avg_price, "10.7");
}

static void
test_a_fill_after_the_cancel_is_booked(void **unused)
{
	struct yq_order_progress p = progress_in(YQ_ORDER_CANCELED);

	(void)unused;
	fill(&p, "4", "10");
	assert_int_equal(p.state, YQ_ORDER_CANCELED);
	assert_decimal(p.filled, "4");
	fill(&p, "6", "10");
	assert_int_equal(p.state, YQ_ORDER_FILLED);
	assert_decimal(p.filled, "10");
}

static void
test_an_overfill_is_believed(void **unused)
{
	struct yq_order_progress p = progress_in(YQ_ORDER_OPEN);

	(void)unused;
	fill(&p, "10", "10");
	fill(&p, "2", "16");
	assert_int_equal(p.state, YQ_ORDER_FILLED);
	assert_decimal(p.filled, "12");
	assert_decimal(p.avg_price, "11");
}

static void
test_a_timeout_is_not_a_rejection(void **unused)
{
	struct yq_order_progress p = progress_in(YQ_ORDER_SUBMITTING);
	struct yq_decimal none = YQ_DECIMAL_ZERO;

	(void)unused;
	assert_int_equal(yq_order_apply(&p, YQ_EVENT_TIMEOUT, none, none, NULL), YQ_OK);
	assert_int_equal(p.state, YQ_ORDER_UNKNOWN);
	assert_false(yq_order_state_is_final(p.state));
	/* Never sent again without proof that it is not there. */
	assert_int_equal(yq_order_apply(&p, YQ_EVENT_CLAIM, none, none, NULL), YQ_E_STATE);
	assert_int_equal(yq_order_apply(&p, YQ_EVENT_ABSENT, none, none, NULL), YQ_OK);
	assert_int_equal(yq_order_apply(&p, YQ_EVENT_CLAIM, none, none, NULL), YQ_OK);
}

static void
test_an_order_is_claimed_once(void **unused)
{
	struct yq_order_progress p = progress_in(YQ_ORDER_PENDING);
	struct yq_decimal none = YQ_DECIMAL_ZERO;

	(void)unused;
	assert_int_equal(yq_order_apply(&p, YQ_EVENT_CLAIM, none, none, NULL), YQ_OK);
	assert_int_equal(yq_order_apply(&p, YQ_EVENT_CLAIM, none, none, NULL), YQ_E_STATE);
}

static void
test_a_fill_that_does_not_fit_changes_nothing(void **unused)
{
	struct yq_order_progress p = progress_in(YQ_ORDER_OPEN), was = p;

	(void)unused;
	assert_int_equal(
	    yq_order_apply(&p, YQ_EVENT_FILL, dec("1000000000000"), dec("1000000000000"), NULL),
	    YQ_E_RANGE);
	assert_memory_equal(&p, &was, sizeof(p));
	assert_int_equal(yq_order_apply(&p, YQ_EVENT_FILL, dec("0"), dec("1"), NULL), YQ_E_INVALID);
	assert_memory_equal(&p, &was, sizeof(p));
}

/* A change to less than was executed meanwhile, and to more. */
static void
test_a_change_of_quantity_may_fill_an_order(void **unused)
{
	struct yq_order_progress p = progress_in(YQ_ORDER_OPEN);

	(void)unused;
	p.qty = dec("10");
	assert_int_equal(yq_order_apply(&p, YQ_EVENT_FILL, dec("4"), dec("1"), NULL), YQ_OK);
	yq_order_resize(&p, dec("20"));
	assert_int_equal(p.state, YQ_ORDER_PARTIALLY_FILLED);
	yq_order_resize(&p, dec("4"));
	assert_int_equal(p.state, YQ_ORDER_FILLED);
	p = progress_in(YQ_ORDER_CANCELED);
	yq_order_resize(&p, dec("1"));
	assert_int_equal(p.state, YQ_ORDER_CANCELED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_state_takes_exactly_the_listed_events),
		cmocka_unit_test(test_partial_fills_add_up_and_the_last_one_fills),
		cmocka_unit_test(test_a_fill_after_the_cancel_is_booked),
		cmocka_unit_test(test_an_overfill_is_believed),
		cmocka_unit_test(test_a_timeout_is_not_a_rejection),
		cmocka_unit_test(test_an_order_is_claimed_once),
		cmocka_unit_test(test_a_fill_that_does_not_fit_changes_nothing),
		cmocka_unit_test(test_a_change_of_quantity_may_fill_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
