/* verbs_audit.c - the audit trail: who did what, when, why, and what came of it. */
#include "base/str.h"
#include "console/command_line.h"
#include "console/find.h"
#include "console/sheet.h"
#include "console/take.h"
#include "store/audit.h"

static const struct yq_column columns[] = {
	{ "NO", "seq", YQ_COLUMN_NUMBER },
	{ "WHEN", "at", YQ_COLUMN_TIME },
	{ "WHO", "who", YQ_COLUMN_TEXT },
	{ "BY", "origin", YQ_COLUMN_TEXT },
	{ "DID", "verb", YQ_COLUMN_TEXT },
	{ "TO", "target", YQ_COLUMN_TEXT },
	{ "ACCOUNT", "account", YQ_COLUMN_TEXT },
	{ "BEFORE", "before", YQ_COLUMN_TEXT },
	{ "AFTER", "after", YQ_COLUMN_TEXT },
	{ "OUTCOME", "outcome", YQ_COLUMN_TEXT },
	{ "REASON", "reason", YQ_COLUMN_TEXT },
	{ "ID", "id", YQ_COLUMN_TEXT },
};

static void
add_row(struct yq_sheet *sheet, const struct yq_audit_row *row)
{
	yq_sheet_add_int(sheet, row->seq);
	yq_sheet_add_time(sheet, row->at_us);
	yq_sheet_add(sheet, row->hand.who);
	yq_sheet_add(sheet, row->hand.origin);
	yq_sheet_add(sheet, row->verb);
	yq_sheet_add(sheet, row->target);
	yq_sheet_add(sheet, row->account_alias);
	yq_sheet_add(sheet, row->before);
	yq_sheet_add(sheet, row->after);
	yq_sheet_add(sheet, row->outcome);
	yq_sheet_add(sheet, row->reason);
	yq_sheet_add(sheet, row->id.text);
}

static int
take_filter(const struct yq_call *call, struct yq_audit_filter *filter)
{
	int status;

	*filter = (struct yq_audit_filter){ 0 };
	status = yq_take_limit(call, &filter->limit);
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_text(
		    call, YQ_OPT_ACCOUNT, filter->account_alias, sizeof(filter->account_alias));
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_period(call, YQ_OPT_SINCE, &filter->from_us, &filter->to_us);
	return status;
}

int
yq_verb_audit(const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(columns, YQ_COUNT(columns));
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list list = { 0 };
	struct yq_audit_filter filter;
	struct yq_err err = { 0 };
	int status = take_filter(call, &filter);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_audit_find(system.desk.firebird, &filter, &list, &err) != YQ_OK)
		return yq_fail_err(&err);
	for (size_t i = 0; i < list.count; i++)
		add_row(sheet, &list.items[i]);
	yq_sheet_print(sheet, call, "nobody did anything by hand");
	return YQ_CONSOLE_DONE;
}
