#!/usr/bin/env python3
"""The simulator's Alpaca face, over HTTP, and its book through a kill.

    simulator_alpaca.py YQ_SIMULATOR
"""
import sys
import time
import urllib.error

from simulator import Simulator, Tap

sim = Simulator(sys.argv[1], "--no-sync", "--fee", "US=0.001")
KEYS = {"APCA-API-KEY-ID": "PKTEST", "APCA-API-SECRET-KEY": "secret"}


def api(method, path, body=None, keys=None, **options):
    return sim.call(method, "/alpaca" + path, body, KEYS if keys is None else keys, **options)


def get(path, keys=None):
    status, body, _ = api("GET", path, keys=keys)
    assert status == 200, (path, status, body)
    return body


def order(status=200, keys=None, **fields):
    fields = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day", **fields}
    fields = {name: value for name, value in fields.items() if value is not None}
    found, body, _ = api("POST", "/v2/orders", fields, keys)
    assert found == status, (fields, found, body)
    return body


def test_a_key_is_needed_and_its_secret():
    assert api("GET", "/v2/account", keys={})[0] == 401
    get("/v2/account")
    status, body, _ = api("GET", "/v2/account", keys={**KEYS, "APCA-API-SECRET-KEY": "other"})
    assert status == 401 and body["code"] == 40110000, body


def test_the_account_is_in_texts():
    account = get("/v2/account")
    assert account["status"] == "ACTIVE" and account["currency"] == "USD"
    for name in ("cash", "buying_power", "equity", "last_equity", "multiplier"):
        assert isinstance(account[name], str), name
    assert account["cash"] == "100000", account
    for name in ("trading_blocked", "account_blocked"):
        assert account[name] is False


def test_a_market_order_is_filled_and_held():
    sim.price("NASDAQ:AAPL", 200)
    taken = order(qty="10", client_order_id="first")
    assert taken["status"] == "filled" and taken["filled_qty"] == "10", taken
    assert taken["filled_avg_price"] == "200" and taken["filled_at"] and taken["canceled_at"] is None
    assert taken["client_order_id"] == "first" and taken["legs"] is None and taken["notional"] is None
    held = get("/v2/positions/AAPL")
    assert held["qty"] == "10" and held["avg_entry_price"] == "200" and held["side"] == "long", held
    assert [p["symbol"] for p in get("/v2/positions")] == ["AAPL"]
    assert get("/v2/account")["cash"] == "97998"  # 2,000 and 2.00
    assert api("GET", "/v2/positions/MSFT")[0] == 404


def test_a_client_order_id_is_unique():
    body = order(status=422, client_order_id="first")
    assert body["code"] == 40010001 and body["message"] == "client_order_id must be unique", body
    found = get("/v2/orders:by_client_order_id?client_order_id=first")
    assert found["client_order_id"] == "first" and found == get("/v2/orders/" + found["id"])
    status, body, _ = api("GET", "/v2/orders:by_client_order_id?client_order_id=none")
    assert status == 404 and body["code"] == 40410000


def test_a_limit_order_rests_is_listed_and_taken_back():
    resting = order(type="limit", limit_price="150.50", time_in_force="gtc")
    assert resting["status"] == "new" and resting["limit_price"] == "150.5"
    assert resting["id"] in [o["id"] for o in get("/v2/orders")]
    assert resting["id"] not in [o["id"] for o in get("/v2/orders?status=closed")]
    assert resting["id"] in [o["id"] for o in get("/v2/orders?status=all&symbols=AAPL,MSFT&side=buy&limit=500")]
    assert get("/v2/orders?symbols=MSFT") == []
    assert api("DELETE", "/v2/orders/" + resting["id"])[:2] == (204, None)
    status, body, _ = api("DELETE", "/v2/orders/" + resting["id"])
    assert status == 422 and body["code"] == 42210000, body
    gone = get("/v2/orders/" + resting["id"])
    assert gone["status"] == "canceled" and gone["canceled_at"]
    assert api("DELETE", "/v2/orders/00000000-0000-4000-8000-000000000000")[0] == 404


def test_a_patched_order_is_another():
    old = order(type="limit", limit_price="150", time_in_force="gtc", qty="3")
    status, new, _ = api("PATCH", "/v2/orders/" + old["id"], {"limit_price": "151", "qty": "4"})
    assert status == 200 and new["id"] != old["id"] and new["replaces"] == old["id"], new
    assert new["limit_price"] == "151" and new["qty"] == "4"
    assert get("/v2/orders/" + old["id"])["replaced_by"] == new["id"]
    assert get("/v2/orders/" + old["id"])["status"] == "replaced"
    assert api("PATCH", "/v2/orders/" + old["id"], {"limit_price": "152"})[0] == 422
    assert api("DELETE", "/v2/orders/" + new["id"])[0] == 204


