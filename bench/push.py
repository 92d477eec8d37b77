"""From an execution at the simulated exchange to its `execution` on the bus, told by push."""
import datetime
import json
import os
import re
import subprocess
import statistics
import time
import urllib.request

from running import System

KEY, SECRET = "PKBENCH", "of-nobody"
TICKERS = ("AAPL", "MSFT", "NVDA", "AMZN")


class Exchange:
    """yq-simulator in a folder of its own."""

    def __init__(self, build, folder):
        self.process = subprocess.Popen(
            [os.path.join(build, "yq-simulator"), "--port", "0", "--folder", folder, "--cash", "USD=1000000000",
             "--knob", "alpaca_per_minute=0"], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        for line in self.process.stderr:
            at = re.search(r"the exchange is at (http://[0-9.:]+)", line)
            if at:
                self.url = at[1]
                break
        with open(os.path.join(folder, "control-token")) as file:
            self.token = file.read().strip()

    def ask(self, what):
        request = urllib.request.Request(f"{self.url}/control/v1/{what}", headers={"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stderr.close()


def us_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1e6


def overlay(url):
    account = {"Broker": "alpaca", "Session": "always", "BaseUrl": url + "/alpaca",
               "Alpaca": {"Environment": "paper", "CallsPerMinute": 0, "KeyId": KEY, "SecretKey": SECRET}}
    return {"BrokerGateway": {"Accounts": {"Bench": account}}}


def post(system, number):
    where = system.endpoints["webhook"]
    alert = {"secret": where["secret"], "id": f"push-{number}", "strategy": "bench", "exchange": "NASDAQ",
             "ticker": TICKERS[number % len(TICKERS)], "action": "buy", "price": "200"}
    request = urllib.request.Request(where["url"], json.dumps(alert).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        answer.read()


def heard(system, last, orders):
    """Executions that came since `last`: when they were read here, by order."""
    answer = system.valkey.command("XREAD", "BLOCK", 2000, "STREAMS", "execution:stream", last)
    now = time.time() * 1e6
    for entry, fields in answer[0][1] if answer else []:
        said = json.loads(fields[fields.index("payload") + 1])
        last = entry
        if "LastQty" in said:
            orders[said["OrderId"]] = now
    return last


def latencies(system, exchange, count):
    last, orders = "0", {}
    for number in range(count):
        post(system, number)
        wanted = time.monotonic() + 10
        while len(orders) <= number and time.monotonic() < wanted:
            last = heard(system, last, orders)
        time.sleep(0.01)
    theirs = {order["number"]: order["client_id"] for order in exchange.ask("orders")}
    executed = {theirs[e["order"]]: us_of(e["time"]) for e in exchange.ask("executions")}
    return [read - executed[order] for order, read in orders.items() if order in executed]


def push(build, folder, count=300):
    """p50 and p99 in us, and how many were told of; the reader's own waking is within."""
    exchange = Exchange(build, os.path.join(folder, "exchange"))
    try:
        with System(build, overlay(exchange.url)) as system:
            time.sleep(2)  # its stream is up
            took = sorted(latencies(system, exchange, count))
    finally:
        exchange.stop()
    return {"push_us_p50": statistics.median(took), "push_us_p99": took[int(len(took) * 0.99)], "push_told": len(took)}
