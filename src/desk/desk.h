/*
 * desk.h - what whoever looks or acts for a person works with: one connection to Valkey and one to
 * Firebird, both blocking, of one thread.
 *
 * The functions of this layer gather what is known (fetch, story, figures) and make what is asked
 * for by hand (orders, halts); `yq` shows it as tables, yq-web as JSON.  They print nothing.
 */
#ifndef YQ_DESK_DESK_H
#define YQ_DESK_DESK_H

#include "base/config.h"
#include "base/err.h"
#include "bus/valkey_sync.h"
#include "domain/hand.h"
#include "store/firebird.h"

struct yq_desk {
	const struct yq_config *config; /* borrowed; the settings of all programs */
	struct yq_hand hand;		/* who acts, through which program */
	struct yq_valkey_sync *valkey;	/* NULL until yq_desk_valkey */
	struct yq_firebird *firebird;	/* NULL until yq_desk_firebird */
	/* Opens one of them; the errors of yq_valkey_sync_open and yq_firebird_open. */
	enum yq_rc (*open_valkey)(struct yq_desk *desk, struct yq_err *err);
	enum yq_rc (*open_firebird)(struct yq_desk *desk, struct yq_err *err);
	void *owner; /* of whoever made it */
};

/* Connect, once; YQ_E_RETRY and the like when that is not possible now. */
YQ_NODISCARD enum yq_rc yq_desk_valkey(struct yq_desk *desk, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_desk_firebird(struct yq_desk *desk, struct yq_err *err);

#endif
