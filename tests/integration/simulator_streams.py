#!/usr/bin/env python3
"""The simulator's streams: Alpaca's trade updates, KIS's notices and prices, and what knobs do to them.

    simulator_streams.py YQ_SIMULATOR
"""
import base64
import json
import subprocess
import sys

from simulator import Simulator, Tap
from websocket_client import WebSocket

sim = Simulator(sys.argv[1], "--no-sync", "--knob", "alpaca_per_minute=0", "--knob", "kis_per_second=0",
                "--knob", "kis_virtual_per_second=0", "--knob", "kis_tokens_per_minute=0")
ALPACA = {"APCA-API-KEY-ID": "PKTEST", "APCA-API-SECRET-KEY": "secret"}
KIS = {"appkey": "P" * 36, "appsecret": "s" * 180}
D = "/uapi/domestic-stock/v1/trading/"
O = "/uapi/overseas-stock/v1/trading/"


def alpaca_stream(listen=True):
    stream = WebSocket(sim.url.replace("http", "ws") + "/alpaca/stream")
    stream.send({"action": "authenticate", "data": {"key_id": "PKTEST", "secret_key": "secret"}})
    opcode, text = stream.read()
    said = json.loads(text)
    assert opcode == 2 and said["stream"] == "authorization" and said["data"]["status"] == "authorized", said
    if listen:
        stream.send({"action": "listen", "data": {"streams": ["trade_updates"]}})
        said = json.loads(stream.read()[1])
        assert said == {"stream": "listening", "data": {"streams": ["trade_updates"]}}, said
    return stream


def update(stream):
    message = stream.read()
    assert message is not None
    said = json.loads(message[1])
    assert message[0] == 2 and said["stream"] == "trade_updates", said
    return said["data"]


def order(**fields):
    status, body, _ = sim.call("POST", "/alpaca/v2/orders", {
        "symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day", **fields}, ALPACA)
    assert status == 200, body
    return body


def test_only_who_has_the_key_is_told():
    stream = WebSocket(sim.url.replace("http", "ws") + "/alpaca/stream")
    sim.call("GET", "/alpaca/v2/account", headers=ALPACA)
    stream.send({"action": "listen", "data": {"streams": ["trade_updates"]}})
    assert json.loads(stream.read()[1])["data"]["status"] == "unauthorized"
    stream.send({"action": "auth", "key": "PKTEST", "secret": "wrong"})
    assert json.loads(stream.read()[1])["data"]["status"] == "unauthorized"
    stream.send({"action": "auth", "key": "PKTEST", "secret": "secret"})
    assert json.loads(stream.read()[1])["data"]["status"] == "authorized"
    stream.close()


def test_trade_updates_come_with_the_order_as_it_was():
    stream = alpaca_stream()
    sim.price("NASDAQ:AAPL", 200)
    order(client_order_id="pushed", qty="3")
    new, fill = update(stream), update(stream)
    assert (new["event"], new["order"]["status"], fill["event"], fill["order"]["status"]) == \
        ("new", "new", "fill", "filled"), (new, fill)
    assert fill["order"]["client_order_id"] == "pushed" and fill["execution_id"] != new["execution_id"]
    assert (fill["price"], fill["qty"], fill["position_qty"]) == ("200", "3", "3"), fill
    activity = sim.call("GET", "/alpaca/v2/account/activities/FILL", headers=ALPACA)[1][0]
    assert activity["id"].endswith(fill["execution_id"])
    resting = order(type="limit", limit_price="150", time_in_force="gtc")
    assert update(stream)["event"] == "new"
    status, fresh, _ = sim.call("PATCH", "/alpaca/v2/orders/" + resting["id"], {"limit_price": "151"}, ALPACA)
    replaced, new = update(stream), update(stream)
    assert (replaced["event"], replaced["order"]["id"], replaced["order"]["replaced_by"]) == \
        ("replaced", resting["id"], fresh["id"]), replaced
    assert (new["event"], new["order"]["id"]) == ("new", fresh["id"])
    sim.call("DELETE", "/alpaca/v2/orders/" + fresh["id"], headers=ALPACA)
    gone = update(stream)
    assert (gone["event"], gone["order"]["status"]) == ("canceled", "canceled"), gone
    stream.close()


def test_knobs_strike_pushes():
    stream = alpaca_stream()
    sim.knobs(duplicate_next=1)
    order()
    assert [update(stream)["event"] for _ in range(3)] == ["new", "new", "fill"]
    sim.knobs(reorder_next=1)
    order()
    assert [update(stream)["event"] for _ in range(2)] == ["fill", "new"]
    sim.knobs(lost_next=1)
    order()
    assert update(stream)["event"] == "fill" and stream.read(0.3) is None
    sim.knobs(push_latency_ms=300)
    order()
    assert stream.read(0.1) is None and update(stream)["event"] == "new" and update(stream)["event"] == "fill"
    sim.knobs(push_latency_ms=0, disconnect_next=1)
    order()
    try:
        while stream.read(5) is not None:
            pass
        raise AssertionError("it was not cut")
    except EOFError:
        pass
    stream = alpaca_stream()
    sim.control("POST", "/disconnect")
    try:
        stream.read(5)
        raise AssertionError("it was not cut")
    except EOFError:
        pass


