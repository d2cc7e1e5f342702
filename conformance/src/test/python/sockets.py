"""What the loop does with bare sockets: rules L15 and X15, and names to addresses."""

import asyncio
import contextlib
import socket
import tempfile

from harness import *

HOST = "127.0.0.1"


@contextlib.contextmanager
def pair():
    """Two connected sockets."""
    left, right = socket.socketpair()
    left.setblocking(False)
    right.setblocking(False)
    with left, right:
        yield left, right


def listening():
    sock = socket.socket()
    sock.bind((HOST, 0))
    sock.listen()
    sock.setblocking(False)
    return sock


def datagrams():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((HOST, 0))
    sock.setblocking(False)
    return sock


def client():
    sock = socket.socket()
    sock.setblocking(False)
    return sock


async def until(condition):
    while not condition():
        await asyncio.sleep(0)


# ---- callbacks -------------------------------------------------------------------------------


@scenario("L15")
def a_reader_runs_in_each_iteration_while_there_is_something():
    async def main():
        loop = asyncio.get_running_loop()
        seen = []
        with pair() as (left, right):
            loop.add_reader(left, seen.append, 1)
            await asyncio.sleep(0.01)
            print(len(seen))
            right.send(b"x")
            await until(lambda: len(seen) >= 3)
            left.recv(10)
            await asyncio.sleep(0.01)
            before = len(seen)
            await asyncio.sleep(0.01)
            print(len(seen) == before)
            print(loop.remove_reader(left))

    asyncio.run(main())


@scenario("L15")
def removing_tells_whether_there_was_something():
    async def main():
        loop = asyncio.get_running_loop()
        with pair() as (left, _):
            print(loop.remove_reader(left), loop.remove_writer(left))
            loop.add_reader(left, print)
            print(loop.remove_writer(left))
            print(loop.remove_reader(left), loop.remove_reader(left))
            loop.add_writer(left, print)
            print(loop.remove_reader(left))
            print(loop.remove_writer(left), loop.remove_writer(left))

    asyncio.run(main())


@scenario("L15")
def a_second_reader_replaces_the_first():
    async def main():
        loop = asyncio.get_running_loop()
        seen = []
        with pair() as (left, right):
            loop.add_reader(left, seen.append, "first")
            loop.add_reader(left, seen.append, "second")
            right.send(b"x")
            await until(lambda: seen)
            print(seen[0], "first" in seen)
            loop.remove_reader(left)

    asyncio.run(main())


@scenario("L15")
def what_is_queued_already_can_be_taken_back():
    async def main():
        loop = asyncio.get_running_loop()
        seen = []
        with pair() as (a, to_a), pair() as (b, to_b):

            def remove_both():
                seen.append("one")
                print(loop.remove_reader(a), loop.remove_reader(b))

            to_a.send(b"x")
            to_b.send(b"x")
            loop.add_reader(a, remove_both)
            loop.add_reader(b, remove_both)
            await until(lambda: seen)
            await pause(3)
            print(len(seen))

    asyncio.run(main())


@scenario("L15")
def what_is_queued_already_can_be_replaced():
    async def main():
        loop = asyncio.get_running_loop()
        seen = []
        with pair() as (a, to_a), pair() as (b, to_b):

            def replace(own, other):
                seen.append("replaces")
                loop.remove_reader(own)
                loop.add_reader(other, last, other)

            def last(own):
                seen.append("replacement")
                loop.remove_reader(own)

            to_a.send(b"x")
            to_b.send(b"x")
            loop.add_reader(a, replace, a, b)
            loop.add_reader(b, replace, b, a)
            await until(lambda: len(seen) > 1)
            await pause(3)
            print(seen)

    asyncio.run(main())


@scenario("L15")
def reader_and_writer_of_a_socket_are_independent():
    async def main():
        loop = asyncio.get_running_loop()
        seen = set()
        with pair() as (left, right):
            loop.add_reader(left, seen.add, "reader")
            loop.add_writer(left, seen.add, "writer")
            await until(lambda: seen)
            print(sorted(seen))
            loop.remove_writer(left)
            seen.clear()
            right.send(b"x")
            await until(lambda: seen)
            print(sorted(seen))
            loop.remove_reader(left)

    asyncio.run(main())


