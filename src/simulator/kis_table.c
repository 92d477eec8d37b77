/* kis_table.c - KIS's transactions and the names of its exchanges. */
#include "base/str.h"
#include "simulator/kis.h"

static const struct kis_exchange exchanges[] = {
	{ YQ_NASDAQ, "NASD", "NAS", "840" },
	{ YQ_NYSE, "NYSE", "NYS", "840" },
	{ YQ_AMEX, "AMEX", "AMS", "840" },
	{ YQ_HKEX, "SEHK", "HKS", "344" },
	{ YQ_SSE, "SHAA", "SHS", "156" },
	{ YQ_SZSE, "SZAA", "SZS", "156" },
	{ YQ_TSE, "TKSE", "TSE", "392" },
	{ YQ_HNX, "HASE", "HNX", "704" },
	{ YQ_HOSE, "VNSE", "HSX", "704" },
	/* The daytime market of the US has quotes of its own. */
	{ YQ_NASDAQ, "NASD", "BAQ", "840" },
	{ YQ_NYSE, "NYSE", "BAY", "840" },
	{ YQ_AMEX, "AMEX", "BAA", "840" },
};

const struct kis_exchange *
kis_exchange_by_order(const char *code)
{
	for (size_t i = 0; i < YQ_COUNT(exchanges); i++) {
		if (yq_str_equal(exchanges[i].order, code))
			return &exchanges[i];
	}
	return NULL;
}

const struct kis_exchange *
kis_exchange_by_quote(const char *code)
{
	for (size_t i = 0; i < YQ_COUNT(exchanges); i++) {
		if (yq_str_equal(exchanges[i].quote, code))
			return &exchanges[i];
	}
	return NULL;
}

const struct kis_exchange *
kis_exchange_of(enum yq_exchange exchange)
{
	for (size_t i = 0; i < YQ_COUNT(exchanges); i++) {
		if (exchanges[i].exchange == exchange)
			return &exchanges[i];
	}
	return NULL;
}

/* ---- transactions ---- */

#define DOMESTIC       "/uapi/domestic-stock/v1"
#define OVERSEAS       "/uapi/overseas-stock/v1"
#define OVERSEAS_PRICE "/uapi/overseas-price/v1"
#define ACCOUNT	       "CANO ACNT_PRDT_CD "
#define NEEDS_ORDER    ACCOUNT "PDNO ORD_DVSN ORD_QTY ORD_UNPR"
#define NEEDS_CHANGE                                                               \
	ACCOUNT "KRX_FWDG_ORD_ORGNO ORGN_ODNO ORD_DVSN RVSE_CNCL_DVSN_CD ORD_QTY " \
		"ORD_UNPR QTY_ALL_ORD_YN"
#define NEEDS_FILLS                                                             \
	ACCOUNT "INQR_STRT_DT INQR_END_DT SLL_BUY_DVSN_CD CCLD_DVSN INQR_DVSN " \
		"INQR_DVSN_3"
#define NEEDS_O_ORDER  ACCOUNT "OVRS_EXCG_CD PDNO ORD_QTY OVRS_ORD_UNPR ORD_SVR_DVSN_CD ORD_DVSN"
#define NEEDS_O_CHANGE ACCOUNT "OVRS_EXCG_CD PDNO ORGN_ODNO RVSE_CNCL_DVSN_CD ORD_QTY OVRS_ORD_UNPR"

/* An order of the overseas path. */
#define BUY(c, real_id, virtual_id)                                                                \
	{                                                                                          \
		OVERSEAS "/trading/order", real_id, virtual_id, kis_overseas_order, NEEDS_O_ORDER, \
		    YQ_BUY, YQ_COUNTRY_##c, 0, false, false                                        \
	}
#define SELL(c, real_id, virtual_id)                                                               \
	{                                                                                          \
		OVERSEAS "/trading/order", real_id, virtual_id, kis_overseas_order, NEEDS_O_ORDER, \
		    YQ_SELL, YQ_COUNTRY_##c, 0, false, false                                       \
	}
#define CHANGE(c, real_id, virtual_id, only_cancel)                                           \
	{                                                                                     \
		OVERSEAS "/trading/order-rvsecncl", real_id, virtual_id, kis_overseas_change, \
		    NEEDS_O_CHANGE, YQ_BUY, YQ_COUNTRY_##c, 0, only_cancel, false             \
	}
/* A question. */
#define ASK(path, real_id, virtual_id, handler, needs, places)                                   \
	{                                                                                        \
		path, real_id, virtual_id, handler, needs, YQ_BUY, YQ_COUNTRY_KR, places, false, \
		    false                                                                        \
	}
#define CASH(side, real_id, virtual_id)                                                            \
	{                                                                                          \
		DOMESTIC "/trading/order-cash", real_id, virtual_id, kis_order, NEEDS_ORDER, side, \
		    YQ_COUNTRY_KR, 0, false, false                                                 \
	}
#define DAYTIME(path, side, real_id, handler, needs)                                              \
	{                                                                                         \
		OVERSEAS path, real_id, NULL, handler, needs, side, YQ_COUNTRY_US, 0, false, true \
	}

