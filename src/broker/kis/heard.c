/* heard.c - notices of orders, and of cash that does not count, told to the port. */
#include <string.h>

#include "base/str.h"
#include "broker/kis/stream.h"

void
yq_kis_stale(struct yq_kis *k)
{
	const struct yq_broker_event event = { .kind = YQ_BROKER_EV_STALE,
		.time_us = yq_clock_now_us(k->clock) };

	yq_kis_tell(k, &event, 1);
}

static bool
is_told(const struct yq_kis *k, const char *code)
{
	for (size_t i = 0; i < k->told_strange.count; i++)
		if (yq_str_equal(k->told_strange.list[i].code, code))
			return true;
	return false;
}

void
yq_kis_tell_strange(struct yq_kis *k, const struct yq_kis_strange *strange)
{
	struct yq_kis_strange *told = &k->told_strange;

	for (size_t i = 0; i < strange->count && told->count < YQ_KIS_STRANGE_MAX; i++) {
		char text[160], amount[YQ_DECIMAL_TEXT_SIZE];
		const struct yq_broker_event event = { .kind = YQ_BROKER_EV_NOTICE,
			.time_us = yq_clock_now_us(k->clock),
			.text = text };

		if (is_told(k, strange->list[i].code))
			continue;
		told->list[told->count++] = strange->list[i];
		yq_decimal_format(strange->list[i].amount, amount);
		yq_str_format(text, sizeof(text),
		    "KIS has cash in %s (%s), a currency that is not known here: it does not count",
		    strange->list[i].code, amount);
		yq_kis_tell(k, &event, 1);
	}
}

/* An HTS id has the notices of all accounts of a person. */
static bool
is_ours(const struct yq_kis *k, const struct yq_kis_notice *notice)
{
	const struct yq_kis_account *account = &k->settings.account;
	size_t length = strlen(account->number);

	return yq_str_starts(notice->account, account->number) &&
	       (notice->account[length] == '\0' ||
		   yq_str_equal(notice->account + length, account->product));
}

static void
on_fill(struct yq_kis *k, bool domestic, const struct yq_kis_notice *notice)
{
	struct yq_kis_entry *entry;

	switch (
	    yq_kis_ledger_pushed(&k->ledger, domestic, notice, yq_clock_now_us(k->clock), &entry)) {
	case YQ_KIS_HEARD_STEP:
		yq_kis_tell_steps(k, entry, entry->step_count - 1);
		break;
	case YQ_KIS_HEARD_KNOWN:
		break;
	case YQ_KIS_HEARD_ASK:
		yq_kis_stale(k);
		break;
	}
}

/* The order is over.  What was executed of it is not said with the end, but where it never began.
 */
static void
on_end(struct yq_kis *k, const struct yq_kis_entry *entry, enum yq_broker_event_kind kind,
    const char *text)
{
	struct yq_broker_event event = {
		.kind = kind, .time_us = yq_clock_now_us(k->clock), .text = text
	};

	if (kind == YQ_BROKER_EV_REJECTED)
		event.filled = yq_opt_decimal_of(YQ_DECIMAL_ZERO);
	memcpy(event.broker_order_id, entry->id, sizeof(event.broker_order_id));
	yq_kis_tell(k, &event, 1);
}

static struct yq_kis_entry *
entry_of(const struct yq_kis *k, bool domestic, const struct yq_kis_notice *n)
{
	struct yq_kis_entry *entry = yq_kis_entry_of_notice(&k->ledger, domestic, n, n->number);

	return entry != NULL || n->origin[0] == '\0'
		   ? entry
		   : yq_kis_entry_of_notice(&k->ledger, domestic, n, n->origin);
}

/* What is not known, and what is not clear, is asked for. */
static void
on_other(struct yq_kis *k, bool domestic, const struct yq_kis_notice *n)
{
	struct yq_kis_entry *entry = entry_of(k, domestic, n);
	bool done = n->kind == YQ_KIS_DONE;

	if (n->kind == YQ_KIS_TAKEN)
		return; /* its answer has said so */
	if (entry != NULL && n->kind == YQ_KIS_REJECTED && n->what == YQ_KIS_ROW_ORDER)
		on_end(k, entry, YQ_BROKER_EV_REJECTED, "rejected by the exchange");
	else if (entry != NULL &&
		 (n->kind == YQ_KIS_ENDED || (done && n->what == YQ_KIS_ROW_CANCEL)))
		on_end(k, entry, YQ_BROKER_EV_CANCELED, NULL);
	else if (entry != NULL && done && n->what == YQ_KIS_ROW_MODIFY)
		yq_kis_ledger_renumbered(&k->ledger, entry, n->number);
	else
		yq_kis_stale(k);
}

void
yq_kis_on_notice(struct yq_kis *k, bool domestic, const struct yq_kis_notice *notice)
{
	if (!is_ours(k, notice))
		return;
	if (notice->kind == YQ_KIS_FILL)
		on_fill(k, domestic, notice);
	else
		on_other(k, domestic, notice);
}
