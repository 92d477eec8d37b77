/* place.h - where a page of a list ended. */
#ifndef YQ_STORE_PLACE_H
#define YQ_STORE_PLACE_H

#include "base/id.h"

/* In a list that goes from new to old: what follows is older, or as old with a lesser id.  So
 * nothing is told twice and nothing left out while newer rows come. */
struct yq_row_place {
	int64_t at_us; /* 0 = the beginning */
	struct yq_id id;
};

#endif
