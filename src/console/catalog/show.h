/* show.h - instruments and the state of the catalog, for people and programs. */
#ifndef YQ_CONSOLE_CATALOG_SHOW_H
#define YQ_CONSOLE_CATALOG_SHOW_H

#include "console/console.h"
#include "store/catalog.h"

/* Rows; `empty` is what people read when there is none. */
void yq_catalog_print_list(
    const struct yq_call *call, const struct yq_instrument_list *list, const char *empty);
/* One, with all that is known of it; a list of one for programs. */
void yq_catalog_print_one(const struct yq_call *call, const struct yq_instrument *instrument);
/* One row an exchange that was ever written. */
void yq_catalog_print_summary(
    const struct yq_call *call, const struct yq_catalog_summary rows[YQ_EXCHANGE_COUNT]);
/* What a sync has changed. */
void yq_catalog_print_changes(const struct yq_call *call, const struct yq_catalog_part *parts,
    const struct yq_catalog_change *changes, size_t count);

#endif
