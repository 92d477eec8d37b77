/* test_decimal.c - exact decimals against Python's arithmetic, at their edges, and by property. */
#include "test.h"

#include <string.h>

#include "base/decimal.h"
#include "base/str.h"

#define LARGEST "999999999999999999999999.99999999"

static struct yq_decimal
dec(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

static void
assert_decimal(struct yq_decimal value, const char *expected)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	assert_int_equal(yq_decimal_format(value, text), strlen(expected));
	assert_string_equal(text, expected);
}

static void
test_a_text_is_read_exactly(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "0", "0" },
		{ "-0", "0" },
		{ "-0.0e5", "0" },
		{ "0e999999999999999999999", "0" },
		{ "+1.5", "1.5" },
		{ "1.50", "1.5" },
		{ "15e-1", "1.5" },
		{ "15E-1", "1.5" },
		{ "0.15e+1", "1.5" },
		{ "-12.34", "-12.34" },
		{ "0.00000001", "0.00000001" },
		{ "1e-8", "0.00000001" },
		{ "100e-10", "0.00000001" },
		{ "1.000000000000000000000000000000000000000000000", "1" },
		{ "1000000000000000000000000000000e-10", "100000000000000000000" },
		{ "1e23", "100000000000000000000000" },
		{ LARGEST, LARGEST },
		{ "-" LARGEST, "-" LARGEST },
		{ "0.1", "0.1" },
		{ "0.30000000", "0.3" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++)
		assert_decimal(dec(cases[i].text), cases[i].expected);
}

static void
test_what_is_no_number_is_refused(void **state)
{
	static const char *const texts[] = { "", " ", " 1", "1 ", "NaN", "Infinity", "-", "+",
		"1,000", ".5", "5.", "1e", "1e+", "0x10", "01", "-01", "00", "1.2.3", "--1", "+-1",
		"1_000", "{{close}}", "1e1.5", "\xd9\xa1" };
	struct yq_decimal value = dec("42");

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(texts); i++)
		assert_int_equal(
		    yq_decimal_parse(texts[i], strlen(texts[i]), &value), YQ_E_INVALID);
	assert_int_equal(yq_decimal_parse("1\0", 2, &value), YQ_E_INVALID);
	assert_decimal(value, "42");
}

static void
test_what_does_not_fit_is_a_range_error(void **state)
{
	static const char *const texts[] = { "0.000000001", "1.123456789", "1e-9", "1e24",
		"1000000000000000000000000", "123456789012345678901234567890", "1e999999999999",
		"1e-999999999999", "9999999999999999999999999999999999999999999999999",
		"0.00000000000000000000000000000000000000000000000000001" };
	struct yq_decimal value = dec("42");

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(texts); i++)
		assert_int_equal(yq_decimal_parse(texts[i], strlen(texts[i]), &value), YQ_E_RANGE);
	assert_decimal(value, "42");
}

static void
test_only_the_given_length_is_read(void **state)
{
	struct yq_decimal value;

	(void)state;
	assert_int_equal(yq_decimal_parse("12345", 3, &value), YQ_OK);
	assert_decimal(value, "123");
}

static void
test_people_get_at_least_the_places_asked_for(void **state)
{
	static const struct {
		const char *value;
		unsigned places;
		const char *expected;
	} cases[] = {
		{ "1000", 2, "1000.00" },
		{ "1.5", 0, "1.5" },
		{ "1.5", 2, "1.50" },
		{ "1.125", 2, "1.125" },
		{ "-0.1", 8, "-0.10000000" },
		{ "0", 2, "0.00" },
	};
	char text[YQ_DECIMAL_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		(void)yq_decimal_format_places(dec(cases[i].value), cases[i].places, text);
		assert_string_equal(text, cases[i].expected);
	}
}

typedef enum yq_rc operation(
    struct yq_decimal, struct yq_decimal, enum yq_rounding, struct yq_decimal *);

static void
test_arithmetic_agrees_with_python(void **state)
{
	static const struct {
		operation *op;
		const char *a, *b;
		enum yq_rounding rounding;
		const char *expected;
	} vectors[] = {
#include "decimal_vectors.inc"
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(vectors); i++) {
		struct yq_decimal result = { 77 };
		enum yq_rc rc = vectors[i].op(
		    dec(vectors[i].a), dec(vectors[i].b), vectors[i].rounding, &result);

		if (rc != (vectors[i].expected == NULL ? YQ_E_RANGE : YQ_OK) ||
		    yq_decimal_cmp(result, vectors[i].expected == NULL
					       ? (struct yq_decimal){ 77 }
					       : dec(vectors[i].expected)) != 0)
			fail_msg("vector %zu: %s, %s", i, vectors[i].a, vectors[i].b);
	}
}

