/* give_up.c - an end that waits for nobody. */
#include <unistd.h>

#include "base/mem.h"
#include "daemon/daemon.h"

#define QUIT_MS 500 /* for the notification to leave */

static void
on_quit(uv_timer_t *timer)
{
	(void)timer;
	_exit(YQ_EXIT_FORCED);
}

void
yq_daemon_give_up(struct yq_daemon *daemon, const char *text)
{
	uv_timer_t *quit = yq_xcalloc(1, sizeof(*quit)); /* until the end */

	yq_daemon_notify(daemon, "System", "Critical", text);
	uv_timer_init(yq_daemon_loop(daemon), quit);
	uv_timer_start(quit, on_quit, QUIT_MS, 0);
}
