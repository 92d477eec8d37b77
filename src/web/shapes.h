/* shapes.h - what the API answers, as shapes.py made it from shapes.txt. */
#ifndef YQ_WEB_SHAPES_H
#define YQ_WEB_SHAPES_H

#include <stddef.h>

extern const char *const yq_shape_names[]; /* of objects: "Order" */
extern const size_t yq_shape_count;
/* Members of components.schemas, "\"Order\":{...}"; ends with NULL. */
extern const char *const yq_shape_schemas[];

#endif
