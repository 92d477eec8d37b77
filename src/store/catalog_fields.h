/* catalog_fields.h - the columns of CATALOG, for the files that read and write it. */
#ifndef YQ_STORE_CATALOG_FIELDS_H
#define YQ_STORE_CATALOG_FIELDS_H

#include "domain/instrument.h"

#define YQ_CATALOG_FIELDS 16
#define YQ_CATALOG_KEYS	  2 /* the first ones */
extern const struct yq_field yq_catalog_fields[YQ_CATALOG_FIELDS];

#endif
