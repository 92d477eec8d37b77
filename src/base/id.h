/*
 * id.h - identifiers: UUIDs in their canonical lower-case text (RFC 9562).
 */
#ifndef YQ_BASE_ID_H
#define YQ_BASE_ID_H

#include "base/clock.h"
#include "base/common.h"
#include "base/err.h"

#define YQ_ID_LENGTH 36

struct yq_id {
	char text[YQ_ID_LENGTH + 1]; /* "" means none */
};

struct yq_id yq_id_random(void);			  /* version 4 */
struct yq_id yq_id_ordered(const struct yq_clock *clock); /* version 7, sorts by time */
/* Version 5 under yQuant's own namespace: the same name gives the same id, for ever. */
struct yq_id yq_id_named(const void *name, size_t length);

/* Accepts any case, with or without braces; YQ_E_INVALID otherwise. */
YQ_NODISCARD enum yq_rc yq_id_parse(const char *text, size_t length, struct yq_id *result);
bool yq_id_equal(const struct yq_id *a, const struct yq_id *b);
/* Whether it is one of yq_id_named's kind (version 5). */
bool yq_id_is_named(const struct yq_id *id);
bool yq_id_is_none(const struct yq_id *id);

#endif
