"""What the machine is, and what it does beside what is measured. Linux."""
import os
import platform
import resource
import time

from . import builds, tools

SETTLED = 0.25  # cores that the rest of the machine may use before a run


def cores():
    return sorted(os.sched_getaffinity(0))


def pinned(core):
    """Has a process start on one core, the first or the second, if there are two."""
    available = cores()
    chosen = {available[min(core, len(available) - 1)]}
    return lambda: os.sched_setaffinity(0, chosen)


def busy_seconds():
    """Processor time that all processes have taken since the machine started."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(t) for t in file.readline().split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")


def children_seconds():
    """Processor time of all processes that this one has started and seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def settle(limit):
    """Waits, up to `limit` seconds, until the rest of the machine is quiet."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        busy, began = busy_seconds(), time.monotonic()
        time.sleep(0.3)
        if (busy_seconds() - busy) / (time.monotonic() - began) < SETTLED:
            return


class Meanwhile:
    """How many cores others used while a block ran; its processes have to end in it."""

    def __enter__(self):
        self.busy, self.own, self.began = busy_seconds(), children_seconds(), time.monotonic()
        return self

    def __exit__(self, *_):
        others = busy_seconds() - self.busy - (children_seconds() - self.own)
        self.cores = max(0.0, others / (time.monotonic() - self.began))


def process_seconds(pid):
    """Processor time of another process, all threads, by its clock."""
    return time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid() does


def process_ticks(pid):
    """The same in user and in system mode, in ticks of 10 ms."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]), int(fields[12])


def resident_mb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return round(int(line.split()[1]) / 1024, 1)
    return None


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            lines = [line for line in file if line.startswith(("model name", "CPU part"))]
        return lines[0].partition(":")[2].strip()
    except (OSError, IndexError):
        return platform.machine()


def describe():
    """What every result says of where it is from."""
    return {
        "cores": len(cores()),
        "processor": processor(),
        "kernel": platform.release(),
        "jdk": tools.java_version() or "none",
    }


def commit():
    """The commit of jasyncio, with a + behind it if files differ from it."""
    git = ["git", "-C", builds.ROOT]
    name = tools.quietly([*git, "rev-parse", "--short=10", "HEAD"])
    if not name:
        return "unknown"
    return name + ("+" if tools.quietly([*git, "status", "--porcelain", "-uno"]) else "")
