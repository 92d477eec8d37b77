/* screen.c - the lines of `yq up`, each flushed: somebody is watching. */
#include "console/up/screen.h"

#include "base/str.h"
#include "console/up/firebird.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void
yq_screen_begin(const struct yq_up_plan *plan)
{
	printf("yQuant %s in %s\n", YQ_CONSOLE_VERSION, plan->folder);
	if (plan->config_folder[0] != '\0')
		printf("settings from %s\n", plan->config_folder);
	fflush(stdout);
}

void
yq_screen_part(const char *name, const char *state, const char *note)
{
	printf("  %-18s  %s%s%s\n", name, state, note[0] != '\0' ? "  " : "", note);
	fflush(stdout);
}

void
yq_screen_event(const char *name, const char *format, ...)
{
	time_t now = time(NULL);
	struct tm local;
	char clock[16] = "";
	va_list args;

	if (localtime_r(&now, &local) != NULL)
		strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	printf("%s  %-18s  ", clock, name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

/* Our programs' lines are "TIME level program text". */
void
yq_screen_log_line(const char *name, const char *line)
{
	const char *level = strchr(line, ' ');

	if (level == NULL || !(yq_str_starts(level, " error ") || yq_str_starts(level, " warn ")))
		return;
	level += 1;
	(void)name;
	printf("%.8s  %s\n", strlen(line) > 19 ? line + 11 : "", level);
	fflush(stdout);
}

static void
explain_account(const struct yq_up_plan *plan)
{
	if (!plan->default_account || plan->simulated.on)
		return;
	printf(
	    "\n"
	    "No account is configured, so all strategies trade one of made-up money:\n"
	    "  Paper   100,000.00 USD   100,000,000 KRW   10,000,000 JPY   (simulated broker)\n"
	    "Its market never closes, so that you see a fill at any hour.  For the real hours set\n"
	    "BrokerGateway:Accounts:Paper:Session to \"market\" in appsettings.json (--config "
	    "DIR).\n");
}

static void
show_alert(const struct yq_up_plan *plan, const struct yq_secret *secret, const char *what,
    const char *strategy)
{
	printf("  curl -s %s -d '{%s%s%s%s,\"strategy\":\"%s\"}'\n", plan->endpoints.webhook_url,
	    secret != NULL ? "\"secret\":\"" : "", secret != NULL ? yq_secret_reveal(secret) : "",
	    secret != NULL ? "\"," : "", what, strategy);
}

/* What is simulated, and what is not: nobody shall take the one for the other. */
static void
explain_simulator(const struct yq_up_plan *plan)
{
	const struct yq_simulated *simulated = &plan->simulated;

	if (!simulated->on)
		return;
	printf("\nSIMULATED: yq-simulator at %s plays the brokers; its money is made up.\n",
	    simulated->url);
	for (size_t i = 0; i < YQ_SIMULATED_FACES; i++)
		printf("  %-10s  %s\n", simulated->accounts[i].alias,
		    simulated->accounts[i].ours
			? simulated->accounts[i].what
			: "is an account of your own settings, and stays as it is");
	printf("An alert trades there if its strategy is called as the account");
	if (simulated->others != NULL)
		printf("; all others go to %s", simulated->others);
	printf(".\n");
	if (!simulated->keeps_paper)
		printf("Your own accounts run as ever, and trade what your settings say.\n");
}

static void
show_alerts(const struct yq_up_plan *plan)
{
	const struct yq_simulated *simulated = &plan->simulated;
	const struct yq_secret *every = plan->endpoints.webhook_secret;

	printf("\nTry it in another terminal:\n");
	if (!simulated->on)
		show_alert(plan, every,
		    "\"ticker\":\"AAPL\",\"exchange\":\"NASDAQ\",\"action\":\"buy\",\"price\":"
		    "190.5",
		    plan->webhook_strategy);
	for (size_t i = 0; simulated->on && i < YQ_SIMULATED_FACES; i++) {
		const struct yq_simulated_account *account = &simulated->accounts[i];

		if (account->mapped)
			show_alert(plan, yq_simulated_alert_secret(account, every),
			    account->example, account->alias);
	}
}

/* This once: it is kept nowhere. */
static void
show_first_user(const struct yq_up_plan *plan)
{
	if (plan->first_password == NULL)
		return;
	printf("user     %s\n"
	       "password %s\n"
	       "         It is shown this once, and another must be set at the first sign-in.  If "
	       "it is lost:\n"
	       "         %s user password %s --var %s\n",
	    YQ_UP_FIRST_USER, yq_secret_reveal(plan->first_password), plan->called,
	    YQ_UP_FIRST_USER, plan->folder);
}

void
yq_screen_ready(const struct yq_up_plan *plan)
{
	const struct yq_endpoints *endpoints = &plan->endpoints;
	bool wanted = endpoints->webhook_secret != NULL;

	explain_account(plan);
	explain_simulator(plan);
	printf("\nwebhook  %s\n", endpoints->webhook_url);
	if (wanted)
		printf("secret   %s\n", yq_secret_reveal(endpoints->webhook_secret));
	if (endpoints->web_url[0] != '\0')
		printf("web      %s\n", endpoints->web_url);
	show_first_user(plan);
	if (!yq_str_starts(endpoints->webhook_url, "unix:"))
		show_alerts(plan);
	printf("  %s orders --all --var %s\n"
	       "  %s why ID --var %s\n\nCtrl-C stops everything.\n",
	    plan->called, plan->folder, plan->called, plan->folder);
	printf("ready\n");
	fflush(stdout);
}
