/*
 * args.h - one command in the wire form of the server (RESP2), built argument by argument.
 *
 * Meant to be kept and used again: clearing keeps the memory, and no argument is allocated apart.
 */
#ifndef YQ_BUS_ARGS_H
#define YQ_BUS_ARGS_H

#include "base/buf.h"
#include "bus/schema.h"

#define YQ_ARGS_BYTES_MAX (96U << 20) /* 512 items of 64 KiB, three times over */

struct yq_args {
	struct yq_buf body; /* whole commands, then the arguments of the last without its count */
	size_t start;	    /* of the last command in `body` */
	size_t count;	    /* its arguments */
	size_t before;	    /* commands before it */
};

struct yq_args yq_args_make(void);
void yq_args_free(struct yq_args *args);
void yq_args_clear(struct yq_args *args);

void yq_args_bytes(struct yq_args *args, const char *bytes, size_t length);
void yq_args_text(struct yq_args *args, const char *text); /* NULL gives "" */
void yq_args_int(struct yq_args *args, int64_t value);
void yq_args_time(struct yq_args *args, int64_t instant_us); /* RFC 3339 */
void yq_args_key(struct yq_args *args, enum yq_key key, const char *arg);
/* "FCALL" name key_count: the keys and then the other arguments follow. */
void yq_args_fcall(struct yq_args *args, enum yq_step step, size_t key_count);
/* Several texts separated by one space: "XADD x *". */
void yq_args_words(struct yq_args *args, const char *words);

/* Begin another command, to leave with those before it in one piece (a transaction). */
void yq_args_next(struct yq_args *args);

/* Append the whole command, and those before it, to `out`. */
void yq_args_write(const struct yq_args *args, struct yq_buf *out);

#endif