static void
test_sums_stop_at_the_range(void **state)
{
	struct yq_decimal result = dec("42");

	(void)state;
	assert_int_equal(yq_decimal_add(dec(LARGEST), dec("0.00000001"), &result), YQ_E_RANGE);
	assert_int_equal(yq_decimal_sub(dec("-" LARGEST), dec("0.00000001"), &result), YQ_E_RANGE);
	assert_int_equal(yq_decimal_add(dec(LARGEST), dec(LARGEST), &result), YQ_E_RANGE);
	assert_decimal(result, "42");
	assert_int_equal(yq_decimal_add(dec("0.1"), dec("0.2"), &result), YQ_OK);
	assert_decimal(result, "0.3");
	assert_int_equal(yq_decimal_sub(dec("0.1"), dec("0.1"), &result), YQ_OK);
	assert_decimal(result, "0");
}

/* 128 bits full of ones and a rest: rounding it away from zero must not come round to 0. */
static void
test_a_product_that_rounds_over_128_bits_is_a_range_error(void **state)
{
	struct yq_decimal result;

	(void)state;
	assert_int_equal(yq_decimal_mul(dec("15368338.80527321"),
			     dec("221417793577130282380610.12150288"), YQ_ROUND_UP, &result),
	    YQ_E_RANGE);
}

static void
test_division_by_zero_is_invalid(void **state)
{
	struct yq_decimal result;

	(void)state;
	assert_int_equal(
	    yq_decimal_div(dec("1"), YQ_DECIMAL_ZERO, YQ_ROUND_DOWN, &result), YQ_E_INVALID);
}

/* a x b / divisor from all its digits: the product alone would not fit. */
static const struct {
	const char *a, *b, *divisor;
	enum yq_rounding rounding;
	const char *result; /* NULL = range */
} shares[] = {
	{ "1", "1", "3", YQ_ROUND_HALF_EVEN, "0.33333333" },
	{ "1", "2", "3", YQ_ROUND_HALF_EVEN, "0.66666667" },
	{ "-1", "2", "3", YQ_ROUND_HALF_EVEN, "-0.66666667" },
	{ "1", "1", "-4", YQ_ROUND_EXACT, "-0.25" },
	{ "0.00000001", "0.5", "1", YQ_ROUND_HALF_EVEN, "0" },
	{ "0.00000003", "0.5", "1", YQ_ROUND_HALF_EVEN, "0.00000002" },
	{ "999999999999999999999999", "7", "999999999999999999999999", YQ_ROUND_EXACT, "7" },
	{ "0.00000001", "0.00000003", "0.00000003", YQ_ROUND_EXACT, "0.00000001" },
	{ "1", "1", "3", YQ_ROUND_EXACT, NULL },
	{ "999999999999999999999999", "2", "1", YQ_ROUND_DOWN, NULL },
};

static void
test_a_share_is_rounded_once(void **state)
{
	struct yq_decimal r = dec("5");

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(shares); i++) {
		enum yq_rc rc = yq_decimal_mul_div(dec(shares[i].a), dec(shares[i].b),
		    dec(shares[i].divisor), shares[i].rounding, &r);

		assert_int_equal(rc, shares[i].result == NULL ? YQ_E_RANGE : YQ_OK);
		if (rc == YQ_OK)
			assert_decimal(r, shares[i].result);
	}
	assert_int_equal(
	    yq_decimal_mul_div(dec("1"), dec("1"), dec("0"), YQ_ROUND_DOWN, &r), YQ_E_INVALID);
}

static void
test_lots_and_ticks(void **state)
{
	static const struct {
		const char *value, *step;
		enum yq_rounding rounding;
		const char *expected;
	} cases[] = {
		{ "157", "100", YQ_ROUND_DOWN, "100" },
		{ "99.99", "100", YQ_ROUND_DOWN, "0" },
		{ "-157", "100", YQ_ROUND_DOWN, "-100" },
		{ "-157", "100", YQ_ROUND_FLOOR, "-200" },
		{ "10.037", "0.01", YQ_ROUND_UP, "10.04" },
		{ "10.025", "0.05", YQ_ROUND_HALF_EVEN, "10" },
		{ "10.075", "0.05", YQ_ROUND_HALF_EVEN, "10.1" },
		{ "10.04", "0.02", YQ_ROUND_EXACT, "10.04" },
	};
	struct yq_decimal result;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		assert_int_equal(yq_decimal_round_to(dec(cases[i].value), dec(cases[i].step),
				     cases[i].rounding, &result),
		    YQ_OK);
		assert_decimal(result, cases[i].expected);
	}
	assert_int_equal(
	    yq_decimal_round_to(dec("10.03"), dec("0.02"), YQ_ROUND_EXACT, &result), YQ_E_RANGE);
}

