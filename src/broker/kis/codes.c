/* codes.c - KIS's transaction ids, paths and exchange codes. */
#include "broker/kis/codes.h"

#include <string.h>

#include "base/str.h"

#define HOME   "/uapi/domestic-stock/v1"
#define ABROAD "/uapi/overseas-stock/v1"

/* Exchanges that share their ids. */
enum group { KR, US, HK, SH, SZ, JP, VN, GROUP_COUNT };

/* clang-format off */
static const struct yq_kis_market markets[YQ_EXCHANGE_COUNT] = {
	/*               home   order   quote  nation zone               decimals */
	[YQ_NASDAQ] = { false, "NASD", "NAS", "840", "America/New_York", 4 },
	[YQ_NYSE]   = { false, "NYSE", "NYS", "840", "America/New_York", 4 },
	[YQ_AMEX]   = { false, "AMEX", "AMS", "840", "America/New_York", 4 },
	[YQ_HKEX]   = { false, "SEHK", "HKS", "344", "Asia/Hong_Kong",   3 },
	[YQ_SSE]    = { false, "SHAA", "SHS", "156", "Asia/Shanghai",    3 },
	[YQ_SZSE]   = { false, "SZAA", "SZS", "156", "Asia/Shanghai",    3 },
	[YQ_TSE]    = { false, "TKSE", "TSE", "392", "Asia/Tokyo",       1 },
	[YQ_HNX]    = { false, "HASE", "HNX", "704", "Asia/Ho_Chi_Minh", 0 },
	[YQ_HOSE]   = { false, "VNSE", "HSX", "704", "Asia/Ho_Chi_Minh", 0 },
	[YQ_KRX]    = { true,  NULL,   "J",   NULL,  "Asia/Seoul",       0 },
	[YQ_KOSDAQ] = { true,  NULL,   "J",   NULL,  "Asia/Seoul",       0 },
	[YQ_KOSPI]  = { true,  NULL,   "J",   NULL,  "Asia/Seoul",       0 },
};

static const enum group groups[YQ_EXCHANGE_COUNT] = {
	[YQ_NASDAQ] = US, [YQ_NYSE] = US,   [YQ_AMEX] = US,
	[YQ_HKEX] = HK,   [YQ_SSE] = SH,    [YQ_SZSE] = SZ,
	[YQ_TSE] = JP,    [YQ_HNX] = VN,    [YQ_HOSE] = VN,
	[YQ_KRX] = KR,    [YQ_KOSDAQ] = KR, [YQ_KOSPI] = KR,
};

