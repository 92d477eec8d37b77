/* recover.h - what was left behind, taken over from the bus after a lease was won. */
#ifndef YQ_BROKER_GATEWAY_RECOVER_H
#define YQ_BROKER_GATEWAY_RECOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/id.h"

struct gateway;
struct gw_account;

struct gw_recovery {
	bool wanted, under_way;
	size_t left; /* answers still to come */
};

/* Read the orders of accounts that are being loaded and ask their brokers. */
void gw_recover(struct gateway *gw);
/* What was claimed by somebody before us: find out what it is. */
void gw_look_up(struct gw_account *account, const struct yq_id *id, const char *entry_id);

#endif
