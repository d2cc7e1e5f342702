"""aiohttp: aiohttp_server.py asyncio|uvloop serve PORT, or client URL (see ClientLoop.java)."""
import asyncio
import os
import sys
import time

import aiohttp
from aiohttp import web

from contents import FILES, HELLO, TEXT, note, text_of


async def hello(request):
    return web.Response(body=HELLO, headers={"Content-Type": TEXT})


async def json_note(request):
    return web.json_response(note(), dumps=text_of)


async def echo(request):
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data)
    return socket


async def serve(port):
    app = web.Application()
    app.router.add_get("/", hello)
    app.router.add_get("/json", json_note)
    app.router.add_get("/ws", echo)
    app.router.add_static("/static", FILES)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=600)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    print("READY", flush=True)
    await asyncio.Event().wait()


async def client(url):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async def caller(end):
            n = 0
            while time.monotonic() < end:
                async with session.get(url) as response:
                    if response.status != 200 or await response.read() != HELLO:
                        raise OSError("not what was expected")
                n += 1
            return n

        print("READY", flush=True)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            connections, seconds = line.split()
            end = time.monotonic() + float(seconds)
            print(sum(await asyncio.gather(*(caller(end) for _ in range(int(connections))))), flush=True)


if sys.argv[1] == "uvloop":
    import uvloop
    uvloop.install()
asyncio.run(serve(int(sys.argv[3])) if sys.argv[2] == "serve" else client(sys.argv[3]))
