/* verbs_color.c - which of two systems that share an archive trades, and giving that to the other.
 */
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "console/fetch.h"
#include "console/person.h"
#include "console/sheet.h"
#include "console/tell.h"
#include "store/leases.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAME	   "color" /* of the row */
#define TRIES	   50
#define PAUSE_MS   100
#define SEEN_MS	   10000 /* for the other system's order manager to see it */
#define DRAINED_MS 60000

static const struct yq_column columns[] = {
	{ "SAID BY", "saidBy", YQ_COLUMN_TEXT },
	{ "ACTIVE", "active", YQ_COLUMN_TEXT },
	{ "TOKEN", "token", YQ_COLUMN_NUMBER },
	{ "SINCE", "since", YQ_COLUMN_TIME },
	{ "LAST SEEN", "lastSeen", YQ_COLUMN_TIME },
	{ "THIS SYSTEM", "color", YQ_COLUMN_TEXT },
};

static void
pause_ms(long ms)
{
	const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	(void)nanosleep(&pause, NULL);
}

/* ---- looking ---- */

static int
add_archive(struct yq_system *system, struct yq_sheet *sheet)
{
	struct yq_lease row;
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_lease_read(system->desk.firebird, NAME, &row, &err);

	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return yq_fail_err(&err);
	if (rc == YQ_E_NOT_FOUND)
		return YQ_CONSOLE_DONE;
	yq_sheet_add(sheet, "archive");
	yq_sheet_add(sheet, row.owner);
	yq_sheet_add_int(sheet, row.token);
	yq_sheet_add_time(sheet, row.acquired_at_us);
	yq_sheet_add_time(sheet, row.renewed_at_us);
	yq_sheet_add(sheet, "");
	return YQ_CONSOLE_DONE;
}

static int
add_here(struct yq_system *system, struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	int status = yq_fetch_hash(system, YQ_KEY_COLOR, NULL, &reply);

	if (status != YQ_CONSOLE_DONE || yq_reply_count(reply) == 0)
		return status;
	yq_sheet_add(sheet, "this system");
	yq_sheet_add(sheet, yq_reply_field(reply, "Active"));
	yq_sheet_add(sheet, yq_reply_field(reply, "Token"));
	yq_sheet_add(sheet, yq_reply_field(reply, "Since"));
	yq_sheet_add(sheet, yq_reply_field(reply, "RenewedAt"));
	yq_sheet_add(sheet, yq_reply_field(reply, "Color"));
	return YQ_CONSOLE_DONE;
}

/* Either half says something without the other. */
static int
print_colors(const struct yq_call *call, struct yq_system *system)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(columns, YQ_COUNT(columns));
	int archive = yq_system_firebird(system), here = yq_system_valkey(system);

	if (archive == YQ_CONSOLE_DONE)
		archive = add_archive(system, sheet);
	if (here == YQ_CONSOLE_DONE)
		here = add_here(system, sheet);
	yq_sheet_print(sheet, call, "no colors are used: see System:Color");
	return archive != YQ_CONSOLE_DONE ? archive : here;
}

/* ---- promoting ---- */

/* Whoever changes the row at the same time goes first, and is then looked at anew. */
static int
promote(
    struct yq_system *system, const char *color, struct yq_lease *before, struct yq_lease *after)
{
	struct yq_err err = { 0 };
	enum yq_rc rc = YQ_E_RETRY;

	for (int i = 0; i < TRIES && (rc == YQ_E_RETRY || rc == YQ_E_STATE); i++) {
		if (i > 0)
			pause_ms(PAUSE_MS);
		rc = yq_lease_read(system->desk.firebird, NAME, before, &err);
		if (rc == YQ_OK && yq_str_equal(before->owner, color)) {
			*after = *before;
			return YQ_CONSOLE_DONE;
		}
		if (rc == YQ_OK || rc == YQ_E_NOT_FOUND)
			rc = yq_lease_promote(system->desk.firebird, NAME, color, before->token,
			    yq_clock_now_us(yq_clock_system()), 0, after, &err);
	}
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

/* What this system's servers know; *token 0: nothing. */
static int
known_here(struct yq_system *system, char own[8], int64_t *token)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	int status = yq_fetch_hash(system, YQ_KEY_COLOR, NULL, &reply);
	const char *color = yq_reply_field(reply, "Color");
	const char *text = yq_reply_field(reply, "Token");

	own[0] = '\0';
	*token = 0;
	if (status == YQ_CONSOLE_DONE && color != NULL && text != NULL &&
	    yq_str_copy(own, 8, color) && !yq_str_to_int64(text, 0, INT64_MAX, token))
		*token = 0;
	return status;
}

