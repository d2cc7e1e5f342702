"""The workloads: their names, their groups, and what they are in a sentence."""
import re

GROUPS = {
    "switch": ["switch"],
    "spawn_gather": ["spawn_gather"],
    "await_depth": ["await_depth"],
    "timers": ["timers", "timers.task"],
    "queue": ["queue.1", "queue.1000"],
    "lock": ["lock"],
    "memory": ["memory.100k", "memory.1m"],
    "cross_thread": ["cross_thread", "cross_thread.1core"],
    "files": ["files.small", "files.large"],
    "process": ["process"],
    "echo": ["echo-proto", "echo-stream"],
    "tls_echo": ["tls-proto", "tls-stream"],
    "connect_churn": ["churn-proto", "churn-stream"],
    "http": ["http", "http-raw", "http-aiohttp"],
    "latency": ["latency"],
    "startup": ["startup"],
}

STARTUP = "startup"
SERVERS = sum((GROUPS[g] for g in ("echo", "tls_echo", "connect_churn", "http", "latency")), [])
ALL = sum(GROUPS.values(), [])
LOOPS = [w for w in ALL if w not in SERVERS and w != STARTUP]

ONE_CORE = ".1core"  # behind a loop workload: the same with the whole process on one core
LOADS = [50, 70, 90]  # percent of what a server does at most
SHAPES = [(64, 64), (1000, 64), (64, 4096), (1, 64)]  # one connection last, when all is warm

SENTENCES = {
    "switch": "1,000 tasks each yield 1,000 times",
    "spawn_gather": "20 times 10,000 coroutines that return at once are gathered",
    "await_depth": "50 nested coroutine calls with one suspension at the bottom",
    "timers": "200,000 callbacks are scheduled, every second one is cancelled, the others fire",
    "timers.task": "50,000 tasks sleep, every second one is cancelled",
    "queue.1": "one producer, one consumer, a queue with room for one",
    "queue.1000": "one producer, one consumer, a queue with room for 1,000",
    "lock": "100 tasks acquire one lock, yield, and release it",
    "memory.100k": "memory of each of 100,000 sleeping tasks",
    "memory.1m": "memory of each of a million sleeping tasks",
    "cross_thread": "another thread calls into the loop, and waits until that has been done",
    "cross_thread.1core": "the same, the whole process on one core",
    "files.small": "10,000 reads of 100 bytes from a file, one after another",
    "files.large": "a file of 1 GiB is read from its beginning to its end",
    "process": "100 processes are started, and waited for, one after another",
    "echo-proto": "TCP echo from the callback that gets the data",
    "echo-stream": "TCP echo, a task for each connection that reads, writes and drains",
    "tls-proto": "the same as echo-proto over TLS 1.3",
    "tls-stream": "the same as echo-stream over TLS 1.3",
    "churn-proto": "connect, echo 64 bytes, close, again, on 16 connections at a time",
    "churn-stream": "the same with a task for each connection",
    "latency": "TCP echo, 64 connections, 64 bytes, sent at random times whatever has come back",
    "http": "GET of 13 bytes, 64 connections kept alive",
    "http-raw": "the same, by hand-written code that only looks for the blank line",
    "http-aiohttp": "the same by aiohttp",
    "startup": "from the start of the process to hello from inside the loop to its end",
}


def is_server(workload):
    return family(workload) in SERVERS


def family(name):
    """The workload to which a name belongs: echo-proto to echo-proto.64x64."""
    if name in ALL:
        return name
    head = name.removesuffix(ONE_CORE) if name.endswith(ONE_CORE) else name.rpartition(".")[0]
    return head if head in ALL else name


def shape(name):
    """(connections, size) of echo-proto.64x4096, or None."""
    found = re.search(r"\.(\d+)x(\d+)$", name)
    return (int(found[1]), int(found[2])) if found else None


def order(name):
    """Sorts names as the groups do, shapes by size and then by number of connections."""
    known = family(name)
    connections, size = shape(name) or (0, 0)
    return (ALL.index(known) if known in ALL else len(ALL), size, connections, name)


def sentence(name):
    """What a workload does."""
    if name in SENTENCES:
        return SENTENCES[name]
    said = SENTENCES.get(family(name), "")
    if name.endswith(ONE_CORE):
        return said + ", the whole process on one core"
    if family(name) == "latency":
        return f"{said}; at {name.rpartition('.')[2]} % of what the peer can"
    if shape(name):
        connections, size = shape(name)
        plural = "" if connections == 1 else "s"
        return f"{said}; {connections:,} connection{plural}, one message of {size:,} bytes on each"
    return said


def chosen(names):
    """The workloads that are meant by names of groups and of workloads; all for none."""
    found = []
    for name in names or list(GROUPS):
        if name in GROUPS:
            found += GROUPS[name]
        elif name in ALL or name.removesuffix(ONE_CORE) in LOOPS:
            found.append(name)
        else:
            raise ValueError(f"there is no workload or group {name!r}; groups: {' '.join(GROUPS)}")
    return list(dict.fromkeys(found))
