/*
 * alert.h - the body of an alert: what TradingView and people's own programs send, into a signal.
 *
 * Reading goes in two steps, so that nothing about a body is told to somebody without the secret:
 * first its names are sorted out, then, once the secret was right, its values are read.
 */
#ifndef YQ_DOMAIN_ALERT_H
#define YQ_DOMAIN_ALERT_H

#include "domain/signal.h"

#define YQ_ALERT_BODY_MAX  16384
#define YQ_ALERT_FIELD_MAX 64

/* Every field an alert may have.  X(ident, label); the label is used in errors when the field is
 * missing. */
#define YQ_ALERT_FIELDS(X)                                 \
	X(TICKER, "ticker")                                \
	X(EXCHANGE, "exchange")                            \
	X(CURRENCY, "currency")                            \
	X(ACTION, "action")                                \
	X(PRICE, "price")                                  \
	X(STRENGTH, "strength")                            \
	X(STRATEGY, "strategy")                            \
	X(SECRET, "secret")                                \
	X(ID, "id")                                        \
	X(TIME, "time")                                    \
	X(QTY, "qty")                                      \
	X(POSITION_SIZE, "position_size")                  \
	X(MARKET_POSITION, "market_position")              \
	X(MARKET_POSITION_SIZE, "market_position_size")    \
	X(PREV_POSITION, "prev_market_position")           \
	X(PREV_POSITION_SIZE, "prev_market_position_size") \
	X(TYPE, "type")                                    \
	X(LIMIT_PRICE, "limit_price")                      \
	X(STOP_PRICE, "stop_price")                        \
	X(TAKE_PROFIT, "take_profit")                      \
	X(STOP_LOSS, "stop_loss")                          \
	X(STOP_LOSS_LIMIT, "stop_loss_limit")              \
	X(TIME_IN_FORCE, "time_in_force")                  \
	X(ATR, "atr")                                      \
	X(COMMENT, "comment")
#define YQ_ALERT_VALUE(ident, label) YQ_ALERT_##ident,
enum yq_alert_field { YQ_ALERT_FIELDS(YQ_ALERT_VALUE) YQ_ALERT_FIELD_COUNT };

/* Why a body is refused: the field as the body spells it ("" = the body as a whole). */
struct yq_alert_fault {
	char field[YQ_ALERT_FIELD_MAX];
	char text[256]; /* a sentence; never a value of the field secret */
};

struct yq_alert_value {
	const char *name; /* as the body spells it; NULL = absent */
	const yq_json *json;
	unsigned rank; /* of the alias: the lower one wins */
};

struct yq_alert {
	yq_json *tree; /* owned */
	struct yq_alert_value values[YQ_ALERT_FIELD_COUNT];
};

/* Sort out the names.  False with the fault; then there is nothing to clear. */
bool yq_alert_open(
    struct yq_alert *alert, const char *body, size_t length, struct yq_alert_fault *fault);
void yq_alert_clear(struct yq_alert *alert); /* wipes the secret */

/* The secret's bytes, or NULL when there is none (or it is no text).  Borrowed. */
const char *yq_alert_secret(const struct yq_alert *alert, size_t *length);
/* The strategy's name as far as it is one: "" otherwise. */
void yq_alert_strategy(const struct yq_alert *alert, char strategy[YQ_STRATEGY_SIZE]);
/* The alert's own id, or NULL.  Borrowed. */
const char *yq_alert_own_id(const struct yq_alert *alert, size_t *length);

/* Read all values.  `signal->id` is left for the caller.  False with the first fault. */
bool yq_alert_read(const struct yq_alert *alert, int64_t now_us, struct yq_signal *signal,
    struct yq_alert_fault *fault);

#endif
