/*
 * sha1.h - SHA-1 (FIPS 180-4), for the ids that RFC 9562 derives from names; no secret depends on
 * it.
 */
#ifndef YQ_BASE_SHA1_H
#define YQ_BASE_SHA1_H

#include "base/common.h"

#define YQ_SHA1_SIZE 20

/* Of `prefix` and then `bytes`. */
void yq_sha1(const void *prefix, size_t prefix_length, const void *bytes, size_t length,
    unsigned char digest[YQ_SHA1_SIZE]);

#endif
