#!/usr/bin/env python3
"""The simulator in a rough world: killed at any moment, told nonsense, and each mishap on both faces.

    simulator_faults.py YQ_SIMULATOR
"""
import http.client
import json
import os
import socket
import sys
import threading
import time
from decimal import Decimal
from urllib.parse import urlsplit

from simulator import Simulator, Tap
from websocket_client import WebSocket

FREE = ("alpaca_per_minute=0", "kis_per_second=0", "kis_virtual_per_second=0", "kis_tokens_per_minute=0")
OPTIONS = [word for knob in FREE for word in ("--knob", knob)]
sim = Simulator(sys.argv[1], "--no-sync", "--invent", *OPTIONS)
ALPACA = {"APCA-API-KEY-ID": "PKTEST", "APCA-API-SECRET-KEY": "secret"}
KEYS = {"appkey": "P" * 36, "appsecret": "s" * 180}
ORDER_PATH = "/uapi/domestic-stock/v1/trading/order-cash"
PATIENCE = 20


def grant(keys, path="tokenP"):
    secret = {"secretkey": keys["appsecret"]} if path == "Approval" else {"appsecret": keys["appsecret"]}
    status, body, _ = sim.call("POST", "/kis/oauth2/" + path, {"grant_type": "client_credentials", "appkey": keys["appkey"], **secret})
    assert status == 200, body
    return body["approval_key" if path == "Approval" else "access_token" if path == "tokenP" else "message"]


def price_with(keys, token):
    """The code that a question with this token is answered with."""
    _, body, _ = sim.call("GET", "/kis/uapi/domestic-stock/v1/quotations/inquire-price?FID_COND_MRKT_DIV_CODE=J&FID_INPUT_ISCD=005930",
                          headers={**keys, "authorization": "Bearer " + token, "tr_id": "FHKST01010100"})
    return body["msg_cd"]


def alpaca_order(timeout=PATIENCE, **fields):
    return sim.call("POST", "/alpaca/v2/orders", {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market",
                                                  "time_in_force": "day", **fields}, ALPACA, timeout)


def kis_order(timeout=PATIENCE, **fields):
    return sim.call("POST", "/kis" + ORDER_PATH, {
        "CANO": "12345678", "ACNT_PRDT_CD": "01", "PDNO": "005930", "ORD_DVSN": "01", "ORD_QTY": "1", "ORD_UNPR": "0",
        "EXCG_ID_DVSN_CD": "KRX", "SLL_TYPE": "", "CNDT_PRIC": "", **fields},
        {**KEYS, "authorization": "Bearer " + grant(KEYS), "tr_id": "TTTC0012U"}, timeout)


def all_of(what):
    rows = []
    while page := sim.control("GET", f"/{what}?after={rows[-1]['number'] if rows else 0}"):
        rows += page
    return rows


def executions():
    return all_of("executions")


def restart():
    sim.kill()
    sim.start()


# ---- tokens ----

def test_tokens_and_approvals_live_through_a_kill():
    token, approval = grant(KEYS), grant(KEYS, "Approval")
    restart()
    assert price_with(KEYS, token) == "MCA00000"
    assert grant(KEYS) == token, "within six hours it is the same"
    stream = WebSocket(sim.url.replace("http", "ws") + "/kis/tryitout")
    stream.send({"header": {"approval_key": approval, "custtype": "P", "tr_type": "1", "content-type": "utf-8"},
                 "body": {"input": {"tr_id": "H0STCNT0", "tr_key": "005930"}}})
    said = json.loads(stream.read()[1])
    assert said["body"]["msg_cd"] == "OPSP0000", said
    stream.close()


def test_tokens_that_have_expired_are_of_no_use_after_a_kill_either():
    token = grant(KEYS)
    sim.control("POST", "/expire-tokens")
    assert price_with(KEYS, token) == "EGW00123"
    restart()
    assert price_with(KEYS, token) == "EGW00123"
    assert price_with(KEYS, grant(KEYS)) == "MCA00000"


