/* record_fields.c - the fields of the book's records. */
#include "simulator/record_fields.h"

#include "base/str.h"

static const struct yq_field book_fields[] = {
	YQ_FIELD_TEXT("Epoch", struct sim_book_record, epoch, YQ_REQUIRED),
	YQ_FIELD_INT("Draws", struct sim_book_record, draws, YQ_REQUIRED),
	YQ_FIELD_INT("NextOrder", struct sim_book_record, next_order, YQ_REQUIRED),
	YQ_FIELD_INT("NextExecution", struct sim_book_record, next_execution, YQ_REQUIRED),
};

static const struct yq_field key_fields[] = {
	YQ_FIELD_TEXT("Name", struct sim_key, name, YQ_REQUIRED),
	YQ_FIELD_ID("Fingerprint", struct sim_key, fingerprint, YQ_REQUIRED),
	YQ_FIELD_TIME("TokenGiven", struct sim_key, given_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("TokensEnded", struct sim_key, ended_us, YQ_OPTIONAL),
};

static const struct yq_field instrument_fields[] = {
	YQ_FIELD_TEXT("Ticker", struct sim_instrument, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", struct sim_instrument, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("Name", struct sim_instrument, name, YQ_OPTIONAL),
	YQ_FIELD_DECIMAL("Lot", struct sim_instrument, lot, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Base", struct sim_instrument, base, YQ_REQUIRED),
	YQ_FIELD_TIME("Anchor", struct sim_instrument, anchor_us, YQ_OPTIONAL),
	YQ_FIELD_OPT_DECIMAL("Bid", struct sim_instrument, bid),
	YQ_FIELD_OPT_DECIMAL("Ask", struct sim_instrument, ask),
	YQ_FIELD_BOOL("Halted", struct sim_instrument, halted, YQ_OPTIONAL),
	YQ_FIELD_DECIMAL("Volume", struct sim_instrument, volume, YQ_OPTIONAL),
};

#define CASH(ident, name) \
	YQ_FIELD_DECIMAL(name, struct sim_account_record, cash[YQ_##ident], YQ_OPTIONAL),
static const struct yq_field account_fields[] = {
	YQ_FIELD_TEXT("Name", struct sim_account_record, name, YQ_REQUIRED), YQ_CURRENCIES(CASH)
};

static const struct yq_field position_fields[] = {
	YQ_FIELD_TEXT("Account", struct sim_position_record, account, YQ_REQUIRED),
	YQ_FIELD_TEXT("Ticker", struct sim_position_record, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM(
	    "Exchange", struct sim_position_record, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", struct sim_position_record, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("AvgPrice", struct sim_position_record, avg_price, YQ_REQUIRED),
};

#define O struct sim_order
static const struct yq_field order_fields[] = {
	YQ_FIELD_INT("Number", O, number, YQ_REQUIRED),
	YQ_FIELD_ID("Id", O, id, YQ_REQUIRED),
	YQ_FIELD_TEXT("Account", O, account_name, YQ_REQUIRED),
	YQ_FIELD_TEXT("Ticker", O, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("Exchange", O, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("ClientId", O, client_id, YQ_REQUIRED),
	YQ_FIELD_ENUM("Action", O, action, yq_action_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Type", O, type, yq_order_type_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("TimeInForce", O, time_in_force, yq_tif_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("State", O, state, sim_state_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Class", O, order_class, sim_class_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("Role", O, role, sim_role_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", O, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Filled", O, filled, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Value", O, value, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Fee", O, fee, YQ_REQUIRED),
	YQ_FIELD_OPT_DECIMAL("Notional", O, notional),
	YQ_FIELD_OPT_DECIMAL("Price", O, price),
	YQ_FIELD_OPT_DECIMAL("StopPrice", O, stop_price),
	YQ_FIELD_BOOL("Extended", O, extended, YQ_OPTIONAL),
	YQ_FIELD_BOOL("Triggered", O, triggered, YQ_OPTIONAL),
	YQ_FIELD_BOOL("Rested", O, rested, YQ_OPTIONAL),
	YQ_FIELD_INT("Parent", O, parent, YQ_OPTIONAL),
	YQ_FIELD_INT("Leg1", O, legs[0], YQ_OPTIONAL),
	YQ_FIELD_INT("Leg2", O, legs[1], YQ_OPTIONAL),
	YQ_FIELD_INT("Replaces", O, replaces, YQ_OPTIONAL),
	YQ_FIELD_INT("ReplacedBy", O, replaced_by, YQ_OPTIONAL),
	YQ_FIELD_TIME("Time", O, time_us, YQ_REQUIRED),
	YQ_FIELD_TIME("Updated", O, updated_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("Closed", O, closed_us, YQ_OPTIONAL),
	YQ_FIELD_TIME("Expires", O, expires_us, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Note", O, note, YQ_OPTIONAL),
};

#define E struct sim_execution
static const struct yq_field execution_fields[] = {
	YQ_FIELD_INT("Number", E, number, YQ_REQUIRED),
	YQ_FIELD_INT("Order", E, order, YQ_REQUIRED),
	YQ_FIELD_ID("Id", E, id, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Qty", E, qty, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Price", E, price, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Fee", E, fee, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Position", E, position, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Filled", E, filled, YQ_REQUIRED),
	YQ_FIELD_TIME("Time", E, time_us, YQ_REQUIRED),
};

const struct sim_record_form sim_record_forms[SIM_RECORD_KIND_COUNT] = {
#define FORM(kind, name, table) [SIM_RECORD_##kind] = { name, table, YQ_COUNT(table) }
	FORM(BOOK, "Book", book_fields),
	FORM(KEY, "Key", key_fields),
	FORM(INSTRUMENT, "Instrument", instrument_fields),
	FORM(ACCOUNT, "Account", account_fields),
	FORM(POSITION, "Position", position_fields),
	FORM(ORDER, "Order", order_fields),
	FORM(EXECUTION, "Execution", execution_fields),
};

int
sim_record_kind_of(const char *name)
{
	for (int i = 0; i < SIM_RECORD_KIND_COUNT; i++) {
		if (yq_str_equal(sim_record_forms[i].name, name))
			return i;
	}
	return -1;
}
