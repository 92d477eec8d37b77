/*
 * field.h - one field of an answer of Alpaca: read, or refused with its name.  Pure.
 *
 * Alpaca writes numbers as texts, in market data as JSON numbers; either is taken.  Quantities have
 * up to nine places and averages more: what is beyond eight is cut off.
 */
#ifndef YQ_BROKER_ALPACA_FIELD_H
#define YQ_BROKER_ALPACA_FIELD_H

#include "base/json.h"
#include "base/record.h"

/*
 * Each returns YQ_E_INVALID with the field's name, what was expected and what was found.  Where a
 * field is `wanted`, missing and null are faults too; else they leave "", not set, false or 0.
 */
enum yq_alpaca_need { YQ_ALPACA_OPTIONAL, YQ_ALPACA_WANTED };

/* Printable ASCII of less than `size` bytes; where it is wanted, not empty. */
YQ_NODISCARD enum yq_rc yq_alpaca_text(const yq_json *object, const char *name,
    enum yq_alpaca_need need, char *text, size_t size, struct yq_err *err);
/* Such a text of letters, digits, - and _ alone, which may stand in an address. */
YQ_NODISCARD enum yq_rc yq_alpaca_id(const yq_json *object, const char *name,
    enum yq_alpaca_need need, char *id, size_t size, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_alpaca_number(const yq_json *object, const char *name,
    enum yq_alpaca_need need, struct yq_opt_decimal *value, struct yq_err *err);
/* A wanted number that is at least, or above, zero. */
YQ_NODISCARD enum yq_rc yq_alpaca_amount(
    const yq_json *object, const char *name, struct yq_decimal *value, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_alpaca_positive(
    const yq_json *object, const char *name, struct yq_decimal *value, struct yq_err *err);
/* RFC 3339. */
YQ_NODISCARD enum yq_rc yq_alpaca_time(const yq_json *object, const char *name,
    enum yq_alpaca_need need, int64_t *time_us, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_alpaca_flag(const yq_json *object, const char *name,
    enum yq_alpaca_need need, bool *value, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_alpaca_ticker(
    const yq_json *object, const char *name, char *ticker, size_t size, struct yq_err *err);
/* One of `names`, exactly. */
YQ_NODISCARD enum yq_rc yq_alpaca_word(const yq_json *object, const char *name,
    const struct yq_names *names, int *value, struct yq_err *err);

/* The whole text as JSON whose root is of `type`; owned by the caller. */
YQ_NODISCARD enum yq_rc yq_alpaca_root(const char *text, size_t length, enum yq_json_type type,
    yq_json **ret_root, struct yq_err *err);
/* YQ_E_INVALID: "name: expected what, found ...". */
enum yq_rc yq_alpaca_wrong(
    const yq_json *object, const char *name, const char *expected, struct yq_err *err);
/*
 * An execution of `qty` after which `filled` of its order were executed in all, both with up to
 * twelve places: both are cut to eight so that the executions of an order add up to what is filled
 * of it.
 */
YQ_NODISCARD enum yq_rc yq_alpaca_executed(const yq_json *qty, const yq_json *filled,
    struct yq_decimal *ret_qty, struct yq_decimal *ret_filled, struct yq_err *err);

#endif
