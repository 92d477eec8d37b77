"""simulator - a yq-simulator of the test's own, and calls to it."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE = 20


class Simulator:
    def __init__(self, program, *options):
        self.program, self.options = program, options
        self.folder = tempfile.mkdtemp(prefix="yq-simulator-")
        self.process = None
        self.start()

    def start(self, *more):
        self.log = open(os.path.join(self.folder, "log"), "ab+")
        began = self.log.tell()  # before the child moves it: what it inherits is the same open file
        self.process = subprocess.Popen(
            [self.program, "--port", "0", "--folder", self.folder + "/book", *self.options, *more],
            stdout=self.log, stderr=self.log)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.log.seek(began)
            found = re.search(rb"the exchange is at (http\S+)", self.log.read())
            if found:
                self.url = found[1].decode()
                with open(self.folder + "/book/control-token", encoding="ascii") as file:
                    self.token = file.read()
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.log.seek(0)
        raise RuntimeError(self.log.read().decode())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def stop(self):
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self.log.close()
        return code

    def remove(self):
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)

    def call(self, method, path, body=None, headers=None, timeout=PATIENCE):
        """(status, body as JSON or text, headers)"""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, dict(headers or {}), method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return self.read(answer.status, answer)
        except urllib.error.HTTPError as error:
            return self.read(error.code, error)

    @staticmethod
    def read(status, answer):
        text = answer.read().decode()
        try:
            return status, json.loads(text) if text else None, answer.headers
        except ValueError:
            return status, text, answer.headers

    def control(self, method, path, body=None):
        status, answer, _ = self.call(method, "/control/v1" + path, body,
                                      {"Authorization": "Bearer " + self.token})
        assert status < 300, (method, path, status, answer)
        return answer

    def knobs(self, **values):
        return self.control("PUT", "/knobs", values)

    def price(self, instrument, price, **more):
        exchange, ticker = instrument.split(":")
        return self.control("PUT", "/prices",
                            {"exchange": exchange, "ticker": ticker, "price": price, **more})


class Tap:
    """One test is a function; what it asserts is its promise, its name says it."""

    def __init__(self):
        self.count = self.failures = 0

    def run(self, test, *arguments):
        self.count += 1
        try:
            test(*arguments)
            print(f"ok {self.count} - {test.__name__}", flush=True)
        except Exception as fault:  # pylint: disable=broad-except
            import traceback
            self.failures += 1
            print(f"not ok {self.count} - {test.__name__}")
            print("# " + "".join(traceback.format_exception(fault)).replace("\n", "\n# "), flush=True)

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failures else 0
