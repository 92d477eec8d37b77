/* firebird.c - connects to a database, and makes it if there is none. */
#include "store/firebird.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/internal.h"
#include "store/robust.h"
#include "store/root.h"

#define ATTACH_BYTES_MAX 2048
#define DATABASE_SIZE	 (sizeof(((struct yq_firebird *)0)->name) + 16)

static bool
is_embedded(const struct yq_firebird *firebird)
{
	return firebird->target.host[0] == '\0';
}

static void
add_text(struct yq_buf *block, char tag, const char *text, size_t length)
{
	assert(length < 256);
	yq_buf_add_char(block, tag);
	yq_buf_add_char(block, (char)(unsigned char)length);
	yq_buf_add(block, text, length);
}

static void
add_number(struct yq_buf *block, char tag, unsigned value)
{
	unsigned char bytes[6] = { (unsigned char)tag, 4 };

	for (unsigned i = 0; i < 4; i++)
		bytes[2 + i] = (unsigned char)(value >> (8 * i));
	yq_buf_add(block, bytes, sizeof(bytes));
}

/* The parameters of attach and create.  Holds the password: the caller wipes it. */
static void
fill_attach_block(const struct yq_firebird *firebird, struct yq_buf *block)
{
	const struct yq_firebird_target *target = &firebird->target;

	yq_buf_add_char(block, isc_dpb_version1);
	add_text(block, isc_dpb_user_name, target->user, strlen(target->user));
	if (target->password != NULL && !is_embedded(firebird))
		add_text(block, isc_dpb_password, yq_secret_reveal(target->password),
		    yq_secret_length(target->password));
	add_text(block, isc_dpb_lc_ctype, "UTF8", 4); /* all our text is UTF-8 */
	add_number(block, isc_dpb_num_buffers, firebird->options.page_cache_pages);
	add_number(block, isc_dpb_connect_timeout, firebird->options.connect_timeout_s);
	add_number(block, isc_dpb_sql_dialect, 3);
}

static void
fill_create_block(const struct yq_firebird *firebird, struct yq_buf *block)
{
	fill_attach_block(firebird, block);
	add_number(block, isc_dpb_page_size, YQ_FIREBIRD_PAGE_BYTES);
	add_text(block, isc_dpb_set_db_charset, "UTF8", 4);
	add_number(block, isc_dpb_force_write, 1);
}

/* The name Firebird's client takes: a path, or a URL with a host that may be an IPv6 address. */
static void
database_name(const struct yq_firebird *firebird, char *name, size_t size)
{
	const struct yq_firebird_target *target = &firebird->target;
	bool brackets = strchr(target->host, ':') != NULL;

	if (is_embedded(firebird))
		yq_str_format(name, size, "%s", target->database);
	else
		yq_str_format(name, size, "inet://%s%s%s:%u/%s", brackets ? "[" : "", target->host,
		    brackets ? "]" : "", (unsigned)target->port, target->database);
}

/*
 * Firebird's library puts handlers of its own on these signals when it is first used, and shuts its
 * engine down when one arrives: a daemon that drains on SIGTERM could then no longer write.  So
 * what stood there before stands there again after each call that may begin its work.
 */
static const int kept_signals[] = { SIGINT, SIGTERM };

struct handlers {
	struct sigaction before[YQ_COUNT(kept_signals)];
};

static void
remember_handlers(struct handlers *handlers)
{
	for (size_t i = 0; i < YQ_COUNT(kept_signals); i++)
		(void)sigaction(kept_signals[i], NULL, &handlers->before[i]);
}

static void
restore_handlers(const struct handlers *handlers)
{
	for (size_t i = 0; i < YQ_COUNT(kept_signals); i++)
		(void)sigaction(kept_signals[i], &handlers->before[i], NULL);
}

