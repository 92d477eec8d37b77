/*
 * fixed_fraction.c - a sizing plug-in to start from: the same share of the equity for each
 *position, half of it while fewer than half of the trades are won.
 *
 *	cc -std=c11 -O2 -fPIC -shared -o fixed_fraction.so fixed_fraction.c
 *
 * Parameters: Fraction of the equity (0.02 = 2 %).
 */
#include <stddef.h>
#include <string.h>

#include <yquant/sizer.h>

/* A parameter of the configuration, or what it is when nobody set it. */
static int64_t
parameter(const struct yq_sizer_input *in, const char *name, int64_t otherwise)
{
	for (int64_t i = 0; i < in->parameter_count; i++)
		if (strcmp(in->parameters[i].name, name) == 0)
			return in->parameters[i].value_e8;
	return otherwise;
}

static void
answer(struct yq_sizer_output *out, int32_t verdict, int64_t qty_e8, const char *reason)
{
	size_t length = strlen(reason);

	if (length >= sizeof(out->reason))
		length = sizeof(out->reason) - 1;
	memcpy(out->reason, reason, length); /* the rest is 0 already */
	out->verdict = verdict;
	out->qty_e8 = qty_e8;
}

/* a x b / divisor, rounded down; a x b may need more than 64 bits.  All are above 0. */
static int64_t
scale(int64_t a, int64_t b, int64_t divisor)
{
	__extension__ typedef __int128 wide;
	wide result = (wide)a * b / divisor;

	return result > INT64_MAX ? INT64_MAX : (int64_t)result;
}

static void
decide(const struct yq_sizer_input *in, struct yq_sizer_output *out)
{
	int64_t fraction_e8 = parameter(in, "Fraction", 0);
	int64_t worth_e4;

	if (fraction_e8 <= 0 || fraction_e8 > YQ_SIZER_E8) {
		answer(
		    out, YQ_SIZER_REFUSE, 0, "the parameter Fraction must be above 0, at most 1");
		return;
	}
	if (in->equity_e4 <= 0) {
		answer(out, YQ_SIZER_REFUSE, 0, "there is no equity to take a share of");
		return;
	}
	/* Half of it while fewer than half of at least ten trades were won. */
	if ((in->known & YQ_SIZER_KNOWS_TRACK) != 0 && in->trips >= 10 && 2 * in->wins < in->trips)
		fraction_e8 /= 2;
	worth_e4 = scale(in->equity_e4, fraction_e8, YQ_SIZER_E8);
	/* From 10^4 for money to 10^8 for quantities, through a price of 10^8. */
	answer(out, YQ_SIZER_OPEN,
	    scale(worth_e4, YQ_SIZER_E8 * (YQ_SIZER_E8 / YQ_SIZER_E4), in->price_e8),
	    "a fixed share of the equity");
}

const struct yq_sizer_api *
yq_sizer_v1(void)
{
	static const struct yq_sizer_api api = {
		.abi = YQ_SIZER_ABI,
		.api_size = sizeof(struct yq_sizer_api),
		.input_size = sizeof(struct yq_sizer_input),
		.output_size = sizeof(struct yq_sizer_output),
		.name = "fixed-fraction",
		.description = "The same share of the equity for each position.",
		.decide = decide,
	};

	return &api;
}
