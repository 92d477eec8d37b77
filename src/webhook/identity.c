/* identity.c - the id of a signal. */
#include "webhook/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "domain/alert.h"

#define SETS	  8192 /* a power of two */
#define WAYS	  4
#define NAME_MAX_ (YQ_ALERT_BODY_MAX + 512)

struct seen {
	uint64_t hash; /* 0 = empty */
	int64_t window, at_us;
};

struct yq_identity {
	int64_t first_us; /* when the table began to know */
	struct seen sets[SETS][WAYS];
};

struct yq_identity *
yq_identity_make(void)
{
	return yq_xcalloc(1, sizeof(struct yq_identity));
}

void
yq_identity_free(struct yq_identity *identity)
{
	free(identity);
}

struct yq_id
yq_identity_of_own(const char *own_id, size_t length)
{
	struct yq_buf name = yq_buf_make(NAME_MAX_);
	struct yq_id id;

	yq_buf_add_text(&name, "alert:");
	yq_buf_add(&name, own_id, length);
	id = yq_id_named(yq_buf_text(&name), name.length);
	yq_buf_free(&name);
	return id;
}

static struct yq_id
body_id(const char *strategy, int64_t window, const char *body, size_t length)
{
	struct yq_buf name = yq_buf_make(NAME_MAX_);
	struct yq_id id;

	yq_buf_add_text(&name, "body:");
	yq_buf_add_text(&name, strategy);
	yq_buf_add_char(&name, '\n');
	yq_buf_add_int(&name, window);
	yq_buf_add_char(&name, '\n');
	yq_buf_add(&name, body, length);
	id = yq_id_named(yq_buf_text(&name), name.length);
	yq_buf_free(&name);
	return id;
}

static uint64_t
hash_of(const char *strategy, const char *body, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *strategy != '\0'; strategy++)
		hash = (hash ^ (unsigned char)*strategy) * UINT64_C(0x100000001b3);
	hash *= UINT64_C(0x100000001b3); /* the NUL between them */
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)body[i]) * UINT64_C(0x100000001b3);
	hash ^= hash >> 31;
	return hash == 0 ? 1 : hash;
}

/* The body's entry, or the one that gives way to it. */
static struct seen *
find(struct yq_identity *identity, uint64_t hash)
{
	struct seen *set = identity->sets[hash % SETS], *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (set[i].at_us < oldest->at_us)
			oldest = &set[i];
	}
	return oldest;
}

struct yq_id
yq_identity_of_body(struct yq_identity *identity, const char *strategy, const char *body,
    size_t length, int64_t now_us, int64_t monotonic_us, int64_t window_us, struct yq_id *previous)
{
	uint64_t hash = hash_of(strategy, body, length);
	struct seen *seen;

	*previous = (struct yq_id){ "" };
	if (window_us == 0)
		return yq_id_random();
	if (identity->first_us == 0)
		identity->first_us = monotonic_us;
	seen = find(identity, hash);
	if (seen->hash != hash || monotonic_us - seen->at_us > window_us) {
		*seen = (struct seen){ hash, now_us / window_us, monotonic_us };
		if (monotonic_us - identity->first_us <= window_us)
			*previous = body_id(strategy, seen->window - 1, body, length);
	}
	return body_id(strategy, seen->window, body, length);
}