const struct kis_tr kis_trs[] = {
	ASK(DOMESTIC "/quotations/inquire-price", "FHKST01010100", "FHKST01010100", kis_price,
	    "FID_COND_MRKT_DIV_CODE FID_INPUT_ISCD", 0),
	ASK(DOMESTIC "/trading/inquire-balance", "TTTC8434R", "VTTC8434R", kis_balance,
	    ACCOUNT "AFHR_FLPR_YN INQR_DVSN UNPR_DVSN FUND_STTL_ICLD_YN FNCG_AMT_AUTO_RDPT_YN "
		    "PRCS_DVSN",
	    100),
	ASK(DOMESTIC "/trading/inquire-psbl-order", "TTTC8908R", "VTTC8908R", kis_power,
	    ACCOUNT "ORD_DVSN CMA_EVLU_AMT_ICLD_YN OVRS_ICLD_YN", 0),
	CASH(YQ_BUY, "TTTC0012U", "VTTC0012U"),
	CASH(YQ_SELL, "TTTC0011U", "VTTC0011U"),
	{ DOMESTIC "/trading/order-rvsecncl", "TTTC0013U", "VTTC0013U", kis_change, NEEDS_CHANGE,
	    YQ_BUY, YQ_COUNTRY_KR, 0, false, false },
	ASK(DOMESTIC "/trading/inquire-daily-ccld", "TTTC0081R", "VTTC0081R", kis_fills,
	    NEEDS_FILLS, 100),
	ASK(DOMESTIC "/trading/inquire-daily-ccld", "CTSC9215R", "VTSC9215R", kis_fills,
	    NEEDS_FILLS, 100),
	ASK(DOMESTIC "/trading/inquire-psbl-rvsecncl", "TTTC0084R", NULL, kis_open_orders, ACCOUNT,
	    100),
	ASK(DOMESTIC "/quotations/chk-holiday", "CTCA0903R", NULL, kis_holidays, "BASS_DT", 0),
	ASK(OVERSEAS_PRICE "/quotations/price", "HHDFS00000300", "HHDFS00000300",
	    kis_overseas_price, "EXCD SYMB", 0),
	ASK(OVERSEAS "/trading/inquire-balance", "TTTS3012R", "VTTS3012R", kis_overseas_balance,
	    ACCOUNT "OVRS_EXCG_CD TR_CRCY_CD", 200),
	ASK(OVERSEAS "/trading/inquire-present-balance", "CTRP6504R", "VTRP6504R",
	    kis_overseas_deposits, ACCOUNT "WCRC_FRCR_DVSN_CD NATN_CD TR_MKET_CD INQR_DVSN_CD", 0),
	ASK(OVERSEAS "/trading/foreign-margin", "TTTC2101R", NULL, kis_foreign_margin, ACCOUNT, 0),
	ASK(OVERSEAS "/trading/inquire-psamount", "TTTS3007R", "VTTS3007R", kis_overseas_power,
	    ACCOUNT "OVRS_EXCG_CD OVRS_ORD_UNPR ITEM_CD", 0),
	BUY(US, "TTTT1002U", "VTTT1002U"),
	SELL(US, "TTTT1006U", "VTTT1001U"),
	BUY(HK, "TTTS1002U", "VTTS1002U"),
	SELL(HK, "TTTS1001U", "VTTS1001U"),
	BUY(CN, "TTTS0202U", "VTTS0202U"), /* Shanghai */
	SELL(CN, "TTTS1005U", "VTTS1005U"),
	BUY(CN, "TTTS0305U", "VTTS0305U"), /* Shenzhen */
	SELL(CN, "TTTS0304U", "VTTS0304U"),
	BUY(JP, "TTTS0308U", "VTTS0308U"),
	SELL(JP, "TTTS0307U", "VTTS0307U"),
	BUY(VN, "TTTS0311U", "VTTS0311U"),
	SELL(VN, "TTTS0310U", "VTTS0310U"),
	CHANGE(US, "TTTT1004U", "VTTT1004U", false),
	CHANGE(HK, "TTTS1003U", "VTTS1003U", false),
	CHANGE(JP, "TTTS0309U", "VTTS0309U", false),
	CHANGE(CN, "TTTS0302U", "VTTS0302U", true),
	CHANGE(CN, "TTTS0306U", "VTTS0306U", true),
	CHANGE(VN, "TTTS0312U", "VTTS0312U", true),
	DAYTIME("/trading/daytime-order", YQ_BUY, "TTTS6036U", kis_overseas_order, NEEDS_O_ORDER),
	DAYTIME("/trading/daytime-order", YQ_SELL, "TTTS6037U", kis_overseas_order, NEEDS_O_ORDER),
	DAYTIME("/trading/daytime-order-rvsecncl", YQ_BUY, "TTTS6038U", kis_overseas_change,
	    NEEDS_O_CHANGE),
	ASK(OVERSEAS "/trading/inquire-ccnl", "TTTS3035R", "VTTS3035R", kis_overseas_fills,
	    ACCOUNT "ORD_STRT_DT ORD_END_DT SLL_BUY_DVSN CCLD_NCCS_DVSN SORT_SQN", 200),
	ASK(OVERSEAS "/trading/inquire-nccs", "TTTS3018R", NULL, kis_overseas_open,
	    ACCOUNT "OVRS_EXCG_CD SORT_SQN", 200),
	ASK(OVERSEAS "/quotations/countries-holiday", "CTOS5011R", NULL, kis_overseas_holidays,
	    "TRAD_DT", 0),
};
const size_t kis_tr_count = YQ_COUNT(kis_trs);
