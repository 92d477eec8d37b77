/* connection_firebird.c - Firebird's connection string, as its .NET provider writes it. */
#include <string.h>

#include "base/connection_part.h"
#include "base/connection_string.h"
#include "base/str.h"

#define FIREBIRD_PORT 3050

static bool
firebird_user(void *target, struct yq_part value)
{
	struct yq_firebird_target *t = target;

	return yq_part_text(value, t->user, sizeof(t->user));
}

static bool
firebird_password(void *target, struct yq_part value)
{
	struct yq_firebird_target *t = target;

	return yq_part_secret(value, &t->password);
}

static bool
firebird_database(void *target, struct yq_part value)
{
	struct yq_firebird_target *t = target;

	return yq_part_text(value, t->database, sizeof(t->database));
}

static bool
firebird_host(void *target, struct yq_part value)
{
	struct yq_firebird_target *t = target;

	return yq_part_text(value, t->host, sizeof(t->host));
}

static bool
firebird_port(void *target, struct yq_part value)
{
	struct yq_firebird_target *t = target;

	return yq_part_port(value, &t->port);
}

static bool
firebird_charset(void *target, struct yq_part value)
{
	struct yq_firebird_target *t = target;

	return yq_part_text(value, t->charset, sizeof(t->charset));
}

/* The names, and the other names, that Firebird's .NET provider knows. */
static const struct yq_option firebird_options[] = {
	{ "User", firebird_user, "at most 63 bytes" },
	{ "User ID", firebird_user, "at most 63 bytes" },
	{ "UserID", firebird_user, "at most 63 bytes" },
	{ "User Name", firebird_user, "at most 63 bytes" },
	{ "UID", firebird_user, "at most 63 bytes" },
	{ "Password", firebird_password, NULL },
	{ "User Password", firebird_password, NULL },
	{ "PWD", firebird_password, NULL },
	{ "Database", firebird_database, "at most 1023 bytes" },
	{ "Initial Catalog", firebird_database, "at most 1023 bytes" },
	{ "DataSource", firebird_host, "at most 255 bytes" },
	{ "Data Source", firebird_host, "at most 255 bytes" },
	{ "Server", firebird_host, "at most 255 bytes" },
	{ "Host", firebird_host, "at most 255 bytes" },
	{ "Port", firebird_port, "a port from 1 to 65535" },
	{ "Port Number", firebird_port, "a port from 1 to 65535" },
	{ "Charset", firebird_charset, "at most 31 bytes" },
	{ "Character Set", firebird_charset, "at most 31 bytes" },
	{ "Dialect", NULL, NULL },
	{ "Connection Lifetime", NULL, NULL },
	{ "Connection Timeout", NULL, NULL },
	{ "Pooling", NULL, NULL },
	{ "MinPoolSize", NULL, NULL },
	{ "Min Pool Size", NULL, NULL },
	{ "MaxPoolSize", NULL, NULL },
	{ "Max Pool Size", NULL, NULL },
	{ "Packet Size", NULL, NULL },
	{ "ServerType", NULL, NULL },
	{ "Server Type", NULL, NULL },
	{ "WireCrypt", NULL, NULL },
};

/* The next part up to ';'.  A value in quotes may contain ';', and the quote itself doubled is not
 * supported: the quotes are taken off, what is between them is the value. */
static bool
next_part(const char **rest, struct yq_part *part)
{
	const char *equals, *value, *close;

	if (*rest == NULL)
		return false;
	equals = strpbrk(*rest, "=;");
	if (equals == NULL || *equals == ';')
		return yq_part_next(rest, ';', part);
	value = equals + 1 + strspn(equals + 1, " \t");
	if (*value != '"' && *value != '\'')
		return yq_part_next(rest, ';', part);
	close = strchr(value + 1, *value);
	if (close == NULL || (close[1 + strspn(close + 1, " \t")] != ';' &&
				 close[1 + strspn(close + 1, " \t")] != '\0'))
		return yq_part_next(rest, ';', part); /* the quote is a part of the value */
	*part = yq_part_trim(*rest, close + 1);
	close += 1 + strspn(close + 1, " \t");
	*rest = *close == ';' ? close + 1 : NULL;
	return true;
}

static struct yq_part
unquote(struct yq_part value)
{
	if (value.length >= 2 && (value.at[0] == '"' || value.at[0] == '\'') &&
	    value.at[value.length - 1] == value.at[0])
		return (struct yq_part){ value.at + 1, value.length - 2 };
	return value;
}

static enum yq_rc
parse(const char *text, struct yq_firebird_target *target, struct yq_err *err)
{
	const char *rest = text, *ignored;
	struct yq_part part, name, value;
	enum yq_rc rc;

	for (size_t position = 1; next_part(&rest, &part); position++) {
		if (part.length == 0)
			continue;
		if (!yq_part_split(part, &name, &value))
			return yq_err_set(
			    err, YQ_E_INVALID, "part %zu: expected Name=Value", position);
		rc = yq_option_take(firebird_options, YQ_COUNT(firebird_options), position, name,
		    unquote(value), target, &ignored, err);
		if (rc != YQ_OK)
			return rc;
	}
	if (target->database[0] == '\0')
		return yq_err_set(err, YQ_E_INVALID, "Database: expected a path or an alias");
	return YQ_OK;
}

static const struct yq_firebird_target defaults = {
	.port = FIREBIRD_PORT,
	.user = "SYSDBA",
	.charset = "UTF8",
};

enum yq_rc
yq_firebird_target_parse(const char *text, struct yq_firebird_target *target, struct yq_err *err)
{
	enum yq_rc rc;

	*target = defaults;
	if (strlen(text) > YQ_CONNECTION_LENGTH_MAX)
		return yq_err_set(
		    err, YQ_E_INVALID, "expected at most %d bytes", YQ_CONNECTION_LENGTH_MAX);
	rc = parse(text, target, err);
	if (rc != YQ_OK)
		yq_firebird_target_clear(target);
	return rc;
}

void
yq_firebird_target_clear(struct yq_firebird_target *target)
{
	yq_secret_free(target->password);
	*target = defaults;
}
