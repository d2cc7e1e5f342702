"""Runs one workload once, on one peer. Returns lines of results: dictionaries."""
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import tempfile
import threading
import time

from . import builds, machine
from .workloads import LOADS, ONE_CORE, SHAPES, STARTUP, is_server

UNSUPPORTED = 64  # the exit status by which a peer says that it has no such workload
LONGEST = 300  # seconds for one run of a loop workload
READY = 60  # seconds until a server listens
HOST = "127.0.0.1"


class Unsupported(Exception):
    """The peer has no such workload, or cannot run it here."""


class Failed(Exception):
    """The peer did not do what it should have done."""


def end_of(text):
    return (text or "").strip()[-600:]


def run(peer, workload, quick):
    if workload == STARTUP:
        return startup(peer, quick)
    if is_server(workload):
        return server(peer, workload, quick)
    return loop(peer, workload, quick)


def environment(peer, quick):
    values = {**os.environ, **peer.environment, "BENCH_PEER": peer.name, "PYTHONHASHSEED": "0",
              "BENCH_TLS_DIR": builds.TARGET}
    values.pop("JASYNCIO_FIBERS", None)  # the name of a peer says which it has
    if quick:
        values.update(BENCH_SCALE="0.25", BENCH_WARM_S="1", BENCH_INNER="2")
    return values


def ended(peer, what, status, errors):
    """Raises what an exit status means, if it is not 0."""
    if status == UNSUPPORTED:
        raise Unsupported(end_of(errors) or f"it has no {what}")
    if status:
        raise Failed(f"{peer.name} {what} ended with status {status}: {end_of(errors)}")


# ---- Loop workloads and starts ------------------------------------------------------------------

def loop(peer, workload, quick):
    pin = machine.pinned(0) if workload.endswith(ONE_CORE) else None
    plain = workload.removesuffix(ONE_CORE)
    try:
        done = subprocess.run([*peer.command, plain], env=environment(peer, quick),
                              capture_output=True, text=True, timeout=LONGEST, preexec_fn=pin)
    except subprocess.TimeoutExpired as e:
        raise Failed(f"{peer.name} {plain} took more than {LONGEST} s") from e
    ended(peer, plain, done.returncode, done.stderr)
    return [{**line, "peer": peer.name, "workload": workload}
            for line in printed(peer, plain, done.stdout)]


def printed(peer, what, output):
    """The lines of results in what a program printed."""
    try:
        lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        for line in lines:
            float(line["value"]), str(line["unit"])
    except (ValueError, TypeError, KeyError) as e:
        raise Failed(f"{peer.name} {what} printed what is no result: {end_of(output)}") from e
    if not lines:
        raise Failed(f"{peer.name} {what} printed no result")
    return lines


def startup(peer, quick):
    wall, cpu = [], []
    for i in range(4 if quick else 11):
        used, began = machine.children_seconds(), time.perf_counter()
        done = subprocess.run([*peer.command, "hello"], env=environment(peer, quick),
                              capture_output=True, text=True, timeout=LONGEST)
        took = time.perf_counter() - began
        ended(peer, "hello", done.returncode, done.stderr)
        if "hello" not in done.stdout:
            raise Failed(f"{peer.name} did not say hello: {end_of(done.stderr)}")
        if i:  # the first one reads the files
            wall.append(took * 1e3)
            cpu.append((machine.children_seconds() - used) * 1e3)
    return [{"peer": peer.name, "workload": STARTUP, "value": statistics.median(wall),
             "unit": "ms", "cpu_ms": statistics.median(cpu)}]


# ---- Servers ------------------------------------------------------------------------------------

class Server:
    """A server process on the first core, from READY to its end."""

    def __init__(self, peer, kind, quick=False):
        self.peer, self.kind = peer, kind
        self.port = free_port()
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [*peer.command, "serve", kind, str(self.port)], env=environment(peer, quick),
            stdout=subprocess.PIPE, stderr=self.errors, text=True, preexec_fn=machine.pinned(0))
        try:
            self.wait_until_ready()
        except BaseException:
            self.close()
            raise

    def wait_until_ready(self):
        late = threading.Timer(READY, self.process.kill)
        late.start()
        try:
            for line in self.process.stdout:
                if line.strip() == "READY":
                    return
        finally:
            late.cancel()
        self.errors.seek(0)
        ended(self.peer, f"serve {self.kind}", self.process.wait() or 1, self.errors.read())

    @property
    def pid(self):
        return self.process.pid

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def free_port():
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]


