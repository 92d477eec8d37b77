/* broker.c - the port's thin front: every call goes through the adapter's table. */
#include "broker/broker.h"

#include <assert.h>

bool
yq_broker_can(const struct yq_broker *broker, enum yq_broker_flag flag)
{
	return (broker->capabilities.flags & (uint32_t)flag) != 0;
}

enum yq_rc
yq_broker_supports(const struct yq_broker_capabilities *capabilities, const char *broker_name,
    const struct yq_order *order, struct yq_err *err)
{
	const struct {
		uint32_t able;
		int wanted;
		const struct yq_names *names;
	} rows[] = {
		{ capabilities->exchanges, (int)order->exchange, &yq_exchange_names },
		{ capabilities->order_types, (int)order->type, &yq_order_type_names },
		{ capabilities->times_in_force, (int)order->time_in_force, &yq_tif_names },
	};

	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		if ((rows[i].able >> rows[i].wanted & 1U) != 0)
			continue;
		return yq_err_set(err, YQ_E_REFUSED, "broker %s does not take %s %s", broker_name,
		    rows[i].names->what, yq_names_text(rows[i].names, rows[i].wanted));
	}
	return YQ_OK;
}

void
yq_broker_submit(
    struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *cookie)
{
	broker->ops->submit(broker, order, fn, cookie);
}

void
yq_broker_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *cookie)
{
	broker->ops->cancel(broker, ref, fn, cookie);
}

void
yq_broker_replace(struct yq_broker *broker, const struct yq_broker_ref *ref,
    const struct yq_broker_change *change, yq_broker_done_fn *fn, void *cookie)
{
	assert(yq_broker_can(broker, YQ_BROKER_REPLACES));
	broker->ops->replace(broker, ref, change, fn, cookie);
}

void
yq_broker_find_order(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_found_fn *fn, void *cookie)
{
	broker->ops->find_order(broker, ref, fn, cookie);
}

void
yq_broker_open_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *cookie)
{
	broker->ops->open_orders(broker, fn, cookie);
}

void
yq_broker_fills_since(
    struct yq_broker *broker, int64_t since_us, yq_broker_fills_fn *fn, void *cookie)
{
	broker->ops->fills_since(broker, since_us, fn, cookie);
}

void
yq_broker_positions(struct yq_broker *broker, yq_broker_positions_fn *fn, void *cookie)
{
	broker->ops->positions(broker, fn, cookie);
}

void
yq_broker_balances(struct yq_broker *broker, yq_broker_balances_fn *fn, void *cookie)
{
	broker->ops->balances(broker, fn, cookie);
}

void
yq_broker_price(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    yq_broker_price_fn *fn, void *cookie)
{
	broker->ops->price(broker, exchange, ticker, fn, cookie);
}

void
yq_broker_observe(struct yq_broker *broker, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, int64_t time_us)
{
	if (broker->ops->observe != NULL)
		broker->ops->observe(broker, exchange, ticker, price, time_us);
}

void
yq_broker_free(struct yq_broker *broker)
{
	if (broker != NULL)
		broker->ops->free(broker);
}
