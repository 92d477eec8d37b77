/* ticker.c - one instrument, one ticker. */
#include "domain/ticker.h"

#include <string.h>

#include "base/str.h"

#define HKEX_DIGITS 5

/* Digits alone, and not five of them; zeros in front of more are none of its number. */
static bool
is_of_another_form(enum yq_exchange exchange, const char *ticker, size_t length)
{
	return exchange == YQ_HKEX && length > 0 && length != HKEX_DIGITS &&
	       strspn(ticker, "0123456789") == length;
}

const char *
yq_ticker_form(enum yq_exchange exchange, const char *ticker, char room[YQ_TICKER_SIZE])
{
	size_t length = strlen(ticker);

	if (!is_of_another_form(exchange, ticker, length))
		return ticker;
	for (; length > HKEX_DIGITS && *ticker == '0'; length--)
		ticker++;
	if (length >= HKEX_DIGITS)
		return ticker;
	(void)yq_str_format(
	    room, YQ_TICKER_SIZE, "%.*s%s", (int)(HKEX_DIGITS - length), "00000", ticker);
	return room;
}

void
yq_ticker_normalize(enum yq_exchange exchange, char ticker[YQ_TICKER_SIZE])
{
	char room[YQ_TICKER_SIZE];
	const char *form = yq_ticker_form(exchange, ticker, room);

	if (form != ticker)
		memmove(ticker, form, strlen(form) + 1);
}