static bool
attach(struct yq_firebird *firebird, ISC_STATUS *status)
{
	struct handlers handlers;

	YQ_CLEANUP(yq_buf_free) struct yq_buf block = yq_buf_make(ATTACH_BYTES_MAX);
	char name[DATABASE_SIZE];
	int turn;

	fill_attach_block(firebird, &block);
	assert(yq_buf_ok(&block));
	database_name(firebird, name, sizeof(name));
	firebird->handle = 0;
	turn = is_embedded(firebird) ? yq_attach_begin() : -1;
	remember_handlers(&handlers);
	yq_client()->isc_attach_database(
	    status, 0, name, &firebird->handle, (short)block.length, block.data);
	restore_handlers(&handlers);
	yq_attach_end(turn);
	yq_wipe(block.data, block.length);
	return firebird->handle != 0;
}

/* Make the database `name` and detach from it. */
static bool
create_named(struct yq_firebird *firebird, const char *name, ISC_STATUS *status)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf block = yq_buf_make(ATTACH_BYTES_MAX);
	ISC_STATUS_ARRAY ignored;
	isc_db_handle handle = 0;
	int turn;

	fill_create_block(firebird, &block);
	assert(yq_buf_ok(&block));
	turn = is_embedded(firebird) ? yq_attach_begin() : -1;
	/* The length is a short in the header of Firebird 3, and unsigned in that of 4. */
	yq_client()->isc_create_database(
	    status, 0, name, &handle, block.length & INT16_MAX, block.data, 0);
	yq_attach_end(turn);
	yq_wipe(block.data, block.length);
	if (handle == 0)
		return false;
	yq_client()->isc_detach_database(ignored, &handle);
	return true;
}

/*
 * A new file gets its name only when it is complete: a crash on the way leaves no half database
 * under it, and of two programs that start at once both find the one that was first.
 */
static enum yq_rc
create_file(struct yq_firebird *firebird, struct yq_err *err)
{
	const char *path = firebird->target.database;
	char temporary[DATABASE_SIZE];
	ISC_STATUS_ARRAY status;
	enum yq_rc rc = YQ_OK;

	yq_str_format(temporary, sizeof(temporary), "%s.new-%ld", path, (long)getpid());
	(void)unlink(temporary);
	if (!create_named(firebird, temporary, status))
		return yq_status_connect_fault(firebird, status, err);
	if (link(temporary, path) != 0 && errno != EEXIST)
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot create %s", path);
	(void)unlink(temporary);
	if (rc == YQ_OK && !yq_file_sync_folder_of(path))
		rc = yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot flush the folder of %s", path);
	return rc;
}

static enum yq_rc
create_served(struct yq_firebird *firebird, struct yq_err *err)
{
	char name[DATABASE_SIZE];
	ISC_STATUS_ARRAY status;

	database_name(firebird, name, sizeof(name));
	/* Another may have been first: then the attach that follows will find it. */
	if (create_named(firebird, name, status) || yq_status_has(status, isc_db_or_file_exists))
		return YQ_OK;
	return yq_status_connect_fault(firebird, status, err);
}

static bool
is_absent(const struct yq_firebird *firebird, const ISC_STATUS *status)
{
	if (!yq_status_has(status, isc_io_open_err))
		return false;
	return !is_embedded(firebird) ||
	       (access(firebird->target.database, F_OK) != 0 && errno == ENOENT);
}

/* Where that is not possible it is as it would be without: the attach says what is wrong, if
 * anything is. */
static void
lead_engine(const struct yq_firebird *firebird)
{
	char folder[YQ_FIREBIRD_PATH_SIZE];
	struct yq_err err = { 0 };

	if (!is_embedded(firebird) ||
	    yq_firebird_root_engine(folder, sizeof(folder), NULL) != YQ_OK)
		return;
	if (yq_robust_lead(folder, &err) != YQ_OK)
		yq_debug("%s", err.text);
}