# ---- KIS ----

def kis_token():
    status, body, _ = sim.call("POST", "/kis/oauth2/tokenP", {"grant_type": "client_credentials", **KIS})
    assert status == 200, body
    return body["access_token"]


def kis_order(host, path, tr, **fields):
    status, body, _ = sim.call("POST", host + path, {"CANO": "12345678", "ACNT_PRDT_CD": "01", **fields},
                               {**KIS, "authorization": "Bearer " + kis_token(), "tr_id": tr, "custtype": "P"})
    assert status == 200 and body["rt_cd"] == "0", body
    return body["output"]["ODNO"]


class Stream(WebSocket):
    def __init__(self, host="/kis"):
        super().__init__(sim.url.replace("http", "ws") + host + "/tryitout")
        status, body, _ = sim.call("POST", host + "/oauth2/Approval", {
            "grant_type": "client_credentials", "appkey": KIS["appkey"], "secretkey": KIS["appsecret"]})
        assert status == 200, body
        self.approval = body["approval_key"]

    def ask(self, feed, key, kind="1", approval=None):
        self.send({"header": {"approval_key": approval or self.approval, "custtype": "P", "tr_type": kind,
                              "content-type": "utf-8"}, "body": {"input": {"tr_id": feed, "tr_key": key}}})
        return self.until(lambda said: isinstance(said, dict) and said["header"]["tr_id"] == feed)["body"]

    def data(self, feed):
        text = self.until(lambda said: isinstance(said, str) and said.split("|")[1] == feed)
        encrypted, _, count, rest = text.split("|", 3)
        return encrypted, int(count), rest


def decrypt(output, text):
    done = subprocess.run(["openssl", "enc", "-d", "-aes-256-cbc", "-K", output["key"].encode().hex(),
                           "-iv", output["iv"].encode().hex()],
                          input=base64.b64decode(text), capture_output=True, check=True)
    return done.stdout.decode().split("^")


def test_subscriptions_are_answered_with_kis_codes():
    stream = Stream()
    assert stream.ask("H0STCNI0", "me", approval="nonsense")["msg_cd"] == "OPSP0011"
    body = stream.ask("H0STCNI0", "me")
    assert body["rt_cd"] == "0" and body["msg_cd"] == "OPSP0000", body
    assert len(body["output"]["key"]) == 32 and len(body["output"]["iv"]) == 16
    assert stream.ask("H0STCNI0", "me")["msg_cd"] == "OPSP0002"
    assert stream.ask("H0STCNI9", "me")["rt_cd"] == "1"  # the virtual host's
    assert stream.ask("H0STCNT0", "NOSUCH")["rt_cd"] == "1"
    second = Stream()
    assert second.ask("H0STCNI0", "me")["msg_cd"] == "OPSP8996"
    second.close()
    listed = ["KRX:9%05d" % n for n in range(41)]
    for instrument in listed:
        sim.price(instrument, 1000)
    said = [stream.ask("H0STCNT0", instrument[4:])["msg_cd"] for instrument in listed]
    assert said == ["OPSP0000"] * 40 + ["OPSP0008"], said
    assert stream.ask("H0STCNT0", "900000", "2")["msg_cd"] == "OPSP0001"
    stream.close()


def notices(host, last, domestic, place):
    stream = Stream(host)
    output = None
    for _ in range(50):  # the stream before may not be gone yet
        body = stream.ask(("H0STCNI" if domestic else "H0GSCNI") + last, "me")
        output = body.get("output")
        if output:
            break
    feed = ("H0STCNI" if domestic else "H0GSCNI") + last

    def notice():
        encrypted, count, rest = stream.data(feed)
        fields = decrypt(output, rest)
        assert encrypted == "1" and count == 1 and len(fields) == (26 if domestic else 25), fields
        assert fields[1] == "1234567801", fields
        return fields

    bought = place("buy")
    taken, filled = notice(), notice()
    at = 0 if domestic else 1
    assert taken[2] == filled[2] == bought and taken[4] == "02"
    assert (taken[13 - at], taken[14 - at], filled[13 - at]) == ("1", "1", "2"), (taken, filled)
    resting = place("rest")
    assert notice()[2] == resting
    gone = place("cancel", resting)
    fields = notice()
    assert (fields[2], fields[3], fields[5], fields[13 - at]) == (gone, resting, "2", "1"), fields
    stream.close()
    return filled


