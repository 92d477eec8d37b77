/*
 * fields.h - what a request says, read by its route's table or refused whole, with the field's
 * name.  Pure.
 */
#ifndef YQ_WEB_FIELDS_H
#define YQ_WEB_FIELDS_H

#include "web/router.h"

#define YQ_LIMIT_DEFAULT 50
#define YQ_LIMIT_MAX	 200
#define YQ_CURSOR_MAX	 512 /* bytes, decoded */
/* Bounds of the kinds where a route gives none. */
#define YQ_TEXT_MAX	 256
#define YQ_LONG_TEXT_MAX 65536
#define YQ_SECRET_MAX	 1024
#define YQ_TEXTS_MAX	 16 /* items, each at most YQ_TEXT_MAX bytes */

struct yq_query_pair {
	char *name, *value; /* decoded; owned by whoever made it */
	size_t length;	    /* of the value */
};

struct yq_input {
	const struct yq_route_match *match;
	const struct yq_query_pair *query;
	size_t query_count;
	const char *body; /* "" = none */
	size_t body_length;
};

struct yq_fault {
	unsigned status;  /* 400 or 422 */
	const char *code; /* static */
	char field[64];	  /* "" = none */
	char text[YQ_ERR_TEXT_MAX];
};

/* One field's value, by kind. */
struct yq_value {
	bool given;
	char *text;	/* TEXT .. TEXTS as written; NAME as the table spells it; owned, wiped */
	int64_t number; /* INT, BOOL, NAME; TIME and DATE in us */
	struct yq_decimal decimal;
	struct yq_id id;
	char **texts; /* owned */
	size_t text_count;
};

struct yq_fields {
	struct yq_value *values; /* one a field of the route, in its order; owned */
	size_t count;
	unsigned limit;
	char *cursor; /* decoded; NULL = none; owned */
};

/* False with the fault: then there is nothing to clear. */
YQ_NODISCARD bool yq_fields_read(
    const struct yq_input *input, struct yq_fields *fields, struct yq_fault *fault);
void yq_fields_clear(struct yq_fields *fields);

/* For the document: what a kind takes if the field does not say. */
struct yq_kind_bounds {
	int64_t min, max;
};
struct yq_kind_bounds yq_field_bounds(const struct yq_api_field *field);

/* URL-safe base64 without padding, and back: of cursors.  The text is owned by the caller; NULL
 * when it is none, or holds more than YQ_CURSOR_MAX bytes or a control character. */
YQ_NODISCARD char *yq_cursor_encode(const char *text);
YQ_NODISCARD char *yq_cursor_decode(const char *text);

#endif
