/*
 * router.h - which route a request is for.  Pure.
 */
#ifndef YQ_WEB_ROUTER_H
#define YQ_WEB_ROUTER_H

#include "web/api.h"

#define YQ_ROUTE_WORDS_MAX 4 /* {...} in one path */

struct yq_route_match {
	const struct yq_api_route *route;
	/* What stands for each {name} of the route's path, in its order; borrowed from the path. */
	struct yq_route_word {
		const char *bytes;
		size_t length;
	} words[YQ_ROUTE_WORDS_MAX];
	size_t word_count;
};

#define YQ_ALLOW_SIZE 64

/*
 * `path` is below /api/v1 ("/orders/x"); HEAD is served by the route of GET.  A path without {...}
 * goes before one with.
 *   YQ_E_NOT_FOUND  no such path.
 *   YQ_E_REFUSED    there is one, for other methods: `allow` names them ("GET, HEAD, POST").
 */
YQ_NODISCARD enum yq_rc yq_router_find(const struct yq_api_family *const *families, size_t count,
    const char *method, const char *path, struct yq_route_match *match, char allow[YQ_ALLOW_SIZE]);

/* The value of the {name}; NULL if the path has none. */
const struct yq_route_word *yq_route_word(const struct yq_route_match *match, const char *name);

#endif
