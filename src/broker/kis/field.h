/*
 * field.h - one field of an answer of KIS: read, or refused with its name.  Pure.
 *
 * KIS writes everything as a text, padded with spaces where it likes, and "" where there is
 * nothing.  A number may come as a JSON number as well.
 */
#ifndef YQ_BROKER_KIS_FIELD_H
#define YQ_BROKER_KIS_FIELD_H

#include "base/json.h"

/* The text without the spaces around it.  YQ_E_INVALID: missing, no text, or `size` is too small;
 * the optional one is "" when it is missing or null. */
YQ_NODISCARD enum yq_rc yq_kis_text(
    const yq_json *object, const char *name, char *text, size_t size, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_kis_text_optional(
    const yq_json *object, const char *name, char *text, size_t size, struct yq_err *err);
/* As it stands, spaces included: what is to be echoed. */
YQ_NODISCARD enum yq_rc yq_kis_text_raw(
    const yq_json *object, const char *name, char *text, size_t size, struct yq_err *err);
/* YQ_E_INVALID: missing, empty or no number; the optional one is not set when it is missing, null
 * or empty. */
YQ_NODISCARD enum yq_rc yq_kis_number(
    const yq_json *object, const char *name, struct yq_decimal *value, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_kis_number_optional(
    const yq_json *object, const char *name, struct yq_opt_decimal *value, struct yq_err *err);
/* A number as KIS writes them: zeros and spaces before it, spaces behind; more digits behind the
 * point than eight are cut off when they are zeros. */
YQ_NODISCARD enum yq_rc yq_kis_number_parse(
    const char *text, size_t length, struct yq_decimal *value);
/* "20261123" as days since 1970; "93005" and "093005" as seconds of the day.  False: it is none. */
bool yq_kis_date_parse(const char *text, int64_t *days);
bool yq_kis_time_parse(const char *text, int32_t *seconds);

#endif
