/* test_fixed_fraction.c - the example's own test: a plug-in is tested without yQuant. */
#include <stdio.h>
#include <string.h>

#include <yquant/sizer.h>

static int failures;

static void
expect(const char *what, int holds)
{
	printf("%s - %s\n", holds ? "ok" : "not ok", what);
	failures += !holds;
}

/* 10,000 to share out, at a price of 100. */
static struct yq_sizer_input
question(int64_t fraction_e8)
{
	struct yq_sizer_input in = {
		.size = sizeof(in),
		.equity_e4 = 10000 * YQ_SIZER_E4,
		.price_e8 = 100 * YQ_SIZER_E8,
		.lot_e8 = YQ_SIZER_E8,
		.parameter_count = 1,
		.parameters = { { "Fraction", fraction_e8 } },
	};

	return in;
}

static struct yq_sizer_output
ask(const struct yq_sizer_input *in)
{
	struct yq_sizer_output out = { .size = sizeof(out) };

	yq_sizer_v1()->decide(in, &out);
	return out;
}

static void
test_shares(void)
{
	struct yq_sizer_input in = question(2000000);
	struct yq_sizer_output out = ask(&in);

	expect("2 % of 10,000 at 100 are 2",
	    out.verdict == YQ_SIZER_OPEN && out.qty_e8 == 2 * YQ_SIZER_E8);
	in.price_e8 = 300 * YQ_SIZER_E8;
	out = ask(&in);
	expect("at 300 they are 0.66666666", out.qty_e8 == 66666666);
	in = question(YQ_SIZER_E8);
	in.equity_e4 = INT64_MAX;
	in.price_e8 = 1;
	out = ask(&in);
	expect("what does not fit is the most there is", out.qty_e8 == INT64_MAX);
}

static void
test_track(void)
{
	struct yq_sizer_input in = question(2000000);

	in.trips = 10;
	in.wins = 4;
	expect("a track that is not known means nothing", ask(&in).qty_e8 == 2 * YQ_SIZER_E8);
	in.known = YQ_SIZER_KNOWS_TRACK;
	expect("4 of 10 won: half", ask(&in).qty_e8 == YQ_SIZER_E8);
	in.wins = 5;
	expect("5 of 10 won: all", ask(&in).qty_e8 == 2 * YQ_SIZER_E8);
}

static void
test_refusals(void)
{
	struct yq_sizer_input in = question(0);
	struct yq_sizer_output out = ask(&in);

	expect("no fraction is refused", out.verdict == YQ_SIZER_REFUSE);
	expect("with a reason", strstr(out.reason, "Fraction") != NULL);
	in = question(YQ_SIZER_E8 + 1);
	expect("more than all is refused", ask(&in).verdict == YQ_SIZER_REFUSE);
	in = question(2000000);
	in.equity_e4 = 0;
	expect("without equity nothing is bought", ask(&in).verdict == YQ_SIZER_REFUSE);
}

int
main(void)
{
	puts("1..10");
	test_shares();
	test_track();
	test_refusals();
	return failures != 0;
}
