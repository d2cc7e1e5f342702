"""TLS: rules X8, X2 and R8."""

import asyncio
import contextlib
import pathlib
import ssl

from harness import *

CERTIFICATES = pathlib.Path(__file__).parent / "certificates"


def server_context(client_certificates=False):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=CERTIFICATES / "ca.pem")
    context.load_cert_chain(CERTIFICATES / "cert.pem", CERTIFICATES / "key.pem")
    if client_certificates:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(certificate=False):
    context = ssl.create_default_context(cafile=CERTIFICATES / "ca.pem")
    if certificate:
        context.load_cert_chain(CERTIFICATES / "cert.pem", CERTIFICATES / "key.pem")
    return context


class Recorder(asyncio.Protocol):
    """Keeps what it is told: the two sides are told at the same time."""

    def __init__(self, keep_open=False, paused=False):
        self.keep_open = keep_open
        self.paused = paused
        self.calls = []
        self.received = bytearray()
        self.transport = None
        loop = asyncio.get_running_loop()
        self.made = loop.create_future()
        self.lost = loop.create_future()

    def connection_made(self, transport):
        self.calls.append("made")
        self.transport = transport
        if self.paused:
            transport.pause_reading()
        self.made.set_result(None)

    def data_received(self, data):
        if self.calls[-1] != "data":
            self.calls.append("data")
        self.received += data

    def eof_received(self):
        self.calls.append("eof")
        return self.keep_open

    def connection_lost(self, exc):
        self.calls.append(f"lost {describe(exc) if exc else None}")
        self.lost.set_result(None)

    async def received_so_much(self, count):
        while len(self.received) < count:
            await asyncio.sleep(0.001)


class Echo(Recorder):
    def data_received(self, data):
        super().data_received(data)
        self.transport.write(data)


