"""asyncio peer.  asyncio_peer.py asyncio|eager|uvloop  WORKLOAD | serve KIND PORT | hello"""
import asyncio
import sys

if sys.argv[1] == "uvloop":
    import uvloop
    NEW_LOOP = uvloop.new_event_loop
elif sys.argv[1] == "eager":
    def NEW_LOOP():
        loop = asyncio.new_event_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        return loop
else:
    NEW_LOOP = asyncio.new_event_loop


def run(coro):
    with asyncio.Runner(loop_factory=NEW_LOOP) as r:
        return r.run(coro)


async def hello():
    print("hello")

if sys.argv[2] == "hello":
    run(hello())
    sys.exit(0)

import os
import ssl
import threading
from common import MEMORY, QUEUE, delays, emit, measure, rss, scaled, unknown


def switch(w):
    tasks, rounds = 1000, scaled(1000)

    async def worker():
        for _ in range(rounds):
            await asyncio.sleep(0)

    async def main():
        await asyncio.gather(*[worker() for _ in range(tasks)])
    measure(w, tasks * rounds, "ns/switch", lambda: run(main()))


def spawn_gather(w):
    batches = scaled(20)

    async def trivial():
        pass

    async def main():
        for _ in range(batches):
            await asyncio.gather(*[trivial() for _ in range(10_000)])
    measure(w, batches * 10_000, "ns/task", lambda: run(main()))


def await_depth(w):
    chains = scaled(2000)

    async def chain(d):
        if d == 0:
            await asyncio.sleep(0)
            return 0
        return await chain(d - 1) + 1

    async def worker():
        for _ in range(chains):
            await chain(49)

    async def main():
        await asyncio.gather(*[worker() for _ in range(10)])
    measure(w, chains * 10, "ns/chain", lambda: run(main()))


def timers(w):
    count = scaled(200_000)
    ds = delays(count)

    async def main():
        loop = asyncio.get_running_loop()
        left = count - count // 2
        done = loop.create_future()

        def fire():
            nonlocal left
            left -= 1
            if left == 0:
                done.set_result(None)
        handles = [loop.call_later(d, fire) for d in ds]
        for h in handles[1::2]:
            h.cancel()
        await done
    measure(w, count, "us-cpu/timer", lambda: run(main()), per=1e6, use_cpu=True)


def timers_task(w):
    count = scaled(50_000)
    ds = delays(count)

    async def main():
        ts = [asyncio.create_task(asyncio.sleep(d)) for d in ds]
        await asyncio.sleep(0)
        for t in ts[1::2]:
            t.cancel()
        await asyncio.wait(ts)
    measure(w, count, "us-cpu/timer", lambda: run(main()), per=1e6, use_cpu=True)


def queue(w):
    items = scaled(500_000)

    async def main():
        q = asyncio.Queue(QUEUE[w])

        async def produce():
            for i in range(items):
                await q.put(i)

        async def consume():
            for _ in range(items):
                await q.get()
        await asyncio.gather(produce(), consume())
    measure(w, items, "ns/item", lambda: run(main()))


def lock(w):
    rounds = scaled(2000)

    async def main():
        m = asyncio.Lock()

        async def worker():
            for _ in range(rounds):
                async with m:
                    await asyncio.sleep(0)
        await asyncio.gather(*[worker() for _ in range(100)])
    measure(w, rounds * 100, "ns/op", lambda: run(main()))


def memory(w):
    count = MEMORY[w]

    async def main():
        await asyncio.sleep(0)
        r0 = rss()
        ts = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(count)]
        for _ in range(3):
            await asyncio.sleep(0)
        emit(w, (rss() - r0) / count, "B-rss/task")
        sys.stdout.flush()
        os._exit(0)
        return ts
    run(main())


def cross_thread(w):
    trips = scaled(20_000)

    async def main():
        loop = asyncio.get_running_loop()
        gate = threading.Lock()
        gate.acquire()

        def other():
            for _ in range(trips):
                loop.call_soon_threadsafe(gate.release)
                gate.acquire()
        await loop.run_in_executor(None, other)
    measure(w, trips, "us/roundtrip", lambda: run(main()), per=1e6)


def process(w):
    count = scaled(100)

    async def main():
        for _ in range(count):
            p = await asyncio.create_subprocess_exec("/bin/true")
            await p.wait()
    with asyncio.Runner(loop_factory=NEW_LOOP) as r:  # a loop that runs already
        measure(w, count, "us/process", lambda: r.run(main()), per=1e6)


class Echo(asyncio.Protocol):
    def connection_made(self, t):
        self.t = t

    def data_received(self, data):
        self.t.write(data)


async def echo_stream(reader, writer):
    try:
        while True:
            data = await reader.read(65536)
            if not data:
                break
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


class RawHttp(asyncio.Protocol):
    """Smallest keep-alive HTTP/1.1 answerer: no header parsing beyond finding the blank line."""
    ANSWER = (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
              b"Content-Length: 13\r\n\r\nHello, World!")

    def connection_made(self, t):
        self.t, self.buf = t, b""

    def data_received(self, data):
        self.buf += data
        while (i := self.buf.find(b"\r\n\r\n")) >= 0:
            self.buf = self.buf[i + 4:]
            self.t.write(self.ANSWER)


def tls():
    d = os.environ["BENCH_TLS_DIR"]
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(os.path.join(d, "cert.pem"), os.path.join(d, "key.pem"))
    return c


async def serve(kind, port):
    loop = asyncio.get_running_loop()
    host, kw = "127.0.0.1", {"backlog": 4096}
    if kind == "echo-proto":
        s = await loop.create_server(Echo, host, port, **kw)
    elif kind == "echo-stream":
        s = await asyncio.start_server(echo_stream, host, port, **kw)
    elif kind == "tls-proto":
        s = await loop.create_server(Echo, host, port, ssl=tls(), **kw)
    elif kind == "tls-stream":
        s = await asyncio.start_server(echo_stream, host, port, ssl=tls(), **kw)
    elif kind == "http-raw":
        s = await loop.create_server(RawHttp, host, port, **kw)
    elif kind == "http-aiohttp":
        from aiohttp import web

        async def handle(_):
            return web.Response(text="Hello, World!")
        app = web.Application()
        app.router.add_get("/", handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, host, port, backlog=4096).start()
        s = None
    else:
        unknown(kind)
    print("READY", flush=True)
    await asyncio.Event().wait()
    return s

WORK = {"switch": switch, "spawn_gather": spawn_gather, "await_depth": await_depth,
        "timers": timers, "timers.task": timers_task, "queue.1": queue, "queue.1000": queue,
        "lock": lock, "memory.100k": memory, "memory.1m": memory, "cross_thread": cross_thread,
        "process": process}

if sys.argv[2] == "serve":
    run(serve(sys.argv[3], int(sys.argv[4])))
else:
    WORK.get(sys.argv[2], unknown)(sys.argv[2])
