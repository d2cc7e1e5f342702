"""Transports, protocols and servers over TCP: rules X1 to X6 and X9 to X12."""

import asyncio
import socket

from harness import *


class Recorder(asyncio.Protocol):
    """Prints what it is told."""

    def __init__(self, name, keep_open=False, data=True):
        self.name = name
        self.keep_open = keep_open
        self.data = data
        self.transport = None
        self.received = bytearray()
        self.made = asyncio.get_running_loop().create_future()
        self.eof = asyncio.get_running_loop().create_future()
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        print(self.name, "made")
        self.made.set_result(None)

    def data_received(self, data):
        if self.data:
            print(self.name, "data", data.decode())
        self.received += data

    def eof_received(self):
        print(self.name, "eof")
        self.eof.set_result(None)
        return self.keep_open

    def connection_lost(self, exc):
        print(self.name, "lost", kind(exc) if exc else None)
        self.lost.set_result(None)

    def pause_writing(self):
        print(self.name, "pause writing")

    def resume_writing(self):
        print(self.name, "resume writing")


async def connect(client=None, server=None, **options):
    """A client and a server's protocol for it, on a server of its own."""
    loop = asyncio.get_running_loop()
    server = server or Recorder("server")
    client = client or Recorder("client")
    listening = await loop.create_server(lambda: server, "127.0.0.1", 0, **options)
    await loop.create_connection(lambda: client, *listening.sockets[0].getsockname())
    await server.made
    return client, server, listening


def report_exceptions():
    """Prints what the loop's exception handler is told, without the message: it names methods."""
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: print("handler:", describe(context["exception"]))
    )


async def end(*protocols, server=None):
    """Closes what is still open and waits."""
    for protocol in protocols:
        protocol.transport.close()
    for protocol in protocols:
        await protocol.lost
    if server:
        server.close()
        await server.wait_closed()


@scenario("X1")
def order_of_a_connection():
    async def main():
        loop = asyncio.get_running_loop()
        server = Recorder("server")
        listening = await loop.create_server(lambda: server, "127.0.0.1", 0)
        transport, client = await loop.create_connection(
            lambda: Recorder("client"), *listening.sockets[0].getsockname()
        )
        print("connected", client.transport is transport)
        await server.made
        transport.write(b"hello")
        while not server.received:
            await asyncio.sleep(0.001)
        transport.close()
        print("closing", transport.is_closing())
        await server.lost
        await client.lost
        await end(server=listening)

    asyncio.run(main())


@scenario("X2")
def eof_closes_a_transport_by_default():
    async def main():
        client, server, listening = await connect(client=Recorder("client", keep_open=True))
        client.transport.write(b"last words")
        client.transport.write_eof()
        await server.lost
        print(server.received.decode(), server.transport.is_closing())
        await client.eof
        await end(client, server=listening)

    asyncio.run(main())


@scenario("X2")
def a_protocol_may_keep_writing_after_eof():
    async def main():
        client, server, listening = await connect(server=Recorder("server", keep_open=True))
        client.transport.write_eof()
        await server.eof
        print(server.transport.is_closing())
        server.transport.write(b"still here")
        server.transport.close()
        await client.lost
        await end(server, server=listening)

    asyncio.run(main())


@scenario("X2")
def writing_after_write_eof_is_refused():
    async def main():
        client, server, listening = await connect()
        print(client.transport.can_write_eof())
        client.transport.write_eof()
        client.transport.write_eof()
        try:
            client.transport.write(b"more")
        except RuntimeError:
            print("refused")
        await end(client, server, server=listening)

    asyncio.run(main())


@scenario("X3")
def close_flushes_what_is_buffered():
    async def main():
        client, server, listening = await connect(server=Recorder("server", data=False))
        client.transport.set_write_buffer_limits(high=100_000_000)
        server.transport.pause_reading()
        client.transport.write(b"x" * 10_000_000)
        print(client.transport.get_write_buffer_size() > 0)
        client.transport.close()
        print(client.transport.is_closing())
        server.transport.resume_reading()
        await client.lost
        await server.lost
        print(len(server.received))
        await end(server=listening)

    asyncio.run(main())


@scenario("X3")
def abort_drops_what_is_buffered():
    async def main():
        client, server, listening = await connect(server=Recorder("server", data=False))
        client.transport.set_write_buffer_limits(high=100_000_000)
        server.transport.pause_reading()
        client.transport.write(b"x" * 10_000_000)
        client.transport.abort()
        print(client.transport.get_write_buffer_size(), client.transport.is_closing())
        await client.lost
        server.transport.resume_reading()
        await server.lost
        print(0 < len(server.received) < 10_000_000)
        await end(server=listening)

    asyncio.run(main())


