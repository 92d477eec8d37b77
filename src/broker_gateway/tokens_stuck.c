/* tokens_stuck.c - what is done when Firebird does not answer the gateway. */
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/tokens.h"

/* An account that is ours and was not heard of since we began: it waits for its token. */
static const struct gw_account *
find_waiting(const struct gateway *gw)
{
	for (size_t i = 0; i < gw->account_count; i++)
		if (gw->accounts[i].state != GW_NO_LEASE && !gw->accounts[i].synced_once)
			return &gw->accounts[i];
	return NULL;
}

/* Who trades with the tokens in hand goes on with them.  Where there is none yet nothing is lost by
 * a new life with a new engine, and Firebird's own locks may wait for us. */
void
gw_tokens_stuck(void *cookie, unsigned seconds)
{
	struct gateway *gw = cookie;
	const struct gw_account *waiting = find_waiting(gw);
	char text[256];

	if (waiting != NULL) {
		(void)yq_str_format(text, sizeof(text),
		    "Firebird has not answered for %u s, and account %s waits for its access "
		    "token: "
		    "the broker gateway ends, to be started with a new engine; nothing is lost, "
		    "orders wait in Valkey",
		    seconds, waiting->settings.alias);
		yq_daemon_give_up(gw->daemon, text);
		return;
	}
	gw_notify(gw, "System", "Critical",
	    "Firebird has not answered for %u s: the broker gateway cannot renew its access "
	    "tokens; "
	    "it trades as long as those it has are good; start it again",
	    seconds);
}
