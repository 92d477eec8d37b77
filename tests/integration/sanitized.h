/*
 * sanitized.h - is this a build with sanitizers?  Their shadow memory and the blocks they keep back
 * say nothing about what a program will ever need, so that bounds on memory hold elsewhere.
 */
#ifndef YQ_TESTS_SANITIZED_H
#define YQ_TESTS_SANITIZED_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

#endif
