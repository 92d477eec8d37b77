/*
 * record_fields.h - the fields of the book's records.
 */
#ifndef YQ_SIMULATOR_RECORD_FIELDS_H
#define YQ_SIMULATOR_RECORD_FIELDS_H

#include "simulator/exchange_parts.h"

enum sim_record_kind {
	SIM_RECORD_BOOK,
	SIM_RECORD_KEY,
	SIM_RECORD_INSTRUMENT,
	SIM_RECORD_ACCOUNT,
	SIM_RECORD_POSITION,
	SIM_RECORD_ORDER,
	SIM_RECORD_EXECUTION,
	SIM_RECORD_KIND_COUNT
};

struct sim_book_record {
	char epoch[SIM_EPOCH_SIZE];
	int64_t draws, next_order, next_execution;
};
struct sim_account_record {
	char name[YQ_ALIAS_SIZE];
	struct yq_decimal cash[YQ_CURRENCY_COUNT];
};
struct sim_position_record {
	char account[YQ_ALIAS_SIZE], ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	struct yq_decimal qty, avg_price;
};

struct sim_record_form {
	const char *name;
	const struct yq_field *fields;
	size_t count;
};
extern const struct sim_record_form sim_record_forms[SIM_RECORD_KIND_COUNT];
int sim_record_kind_of(const char *name); /* -1 = none */

#endif
