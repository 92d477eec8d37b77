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

/*
 * Settings from JSON, as in BrokerGateway:Accounts:{Alias}:Paper:
 *	{"SlippageBps": 2, "Commission": {"US": {"Rate": 0.001, "Minimum": 1}}, ...}
 * Absent members keep what `settings` holds.  YQ_E_INVALID names the member.
 */
YQ_NODISCARD enum yq_rc yq_paper_settings_read(
    const yq_json *paper, struct yq_paper_settings *settings, struct yq_err *err);

#endif
