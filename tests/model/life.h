/*
 * life.h - one process of the gateway: its loop, its memory, its connections, and its end.
 *
 * The real program runs in it, from its main() on; libuv, the daemon skeleton, the sockets and the
 * broker are this world's.  A life is killed by throwing its memory away, between two turns of its
 * loop or within one: before or after anything that leaves the process.
 */
#ifndef YQ_TESTS_MODEL_LIFE_H
#define YQ_TESTS_MODEL_LIFE_H

#include <setjmp.h>
#include <uv.h>

#include "broker_gateway/gateway.h"
#include "daemon/daemon.h"
#include "world.h"

#define HANDLES_MAX 64

/* Something that reached the process and waits for its turn. */
struct arrival {
	struct arrival *next;
	void (*deliver)(void *context); /* within the life */
	void (*drop)(void *context);	/* in any case, in the end */
	void *context;
};

struct life {
	unsigned number; /* from 1; owns memory */
	size_t place;	 /* among world.lives */
	int instance;
	uv_loop_t loop;
	uint64_t now_ms; /* of the loop, as of this turn */
	uv_timer_t *timers[HANDLES_MAX];
	uv_idle_t *idles[HANDLES_MAX];
	uv_handle_t *closing[HANDLES_MAX];
	size_t timer_count, idle_count, closing_count;
	uint64_t timer_starts;
	struct arrival *first, **last, *delivering;
	struct yq_link *links;
	struct session *sessions; /* broker.c */
	unsigned spins;		  /* turns in a row that only it itself has asked for */
	bool paused;
	bool told, ending; /* SIGTERM: sent, heard */
	int64_t told_us;
	unsigned doom;	   /* how many more effects until it dies; 0 = it does not */
	unsigned pause_in; /* ... until it stands still */
	jmp_buf out;
	/* the daemon */
	struct gateway *gateway;
	struct yq_valkey *valkey;
	struct yq_metrics *metrics;
	yq_daemon_valkey_fn *on_valkey;
	bool up, started, ready, drained, stopped;
	struct yq_clock clock;
};

/* Start the program; where all places are taken nothing happens. */
struct life *life_start(int instance);
void life_kill(struct life *life);
void life_pause(struct life *life); /* SIGSTOP, for some time */
/* SIGTERM. */
void life_end(struct life *life);
/* Forget one that ended in order; fails the run if it left memory behind.  True when it is gone. */
bool life_bury(struct life *life);

bool life_is_due(const struct life *life);
int64_t life_next_us(const struct life *life); /* INT64_MAX = waits for others */
void life_turn(struct life *life);
struct life *life_current(void); /* NULL: it is the world that acts */
void life_arrives(struct life *life, void (*deliver)(void *), void (*drop)(void *), void *context);

/* Something leaves the process now: here it may die (then this does not return).  Inside it is the
 * world that acts, until effect_end. */
unsigned effect_begin(struct life *life, const char *what);
void effect_end(struct life *life, unsigned before);

/* link.c */
void links_flush(struct life *life);
bool links_unflushed(const struct life *life);
void links_drop(struct life *life);	     /* it died */
void links_cut(struct life *life, bool all); /* the network */
void server_publish_to_lives(void *cookie, const char *channel, const struct word *payload);

/* broker.c */
void sessions_drop(struct life *life);

/* daemon.c */
void daemon_open(const char *folder); /* the settings of all lives */
void daemon_close(void);
void daemon_begin_life(struct life *life);
void daemon_drain(struct life *life);
void daemon_stop(struct life *life);
void daemon_end(struct life *life);

#endif