static void
test_columns_hold_scaled_integers(void **state)
{
	int64_t scaled = 7;

	(void)state;
	assert_int_equal(yq_decimal_to_scaled(dec("1.2345"), 4, YQ_ROUND_EXACT, &scaled), YQ_OK);
	assert_int_equal(scaled, 12345);
	assert_int_equal(
	    yq_decimal_to_scaled(dec("1.23455"), 4, YQ_ROUND_EXACT, &scaled), YQ_E_RANGE);
	assert_int_equal(
	    yq_decimal_to_scaled(dec("1.23455"), 4, YQ_ROUND_HALF_EVEN, &scaled), YQ_OK);
	assert_int_equal(scaled, 12346);
	assert_int_equal(
	    yq_decimal_to_scaled(dec("92233720368.54775807"), 8, YQ_ROUND_EXACT, &scaled), YQ_OK);
	assert_true(scaled == INT64_MAX);
	assert_int_equal(
	    yq_decimal_to_scaled(dec("92233720368.54775808"), 8, YQ_ROUND_EXACT, &scaled),
	    YQ_E_RANGE);
	assert_int_equal(
	    yq_decimal_to_scaled(dec("-92233720368.54775808"), 8, YQ_ROUND_EXACT, &scaled), YQ_OK);
	assert_true(scaled == INT64_MIN);
	assert_decimal(yq_decimal_from_scaled(INT64_MIN, 8), "-92233720368.54775808");
	assert_decimal(yq_decimal_from_scaled(INT64_MIN, 0), "-9223372036854775808");
	assert_decimal(yq_decimal_from_scaled(-12345, 4), "-1.2345");
	assert_decimal(yq_decimal_from_int(INT64_MAX), "9223372036854775807");
}

static void
test_order_and_sign(void **state)
{
	(void)state;
	assert_int_equal(yq_decimal_cmp(dec("-1"), dec("1")), -1);
	assert_int_equal(yq_decimal_cmp(dec("1.50"), dec("15e-1")), 0);
	assert_int_equal(yq_decimal_cmp(dec("0.00000002"), dec("0.00000001")), 1);
	assert_int_equal(yq_decimal_sign(dec("-0.00000001")), -1);
	assert_int_equal(yq_decimal_sign(dec("-0")), 0);
	assert_decimal(yq_decimal_abs(dec("-3")), "3");
	assert_decimal(yq_decimal_neg(dec("0")), "0");
	assert_decimal(yq_decimal_min(dec("-2"), dec("1")), "-2");
	assert_decimal(yq_decimal_max(dec("-2"), dec("1")), "1");
}

/* Up to 32 digits, short ones as likely as long ones. */
static struct yq_decimal
random_decimal(uint64_t *seed)
{
	unsigned digits = (unsigned)(test_random(seed) % 33);
	struct yq_decimal value = YQ_DECIMAL_ZERO;

	for (unsigned i = 0; i < digits; i++)
		value.units = value.units * 10 + (int)(test_random(seed) % 10);
	return test_random(seed) % 2 == 0 ? value : yq_decimal_neg(value);
}

static void
test_random_numbers_keep_the_laws(void **state)
{
	uint64_t seed = test_seed();

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct yq_decimal a = random_decimal(&seed), b = random_decimal(&seed), r, s;
		char text[YQ_DECIMAL_TEXT_SIZE];
		size_t length = yq_decimal_format(a, text);

		assert_int_equal(yq_decimal_parse(text, length, &r), YQ_OK);
		assert_int_equal(yq_decimal_cmp(r, a), 0);
		if (yq_decimal_add(a, b, &r) == YQ_OK) {
			assert_int_equal(yq_decimal_sub(r, b, &s), YQ_OK);
			assert_int_equal(yq_decimal_cmp(s, a), 0);
		}
		if (yq_decimal_mul(a, b, YQ_ROUND_FLOOR, &r) == YQ_OK &&
		    yq_decimal_mul(b, a, YQ_ROUND_CEILING, &s) == YQ_OK) {
			assert_true(s.units - r.units == 0 || s.units - r.units == 1);
			if (b.units != 0 && s.units == r.units) {
				/* An exact product divides back exactly. */
				assert_int_equal(yq_decimal_div(r, b, YQ_ROUND_EXACT, &s), YQ_OK);
				assert_int_equal(yq_decimal_cmp(s, a), 0);
			}
		}
		if (b.units != 0 && yq_decimal_div(a, b, YQ_ROUND_DOWN, &r) == YQ_OK &&
		    yq_decimal_div(a, b, YQ_ROUND_UP, &s) == YQ_OK) {
			yq_int128 apart = yq_decimal_abs(s).units - yq_decimal_abs(r).units;

			assert_true(apart == 0 || apart == 1);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_text_is_read_exactly),
		cmocka_unit_test(test_what_is_no_number_is_refused),
		cmocka_unit_test(test_what_does_not_fit_is_a_range_error),
		cmocka_unit_test(test_only_the_given_length_is_read),
		cmocka_unit_test(test_people_get_at_least_the_places_asked_for),
		cmocka_unit_test(test_arithmetic_agrees_with_python),
		cmocka_unit_test(test_sums_stop_at_the_range),
		cmocka_unit_test(test_a_product_that_rounds_over_128_bits_is_a_range_error),
		cmocka_unit_test(test_division_by_zero_is_invalid),
		cmocka_unit_test(test_a_share_is_rounded_once),
		cmocka_unit_test(test_lots_and_ticks),
		cmocka_unit_test(test_columns_hold_scaled_integers),
		cmocka_unit_test(test_order_and_sign),
		cmocka_unit_test(test_random_numbers_keep_the_laws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