def server(peer, workload, quick):
    kind = kind_of(peer, workload)
    with contextlib.closing(Server(peer, kind, quick)) as running:
        load = Load(running, quick)
        if workload == "latency":
            return load.latency()
        if workload.startswith("http"):
            results = [(workload, "req/s", load.http())]
        elif workload.startswith("churn"):
            results = [(workload, "conn/s", load.churn())]
        else:
            results = load.echo(workload)
    return [{"peer": peer.name, "workload": name, "value": got.pop("ops_s"), "unit": unit,
             **{k: v for k, v in got.items() if k != "ops"}}
            for name, unit, got in results]


def kind_of(peer, workload):
    """What the server is told to serve."""
    if workload == "latency":
        by_task = peer.can("echo-stream") and not peer.can("echo-proto")
        return "echo-stream" if by_task else "echo-proto"
    return workload.replace("churn-", "echo-")


class Load:
    """What is asked of a server: until it is warm, by count, and then for some seconds."""

    def __init__(self, server, quick):
        self.server, self.quick = server, quick
        self.seconds = 1 if quick else 2

    def warm(self, operations, once):
        """By count, so that a busy machine does not shorten it."""
        end = time.monotonic() + (2 if self.quick else 25)
        while operations > 0 and time.monotonic() < end:
            operations -= once()["ops"]

    def echo(self, workload):
        tls = ["tls"] if workload.startswith("tls") else []
        self.warm(400_000, lambda: self.client("echo", 64, 64, 0, 2, *tls))
        return [(f"{workload}.{connections}x{size}", "req/s",
                 self.client("echo", connections, size, 0.3, self.seconds, *tls))
                for connections, size in SHAPES]

    def latency(self):
        """How late messages come back that are sent at a rate, not when the last one is back."""
        self.warm(400_000, lambda: self.client("echo", 64, 64, 0, 2))
        most = self.client("echo", 64, 64, 0.3, self.seconds)["ops_s"]
        found = []
        for percent in LOADS:
            rate = most * percent / 100
            got = self.client("open", 64, 64, 0.5, 2 * self.seconds, f"{rate:.0f}")
            found.append({"peer": self.server.peer.name, "workload": f"latency.{percent}",
                          "value": got["p99_us"], "unit": "us-p99", "rate": rate,
                          **{k: got[k] for k in ("p50_us", "p999_us", "max_us", "server_load",
                                                 "rss_mb")}})
        return found

    def churn(self):
        self.warm(40_000, lambda: self.client("churn", 16, 64, 0, 2))
        return self.client("churn", 16, 64, 0.3, self.seconds)

    def client(self, what, connections, size, warm_up, seconds, *more):
        got = client(what, self.server, connections, size, warm_up, seconds, *more)
        return {**got, "rss_mb": machine.resident_mb(self.server.pid)}

    def http(self):
        self.warm(200_000, lambda: wrk(self.server.port, 2))
        pid = self.server.pid
        (user, system), cpu, began = (machine.process_ticks(pid), machine.process_seconds(pid),
                                      time.monotonic())
        got = wrk(self.server.port, self.seconds + 1)
        used, took = machine.process_seconds(pid) - cpu, time.monotonic() - began
        user, system = (now - then for now, then
                        in zip(machine.process_ticks(pid), (user, system)))
        each = used * 1e6 / got["ops"]
        return {**got, "cpu_us": each, "user_us": each * user / max(1, user + system),
                "server_load": used / took, "rss_mb": machine.resident_mb(pid)}


def client(what, server, connections, size, warm_up, seconds, *more):
    """The client in c/client.c, on the second core."""
    arguments = map(str, [what, server.port, connections, size, warm_up, seconds, server.pid])
    done = subprocess.run([builds.CLIENT, *arguments, *more], capture_output=True, text=True,
                          timeout=120, preexec_fn=machine.pinned(1))
    if done.returncode:
        raise Failed(f"{server.peer.name} {server.kind}: the client ended with status "
                     f"{done.returncode}: {end_of(done.stderr)}")
    return json.loads(done.stdout)


QUANTILES = re.compile(r"50%\s+(\S+)\n\s+75%\s+\S+\n\s+90%\s+\S+\n\s+99%\s+(\S+)\n"
                       r"\s+(\d+) requests in")


def wrk(port, seconds):
    done = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency",
                           f"http://{HOST}:{port}/"],
                          capture_output=True, text=True, timeout=120,
                          preexec_fn=machine.pinned(1))
    found = QUANTILES.search(done.stdout)
    if not found or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise Failed("wrk: " + end_of(done.stdout) + end_of(done.stderr))
    return {"ops": int(found[3]),
            "ops_s": float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]),
            "p50_us": micros(found[1]), "p99_us": micros(found[2])}


def micros(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 60e6}[unit]
