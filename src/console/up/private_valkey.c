/* private_valkey.c - find the server, write valkey.conf and users.acl. */
#include "console/up/private_valkey.h"

#include "base/str.h"
#include "bus/provision.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USERS_MAX_BYTES 262144

static const char *const servers[] = { "valkey-server", "redis-server" };
static const char always_searched[] = "/usr/bin:/usr/local/bin:/usr/sbin:/usr/local/sbin";

/* `name` in a list of folders; one that exists but may not be run is kept for the error. */
static bool
find_in(const char *folders, const char *name, char found[YQ_PATH_SIZE], char blocked[YQ_PATH_SIZE])
{
	while (*folders != '\0') {
		size_t length = strcspn(folders, ":");
		char path[YQ_PATH_SIZE];

		if (length > 0 &&
		    yq_str_format(path, sizeof(path), "%.*s/%s", (int)length, folders, name)) {
			if (access(path, X_OK) == 0)
				return yq_str_copy(found, YQ_PATH_SIZE, path);
			if (access(path, F_OK) == 0 && blocked[0] == '\0')
				yq_str_copy_cut(blocked, YQ_PATH_SIZE, path);
		}
		folders += length;
		folders += *folders == ':';
	}
	return false;
}

static enum yq_rc
find_server(char found[YQ_PATH_SIZE], struct yq_err *err)
{
	const char *path = getenv("PATH");
	char blocked[YQ_PATH_SIZE] = "";

	for (size_t i = 0; i < YQ_COUNT(servers); i++)
		if (find_in(path != NULL ? path : "", servers[i], found, blocked) ||
		    find_in(always_searched, servers[i], found, blocked))
			return YQ_OK;
	if (blocked[0] != '\0')
		return yq_err_set(err, YQ_E_DENIED,
		    "%s may not be executed by this user: "
		    "chmod +x it, or install valkey-server anew",
		    blocked);
	return yq_err_set(err, YQ_E_NOT_FOUND,
	    "valkey-server is not installed: apt install valkey-server (on Debian 12 from "
	    "bookworm-backports), or name another one in ConnectionStrings:Valkey");
}

/* The settings are lines of words in quotes: what would end a quote cannot stand in a path. */
static enum yq_rc
check_path(const char *folder, struct yq_err *err)
{
	for (const unsigned char *at = (const unsigned char *)folder; *at != '\0'; at++)
		if (*at < 0x20 || strchr("\"\\,;", *at) != NULL)
			return yq_err_set(err, YQ_E_INVALID,
			    "the folder %s holds a quote, backslash, comma, semicolon or control "
			    "character: choose another with --var",
			    folder);
	return YQ_OK;
}

static enum yq_rc
write_settings(const struct yq_private_valkey *valkey, const char *folder, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(16384);

	yq_buf_add_format(&text,
	    "# Written by `yq up` at every start; changes are lost.\n"
	    "port 0\n"
	    "unixsocket \"%s\"\n"
	    "unixsocketperm 700\n"
	    "dir \"%s\"\n"
	    "aclfile \"%s/users.acl\"\n"
	    "daemonize no\n"
	    "supervised no\n"
	    "logfile \"\"\n"
	    "loglevel notice\n"
	    "# Nothing is answered before it is on disk.\n"
	    "appendonly yes\n"
	    "appendfsync always\n"
	    "no-appendfsync-on-rewrite no\n"
	    "save \"\"\n"
	    "# The file is written anew seldom, for that takes a core from those who trade: at\n"
	    "# twice its size and not below 256 MB, which bounds it.\n"
	    "auto-aof-rewrite-percentage 100\n"
	    "auto-aof-rewrite-min-size 256mb\n"
	    "# An order's hash in one piece: two thirds of the memory, half the time.\n"
	    "hash-max-listpack-entries 64\n"
	    "hash-max-listpack-value 2048\n"
	    "latency-tracking no\n"
	    "# A listener is not cut off by one full batch: 512 messages of 64 KiB.\n"
	    "client-output-buffer-limit pubsub 64mb 32mb 60\n"
	    "maxmemory-policy noeviction\n",
	    valkey->socket, folder, folder);
	return yq_file_write_private(valkey->settings, yq_buf_text(&text), text.length, err);
}

/*
 * Passwords stand there as hashes: the file is no use to who reads it.  The user `default` is off
 * but keeps its rights, for the server replays its append-only file as that user: without them
 * every transaction in it would be skipped.
 */
static enum yq_rc
write_users(const char *folder, const struct yq_secret *console,
    struct yq_secret *const passwords[YQ_PROGRAM_COUNT], struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(USERS_MAX_BYTES);
	struct yq_provision_options options = { .close_default_user = true };
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * crypto_hash_sha256_BYTES + 1];
	char path[YQ_PATH_SIZE];
	enum yq_rc rc;

	rc = yq_path_join(path, folder, "users.acl", err);
	if (rc != YQ_OK)
		return rc;
	crypto_hash_sha256(
	    hash, (const unsigned char *)yq_secret_reveal(console), yq_secret_length(console));
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	yq_buf_add_format(
	    &text, "user %s on #%s allkeys allchannels allcommands\n", YQ_PRIVATE_VALKEY_USER, hex);
	for (int i = 0; i < YQ_PROGRAM_COUNT; i++)
		options.passwords[i] = passwords[i];
	yq_provision_acl_file(&options, &text);
	return yq_file_write_private(path, yq_buf_text(&text), text.length, err);
}

enum yq_rc
yq_private_valkey_prepare(struct yq_private_valkey *valkey, const char *folder,
    const struct yq_secret *console, struct yq_secret *const passwords[YQ_PROGRAM_COUNT],
    struct yq_err *err)
{
	enum yq_rc rc;

	rc = check_path(folder, err);
	if (rc == YQ_OK)
		rc = find_server(valkey->program, err);
	if (rc == YQ_OK)
		rc = yq_folder_make(folder, err);
	if (rc == YQ_OK)
		rc = yq_path_join(valkey->settings, folder, "valkey.conf", err);
	if (rc != YQ_OK)
		return rc;
	if (!yq_str_format(valkey->socket, sizeof(valkey->socket), "%s/valkey.sock", folder))
		return yq_err_set(err, YQ_E_INVALID,
		    "the folder %s is too long for a unix socket (107 bytes with its name): choose "
		    "a shorter one with --var",
		    folder);
	rc = write_users(folder, console, passwords, err);
	if (rc != YQ_OK)
		return rc;
	return write_settings(valkey, folder, err);
}
