/*
 * sizers.h - the questions to sizing plug-ins: one for a signal in an account, settled before the
 * decision is made.
 *
 * One question an account at a time: the next is put once that signal is decided, so that each
 * plug-in sees what the one before it left, as every other policy does.  A plug-in that is slow or
 * down delays or refuses only the signals that it sizes.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_SIZERS_H
#define YQ_ORDER_MANAGER_SIZERS_H

#include "daemon/daemon.h"
#include "daemon/rules.h"
#include "domain/sizing.h"

struct yq_sizers; /* opaque */

#define YQ_SIZERS_WAIT_MS 5000 /* for a turn at a plug-in; longer is a failure */

/* A question was settled. */
typedef void yq_sizers_fn(void *cookie);

/* `fn` runs from the loop, never from inside a call. */
struct yq_sizers *yq_sizers_make(struct yq_daemon *daemon, yq_sizers_fn *fn, void *cookie);
/* Ends all plug-ins.  NULL is a no-op. */
void yq_sizers_free(struct yq_sizers *sizers);

/* Run the plug-ins of these rules.  One that ran before is started anew, for its file may be
 * another; one that is not named any more ends. */
void yq_sizers_configure(struct yq_sizers *sizers, const struct yq_rules *rules);

/* Whether no other signal than this one has a question open in these accounts. */
bool yq_sizers_are_free(const struct yq_sizers *sizers, const struct yq_id *signal_id,
    const struct yq_mapping_row *accounts);
/* Put a question, unless it was put before. */
void yq_sizers_ask(struct yq_sizers *sizers, const struct yq_plugin *plugin,
    const struct yq_id *signal_id, const char *alias, const struct yq_sizer_input *input);
/* Whether all that was asked for a signal is settled. */
bool yq_sizers_are_settled(const struct yq_sizers *sizers, const struct yq_id *signal_id);
/* The answer, or NULL: it was not asked, or is not settled.  Valid until it is forgotten. */
const struct yq_sizer_answer *yq_sizers_answer(
    const struct yq_sizers *sizers, const struct yq_id *signal_id, const char *alias);
/* The signal is decided: its accounts are free for the next. */
void yq_sizers_forget(struct yq_sizers *sizers, const struct yq_id *signal_id);

#endif
