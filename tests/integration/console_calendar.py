#!/usr/bin/env python3
"""`yq calendar import KR --account`: KIS, which the simulator plays, is asked which days are open, once a day.

    console_calendar.py YQ_SIMULATOR YQ SHARE
"""
import datetime
import json
import os
import subprocess
import sys
import tempfile

from simulator import Simulator, Tap

sim = Simulator(sys.argv[1], "--no-sync", "--knob", "kis_tokens_per_minute=0")
base = tempfile.mkdtemp(prefix="yq-calendar-", dir=sim.folder)
KEYS = {"AppKey": "PSabcdefghijklmnopqrstuvwxyz01234567", "AppSecret": "s" * 180}


def place(name, environment="real", face="kis"):
    path = os.path.join(base, name)
    os.makedirs(path + "/appsecrets.d", mode=0o700)
    account = {"Broker": "kis", "Number": "12345678-01", "BaseUrl": f"{sim.url}/{face}",
               "Kis": {"Environment": environment}}
    with open(path + "/appsettings.json", "w", encoding="utf-8") as file:
        json.dump({"System": {"DataFolder": path + "/var"},
                   "BrokerGateway": {"Accounts": {"Seoul": account, "Paper": {}}}}, file)
    with open(os.open(path + "/appsecrets.d/BrokerGateway.json", os.O_CREAT | os.O_WRONLY, 0o600), "w",
              encoding="utf-8") as file:
        json.dump({"BrokerGateway": {"Accounts": {"Seoul": {"Kis": KEYS}}}}, file)
    return path


def yq(config, *words):
    done = subprocess.run([sys.argv[2], "calendar", *words, "--config", config, "--var", config + "/var"], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def weekdays():
    """Days ahead that are neither a weekend nor in the built-in calendar."""
    with open(sys.argv[3] + "/calendars/KR.csv", encoding="utf-8") as file:
        known = file.read()
    day = datetime.date.today() + datetime.timedelta(days=3)
    while True:
        if day.weekday() < 5 and day.isoformat() not in known:
            yield day.isoformat()
        day += datetime.timedelta(days=1)


def calendar_of(config):
    with open(config + "/var/calendars/KR.csv", encoding="utf-8") as file:
        return file.read()


def import_ours(config, *lines):
    with open(sys.argv[3] + "/calendars/KR.csv", encoding="utf-8") as file:
        known = file.read().splitlines()
    days = sorted([line for line in known if line[:1].isdigit()] + list(lines))
    with open(base + "/mine.csv", "w", encoding="utf-8") as file:
        file.write("\n".join([line for line in known if not line[:1].isdigit()] + days) + "\n")
    code, out, err = yq(config, "import", "KR", base + "/mine.csv", "--yes")
    assert code == 0, (out, err)


def test_days_that_differ_are_shown_and_taken_over():
    config = place("differs")
    days = weekdays()
    closed, late = next(days), next(days)
    import_ours(config, f"{closed},closed,,,a day of nothing", f"{late},hours,10:00,,opens late")
    assert closed in calendar_of(config)
    code, out, err = yq(config, "import", "KR", "--account", "Seoul", "--yes", "--json")
    assert code == 0, (out, err)
    assert closed in out and late not in out, out
    # KIS says nothing of hours: ours stay.
    assert closed not in calendar_of(config) and late in calendar_of(config)


def test_it_is_asked_once_a_day():
    config = place("once")
    assert yq(config, "import", "KR", "--account", "Seoul", "--yes")[0] == 0
    before = calendar_of(config)
    code, out, err = yq(config, "import", "KR", "--account", "Seoul", "--yes")
    assert code == 1 and "once a day" in err, (out, err)
    assert calendar_of(config) == before


def test_what_cannot_be_asked_is_refused_and_changes_nothing():
    config, virtual = place("refused"), place("virtual", "virtual", "kis-virtual")
    for folder, words, status, said in [
            (config, ["KR", "--account", "Nobody"], 1, "no account"),
            (config, ["KR", "--account", "Paper"], 1, "no account at KIS"),
            (virtual, ["KR", "--account", "Seoul"], 1, "real accounts alone"),
            (config, ["US", "--account", "Seoul"], 2, "import KR --account"),
            (config, ["KR"], 2, "import KR --account")]:
        code, out, err = yq(folder, "import", *words, "--yes")
        assert code == status and said in err, (words, code, out, err)
        assert not os.path.exists(folder + "/var/calendars/KR.csv")
    # None of these was a question.
    assert yq(config, "import", "KR", "--account", "Seoul", "--yes")[0] == 0


def test_an_answer_that_is_none_changes_nothing():
    config = place("broken")
    sim.knobs(html_ppm=1000000)
    try:
        code, out, err = yq(config, "import", "KR", "--account", "Seoul", "--yes")
    finally:
        sim.knobs(html_ppm=0)
    assert code == 1 and "KIS" in err, (out, err)
    assert not os.path.exists(config + "/var/calendars/KR.csv")


tap = Tap()
try:
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            tap.run(test)
finally:
    sim.remove()
sys.exit(tap.end())