@scenario("L15")
def a_reader_that_fails_is_reported_and_stays():
    async def main():
        loop = asyncio.get_running_loop()
        report(loop)
        seen = []
        with pair() as (left, right):

            def fails():
                seen.append(1)
                if len(seen) == 2:
                    loop.remove_reader(left)
                raise Oops(len(seen))

            loop.add_reader(left, fails)
            right.send(b"x")
            await until(lambda: len(seen) == 2)

    asyncio.run(main())


@scenario("L15")
def the_socket_of_a_transport_is_refused():
    async def main():
        loop = asyncio.get_running_loop()
        sock = datagrams()
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, sock=sock)

        def refused(call, *args):
            return attempt(lambda: call(*args)).partition(":")[0]

        print(refused(loop.add_reader, sock, print), refused(loop.remove_reader, sock))
        print(refused(loop.add_writer, sock, print), refused(loop.remove_writer, sock))
        transport.close()
        await pause(2)

    asyncio.run(main())


@scenario("L15")
def a_writer_is_told_when_a_connect_has_ended():
    async def main():
        loop = asyncio.get_running_loop()
        with listening() as server, client() as sock:
            connected = loop.create_future()

            def writable():
                loop.remove_writer(sock)
                connected.set_result(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0)

            with contextlib.suppress(BlockingIOError):
                sock.connect(server.getsockname())
            loop.add_writer(sock, writable)
            print(await connected)

    asyncio.run(main())


# ---- coroutines ------------------------------------------------------------------------------


@scenario("X15")
def recv_takes_what_there_is_or_waits():
    async def main():
        loop = asyncio.get_running_loop()
        with pair() as (left, right):
            right.send(b"hello")
            await asyncio.sleep(0.01)
            loop.call_soon(print, "an iteration")
            print((await loop.sock_recv(left, 3)).decode())
            print((await loop.sock_recv(left, 100)).decode())
            task = asyncio.create_task(loop.sock_recv(left, 100))
            await asyncio.sleep(0.01)
            print(task.done())
            await loop.sock_sendall(right, b"later")
            print((await task).decode())

    asyncio.run(main())


@scenario("X15")
def recv_at_the_end_gives_nothing():
    async def main():
        loop = asyncio.get_running_loop()
        with pair() as (left, right):
            task = asyncio.create_task(loop.sock_recv(left, 100))
            await pause()
            right.close()
            print(len(await task))
            print(len(await loop.sock_recv(left, 100)))

    asyncio.run(main())


@scenario("X15")
def recv_into_fills_a_buffer():
    async def main():
        loop = asyncio.get_running_loop()
        with pair() as (left, right):
            buffer = bytearray(10)
            task = asyncio.create_task(loop.sock_recv_into(left, buffer))
            await pause()
            right.send(b"hello")
            n = await task
            print(n, buffer[:n].decode())

    asyncio.run(main())


@scenario("X15")
def a_cancelled_recv_takes_nothing():
    async def main():
        loop = asyncio.get_running_loop()
        with pair() as (left, right):
            task = asyncio.create_task(loop.sock_recv(left, 100))
            await pause()
            right.send(b"kept")
            print(task.cancel(), await outcome(task))
            print(loop.remove_reader(left))
            print((await loop.sock_recv(left, 100)).decode())

    asyncio.run(main())


@scenario("X15")
def sendall_waits_until_all_is_sent():
    async def main():
        loop = asyncio.get_running_loop()
        with pair() as (left, right):
            size = 20_000_000
            task = asyncio.create_task(loop.sock_sendall(left, bytes(size)))
            await pause(2)
            print(task.done())
            received = 0
            while received < size:
                received += len(await loop.sock_recv(right, 1_000_000))
            print(await task, received)

    asyncio.run(main())


