/*
 * signals_file.h - signals from a file: CSV whose first line names an alert's fields, or one alert
 * as JSON a line.  Read by the very same table as the webhook's.
 */
#ifndef YQ_CONSOLE_SIMULATE_SIGNALS_FILE_H
#define YQ_CONSOLE_SIMULATE_SIGNALS_FILE_H

#include "domain/signal.h"

struct yq_signal_file; /* opaque */

/* Errors of yq_file_read; YQ_E_INVALID with "FILE:LINE: what is wrong". */
YQ_NODISCARD enum yq_rc yq_signal_file_open(
    const char *path, struct yq_signal_file **ret_file, struct yq_err *err);
/* The same from a text; `name` is for errors. */
YQ_NODISCARD enum yq_rc yq_signal_file_of(
    const char *name, const char *text, struct yq_signal_file **ret_file, struct yq_err *err);
void yq_signal_file_close(struct yq_signal_file *file); /* NULL is a no-op */
void yq_signal_file_closep(struct yq_signal_file **file);

/*
 * The next signal.  It must say its time.  Its id is that of the webhook where the alert has an id
 * of its own, else named by the line.  YQ_E_NOT_FOUND at the end.
 */
YQ_NODISCARD enum yq_rc yq_signal_file_next(
    struct yq_signal_file *file, struct yq_signal *signal, struct yq_err *err);
/* Put "FILE:LINE: " of the signal that was read last before the text. */
enum yq_rc yq_signal_file_blame(const struct yq_signal_file *file, struct yq_err *err);

#endif