def test_notices_at_home():
    sim.price("KOSPI:005930", 71500)
    for host, last, letter in (("/kis", "0", "T"), ("/kis-virtual", "9", "V")):
        def place(what, number=None):
            if what == "cancel":
                return kis_order(host, D + "order-rvsecncl", letter + "TTC0013U", KRX_FWDG_ORD_ORGNO="91252",
                                 ORGN_ODNO=number, ORD_DVSN="00", RVSE_CNCL_DVSN_CD="02", ORD_QTY="2", ORD_UNPR="0",
                                 QTY_ALL_ORD_YN="Y")
            return kis_order(host, D + "order-cash", letter + "TTC0012U", PDNO="005930", ORD_DVSN="00", ORD_QTY="2",
                             ORD_UNPR="71500" if what == "buy" else "60000")
        filled = notices(host, last, True, place)
        assert (filled[8], filled[9], filled[10], filled[16], filled[25]) == ("005930", "2", "71500", "2", "71500")


def test_notices_abroad_have_prices_without_a_point():
    for exchange, ours, ticker, price, rest, told, buy, cancel in (
            ("NASD", "NASDAQ", "MSFT", "400.25", "300", "4002500", "TTTT1002U", "TTTT1004U"),
            ("SEHK", "HKEX", "00700", "405.2", "300", "405200", "TTTS1002U", "TTTS1003U"),
            ("TKSE", "TSE", "7203", "2600", "2000", "26000", "TTTS0308U", "TTTS0309U")):
        sim.price(f"{ours}:{ticker}", float(price))

        def place(what, number=None):
            if what == "cancel":
                return kis_order("/kis", O + "order-rvsecncl", cancel, OVRS_EXCG_CD=exchange, PDNO=ticker, ORGN_ODNO=number,
                                 RVSE_CNCL_DVSN_CD="02", ORD_QTY="100", OVRS_ORD_UNPR="0")
            return kis_order("/kis", O + "order", buy, OVRS_EXCG_CD=exchange, PDNO=ticker, ORD_QTY="100",
                             OVRS_ORD_UNPR=price if what == "buy" else rest, ORD_SVR_DVSN_CD="0", ORD_DVSN="00")
        filled = notices("/kis", "0", False, place)
        assert (filled[7], filled[8], filled[9], filled[15]) == (ticker, "100", told, "100"), filled


def test_prices_are_pushed_when_they_change():
    stream = Stream()
    for _ in range(50):
        if stream.ask("H0STCNT0", "005930")["rt_cd"] == "0":
            break
    _, count, rest = stream.data("H0STCNT0")
    fields = rest.split("^")
    assert count == 1 and len(fields) == 47 and (fields[0], fields[2]) == ("005930", "71500"), fields
    sim.price("KOSPI:005930", 71600, bid=71500, ask=71700)
    fields = stream.data("H0STCNT0")[2].split("^")
    assert (fields[2], fields[10], fields[11]) == ("71600", "71700", "71500"), fields
    stream.ask("HDFSCNT0", "DNASMSFT")
    fields = stream.data("HDFSCNT0")[2].split("^")
    assert len(fields) == 26 and fields[:3] == ["DNASMSFT", "MSFT", "4"] and float(fields[11]) == 400.25, fields
    stream.close()


def test_knobs_strike_notices_and_cut_either_hosts_streams():
    for host, feed, letter in (("/kis", "H0STCNI0", "T"), ("/kis-virtual", "H0STCNI9", "V")):
        def buy():  # two notices: taken, executed
            kis_order(host, D + "order-cash", letter + "TTC0012U", PDNO="005930", ORD_DVSN="01", ORD_QTY="1", ORD_UNPR="0")

        def next_kind(patience=20):
            message = stream.read(patience)
            return None if message is None else decrypt(keys, message[1].split("|", 3)[3])[13]

        stream = Stream(host)
        keys = stream.ask(feed, "simulator")["output"]
        for knobs, kinds in (({}, "12"), ({"duplicate_next": 1}, "112"), ({"reorder_next": 1}, "21"), ({"lost_next": 1}, "2")):
            sim.knobs(**knobs)
            buy()
            assert "".join(next_kind() for _ in kinds) == kinds, (host, knobs)
            assert next_kind(0.2) is None, (host, knobs)
        sim.knobs(push_latency_ms=300)
        buy()
        assert next_kind(0.1) is None and next_kind() == "1" and next_kind() == "2"
        sim.knobs(push_latency_ms=0)
        for cut in (lambda: (sim.knobs(disconnect_next=1), buy()), lambda: sim.control("POST", "/disconnect")):
            cut()
            try:
                while stream.read(5) is not None:
                    pass
                raise AssertionError("it was not cut")
            except EOFError:
                pass
            stream = Stream(host)
            stream.ask(feed, "simulator")
        stream.close()


def test_an_end_with_streams_open_is_in_order():
    alpaca_stream()
    stream = Stream()
    stream.send({"header": {"tr_id": "PINGPONG"}})
    assert sim.stop() == 0


tap = Tap()
try:
    sim.control("PUT", "/accounts/12345678-01", {"cash": {"JPY": 10000000000, "HKD": 10000000000, "USD": 10000000}})
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            tap.run(test)
finally:
    sim.remove()
sys.exit(tap.end())
