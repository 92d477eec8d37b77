/* alpaca_answers.h - what Alpaca answers, as its documents have it. */
#ifndef YQ_TESTS_UNIT_ALPACA_ANSWERS_H
#define YQ_TESTS_UNIT_ALPACA_ANSWERS_H

#define ALPACA_OURS  "eb9e2aaa-f71a-4f51-b5b4-52a6c565dad4"
#define ALPACA_ORDER "61e69015-8549-4bfd-b9c3-01e75843f47d"

/* `rest` begins with a comma, or is "". */
#define ALPACA_ORDER_JSON(id, client, status, qty, filled, average, rest)                          \
	"{\"id\":\"" id "\",\"client_order_id\":\"" client "\","                                   \
	"\"created_at\":\"2026-11-20T15:04:05.678901Z\","                                          \
	"\"updated_at\":\"2026-11-20T15:04:07Z\",\"submitted_at\":\"2026-11-20T15:04:06.5Z\","     \
	"\"filled_at\":null,\"expired_at\":null,\"canceled_at\":null,\"failed_at\":null,"          \
	"\"replaced_at\":null,\"asset_id\":\"904837e3-3b76-47ec-b432-046db621571b\","              \
	"\"symbol\":\"AAPL\",\"asset_class\":\"us_equity\",\"notional\":null,\"qty\":\"" qty "\"," \
	"\"filled_qty\":\"" filled "\",\"filled_avg_price\":" average ",\"order_class\":\"\","     \
	"\"order_type\":\"limit\",\"type\":\"limit\",\"side\":\"buy\",\"time_in_force\":\"day\","  \
	"\"limit_price\":\"107.00\",\"stop_price\":null,\"status\":\"" status "\","                \
	"\"extended_hours\":false,\"legs\":null" rest "}"

#define ALPACA_FILL_JSON(activity, order, type, qty, filled)                            \
	"{\"activity_type\":\"FILL\",\"id\":\"" activity "\",\"type\":\"" type "\","    \
	"\"cum_qty\":\"" filled "\",\"leaves_qty\":\"0\",\"order_id\":\"" order "\","   \
	"\"price\":\"107.0\",\"qty\":\"" qty "\",\"side\":\"buy\",\"symbol\":\"AAPL\"," \
	"\"transaction_time\":\"2026-11-20T15:04:06.123Z\"}"

#define ALPACA_UPDATE_JSON(event, price, qty, order)                                    \
	"{\"stream\":\"trade_updates\",\"data\":{\"event\":\"" event "\","              \
	"\"execution_id\":\"7922ab44-5b33-4049-ab9a-0cfd805ba989\","                    \
	"\"timestamp\":\"2026-11-20T15:04:06.2Z\",\"price\":" price ",\"qty\":" qty "," \
	"\"position_qty\":\"5\",\"order\":" order "}}"

#define ALPACA_ASSET_JSON(symbol, exchange)                                                      \
	"{\"id\":\"904837e3-3b76-47ec-b432-046db621571b\",\"class\":\"us_equity\",\"exchange\":" \
	"\"" exchange "\",\"symbol\":\"" symbol "\",\"status\":\"active\",\"tradable\":true,"    \
	"\"marginable\":true,\"shortable\":true,\"easy_to_borrow\":true,\"fractionable\":true}"

#define ALPACA_ACCOUNT_JSON                                                                       \
	"{\"id\":\"e6fe16f3-64a4-4921-8928-cadf02f92f98\",\"account_number\":\"010203ABCD\","     \
	"\"status\":\"ACTIVE\",\"currency\":\"USD\",\"cash\":\"-23140.2\","                       \
	"\"buying_power\":\"262113.632\",\"equity\":\"103820.56\",\"last_equity\":\"103529.24\"," \
	"\"multiplier\":\"4\",\"trading_blocked\":false,\"account_blocked\":false}"

#define ALPACA_POSITION_JSON(symbol, exchange, qty, side)                                         \
	"{\"symbol\":\"" symbol "\",\"exchange\":\"" exchange "\",\"asset_class\":\"us_equity\"," \
	"\"avg_entry_price\":\"100.0\",\"qty\":\"" qty "\",\"qty_available\":\"5\","              \
	"\"side\":\"" side "\",\"market_value\":\"600.0\",\"cost_basis\":\"500.0\","              \
	"\"unrealized_pl\":\"100.0\",\"current_price\":\"120.0\",\"change_today\":\"0.0084\"}"

#define ALPACA_ERROR_JSON(code, text) "{\"code\":" code ",\"message\":\"" text "\"}"

#endif
