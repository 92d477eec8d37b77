/* test_store_leases.c - one owner at a time, whoever asks and however many at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "firebird_fixture.h"
#include "store/leases.h"
#include "store/migrate.h"
#include "store/tx.h"

#define NAME	   "color"
#define PROCESSES  3
#define PROMOTIONS 40 /* by each */
#define NOW	   INT64_C(1700000000000000)

static struct firebird_fixture fixture;
static struct yq_firebird_target target;
static struct yq_firebird *firebird;

static struct yq_lease
acquired(const char *owner, int64_t now_us, int64_t expires_at_us)
{
	struct yq_lease lease;

	assert_int_equal(
	    yq_lease_acquire(firebird, NAME, owner, now_us, expires_at_us, &lease, NULL), YQ_OK);
	return lease;
}

static void
test_the_first_who_asks_has_it_until_it_is_promoted_away(void **state)
{
	struct yq_lease lease;

	(void)state;
	assert_int_equal(yq_lease_read(firebird, NAME, &lease, NULL), YQ_E_NOT_FOUND);
	lease = acquired("blue", NOW, 0);
	assert_string_equal(lease.owner, "blue");
	assert_int_equal(lease.token, 1);
	assert_int_equal(lease.acquired_at_us, NOW);
	/* a century later: without an end it does not expire */
	lease = acquired("green", NOW * 2, 0);
	assert_string_equal(lease.owner, "blue");
	assert_int_equal(lease.token, 1);
	lease = acquired("blue", NOW + 1, 0);
	assert_int_equal(lease.token, 1);
	assert_int_equal(lease.acquired_at_us, NOW);
	assert_int_equal(
	    yq_lease_promote(firebird, NAME, "green", 1, NOW + 2, 0, &lease, NULL), YQ_OK);
	assert_string_equal(lease.owner, "green");
	assert_int_equal(lease.token, 2);
	assert_int_equal(lease.acquired_at_us, NOW + 2);
}

static void
test_an_expired_lease_goes_to_whoever_asks_next_and_its_token_rises(void **state)
{
	struct yq_lease lease;

	(void)state;
	(void)acquired("blue", NOW, NOW + 10);
	lease = acquired("green", NOW + 10, NOW + 20);
	assert_string_equal(lease.owner, "blue");
	lease = acquired("green", NOW + 11, NOW + 20);
	assert_string_equal(lease.owner, "green");
	assert_int_equal(lease.token, 2);
	/* who had it comes back: the row tells it */
	assert_int_equal(
	    yq_lease_renew(firebird, NAME, "blue", 1, NOW + 12, NOW + 99, &lease, NULL),
	    YQ_E_STATE);
	assert_string_equal(lease.owner, "green");
	assert_int_equal(lease.expires_at_us, NOW + 20);
	assert_int_equal(
	    yq_lease_renew(firebird, NAME, "green", 2, NOW + 12, NOW + 30, &lease, NULL), YQ_OK);
	assert_int_equal(lease.expires_at_us, NOW + 30);
	assert_int_equal(lease.renewed_at_us, NOW + 12);
}

static void
test_a_promotion_from_an_old_token_changes_nothing(void **state)
{
	struct yq_lease lease;

	(void)state;
	(void)acquired("blue", NOW, 0);
	assert_int_equal(yq_lease_promote(firebird, NAME, "green", 1, NOW, 0, &lease, NULL), YQ_OK);
	assert_int_equal(
	    yq_lease_promote(firebird, NAME, "blue", 1, NOW, 0, &lease, NULL), YQ_E_STATE);
	assert_string_equal(lease.owner, "green");
	assert_int_equal(lease.token, 2);
	/* as if there were no row yet */
	assert_int_equal(
	    yq_lease_promote(firebird, NAME, "blue", 0, NOW, 0, &lease, NULL), YQ_E_STATE);
	assert_string_equal(lease.owner, "green");
}

