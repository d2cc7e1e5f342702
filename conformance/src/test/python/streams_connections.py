"""Streams over connections: rules R1 and R5 to R8."""

import asyncio
import os
import socket
import tempfile

from harness import *


async def serve(callback, **options):
    return await asyncio.start_server(callback, "127.0.0.1", 0, **options)


async def connect(server, **options):
    return await asyncio.open_connection(*server.sockets[0].getsockname(), **options)


async def end(server, *writers):
    """Closes all and waits."""
    for writer in writers:
        writer.close()
    server.close()
    await server.wait_closed()


async def echo(reader, writer):
    async for line in reader:
        writer.write(line)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


@scenario("R8")
def lines_over_tcp():
    async def main():
        server = await serve(echo)
        reader, writer = await connect(server)
        for i in range(3):
            writer.write(f"line {i}\n".encode())
            await writer.drain()
            print(await reader.readline())
        writer.write_eof()
        print(await reader.readline(), reader.at_eof())
        await end(server, writer)

    asyncio.run(main())


@scenario("R8")
def lines_over_a_unix_socket():
    async def main(path):
        server = await asyncio.start_unix_server(echo, path)
        reader, writer = await asyncio.open_unix_connection(path, limit=5)
        writer.write(b"hello\nmuch too long\n")
        print(await reader.readline())
        try:
            await reader.readline()
        except Exception as exc:
            print(exc)
        await end(server, writer)

    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(main(os.path.join(directory, "socket")))


@scenario("R8")
def several_reads_of_one_connection():
    async def main():
        async def callback(reader, writer):
            writer.write(b"head\r\n\r\n0123456789rest")
            writer.close()

        server = await serve(callback)
        reader, writer = await connect(server)
        print(await reader.readuntil(b"\r\n\r\n"))
        print(await reader.readexactly(10))
        print(await reader.read())
        print(await outcome(reader.readexactly(1)))
        await end(server, writer)

    asyncio.run(main())


@scenario("R8")
def half_closed():
    async def main():
        async def callback(reader, writer):
            print("request", await reader.read())
            await pause(3)
            print("closing", writer.is_closing())
            writer.write(b"answer")
            writer.close()

        server = await serve(callback)
        reader, writer = await connect(server)
        writer.write(b"question")
        writer.write_eof()
        print("answer", await reader.read())
        await end(server, writer)

    asyncio.run(main())


@scenario("R8")
def after_close_the_reader_is_at_the_end():
    async def main():
        server = await serve(echo)
        reader, writer = await connect(server)
        writer.close()
        await writer.wait_closed()
        print(await reader.read(), reader.at_eof())
        print(await outcome(writer.drain()))
        await end(server)

    asyncio.run(main())


@scenario("R7")
def each_client_has_a_task():
    async def main():
        tasks = []

        async def callback(reader, writer):
            tasks.append(asyncio.current_task())
            await reader.read()
            writer.close()

        server = await serve(callback)
        clients = [await connect(server) for _ in range(3)]
        while len(tasks) < 3:
            await asyncio.sleep(0.001)
        print(len(set(tasks)), [task.done() for task in tasks])
        await end(server, *(writer for _, writer in clients))
        await asyncio.wait(tasks)
        print([task.done() for task in tasks])

    asyncio.run(main())


@scenario("R7")
def an_error_of_the_callback_is_reported_and_closes():
    async def main():
        report(asyncio.get_running_loop())

        async def callback(reader, writer):
            await reader.readline()
            raise Oops("broken callback")

        server = await serve(callback)
        reader, writer = await connect(server)
        writer.write(b"go\n")
        print(await reader.read())
        await end(server, writer)

    asyncio.run(main())


@scenario("R7")
def a_cancelled_callback_closes_quietly():
    async def main():
        report(asyncio.get_running_loop())

        async def callback(reader, writer):
            asyncio.current_task().cancel()
            await reader.read()

        server = await serve(callback)
        reader, writer = await connect(server)
        print(await reader.read())
        await end(server, writer)

    asyncio.run(main())


@scenario("R7")
def a_callback_that_returns_leaves_the_connection_open():
    async def main():
        kept = asyncio.get_running_loop().create_future()

        async def callback(reader, writer):
            kept.set_result(writer)

        server = await serve(callback)
        reader, writer = await connect(server)
        other = await kept
        await pause(3)
        print("closing", other.is_closing())
        other.write(b"still there\n")
        print(await reader.readline())
        await end(server, writer, other)

    asyncio.run(main())


