"""StreamWriter on a transport that is not there: rules R5 and R6."""

import asyncio

from harness import *


class FakeTransport(asyncio.Transport):
    """Prints what it is told; closing it tells the protocol in the next iteration."""

    def __init__(self, protocol):
        super().__init__()
        self.protocol = protocol
        self.closing = False

    def write(self, data):
        print("write", data)

    def writelines(self, pieces):
        print("write lines", pieces)

    def write_eof(self):
        print("eof")

    def can_write_eof(self):
        return True

    def close(self):
        if not self.closing:
            print("close")
            self.closing = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def is_closing(self):
        return self.closing


def connection():
    """A reader, a writer and their protocol."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    writer = asyncio.StreamWriter(FakeTransport(protocol), protocol, reader, loop)
    return reader, writer, protocol


async def named(name, aw):
    """Awaits and prints what came of it."""
    print(name, await outcome(aw))


@scenario("R5")
def writing_is_the_transports_matter():
    async def main():
        _, writer, _ = connection()
        writer.write(b"abc")
        writer.writelines([b"de", b"f"])
        print(writer.can_write_eof())
        writer.write_eof()
        print(writer.is_closing())
        writer.close()
        writer.close()
        print(writer.is_closing(), writer.transport.is_closing())

    asyncio.run(main())


@scenario("R5")
def drain_does_not_wait_without_need():
    async def main():
        _, writer, _ = connection()
        asyncio.get_running_loop().call_soon(print, "next iteration")
        await writer.drain()
        print("drained")
        await pause()
        writer.close()

    asyncio.run(main())


@scenario("R5")
def drains_wait_together_while_writing_is_paused():
    async def main():
        _, writer, protocol = connection()
        protocol.pause_writing()
        tasks = [asyncio.create_task(named(name, writer.drain())) for name in ("a", "b", "c")]
        await pause(3)
        print("waiting", [task.done() for task in tasks])
        protocol.resume_writing()
        print("resumed")
        await asyncio.wait(tasks)
        await writer.drain()
        writer.close()

    asyncio.run(main())


@scenario("R5")
def a_cancelled_drain_leaves_the_others_waiting():
    async def main():
        _, writer, protocol = connection()
        protocol.pause_writing()
        first = asyncio.create_task(named("first", writer.drain()))
        second = asyncio.create_task(named("second", writer.drain()))
        await pause()
        first.cancel()
        await first
        print(second.done())
        protocol.resume_writing()
        await second
        writer.close()

    asyncio.run(main())


@scenario("R5")
def a_waiting_drain_gets_the_error_of_the_connection():
    async def main():
        _, writer, protocol = connection()
        protocol.pause_writing()
        tasks = [asyncio.create_task(named(name, writer.drain())) for name in ("a", "b")]
        await pause()
        protocol.connection_lost(Oops("broken"))
        await asyncio.wait(tasks)
        await named("again", writer.drain())
        writer.close()

    asyncio.run(main())


@scenario("R5")
def a_waiting_drain_ends_quietly_with_the_connection():
    async def main():
        _, writer, protocol = connection()
        protocol.pause_writing()
        task = asyncio.create_task(named("first", writer.drain()))
        await pause()
        protocol.connection_lost(None)
        await task
        await named("again", writer.drain())
        writer.close()

    asyncio.run(main())


@scenario("R5")
def drain_on_a_closing_transport_lets_it_close():
    async def main():
        reader, writer, _ = connection()
        writer.close()
        print(reader.at_eof())
        await named("drain", writer.drain())
        print(reader.at_eof())

    asyncio.run(main())


@scenario("R5")
def drain_raises_the_error_of_the_reader():
    async def main():
        reader, writer, _ = connection()
        reader.set_exception(Oops("broken"))
        await named("drain", writer.drain())
        await named("drain", writer.drain())
        writer.close()

    asyncio.run(main())


@scenario("R5")
def a_lost_connection_is_told_to_all():
    async def main():
        reader, writer, protocol = connection()
        protocol.pause_writing()
        tasks = [
            asyncio.create_task(named("drain", writer.drain())),
            asyncio.create_task(named("closed", writer.wait_closed())),
            asyncio.create_task(named("read", reader.read(1))),
        ]
        await pause()
        protocol.connection_lost(Oops("broken"))
        print("lost")
        await asyncio.wait(tasks)
        writer.close()

    asyncio.run(main())


@scenario("R6")
def wait_closed_waits_for_the_end():
    async def main():
        _, writer, _ = connection()
        task = asyncio.create_task(named("closed", writer.wait_closed()))
        await pause(2)
        print(task.done())
        writer.close()
        await task
        await named("again", writer.wait_closed())

    asyncio.run(main())


@scenario("R6")
def wait_closed_raises_the_error_of_the_connection():
    async def main():
        _, writer, protocol = connection()
        protocol.connection_lost(Oops("broken"))
        await named("closed", writer.wait_closed())
        await named("again", writer.wait_closed())
        writer.close()

    asyncio.run(main())


@scenario("R6")
def an_error_that_nobody_asks_for_is_not_logged():
    async def main():
        report(asyncio.get_running_loop())
        _, writer, protocol = connection()
        protocol.connection_lost(Oops("broken"))
        writer.close()
        await pause(2)

    with logs():
        asyncio.run(main())
        collect()
        print("nothing")


@scenario("R8")
def the_end_of_a_plain_stream_keeps_the_transport_open():
    async def main():
        reader, writer, protocol = connection()
        protocol.connection_made(writer.transport)
        print(protocol.eof_received(), reader.at_eof())
        writer.close()

    asyncio.run(main())
