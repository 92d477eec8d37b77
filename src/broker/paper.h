/*
 * paper.h - the paper broker: a simulated exchange and bank with a durable book of its own.
 *
 * Everything it says it has written to its journal before, so that after a crash on either side it
 * knows what the other has forgotten.  Orders are known by our id: the same id is executed once.
 */
#ifndef YQ_BROKER_PAPER_H
#define YQ_BROKER_PAPER_H

#include <uv.h>

#include "broker/broker.h"
#include "broker/paper_book.h"
#include "domain/calendar.h"

#define YQ_PAPER_IN_FLIGHT_MAX 1024

struct yq_paper_spec {
	uv_loop_t *loop;
	const struct yq_clock *clock;
	const char *journal; /* path; its folder must exist */
	bool take;	     /* also from another process (yq_paper_journal_take) */
	const struct yq_paper_settings *settings;
	const struct yq_calendar *calendar; /* borrowed; NULL = every market is always open */
	yq_broker_event_fn *on_event;
	void *event_cookie;
};

/* Errors as yq_paper_journal_open. */
YQ_NODISCARD enum yq_rc yq_paper_open(
    const struct yq_paper_spec *spec, struct yq_broker **ret_broker, struct yq_err *err);
/* The book of a broker made by yq_paper_open, for looking. */
const struct yq_paper_book *yq_paper_book_of(const struct yq_broker *broker);

/* When the time in force of an order taken now ends; 0 = never.  A Day order lives until the end of
 * the local day's last session; without a calendar, for 24 hours. */
int64_t yq_paper_expiry(
    const struct yq_calendar *calendar, const struct yq_order *order, int64_t now_us);

/* Of an account: `cash` of each currency (absent = none), one rate of commission, whether it may go
 * short and trades at any hour, and what the section (NULL = nothing) says beyond that.  Errors as
 * yq_paper_settings_read. */
YQ_NODISCARD enum yq_rc yq_paper_settings_of(const struct yq_opt_decimal cash[YQ_CURRENCY_COUNT],
    struct yq_decimal commission_rate, bool allow_short, bool any_hour, const yq_json *paper,
    struct yq_paper_settings *settings, struct yq_err *err);

/*
 * Settings from JSON, as in BrokerGateway:Accounts:{Alias}:Paper:
 *	{"SlippageBps": 2, "Commission": {"US": {"Rate": 0.001, "Minimum": 1}}, ...}
 * Absent members keep what `settings` holds.  YQ_E_INVALID names the member.
 */
YQ_NODISCARD enum yq_rc yq_paper_settings_read(
    const yq_json *paper, struct yq_paper_settings *settings, struct yq_err *err);

#endif
