/*
 * test_inputs.c - what a decision was made from is written down whole and read back exactly.
 *
 * The samples below name every member of the structs by its place, and none of them is zero.  A new
 * member makes a sample incomplete (-Wmissing-field-initializers); once it is here, the test fails
 * until the member has its row in domain/inputs.c.
 */
#include "domain_test.h"

#include "domain/verdict.h"
#include "test.h"

#pragma GCC diagnostic error "-Wmissing-field-initializers"

#define D(units)        \
	{               \
		(units) \
	}
#define MAYBE(units)           \
	{                      \
		true, D(units) \
	}
#define SIX(first)                                                                        \
	{                                                                                 \
		MAYBE(first), MAYBE((first) + 1), MAYBE((first) + 2), MAYBE((first) + 3), \
		    MAYBE((first) + 4), MAYBE((first) + 5)                                \
	}
#define SECONDS(n) ((n)*YQ_US_PER_SECOND + 7)

/* Static, so that the bytes between members are zero. */
static const struct yq_track sample_track = { 9, 5, 4, D(301), D(302), 3, SECONDS(303),
	SECONDS(304) };

static const struct yq_sizer_answer sample_answer = { YQ_SIZER_FAILED, D(401), "example",
	"it did not answer" };

static const struct yq_plugin sample_plugin = { "/opt/sizer.so", 50,
	{ { "risk", D(501) }, { "floor", D(502) } }, 2 };

static const struct yq_account_view sample_view = { "Main-2", true, YQ_HKD, D(1), D(-2), D(3), D(4),
	D(16), 5, 17, D(-6), D(7), D(8), D(9), 10, 11, D(12), D(13), D(18), 14, 15 };

static const struct yq_market_facts sample_market = { "account:Main: \"enough\" (an\xc3\xa4)", true,
	YQ_LIFE_PAPER, true, true, MAYBE(21), SECONDS(22), MAYBE(23), YQ_LISTING_HALTED, YQ_HKD,
	YQ_TICKS_HKEX_ETP, 24, 31, 32, MAYBE(25), MAYBE(26), SECONDS(27), &sample_track,
	&sample_answer, SECONDS(33), SECONDS(34) };

static const struct yq_policy sample_policy = {
	{ YQ_SIZER_TARGET, D(101), D(102), D(103), D(104), MAYBE(105), D(106), 107,
	    YQ_SIZER_FIXED_QTY, &sample_plugin },
	{ SIX(110), SIX(140), SIX(120), MAYBE(130), MAYBE(150), MAYBE(151), MAYBE(131), 152, 132,
	    133, 153, 134, 135, 154, 155, 156, "KRX:*", "NASDAQ:TSLA *:BRK.?", 157, 158, true, true,
	    YQ_LOSS_FLATTEN, 137 },
	136,
	true,
};

static void
write_object(struct yq_buf *out, const struct yq_inputs *inputs)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_begin_object(&w);
	yq_inputs_write(&w, inputs);
	yq_json_end_object(&w);
	assert_true(yq_buf_ok(out));
}

/* Written, read and written again.  The tree lives on for the text that is borrowed from it. */
static yq_json *
round_trip(const struct yq_inputs *inputs, struct yq_inputs *read)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf first = yq_buf_make(65536);
	YQ_CLEANUP(yq_buf_free) struct yq_buf second = yq_buf_make(65536);
	yq_json *tree = NULL;
	struct yq_err err;

	write_object(&first, inputs);
	assert_int_equal(yq_json_parse(yq_buf_text(&first), first.length, &tree, &err), YQ_OK);
	if (yq_inputs_read(tree, read, &err) != YQ_OK)
		fail_msg("%s in %s", err.text, yq_buf_text(&first));
	write_object(&second, read);
	assert_string_equal(yq_buf_text(&first), yq_buf_text(&second));
	return tree;
}

