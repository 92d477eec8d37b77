/* test_protection.c - each protection at its limit and on either side of it. */
#include "domain_test.h"

#include "domain/protection.h"

#define MINUTE_US (60 * YQ_US_PER_SECOND)

static struct yq_opt_decimal
maybe(const char *text)
{
	return text == NULL ? YQ_OPT_DECIMAL_NONE : opt(text);
}

/* One trade a minute, as its profits. */
static size_t
results_of(const char *profits, struct yq_result results[YQ_HISTORY_MAX])
{
	size_t count = 0;

	while (*profits != '\0') {
		size_t length = strcspn(profits, " ");

		assert_true(count < YQ_HISTORY_MAX);
		assert_int_equal(yq_decimal_parse(profits, length, &results[count].profit), YQ_OK);
		results[count].exit = count + 1;
		results[count].closed_at_us =
		    at("2026-11-23T15:00:00Z") + (int64_t)count * MINUTE_US;
		count++;
		profits += length + (profits[length] == ' ');
	}
	return count;
}

static const struct row {
	enum yq_protection_kind kind;
	int64_t trades, lookback_minutes;
	const char *amount, *share, *equity;
	const char *profits;
	const char *says; /* NULL = it goes on */
} rows[] = {
	/* losses in a row */
	{ YQ_PROTECT_LOSSES, 3, 0, NULL, NULL, NULL, "-1 -1", NULL },
	{ YQ_PROTECT_LOSSES, 3, 0, NULL, NULL, NULL, "-1 -1 -1",
	    "losses in a row: 3, it pauses at 3" },
	{ YQ_PROTECT_LOSSES, 3, 0, NULL, NULL, NULL, "-1 -1 1 -1 -1", NULL },
	{ YQ_PROTECT_LOSSES, 3, 0, NULL, NULL, NULL, "-1 -1 0 -1", NULL },
	{ YQ_PROTECT_LOSSES, 3, 0, NULL, NULL, NULL, "-1 -1 -1 5", NULL },
	{ YQ_PROTECT_LOSSES, 3, 2, NULL, NULL, NULL, "-1 -1 -1", "losses in a row: 3" },
	{ YQ_PROTECT_LOSSES, 3, 1, NULL, NULL, NULL, "-1 -1 -1", NULL },
	/* a fall by an amount */
	{ YQ_PROTECT_DRAWDOWN, 0, 0, "100", NULL, NULL, "50 -99.99", NULL },
	{ YQ_PROTECT_DRAWDOWN, 0, 0, "100", NULL, NULL, "50 -100",
	    "it has lost 100.00 USD since its highest, it pauses at 100.00 USD" },
	{ YQ_PROTECT_DRAWDOWN, 0, 0, "100", NULL, NULL, "-60 30 -69.99", NULL },
	{ YQ_PROTECT_DRAWDOWN, 0, 0, "100", NULL, NULL, "-60 30 -70", "lost 100.00 USD" },
	{ YQ_PROTECT_DRAWDOWN, 0, 0, "100", NULL, NULL, "-200 150", NULL }, /* a win */
	{ YQ_PROTECT_DRAWDOWN, 0, 0, "100", NULL, NULL, "-200 150 -1", NULL },
	{ YQ_PROTECT_DRAWDOWN, 0, 0, "100", NULL, NULL, "-200 50 -1", "lost 151.00 USD" },
	{ YQ_PROTECT_DRAWDOWN, 0, 1, "100", NULL, NULL, "-60 0 -50", NULL },
	{ YQ_PROTECT_DRAWDOWN, 0, 2, "100", NULL, NULL, "-60 0 -50", "lost 110.00 USD" },
	/* ... by a share of the equity at its highest */
	{ YQ_PROTECT_DRAWDOWN, 0, 0, NULL, "0.1", "900.01", "-99.99", NULL },
	{ YQ_PROTECT_DRAWDOWN, 0, 0, NULL, "0.1", "900", "-100",
	    "it has lost 100.00 USD since its highest, at an equity of 1,000.00 USD; it pauses at "
	    "100.00 USD" },
	{ YQ_PROTECT_DRAWDOWN, 0, 0, NULL, "0.1", NULL, "-100", NULL }, /* not known */
	{ YQ_PROTECT_DRAWDOWN, 0, 0, NULL, "0.1", "-50", "-40", "lost 40.00 USD" },
	/* too little earned */
	{ YQ_PROTECT_PROFIT, 3, 0, "0", NULL, NULL, "5 5 -10", NULL },
	{ YQ_PROTECT_PROFIT, 3, 0, "0", NULL, NULL, "5 5 -10.01",
	    "the last 3 trades came to -0.01 USD, it pauses below 0.00 USD" },
	{ YQ_PROTECT_PROFIT, 3, 0, "0", NULL, NULL, "5 -10", NULL },
	{ YQ_PROTECT_PROFIT, 3, 0, "0", NULL, NULL, "-100 5 5 -1", NULL },
	{ YQ_PROTECT_PROFIT, 3, 2, "0", NULL, NULL, "1 1 -3", "came to -1.00 USD" },
	{ YQ_PROTECT_PROFIT, 3, 1, "0", NULL, NULL, "1 1 -3", NULL },
	{ YQ_PROTECT_PROFIT, 1, 0, NULL, NULL, NULL, "-3", NULL }, /* of another currency */
};

static void
test_each_protection_at_its_limit(void **unused)
{
	static struct yq_result results[YQ_HISTORY_MAX];
	char text[YQ_PROTECTION_TEXT_SIZE];

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_protections protections = { 0 };
		struct yq_protection *rule = &protections.rules[rows[i].kind];
		struct yq_protection_facts facts = {
			.results = results,
			.count = results_of(rows[i].profits, results),
			.currency = YQ_USD,
			.equity = maybe(rows[i].equity),
		};

		rule->on = true;
		rule->trades = rows[i].trades;
		rule->lookback_us = rows[i].lookback_minutes * MINUTE_US;
		rule->amount[YQ_USD] = maybe(rows[i].amount);
		rule->amount[YQ_KRW] = opt("1");
		rule->share = maybe(rows[i].share);
		text[0] = '\0';
		assert_true(yq_protections_any(&protections));
		if (yq_protection_trips(&protections, rows[i].kind, &facts, text) !=
			(rows[i].says != NULL) ||
		    (rows[i].says != NULL && strstr(text, rows[i].says) == NULL))
			fail_msg("row %zu: \"%s\"", i, text);
		rule->on = false;
		assert_false(yq_protection_trips(&protections, rows[i].kind, &facts, text));
	}
}

static void
test_every_protection_has_rows_here(void **unused)
{
	(void)unused;
	for (int kind = 0; kind < YQ_PROTECTION_COUNT; kind++) {
		bool trips = false, goes_on = false;

		for (size_t i = 0; i < YQ_COUNT(rows); i++) {
			trips = trips || ((int)rows[i].kind == kind && rows[i].says != NULL);
			goes_on = goes_on || ((int)rows[i].kind == kind && rows[i].says == NULL);
		}
		assert_true(trips && goes_on);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_protection_at_its_limit),
		cmocka_unit_test(test_every_protection_has_rows_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
