/*
 * cluster_fixture.h - a real master, a real replica and real sentinels on 127.0.0.1, for one test;
 * each ended by its own pid.
 */
#ifndef YQ_TESTS_CLUSTER_FIXTURE_H
#define YQ_TESTS_CLUSTER_FIXTURE_H

#include "valkey_fixture.h"

#define CLUSTER_NODES	      2
#define CLUSTER_SENTINELS_MAX 3
#define CLUSTER_SERVICE	      "yq"

struct cluster_sentinel {
	char folder[64], socket[96];
	int port, pid;
};

struct cluster {
	struct valkey_fixture nodes[CLUSTER_NODES]; /* the same users and passwords */
	int ports[CLUSTER_NODES];
	struct cluster_sentinel sentinels[CLUSTER_SENTINELS_MAX];
	size_t sentinel_count;
};

/* Node 0 is the master, provisioned; node 1 follows it; the sentinels know one another. */
void cluster_start(struct cluster *cluster, size_t sentinels);
void cluster_end(struct cluster *cluster);

/* A connection string as users write it, naming the sentinels; owned by the caller. */
struct yq_valkey_target cluster_target(const struct cluster *cluster, enum yq_program program);
/* The same without the log-in. */
void cluster_sentinels_text(const struct cluster *cluster, char *text, size_t size);
/* Ask the first sentinel that answers: the node that is the master. */
size_t cluster_master(const struct cluster *cluster);
void cluster_await_master(const struct cluster *cluster, size_t node);
/* Wait until `node` has a replica that is in step. */
void cluster_await_replica(const struct cluster *cluster, size_t node);

/* Whatever the node is at the moment: a master or a replica.  The answer is the caller's. */
redisReply *cluster_ask_node(const struct cluster *cluster, size_t node, const char *words);

void cluster_stop_sentinel(struct cluster *cluster, size_t sentinel); /* SIGKILL */
/* The replica sleeps from now on, and what the master is told meanwhile never reaches it. */
void cluster_cut_replica(struct cluster *cluster);
/* Then the master is killed and the replica elected; returns when it is. */
void cluster_fail_over_to_the_cut(struct cluster *cluster);
/* SENTINEL FAILOVER; returns at once. */
void cluster_command_failover(const struct cluster *cluster);

#endif