@scenario("R7")
def clients_go_on_when_the_server_is_closed():
    async def main():
        server = await serve(echo)
        reader, writer = await connect(server)
        writer.write(b"one\n")
        print(await reader.readline())
        server.close()
        writer.write(b"two\n")
        print(await reader.readline())
        writer.close()
        await server.wait_closed()
        print("closed")

    asyncio.run(main())


@scenario("R5")
def drain_waits_for_a_slow_reader():
    async def main():
        draining = asyncio.Event()

        async def callback(reader, writer):
            while writer.transport.get_write_buffer_size() == 0:
                writer.write(bytes(1_000_000))
            writer.write(bytes(100_000))
            task = asyncio.create_task(writer.drain())
            await pause(3)
            print("drained", task.done())
            draining.set()
            await task
            print("drained", task.done())
            writer.close()

        server = await serve(callback)
        reader, writer = await connect(server)
        await draining.wait()
        total = 0
        while data := await reader.read(100_000):
            total += len(data)
        print(total >= 1_100_000, total % 100_000)
        await end(server, writer)

    asyncio.run(main())


@scenario("R1")
def much_more_than_the_limit_passes():
    async def main():
        async def callback(reader, writer):
            for i in range(100):
                writer.write(bytes([i]) * 10_000)
                await writer.drain()
            writer.close()

        server = await serve(callback)
        reader, writer = await connect(server, limit=100)
        first = await reader.readexactly(500_000)
        rest = await reader.read()
        print(len(first), len(rest))
        print(all(first[i * 10_000] == i for i in range(50)), rest[-1])
        await end(server, writer)

    asyncio.run(main())


@scenario("R2")
def a_server_goes_on_after_a_line_over_the_limit():
    async def main():
        async def callback(reader, writer):
            while not reader.at_eof():
                try:
                    writer.write(await reader.readline())
                except Exception as exc:
                    writer.write(str(exc).encode() + b"\n")
            writer.close()

        server = await serve(callback, limit=5)
        reader, writer = await connect(server)
        writer.write(b"123\n1234567\n12345\n")
        writer.write_eof()
        print(await reader.read())
        await end(server, writer)

    asyncio.run(main())


def reset(writer):
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


@scenario("R6")
def one_class_of_errors_for_whatever_ends_a_connection():
    async def main():
        async def callback(reader, writer):
            await reader.read(1)
            reset(writer)

        server = await serve(callback)
        address = server.sockets[0].getsockname()
        reader, reset_by_peer = await connect(server)
        reset_by_peer.write(b"x")
        try:
            await reader.read()
        except ConnectionError:
            print("found by a read")
        reader, broken = await connect(server)
        try:
            while True:
                broken.write(bytes(1000))
                await broken.drain()
        except ConnectionError:
            print("found by a write")
        reader, closed = await connect(server)
        closed.close()
        try:
            while True:
                closed.write(b"x")
                await closed.drain()
        except ConnectionError:
            print("closed by this side")
        await end(server, reset_by_peer, broken)
        try:
            await asyncio.open_connection(*address)
        except ConnectionError:
            print("refused")

    asyncio.run(main())


@scenario("R6")
def a_reset_is_the_error_of_all():
    async def main():
        async def callback(reader, writer):
            await reader.read(1)
            reset(writer)

        server = await serve(callback)
        reader, writer = await connect(server)
        writer.write(b"x")
        for aw in reader.read(), reader.readline(), writer.drain(), writer.wait_closed():
            try:
                print(await aw)
            except Exception as exc:
                print(kind(exc), exc is reader.exception())
        await end(server, writer)

    asyncio.run(main())


@scenario("R8")
def a_connection_over_a_protocol_of_ones_own_making():
    async def main():
        loop = asyncio.get_running_loop()
        server = await serve(echo)
        reader = asyncio.StreamReader()
        transport, protocol = await loop.create_connection(
            lambda: asyncio.StreamReaderProtocol(reader), *server.sockets[0].getsockname()
        )
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        writer.write(b"hello\n")
        print(await reader.readline(), writer.transport is transport)
        await end(server, writer)

    asyncio.run(main())
