/* schedule_fields.h - the columns of runs.  For use inside store/ only. */
#ifndef YQ_STORE_SCHEDULE_FIELDS_H
#define YQ_STORE_SCHEDULE_FIELDS_H

#include "store/schedule_runs.h"

#define YQ_RUN_FIELDS	    13
#define YQ_RUN_ORDER_FIELDS 5
extern const struct yq_field yq_run_fields[YQ_RUN_FIELDS];
extern const struct yq_field yq_run_order_fields[YQ_RUN_ORDER_FIELDS];

#endif
