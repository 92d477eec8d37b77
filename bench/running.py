"""A system under measurement: `yq up` in a folder of its own, and what can be read from outside."""
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = ("yq-webhook", "yq-order-manager", "yq-broker-gateway", "yq-web", "yq-notifier", "yq")


class Valkey:
    """The few commands a bench needs, over one connection to the unix socket."""

    def __init__(self, where):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(where["socket"])
        self.file = self.socket.makefile("rb")
        self.command("AUTH", where["user"], where["password"])

    def command(self, *words):
        out = [b"*%d\r\n" % len(words)]
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode()
            out.append(b"$%d\r\n%s\r\n" % (len(data), data))
        self.socket.sendall(b"".join(out))
        return self.read()

    def read(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2].decode("utf-8", "replace")
        if kind == b"*":
            return [self.read() for _ in range(int(rest))] if rest != b"-1" else None
        if kind == b":":
            return int(rest)
        if kind == b"-":
            raise RuntimeError(rest.decode())
        return rest.decode()

    def info(self):
        lines = self.command("INFO", "all").splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def table(self, *words):
        """An answer of names and values, or a list of such."""
        answer = self.command(*words)
        if answer and isinstance(answer[0], list):
            return [dict(zip(row[::2], row[1::2])) for row in answer]
        return dict(zip(answer[::2], answer[1::2]))


def mappings(pid):
    """(file and offset, resident MB, of it anonymous MB) of each mapping of a process."""
    place = size = None
    with open(f"/proc/{pid}/smaps") as smaps:
        for line in smaps:
            words = line.split()
            if not words[0].endswith(":"):
                place = (words[5], words[2]) if len(words) > 5 else ("", words[0])
            elif words[0] == "Rss:":
                size = int(words[1]) / 1024
            elif words[0] == "Anonymous:":
                yield place, size, int(words[1]) / 1024


class System:
    """`yq up` with the settings of bench/config and `overlay`, which wins over them."""

    def __init__(self, build, overlay=None):
        self.build = build
        self.work = tempfile.mkdtemp(prefix="yquant-bench.")
        self.var = os.path.join(self.work, "var")
        self.config = os.path.join(self.work, "config")
        shutil.copytree(os.path.join(HERE, "config"), self.config)
        if overlay:
            with open(os.path.join(self.config, "appsecrets.json"), "w") as out:
                json.dump(overlay, out)
            os.chmod(os.path.join(self.config, "appsecrets.json"), 0o600)
        self.process = self.valkey = self.endpoints = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)

    def spawn(self):
        log = open(os.path.join(self.work, "up.log"), "w")
        self.process = subprocess.Popen(
            [os.path.join(self.build, "yq"), "up", "--var", self.var, "--config", self.config],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()

    def start(self):
        self.spawn()
        self.wait_up()

    def wait_up(self, seconds=120):
        path = os.path.join(self.var, "run", "endpoints.json")
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if os.path.exists(path) and os.path.getsize(path) > 0:
                with open(path) as file:
                    self.endpoints = json.load(file)
                self.valkey = Valkey(self.endpoints["valkey"])
                return
            time.sleep(0.02)
        with open(os.path.join(self.work, "up.log")) as file:
            raise SystemExit("bench: the system did not come up:\n" + file.read())

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = self.valkey = None

    # ---- the load

    def bench(self, what, *arguments):
        path = os.path.join(self.var, "run", "endpoints.json")
        out = subprocess.run(
            [os.path.join(self.build, "bench", "bench"), what, "--endpoints", path, *map(str, arguments)],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        return {name: float(value) for name, value in (line.split() for line in out.splitlines())}

    # ---- processes

    def processes(self):
        """{name: pid} of the programs, `yq up` itself and the private Valkey."""
        found = {"yq": self.process.pid}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path) as file:
                    stat = file.read()
                with open(os.path.dirname(path) + "/cmdline") as file:
                    name = os.path.basename(file.read().split("\0")[0].split(" ")[0])
            except OSError:
                continue
            if int(stat.rsplit(")", 1)[1].split()[1]) == self.process.pid:
                found["valkey" if "server" in name else name] = int(stat.split()[0])
        return found

    def cpu_s(self):
        """Seconds of processor each has used, to the nanosecond."""
        used = {}
        for name, pid in self.processes().items():
            used[name] = 0.0
            for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
                with open(path) as file:
                    used[name] += int(file.read().split()[0]) / 1e9
        return used

    def memory_mb(self):
        """{name: (resident, its own)} in MB, its own without code, which others share; and under
        "all" what the programs (not Valkey) hold together, a page that several share counted once."""
        result, together, files = {}, 0.0, {}
        for name, pid in self.processes().items():
            resident = own = 0.0
            for file, size, anonymous in mappings(pid):
                resident += size
                own += anonymous
                if name != "valkey":
                    together += anonymous
                    files[file] = max(files.get(file, 0.0), size - anonymous)
            result[name] = (resident, own)
        result["all"] = (together + sum(files.values()), together)
        return result

    # ---- the archive

    def rows(self, table):
        environment = dict(os.environ, **self.endpoints["firebird"]["environment"])
        out = subprocess.run(
            ["isql-fb", "-q", "-user", "SYSDBA", self.endpoints["firebird"]["database"]],
            input=f"set heading off; select count(*) from {table};", env=environment,
            check=True, stdout=subprocess.PIPE, text=True).stdout
        return int("".join(c for c in out if c.isdigit()))

    def trades_waiting(self):
        return (self.valkey.command("LLEN", "trades:queue") +
                self.valkey.command("LLEN", "trades:processing"))

    def is_journaled(self):
        """Whether the archive has read each stream to its end and acknowledged all."""
        for stream in ("signal:stream", "order:stream", "execution:stream"):
            last = self.valkey.table("XINFO", "STREAM", stream)["last-generated-id"]
            for group in self.valkey.table("XINFO", "GROUPS", stream):
                if group["name"] == "archiver" and (
                        group["pending"] != 0 or group["last-delivered-id"] != last):
                    return False
        return True

    def wait(self, is_over, seconds=300):
        """The moment at which it was over."""
        end = time.monotonic() + seconds
        while not is_over() and time.monotonic() < end:
            time.sleep(0.01)
        return time.monotonic()