def test_a_bracket_has_its_legs():
    entry = order(type="limit", limit_price="190", time_in_force="gtc", qty="5", order_class="bracket",
                  take_profit={"limit_price": "220"}, stop_loss={"stop_price": 180, "limit_price": "179"})
    assert [leg["status"] for leg in entry["legs"]] == ["held", "held"], entry
    assert [leg["type"] for leg in entry["legs"]] == ["limit", "stop_limit"]
    assert len([o for o in get("/v2/orders?nested=true") if o["id"] == entry["id"]][0]["legs"]) == 2
    sim.price("NASDAQ:AAPL", 189)
    assert get("/v2/orders/" + entry["id"])["status"] == "filled"
    sim.price("NASDAQ:AAPL", 221)
    profit, loss = (get("/v2/orders/" + leg["id"]) for leg in entry["legs"])
    assert (profit["status"], profit["filled_avg_price"], loss["status"]) == ("filled", "220", "canceled")
    oco = order(side="sell", type="limit", qty="10", time_in_force="gtc", order_class="oco",
                take_profit={"limit_price": "230"}, stop_loss={"stop_price": "210"})
    assert oco["limit_price"] == "230" and len(oco["legs"]) == 1
    sim.price("NASDAQ:AAPL", 209)
    assert get("/v2/orders/" + oco["id"])["status"] == "canceled"
    assert get("/v2/positions") == []


def test_fractions_and_amounts():
    sim.price("NASDAQ:MSFT", 400)
    assert order(symbol="MSFT", qty="0.25")["filled_qty"] == "0.25"
    amount = order(symbol="MSFT", qty=None, notional="100")
    assert (amount["notional"], amount["qty"], amount["filled_qty"]) == ("100", None, "0.25"), amount
    assert order(status=422, qty="0.5", type="limit", limit_price="1", time_in_force="gtc")["code"] == 42210000
    status, closed, _ = api("DELETE", "/v2/positions/MSFT?percentage=50")
    assert status == 200 and closed["filled_qty"] == "0.25" and closed["side"] == "sell", closed
    status, closed, _ = api("DELETE", "/v2/positions")
    assert status == 207 and closed[0]["symbol"] == "MSFT" and get("/v2/positions") == []


def test_what_is_wrong_is_refused_in_alpacas_words():
    for fields, status, code in (
            ({"symbol": None}, 422, 40010001), ({"symbol": "NOSUCH"}, 422, 42210000),
            ({"side": "hold"}, 422, 42210000), ({"side": None}, 422, 40010001),
            ({"type": "trailing_stop"}, 422, 42210000), ({"time_in_force": "opg"}, 422, 42210000),
            ({"qty": None}, 422, 40010001), ({"notional": "5"}, 422, 40010001), ({"qty": "-1"}, 422, 42210000),
            ({"qty": "many"}, 422, 40010001), ({"type": "limit"}, 422, 42210000),
            ({"type": "limit", "limit_price": "10.001"}, 422, 42210000), ({"limit_price": "10"}, 422, 42210000),
            ({"qty": "100000"}, 403, 40310000), ({"side": "sell", "qty": "7"}, 403, 40310000),
            ({"extended_hours": True}, 422, 42210000), ({"order_class": "bracket"}, 422, 42210000),
            ({"client_order_id": "x" * 129}, 422, 40010001)):
        assert order(status=status, **fields)["code"] == code, fields
    status, body, _ = api("POST", "/v2/orders", None)
    assert status == 422 and body["code"] == 40010001
    assert api("GET", "/v2/nothing")[0] == 404


def test_fills_are_paged():
    everything = get("/v2/account/activities/FILL")
    assert len(everything) >= 8 and everything == sorted(everything, key=lambda a: a["id"][:17], reverse=True)
    for activity in everything:
        assert activity["activity_type"] == "FILL" and activity["type"] == "fill"
    pages, token = [], ""
    while True:
        page = get(f"/v2/account/activities/FILL?page_size=3&direction=asc&page_token={token}")
        if not page:
            break
        assert len(page) <= 3
        pages += page
        token = page[-1]["id"]
    assert sorted(a["id"] for a in pages) == sorted(a["id"] for a in everything)
    assert [a["id"] for a in pages] == [a["id"] for a in reversed(everything)]


def test_clock_calendar_and_assets():
    clock = get("/v2/clock")
    assert clock["is_open"] is True and clock["next_open"][-6:] in ("-05:00", "-04:00"), clock
    days = get("/v2/calendar?start=2026-11-23&end=2026-11-30")
    assert [d["date"][-2:] for d in days] == ["23", "24", "25", "27", "30"], days
    assert (days[0]["open"], days[0]["close"], days[3]["close"]) == ("09:30", "16:00", "13:00")
    assert days[0]["session_open"] == "0400" and days[0]["settlement_date"] == "2026-11-24"
    assets = {a["symbol"]: a for a in get("/v2/assets?status=active&asset_class=us_equity")}
    assert assets["AAPL"]["exchange"] == "NASDAQ" and "005930" not in assets
    assert get("/v2/assets/AAPL") == assets["AAPL"] == get("/v2/assets/" + assets["AAPL"]["id"])
    assert api("GET", "/v2/assets/NOSUCH")[0] == 404


