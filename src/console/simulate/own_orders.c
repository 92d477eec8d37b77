/* own_orders.c - the open orders of one strategy: what its signals are decided on, and withdraw. */
#include "console/simulate/engine_parts.h"
#include "domain/withdraw.h"

/* The paper broker does not know for whom an order is: an account that holds nothing but the open
 * orders as they were made. */
static struct yq_account *
open_orders(const struct sim_account *account)
{
	struct yq_account *orders = yq_account_make(account->settings->alias);

	for (struct yq_table_node *n = account->orders.oldest; n != NULL; n = n->newer) {
		const struct sim_order *kept = yq_container(n, struct sim_order, node);
		const struct yq_paper_order *taken = yq_paper_find(account->book, &kept->order.id);
		struct yq_decimal left = kept->order.qty;

		/* One that does not fit is as good as not there. */
		if (yq_account_open(orders, &kept->order, YQ_DECIMAL_ZERO, NULL) != YQ_OK ||
		    taken == NULL || yq_decimal_sub(taken->qty, taken->filled, &left) != YQ_OK)
			continue;
		yq_account_set_remaining(orders, &kept->order.id, left);
	}
	return orders;
}

void
sim_see_strategy(
    const struct sim_account *account, const struct yq_signal *signal, struct yq_account_view *view)
{
	char reason[YQ_REASON_SIZE];
	struct yq_account *orders;

	if (!yq_signal_sees_strategy(signal))
		return;
	orders = open_orders(account);
	yq_order_reason_of(signal->strategy, reason);
	yq_view_see_strategy(view, orders, signal->exchange, signal->ticker, reason);
	yq_account_free(orders);
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
	struct yq_account *orders;

	if (!decision->withdraws)
		return;
	orders = open_orders(account);
	yq_withdraw(decision, signal, orders);
	yq_account_free(orders);
	for (size_t i = 0; i < decision->cancel_count; i++)
		cancel(account, &decision->cancels[i]);
}
