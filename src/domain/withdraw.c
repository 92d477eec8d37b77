/* withdraw.c - which entries a decision withdraws: what its strategy has resting on that side. */
#include "domain/withdraw.h"

#include "base/table.h"

struct withdrawing {
	struct yq_decision *decision;
	uint64_t entry_of;
};

static bool
take(void *cookie, const struct yq_open_order *order)
{
	const struct withdrawing *w = cookie;
	struct yq_decision *decision = w->decision;

	if (order->rests && order->action == decision->withdrawn && order->entry_of != 0 &&
	    order->entry_of == w->entry_of)
		decision->cancels[decision->cancel_count++] = order->id;
	return decision->cancel_count < YQ_CANCELS_MAX;
}

bool
yq_signal_sees_strategy(const struct yq_signal *signal)
{
	return signal->market_position != YQ_STANCE_NONE || signal->position_size.set;
}

void
yq_withdraw(
    struct yq_decision *decision, const struct yq_signal *signal, const struct yq_account *book)
{
	struct withdrawing w = { .decision = decision };
	char reason[YQ_REASON_SIZE];

	if (!decision->withdraws)
		return;
	yq_order_reason_of(signal->strategy, reason);
	w.entry_of = yq_table_hash_text(reason);
	yq_account_each_order_of(book, signal->exchange, signal->ticker, take, &w);
}