static void
test_every_member_of_the_inputs_comes_back(void **unused)
{
	static struct yq_inputs inputs, read;
	struct yq_market_facts market;
	yq_json *tree;

	(void)unused;
	memcpy(&inputs.account, &sample_view, sizeof(sample_view));
	memcpy(&inputs.market, &sample_market, sizeof(sample_market));
	inputs.rules = yq_id_named("rules", 5);
	inputs.rules_text = "{\"Sizer\":\"Basic\"}";
	tree = round_trip(&inputs, &read);
	assert_memory_equal(&read.account, &sample_view, sizeof(sample_view));
	assert_string_equal(read.market.halt_reason, sample_market.halt_reason);
	assert_memory_equal(read.market.track, &sample_track, sizeof(sample_track));
	assert_memory_equal(read.market.answer, &sample_answer, sizeof(sample_answer));
	memcpy(&market, &read.market, sizeof(market));
	market.halt_reason = sample_market.halt_reason;
	market.track = &sample_track;
	market.answer = &sample_answer;
	assert_memory_equal(&market, &sample_market, sizeof(market));
	assert_true(yq_id_equal(&read.rules, &inputs.rules));
	assert_string_equal(read.rules_text, inputs.rules_text);
	yq_json_free(tree);
}

static void
test_every_member_of_a_policy_comes_back(void **unused)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_POLICY_TEXT_MAX);
	static struct yq_kept_policy read;
	struct yq_err err;

	(void)unused;
	yq_policy_write(&text, &sample_policy);
	assert_int_equal(yq_policy_read(yq_buf_text(&text), text.length, &read, &err), YQ_OK);
	assert_memory_equal(&read.plugin, &sample_plugin, sizeof(sample_plugin));
	read.policy.sizing.plugin = &sample_plugin;
	assert_string_equal(read.policy.limits.allow, sample_policy.limits.allow);
	assert_string_equal(read.policy.limits.deny, sample_policy.limits.deny);
	read.policy.limits.allow = sample_policy.limits.allow;
	read.policy.limits.deny = sample_policy.limits.deny;
	assert_memory_equal(&read.policy, &sample_policy, sizeof(sample_policy));
}

static void
test_what_is_zero_or_absent_is_left_out_and_comes_back(void **unused)
{
	static struct yq_inputs inputs, read;
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(65536);

	(void)unused;
	yq_json_free(round_trip(&inputs, &read));
	assert_memory_equal(&read, &inputs, sizeof(read));
	write_object(&text, &inputs);
	assert_string_equal(yq_buf_text(&text), "{\"Currency\":\"KRW\"}");
}

/* ---- random values in every row ---- */

static struct yq_decimal
random_decimal(uint64_t *seed)
{
	struct yq_decimal value = { (yq_int128)(int64_t)test_random(seed) };

	value.units >>= test_random(seed) % 64;
	if (test_random(seed) % 8 == 0)
		value.units *= INT64_C(1000000000000);
	return value;
}

static void
random_member(uint64_t *seed, const struct yq_field *field, void *record)
{
	char *at = (char *)record + field->offset;
	uint64_t draw = test_random(seed);
	struct yq_decimal value = random_decimal(seed);

	if (draw % 4 == 0 && field->kind != YQ_KIND_ENUM)
		return;
	draw >>= 2;
	switch (field->kind) {
	case YQ_KIND_TEXT:
		for (size_t i = 0; i + 1 < field->size && i < draw % 40; i++)
			at[i] = (char)(' ' + test_random(seed) % 95);
		break;
	case YQ_KIND_ID:
		*(struct yq_id *)(void *)at = yq_id_named(&draw, sizeof(draw));
		break;
	case YQ_KIND_DECIMAL:
		memcpy(at, &value, sizeof(value));
		break;
	case YQ_KIND_OPT_DECIMAL:
		((struct yq_opt_decimal *)(void *)at)->set = true;
		memcpy(&((struct yq_opt_decimal *)(void *)at)->value, &value, sizeof(value));
		break;
	case YQ_KIND_ENUM:
		*(int *)(void *)at = (int)(draw % field->names->count);
		break;
	case YQ_KIND_TIME:
		*(int64_t *)(void *)at = (int64_t)(draw % (UINT64_C(7000000000) * 1000000));
		break;
	case YQ_KIND_BOOL:
		*(bool *)(void *)at = true;
		break;
	case YQ_KIND_INT:
		*(int64_t *)(void *)at = (int64_t)draw - INT64_MAX / 4;
		break;
	}
}

static void
random_members(uint64_t *seed, const struct yq_field *fields, size_t count, void *record)
{
	for (size_t i = 0; i < count; i++)
		random_member(seed, &fields[i], record);
}