enum yq_rc
yq_firebird_connect(struct yq_firebird *firebird, struct yq_err *err)
{
	ISC_STATUS_ARRAY status;
	enum yq_rc rc;

	if (firebird->handle != 0 && !firebird->lost)
		return YQ_OK;
	rc = yq_client_load(err);
	if (rc != YQ_OK)
		return rc;
	lead_engine(firebird);
	yq_statements_drop(firebird);
	if (firebird->handle != 0)
		yq_client()->isc_detach_database(status, &firebird->handle);
	firebird->handle = 0;
	firebird->lost = false;
	if (attach(firebird, status))
		return YQ_OK;
	if (!is_absent(firebird, status))
		return yq_status_connect_fault(firebird, status, err);
	if (!firebird->options.create)
		return yq_err_set(err, YQ_E_NOT_FOUND,
		    "there is no database %s: correct ConnectionStrings:Firebird, or run yq "
		    "provision",
		    firebird->name);
	rc = is_embedded(firebird) ? create_file(firebird, err) : create_served(firebird, err);
	if (rc != YQ_OK)
		return rc;
	if (attach(firebird, status))
		return YQ_OK;
	return yq_status_connect_fault(firebird, status, err);
}

static enum yq_rc
check_target(const struct yq_firebird_target *target, struct yq_err *err)
{
	if (target->database[0] == '\0')
		return yq_err_set(
		    err, YQ_E_INVALID, "ConnectionStrings:Firebird names no Database");
	if (target->host[0] == '\0' && strchr(target->database, ':') != NULL)
		return yq_err_set(err, YQ_E_INVALID,
		    "the database's path %s has a ':', which Firebird takes for a host: choose "
		    "another path",
		    target->database);
	if (target->password != NULL && yq_secret_length(target->password) > 255)
		return yq_err_set(err, YQ_E_INVALID,
		    "the Password in ConnectionStrings:Firebird is longer than Firebird's 255 "
		    "bytes");
	return YQ_OK;
}

static struct yq_firebird *
make(const struct yq_firebird_target *target, const struct yq_firebird_options *options)
{
	struct yq_firebird *firebird = yq_xcalloc(1, sizeof(*firebird));

	firebird->target = *target;
	firebird->target.password = yq_secret_copy(target->password);
	if (options != NULL)
		firebird->options = *options;
	if (firebird->options.page_cache_pages == 0)
		firebird->options.page_cache_pages = YQ_FIREBIRD_CACHE_DEFAULT;
	if (firebird->options.connect_timeout_s == 0)
		firebird->options.connect_timeout_s = YQ_FIREBIRD_CONNECT_S;
	if (firebird->target.user[0] == '\0')
		yq_str_copy_cut(firebird->target.user, sizeof(firebird->target.user), "SYSDBA");
	if (is_embedded(firebird))
		yq_str_format(firebird->name, sizeof(firebird->name), "%s", target->database);
	else
		yq_str_format(firebird->name, sizeof(firebird->name), "%s:%u/%s", target->host,
		    (unsigned)target->port, target->database);
	return firebird;
}

enum yq_rc
yq_firebird_open(const struct yq_firebird_target *target, const struct yq_firebird_options *options,
    struct yq_firebird **ret_firebird, struct yq_err *err)
{
	struct yq_firebird *firebird;
	enum yq_rc rc;

	*ret_firebird = NULL;
	rc = check_target(target, err);
	if (rc != YQ_OK)
		return rc;
	firebird = make(target, options);
	rc = yq_firebird_connect(firebird, err);
	if (rc == YQ_OK)
		*ret_firebird = firebird;
	else
		yq_firebird_close(firebird);
	return rc;
}

void
yq_firebird_close(struct yq_firebird *firebird)
{
	ISC_STATUS_ARRAY status;

	if (firebird == NULL)
		return;
	assert(firebird->tx == NULL);
	lead_engine(firebird);
	yq_statements_drop(firebird);
	if (firebird->handle != 0)
		yq_client()->isc_detach_database(status, &firebird->handle);
	yq_firebird_target_clear(&firebird->target);
	free(firebird);
}

void
yq_firebird_closep(struct yq_firebird **firebird)
{
	yq_firebird_close(*firebird);
	*firebird = NULL;
}

bool
yq_firebird_is_connected(const struct yq_firebird *firebird)
{
	return firebird->handle != 0 && !firebird->lost;
}

const char *
yq_firebird_name(const struct yq_firebird *firebird)
{
	return firebird->name;
}
