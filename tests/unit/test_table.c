/* test_table.c - the hash table finds what was entered and keeps the order of entry. */
#include "test.h"

#include "base/table.h"

#define THINGS 1000 /* the buckets double four times */

struct thing {
	struct yq_table_node node;
	unsigned number;
};

static bool
same_number(const struct yq_table_node *node, const void *number)
{
	return ((const struct thing *)(const void *)node)->number == *(const unsigned *)number;
}

/* Few hashes, so that many things share a bucket. */
static uint64_t
hash_of(unsigned number)
{
	return number % 17;
}

static void
enter_all(struct yq_table *table, struct thing things[THINGS])
{
	for (unsigned i = 0; i < THINGS; i++) {
		things[i].number = i;
		yq_table_insert(table, hash_of(i), &things[i].node);
	}
}

static struct thing *
find(const struct yq_table *table, unsigned number)
{
	return yq_container(
	    yq_table_find(table, hash_of(number), same_number, &number), struct thing, node);
}

struct walk {
	struct yq_table *table;
	unsigned next, step;
};

static bool
check_next(void *cookie, struct yq_table_node *node)
{
	struct walk *walk = cookie;

	assert_int_equal(yq_container(node, struct thing, node)->number, walk->next);
	walk->next += walk->step;
	return true;
}

static bool
remove_odd(void *cookie, struct yq_table_node *node)
{
	struct walk *walk = cookie;

	if (yq_container(node, struct thing, node)->number % 2 == 1)
		yq_table_remove(walk->table, node);
	return true;
}

static void
test_everything_is_found_and_nothing_else(void **state)
{
	struct yq_table table = { 0 };
	struct thing things[THINGS];

	(void)state;
	assert_null(find(&table, 0));
	enter_all(&table, things);
	for (unsigned i = 0; i < THINGS; i++)
		assert_ptr_equal(find(&table, i), &things[i]);
	assert_null(find(&table, THINGS));
	yq_table_clear(&table);
	assert_null(find(&table, 0));
}

static void
test_a_walk_follows_the_order_of_entry_also_after_removals(void **state)
{
	struct yq_table table = { 0 };
	struct thing things[THINGS];
	struct walk walk = { &table, 0, 1 };

	(void)state;
	enter_all(&table, things);
	yq_table_each(&table, check_next, &walk);
	assert_int_equal(walk.next, THINGS);
	yq_table_each(&table, remove_odd, &walk);
	assert_int_equal(table.count, THINGS / 2);
	walk = (struct walk){ &table, 0, 2 };
	yq_table_each(&table, check_next, &walk);
	assert_int_equal(walk.next, THINGS);
	yq_table_clear(&table);
}

static void
test_what_is_entered_again_is_the_newest(void **state)
{
	struct yq_table table = { 0 };
	struct thing things[THINGS];

	(void)state;
	enter_all(&table, things);
	yq_table_remove(&table, &things[0].node);
	assert_ptr_equal(table.oldest, &things[1].node);
	yq_table_insert(&table, hash_of(0), &things[0].node);
	assert_ptr_equal(table.newest, &things[0].node);
	assert_ptr_equal(things[0].node.older, &things[THINGS - 1].node);
	while (table.oldest != NULL)
		yq_table_remove(&table, table.oldest);
	assert_null(table.newest);
	assert_int_equal(table.count, 0);
	yq_table_clear(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_is_found_and_nothing_else),
		cmocka_unit_test(test_a_walk_follows_the_order_of_entry_also_after_removals),
		cmocka_unit_test(test_what_is_entered_again_is_the_newest),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
