"""What is measured: each function returns {figure: value}, with the floor of the same run."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

from running import System, Valkey

CONNECTIONS = 32
STREAMS = {"signal:stream": 20000, "order:stream": 20000, "execution:stream": 20000,
           "notification:stream": 5000}  # as the schema bounds them
NODE = 4096  # entries by which a bound may be passed: a trim works in whole nodes, every 10 s


def prefixed(prefix, figures):
    return {f"{prefix}_{name}": value for name, value in figures.items()}


def latency(system, count=1000):
    system.bench("latency", "--rate", 100, "--count", 100)  # warm
    figures = prefixed("run", system.bench("floor", "--rate", 100, "--count", 500))
    figures.update(prefixed("latency", system.bench("latency", "--rate", 100, "--count", count)))
    return figures


def profile(system, count=1000):
    """Where the time of an alert goes, at 100 a second."""
    return prefixed("profile", {name: value for name, value in
                                system.bench("profile", "--rate", 100, "--count", count).items()
                                if name.startswith(("work_", "flush_", "whole_"))})


def xadd_rate(system):
    where = system.endpoints["valkey"]
    tool = shutil.which("valkey-benchmark") or "redis-benchmark"
    out = subprocess.run([tool, "-s", where["socket"], "--user", where["user"], "-a", where["password"],
                          "-q", "-c", str(CONNECTIONS), "-n", "50000",
                          "XADD", "bench:load", "*", "payload", "x" * 300],
                         check=True, capture_output=True, text=True).stdout
    system.valkey.command("DEL", "bench:load")
    return {"run_xadd_per_s": float(re.findall(r"([\d.]+) requests per second", out)[-1])}


def throughput(system, count=30000):
    """As fast as answers come; over when the last trade, and then the last row, is archived."""
    system.wait(lambda: system.trades_waiting() == 0 and system.is_journaled())
    before, cpu = system.rows("TRADES"), system.cpu_s()
    start = time.monotonic()
    figures = prefixed("throughput", system.bench(
        "throughput", "--count", count, "--connections", CONNECTIONS))
    archived = system.wait(lambda: system.trades_waiting() == 0) - start
    journaled = system.wait(system.is_journaled) - start
    used = {name: (after - cpu[name]) * 1e6 / count for name, after in system.cpu_s().items()}
    trades = system.rows("TRADES") - before
    figures["throughput_archived_per_s"] = trades / archived
    figures["throughput_journaled_per_s"] = trades / journaled
    figures["throughput_lost"] = figures["throughput_accepted"] - trades
    figures.update(prefixed("cpu_us", used))
    figures["cpu_us_all"] = sum(used.values())
    return figures


def memory(system):
    """Some seconds after the load: what a burst took has been given back."""
    figures = {}
    time.sleep(12)
    for name, (resident, own) in system.memory_mb().items():
        figures[f"memory_{name}_rss"] = resident
        figures[f"memory_{name}_own"] = own
    return figures


def idle(system, seconds=20):
    """Per cent of one processor that each program takes while nothing happens."""
    time.sleep(2)
    before, start = system.cpu_s(), time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - start
    return {f"idle_{name}": (after - before[name]) * 100 / elapsed
            for name, after in system.cpu_s().items()}


def decision(build):
    """Nanoseconds of one decision, pure, with few and with many open orders."""
    out = subprocess.run([os.path.join(build, "bench", "bench_decide")], check=True,
                         capture_output=True, text=True).stdout
    pairs = re.findall(r"compose\s+(\d+) ns\s+gateway check\s+(\d+) ns", out)
    stances = re.findall(r"compose\s+(\d+) ns\s+with its strategy's position", out)
    return {"decide_few_ns": int(pairs[0][0]) + int(pairs[0][1]),
            "decide_many_ns": int(pairs[1][0]) + int(pairs[1][1]),
            "stance_few_ns": int(stances[0]), "stance_many_ns": int(stances[1])}


def replay(build):
    """Signals a second through `yq simulate`'s engine, of one core's own time."""
    out = subprocess.run([os.path.join(build, "bench", "bench_simulate")], check=True,
                         capture_output=True, text=True).stdout
    figures = dict(re.findall(r"^(simulate|with bars).* (\d+) a second", out, re.M))
    return {"replay_read_ns": int(re.search(r"reading\s+(\d+) ns", out)[1]),
            "replay_per_s": int(figures["simulate"]),
            "replay_bars_per_s": int(figures["with bars"])}


def paper(build):
    """Nanoseconds of an order in the paper broker's book, where few and where many others rest."""
    out = subprocess.run([os.path.join(build, "bench", "bench_paper")], check=True,
                         capture_output=True, text=True).stdout
    few, many = re.findall(r"(\d+) ns an order", out)
    return {"paper_few_ns": int(few), "paper_many_ns": int(many)}


def catalog(build, issues=50000):
    """A sync of the catalog's files (embedded Firebird): a first time, and a day later."""
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run([os.path.join(build, "bench", "bench_catalog"), folder, str(issues)],
                             check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in (line.split() for line in out.splitlines())}


def calls(build):
    """How long calls wait for their turn at a broker, 20 accounts at the limit of one key."""
    out = subprocess.run([os.path.join(build, "bench", "bench_calls")], check=True,
                         capture_output=True, text=True).stdout
    return {name: float(value) for name, value in (line.split() for line in out.splitlines())}


