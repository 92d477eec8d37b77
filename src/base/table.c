/* table.c - the hash table: chained, doubling, never shrinking until cleared. */
#include "base/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FIRST_BUCKETS 64

/* FNV-1a with a final mix, for the low bits choose the bucket. */
uint64_t
yq_table_hash(const void *bytes, size_t length)
{
	const unsigned char *p = bytes;
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < length; i++) {
		hash ^= p[i];
		hash *= UINT64_C(1099511628211);
	}
	return yq_table_hash_join(hash, length);
}

uint64_t
yq_table_hash_text(const char *text)
{
	return yq_table_hash(text, strlen(text));
}

uint64_t
yq_table_hash_join(uint64_t a, uint64_t b)
{
	uint64_t hash = a ^ (b * UINT64_C(0x9e3779b97f4a7c15));

	hash ^= hash >> 32;
	hash *= UINT64_C(0xd6e8feb86659fd93);
	return hash ^ (hash >> 32);
}

static struct yq_table_node **
bucket_of(const struct yq_table *table, uint64_t hash)
{
	return &table->buckets[hash & (table->bucket_count - 1)];
}

struct yq_table_node *
yq_table_find(const struct yq_table *table, uint64_t hash, yq_table_same_fn *same, const void *key)
{
	if (table->count == 0)
		return NULL;
	for (struct yq_table_node *n = *bucket_of(table, hash); n != NULL; n = n->next)
		if (n->hash == hash && same(n, key))
			return n;
	return NULL;
}

static void
grow(struct yq_table *table)
{
	struct yq_table_node **old = table->buckets;
	size_t old_count = table->bucket_count;

	table->bucket_count = old_count == 0 ? FIRST_BUCKETS : old_count * 2;
	table->buckets = yq_xcalloc(table->bucket_count, sizeof(void *));
	for (size_t i = 0; i < old_count; i++) {
		for (struct yq_table_node *n = old[i], *next; n != NULL; n = next) {
			struct yq_table_node **bucket = bucket_of(table, n->hash);

			next = n->next;
			n->next = *bucket;
			*bucket = n;
		}
	}
	free(old);
}

void
yq_table_insert(struct yq_table *table, uint64_t hash, struct yq_table_node *node)
{
	struct yq_table_node **bucket;

	if (table->count >= table->bucket_count)
		grow(table);
	bucket = bucket_of(table, hash);
	node->hash = hash;
	node->next = *bucket;
	*bucket = node;
	node->older = table->newest;
	node->newer = NULL;
	*(node->older == NULL ? &table->oldest : &node->older->newer) = node;
	table->newest = node;
	table->count++;
}

void
yq_table_remove(struct yq_table *table, struct yq_table_node *node)
{
	struct yq_table_node **link = bucket_of(table, node->hash);

	while (*link != NULL && *link != node)
		link = &(*link)->next;
	assert(*link == node); /* a node that is not in the table */
	*link = node->next;
	*(node->older == NULL ? &table->oldest : &node->older->newer) = node->newer;
	*(node->newer == NULL ? &table->newest : &node->newer->older) = node->older;
	node->next = node->older = node->newer = NULL;
	table->count--;
}

void
yq_table_clear(struct yq_table *table)
{
	free(table->buckets);
	*table = (struct yq_table){ 0 };
}

void
yq_table_each(struct yq_table *table, yq_table_each_fn *fn, void *cookie)
{
	for (struct yq_table_node *n = table->oldest, *next; n != NULL; n = next) {
		next = n->newer;
		if (!fn(cookie, n))
			return;
	}
}