@scenario("X3")
def close_is_told_in_a_later_iteration():
    async def main():
        client, server, listening = await connect()
        client.transport.close()
        client.transport.close()
        client.transport.abort()
        print(client.lost.done())
        await pause()
        print(client.lost.done())
        await end(server, server=listening)

    asyncio.run(main())


@scenario("X3")
def an_error_of_the_protocol_ends_the_connection():
    class Failing(Recorder):
        def data_received(self, data):
            raise Oops("in data_received")

    async def main():
        report_exceptions()
        server = Failing("server")
        client, server, listening = await connect(server=server)
        client.transport.write(b"x")
        await server.lost
        await client.lost
        await end(server=listening)

    asyncio.run(main())


@scenario("X3")
def an_error_in_eof_received_ends_the_connection():
    class Failing(Recorder):
        def eof_received(self):
            raise Oops("in eof_received")

    async def main():
        report_exceptions()
        client, server, listening = await connect(server=Failing("server"))
        client.transport.write_eof()
        await server.lost
        await client.lost
        await end(server=listening)

    asyncio.run(main())


@scenario("X3")
def an_error_in_connection_made_is_reported_and_no_more():
    class Failing(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            raise Oops("in connection_made")

    async def main():
        report_exceptions()
        client, server, listening = await connect(server=Failing("server"))
        client.transport.write(b"hello")
        while not server.received:
            await asyncio.sleep(0.001)
        await end(client, server, server=listening)

    asyncio.run(main())


@scenario("X4")
def default_water_marks():
    async def main():
        client, server, listening = await connect()
        print(client.transport.get_write_buffer_limits())
        await end(client, server, server=listening)

    asyncio.run(main())


@scenario("X4")
def setting_water_marks():
    async def main():
        client, server, listening = await connect()
        transport = client.transport
        transport.set_write_buffer_limits(high=1000)
        print(transport.get_write_buffer_limits())
        transport.set_write_buffer_limits(high=500, low=500)
        print(transport.get_write_buffer_limits())
        transport.set_write_buffer_limits(high=0)
        print(transport.get_write_buffer_limits())
        for high, low in ((10, 20), (10, -1)):
            try:
                transport.set_write_buffer_limits(high=high, low=low)
            except ValueError:
                print("refused", high, low)
        await end(client, server, server=listening)

    asyncio.run(main())


@scenario("X4")
def writing_is_paused_and_resumed_in_turn():
    async def main():
        client, server, listening = await connect(server=Recorder("server", data=False))
        server.transport.pause_reading()
        for _ in range(3):
            client.transport.write(b"x" * 4_000_000)
        print("written")
        server.transport.resume_reading()
        while len(server.received) < 12_000_000:
            await asyncio.sleep(0.001)
        print(client.transport.get_write_buffer_size())
        await end(client, server, server=listening)

    asyncio.run(main())


@scenario("X4")
def pause_comes_out_of_write_itself():
    class Counting(Recorder):
        def pause_writing(self):
            super().pause_writing()
            raise Oops("in pause_writing")

    async def main():
        report_exceptions()
        client = Counting("client")
        client, server, listening = await connect(
            client=client, server=Recorder("server", data=False)
        )
        server.transport.pause_reading()
        print("before")
        client.transport.write(b"x" * 10_000_000)
        print("after")
        client.transport.abort()
        server.transport.abort()
        await client.lost
        await server.lost
        await end(server=listening)

    asyncio.run(main())


@scenario("X5")
def writes_after_a_lost_connection_are_dropped():
    async def main():
        client, server, listening = await connect()
        client.transport.abort()
        for _ in range(3):
            client.transport.write(b"x")
        await client.lost
        client.transport.write(b"x")
        print(client.transport.get_write_buffer_size())
        await end(server, server=listening)

    asyncio.run(main())


@scenario("X5")
def writelines_keeps_the_order():
    async def main():
        client, server, listening = await connect()
        client.transport.writelines([b"one ", b"", b"two ", b"three"])
        while len(server.received) < 13:
            await asyncio.sleep(0.001)
        await end(client, server, server=listening)

    asyncio.run(main())


@scenario("X6")
def pausing_twice_is_pausing_once():
    async def main():
        client, server, listening = await connect()
        transport = server.transport
        print(transport.is_reading())
        transport.pause_reading()
        transport.pause_reading()
        print(transport.is_reading())
        client.transport.write(b"hello")
        await asyncio.sleep(0.02)
        print(len(server.received))
        transport.resume_reading()
        transport.resume_reading()
        print(transport.is_reading())
        while not server.received:
            await asyncio.sleep(0.001)
        transport.close()
        print(transport.is_reading())
        await server.lost
        await client.lost
        await end(server=listening)

    asyncio.run(main())


@scenario("X6")
def pausing_in_connection_made_keeps_all_data_back():
    class Paused(Recorder):
        def connection_made(self, transport):
            transport.pause_reading()
            super().connection_made(transport)

    async def main():
        client, server, listening = await connect(server=Paused("server"))
        client.transport.write(b"hello")
        await asyncio.sleep(0.02)
        print("nothing yet", len(server.received))
        server.transport.resume_reading()
        while not server.received:
            await asyncio.sleep(0.001)
        await end(client, server, server=listening)

    asyncio.run(main())


@scenario("X6")
def another_protocol_can_take_over():
    class Buffered(asyncio.BufferedProtocol):
        def __init__(self):
            self.buffer = bytearray(3)
            self.done = asyncio.get_running_loop().create_future()

        def get_buffer(self, sizehint):
            return self.buffer

        def buffer_updated(self, nbytes):
            print("buffered", bytes(self.buffer[:nbytes]).decode())

        def eof_received(self):
            print("buffered eof")

        def connection_lost(self, exc):
            print("buffered lost", exc)
            self.done.set_result(None)

    async def main():
        client, server, listening = await connect()
        client.transport.write(b"one")
        while not server.received:
            await asyncio.sleep(0.001)
        second = Buffered()
        server.transport.set_protocol(second)
        print(server.transport.get_protocol() is second)
        client.transport.write(b"twofor")
        client.transport.close()
        await second.done
        await client.lost
        await end(server=listening)

    asyncio.run(main())


@scenario("X6")
def an_empty_buffer_is_fatal():
    class Empty(asyncio.BufferedProtocol):
        def __init__(self):
            self.lost = asyncio.get_running_loop().create_future()

        def get_buffer(self, sizehint):
            return bytearray()

        def connection_lost(self, exc):
            print("lost", kind(exc))
            self.lost.set_result(None)

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: print("handler", kind(context["exception"])))
        server = Empty()
        listening = await loop.create_server(lambda: server, "127.0.0.1", 0)
        transport, _ = await loop.create_connection(
            asyncio.Protocol, *listening.sockets[0].getsockname()
        )
        transport.write(b"x")
        await server.lost
        transport.abort()
        await end(server=listening)

    asyncio.run(main())