# ---- growth

def over_floor(figures):
    return figures["latency_execution_us_p50"] / (4 * figures["run_floor_us_p50"])


def open_orders(build, count=500):
    """p50 over the floor with 10 and with 10,000 orders open."""
    with System(build) as system:
        system.bench("latency", "--rate", 0, "--count", 10, "--resting")
        few = over_floor(latency(system, count))
        system.bench("latency", "--rate", 0, "--count", 9990, "--resting", "--tickers", 500)
        system.wait(system.is_journaled, 60)
        time.sleep(1)
        many = over_floor(latency(system, count))
        return {"growth_orders": many / few,
                "growth_orders_open": system.valkey.command("SCARD", "order:open")}


def accounts(build, number=1000, count=1000):
    """p50 over the floor with 1 and with 1,000 accounts that trade."""
    def served(accounts):
        names = [f"Bench{i + 1}" for i in range(accounts)]
        overlay = {
            "Webhook": {"StrategyAccountMapping": {name: [name] for name in names}},
            "BrokerGateway": {"Accounts": {name: {
                "Broker": "paper", "Session": "always", "Currencies": {"USD": 1000000000}}
                for name in names}}}
        return System(build, overlay)

    ratios = []
    for accounts_here in (1, number):
        with served(accounts_here) as system:
            figures = prefixed("run", system.bench("floor", "--rate", 100, "--count", 300))
            system.bench("latency", "--rate", 100, "--count", count, "--accounts", accounts_here)
            figures.update(prefixed("latency", system.bench(
                "latency", "--rate", 100, "--count", count, "--accounts", accounts_here)))
            ratios.append(over_floor(figures))
    return {"growth_accounts": ratios[1] / ratios[0]}


# ---- start

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def post_until_accepted(port, secret, number):
    body = (f'{{"secret":"{secret}","id":"start-{number}","strategy":"Bench","ticker":"B1",'
            '"exchange":"NASDAQ","action":"buy","price":100.25,"strength":100}').encode()
    request = (b"POST /webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
               % len(body)) + body
    for _ in range(100000):
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as connection:
                connection.sendall(request)
                if connection.recv(64).startswith(b"HTTP/1.1 200"):
                    return time.monotonic()
        except OSError:
            pass
        time.sleep(0.001)
    raise SystemExit("bench: no alert was accepted")


def valkey_start(system):
    """Seconds from starting the private Valkey alone, on the data as they lie there, to its PONG."""
    folder = os.path.join(system.var, "valkey")
    where = system.endpoints["valkey"]
    program = shutil.which("valkey-server") or "redis-server"
    start = time.monotonic()
    server = subprocess.Popen([program, os.path.join(folder, "valkey.conf")],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100000):
            try:
                if Valkey(where).command("PING") == "PONG":
                    return time.monotonic() - start
            except (OSError, RuntimeError, ValueError):
                pass
            time.sleep(0.001)
        raise SystemExit("bench: Valkey alone did not start")
    finally:
        server.terminate()
        server.wait()


def start(build):
    """From `yq up` to the first accepted alert, less what Valkey and Firebird take by themselves."""
    port = free_port()
    with System(build, {"Webhook": {"Port": port}}) as system:
        where = system.endpoints
        post_until_accepted(port, where["webhook"]["secret"], 0)
        system.stop()
        servers = valkey_start(system)
        begin = time.monotonic()
        system.endpoints = where
        system.rows("SIGNALS")
        servers += time.monotonic() - begin
        begin = time.monotonic()
        system.spawn()
        first = post_until_accepted(port, where["webhook"]["secret"], 1) - begin
        return {"start_ms": first * 1000, "start_servers_ms": servers * 1000,
                "start_own_ms": (first - servers) * 1000}


# ---- many orders

def let_time_pass(system):
    """What lives for a set time (an archived order an hour, a verdict two days) ends now."""
    cursor = "0"
    while True:
        cursor, keys = system.valkey.command("SCAN", cursor, "COUNT", 1000)
        for key in keys:
            if system.valkey.command("TTL", key) > 300:
                system.valkey.command("UNLINK", key)
        if cursor == "0":
            return


def snapshot(system):
    info = system.valkey.info()
    space = dict(part.split("=") for part in info.get("db0", "keys=0,expires=0").split(","))
    figures = {name: resident for name, (resident, _) in system.memory_mb().items()}
    figures["valkey_used"] = int(info["used_memory"]) / 1048576
    figures["lasting_keys"] = int(space["keys"]) - int(space["expires"])
    for stream in STREAMS:
        figures[stream] = system.valkey.command("XLEN", stream)
    return figures


def many_orders(build, orders, step=100000, say=print):
    """Snapshots of memory, keys and streams after each 100,000 orders."""
    snapshots = []
    with System(build) as system:
        for done in range(step, orders + 1, step):
            result = system.bench("throughput", "--count", step, "--connections", CONNECTIONS)
            if result["executed"] != step:
                raise SystemExit(f"bench: {result['executed']:.0f} of {step} executed")
            system.wait(lambda: system.trades_waiting() == 0)
            system.wait(system.is_journaled)
            let_time_pass(system)
            time.sleep(22)  # a trim of the streams, and memory given back
            snapshots.append(snapshot(system))
            say(done, {name: round(value, 1) for name, value in snapshots[-1].items()})
        trades = system.rows("TRADES")
    return snapshots, trades
