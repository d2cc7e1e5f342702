"""Endpoints for datagrams: rule X13, and X3, X4 and X6 as far as they concern them."""

import asyncio
import socket

from harness import *

HOST = "127.0.0.1"


class Recorder(asyncio.DatagramProtocol):
    """Prints what it is told."""

    def __init__(self, name):
        self.name = name
        self.transport = None
        self.count = 0
        self.last = None
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        print(self.name, "made")

    def datagram_received(self, data, addr):
        print(self.name, "datagram", data.decode())
        self.count += 1
        self.last = addr

    def error_received(self, exc):
        print(self.name, "error", isinstance(exc, OSError))
        self.count += 1

    def connection_lost(self, exc):
        print(self.name, "lost", exc)
        self.lost.set_result(None)

    def address(self):
        return self.transport.get_extra_info("sockname")

    async def told(self, count):
        """Waits until it was told of so many datagrams and errors."""
        while self.count < count:
            await asyncio.sleep(0.001)


async def endpoint(protocol, **options):
    if not options:
        options["local_addr"] = (HOST, 0)
    loop = asyncio.get_running_loop()
    return (await loop.create_datagram_endpoint(lambda: protocol, **options))[1]


async def bound(name):
    return await endpoint(Recorder(name))


async def connected(name, other):
    return await endpoint(Recorder(name), remote_addr=other.address())


async def end(*protocols):
    """Closes and waits."""
    for protocol in protocols:
        protocol.transport.close()
        await protocol.lost


@scenario("X13")
def order_of_an_endpoint():
    async def main():
        a = await bound("a")
        print("created", a.transport.is_closing())
        b = await bound("b")
        a.transport.sendto(b"hello", b.address())
        await b.told(1)
        print(b.last == a.address())
        a.transport.close()
        print("closed", a.transport.is_closing())
        await a.lost
        await end(b)

    asyncio.run(main())


@scenario("X13")
def datagrams_keep_their_boundaries():
    async def main():
        a, b = await bound("a"), await bound("b")
        for text in ("one", "two", "", "four"):
            a.transport.sendto(text.encode(), b.address())
        await b.told(4)
        await end(a, b)

    asyncio.run(main())


@scenario("X13")
def one_datagram_is_received_in_an_iteration():
    class Scheduling(Recorder):
        def datagram_received(self, data, addr):
            super().datagram_received(data, addr)
            asyncio.get_running_loop().call_soon(print, "soon")

    async def main():
        a, b = await bound("a"), await endpoint(Scheduling("b"))
        b.transport.pause_reading()
        a.transport.sendto(b"1", b.address())
        a.transport.sendto(b"2", b.address())
        await asyncio.sleep(0.02)
        b.transport.resume_reading()
        await b.told(2)
        await end(a, b)

    asyncio.run(main())


@scenario("X13")
def an_unconnected_endpoint_answers_its_senders():
    async def main():
        server = await bound("server")
        one, two = await connected("one", server), await connected("two", server)
        for number, client in enumerate((one, two), 1):
            client.transport.sendto(b"ping")
            await server.told(number)
            server.transport.sendto(b"pong", server.last)
            await client.told(1)
        await end(one, two, server)

    asyncio.run(main())


@scenario("X13")
def a_connected_endpoint_hears_its_peer_alone():
    async def main():
        a, stranger = await bound("a"), await bound("stranger")
        b = await connected("b", a)
        stranger.transport.sendto(b"stranger", b.address())
        a.transport.sendto(b"peer", b.address())
        await b.told(1)
        await asyncio.sleep(0.01)
        print(b.count)
        await end(a, b, stranger)

    asyncio.run(main())


@scenario("X13")
def a_connected_endpoint_refuses_other_addresses():
    async def main():
        a = await bound("a")
        b = await connected("b", a)
        result = attempt(lambda: b.transport.sendto(b"x", b.address()))
        print(result.partition(":")[0], "Invalid address" in result)
        b.transport.sendto(b"named", a.address())
        b.transport.sendto(b"none", None)
        await a.told(2)
        await end(a, b)

    asyncio.run(main())


@scenario("X13")
def a_missing_peer_is_an_error_and_not_the_end():
    async def main():
        a = await bound("a")
        b = await connected("b", a)
        await end(a)
        b.transport.sendto(b"x")
        await b.told(1)
        print(b.transport.is_closing())
        again = await endpoint(Recorder("again"), local_addr=a.address())
        b.transport.sendto(b"back")
        await again.told(1)
        await end(again, b)

    asyncio.run(main())


@scenario("X13")
def too_long_a_datagram_is_an_error_at_once():
    async def main():
        a = await bound("a")
        print("before")
        a.transport.sendto(bytes(70_000), a.address())
        print("after")
        a.transport.sendto(b"short", a.address())
        await a.told(2)
        await end(a)

    asyncio.run(main())


@scenario("X3")
def close_and_abort_call_connection_lost_soon():
    async def main():
        for name in ("close", "abort"):
            a = await bound(name)
            getattr(a.transport, name)()
            getattr(a.transport, name)()
            print("called", a.transport.is_closing(), a.lost.done())
            await pause()
            print("an iteration later", a.lost.done())

    asyncio.run(main())