/* Orders that may be on their way to a broker this moment. */
static int
count_submitting(struct yq_system *system, size_t *count)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *order = yq_xcalloc(1, sizeof(*order));
	int status = yq_fetch_members(system, YQ_KEY_ORDER_OPEN, &members);

	*count = 0;
	for (size_t i = 0; i < members.count && status == YQ_CONSOLE_DONE; i++) {
		struct yq_id id;
		bool found = false;

		if (yq_id_parse(members.texts[i], strlen(members.texts[i]), &id) == YQ_OK)
			status = yq_fetch_order(system, &id, order, &found);
		*count += found && order->progress.state == YQ_ORDER_SUBMITTING;
	}
	return status;
}

/* The old one's own Valkey is this one: see it stop. */
static int
await_drained(struct yq_system *system, int64_t token)
{
	char own[8];
	int64_t seen = 0;
	size_t left = 1;
	int status = known_here(system, own, &seen);

	for (int waited = 0; status == YQ_CONSOLE_DONE && seen < token; waited += PAUSE_MS) {
		if (waited >= SEEN_MS)
			return yq_fail(YQ_CONSOLE_REFUSED,
			    "promoted; but the order manager of %s does not see it: does it run, "
			    "and does it reach the archive?  Until then %s may trade on",
			    own, own);
		pause_ms(PAUSE_MS);
		status = known_here(system, own, &seen);
	}
	for (int waited = 0; status == YQ_CONSOLE_DONE; waited += PAUSE_MS) {
		status = count_submitting(system, &left);
		if (left == 0 || waited >= DRAINED_MS)
			break;
		pause_ms(PAUSE_MS);
	}
	if (status == YQ_CONSOLE_DONE && left > 0)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "promoted; but %zu orders of %s are still on their way to a broker (`yq "
		    "orders`)",
		    left, own);
	return status;
}

static int
follow(const struct yq_call *call, struct yq_system *system, const struct yq_lease *before,
    const struct yq_lease *after)
{
	char text[YQ_NOTIFICATION_TEXT_SIZE], own[8];
	struct yq_hand hand = yq_person();
	int64_t seen;
	int status = yq_system_valkey(system);

	yq_str_format(text, sizeof(text),
	    "%s was promoted by %s and takes the place of %s (token %lld)", after->owner, hand.who,
	    before->owner[0] != '\0' ? before->owner : "nobody", (long long)after->token);
	if (!yq_call_has(call, YQ_OPT_JSON))
		printf("%s; it begins some seconds after it has seen that\n", text);
	if (status == YQ_CONSOLE_DONE)
		status = yq_tell(system, YQ_NOTIFICATION_SYSTEM, YQ_SEVERITY_CRITICAL, text);
	if (status == YQ_CONSOLE_DONE)
		status = known_here(system, own, &seen);
	if (status != YQ_CONSOLE_DONE || yq_call_has(call, YQ_OPT_NO_WAIT))
		return status;
	if (own[0] == '\0') {
		if (!yq_call_has(call, YQ_OPT_JSON))
			printf(
			    "this system knows of no color (System:Color): it does not follow\n");
		return status;
	}
	if (yq_str_equal(own, before->owner))
		return await_drained(system, after->token);
	if (before->owner[0] != '\0' && !yq_call_has(call, YQ_OPT_JSON))
		printf("what %s has under way is not seen from here: `yq color` there tells\n",
		    before->owner);
	return status;
}

static int
promote_verb(const struct yq_call *call, struct yq_system *system)
{
	const char *color = call->words[1];
	struct yq_lease before = { 0 }, after = { 0 };
	int status;

	if (!yq_str_equal(color, "blue") && !yq_str_equal(color, "green"))
		return yq_fail_usage(call, "the colors are blue and green");
	status = yq_system_firebird(system);
	if (status == YQ_CONSOLE_DONE)
		status = promote(system, color, &before, &after);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_call_has(call, YQ_OPT_JSON))
		printf("{\"active\":\"%s\",\"token\":%lld}\n", after.owner, (long long)after.token);
	if (after.token != before.token)
		return follow(call, system, &before, &after);
	if (!yq_call_has(call, YQ_OPT_JSON))
		printf("%s is the active one already\n", color);
	return YQ_CONSOLE_DONE;
}

int
yq_verb_color(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	int status = yq_system_find(call, &system);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (call->word_count == 0)
		return print_colors(call, &system);
	if (call->word_count == 2 && yq_str_equal(call->words[0], "promote"))
		return promote_verb(call, &system);
	return yq_fail_usage(call, "expected nothing, or promote and a color");
}
