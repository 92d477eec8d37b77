/* slip.c - a name by which nothing was found, and the nearest that there is. */
#include "console/slip.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "daemon/settings.h"

void
yq_slip_say(const char *what, const char *name, const char *nearest)
{
	fprintf(stderr, "yq: nothing is found of the %s \"%s\"%s%s%s\n", what, name,
	    nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
	    nearest != NULL ? "\"?" : "");
}

static void
check_alias(const struct yq_accounts *accounts, const char *alias)
{
	const char *pair[2] = { NULL, NULL };

	for (size_t i = 0; i < accounts->count; i++) {
		pair[1] = accounts->items[i].alias;
		if (yq_str_equal(pair[1], alias))
			return;
		pair[0] = yq_str_nearest(alias, pair, 2);
	}
	yq_slip_say("account", alias, pair[0]);
}

void
yq_slip_account(const struct yq_config *config, const char *aliases)
{
	struct yq_config_report report = { 0 };
	struct yq_accounts *accounts = yq_settings_accounts(config, &report);
	size_t length;

	for (const char *at = aliases; at != NULL && report.fault_count == 0;
	     at = at[length] == ',' ? at + length + 1 : NULL) {
		char alias[YQ_ALIAS_SIZE];

		length = strcspn(at, ",");
		if (yq_str_copy_bytes(alias, sizeof(alias), at, length))
			check_alias(accounts, alias);
	}
	yq_config_report_free(&report);
	yq_accounts_free(accounts);
}

const char *
yq_slip_nearest(const char *named, const struct yq_tallies *tallies, const char *nearest)
{
	const char *pair[2] = { nearest, NULL };

	for (size_t i = 0; i < yq_tallies_count(tallies); i++) {
		pair[1] = yq_tallies_at(tallies, i)->strategy;
		if (pair[1][0] != '\0')
			pair[0] = yq_str_nearest(named, pair, 2);
	}
	return pair[0];
}