def test_market_data():
    sim.price("NASDAQ:AAPL", 210, bid=209.9, ask=210.1)
    assert get("/v2/stocks/trades/latest?symbols=AAPL,MSFT&feed=iex")["trades"]["AAPL"]["p"] == 210
    quote = get("/v2/stocks/AAPL/quotes/latest")["quote"]
    assert (quote["bp"], quote["ap"]) == (209.9, 210.1)
    assert get("/v2/stocks/bars/latest?symbols=AAPL")["bars"]["AAPL"]["c"] == 210
    page = get("/v2/stocks/bars?symbols=AAPL&timeframe=1Day&start=2026-01-01&end=2026-01-31&limit=7")
    assert len(page["bars"]["AAPL"]) == 7 and page["next_page_token"], page
    rest = get("/v2/stocks/bars?symbols=AAPL&timeframe=1Day&end=2026-01-31&page_token=" + page["next_page_token"])
    assert len(rest["bars"]["AAPL"]) == 13 and rest["next_page_token"] is None, rest
    assert len({bar["t"] for bar in page["bars"]["AAPL"] + rest["bars"]["AAPL"]}) == 20
    sim.price("NASDAQ:AAPL", 210)


def test_knobs_strike():
    sim.knobs(error_next=1)
    assert api("GET", "/v2/clock")[0] == 500
    sim.knobs(limited_next=1)
    assert api("GET", "/v2/clock")[0] == 429
    sim.knobs(html_next=1)
    status, body, _ = api("GET", "/v2/clock")
    assert status == 502 and body.startswith("<html>")
    sim.knobs(cut_next=1)
    assert isinstance(api("GET", "/v2/clock")[1], str)
    sim.knobs(error_after_next=1)
    order(status=500, client_order_id="after")
    assert get("/v2/orders:by_client_order_id?client_order_id=after")["status"] == "filled"
    sim.knobs(timeout_next=1)
    try:
        api("POST", "/v2/orders", {"symbol": "AAPL", "qty": 1, "side": "buy", "type": "market",
                                   "time_in_force": "day", "client_order_id": "silent"}, timeout=1)
        raise AssertionError("it was answered")
    except (TimeoutError, urllib.error.URLError):
        pass
    assert get("/v2/orders:by_client_order_id?client_order_id=silent")["status"] == "filled"
    sim.knobs(latency_ms=300)
    began = time.monotonic()
    get("/v2/clock")
    assert time.monotonic() - began >= 0.3
    sim.knobs(latency_ms=0)
    status, body, _ = sim.call("PUT", "/control/v1/knobs", {"latency_m": 3},
                               {"Authorization": "Bearer " + sim.token})
    assert status == 400 and "latency_ms" in body["error"], body
    assert sim.call("GET", "/control/v1/knobs")[0] == 401


def test_the_rate_is_limited_and_told():
    keys = {"APCA-API-KEY-ID": "PKOTHER", "APCA-API-SECRET-KEY": "x"}
    sim.knobs(alpaca_per_minute=3)
    answers = [api("GET", "/v2/clock", keys=keys)]
    began = time.time()
    answers += [api("GET", "/v2/clock", keys=keys) for _ in range(2)]
    time.sleep(3.1)
    answers += [api("GET", "/v2/clock", keys=keys) for _ in range(2)]
    statuses = [answer[0] for answer in answers]
    # A minute may end in between, but then there are three more.
    assert statuses[:3] == [200] * 3 and statuses[-1] in (429, 200) and 429 in statuses, statuses
    assert answers[0][2]["X-RateLimit-Limit"] == "3" and answers[0][2]["X-RateLimit-Remaining"] == "2"
    refused = answers[statuses.index(429)][2]
    assert refused["X-RateLimit-Remaining"] == "0"
    # It begins anew a minute after the first of them, not after the refusal.
    assert int(refused["X-RateLimit-Reset"]) <= began + 61.5 or statuses[-1] == 200, refused
    sim.knobs(alpaca_per_minute=0)


def test_the_book_lives_through_a_kill():
    resting = order(type="limit", limit_price="150", time_in_force="gtc", client_order_id="kept")
    orders, positions = get("/v2/orders?status=all&limit=500"), get("/v2/positions")
    account, fills = get("/v2/account"), get("/v2/account/activities/FILL")
    sim.kill()
    sim.start()
    sim.knobs(alpaca_per_minute=0)
    assert get("/v2/orders?status=all&limit=500") == orders and get("/v2/positions") == positions
    assert get("/v2/account") == account and get("/v2/account/activities/FILL") == fills
    order(status=422, client_order_id="kept")
    sim.price("NASDAQ:AAPL", 149)
    assert get("/v2/orders/" + resting["id"])["filled_avg_price"] == "150"


def test_the_end_is_in_order():
    assert sim.stop() == 0


tap = Tap()
try:
    sim.knobs(alpaca_per_minute=0)
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            tap.run(test)
finally:
    sim.remove()
sys.exit(tap.end())
