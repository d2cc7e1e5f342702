"""gevent peer.  gevent_peer.py WORKLOAD | hello"""
import sys
import gevent

if sys.argv[1] == "hello":
    gevent.spawn(print, "hello").join()
    sys.exit(0)

import os
from gevent.lock import BoundedSemaphore
from gevent.queue import Queue
from common import MEMORY, QUEUE, emit, measure, rss, scaled, unknown


def switch(w):
    tasks, rounds = 1000, scaled(1000)

    def worker():
        for _ in range(rounds):
            gevent.sleep(0)
    measure(w, tasks * rounds, "ns/switch",
            lambda: gevent.joinall([gevent.spawn(worker) for _ in range(tasks)]))


def spawn_gather(w):
    batches = scaled(20)

    def trivial():
        pass

    def main():
        for _ in range(batches):
            gevent.joinall([gevent.spawn(trivial) for _ in range(10_000)])
    measure(w, batches * 10_000, "ns/task", main)


def await_depth(w):
    chains = scaled(2000)

    def chain(d):
        if d == 0:
            gevent.sleep(0)
            return 0
        return chain(d - 1) + 1

    def worker():
        for _ in range(chains):
            chain(49)
    measure(w, chains * 10, "ns/chain",
            lambda: gevent.joinall([gevent.spawn(worker) for _ in range(10)]))


def queue(w):
    items = scaled(500_000)

    def main():
        q = Queue(QUEUE[w])

        def produce():
            for i in range(items):
                q.put(i)

        def consume():
            for _ in range(items):
                q.get()
        gevent.joinall([gevent.spawn(produce), gevent.spawn(consume)])
    measure(w, items, "ns/item", main)


def lock(w):
    rounds = scaled(2000)

    def main():
        m = BoundedSemaphore(1)

        def worker():
            for _ in range(rounds):
                with m:
                    gevent.sleep(0)
        gevent.joinall([gevent.spawn(worker) for _ in range(100)])
    measure(w, rounds * 100, "ns/op", main)


def memory(w):
    count = MEMORY[w]
    gevent.sleep(0)
    r0 = rss()
    up = 0

    def worker():
        nonlocal up
        up += 1
        gevent.sleep(3600)
    keep = [gevent.spawn(worker) for _ in range(count)]
    while up < count:
        gevent.sleep(0)
    emit(w, (rss() - r0) / count, "B-rss/task")
    os._exit(0)
    return keep

WORK = {"switch": switch, "spawn_gather": spawn_gather, "await_depth": await_depth,
        "queue.1": queue, "queue.1000": queue, "lock": lock,
        "memory.100k": memory, "memory.1m": memory}
WORK.get(sys.argv[1], unknown)(sys.argv[1])
