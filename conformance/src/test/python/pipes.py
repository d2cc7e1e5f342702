"""Pipes as transports: what holds of X1 to X6 for them."""

import asyncio
import os

from harness import *


class Recorder(asyncio.Protocol):
    """Prints what it is told."""

    def __init__(self, name, keep_open=False):
        self.name = name
        self.keep_open = keep_open
        self.received = bytearray()
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        print(self.name, "made")

    def data_received(self, data):
        self.received += data

    def eof_received(self):
        print(self.name, "eof", len(self.received))
        return self.keep_open

    def connection_lost(self, exc):
        print(self.name, "lost", exc)
        self.lost.set_result(None)

    def pause_writing(self):
        print(self.name, "pause writing")

    def resume_writing(self):
        print(self.name, "resume writing")


async def pipe(keep_open=False):
    """Both ends of a pipe: a reading and a writing protocol."""
    loop = asyncio.get_running_loop()
    source, sink = os.pipe()
    _, reader = await loop.connect_read_pipe(
        lambda: Recorder("reader", keep_open), os.fdopen(source, "rb", 0)
    )
    _, writer = await loop.connect_write_pipe(
        lambda: Recorder("writer"), os.fdopen(sink, "wb", 0)
    )
    return reader, writer


async def until(condition):
    while not condition():
        await asyncio.sleep(0.001)


@scenario("X1")
def what_is_written_is_read():
    async def main():
        reader, writer = await pipe()
        writer.transport.write(b"hello")
        await until(lambda: len(reader.received) == 5)
        print(reader.received.decode(), reader.transport.is_reading())
        writer.transport.close()
        print(writer.transport.is_closing())
        await writer.lost
        await reader.lost
        print(reader.transport.is_closing(), reader.transport.is_reading())

    asyncio.run(main())


@scenario("X2")
def the_end_of_a_pipe_closes_it_whatever_the_protocol_says():
    async def main():
        reader, writer = await pipe(keep_open=True)
        print(writer.transport.can_write_eof())
        writer.transport.write_eof()
        print(writer.transport.is_closing())
        await writer.lost
        await reader.lost

    asyncio.run(main())


@scenario("X3")
def close_sends_what_is_in_the_buffer():
    async def main():
        reader, writer = await pipe()
        writer.transport.write(bytes(1 << 20))
        writer.transport.close()
        print(writer.transport.get_write_buffer_size() > 0)
        await writer.lost
        await reader.lost
        print(len(reader.received))

    asyncio.run(main())


@scenario("X3")
def abort_drops_what_is_in_the_buffer():
    async def main():
        reader, writer = await pipe()
        reader.transport.pause_reading()
        writer.transport.write(bytes(1 << 20))
        writer.transport.abort()
        print(writer.transport.get_write_buffer_size(), writer.transport.is_closing())
        await writer.lost
        reader.transport.close()
        await reader.lost
        print(len(reader.received) < 1 << 20)

    asyncio.run(main())


@scenario("X4")
def flow_control():
    async def main():
        reader, writer = await pipe()
        reader.transport.pause_reading()
        print(writer.transport.get_write_buffer_limits())
        writer.transport.set_write_buffer_limits(high=1000)
        print(writer.transport.get_write_buffer_limits())
        writer.transport.write(bytes(1 << 20))
        writer.transport.write(bytes(1 << 20))
        print("reading")
        reader.transport.resume_reading()
        await until(lambda: len(reader.received) == 2 << 20)
        print(writer.transport.get_write_buffer_size())
        writer.transport.close()
        await reader.lost

    asyncio.run(main())


@scenario("X5")
def writes_after_close_are_dropped():
    async def main():
        reader, writer = await pipe()
        writer.transport.close()
        writer.transport.write(b"late")
        await reader.lost
        print(len(reader.received))

    asyncio.run(main())


@scenario("X5")
def several_pieces_at_once():
    async def main():
        reader, writer = await pipe()
        writer.transport.writelines([b"one ", b"", b"two ", b"three"])
        writer.transport.write(b"")
        writer.transport.close()
        await reader.lost
        print(reader.received.decode())

    asyncio.run(main())


@scenario("X6")
def pausing_is_idempotent():
    async def main():
        reader, writer = await pipe()
        print(reader.transport.is_reading())
        reader.transport.pause_reading()
        reader.transport.pause_reading()
        print(reader.transport.is_reading())
        writer.transport.write(b"hello")
        await asyncio.sleep(0.02)
        print(len(reader.received))
        reader.transport.resume_reading()
        reader.transport.resume_reading()
        await until(lambda: len(reader.received) == 5)
        reader.transport.close()
        reader.transport.pause_reading()
        print(reader.transport.is_reading())
        await reader.lost
        writer.transport.abort()
        await writer.lost

    asyncio.run(main())


@scenario("X6")
def another_protocol_takes_over():
    async def main():
        reader, writer = await pipe()
        other = Recorder("other")
        reader.transport.set_protocol(other)
        print(reader.transport.get_protocol() is other)
        writer.transport.write(b"hello")
        writer.transport.close()
        await other.lost
        print(len(reader.received), len(other.received))

    asyncio.run(main())


@scenario("X1")
def a_reader_that_pauses_at_once_reads_nothing():
    class Pausing(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.pause_reading()

    async def main():
        loop = asyncio.get_running_loop()
        source, sink = os.pipe()
        os.write(sink, b"text")
        _, reader = await loop.connect_read_pipe(
            lambda: Pausing("reader"), os.fdopen(source, "rb", 0)
        )
        await asyncio.sleep(0.02)
        print(len(reader.received))
        reader.transport.close()
        await reader.lost
        os.close(sink)

    asyncio.run(main())
