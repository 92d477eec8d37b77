/* patterns.c - lists of instruments by patterns. */
#include "domain/patterns.h"

#include <string.h>

#include "base/str.h"
#include "domain/ticker.h"

/* A number of HKEX in any form in which people write it: 00700, 0700, 700. */
static bool
has_ticker(const char *pattern, size_t length, enum yq_exchange exchange, const char *ticker)
{
	char room[YQ_TICKER_SIZE];

	ticker = yq_ticker_form(exchange, ticker, room);
	if (yq_str_matches(pattern, length, ticker))
		return true;
	if (exchange != YQ_HKEX || strspn(ticker, "0123456789") != strlen(ticker))
		return false;
	while (*ticker == '0' && ticker[1] != '\0')
		if (yq_str_matches(pattern, length, ++ticker))
			return true;
	return false;
}

static bool
has(const char *pattern, size_t length, enum yq_exchange exchange, const char *ticker)
{
	const char *colon = memchr(pattern, ':', length);
	size_t before;

	if (colon == NULL)
		return has_ticker(pattern, length, exchange, ticker);
	before = (size_t)(colon - pattern);
	return yq_str_matches(pattern, before, yq_names_text(&yq_exchange_names, (int)exchange)) &&
	       has_ticker(colon + 1, length - before - 1, exchange, ticker);
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