static const struct {
	const char *real, *virtual; /* NULL: there is none */
} ids[GROUP_COUNT][YQ_KIS_OP_COUNT] = {
	[KR] = {
		[YQ_KIS_BUY]       = { "TTTC0012U", "VTTC0012U" },
		[YQ_KIS_SELL]      = { "TTTC0011U", "VTTC0011U" },
		[YQ_KIS_MODIFY]    = { "TTTC0013U", "VTTC0013U" },
		[YQ_KIS_CANCEL]    = { "TTTC0013U", "VTTC0013U" },
		[YQ_KIS_ORDERS]    = { "TTTC0081R", "VTTC0081R" },
		[YQ_KIS_OPEN]      = { "TTTC0084R", NULL },
		[YQ_KIS_POSITIONS] = { "TTTC8434R", "VTTC8434R" },
		[YQ_KIS_CASH]      = { "TTTC8434R", "VTTC8434R" },
		[YQ_KIS_POWER]     = { "TTTC8908R", "VTTC8908R" },
		[YQ_KIS_PRICE]     = { "FHKST01010100", "FHKST01010100" },
	},
#define ABROAD_QUESTIONS                                             \
		[YQ_KIS_ORDERS]    = { "TTTS3035R", "VTTS3035R" },   \
		[YQ_KIS_OPEN]      = { "TTTS3018R", NULL },          \
		[YQ_KIS_POSITIONS] = { "TTTS3012R", "VTTS3012R" },   \
		[YQ_KIS_CASH]      = { "CTRP6504R", "VTRP6504R" },   \
		[YQ_KIS_POWER]     = { "TTTS3007R", "VTTS3007R" },   \
		[YQ_KIS_PRICE]     = { "HHDFS00000300", "HHDFS00000300" }
	[US] = {
		[YQ_KIS_BUY]       = { "TTTT1002U", "VTTT1002U" },
		[YQ_KIS_SELL]      = { "TTTT1006U", "VTTT1001U" },
		[YQ_KIS_MODIFY]    = { "TTTT1004U", "VTTT1004U" },
		[YQ_KIS_CANCEL]    = { "TTTT1004U", "VTTT1004U" },
		ABROAD_QUESTIONS,
	},
	[HK] = {
		[YQ_KIS_BUY]       = { "TTTS1002U", "VTTS1002U" },
		[YQ_KIS_SELL]      = { "TTTS1001U", "VTTS1001U" },
		[YQ_KIS_MODIFY]    = { "TTTS1003U", "VTTS1003U" },
		[YQ_KIS_CANCEL]    = { "TTTS1003U", "VTTS1003U" },
		ABROAD_QUESTIONS,
	},
	[SH] = {
		[YQ_KIS_BUY]       = { "TTTS0202U", "VTTS0202U" },
		[YQ_KIS_SELL]      = { "TTTS1005U", "VTTS1005U" },
		[YQ_KIS_CANCEL]    = { "TTTS0302U", "VTTS0302U" },
		ABROAD_QUESTIONS,
	},
	[SZ] = {
		[YQ_KIS_BUY]       = { "TTTS0305U", "VTTS0305U" },
		[YQ_KIS_SELL]      = { "TTTS0304U", "VTTS0304U" },
		[YQ_KIS_CANCEL]    = { "TTTS0306U", "VTTS0306U" },
		ABROAD_QUESTIONS,
	},
	[JP] = {
		[YQ_KIS_BUY]       = { "TTTS0308U", "VTTS0308U" },
		[YQ_KIS_SELL]      = { "TTTS0307U", "VTTS0307U" },
		[YQ_KIS_MODIFY]    = { "TTTS0309U", "VTTS0309U" },
		[YQ_KIS_CANCEL]    = { "TTTS0309U", "VTTS0309U" },
		ABROAD_QUESTIONS,
	},
	[VN] = {
		[YQ_KIS_BUY]       = { "TTTS0311U", "VTTS0311U" },
		[YQ_KIS_SELL]      = { "TTTS0310U", "VTTS0310U" },
		[YQ_KIS_CANCEL]    = { "TTTS0312U", "VTTS0312U" },
		ABROAD_QUESTIONS,
	},
};

static const struct {
	const char *home, *abroad;
	bool posts;
} paths[YQ_KIS_OP_COUNT] = {
	[YQ_KIS_BUY]       = { HOME "/trading/order-cash",       ABROAD "/trading/order",        true },
	[YQ_KIS_SELL]      = { HOME "/trading/order-cash",       ABROAD "/trading/order",        true },
	[YQ_KIS_MODIFY]    = { HOME "/trading/order-rvsecncl",   ABROAD "/trading/order-rvsecncl", true },
	[YQ_KIS_CANCEL]    = { HOME "/trading/order-rvsecncl",   ABROAD "/trading/order-rvsecncl", true },
	[YQ_KIS_ORDERS]    = { HOME "/trading/inquire-daily-ccld", ABROAD "/trading/inquire-ccnl", false },
	[YQ_KIS_OPEN]      = { HOME "/trading/inquire-psbl-rvsecncl", ABROAD "/trading/inquire-nccs", false },
	[YQ_KIS_POSITIONS] = { HOME "/trading/inquire-balance",  ABROAD "/trading/inquire-balance", false },
	[YQ_KIS_CASH]      = { HOME "/trading/inquire-balance",  ABROAD "/trading/inquire-present-balance", false },
	[YQ_KIS_POWER]     = { HOME "/trading/inquire-psbl-order", ABROAD "/trading/inquire-psamount", false },
	[YQ_KIS_PRICE]     = { HOME "/quotations/inquire-price", "/uapi/overseas-price/v1/quotations/price", false },
};

