/*
 * options.h - the simulator's command line.
 */
#ifndef YQ_SIMULATOR_OPTIONS_H
#define YQ_SIMULATOR_OPTIONS_H

#include "base/log.h"
#include "simulator/exchange.h"
#include "simulator/knobs.h"

struct sim_options {
	const char *listen, *folder, *script; /* borrowed from argv; script NULL = none */
	bool tls;			      /* with a certificate of its own making ... */
	const char *certificate, *key;	      /* ... or of these files; NULL = none */
	uint16_t port;
	bool sync;
	enum yq_log_level level;
	struct sim_settings settings;
	struct sim_knobs knobs;
};

/* -1: go on; else the exit code, and what was to be said has been. */
int sim_options_read(int argc, char **argv, struct sim_options *options);

#endif
