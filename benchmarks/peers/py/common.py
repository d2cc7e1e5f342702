"""Shared by the Python peers: timing, result lines, small /proc readers."""
import json
import os
import random
import statistics
import sys
import time

PEER = os.environ.get("BENCH_PEER", "python")
SCALE = float(os.environ.get("BENCH_SCALE", "1"))
MEASURED = int(os.environ.get("BENCH_INNER", "3"))


def scaled(x):
    return max(1, int(x * SCALE))


def emit(workload, value, unit, **extra):
    print(json.dumps({"peer": PEER, "workload": workload, "value": round(value, 3),
                      "unit": unit, **extra}), flush=True)


def measure(workload, ops, unit, body, per=1e9, use_cpu=False, warm=1):
    """Run body() `warm` times unmeasured, then MEASURED times; report the median per op.
    value is wall time (or process CPU time with use_cpu); the other clock rides along."""
    for _ in range(warm):
        body()
    wall, cpu = [], []
    for _ in range(MEASURED):
        c0, t0 = time.process_time(), time.perf_counter()
        body()
        t1, c1 = time.perf_counter(), time.process_time()
        wall.append((t1 - t0) * per / ops)
        cpu.append((c1 - c0) * per / ops)
    w, c = statistics.median(wall), statistics.median(cpu)
    if use_cpu:
        emit(workload, c, unit, wall=round(w, 3))
    else:
        emit(workload, w, unit, cpu=round(c, 3))


def rss():
    with open("/proc/self/status") as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def delays(count):
    r = random.Random(42)
    return [r.random() for _ in range(count)]


MEMORY = {"memory.100k": 100_000, "memory.1m": 1_000_000}
QUEUE = {"queue.1": 1, "queue.1000": 1000}


def unknown(w):
    print("unsupported workload: " + w, file=sys.stderr)
    sys.exit(64)
