/* values.h - one value of a request, checked and converted by its field's kind.  Pure. */
#ifndef YQ_WEB_VALUES_H
#define YQ_WEB_VALUES_H

#include "web/fields.h"

/* As text, from a path or a query.  False, and `expected` says what was expected ("a whole number
 * from 1 to 200"); the value may then hold something: yq_value_clear. */
#define YQ_EXPECTED_SIZE 256
YQ_NODISCARD bool yq_value_of_text(const struct yq_api_field *field, const char *text,
    size_t length, struct yq_value *value, char expected[YQ_EXPECTED_SIZE]);
/* As JSON, from a body. */
YQ_NODISCARD bool yq_value_of_json(const struct yq_api_field *field, const yq_json *json,
    struct yq_value *value, char expected[YQ_EXPECTED_SIZE]);
void yq_value_clear(struct yq_value *value);

#endif
