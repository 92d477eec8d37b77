/* list.h - what the readers of answers have in common.  Private to broker/alpaca. */
#ifndef YQ_BROKER_ALPACA_LIST_H
#define YQ_BROKER_ALPACA_LIST_H

#include "base/json.h"
#include "domain/terms.h"

/* Fill `item`, which is zeroed. */
typedef enum yq_rc yq_alpaca_item_fn(const yq_json *json, void *item, struct yq_err *err);
/* An array, as items of `size` bytes; owned by the caller, NULL on error. */
YQ_NODISCARD enum yq_rc yq_alpaca_read_list(const char *text, size_t length, size_t size,
    yq_alpaca_item_fn *read, void **ret_items, size_t *ret_count, struct yq_err *err);

/* asset_class, or class: stocks where it is not told. */
YQ_NODISCARD enum yq_rc yq_alpaca_is_stock(
    const yq_json *json, const char *name, bool *is_stock, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_alpaca_side(
    const yq_json *json, enum yq_action *action, struct yq_err *err);

#endif