def test_a_key_that_is_revoked_ends_its_own_tokens_only():
    others = {"appkey": "Q" * 36, "appsecret": "t" * 180}
    token, theirs = grant(KEYS), grant(others)
    grant(KEYS, "revokeP")
    assert price_with(KEYS, token) == "EGW00123"
    assert price_with(others, theirs) == "MCA00000"


# ---- mishaps, on both faces ----

FACES = {"alpaca": alpaca_order, "kis": kis_order}
# name: (what Alpaca answers, what KIS answers, whether the order is taken)
MISHAPS = {
    "error": ((500, 50010000), (500, "EGW00302"), False),
    "limited": ((429, 42910000), (500, "EGW00201"), False),
    "html": ((502, None), (502, None), False),
    "unheard": (None, None, False),
    "timeout": (None, None, True),
    "error_after": ((500, 50010000), (500, "EGW00302"), True),
    "cut": ((200, None), (200, None), True),
}


def answer_of(order):
    try:
        status, body, _ = order(timeout=1)
    except (TimeoutError, OSError):
        return None
    return status, body.get("code", body.get("msg_cd")) if isinstance(body, dict) else None


def test_each_mishap_does_what_it_says_on_both_faces():
    grant(KEYS)
    for face, order in FACES.items():
        for name, (alpaca, kis, taken) in MISHAPS.items():
            token = grant(KEYS)  # not struck itself
            assert token
            before = len(executions())
            if face == "kis":  # its token is asked for again with each order
                globals()["grant"], kept = (lambda keys, path="tokenP": token), grant
            sim.knobs(**{name + "_next": 1})
            answer = answer_of(order)
            if face == "kis":
                globals()["grant"] = kept
            assert answer == (alpaca if face == "alpaca" else kis), (face, name, answer)
            assert len(executions()) == before + taken, (face, name)
            assert sim.control("GET", "/knobs")[name + "_next"] == 0, (face, name)


def test_a_mishap_of_orders_waits_for_an_order_that_is_taken():
    for name in ("timeout", "error_after"):
        sim.knobs(**{name + "_next": 1})
        status, body, _ = alpaca_order(qty="0")
        assert status == 422, body
        status, body, _ = kis_order(ORD_QTY="0")
        assert status == 200 and body["rt_cd"] == "1", body
        assert sim.control("GET", "/knobs")[name + "_next"] == 1, name
        sim.knobs(**{name + "_next": 0})


def test_latency_is_before_the_answer_and_more_of_it_before_an_orders():
    token = grant(KEYS)
    sim.knobs(latency_ms=200, order_latency_ms=300)
    began = time.monotonic()
    sim.call("GET", "/alpaca/v2/account", headers=ALPACA)
    price_with(KEYS, token)
    asked = time.monotonic() - began
    began = time.monotonic()
    alpaca_order()
    ordered = time.monotonic() - began
    sim.knobs(latency_ms=0, order_latency_ms=0)
    assert 0.39 <= asked and 0.49 <= ordered, (asked, ordered)  # timers count in whole milliseconds


def test_parts_are_filled_on_both_faces_and_come_to_the_whole():
    sim.knobs(partial_ppm=700000)
    before = len(executions())
    _, first, _ = alpaca_order(qty="64")
    kis_order(ORD_QTY="64")
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and sum(Decimal(str(e["qty"])) for e in executions()[before:]) < 128:
        time.sleep(0.05)
    sim.knobs(partial_ppm=0)
    parts = executions()[before:]
    by_order = {}
    for part in parts:
        by_order.setdefault(part["order"], []).append(Decimal(str(part["qty"])))
    assert [sum(parts) for parts in by_order.values()] == [64, 64], by_order
    assert all(len(parts) > 1 for parts in by_order.values()), by_order
    _, order, _ = sim.call("GET", "/alpaca/v2/orders/" + first["id"], headers=ALPACA)
    assert order["status"] == "filled" and order["filled_qty"] == "64", order