@scenario("X10")
def a_port_in_use_is_told():
    async def main():
        loop = asyncio.get_running_loop()
        first = await loop.create_server(lambda: None, "127.0.0.1", 0)
        port = first.sockets[0].getsockname()[1]
        try:
            await loop.create_server(lambda: None, "127.0.0.1", port)
        except OSError as exc:
            print("address" in str(exc), str(port) in str(exc))
        await end(server=first)

    asyncio.run(main())


@scenario("X10")
def a_duplicate_address_is_bound_once():
    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: None, ["127.0.0.1", "127.0.0.1"], 0)
        print(len(server.sockets))
        await end(server=server)

    asyncio.run(main())


@scenario("X11")
def a_closed_server_leaves_its_clients_alone():
    async def main():
        client, server, listening = await connect()
        print(listening.is_serving(), len(listening.sockets))
        listening.close()
        listening.close()
        print(listening.is_serving(), len(listening.sockets))
        client.transport.write(b"still there")
        while not server.received:
            await asyncio.sleep(0.001)
        waiting = asyncio.create_task(listening.wait_closed())
        await pause(3)
        print("waiting", not waiting.done())
        client.transport.close()
        await waiting
        await client.lost

    asyncio.run(main())


@scenario("X11")
def wait_closed_waits_for_close_too():
    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: None, "127.0.0.1", 0)
        waiting = asyncio.create_task(server.wait_closed())
        await pause(3)
        print(waiting.done())
        server.close()
        await waiting
        await server.wait_closed()
        print("closed")

    asyncio.run(main())


@scenario("X11")
def close_clients_flushes_and_abort_clients_does_not():
    async def main():
        for abort in (False, True):
            client, server, listening = await connect(client=Recorder("client", data=False))
            server.transport.set_write_buffer_limits(high=100_000_000)
            client.transport.pause_reading()
            server.transport.write(b"x" * 10_000_000)
            listening.close()
            if abort:
                listening.abort_clients()
            else:
                listening.close_clients()
            client.transport.resume_reading()
            await client.lost
            await server.lost
            print(len(client.received) == 10_000_000)
            await listening.wait_closed()

    asyncio.run(main())


@scenario("X11")
def serve_forever_ends_with_its_task():
    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: None, "127.0.0.1", 0, start_serving=False)
        print(server.is_serving())
        task = asyncio.create_task(server.serve_forever())
        await pause(2)
        print(server.is_serving())
        try:
            await server.serve_forever()
        except RuntimeError:
            print("refused")
        task.cancel()
        print(await outcome(task))
        print(server.is_serving(), len(server.sockets))
        try:
            await server.serve_forever()
        except RuntimeError:
            print("refused")

    asyncio.run(main())


