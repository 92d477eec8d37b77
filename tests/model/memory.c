/* memory.c - a table of every piece that belongs to a life: open addressing, linear probing. */
#include "memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
void *__real_reallocarray(void *pointer, size_t count, size_t size);
void __real_free(void *pointer);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *pointer, size_t size);
void *__wrap_reallocarray(void *pointer, size_t count, size_t size);
void __wrap_free(void *pointer);

struct piece {
	void *pointer; /* NULL = the slot is free */
	unsigned owner;
};

static struct piece *pieces;
static size_t piece_count, piece_room; /* a power of two */
static unsigned current;

unsigned
memory_owner(unsigned owner)
{
	unsigned before = current;

	current = owner;
	return before;
}

static size_t
slot_of(const void *pointer)
{
	uint64_t hash = (uint64_t)(uintptr_t)pointer * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(hash >> 20) & (piece_room - 1);
}

static void
enter(void *pointer, unsigned owner)
{
	size_t at = slot_of(pointer);

	while (pieces[at].pointer != NULL)
		at = (at + 1) & (piece_room - 1);
	pieces[at] = (struct piece){ pointer, owner };
	piece_count++;
}

static void
grow(void)
{
	struct piece *old = pieces;
	size_t room = piece_room;

	piece_room = room == 0 ? 4096 : room * 2;
	pieces = __real_calloc(piece_room, sizeof(*pieces));
	if (pieces == NULL)
		abort();
	piece_count = 0;
	for (size_t i = 0; i < room; i++)
		if (old[i].pointer != NULL)
			enter(old[i].pointer, old[i].owner);
	__real_free(old);
}

static void *
note(void *pointer)
{
	if (pointer == NULL || current == 0)
		return pointer;
	if (2 * piece_count >= piece_room)
		grow();
	enter(pointer, current);
	return pointer;
}

/* What follows the slot moves up, so that a search never ends too early. */
static void
forget(const void *pointer)
{
	size_t at, next;

	if (pointer == NULL || piece_room == 0)
		return;
	for (at = slot_of(pointer); pieces[at].pointer != pointer; at = (at + 1) & (piece_room - 1))
		if (pieces[at].pointer == NULL)
			return;
	pieces[at].pointer = NULL;
	piece_count--;
	for (next = (at + 1) & (piece_room - 1); pieces[next].pointer != NULL;
	     next = (next + 1) & (piece_room - 1)) {
		struct piece moved = pieces[next];

		pieces[next].pointer = NULL;
		piece_count--;
		enter(moved.pointer, moved.owner);
	}
}

size_t
memory_drop(unsigned owner)
{
	size_t count = 0;

	for (size_t i = 0; i < piece_room; i++) {
		while (pieces[i].pointer != NULL && pieces[i].owner == owner) {
			void *pointer = pieces[i].pointer;

			forget(pointer);
			__real_free(pointer);
			count++;
		}
	}
	/* A slot that moved to the front of the table from its end was passed already. */
	for (size_t i = 0; i < piece_room; i++)
		if (pieces[i].pointer != NULL && pieces[i].owner == owner)
			return count + memory_drop(owner);
	return count;
}

void *
__wrap_malloc(size_t size)
{
	return note(__real_malloc(size));
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return note(__real_calloc(count, size));
}

void *
__wrap_realloc(void *pointer, size_t size)
{
	forget(pointer);
	return note(__real_realloc(pointer, size));
}

void *
__wrap_reallocarray(void *pointer, size_t count, size_t size)
{
	forget(pointer);
	return note(__real_reallocarray(pointer, count, size));
}

void
__wrap_free(void *pointer)
{
	forget(pointer);
	__real_free(pointer);
}