# ---- nonsense ----

def raw(data, parts=1, patience=PATIENCE):
    """What is answered to these bytes until the end, or until it is silent."""
    where = urlsplit(sim.url)
    with socket.create_connection((where.hostname, where.port), patience) as peer:
        step = max(1, len(data) // parts)
        try:
            for at in range(0, len(data), step):
                peer.sendall(data[at:at + step])
            got = b""
            while block := peer.recv(65536):
                got += block
        except (TimeoutError, ConnectionError):
            pass
        return got


HEADERS = "".join(f"{name}: {value}\r\n" for name, value in ALPACA.items())


def alpaca_raw(body, length=None):
    return (f"POST /alpaca/v2/orders HTTP/1.1\r\nHost: x\r\n{HEADERS}Connection: close\r\n"
            f"Content-Length: {len(body) if length is None else length}\r\n\r\n").encode() + body


def test_nonsense_is_refused_in_the_brokers_own_form():
    for body in (b"{", b"[]", b"7", b'"text"', b"null", b"\xff\xfe", b'{"symbol":7}', b'{"symbol":"AAPL","qty":{}}', b"<html>",
                 b'{"symbol":"AAPL","symbol":"MSFT"}', b"[" * 10000, b'{"symbol":"' + b"A" * 100000 + b'"}'):
        answer = raw(alpaca_raw(body))
        head, _, text = answer.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        assert 400 <= status < 500, (body[:40], answer[:200])
        said = json.loads(text)
        assert isinstance(said["code"], int) and isinstance(said["message"], str), (body[:40], said)
    token = grant(KEYS)
    for body in (b"{", b"[]", b"7", b"null", b"\xff", b'{"CANO":7}', b'{"CANO":"12345678","ACNT_PRDT_CD":[]}'):
        head = "".join(f"{n}: {v}\r\n" for n, v in {**KEYS, "authorization": "Bearer " + token, "tr_id": "TTTC0012U"}.items())
        answer = raw(f"POST /kis{ORDER_PATH} HTTP/1.1\r\nHost: x\r\n{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        said = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert said["rt_cd"] == "1" and said["msg_cd"] and said["msg1"], (body, said)


def test_who_has_no_key_is_told_so_whatever_else_is_wrong():
    answer = raw(b"POST /alpaca/v2/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\n{")
    assert b" 401 " in answer.split(b"\r\n")[0], answer


def test_a_body_that_is_too_long_is_refused_in_the_brokers_own_form():
    body = b'{"symbol":"' + b"A" * (300 << 10) + b'"}'
    for path, names in (("/alpaca/v2/orders", {"code", "message"}), ("/kis" + ORDER_PATH, {"rt_cd", "msg_cd", "msg1"})):
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{HEADERS}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        answer = raw(head.encode() + body)
        assert b" 413 " in answer.split(b"\r\n")[0], answer[:100]
        assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == names, answer


def test_an_unknown_path_and_method_are_refused_in_the_brokers_own_form():
    status, body, _ = sim.call("GET", "/alpaca/v2/nothing", headers=ALPACA)
    assert status == 404 and set(body) == {"code", "message"}, body
    status, body, _ = sim.call("PUT", "/kis/uapi/nothing", {}, KEYS)
    assert status == 404 and body["rt_cd"] == "1", body


def test_requests_one_behind_another_are_answered_in_turn():
    one = f"GET /alpaca/v2/account HTTP/1.1\r\nHost: x\r\n{HEADERS}\r\n"
    two = f"GET /alpaca/v2/clock HTTP/1.1\r\nHost: x\r\n{HEADERS}Connection: close\r\n\r\n"
    for parts in (1, 40):
        answer = raw((one + one + two).encode(), parts)
        assert answer.count(b"HTTP/1.1 200") == 3, answer
        assert answer.rindex(b"account_number") < answer.index(b"is_open"), answer


def test_half_a_request_holds_up_nobody():
    where = urlsplit(sim.url)
    halves = [socket.create_connection((where.hostname, where.port), PATIENCE) for _ in range(100)]
    for n, half in enumerate(halves):
        half.sendall(alpaca_raw(b'{"symbol":', 60 + n)[:-(n % 5)] if n % 5 else b"POST /alp")
    began = time.monotonic()
    before = len(executions())
    assert alpaca_order()[0] == 200
    assert time.monotonic() - began < 5
    for half in halves:
        half.close()
    assert len(executions()) == before + 1


# ---- what is entered in the book can be read again ----

def test_the_book_can_be_read_again_whatever_was_written_into_it():
    for key in (b"PK\xff\xfe", b"PK\xc3\x28", "PK\u0436".encode(), b"PK\\u0000", b'PK"'):
        for name, path in ((b"APCA-API-KEY-ID", b"/alpaca/v2/account"), (b"appkey", b"/kis/uapi/domestic-stock/v1/quotations/inquire-price")):
            raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + name + b": " + key +
                b"\r\nAPCA-API-SECRET-KEY: s\r\nappsecret: s\r\n\r\n")
    for text in ("\u0000", "a\u0000b", "\ud800", "\u001f\"\\", "x" * 128, "x" * 129, "x" * 5000, "\U0001f600" * 40):
        alpaca_order(client_order_id=text, qty="1")
        alpaca_order(symbol=text)
        kis_order(PDNO=text)
        kis_order(CANO=text)
    for value in ("1e3", "NaN", "1e-9", "-1", "0.000000001", "99999999999999999999999999999999999999", "1" * 400, "1e400", ""):
        alpaca_order(qty=value)
        alpaca_order(type="limit", limit_price=value)
        alpaca_order(qty=None, notional=value)
        kis_order(ORD_QTY=value)
    before = (sim.control("GET", "/accounts"), all_of("orders"), executions())
    restart()
    assert (sim.control("GET", "/accounts"), all_of("orders"), executions()) == before


def test_a_lot_that_was_set_stays_set():
    sim.control("PUT", "/prices", {"exchange": "HKEX", "ticker": "00700", "price": 400, "lot": 50})
    restart()
    [row] = [row for row in sim.control("GET", "/instruments") if row["ticker"] == "00700"]
    assert row["lot"] == 50, row


# ---- killed ----

def check_book():
    """Orders, executions, positions and cash say the same."""
    done = executions()
    assert len({e["number"] for e in done}) == len(done) and len({e["id"] for e in done}) == len(done)
    filled = {}
    for execution in done:
        filled[execution["order"]] = filled.get(execution["order"], 0) + Decimal(str(execution["qty"]))
    held, cash = {}, {}
    orders = {order["number"]: order for order in all_of("orders")}
    for order in orders.values():
        assert Decimal(str(order["filled"])) == filled.get(order["number"], 0), order
    for execution in done:
        order = orders[execution["order"]]
        sign = 1 if order["action"].lower() == "buy" else -1
        qty = sign * Decimal(str(execution["qty"]))
        key = (order["account"], order["ticker"])
        held[key] = held.get(key, 0) + qty
        cash[order["account"]] = cash.get(order["account"], 0) - qty * Decimal(str(execution["price"])) - Decimal(str(execution["fee"]))
    return orders, held, cash


def test_killed_at_any_moment_no_execution_is_lost_and_none_is_there_twice():
    key = {"APCA-API-KEY-ID": "PKKILLED", "APCA-API-SECRET-KEY": "secret"}
    sim.call("GET", "/alpaca/v2/account", headers=key)
    sim.control("PUT", "/accounts/PKKILLED", {"cash": {"USD": 100000000}})
    told, sent = set(), 0
    for turn in range(8):
        killer = threading.Timer(0.05 + 0.03 * turn, sim.process.kill)
        killer.start()
        connection = http.client.HTTPConnection(urlsplit(sim.url).netloc, timeout=PATIENCE)
        try:
            for _ in range(100000):
                sent += 1
                body = json.dumps({"symbol": "MSFT", "qty": "3", "side": "buy", "type": "market", "time_in_force": "day",
                                   "client_order_id": f"killed-{sent}"})
                connection.request("POST", "/alpaca/v2/orders", body, key)
                answer = connection.getresponse()
                text = answer.read()
                assert answer.status == 200, text
                told.add(f"killed-{sent}")
        except (OSError, http.client.HTTPException):
            pass
        killer.join()
        sim.process.wait()
        sim.log.close()
        if turn % 2:  # as if the machine had stopped in the middle of a line
            with open(os.path.join(sim.folder, "book", "book"), "ab") as book:
                book.write(b'0123456789abcdef [{"Kind":"Order","Num'[:3 + 5 * turn])
        sim.start()
        orders, held, cash = check_book()
        ours = {order["client_id"]: order for order in orders.values() if order["account"] == "PKKILLED"}
        assert told <= set(ours), sorted(told - set(ours))[:3]
        assert len(set(ours) - told) <= turn + 1, "each kill leaves one whose answer did not come"
        [account] = [row for row in sim.control("GET", "/accounts") if row["name"] == "PKKILLED"]
        assert Decimal(str(account["positions"][0]["qty"])) == held[("PKKILLED", "MSFT")] == 3 * len(ours)
        assert Decimal(str(account["cash"]["USD"])) == 100000000 + cash["PKKILLED"]
    assert len(told) > 50, len(told)


# ---- many, and slow ----

def sockets():
    folder, count = f"/proc/{sim.process.pid}/fd", 0
    for descriptor in os.listdir(folder):
        try:
            count += os.readlink(os.path.join(folder, descriptor)).startswith("socket:")
        except FileNotFoundError:  # closed meanwhile
            pass
    return count


def test_who_does_not_read_is_cut_and_holds_up_nobody():
    connection = http.client.HTTPConnection(urlsplit(sim.url).netloc, timeout=PATIENCE)
    connection.request("GET", "/alpaca/v2/account", headers=ALPACA)
    connection.getresponse().read()
    before = sockets()
    deaf = WebSocket(sim.url.replace("http", "ws") + "/alpaca/stream")
    reader = WebSocket(sim.url.replace("http", "ws") + "/alpaca/stream")
    for stream in (deaf, reader):
        stream.send({"action": "auth", "key": "PKTEST", "secret": "secret"})
        stream.read()
        stream.send({"action": "listen", "data": {"streams": ["trade_updates"]}})
        stream.read()
    deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    heard = []

    def listen():
        try:
            while len(heard) < 6000:
                heard.append(reader.read())
        except EOFError:
            pass

    thread = threading.Thread(target=listen)
    thread.start()
    sim.control("PUT", "/accounts/PKTEST", {"cash": {"USD": 100000000}})
    for _ in range(3000):
        connection.request("POST", "/alpaca/v2/orders", json.dumps(
            {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}), ALPACA)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    thread.join(PATIENCE)
    assert len(heard) == 6000 and None not in heard, len(heard)
    with open(f"/proc/{sim.process.pid}/status", encoding="ascii") as file:
        [resident] = [int(line.split()[1]) for line in file if line.startswith("VmRSS")]
    with open(sys.argv[1], "rb") as file:
        is_sanitized = b"__asan_init" in file.read()  # which keeps what was freed
    assert is_sanitized or resident < 100 << 10, resident
    reader.close()
    # What the kernel holds for it is still its own; the simulator has let go of it.
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and sockets() > before:
        time.sleep(0.1)
    assert sockets() <= before, (before, sockets())
    deaf.close()


tap = Tap()
try:
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            tap.run(test)
finally:
    sim.remove()
sys.exit(tap.end())