static void
test_whatever_they_are_inputs_come_back(void **unused)
{
	static struct yq_inputs inputs, read;
	static struct yq_track track;
	static struct yq_sizer_answer answer;
	uint64_t seed = test_seed();

	(void)unused;
	for (int i = 0; i < 500; i++) {
		memset(&inputs, 0, sizeof(inputs));
		memset(&track, 0, sizeof(track));
		memset(&answer, 0, sizeof(answer));
		random_members(&seed, yq_input_fields, yq_input_field_count, &inputs);
		random_members(&seed, yq_track_fields, yq_track_field_count, &track);
		random_members(&seed, yq_answer_fields, yq_answer_field_count, &answer);
		if (i % 2 == 0)
			inputs.market.track = &track;
		if (i % 3 == 0)
			inputs.market.answer = &answer;
		yq_json_free(round_trip(&inputs, &read));
		assert_memory_equal(&read.account, &inputs.account, sizeof(inputs.account));
		if (i % 2 == 0)
			assert_memory_equal(read.market.track, &track, sizeof(track));
		if (i % 3 == 0)
			assert_memory_equal(read.market.answer, &answer, sizeof(answer));
		inputs.market.track = read.market.track;
		inputs.market.answer = read.market.answer;
		assert_memory_equal(&read.market, &inputs.market, sizeof(inputs.market));
	}
}

static void
test_whatever_it_is_a_policy_comes_back_and_keeps_its_digest(void **unused)
{
	static struct yq_policy policy;
	static struct yq_kept_policy read;
	uint64_t seed = test_seed();

	(void)unused;
	for (int i = 0; i < 500; i++) {
		YQ_CLEANUP(yq_buf_free) struct yq_buf one = yq_buf_make(YQ_POLICY_TEXT_MAX);
		YQ_CLEANUP(yq_buf_free) struct yq_buf two = yq_buf_make(YQ_POLICY_TEXT_MAX);
		struct yq_id a, b;

		memset(&policy, 0, sizeof(policy));
		random_members(&seed, yq_policy_fields, yq_policy_field_count, &policy);
		policy.sizing.fallback = (enum yq_sizer)(i % (YQ_SIZER_COUNT + 1));
		yq_policy_write(&one, &policy);
		assert_int_equal(yq_policy_read(yq_buf_text(&one), one.length, &read, NULL), YQ_OK);
		assert_memory_equal(&read.policy, &policy, sizeof(policy));
		yq_policy_write(&two, &read.policy);
		a = yq_policy_digest(yq_buf_text(&one), one.length);
		b = yq_policy_digest(yq_buf_text(&two), two.length);
		assert_true(yq_id_equal(&a, &b));
	}
}

static void
test_a_member_of_the_wrong_kind_is_named(void **unused)
{
	static const char text[] = "{\"Currency\":\"USD\",\"Cash\":\"much\"}";
	static struct yq_inputs read;
	yq_json *tree = NULL;
	struct yq_err err;

	(void)unused;
	assert_int_equal(yq_json_parse(text, strlen(text), &tree, &err), YQ_OK);
	assert_int_equal(yq_inputs_read(tree, &read, &err), YQ_E_INVALID);
	assert_non_null(strstr(err.text, "Cash"));
	yq_json_free(tree);
}

static void
test_a_verdict_holds_the_inputs_of_what_was_composed(void **unused)
{
	static struct yq_decision yes, barred;
	static struct yq_inputs inputs[2];
	const struct yq_decision *decisions[2] = { &yes, &barred };
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(65536);
	yq_json *tree = NULL;
	const yq_json *list;

	(void)unused;
	yes.code = barred.code = "CODE";
	SET(inputs[0].account.alias, "Main");
	inputs[0].rules = yq_id_named("rules", 5);
	yq_verdict_write(&text, decisions, inputs, 2, at("2026-11-23T15:00:00Z"));
	assert_int_equal(yq_json_parse(yq_buf_text(&text), text.length, &tree, NULL), YQ_OK);
	list = yq_json_get(tree, YQ_VERDICT_INPUTS);
	assert_int_equal(yq_json_count(list), 1);
	assert_string_equal(
	    yq_json_text(yq_json_get(yq_json_at(list, 0), "Account"), NULL), "Main");
	yq_json_free(tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_member_of_the_inputs_comes_back),
		cmocka_unit_test(test_every_member_of_a_policy_comes_back),
		cmocka_unit_test(test_what_is_zero_or_absent_is_left_out_and_comes_back),
		cmocka_unit_test(test_whatever_they_are_inputs_come_back),
		cmocka_unit_test(test_whatever_it_is_a_policy_comes_back_and_keeps_its_digest),
		cmocka_unit_test(test_a_member_of_the_wrong_kind_is_named),
		cmocka_unit_test(test_a_verdict_holds_the_inputs_of_what_was_composed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
