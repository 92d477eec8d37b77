/* router.c - which route a request is for: the table, walked. */
#include "web/router.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static size_t
segment_length(const char *text)
{
	return strcspn(text, "/");
}

/* Both begin with a slash.  A segment that stands for a {name} has at least one byte. */
static bool
match_path(const char *pattern, const char *path, struct yq_route_match *match)
{
	match->word_count = 0;
	while (*pattern == '/' && *path == '/') {
		size_t wanted = segment_length(++pattern), length = segment_length(++path);

		if (*pattern == '{') {
			if (length == 0)
				return false;
			assert(match->word_count < YQ_ROUTE_WORDS_MAX);
			match->words[match->word_count++] = (struct yq_route_word){ path, length };
		} else if (wanted != length || memcmp(pattern, path, length) != 0) {
			return false;
		}
		pattern += wanted;
		path += length;
	}
	return *pattern == '\0' && *path == '\0';
}

static void
allow_method(char allow[YQ_ALLOW_SIZE], const char *method)
{
	size_t length = strlen(allow);

	if (strstr(allow, method) == NULL)
		(void)yq_str_format(allow + length, YQ_ALLOW_SIZE - length, "%s%s%s",
		    length == 0 ? "" : ", ", method, yq_str_equal(method, "GET") ? ", HEAD" : "");
}

enum yq_rc
yq_router_find(const struct yq_api_family *const *families, size_t count, const char *method,
    const char *path, struct yq_route_match *match, char allow[YQ_ALLOW_SIZE])
{
	const char *wanted = yq_str_equal(method, "HEAD") ? "GET" : method;
	struct yq_route_match candidate, best = { .route = NULL };

	allow[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < families[i]->count; j++) {
			candidate.route = &families[i]->routes[j];
			if (!match_path(candidate.route->path, path, &candidate))
				continue;
			allow_method(allow, candidate.route->method);
			if (!yq_str_equal(candidate.route->method, wanted))
				continue;
			if (best.route == NULL || candidate.word_count < best.word_count)
				best = candidate;
		}
	}
	if (best.route == NULL)
		return allow[0] == '\0' ? YQ_E_NOT_FOUND : YQ_E_REFUSED;
	*match = best;
	return YQ_OK;
}

const struct yq_route_word *
yq_route_word(const struct yq_route_match *match, const char *name)
{
	size_t length = strlen(name), index = 0;

	for (const char *p = match->route->path; (p = strchr(p, '{')) != NULL; index++) {
		p++;
		if (strncmp(p, name, length) == 0 && p[length] == '}')
			return &match->words[index];
	}
	return NULL;
}
