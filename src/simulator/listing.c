/* listing.c - what the simulator trades from the start.  The prices are of no day; they only look
 * like those of the name. */
#include "simulator/listing.h"

#include "simulator/exchange_parts.h"

static const struct {
	enum yq_exchange exchange;
	const char *ticker, *name;
	int64_t price; /* in hundredths */
	int64_t lot;   /* 0 = the market's */
} listing[] = {
	{ YQ_KOSPI, "005930", "Samsung Electronics", 7150000, 0 },
	{ YQ_KOSPI, "000660", "SK hynix", 21400000, 0 },
	{ YQ_KOSPI, "035420", "NAVER", 20950000, 0 },
	{ YQ_KOSPI, "005380", "Hyundai Motor", 24100000, 0 },
	{ YQ_KOSPI, "069500", "KODEX 200", 3600000, 0 },
	{ YQ_KOSDAQ, "247540", "EcoPro BM", 12340000, 0 },
	{ YQ_KOSDAQ, "091990", "Celltrion Healthcare", 7200000, 0 },
	{ YQ_NASDAQ, "AAPL", "Apple Inc.", 23150, 0 },
	{ YQ_NASDAQ, "MSFT", "Microsoft Corporation", 43020, 0 },
	{ YQ_NASDAQ, "NVDA", "NVIDIA Corporation", 13810, 0 },
	{ YQ_NASDAQ, "TSLA", "Tesla, Inc.", 34290, 0 },
	{ YQ_NASDAQ, "GOOGL", "Alphabet Inc.", 17490, 0 },
	{ YQ_NASDAQ, "AMZN", "Amazon.com, Inc.", 20210, 0 },
	{ YQ_NASDAQ, "QQQ", "Invesco QQQ Trust", 50350, 0 },
	{ YQ_NYSE, "KO", "The Coca-Cola Company", 6320, 0 },
	{ YQ_NYSE, "BRK.B", "Berkshire Hathaway Inc.", 47130, 0 },
	{ YQ_NYSE, "F", "Ford Motor Company", 1101, 0 },
	{ YQ_AMEX, "SPY", "SPDR S&P 500 ETF Trust", 58750, 0 },
	{ YQ_AMEX, "GLD", "SPDR Gold Shares", 24820, 0 },
	{ YQ_HKEX, "00700", "Tencent Holdings", 40500, 100 },
	{ YQ_HKEX, "09988", "Alibaba Group", 8500, 100 },
	{ YQ_HKEX, "00005", "HSBC Holdings", 7200, 400 },
	{ YQ_SSE, "600519", "Kweichow Moutai", 150000, 0 },
	{ YQ_SSE, "601318", "Ping An Insurance", 5360, 0 },
	{ YQ_SZSE, "000858", "Wuliangye Yibin", 14520, 0 },
	{ YQ_SZSE, "300750", "Contemporary Amperex", 26000, 0 },
	{ YQ_TSE, "7203", "Toyota Motor", 262000, 0 },
	{ YQ_TSE, "6758", "Sony Group", 285000, 0 },
	{ YQ_TSE, "9984", "SoftBank Group", 880000, 0 },
	{ YQ_HOSE, "VNM", "Vinamilk", 6480000, 0 },
	{ YQ_HOSE, "FPT", "FPT Corporation", 13500000, 0 },
	{ YQ_HNX, "SHS", "Saigon-Hanoi Securities", 1340000, 0 },
};

void
sim_listing_add(struct sim_exchange *x)
{
	for (size_t i = 0; i < YQ_COUNT(listing); i++) {
		struct yq_decimal price = yq_decimal_from_scaled(listing[i].price, 2), rounded;
		struct sim_instrument *instrument;

		if (yq_tick_round(listing[i].exchange, price, YQ_ROUND_HALF_EVEN, &rounded) !=
		    YQ_OK)
			rounded = price;
		if (sim_instrument_find(x, listing[i].exchange, listing[i].ticker) != NULL)
			continue; /* as the book has it */
		instrument =
		    sim_list(x, listing[i].exchange, listing[i].ticker, listing[i].name, rounded);
		if (instrument != NULL && listing[i].lot > 0)
			instrument->lot = yq_decimal_from_int(listing[i].lot);
	}
}