@scenario("X15")
def accept_and_connect():
    async def main():
        loop = asyncio.get_running_loop()
        with listening() as server, client() as sock:
            task = asyncio.create_task(loop.sock_accept(server))
            await pause()
            await loop.sock_connect(sock, ("localhost", server.getsockname()[1]))
            connection, address = await task
            with connection:
                print(address == sock.getsockname(), connection.getblocking())
                await loop.sock_sendall(sock, b"hello")
                print((await loop.sock_recv(connection, 100)).decode())

    asyncio.run(main())


@scenario("X15")
def a_cancelled_accept_leaves_the_connection():
    async def main():
        loop = asyncio.get_running_loop()
        with listening() as server, client() as sock:
            task = asyncio.create_task(loop.sock_accept(server))
            await pause()
            print(task.cancel(), await outcome(task))
            await loop.sock_connect(sock, server.getsockname())
            connection, address = await loop.sock_accept(server)
            connection.close()
            print(address == sock.getsockname())

    asyncio.run(main())


@scenario("X15")
def connect_to_nobody():
    async def main():
        loop = asyncio.get_running_loop()
        with listening() as server:
            nobody = server.getsockname()
        with client() as sock:
            try:
                await loop.sock_connect(sock, nobody)
            except OSError as exc:
                print("OSError", "Connect call failed" in str(exc))

    asyncio.run(main())


@scenario("X15")
def datagrams_with_their_senders():
    async def main():
        loop = asyncio.get_running_loop()
        with datagrams() as a, datagrams() as b:
            task = asyncio.create_task(loop.sock_recvfrom(b, 100))
            await pause()
            print(await loop.sock_sendto(a, b"hello", b.getsockname()))
            data, address = await task
            print(data.decode(), address == a.getsockname())
            await loop.sock_sendto(a, b"cut off", b.getsockname())
            data, _ = await loop.sock_recvfrom(b, 3)
            print(data.decode())
            await loop.sock_sendto(a, b"", b.getsockname())
            data, _ = await loop.sock_recvfrom(b, 3)
            print(len(data))
            await loop.sock_sendto(a, b"into", b.getsockname())
            buffer = bytearray(10)
            n, address = await loop.sock_recvfrom_into(b, buffer)
            print(n, buffer[:n].decode(), address == a.getsockname())

    asyncio.run(main())


@scenario("X15")
def a_blocking_socket_is_refused_in_debug_mode():
    async def main():
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        with socket.socket() as sock, datagrams() as udp:
            udp.setblocking(True)
            for waiting in (
                loop.sock_recv(sock, 1),
                loop.sock_sendall(sock, b"x"),
                loop.sock_connect(sock, (HOST, 1)),
                loop.sock_recvfrom(udp, 1),
                loop.sock_sendto(udp, b"x", (HOST, 1)),
            ):
                print((await outcome(waiting)).partition(":")[0])

    asyncio.run(main())


@scenario("X15")
def sendfile_sends_a_part_or_all():
    async def main():
        loop = asyncio.get_running_loop()
        with pair() as (left, right), tempfile.TemporaryFile() as file:
            file.write(b"0123456789")
            file.flush()
            print(await loop.sock_sendfile(left, file, 2, 5), file.tell())
            print((await loop.sock_recv(right, 100)).decode())
            print(await loop.sock_sendfile(left, file, 7), file.tell())
            print((await loop.sock_recv(right, 100)).decode())
            print(await outcome(loop.sock_sendfile(left, file, -1)))
            print(await outcome(loop.sock_sendfile(left, file, 0, 0)))

    asyncio.run(main())


# ---- names -----------------------------------------------------------------------------------


@scenario("X15")
def names_and_addresses():
    async def main():
        loop = asyncio.get_running_loop()
        infos = await loop.getaddrinfo(HOST, 80, family=socket.AF_INET, type=socket.SOCK_STREAM)
        print(*(f"{host}:{port}" for *_, (host, port) in infos))
        name, _ = await loop.getnameinfo((HOST, 80), socket.NI_NUMERICHOST)
        print(len(name) > 0)
        try:
            await loop.getaddrinfo("no-such-host.invalid", 80)
        except OSError:
            print("OSError")

    asyncio.run(main())