static const char *const feeds[YQ_KIS_FEED_COUNT][2] = {
	[YQ_KIS_FEED_NOTICES]          = { "H0STCNI0", "H0STCNI9" },
	[YQ_KIS_FEED_NOTICES_OVERSEAS] = { "H0GSCNI0", "H0GSCNI9" },
	[YQ_KIS_FEED_TICKS]            = { "H0STCNT0", "H0STCNT0" },
	[YQ_KIS_FEED_TICKS_OVERSEAS]   = { "HDFSCNT0", "HDFSCNT0" },
};

/* The US exchanges in daytime. */
static const struct {
	const char *code;
	enum yq_exchange exchange;
} day_codes[] = { { "BAQ", YQ_NASDAQ }, { "BAY", YQ_NYSE }, { "BAA", YQ_AMEX } };
/* clang-format on */

#define OP_WORDS(ident, what) [YQ_KIS_##ident] = what,
static const char *const op_words[YQ_KIS_OP_COUNT] = { YQ_KIS_OPS(OP_WORDS) };

enum yq_rc
yq_kis_code_find(enum yq_exchange exchange, enum yq_kis_op op, bool is_virtual,
    struct yq_kis_code *ret_code, struct yq_err *err)
{
	enum group group = groups[exchange];
	const char *id = is_virtual ? ids[group][op].virtual : ids[group][op].real;

	if (id == NULL)
		return yq_err_set(err, YQ_E_REFUSED, "KIS does not %s on %s%s", op_words[op],
		    yq_names_text(&yq_exchange_names, (int)exchange),
		    ids[group][op].real != NULL ? " with a virtual account" : "");
	*ret_code = (struct yq_kis_code){ .tr_id = id,
		.path = markets[exchange].domestic ? paths[op].home : paths[op].abroad,
		.posts = paths[op].posts };
	return YQ_OK;
}

const struct yq_kis_market *
yq_kis_market_of(enum yq_exchange exchange)
{
	return &markets[exchange];
}

bool
yq_kis_exchange_of_order_code(const char *code, enum yq_exchange *exchange)
{
	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++) {
		if (markets[e].order_code == NULL || !yq_str_equal(markets[e].order_code, code))
			continue;
		*exchange = (enum yq_exchange)e;
		return true;
	}
	return false;
}

static bool
is_code(const char *code, const char *text, size_t length)
{
	return strlen(code) == length && memcmp(code, text, length) == 0;
}

bool
yq_kis_exchange_of_quote_code(const char *code, size_t length, enum yq_exchange *exchange)
{
	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++) {
		if (markets[e].domestic || !is_code(markets[e].quote_code, code, length))
			continue;
		*exchange = (enum yq_exchange)e;
		return true;
	}
	for (size_t i = 0; i < YQ_COUNT(day_codes); i++) {
		if (!is_code(day_codes[i].code, code, length))
			continue;
		*exchange = day_codes[i].exchange;
		return true;
	}
	return false;
}

const char *
yq_kis_feed_id(enum yq_kis_feed feed, bool is_virtual)
{
	return feeds[feed][is_virtual ? 1 : 0];
}

bool
yq_kis_feed_of(const char *id, size_t length, enum yq_kis_feed *feed)
{
	for (int f = 0; f < YQ_KIS_FEED_COUNT; f++) {
		if (!is_code(feeds[f][0], id, length) && !is_code(feeds[f][1], id, length))
			continue;
		*feed = (enum yq_kis_feed)f;
		return true;
	}
	return false;
}
