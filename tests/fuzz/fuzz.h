/* fuzz.h - what a fuzz target is: one function over any bytes, which must neither crash nor leak.
 */
#ifndef YQ_TESTS_FUZZ_H
#define YQ_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Always returns 0.  A property that does not hold aborts (assert). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
