/* progress.c - a bar on standard error. */
#include "console/catalog/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define BAR	  30
#define PAUSE_NS  100000000
#define LINE_GONE "\r\033[K"

struct yq_progress
yq_progress_make(void)
{
	const char *term = getenv("TERM");

	return (struct yq_progress){ .shown = isatty(STDERR_FILENO) != 0 && term != NULL &&
					      !yq_str_equal(term, "dumb") };
}

void
yq_progress_show(struct yq_progress *progress, const char *what, size_t done, size_t whole)
{
	static const char full[] = "##############################";
	static const char empty[] = "..............................";
	int64_t now_ns = yq_clock_monotonic_ns(yq_clock_system());
	int filled = whole > 0 ? (int)(done * BAR / whole) : 0;

	if (!progress->shown || whole == 0 ||
	    (done < whole && progress->last_ns != 0 && now_ns - progress->last_ns < PAUSE_NS))
		return;
	progress->last_ns = now_ns;
	fprintf(stderr, LINE_GONE "%-9s [%.*s%.*s] %3d %%", what, filled, full, BAR - filled, empty,
	    (int)(done * 100 / whole));
	fflush(stderr);
}

void
yq_progress_clear(struct yq_progress *progress)
{
	if (progress->shown && progress->last_ns != 0)
		fputs(LINE_GONE, stderr);
	progress->last_ns = 0;
}
