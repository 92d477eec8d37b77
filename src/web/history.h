/* history.h - what the files of the routes over the archive share. */
#ifndef YQ_WEB_HISTORY_H
#define YQ_WEB_HISTORY_H

#include "store/place.h"
#include "web/api.h"

yq_api_fn yq_history_signals, yq_history_signal;    /* history_signals.c */
yq_api_fn yq_history_trades, yq_history_trades_csv; /* history_trades.c */
yq_api_fn yq_history_performance;		    /* history_performance.c */

/* What ?cursor says, *place as it is where there is none; refused as a field when it is no place.
 */
YQ_NODISCARD enum yq_rc yq_history_place(
    struct yq_api_call *call, struct yq_row_place *place, struct yq_err *err);
/* Ends the list: the cursor behind `place`, or null where there is no more. */
void yq_history_put_next(struct yq_api_call *call, const struct yq_row_place *place, bool more);
/* A text field as a member of a filter; refused where it is too long to be any. */
void yq_history_text(const struct yq_api_call *call, const char *name, char *text, size_t size);

#endif
