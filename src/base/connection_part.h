/*
 * connection_part.h - what the readers of both kinds of connection string share.
 *
 * Values and unknown names never enter an error text: a stray separator puts half a password
 * anywhere.
 */
#ifndef YQ_BASE_CONNECTION_PART_H
#define YQ_BASE_CONNECTION_PART_H

#include "base/err.h"
#include "base/secret.h"

#define YQ_CONNECTION_LENGTH_MAX 4096

/* A stretch of the text, without the white space around it. */
struct yq_part {
	const char *at;
	size_t length;
};

/* The part of [at, end) without white space at either end. */
struct yq_part yq_part_trim(const char *at, const char *end);
/* The next part of *rest up to `separator`; false when there is none left (*rest is NULL then). */
bool yq_part_next(const char **rest, char separator, struct yq_part *part);
/* "name=value" at the first '='; false if there is none. */
bool yq_part_split(struct yq_part whole, struct yq_part *name, struct yq_part *value);

/* A known option: what takes its value (NULL = accepted and of no use here), and, for the error
 * text, what it expects. */
struct yq_option {
	const char *name;
	bool (*take)(void *target, struct yq_part value);
	const char *expected;
};
/* Give `value` to the option called `name`, ignoring case.  `position` counts the parts from 1, for
 * the error text.  Sets *ignored to its name if it is of no use here, else to NULL. */
YQ_NODISCARD enum yq_rc yq_option_take(const struct yq_option *options, size_t count,
    size_t position, struct yq_part name, struct yq_part value, void *target, const char **ignored,
    struct yq_err *err);

/* False if the value is no such thing, or does not fit. */
bool yq_part_int(struct yq_part value, int64_t min, int64_t max, int64_t *number);
bool yq_part_port(struct yq_part value, uint16_t *port);
bool yq_part_text(struct yq_part value, char *target, size_t size);
/* Replaces *secret; an empty value gives NULL. */
bool yq_part_secret(struct yq_part value, struct yq_secret **secret);

#endif