@scenario("X11")
def close_ends_serve_forever():
    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: None, "127.0.0.1", 0)
        task = asyncio.create_task(server.serve_forever())
        await pause(2)
        server.close()
        print(await outcome(task))

    asyncio.run(main())


@scenario(
    "X11",
    since=(3, 14),
    expected="""\
server made
client made
server lost None
client eof
CancelledError
client lost None
""",
)
def a_cancelled_serve_forever_closes_its_clients():
    async def main():
        client, server, listening = await connect()
        task = asyncio.create_task(listening.serve_forever())
        await pause(2)
        task.cancel()
        print(await outcome(task))
        await client.lost

    asyncio.run(main())


@scenario("X9")
def iterations_of_making_a_server():
    async def main():
        loop = asyncio.get_running_loop()
        clock = Clock(loop)
        for options in ({}, {"start_serving": False}):
            start = clock.ticks
            server = await loop.create_server(lambda: None, "127.0.0.1", 0, **options)
            print(clock.ticks - start)
            start = clock.ticks
            await server.start_serving()
            print(clock.ticks - start)
            server.close()
            await server.wait_closed()
            start = clock.ticks
            await server.wait_closed()
            print(clock.ticks - start)
        hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
        start = clock.ticks
        server = await loop.create_server(lambda: None, hosts, 0)
        print(clock.ticks - start, len(server.sockets))
        server.close()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            start = clock.ticks
            server = await loop.create_server(lambda: None, sock=listening)
            print(clock.ticks - start)
            server.close()

    asyncio.run(main())


@scenario("X9")
def iterations_of_waiting_for_a_closed_server():
    async def main():
        loop = asyncio.get_running_loop()
        clock = Clock(loop)
        server = await loop.create_server(lambda: None, "127.0.0.1", 0)

        async def close():
            server.close()
            return clock.ticks

        closing = asyncio.create_task(close())
        await server.wait_closed()
        print(clock.ticks - await closing)

    asyncio.run(main())


@scenario("X1")
def iterations_of_accepting_a_connection():
    async def main():
        loop = asyncio.get_running_loop()
        clock = Clock(loop)
        ticks = {}
        connected = loop.create_future()

        class Server(asyncio.Protocol):
            def connection_made(self, transport):
                ticks["made"] = clock.ticks
                transport.close()
                connected.set_result(None)

        def factory():
            ticks["factory"] = clock.ticks
            return Server()

        server = await loop.create_server(factory, "127.0.0.1", 0)
        with socket.create_connection(server.sockets[0].getsockname()):
            start = clock.ticks
            await connected
        # the connection is there already: it is accepted in the next iteration
        print(ticks["factory"] - start, ticks["made"] - start)
        server.close()
        await server.wait_closed()

    asyncio.run(main())


@scenario("X9")
def a_factory_that_fails_stops_nobody_else():
    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: None)  # told in debug mode alone
        good = Recorder("server")
        protocols = [Oops("no protocol"), good]

        def factory():
            protocol = protocols.pop(0)
            if isinstance(protocol, Exception):
                raise protocol
            return protocol

        listening = await loop.create_server(factory, "127.0.0.1", 0)
        address = listening.sockets[0].getsockname()
        first, _ = await loop.create_connection(asyncio.Protocol, *address)
        first.close()
        _, second = await loop.create_connection(lambda: Recorder("second"), *address)
        await good.made
        await end(second, good, server=listening)

    asyncio.run(main())


@scenario("X12")
def a_refused_connection_is_one_error():
    async def main():
        loop = asyncio.get_running_loop()
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            try:
                await loop.create_connection(lambda: None, "127.0.0.1", port)
            except OSError as exc:
                print("Connect call failed" in str(exc), str(port) in str(exc))
            try:
                await loop.create_connection(lambda: None, "127.0.0.1", port, all_errors=True)
            except ExceptionGroup as group:
                print(len(group.exceptions))

    asyncio.run(main())


@scenario("X12")
def a_given_socket_is_used():
    async def main():
        loop = asyncio.get_running_loop()
        server = Recorder("server")
        listening = await loop.create_server(lambda: server, "127.0.0.1", 0)
        sock = socket.create_connection(listening.sockets[0].getsockname())
        _, client = await loop.create_connection(lambda: Recorder("client"), sock=sock)
        await server.made
        await end(client, server, server=listening)

    asyncio.run(main())


@scenario("X1")
def an_accepted_socket_becomes_a_transport():
    async def main():
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            other = socket.create_connection(listening.getsockname())
            connection, _ = listening.accept()
            transport, server = await loop.connect_accepted_socket(
                lambda: Recorder("server"), connection
            )
            print("connected", transport is server.transport)
            other.sendall(b"hello")
            while not server.received:
                await asyncio.sleep(0.001)
            other.close()
            await server.lost

    asyncio.run(main())
