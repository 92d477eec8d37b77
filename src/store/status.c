/* status.c - Firebird's status vector as one of our codes and one sentence. */
#include "store/internal.h"

#include <string.h>

#include "base/str.h"

struct fault_row {
	ISC_STATUS code;
	enum yq_rc rc;
	bool lost; /* the connection is of no further use */
};

/* The first row whose code is anywhere in the vector decides; so the particular stands before the
 * general that often comes with it. */
static const struct fault_row faults[] = {
	/* Before the duplicate, which comes with it: the row of one who has not committed, and may
	 * never, is not there. */
	{ isc_lock_timeout, YQ_E_RETRY, false },
	{ isc_lock_conflict, YQ_E_RETRY, false },
	{ isc_update_conflict, YQ_E_RETRY, false },
	{ isc_deadlock, YQ_E_RETRY, false },
	{ isc_unique_key_violation, YQ_E_EXISTS, false },
	{ isc_no_dup, YQ_E_EXISTS, false },
	{ isc_dyn_dup_table, YQ_E_EXISTS, false },
	{ isc_malformed_string, YQ_E_INVALID, false },
	{ isc_transliteration_failed, YQ_E_INVALID, false },
	{ isc_convert_error, YQ_E_INVALID, false },
	{ isc_string_truncation, YQ_E_RANGE, false },
	{ isc_numeric_out_of_range, YQ_E_RANGE, false },
	{ isc_arith_except, YQ_E_RANGE, false },
	{ isc_check_constraint, YQ_E_INVALID, false },
	{ isc_foreign_key, YQ_E_INVALID, false },
	{ isc_not_valid, YQ_E_INVALID, false },
	{ isc_not_valid_for_var, YQ_E_INVALID, false },
	{ isc_no_priv, YQ_E_DENIED, false },
	{ isc_login, YQ_E_DENIED, true },
	{ isc_shutdown, YQ_E_RETRY, true },
	{ isc_att_shutdown, YQ_E_RETRY, true },
	{ isc_lost_db_connection, YQ_E_RETRY, true },
	{ isc_net_read_err, YQ_E_RETRY, true },
	{ isc_net_write_err, YQ_E_RETRY, true },
	{ isc_network_error, YQ_E_RETRY, true },
	{ isc_bad_db_handle, YQ_E_RETRY, true },
	{ isc_db_corrupt, YQ_E_CORRUPT, true },
	{ isc_bad_db_format, YQ_E_CORRUPT, true },
	{ isc_bug_check, YQ_E_CORRUPT, true },
	{ isc_io_error, YQ_E_SYSTEM, true },
};

bool
yq_status_has(const ISC_STATUS *status, ISC_STATUS code)
{
	/* Pairs of kind and value, but for a counted text, which takes three. */
	for (size_t i = 0; i < ISC_STATUS_LENGTH && status[i] != isc_arg_end;) {
		if (status[i] == isc_arg_gds && status[i + 1] == code)
			return true;
		i += status[i] == isc_arg_cstring ? 3 : 2;
	}
	return false;
}

/* "one; two; three", on one line. */
static void
add_texts(struct yq_buf *text, const ISC_STATUS *status)
{
	const ISC_STATUS *rest = status;
	char line[512];

	while (yq_client()->fb_interpret(line, sizeof(line), &rest) > 0) {
		const char *start = line + strspn(line, "- ");

		for (char *p = line; *p != '\0'; p++) {
			if (*p == '\n' || *p == '\r')
				*p = ' ';
		}
		if (text->length > 0)
			yq_buf_add_text(text, "; ");
		yq_buf_add_text(text, start);
	}
}

static const struct fault_row *
find_fault(const ISC_STATUS *status)
{
	for (size_t i = 0; i < YQ_COUNT(faults); i++) {
		if (yq_status_has(status, faults[i].code))
			return &faults[i];
	}
	return NULL;
}

