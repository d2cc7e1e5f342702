"""trio peer.  trio_peer.py WORKLOAD | hello"""
import sys
import trio

if sys.argv[1] == "hello":
    async def hello():
        print("hello")
    trio.run(hello)
    sys.exit(0)

import os
from common import MEMORY, QUEUE, emit, measure, rss, scaled, unknown


def switch(w):
    tasks, rounds = 1000, scaled(100)

    async def worker():
        for _ in range(rounds):
            await trio.lowlevel.checkpoint()

    async def main():
        async with trio.open_nursery() as nursery:
            for _ in range(tasks):
                nursery.start_soon(worker)
    measure(w, tasks * rounds, "ns/switch", lambda: trio.run(main))


def spawn_gather(w):
    batches = scaled(5)

    async def trivial():
        pass

    async def main():
        for _ in range(batches):
            async with trio.open_nursery() as nursery:
                for _ in range(10_000):
                    nursery.start_soon(trivial)
    measure(w, batches * 10_000, "ns/task", lambda: trio.run(main))


def await_depth(w):
    chains = scaled(2000)

    async def chain(d):
        if d == 0:
            await trio.lowlevel.checkpoint()
            return 0
        return await chain(d - 1) + 1

    async def worker():
        for _ in range(chains):
            await chain(49)

    async def main():
        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(worker)
    measure(w, chains * 10, "ns/chain", lambda: trio.run(main))


def queue(w):
    items = scaled(100_000)

    async def main():
        tx, rx = trio.open_memory_channel(QUEUE[w])

        async def produce():
            for i in range(items):
                await tx.send(i)

        async def consume():
            for _ in range(items):
                await rx.receive()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(produce)
            nursery.start_soon(consume)
    measure(w, items, "ns/item", lambda: trio.run(main))


def lock(w):
    rounds = scaled(500)

    async def main():
        m = trio.Lock()

        async def worker():
            for _ in range(rounds):
                async with m:
                    await trio.lowlevel.checkpoint()
        async with trio.open_nursery() as nursery:
            for _ in range(100):
                nursery.start_soon(worker)
    measure(w, rounds * 100, "ns/op", lambda: trio.run(main))


def memory(w):
    count = MEMORY[w]

    async def main():
        await trio.lowlevel.checkpoint()
        r0 = rss()
        async with trio.open_nursery() as nursery:
            for _ in range(count):
                nursery.start_soon(trio.sleep, 3600)
            for _ in range(3):
                await trio.lowlevel.checkpoint()
            emit(w, (rss() - r0) / count, "B-rss/task")
            os._exit(0)
    trio.run(main)

WORK = {"switch": switch, "spawn_gather": spawn_gather, "await_depth": await_depth,
        "queue.1": queue, "queue.1000": queue, "lock": lock,
        "memory.100k": memory, "memory.1m": memory}
WORK.get(sys.argv[1], unknown)(sys.argv[1])