@scenario("X5")
def sendto_after_close_is_dropped_with_a_warning_from_the_fifth_on():
    async def main():
        a = await bound("a")
        b = await connected("b", a)
        await end(b)
        for number in range(7):
            with logs_counted() as count:
                b.transport.sendto(b"x")
            print(number + 1, count())
        await end(a)
        print(a.count)

    asyncio.run(main())


@contextlib.contextmanager
def logs_counted():
    """Counts what is logged."""
    seen = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = seen.append
    logging.getLogger("asyncio").addHandler(handler)
    try:
        yield lambda: len(seen)
    finally:
        logging.getLogger("asyncio").removeHandler(handler)


@scenario("X6")
def reading_can_be_paused():
    async def main():
        a, b = await bound("a"), await bound("b")
        b.transport.pause_reading()
        b.transport.pause_reading()
        print(b.transport.is_reading())
        a.transport.sendto(b"later", b.address())
        await asyncio.sleep(0.01)
        print("resume")
        b.transport.resume_reading()
        b.transport.resume_reading()
        print(b.transport.is_reading())
        await b.told(1)
        await end(a, b)
        print(b.transport.is_reading())

    asyncio.run(main())


@scenario("X4")
def water_marks():
    async def main():
        a = await bound("a")
        transport = a.transport
        print(*transport.get_write_buffer_limits(), transport.get_write_buffer_size())
        transport.set_write_buffer_limits(high=1000)
        print(*transport.get_write_buffer_limits())
        transport.set_write_buffer_limits(high=10, low=5)
        print(*transport.get_write_buffer_limits())
        print(attempt(lambda: transport.set_write_buffer_limits(high=1, low=2)))
        await end(a)

    asyncio.run(main())


@scenario("X13")
def an_endpoint_needs_an_address_or_a_family():
    async def main():
        loop = asyncio.get_running_loop()
        print(await outcome(loop.create_datagram_endpoint(lambda: Recorder("never"))))
        a = await endpoint(Recorder("a"), family=socket.AF_INET)
        print(a.transport.get_extra_info("peername"))
        b = await bound("b")
        a.transport.sendto(b"x", b.address())
        await b.told(1)
        await end(a, b)

    asyncio.run(main())


@scenario("X13")
def addresses_of_two_families_do_not_fit():
    async def main():
        loop = asyncio.get_running_loop()
        print(
            await outcome(
                loop.create_datagram_endpoint(
                    lambda: Recorder("never"), local_addr=(HOST, 0), remote_addr=("::1", 9)
                )
            )
        )

    asyncio.run(main())


@scenario("X13")
def a_port_in_use_is_an_error():
    async def main():
        a = await bound("a")
        try:
            await endpoint(Recorder("never"), local_addr=a.address())
        except OSError:
            print("OSError")
        await end(a)

    asyncio.run(main())


@scenario("X13")
def two_may_share_a_port_if_both_allow_it():
    async def main():
        a = await endpoint(Recorder("a"), local_addr=(HOST, 0), reuse_port=True)
        b = await endpoint(Recorder("b"), local_addr=a.address(), reuse_port=True)
        print(a.address() == b.address())
        await end(a, b)

    asyncio.run(main())


@scenario("X13")
def with_broadcast_allowed_the_remote_address_is_not_connected_to():
    async def main():
        a, stranger = await bound("a"), await bound("stranger")
        b = await endpoint(
            Recorder("b"), local_addr=(HOST, 0), remote_addr=a.address(), allow_broadcast=True
        )
        print(b.transport.get_extra_info("peername"))
        b.transport.sendto(b"to the remote address")
        await a.told(1)
        result = attempt(lambda: b.transport.sendto(b"x", stranger.address()))
        print(result.partition(":")[0])
        stranger.transport.sendto(b"heard", b.address())
        await b.told(1)
        await end(a, b, stranger)

    asyncio.run(main())


@scenario("X13")
def a_protocol_that_fails_is_reported_and_goes_on():
    class Failing(Recorder):
        def datagram_received(self, data, addr):
            super().datagram_received(data, addr)
            raise Oops(data.decode())

    async def main():
        report(asyncio.get_running_loop())
        a, b = await bound("a"), await endpoint(Failing("b"))
        for number in (1, 2):
            a.transport.sendto(b"%d" % number, b.address())
            await b.told(number)
        await pause()
        print(b.transport.is_closing())
        await end(a, b)

    asyncio.run(main())


@scenario("X6")
def a_new_protocol_is_told_of_what_follows():
    async def main():
        a, b = await bound("a"), await bound("b")
        other = Recorder("other")
        other.transport = b.transport
        b.transport.set_protocol(other)
        print(b.transport.get_protocol() is other)
        a.transport.sendto(b"x", b.address())
        await other.told(1)
        await end(other, a)
        print(b.lost.done())

    asyncio.run(main())


@scenario("X13")
def a_given_socket_is_used_as_it_is():
    async def main():
        a = await bound("a")
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect(a.address())
        b = await endpoint(Recorder("b"), sock=sock)
        print(b.transport.get_extra_info("peername") == a.address())
        b.transport.sendto(b"x")
        await a.told(1)
        a.transport.sendto(b"y", b.address())
        await b.told(1)
        await end(a, b)

    asyncio.run(main())
