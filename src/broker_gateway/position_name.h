/* position_name.h - which field of position:{Alias} an instrument has. */
#ifndef YQ_BROKER_GATEWAY_POSITION_NAME_H
#define YQ_BROKER_GATEWAY_POSITION_NAME_H

#include "domain/account.h"

struct gw_account;

/* The field of position:{Alias} that this instrument has; it is given one when it has none yet. */
void gw_position_field(struct gw_account *account, enum yq_exchange exchange, const char *ticker,
    char field[YQ_TICKER_SIZE + 16]);
/* A position came to nothing. */
void gw_position_gone(struct gw_account *account, const char *ticker);
void gw_position_names_free(struct gw_account *account);

#endif
