#!/usr/bin/env python3
"""The worked example of docs/replay.md is what `yq simulate` says, wherever and whenever it is run.

    simulate_example.py YQ SOURCE_ROOT
"""
import json
import os
import subprocess
import sys

YQ, ROOT = sys.argv[1:3]
DATA = os.path.join(ROOT, "tests", "data", "simulate")
ALERTS = ["--signals", os.path.join(DATA, "alerts.csv")]
EXITS = ["--signals", os.path.join(DATA, "exits.csv")]
BARS = ["--bars", os.path.join(DATA, "bars"), "--cash", "USD=10000"]
PLACES = [{"TZ": "UTC", "LC_ALL": "C"}, {"TZ": "Asia/Seoul", "LC_ALL": "ko_KR.UTF-8"},
          {"TZ": "America/New_York", "LC_ALL": "de_DE.UTF-8"}]
failures = 0


def simulate(place, *options, status=0):
    environment = {"PATH": os.environ["PATH"], **place}
    done = subprocess.run([YQ, "simulate", *options], env=environment, capture_output=True, text=True)
    assert done.returncode == status, (options, done.returncode, done.stderr)
    return done.stdout if status == 0 else done.stderr


def test(name, true, *detail):
    global failures
    test.count += 1
    failures += not true
    print(f"{'ok' if true else 'not ok'} {test.count} - {name}")
    for text in detail if not true else ():
        print("# " + str(text).replace("\n", "\n# "))


test.count = 0
with open(os.path.join(ROOT, "docs", "replay.md"), encoding="utf-8") as file:
    document = file.read()
for options, promise in ((ALERTS, "prices_of_the_signals"), (ALERTS + BARS, "bars"),
                         (ALERTS + BARS + ["--verbose"], "bars_told"),
                         (EXITS + BARS + ["--verbose"], "exits_told"), (ALERTS + ["--csv"], "trades"),
                         (ALERTS + BARS + ["--json", "--verbose"], "json")):
    said = [simulate(place, *options) for place in PLACES]
    test(f"the_same_everywhere: {promise}", len(set(said)) == 1, *said)
    if promise in ("prices_of_the_signals", "bars_told"):
        test(f"as_documented: {promise}", said[0].strip() in document, said[0])
    if promise == "exits_told":
        told = said[0].split("\n\n")[0]
        test(f"as_documented: {promise}", told in document, told)
    if promise == "json":
        found = json.loads(said[0])
        test("json_is_whole", found["Trades"] == 8 and found["Accounts"][0]["End"] == 10267.7, found)
for options, words in ((["--signals", "/nowhere.csv"], "/nowhere.csv"), ([], "which signals?"),
                       (ALERTS + ["--cash", "100"], "--cash: expected"),
                       (ALERTS + ["--bars", "/nowhere"], "/nowhere"),
                       (["--signals", DATA], "Is a directory"), (["--signals", ALERTS[1] + "/x"], "alerts.csv/x")):
    status = 2 if words in ("which signals?", "--cash: expected") else 1
    said = simulate(PLACES[0], *options, status=status)
    test(f"refused_with_the_reason: {words}", words in said, said)
print(f"1..{test.count}")
sys.exit(failures > 0)