@contextlib.asynccontextmanager
async def serving(server, context=None):
    """A server with one protocol for its one client; gives the port."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: server, "127.0.0.1", 0, ssl=context or server_context()
    )
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def connect(client, port, context=None, **options):
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(
        lambda: client, "localhost", port, ssl=context or client_context(), **options
    )
    return transport


@scenario("X8")
def connection_made_comes_after_the_handshake():
    async def main():
        client, server = Recorder(), Recorder()
        async with serving(server) as port:
            transport = await connect(client, port)
            print(client.calls, transport is client.transport)
            print(transport.get_extra_info("ssl_object").version())
            print(transport.get_extra_info("sslcontext") is not None)
            print(transport.get_extra_info("peername")[1] == port)
            print(transport.get_extra_info("socket") is not None)
            print(transport.get_protocol() is client, transport.is_closing(), transport.is_reading())
            transport.abort()
            print(transport.is_closing())
            await client.lost
            print(client.calls)

    asyncio.run(main())


@scenario("X8")
def bytes_arrive_in_order():
    async def main():
        client, server = Recorder(), Echo()
        async with serving(server) as port:
            transport = await connect(client, port)
            expected = b""
            for i in range(300):
                transport.write(b"%d " % i)
                transport.writelines([b"a ", b"", b"b "])
                expected += b"%d a b " % i
            transport.write(b"x" * 1_000_000)
            expected += b"x" * 1_000_000
            await client.received_so_much(len(expected))
            print(len(client.received), client.received == expected)
            transport.close()
            await client.lost
            await server.lost
            print(client.calls, server.calls)

    asyncio.run(main())


@scenario("X8")
def close_is_a_regular_end_for_both_sides():
    async def main():
        client, server = Recorder(), Recorder()
        async with serving(server) as port:
            transport = await connect(client, port)
            transport.write(b"last words")
            transport.close()
            print(transport.is_closing())
            transport.write(b"too late")
            await client.lost
            await server.lost
            print(server.received.decode())
            print(client.calls, server.calls)

    asyncio.run(main())


@scenario("X8")
def the_server_may_close_first():
    async def main():
        client, server = Recorder(), Recorder()
        async with serving(server) as port:
            await connect(client, port)
            await server.made
            server.transport.write(b"bye")
            server.transport.close()
            await client.lost
            await server.lost
            print(client.received.decode())
            print(client.calls, server.calls)

    asyncio.run(main())


@scenario("X2")
def eof_received_cannot_keep_tls_open():
    async def main():
        client, server = Recorder(), Recorder(keep_open=True)
        async with serving(server) as port:
            transport = await connect(client, port)
            await server.made
            transport.close()
            await client.lost
            await server.lost
            print(client.calls, server.calls)

    asyncio.run(main())


@scenario("X2")
def tls_has_no_write_eof():
    async def main():
        client, server = Recorder(), Recorder()
        async with serving(server) as port:
            transport = await connect(client, port)
            print(transport.can_write_eof())
            try:
                transport.write_eof()
            except NotImplementedError:
                print("refused")
            transport.close()
            await client.lost
            print(client.calls)

    asyncio.run(main())


@scenario("X8")
def tls_has_limits_of_its_own():
    async def main():
        client, server = Recorder(), Recorder()
        async with serving(server) as port:
            transport = await connect(client, port)
            print(transport.get_write_buffer_limits(), transport.get_write_buffer_size())
            transport.set_write_buffer_limits(high=4000)
            print(transport.get_write_buffer_limits())
            print(attempt(lambda: transport.set_write_buffer_limits(high=1, low=2)))
            transport.set_read_buffer_limits(high=8000)
            print(transport.get_read_buffer_size())
            transport.abort()
            await client.lost

    asyncio.run(main())


@scenario("X8")
def a_handshake_that_takes_too_long_is_aborted():
    async def main():
        async def silent(reader, writer):
            await reader.read()
            writer.close()

        listening = await asyncio.start_server(silent, "127.0.0.1", 0)
        client = Recorder()
        try:
            await connect(
                client, listening.sockets[0].getsockname()[1], ssl_handshake_timeout=0.05
            )
        except OSError as exc:
            print(exc)
        print(client.calls)
        listening.close()
        await listening.wait_closed()

    asyncio.run(main())


@scenario("X8")
def a_peer_that_does_not_answer_the_end_is_aborted():
    async def main():
        client, server = Recorder(), Recorder(paused=True)
        async with serving(server) as port:
            transport = await connect(client, port, ssl_shutdown_timeout=0.05)
            await server.made
            transport.close()
            await client.lost
            print(str(client.calls).replace("TimeoutError", "error"))  # Java: an SSLException
            server.transport.abort()
            await server.lost

    asyncio.run(main())


@scenario("X8")
def the_certificate_must_be_for_the_host():
    async def main():
        for hostname in "localhost", "wrong.example":
            client, server = Recorder(), Recorder()
            async with serving(server) as port:
                try:
                    await connect(client, port, server_hostname=hostname)
                    client.transport.close()
                    await client.lost
                except ssl.SSLError:
                    print("refused")
                print(hostname, client.calls)

    asyncio.run(main())


@scenario("X8")
def the_authority_must_be_known():
    async def main():
        client, server = Recorder(), Recorder()
        async with serving(server) as port:
            try:
                await connect(client, port, ssl.create_default_context())
            except ssl.SSLError:
                print("refused")
            print(client.calls, server.calls)

    asyncio.run(main())


@scenario("X8")
def an_address_is_checked_like_a_name():
    async def main():
        client, server = Recorder(), Recorder()
        async with serving(server) as port:
            await connect(client, port, server_hostname="127.0.0.1")
            client.transport.close()
            await client.lost
            print(client.calls)

    asyncio.run(main())


@scenario("X8")
def the_application_protocol_is_negotiated():
    async def main():
        for offered in ["http/1.1", "h2"], ["h3"]:
            client, server = Recorder(), Recorder()
            context = server_context()
            if offered != ["h3"]:
                context.set_alpn_protocols(["h2", "http/1.1"])
            async with serving(server, context) as port:
                context = client_context()
                context.set_alpn_protocols(offered)
                transport = await connect(client, port, context)
                print(transport.get_extra_info("ssl_object").selected_alpn_protocol() or "none")
                transport.abort()
                await client.lost

    asyncio.run(main())


@scenario("X8")
def the_client_can_show_a_certificate():
    async def main():
        client, server = Recorder(), Echo()
        async with serving(server, server_context(client_certificates=True)) as port:
            transport = await connect(client, port, client_context(certificate=True))
            transport.write(b"x")
            await client.received_so_much(1)
            peer = server.transport.get_extra_info("peercert")
            print("CN=" + peer["subject"][0][0][1])
            transport.close()
            await client.lost

    asyncio.run(main())


@scenario("X9")
def garbage_does_not_stop_the_server():
    async def main():
        protocols = []

        def factory():
            protocols.append(Echo())
            return protocols[-1]

        loop = asyncio.get_running_loop()
        listening = await loop.create_server(factory, "127.0.0.1", 0, ssl=server_context())
        port = listening.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            await reader.read()
        except OSError:
            pass
        writer.close()
        client = Recorder()
        transport = await connect(client, port)
        transport.write(b"hello")
        await client.received_so_much(5)
        print([protocol.calls for protocol in protocols])
        transport.close()
        await client.lost
        listening.close()
        await listening.wait_closed()

    asyncio.run(main())


@scenario("X6")
def paused_reading_holds_everything_back():
    async def main():
        client, server = Recorder(), Recorder()
        async with serving(server) as port:
            transport = await connect(client, port)
            await server.made
            transport.pause_reading()
            server.transport.write(b"hello")
            while transport.get_read_buffer_size() == 0:
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.01)
            print(client.calls, transport.is_reading())
            transport.resume_reading()
            print(client.calls, transport.is_reading())
            await client.received_so_much(5)
            print(client.calls, client.received.decode())
            transport.abort()
            await client.lost

    asyncio.run(main())


@scenario("X6")
def a_buffered_protocol_gets_its_pieces():
    class Sipper(asyncio.BufferedProtocol):
        def __init__(self):
            self.cup = bytearray(5)
            self.received = b""
            self.all = asyncio.get_running_loop().create_future()

        def get_buffer(self, sizehint):
            return self.cup

        def buffer_updated(self, nbytes):
            print("updated", self.cup[:nbytes].decode())
            self.received += self.cup[:nbytes]
            if len(self.received) == 13:
                self.all.set_result(None)

    async def main():
        client, server = Sipper(), Recorder()
        async with serving(server) as port:
            transport = await connect(client, port)
            await server.made
            server.transport.write(b"Hello, world!")
            await client.all
            transport.abort()
            await asyncio.sleep(0.01)

    asyncio.run(main())


@scenario("R8")
def streams_go_over_tls():
    async def main():
        async def lines(reader, writer):
            async for line in reader:
                writer.write(b"got " + line)
                await writer.drain()
            writer.close()

        listening = await asyncio.start_server(lines, "127.0.0.1", 0, ssl=server_context())
        port = listening.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port, ssl=client_context())
        writer.write(b"one\ntwo\n")
        print((await reader.readline()).decode().strip(), writer.can_write_eof())
        print((await reader.readline()).decode().strip())
        writer.close()
        await writer.wait_closed()
        print(await reader.read() == b"", reader.at_eof())
        listening.close()
        await listening.wait_closed()

    asyncio.run(main())


@scenario("R8")
def tls_can_start_later():
    async def main():
        async def handler(reader, writer):
            print("server", (await reader.readline()).decode().strip())
            writer.write(b"go ahead\n")
            await writer.start_tls(server_context())
            writer.write(b"secret " + await reader.readline())
            writer.close()
            await writer.wait_closed()

        listening = await asyncio.start_server(handler, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"STARTTLS\n")
        print("client", (await reader.readline()).decode().strip())
        print(writer.get_extra_info("ssl_object"))
        await writer.start_tls(client_context(), server_hostname="localhost")
        print(writer.get_extra_info("ssl_object").version())
        writer.write(b"line\n")
        print("client", (await reader.readline()).decode().strip())
        print(await reader.read() == b"", reader.at_eof())
        writer.close()
        await writer.wait_closed()
        listening.close()
        await listening.wait_closed()

    asyncio.run(main())


@scenario("X8")
def start_tls_tells_the_protocol_nothing():
    async def main():
        loop = asyncio.get_running_loop()
        client, server = Recorder(), Recorder()
        listening = await loop.create_server(lambda: server, "127.0.0.1", 0)
        await loop.create_connection(lambda: client, *listening.sockets[0].getsockname())
        await server.made
        secured = asyncio.create_task(
            loop.start_tls(server.transport, server, server_context(), server_side=True)
        )
        transport = await loop.start_tls(
            client.transport, client, client_context(), server_hostname="localhost"
        )
        server.transport = await secured
        print(client.calls, server.calls, transport is client.transport)
        print(transport.get_protocol() is client)
        transport.write(b"hello")
        await server.received_so_much(5)
        transport.close()
        await client.lost
        await server.lost
        print(client.calls, server.calls)
        listening.close()

    asyncio.run(main())
