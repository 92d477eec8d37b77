/*
 * progress.h - how far a long act is, on one line of the terminal.  Where standard error is none,
 * nothing is shown.
 */
#ifndef YQ_CONSOLE_CATALOG_PROGRESS_H
#define YQ_CONSOLE_CATALOG_PROGRESS_H

#include "base/common.h"

struct yq_progress {
	bool shown;	 /* there is a terminal */
	int64_t last_ns; /* when it was last drawn; 0 = the line is empty */
};

struct yq_progress yq_progress_make(void);
/* "reading  [#######.............]  35 %"; drawn at most ten times a second, and when whole. */
void yq_progress_show(struct yq_progress *progress, const char *what, size_t done, size_t whole);
/* The line is empty again, for what else is to be said. */
void yq_progress_clear(struct yq_progress *progress);

#endif
