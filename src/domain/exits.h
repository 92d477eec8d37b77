/*
 * exits.h - prices at which what an order opens is to be closed again: take-profit and stop-loss.
 */
#ifndef YQ_DOMAIN_EXITS_H
#define YQ_DOMAIN_EXITS_H

#include "domain/terms.h"

#define YQ_EXITS(X)		   X(TAKE_PROFIT, "TakeProfit") X(STOP_LOSS, "StopLoss")
#define YQ_EXIT_VALUE(ident, name) YQ_##ident,
enum yq_exit_kind { YQ_EXITS(YQ_EXIT_VALUE) YQ_EXIT_COUNT };
extern const struct yq_names yq_exit_names;
#define YQ_EXIT_SIZE 12

struct yq_exits {
	struct yq_opt_decimal take_profit;     /* limit price */
	struct yq_opt_decimal stop_loss;       /* stop price */
	struct yq_opt_decimal stop_loss_limit; /* then it is a stop-limit */
};
/* The members of a message that has them in `m`, for a table of fields. */
#define YQ_EXITS_FIELDS(T, m)                                      \
	YQ_FIELD_OPT_DECIMAL("TakeProfitPrice", T, m.take_profit), \
	    YQ_FIELD_OPT_DECIMAL("StopLossPrice", T, m.stop_loss), \
	    YQ_FIELD_OPT_DECIMAL("StopLossLimitPrice", T, m.stop_loss_limit)

bool yq_exits_any(const struct yq_exits *exits);
/* Whatever they are the exits of: above zero, archivable, no limit without its stop. */
YQ_NODISCARD enum yq_rc yq_exits_check(const struct yq_exits *exits, struct yq_err *err);
/* On the right sides of each other and, where it is known, of the price at which `entry` opens:
 * the take-profit of a buy above it, its stop-loss below, and the reverse for a sell. */
YQ_NODISCARD enum yq_rc yq_exits_check_sides(const struct yq_exits *exits, enum yq_action entry,
    struct yq_opt_decimal opens_at, struct yq_err *err);

#endif
