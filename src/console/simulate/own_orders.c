/* own_orders.c - the open orders of one strategy: what its signals are decided on, and withdraw. */
#include "console/simulate/engine_parts.h"
#include "domain/withdraw.h"

void
sim_see_strategy(
    const struct sim_account *account, const struct yq_signal *signal, struct yq_account_view *view)
{
	char reason[YQ_REASON_SIZE];

	if (!yq_signal_sees_strategy(signal))
		return;
	yq_order_reason_of(signal->strategy, reason);
	yq_view_see_strategy(view, account->own, signal->exchange, signal->ticker, reason);
}

static void
cancel(struct sim_account *account, const struct yq_id *id)
{
	struct sim_order *kept = sim_order_find(account, id);

	if (kept != NULL && kept->waits) {
		account->waiting--;
		sim_order_drop(account, kept);
		return;
	}
	/* Final already: nothing is left to withdraw. */
	(void)!yq_paper_cancel(account->book, id, account->sim->now_us, NULL);
}

void
sim_withdraw(
    struct sim_account *account, const struct yq_signal *signal, struct yq_decision *decision)
{
	yq_withdraw(decision, signal, account->own);
	for (size_t i = 0; i < decision->cancel_count; i++)
		cancel(account, &decision->cancels[i]);
}
