/*
 * common.h - attributes and small macros that every file may use.
 */
#ifndef YQ_BASE_COMMON_H
#define YQ_BASE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define YQ_NODISCARD	     __attribute__((warn_unused_result))
#define YQ_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define YQ_NORETURN	     __attribute__((noreturn))

/* Runs `fn(&variable)` when the variable leaves its scope; replaces goto ladders. */
#define YQ_CLEANUP(fn) __attribute__((cleanup(fn)))

#define YQ_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
