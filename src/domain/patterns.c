/* patterns.c - lists of instruments by patterns. */
#include "domain/patterns.h"

#include <string.h>

#include "base/str.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* `pattern` is `length` bytes, `text` all of it.  Goes back to the last "*" alone. */
static bool
matches(const char *pattern, size_t length, const char *text)
{
	size_t p = 0, star = SIZE_MAX;
	const char *from = text;

	while (*text != '\0') {
		if (p < length && pattern[p] == '*') {
			star = p++;
			from = text;
		} else if (p < length && (pattern[p] == '?' || lower(pattern[p]) == lower(*text))) {
			p++;
			text++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (p < length && pattern[p] == '*')
		p++;
	return p == length;
}

static bool
has(const char *pattern, size_t length, enum yq_exchange exchange, const char *ticker)
{
	const char *colon = memchr(pattern, ':', length);
	size_t before;

	if (colon == NULL)
		return matches(pattern, length, ticker);
	before = (size_t)(colon - pattern);
	return matches(pattern, before, yq_names_text(&yq_exchange_names, (int)exchange)) &&
	       matches(colon + 1, length - before - 1, ticker);
}

bool
yq_patterns_find(
    const char *list, enum yq_exchange exchange, const char *ticker, char found[YQ_PATTERN_MAX])
{
	while (*list != '\0') {
		size_t length = strcspn(list, " ");

		if (has(list, length, exchange, ticker))
			return yq_str_copy_bytes(found, YQ_PATTERN_MAX, list, length);
		list += length;
		list += *list == ' ';
	}
	return false;
}

static bool
is_exchange(const char *text, size_t length)
{
	if (memchr(text, '*', length) != NULL || memchr(text, '?', length) != NULL)
		return true;
	return yq_names_find(&yq_exchange_names, text, length) >= 0;
}

bool
yq_pattern_is_valid(const char *text)
{
	const char *colon = strchr(text, ':');
	char ticker[YQ_PATTERN_MAX];

	if (strlen(text) >= YQ_PATTERN_MAX ||
	    (colon != NULL && !is_exchange(text, (size_t)(colon - text))))
		return false;
	if (!yq_str_copy(ticker, sizeof(ticker), colon != NULL ? colon + 1 : text))
		return false;
	for (char *c = ticker; *c != '\0'; c++)
		if (*c == '*' || *c == '?')
			*c = 'X';
	return yq_ticker_is_valid(ticker);
}
