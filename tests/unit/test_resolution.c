/* test_resolution.c - what a person says of an order: when it counts, and never twice. */
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "domain/resolution.h"

static struct yq_decimal
decimal(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

static void
assert_decimal(struct yq_decimal value, const char *expected)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	assert_string_equal(text, expected);
}

static struct yq_resolution
resolution(enum yq_resolved_as outcome, const char *qty, const char *price)
{
	struct yq_resolution r = yq_resolution_default();

	r.id = yq_id_named("r", 1);
	r.order_id = yq_id_named("o", 1);
	r.outcome = outcome;
	yq_str_copy_cut(r.account_alias, sizeof(r.account_alias), "Main");
	yq_str_copy_cut(r.reason, sizeof(r.reason), "seen on the broker's page");
	if (qty != NULL)
		r.qty = yq_opt_decimal_of(decimal(qty));
	if (price != NULL)
		r.price = yq_opt_decimal_of(decimal(price));
	return r;
}

static void
test_what_it_must_say_depends_on_the_outcome(void **unused)
{
	static const struct {
		enum yq_resolved_as outcome;
		const char *qty, *price, *fault; /* NULL = none */
	} cases[] = {
		{ YQ_RESOLVED_FILLED, "10", "100", NULL },
		{ YQ_RESOLVED_FILLED, NULL, NULL, "Qty" },
		{ YQ_RESOLVED_FILLED, "10", NULL, "Price" },
		{ YQ_RESOLVED_FILLED, NULL, "10", "Qty" },
		{ YQ_RESOLVED_FILLED, "0", "10", "Qty" },
		{ YQ_RESOLVED_FILLED, "10", "-1", "Price" },
		{ YQ_RESOLVED_CANCELED, NULL, NULL, NULL },
		{ YQ_RESOLVED_CANCELED, "4", "100", NULL },
		{ YQ_RESOLVED_REJECTED, NULL, NULL, NULL },
		{ YQ_RESOLVED_REJECTED, "4", "100", "Qty" },
		{ YQ_RESOLVED_OPEN, NULL, NULL, NULL },
		{ YQ_RESOLVED_OPEN, "4", "100", "Qty" },
	};
	struct yq_resolution r;
	struct yq_err err;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		r = resolution(cases[i].outcome, cases[i].qty, cases[i].price);
		if (cases[i].fault == NULL) {
			assert_int_equal(yq_resolution_check(&r, &err), YQ_OK);
			continue;
		}
		assert_int_equal(yq_resolution_check(&r, &err), YQ_E_INVALID);
		assert_non_null(strstr(err.text, cases[i].fault));
	}
	r = resolution(YQ_RESOLVED_REJECTED, NULL, NULL);
	r.reason[0] = '\0';
	assert_int_equal(yq_resolution_check(&r, &err), YQ_E_INVALID);
	r = resolution(YQ_RESOLVED_CANCELED, NULL, NULL);
	r.commission = yq_opt_decimal_of(decimal("1"));
	assert_int_equal(yq_resolution_check(&r, &err), YQ_E_INVALID);
}

/* Every state, with and without the broker's denial. */
static void
test_it_counts_only_where_nobody_knows(void **unused)
{
	struct yq_resolution r = resolution(YQ_RESOLVED_REJECTED, NULL, NULL);
	struct yq_err err;

	(void)unused;
	for (int state = 0; state < YQ_ORDER_STATE_COUNT; state++) {
		struct yq_order_progress p = { .state = (enum yq_order_state)state,
			.qty = decimal("10") };
		bool open = state == YQ_ORDER_OPEN || state == YQ_ORDER_PARTIALLY_FILLED;

		assert_int_equal(yq_resolution_allowed(&r, &p, "", false, &err),
		    state == YQ_ORDER_UNKNOWN ? YQ_OK : YQ_E_STATE);
		if (state != YQ_ORDER_UNKNOWN)
			assert_non_null(
			    strstr(err.text, yq_names_text(&yq_order_state_names, state)));
		assert_int_equal(yq_resolution_allowed(&r, &p, "", true, &err),
		    state == YQ_ORDER_UNKNOWN || open ? YQ_OK : YQ_E_STATE);
	}
}

static void
test_no_more_is_filled_than_is_open_and_an_open_order_has_an_id(void **unused)
{
	struct yq_order_progress p = {
		.state = YQ_ORDER_PARTIALLY_FILLED, .qty = decimal("10"), .filled = decimal("4")
	};
	struct yq_resolution r = resolution(YQ_RESOLVED_FILLED, "6", "100");
	struct yq_err err;

	(void)unused;
	assert_int_equal(yq_resolution_allowed(&r, &p, "", true, &err), YQ_OK);
	r.qty.value = decimal("6.00000001");
	assert_int_equal(yq_resolution_allowed(&r, &p, "", true, &err), YQ_E_STATE);
	assert_non_null(strstr(err.text, "only 6"));
	r = resolution(YQ_RESOLVED_OPEN, NULL, NULL);
	assert_int_equal(yq_resolution_allowed(&r, &p, "", true, &err), YQ_E_STATE);
	assert_int_equal(yq_resolution_allowed(&r, &p, "B-1", true, &err), YQ_OK);
	yq_str_copy_cut(r.broker_order_id, sizeof(r.broker_order_id), "B-2");
	assert_int_equal(yq_resolution_allowed(&r, &p, "", true, &err), YQ_OK);
}

static void
test_what_was_booked_by_hand_is_not_booked_again_and_the_rest_is(void **unused)
{
	static const struct {
		const char *left, *qty, *commission;	     /* before; the execution */
		const char *covered, *excess, *rest, *after; /* excess, its commission; left */
	} cases[] = {
		{ "0", "10", "3", "0", "10", "3", "0" },
		{ "10", "10", "3", "10", "0", "0", "0" },
		{ "10", "4", "3", "4", "0", "0", "6" },
		{ "4", "10", "3", "4", "6", "1.8", "0" },
		{ "0.5", "1.5", "3", "0.5", "1", "2", "0" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_fill fill = { .action = YQ_SELL,
			.qty = decimal(cases[i].qty),
			.price = decimal("100"),
			.commission = decimal(cases[i].commission) };
		struct yq_decimal left = decimal(cases[i].left);
		struct yq_fill excess;

		assert_decimal(yq_resolution_cover(&fill, &left, &excess), cases[i].covered);
		assert_decimal(excess.qty, cases[i].excess);
		assert_decimal(excess.commission, cases[i].rest);
		assert_decimal(left, cases[i].after);
		assert_int_equal(excess.action, YQ_SELL);
	}
}

static void
test_an_execution_by_hand_has_an_id_of_its_own(void **unused)
{
	struct yq_id id = yq_id_named("o", 1);
	char one[YQ_MANUAL_EXECUTION_SIZE], two[YQ_MANUAL_EXECUTION_SIZE];

	(void)unused;
	yq_manual_execution_id(&id, 1, one);
	yq_manual_execution_id(&id, 2, two);
	assert_string_not_equal(one, two);
	assert_non_null(strstr(one, id.text));
	assert_true(yq_execution_is_manual(one));
	assert_false(yq_execution_is_manual("7f3a9c21-E12"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_must_say_depends_on_the_outcome),
		cmocka_unit_test(test_it_counts_only_where_nobody_knows),
		cmocka_unit_test(test_no_more_is_filled_than_is_open_and_an_open_order_has_an_id),
		cmocka_unit_test(test_what_was_booked_by_hand_is_not_booked_again_and_the_rest_is),
		cmocka_unit_test(test_an_execution_by_hand_has_an_id_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