static void
test_a_row_that_another_is_changing_is_not_waited_for(void **state)
{
	struct yq_firebird *other = fixture_open(&target);
	struct yq_lease lease;

	(void)state;
	(void)acquired("blue", NOW, 0);
	{
		YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

		assert_int_equal(yq_tx_begin(other, NULL, &tx, NULL), YQ_OK);
		assert_int_equal(
		    yq_tx_exec(tx, "UPDATE LEASES SET OWNER = 'green'", NULL, 0, NULL, NULL),
		    YQ_OK);
		assert_int_equal(
		    yq_lease_renew(firebird, NAME, "blue", 1, NOW, 0, &lease, NULL), YQ_E_RETRY);
		assert_int_equal(
		    yq_lease_promote(firebird, NAME, "red", 1, NOW, 0, &lease, NULL), YQ_E_RETRY);
		/* looking is always possible, at what is committed */
		assert_int_equal(yq_lease_read(firebird, NAME, &lease, NULL), YQ_OK);
		assert_string_equal(lease.owner, "blue");
	}
	assert_int_equal(yq_lease_renew(firebird, NAME, "blue", 1, NOW, 0, &lease, NULL), YQ_OK);
	yq_firebird_close(other);
}

/* A child that takes the lease from whoever has it, PROMOTIONS times. */
static int
run_child(char **argv)
{
	struct yq_firebird_target mine = fixture_child_target(argv);
	struct yq_firebird *connection = fixture_open(&mine);
	char owner[32];
	int done = 0;

	(void)yq_str_format(owner, sizeof(owner), "child-%ld", (long)getpid());
	while (done < PROMOTIONS) {
		struct yq_lease lease, after;
		enum yq_rc rc;

		if (yq_lease_read(connection, NAME, &lease, NULL) != YQ_OK)
			return 1;
		rc = yq_lease_promote(connection, NAME, owner, lease.token, NOW, 0, &after, NULL);
		if (rc != YQ_OK && rc != YQ_E_STATE && rc != YQ_E_RETRY)
			return 2;
		if (rc == YQ_OK && after.token != lease.token + 1)
			return 3;
		done += rc == YQ_OK;
	}
	yq_firebird_close(connection);
	yq_firebird_target_clear(&mine);
	return 0;
}

static void
test_of_several_processes_each_promotion_is_won_by_one(void **state)
{
	struct yq_lease lease;
	pid_t children[PROCESSES];

	(void)state;
	(void)acquired("blue", NOW, 0);
	for (int i = 0; i < PROCESSES; i++)
		children[i] = fixture_spawn_self(&fixture, "promotes", target.database);
	for (int i = 0; i < PROCESSES; i++)
		assert_int_equal(fixture_wait(children[i], 0), 0);
	assert_int_equal(yq_lease_read(firebird, NAME, &lease, NULL), YQ_OK);
	assert_int_equal(lease.token, 1 + PROCESSES * PROMOTIONS);
}

static int
empty_table(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	(void)state;
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_exec(tx, "DELETE FROM LEASES", NULL, 0, NULL, NULL), YQ_OK);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
	return 0;
}

static int
migrate(void **state)
{
	(void)state;
	return yq_migrate(firebird, NULL, NULL) == YQ_OK ? 0 : -1;
}

int
main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup(name, empty_table)
	const struct CMUnitTest tests[] = {
		T(test_the_first_who_asks_has_it_until_it_is_promoted_away),
		T(test_an_expired_lease_goes_to_whoever_asks_next_and_its_token_rises),
		T(test_a_promotion_from_an_old_token_changes_nothing),
		T(test_a_row_that_another_is_changing_is_not_waited_for),
		T(test_of_several_processes_each_promotion_is_won_by_one),
	};
	int failed;

	if (argc > 2)
		return run_child(argv);
	fixture_start(&fixture, argc, argv);
	target = fixture_new_target(&fixture);
	firebird = fixture_open(&target);
	failed = cmocka_run_group_tests_name("store_leases", tests, migrate, NULL);
	yq_firebird_close(firebird);
	yq_firebird_target_clear(&target);
	fixture_stop(&fixture);
	return failed;
}
