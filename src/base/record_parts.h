/* record_parts.h - what the parts of the record reader share.  For record*.c only. */
#ifndef YQ_BASE_RECORD_PARTS_H
#define YQ_BASE_RECORD_PARTS_H

#include "base/record.h"

/* Whether a field of this kind takes a JSON value of that type. */
bool yq_record_takes(const struct yq_field *field, enum yq_json_type type);
/* Set one member from the text of a value; no text of an error is made. */
enum yq_rc yq_record_set(
    const struct yq_field *field, const char *text, size_t length, void *record);

#endif