enum yq_rc
yq_status_fault(struct yq_firebird *firebird, const ISC_STATUS *status, struct yq_err *err)
{
	const struct fault_row *row = find_fault(status);
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(4096);
	char state[FB_SQLSTATE_SIZE] = "";

	add_texts(&text, status);
	yq_client()->fb_sqlstate(state, status);
	if (row != NULL && row->lost)
		firebird->lost = true;
	return yq_err_set(err, row != NULL ? row->rc : YQ_E_SYSTEM, "Firebird %s: %s (SQLSTATE %s)",
	    firebird->name, yq_buf_text(&text), state);
}

struct connect_row {
	ISC_STATUS code;
	enum yq_rc embedded_rc, served_rc;
	const char *embedded, *served; /* what to do; NULL = nothing to add */
};

#define SETTING "ConnectionStrings:Firebird"
static const struct connect_row connect_faults[] = {
	{ isc_login, YQ_E_DENIED, YQ_E_DENIED, "correct User in " SETTING,
	    "correct User and Password in " SETTING },
	{ isc_shutdown, YQ_E_RETRY, YQ_E_RETRY, "bring the database online (gfix -online)",
	    "bring the database online (gfix -online)" },
	{ isc_net_connect_err, YQ_E_RETRY, YQ_E_RETRY, NULL,
	    "start that server, or correct DataSource and Port in " SETTING },
	{ isc_network_error, YQ_E_RETRY, YQ_E_RETRY, NULL,
	    "start that server, or correct DataSource and Port in " SETTING },
	{ isc_lock_dir_access, YQ_E_SYSTEM, YQ_E_SYSTEM,
	    "make the folder FIREBIRD_LOCK names writable", NULL },
	{ isc_already_opened, YQ_E_RETRY, YQ_E_RETRY,
	    "another program holds the file for itself: end it, or start it with yQuant's FIREBIRD",
	    NULL },
	{ isc_unavailable, YQ_E_NOT_FOUND, YQ_E_RETRY,
	    "install the embedded engine (apt-get install firebird3.0-server-core)",
	    "start that server, or correct " SETTING },
	{ isc_wrong_ods, YQ_E_STATE, YQ_E_STATE,
	    "the file was written by another major version of Firebird: gbak it there, restore it "
	    "here",
	    NULL },
	{ isc_bad_db_format, YQ_E_CORRUPT, YQ_E_CORRUPT,
	    "the file is no Firebird database: correct Database in " SETTING
	    ", or restore the file from a backup",
	    NULL },
	{ isc_db_corrupt, YQ_E_CORRUPT, YQ_E_CORRUPT, "restore the file from a backup",
	    "restore the database from a backup" },
	{ isc_io_open_err, YQ_E_SYSTEM, YQ_E_SYSTEM,
	    "check that the file and its folder exist and belong to this user",
	    "check that the file exists on that server and belongs to its user" },
	{ isc_io_create_err, YQ_E_SYSTEM, YQ_E_SYSTEM,
	    "check that the folder exists and can be written by this user",
	    "check that the folder exists on that server and can be written by its user" },
};

enum yq_rc
yq_status_connect_fault(struct yq_firebird *firebird, const ISC_STATUS *status, struct yq_err *err)
{
	bool embedded = firebird->target.host[0] == '\0';
	const struct fault_row *general = find_fault(status);
	enum yq_rc rc = general != NULL ? general->rc : YQ_E_SYSTEM;
	const char *advice = NULL;
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(4096);

	add_texts(&text, status);
	for (size_t i = 0; i < YQ_COUNT(connect_faults); i++) {
		const struct connect_row *row = &connect_faults[i];

		if (!yq_status_has(status, row->code))
			continue;
		rc = embedded ? row->embedded_rc : row->served_rc;
		advice = embedded ? row->embedded : row->served;
		break;
	}
	return yq_err_set(err, rc, "cannot connect to Firebird %s as %s: %s%s%s", firebird->name,
	    firebird->target.user, yq_buf_text(&text), advice != NULL ? "; " : "",
	    advice != NULL ? advice : "");
}
