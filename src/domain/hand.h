/*
 * hand.h - who did something by hand, and through which program: members of every request that a
 * person makes, so that the archive can tell of it.
 */
#ifndef YQ_DOMAIN_HAND_H
#define YQ_DOMAIN_HAND_H

#include "domain/terms.h"

#define YQ_WHO_SIZE    129 /* "user@host", UTF-8 */
#define YQ_ORIGIN_SIZE 33  /* the program: "Console" */

struct yq_hand {
	char who[YQ_WHO_SIZE];	     /* "" = it was not said */
	char origin[YQ_ORIGIN_SIZE]; /* "" = it was not said */
};

/* For the field table of a struct with a member `hand`. */
#define YQ_HAND_FIELDS(T)                               \
	YQ_FIELD_TEXT("Who", T, hand.who, YQ_OPTIONAL), \
	    YQ_FIELD_TEXT("Origin", T, hand.origin, YQ_OPTIONAL)

#endif
