/* terms.c - the names of the trade's enumerations, and what may stand as a ticker or an alias. */
#include "domain/terms.h"

#define NAME(ident, name) name,
#define NAMES(variable, said, LIST)                                  \
	static const char *const variable##_list[] = { LIST(NAME) }; \
	const struct yq_names variable = { said, variable##_list, YQ_COUNT(variable##_list) }

NAMES(yq_action_names, "action", YQ_ACTIONS);
NAMES(yq_order_type_names, "order type", YQ_ORDER_TYPES);
NAMES(yq_tif_names, "time in force", YQ_TIFS);
NAMES(yq_currency_names, "currency", YQ_CURRENCIES);
NAMES(yq_exchange_names, "exchange", YQ_EXCHANGES);
NAMES(yq_country_names, "country", YQ_COUNTRIES);
NAMES(yq_stance_names, "market position", YQ_STANCES);

static bool
is_made_of(const char *text, size_t size, const char *punctuation)
{
	size_t length;

	for (length = 0; text[length] != '\0'; length++) {
		char c = text[length];
		bool known =
		    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		for (const char *p = punctuation; !known && *p != '\0'; p++)
			known = *p == c;
		if (!known || length + 1 >= size)
			return false;
	}
	return length > 0;
}

bool
yq_ticker_is_valid(const char *text)
{
	return is_made_of(text, YQ_TICKER_SIZE, ".-/_^=");
}

bool
yq_alias_is_valid(const char *text)
{
	return is_made_of(text, YQ_ALIAS_SIZE, ".-_");
}

enum yq_action
yq_other_side(enum yq_action action)
{
	return action == YQ_BUY ? YQ_SELL : YQ_BUY;
}
