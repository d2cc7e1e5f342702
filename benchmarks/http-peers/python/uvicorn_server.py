"""uvicorn on uvloop and httptools, with nothing on top: uvicorn_server.py serve PORT."""
import asyncio
import os
import sys

import uvicorn

from contents import FILES, HELLO, TEXT, note, text_of

FILE = os.path.join(FILES, "64k.bin")


async def answer(send, body, kind):
    await send({
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", kind), (b"content-length", str(len(body)).encode())],
    })
    await send({"type": "http.response.body", "body": body})


async def echo(receive, send):
    while True:
        message = await receive()
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif message["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        else:
            return


async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await echo(receive, send)
    elif scope["type"] == "http":
        path = scope["path"]
        if path == "/json":
            await answer(send, text_of(note()).encode(), b"application/json")
        elif path == "/static/64k.bin":
            with open(FILE, "rb") as file:
                await answer(send, file.read(), b"application/octet-stream")
        else:
            await answer(send, HELLO, TEXT.encode())


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("READY", flush=True)


Server(uvicorn.Config(
    app, host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop", http="httptools", ws="websockets", lifespan="off",
    ws_per_message_deflate=False, ws_ping_interval=None, backlog=4096, access_log=False, log_level="warning", timeout_keep_alive=600)).run()
