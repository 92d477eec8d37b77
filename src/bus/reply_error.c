/*
 * reply_error.c - what an error answer of the server means for the caller.
 */
#include <string.h>

#include "base/str.h"
#include "bus/valkey.h"

/* By the first word, or by what the text begins with.  The first row that fits rules. */
static const struct {
	const char *prefix;
	enum yq_rc rc;
} errors[] = {
	{ "NOPERM", YQ_E_DENIED },
	{ "NOAUTH", YQ_E_DENIED },
	{ "WRONGPASS", YQ_E_DENIED },
	{ "ERR ACL failure in script", YQ_E_DENIED },
	{ "OOM", YQ_E_LIMIT },
	{ "ERR max number of clients", YQ_E_LIMIT },
	{ "LOADING", YQ_E_RETRY },
	{ "BUSY ", YQ_E_RETRY },
	{ "READONLY", YQ_E_RETRY },
	{ "MASTERDOWN", YQ_E_RETRY },
	{ "MISCONF", YQ_E_RETRY },
	{ "NOREPLICAS", YQ_E_RETRY },
	{ "UNBLOCKED", YQ_E_RETRY },
	{ "TRYAGAIN", YQ_E_RETRY },
	{ "BUSYGROUP", YQ_E_EXISTS },
	{ "NOGROUP", YQ_E_STATE },
	{ "ERR Function not found", YQ_E_STATE },
};

enum yq_rc
yq_valkey_error(const char *text, size_t length, struct yq_err *err)
{
	enum yq_rc rc = YQ_E_REFUSED;

	for (size_t i = 0; i < YQ_COUNT(errors); i++) {
		size_t prefix = strlen(errors[i].prefix);

		if (length >= prefix && memcmp(text, errors[i].prefix, prefix) == 0) {
			rc = errors[i].rc;
			break;
		}
	}
	return yq_err_set(err, rc, "valkey: %.*s", (int)length, text);
}

bool
yq_valkey_is_demoted(const char *text)
{
	static const char *const prefixes[] = { "READONLY", "UNBLOCKED", "MASTERDOWN" };

	for (size_t i = 0; i < YQ_COUNT(prefixes); i++)
		if (yq_str_starts(text, prefixes[i]))
			return true;
	return false;
}
