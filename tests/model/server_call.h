/*
 * server_call.h - one call of a durable step while it runs: its keys, the next argument, and the
 * answer as it grows.
 */
#ifndef YQ_TESTS_MODEL_SERVER_CALL_H
#define YQ_TESTS_MODEL_SERVER_CALL_H

#include "server.h"

/* The answer { letters, text... } while it is made. */
struct letters {
	char *codes;
	struct word *texts;
	size_t count, text_count;
};

struct call {
	struct server *server;
	const struct word *keys, *args;
	size_t key_count, arg_count;
	size_t at; /* the next argument */
};

const struct word *call_next(struct call *call);
const char *call_text(struct call *call);
size_t call_number(struct call *call);
const char *call_id(const char *key);
struct letters letters_make(size_t count);
void letters_say(struct letters *l, char code);
redisReply *letters_end(struct letters *l);
redisReply *letters_one(char code);
void call_put(struct call *call, const char *key, const char *field, const char *text);
bool call_holds(struct call *call, const char *lease, const char *token);
/* The id of the latest entry of the stream becomes the field. */
void call_put_last(struct call *call, const char *key, const char *field, const char *stream);
/* An empty value deletes its field; an empty name is no field. */
void call_write(
    struct call *call, const char *key, const struct word *field, const struct word *value);

/* The next arguments: alias, ticker, created, payload and, where `foreign`, that;
 * without it nothing is published. */
void call_write_order(struct call *call, const char *stream, const char *channel,
    const char *pending, const char *key, bool foreign);

/* server_apply.c, server_books.c, server_claim.c */
redisReply *step_claim(struct call *call);
/* Whether a halt that says this is over by the server's clock. */
bool call_is_over(const struct call *call, const struct word *value);
redisReply *step_apply(struct call *call);
redisReply *step_bracket(struct call *call);
redisReply *step_lease(struct call *call);
redisReply *step_sync(struct call *call);
redisReply *step_halt(struct call *call);
redisReply *step_color(struct call *call);
redisReply *step_beat(struct call *call);
redisReply *step_notify(struct call *call);
redisReply *step_stock(struct call *call);

#endif
