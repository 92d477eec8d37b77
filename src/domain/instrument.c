/* instrument.c - kinds and states of instruments, and which price steps hold for each. */
#include "domain/instrument.h"

#include "base/str.h"

#define NAME(ident, name) [YQ_INSTRUMENT_##ident] = (name),
static const char *const kinds[] = { YQ_INSTRUMENT_KINDS(NAME) };
static const char *const statuses[] = { YQ_INSTRUMENT_STATUSES(NAME) };

const struct yq_names yq_instrument_kind_names = { "kind", kinds, YQ_COUNT(kinds) };
const struct yq_names yq_instrument_status_names = { "status", statuses, YQ_COUNT(statuses) };

bool
yq_instrument_is_tradable(const struct yq_instrument *instrument)
{
	return instrument->kind != YQ_INSTRUMENT_INDEX;
}

static bool
is_same_price(struct yq_opt_decimal a, struct yq_opt_decimal b)
{
	return a.set == b.set && (!a.set || yq_decimal_cmp(a.value, b.value) == 0);
}

bool
yq_instrument_is_same(const struct yq_instrument *a, const struct yq_instrument *b)
{
	return a->exchange == b->exchange && yq_str_equal(a->ticker, b->ticker) &&
	       yq_str_equal(a->name, b->name) && yq_str_equal(a->english_name, b->english_name) &&
	       a->currency == b->currency && a->kind == b->kind && a->status == b->status &&
	       yq_decimal_cmp(a->lot, b->lot) == 0 && yq_str_equal(a->tick_table, b->tick_table) &&
	       yq_str_equal(a->tick_type, b->tick_type) &&
	       yq_str_equal(a->broker_code, b->broker_code) && yq_str_equal(a->isin, b->isin) &&
	       is_same_price(a->base_price, b->base_price) && yq_str_equal(a->source, b->source);
}

/* Exchange-traded products have steps of their own in some markets. */
static const struct {
	const char *stocks, *products, *warrants;
} tick_tables[YQ_EXCHANGE_COUNT] = {
	[YQ_NASDAQ] = { "US", "US", "US" },
	[YQ_NYSE] = { "US", "US", "US" },
	[YQ_AMEX] = { "US", "US", "US" },
	[YQ_HKEX] = { "HKEX", "HKEX-ETP", "HKEX" },
	[YQ_SSE] = { "CN", "CN-FUND", "CN" },
	[YQ_SZSE] = { "CN", "CN-FUND", "CN" },
	[YQ_TSE] = { "TSE", "TSE", "TSE" },
	[YQ_HNX] = { "HNX", "HNX", "HNX" },
	[YQ_HOSE] = { "HOSE", "HOSE-FUND", "HOSE-FUND" },
	[YQ_KRX] = { "KRX", "KRX-ETP", "KRX-ELW" },
	[YQ_KOSDAQ] = { "KRX", "KRX-ETP", "KRX-ELW" },
	[YQ_KOSPI] = { "KRX", "KRX-ETP", "KRX-ELW" },
};

const char *
yq_instrument_ticks(enum yq_exchange exchange, enum yq_instrument_kind kind)
{
	switch (kind) {
	case YQ_INSTRUMENT_ETF:
	case YQ_INSTRUMENT_ETN:
	case YQ_INSTRUMENT_ETP:
		return tick_tables[exchange].products;
	case YQ_INSTRUMENT_ELW:
	case YQ_INSTRUMENT_WARRANT:
		return tick_tables[exchange].warrants;
	default:
		return tick_tables[exchange].stocks;
	}
}
