/*
 * table.h - an intrusive hash table: the node lies in the caller's struct, so finding, entering and
 * removing allocate nothing but the buckets.  It remembers the order of entry.
 *
 *	struct thing { struct yq_table_node node; struct yq_id id; };
 *	struct thing *t = yq_container(yq_table_find(&table, hash, same_id, &id), struct thing,
 *node);
 */
#ifndef YQ_BASE_TABLE_H
#define YQ_BASE_TABLE_H

#include "base/common.h"

struct yq_table_node {
	struct yq_table_node *next; /* in the bucket */
	uint64_t hash;
	struct yq_table_node *older, *newer; /* in order of entry */
};

struct yq_table {
	struct yq_table_node **buckets; /* NULL while empty; owned */
	size_t bucket_count;		/* a power of two */
	size_t count;
	struct yq_table_node *oldest, *newest; /* NULL while empty */
};

/* True when `node` is the one that `key` names. */
typedef bool yq_table_same_fn(const struct yq_table_node *node, const void *key);

/* The struct that holds `pointer` as its `member`; NULL for NULL. */
#define yq_container(pointer, type, member) \
	((type *)yq_container_of_((pointer), offsetof(type, member)))
static inline void *
yq_container_of_(void *pointer, size_t offset)
{
	return pointer == NULL ? NULL : (char *)pointer - offset;
}

uint64_t yq_table_hash(const void *bytes, size_t length);
uint64_t yq_table_hash_text(const char *text);
/* One hash of two. */
uint64_t yq_table_hash_join(uint64_t a, uint64_t b);

struct yq_table_node *yq_table_find(
    const struct yq_table *table, uint64_t hash, yq_table_same_fn *same, const void *key);
/* The caller has made sure that the key is not in it yet. */
void yq_table_insert(struct yq_table *table, uint64_t hash, struct yq_table_node *node);
/* `node` must be in the table. */
void yq_table_remove(struct yq_table *table, struct yq_table_node *node);
/* Frees the buckets, not the nodes; the table is then empty and usable. */
void yq_table_clear(struct yq_table *table);

/* Every node once, in order of entry, until `fn` returns false; `fn` may remove (and free) the node
 * it is given, nothing else.  A caller's own loop goes from `oldest` along `newer`. */
typedef bool yq_table_each_fn(void *cookie, struct yq_table_node *node);
void yq_table_each(struct yq_table *table, yq_table_each_fn *fn, void *cookie);

#endif
