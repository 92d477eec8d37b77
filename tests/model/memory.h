/*
 * memory.h - whose memory is what: all that a life of the gateway allocates goes with it when it is
 * killed, and none may be left when it ends in order.
 *
 * malloc and its kind are wrapped at link level (see meson.build).
 */
#ifndef YQ_TESTS_MODEL_MEMORY_H
#define YQ_TESTS_MODEL_MEMORY_H

#include <stddef.h>

/* What is allocated from now on belongs to `owner` (0 = to nobody: the test).  Returns who it was
 * until now. */
unsigned memory_owner(unsigned owner);
/* Free all that belongs to `owner`; returns how many pieces that were. */
size_t memory_drop(unsigned owner);

#endif
