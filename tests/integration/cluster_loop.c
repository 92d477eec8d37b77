/* cluster_loop.c - set up and tear down. */
#include "cluster_loop.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct cluster cluster;

static int
set_up_with(size_t sentinels)
{
	cluster_start(&cluster, sentinels);
	target = cluster_target(&cluster, YQ_PROGRAM_ORDER_MANAGER);
	return uv_loop_init(&loop);
}

int
cluster_set_up(void **state)
{
	(void)state;
	return set_up_with(1);
}

int
cluster_set_up_three(void **state)
{
	(void)state;
	return set_up_with(3);
}

int
cluster_tear_down(void **state)
{
	(void)state;
	loop_end(&loop);
	yq_valkey_target_clear(&target);
	cluster_end(&cluster);
	return 0;
}
