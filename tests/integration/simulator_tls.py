#!/usr/bin/env python3
"""The simulator over TLS: with a certificate of its own, with somebody's, REST and streams.

    simulator_tls.py YQ_SIMULATOR
"""
import json
import os
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import urllib.error
from urllib.parse import urlsplit

from simulator import Simulator, Tap
from websocket_client import WebSocket

ALPACA = {"APCA-API-KEY-ID": "PKTEST", "APCA-API-SECRET-KEY": "secret"}
sim = Simulator(sys.argv[1], "--no-sync", "--tls", "--knob", "alpaca_per_minute=0")
OWN = os.path.join(sim.folder, "book", "certificate.pem")


def curl(*options, path="/alpaca/v2/account", url=None):
    """(exit status, what it printed)"""
    headers = [word for name, value in ALPACA.items() for word in ("-H", f"{name}: {value}")]
    done = subprocess.run(["curl", "-sS", "--max-time", "20", *headers, *options, (url or sim.url) + path],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def stream(url):
    made = WebSocket(url.replace("https", "wss") + "/alpaca/stream", ssl.create_default_context(cafile=OWN))
    made.send({"action": "auth", "key": "PKTEST", "secret": "secret"})
    assert json.loads(made.read()[1])["data"]["status"] == "authorized"
    made.send({"action": "listen", "data": {"streams": ["trade_updates"]}})
    made.read()
    return made


def order(**fields):
    body = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day", **fields}
    status, text = curl("--cacert", OWN, "--data", json.dumps(body), path="/alpaca/v2/orders")
    assert status == 0, text
    return json.loads(text)


def test_its_own_certificate_is_trusted_by_who_names_it_and_by_nobody_else():
    assert sim.url.startswith("https://")
    status, text = curl("--cacert", OWN)
    assert status == 0 and json.loads(text)["status"] == "ACTIVE", text
    assert curl()[0] == 60
    port = urlsplit(sim.url).port
    assert curl("--cacert", OWN, url=f"https://localhost:{port}", *("--resolve", f"localhost:{port}:127.0.0.1"))[0] == 0
    assert curl("--cacert", OWN, url=f"https://broker.example:{port}", *("--resolve", f"broker.example:{port}:127.0.0.1"))[0] == 60


def test_what_speaks_no_tls_is_told_nothing():
    with socket.create_connection(("127.0.0.1", urlsplit(sim.url).port), 20) as peer:
        peer.sendall(b"GET /alpaca/v2/account HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            assert b"HTTP/1.1" not in peer.recv(65536)
        except ConnectionError:
            pass


def test_the_key_is_private_and_both_live_through_a_kill():
    with open(OWN, encoding="ascii") as file:
        before = file.read()
    assert stat.S_IMODE(os.stat(os.path.join(sim.folder, "book", "certificate-key.pem")).st_mode) == 0o600
    sim.kill()
    sim.start()
    with open(OWN, encoding="ascii") as file:
        assert file.read() == before
    assert curl("--cacert", OWN)[0] == 0


def test_a_certificate_that_has_lost_its_key_is_made_anew():
    sim.kill()
    os.remove(os.path.join(sim.folder, "book", "certificate-key.pem"))
    sim.start()
    assert curl("--cacert", OWN)[0] == 0


def test_a_stream_tells_of_executions_and_takes_long_answers():
    told = stream(sim.url)
    for n in range(50):
        order(client_order_id=f"tls-{n}")
    events = [json.loads(told.read()[1])["data"] for _ in range(100)]
    assert [e["order"]["client_order_id"] for e in events] == [f"tls-{n // 2}" for n in range(100)]
    assert {e["event"] for e in events} == {"new", "fill"}
    status, text = curl("--cacert", OWN, path="/alpaca/v2/orders?status=all&limit=500")
    assert status == 0 and len(json.loads(text)) >= 50
    told.close()


def test_the_end_is_in_order_with_streams_open():
    told = stream(sim.url)
    assert sim.stop() == 0
    try:
        while told.read() is not None:
            pass
        raise AssertionError("it goes on")
    except (EOFError, ssl.SSLError):
        pass
    sim.start()


def test_somebodys_certificate_is_shown_and_one_that_is_wrong_is_a_sentence():
    folder = os.path.join(sim.folder, "given")
    os.mkdir(folder)
    chain, key, other = (os.path.join(folder, name) for name in ("chain.pem", "key.pem", "other.pem"))
    for name, out in ((key, chain), (other, os.devnull)):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name,
                        "-out", out, "-days", "2", "-subj", "/CN=given", "-addext", "subjectAltName=IP:127.0.0.1"],
                       check=True, capture_output=True)
    given = Simulator(sys.argv[1], "--no-sync", "--certificate", chain, "--key", key)
    try:
        assert curl("--cacert", chain, url=given.url)[0] == 0
        assert curl("--cacert", OWN, url=given.url)[0] == 60
    finally:
        given.remove()
    for options, said in ((("--certificate", chain, "--key", other), "is not the key of"),
                          (("--certificate", key, "--key", key), "expected a certificate in PEM"),
                          (("--certificate", chain, "--key", chain), "expected a key in PEM"),
                          (("--certificate", chain, "--key", folder + "/none"), "none"),
                          (("--certificate", chain), "go together")):
        done = subprocess.run([sys.argv[1], "--port", "0", "--folder", folder + "/book", *options],
                              capture_output=True, text=True, timeout=20, check=False)
        assert done.returncode in (64, 70) and said in done.stderr, (options, done.stderr)
    shutil.rmtree(folder)


tap = Tap()
try:
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            tap.run(test)
finally:
    sim.remove()
sys.exit(tap.end())
