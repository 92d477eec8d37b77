#!/usr/bin/env python3
"""`yq account` as a process: an account is tried at its broker, which the simulator plays, and only then written.

    console_account.py YQ_SIMULATOR YQ
"""
import json
import os
import pty
import stat
import subprocess
import sys
import tempfile
import time

from simulator import Simulator, Tap

sim = Simulator(sys.argv[1], "--no-sync")
base = tempfile.mkdtemp(prefix="yq-account-", dir=sim.folder)
SETTINGS = "// mine\n{ \"Log\": {\"Level\": \"info\"}, /* here too */ }\n"


def folder(name, settings=SETTINGS):
    path = os.path.join(base, name)
    os.mkdir(path)
    if settings is not None:
        with open(path + "/appsettings.json", "w", encoding="utf-8") as file:
            file.write(settings)
    return path


def yq(*words, keys=""):
    done = subprocess.run([sys.argv[2], "account", *words, "--var", base + "/var"], input=keys, text=True,
                          capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def alpaca(config, alias="Main", keys="PKMAIN\nsecret-of-main\n", url=None, environment="paper"):
    return yq("add", alias, "--broker", "alpaca", "--environment", environment, "--base-url",
              url or sim.url + "/alpaca", "--config", config, "--json", keys=keys)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def files(config):
    return sorted(os.path.relpath(os.path.join(at, name), config)
                  for at, _, names in os.walk(config) for name in names)


def test_what_works_is_written_beside_what_is_there():
    config = folder("works")
    code, out, err = alpaca(config)
    assert code == 0, (out, err)
    answer = json.loads(out)
    assert answer["works"] and answer["saved"] and not answer["realMoney"], answer
    assert [check["check"] for check in answer["checks"]] == ["balances", "positions", "open orders", "price"]
    text = read(config + "/appsettings.json")
    assert text.startswith("// mine\n") and "/* here too */" in text and "secret-of-main" not in text, text
    hidden = config + "/appsecrets.d/BrokerGateway.json"
    assert stat.S_IMODE(os.stat(hidden).st_mode) == 0o600
    assert json.loads(read(hidden))["BrokerGateway"]["Accounts"]["Main"]["Alpaca"]["SecretKey"] == "secret-of-main"
    # The built-in account is there still, and the new one works from the files.
    code, out, err = yq("list", "--config", config, "--json")
    assert code == 0 and {row["account"] for row in json.loads(out)} == {"Main", "Paper"}, (out, err)
    code, out, err = yq("test", "Main", "--config", config, "--json")
    assert code == 0 and json.loads(out)["works"], (out, err)


def test_what_does_not_work_is_written_nowhere():
    config = folder("fails")
    assert alpaca(config, "First")[0] == 0
    before = {name: read(os.path.join(config, name)) for name in files(config)}
    code, out, err = alpaca(config, "Second", keys="PKMAIN\nanother-secret\n")
    assert code == 1 and not json.loads(out)["saved"], (out, err)
    assert "another-secret" not in out + err
    words = json.loads(out)["checks"][0]["text"]
    assert "forbidden" in words or "unauthorized" in words or "not authorized" in words or "401" in words, words
    assert {name: read(os.path.join(config, name)) for name in files(config)} == before


def test_nonsense_is_refused_by_field_and_reason():
    config = folder("nonsense")
    rows = [
        (["add", "a b", "--broker", "alpaca"], "", "name: expected 1 to 32 letters"),
        (["add", "A", "--broker", "bank"], "", "broker: expected alpaca or kis, found \"bank\""),
        (["add", "A", "--broker", "paper"], "", "broker: expected alpaca or kis, found \"paper\""),
        (["add", "A", "--broker", "alpaca", "--environment", "real"], "",
         "environment: expected paper or live, found \"real\""),
        (["add", "A", "--broker", "kis", "--environment", "real", "--number", "123"], "",
         "account number: expected eight digits and two, as 12345678-01, found \"123\""),
        (["add", "A", "--broker", "kis", "--environment", "real", "--number", "12345678-01"], "short\n",
         "expected 36 characters, found 5"),
        (["add", "A", "--broker", "alpaca", "--environment", "paper", "--base-url", "x.org"], "",
         "--base-url: expected an address that begins with http:// or https://"),
        (["add", "A", "--broker", "alpaca", "--environment", "paper"], "PK\n", "none was given"),
        (["add", "A", "--broker", "alpaca", "--environment", "paper"], "P K\nx\n", "character 2 is none"),
        (["add"], "", "the account's name is missing"),
        (["test"], "", "say which account"),
    ]
    for words, keys, expected in rows:
        code, out, err = yq(*words, "--config", config, keys=keys)
        assert code == 2 and expected in err and out == "", (words, code, out, err)
    assert files(config) == ["appsettings.json"] and read(config + "/appsettings.json") == SETTINGS


def test_a_name_that_is_taken_is_refused_before_keys_are_asked_for():
    config = folder("taken")
    assert alpaca(config)[0] == 0
    code, _, err = alpaca(config, "MAIN", keys="")
    assert code == 1 and "there is an account \"Main\" already" in err, err


def test_an_account_of_kis_is_tried_with_a_token():
    config = folder("kis", None)
    code, out, err = yq("add", "Seoul", "--broker", "kis", "--environment", "virtual", "--number", "12345678-01",
                        "--base-url", sim.url + "/kis-virtual", "--config", config, "--json",
                        keys="app-key\napp-secret\n")
    assert code == 0, (out, err)
    text = read(config + "/appsettings.json")
    assert "\"Number\":\"12345678-01\"" in text and "\"Environment\":\"virtual\"" in text and "app-key" not in text


def test_keys_are_typed_without_echo():
    config = folder("terminal")
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.argv[2], "account", "add", "Main", "--base-url", sim.url + "/alpaca", "--config", config,
         "--var", base + "/var"], stdin=follower, stdout=follower, stderr=follower, close_fds=True)
    os.close(follower)
    shown = ""
    for question, answer in [("broker (", "alpaca"), ("environment (", "paper"), ("key id (", "PKTYPED"),
                             ("secret key (", "typed-secret"), ("Save account Main?", "y")]:
        until = time.monotonic() + 30
        while question not in shown and time.monotonic() < until:
            shown += os.read(leader, 4096).decode()
        assert question in shown, shown
        time.sleep(0.3)  # until the echo is off
        os.write(leader, (answer + "\n").encode())
    try:
        while True:
            block = os.read(leader, 4096).decode()
            if not block:
                break
            shown += block
    except OSError:  # the other end is closed
        pass
    assert process.wait(30) == 0, shown
    os.close(leader)
    assert "saved in " in shown and "PKTYPED" not in shown and "typed-secret" not in shown, shown
    assert "typed-secret" in read(config + "/appsecrets.d/BrokerGateway.json")


tap = Tap()
try:
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            tap.run(test)
finally:
    sim.remove()
sys.exit(tap.end())
