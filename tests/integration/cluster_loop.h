/*
 * cluster_loop.h - what the tests of connections to a cluster share: one cluster a test, and a
 * loop.
 */
#ifndef YQ_TESTS_CLUSTER_LOOP_H
#define YQ_TESTS_CLUSTER_LOOP_H

#include "cluster_fixture.h"
#include "loop_fixture.h"

#define PATIENCE_MS 30000

extern struct cluster cluster;

/* `target` is the order manager's. */
int cluster_set_up(void **state);	/* one sentinel */
int cluster_set_up_three(void **state); /* three */
int cluster_tear_down(void **state);

#define ONE(name)   cmocka_unit_test_setup_teardown(name, cluster_set_up, cluster_tear_down)
#define THREE(name) cmocka_unit_test_setup_teardown(name, cluster_set_up_three, cluster_tear_down)

#endif
