"""StreamReader, fed by hand: rules R1 to R4."""

import asyncio

from harness import *


class FakeTransport(asyncio.Transport):
    """Prints when reading is paused and resumed."""

    def __init__(self):
        super().__init__()
        self.pausable = True

    def pause_reading(self):
        print("pause")
        if not self.pausable:
            raise NotImplementedError

    def resume_reading(self):
        print("resume")


def reader_of(*pieces, limit=2**16, eof=False):
    """A reader that has received the pieces."""
    reader = asyncio.StreamReader(limit=limit)
    for piece in pieces:
        reader.feed_data(piece)
    if eof:
        reader.feed_eof()
    return reader


def feed_later(reader, *pieces, eof=False):
    """Feeds a piece in each of the next iterations, and then the end."""

    async def feed():
        for piece in pieces:
            await pause()
            print("feed", piece)
            reader.feed_data(piece)
        if eof:
            await pause()
            print("feed eof")
            reader.feed_eof()

    return asyncio.create_task(feed())


# ---- R1: flow control ------------------------------------------------------------------------


@scenario("R1")
def reading_is_paused_above_twice_the_limit():
    async def main():
        reader = asyncio.StreamReader(limit=4)
        reader.set_transport(FakeTransport())
        reader.feed_data(b"01234567")
        print("twice the limit")
        reader.feed_data(b"8")
        print("above")
        reader.feed_data(b"9")
        print(await reader.read(5))
        print(await reader.read(1))
        print(await reader.read(100))

    asyncio.run(main())


@scenario("R1")
def every_way_of_reading_resumes():
    async def main():
        for method in "readexactly", "readuntil", "readline", "line over the limit":
            print(method)
            reader = asyncio.StreamReader(limit=3)
            reader.set_transport(FakeTransport())
            reader.feed_data(b"123\n4567\n")
            if method == "readexactly":
                print(await reader.readexactly(8))
            elif method == "readuntil":
                print(await reader.readuntil(b"3\n"))
                print(await reader.read(3))
            elif method == "readline":
                print(await reader.readline())
                print(await reader.read(3))
            else:
                print(await reader.readline())
                try:
                    await reader.readline()
                except Exception as exc:
                    print(exc)

    asyncio.run(main())


@scenario("R1")
def a_read_that_waits_resumes():
    async def main():
        reader = asyncio.StreamReader(limit=2)
        reader.set_transport(FakeTransport())
        reader.feed_data(b"01234")
        feed_later(reader, b"56789")
        print(await reader.readexactly(10))

    asyncio.run(main())


@scenario("R1")
def readexactly_may_want_more_than_the_limit():
    async def main():
        reader = asyncio.StreamReader(limit=2)
        feed_later(reader, *[b"0123456789"] * 3)
        print(await reader.readexactly(25))
        print(await reader.read(100))

    asyncio.run(main())


@scenario("R1")
def a_transport_that_cannot_be_paused_is_asked_once():
    async def main():
        reader = asyncio.StreamReader(limit=2)
        transport = FakeTransport()
        transport.pausable = False
        reader.set_transport(transport)
        reader.feed_data(b"01234")
        reader.feed_data(b"56789")
        print(await reader.readexactly(10))

    asyncio.run(main())


# ---- R2: limits ------------------------------------------------------------------------------


async def over_limit(coro):
    """What a read that exceeds the limit says."""
    try:
        print(await coro)
    except asyncio.LimitOverrunError as exc:
        print(exc, exc.consumed)


@scenario("R2")
def readuntil_over_the_limit_takes_nothing():
    async def main():
        reader = reader_of(b"abcde#x", limit=3)
        await over_limit(reader.readuntil(b"#"))
        await over_limit(reader.readuntil(b"##"))
        await over_limit(reader.readuntil(b"###"))
        print(await reader.read(100))

    asyncio.run(main())


@scenario("R2")
def the_separator_does_not_count():
    async def main():
        print(await reader_of(b"abc#", limit=3).readuntil(b"#"))
        print(await reader_of(b"abc####", limit=3).readuntil(b"####"))
        print(await reader_of(b"abc\n", limit=3).readline())
        await over_limit(reader_of(b"abcd#", limit=3).readuntil(b"#"))

    asyncio.run(main())


@scenario("R2")
def readuntil_finds_out_about_the_limit_while_it_waits():
    async def main():
        reader = reader_of(b"ab", limit=3)
        feed_later(reader, b"c", b"d", b"e")
        await over_limit(reader.readuntil(b"#"))
        print(await reader.read(100))

    asyncio.run(main())


@scenario("R2")
def readline_over_the_limit_drops_the_line():
    async def main():
        reader = reader_of(b"abcde\nok\nrest", limit=3)
        try:
            await reader.readline()
        except Exception as exc:
            print(exc)
        print(await reader.readline())
        print(await reader.read(100))

    asyncio.run(main())


@scenario("R2")
def readline_over_the_limit_without_newline_drops_all():
    async def main():
        reader = reader_of(b"abcde", limit=3)
        try:
            await reader.readline()
        except Exception as exc:
            print(exc)
        feed_later(reader, b"f\n")
        print(await reader.readline())

    asyncio.run(main())


@scenario("R2")
def iteration_ends_at_a_line_over_the_limit():
    async def main():
        reader = reader_of(b"abc\nabcde\nok\n", limit=3, eof=True)
        try:
            async for line in reader:
                print(line)
        except Exception as exc:
            print(exc)
        async for line in reader:
            print(line)

    asyncio.run(main())


# ---- R3: what is read ------------------------------------------------------------------------


@scenario("R3")
def read_gives_what_is_there():
    async def main():
        reader = reader_of(b"hello ", b"world")
        print(await reader.read(7))
        print(await reader.read(100))
        print(await reader.read(0))

    asyncio.run(main())


@scenario("R3")
def read_waits_for_something():
    async def main():
        reader = reader_of()
        feed_later(reader, b"a", b"b", eof=True)
        print(await reader.read(100))
        print(await reader.read(100))
        print(await reader.read(100), reader.at_eof())

    asyncio.run(main())


@scenario("R3")
def read_without_number_waits_for_the_end():
    async def main():
        reader = reader_of(b"a", limit=2)
        feed_later(reader, b"bcdef", b"ghijkl", eof=True)
        print(await reader.read())
        print(await reader.read(), await reader.read(-5))

    asyncio.run(main())


@scenario("R3")
def readexactly_takes_no_more():
    async def main():
        reader = reader_of(b"ab")
        feed_later(reader, b"cd", b"efg")
        print(await reader.readexactly(0))
        print(await reader.readexactly(5))
        print(await reader.readexactly(2))

    asyncio.run(main())


@scenario("R3")
def readexactly_at_an_early_end():
    async def main():
        reader = reader_of(b"abc")
        feed_later(reader, eof=True)
        try:
            await reader.readexactly(5)
        except asyncio.IncompleteReadError as exc:
            print(describe(exc), exc.partial, exc.expected)
        print(reader.at_eof(), await reader.read())
        print(await outcome(reader.readexactly(1)))

    asyncio.run(main())


@scenario("R3")
def readline_at_the_end_gives_what_there_is():
    async def main():
        reader = reader_of(b"one\ntw", b"o\n\nrest")
        feed_later(reader, eof=True)
        for _ in range(5):
            print(await reader.readline())

    asyncio.run(main())


@scenario("R3")
def readuntil_at_an_early_end():
    async def main():
        reader = reader_of(b"abc", eof=True)
        try:
            await reader.readuntil(b"#")
        except asyncio.IncompleteReadError as exc:
            print(describe(exc), exc.partial)
        print(reader.at_eof(), await reader.read())

    asyncio.run(main())


@scenario("R3")
def readuntil_finds_what_came_before_the_end():
    async def main():
        reader = reader_of(b"a#b", eof=True)
        print(await reader.readuntil(b"#"))
        print(await outcome(reader.readuntil(b"#")))

    asyncio.run(main())


@scenario("R3")
def readuntil_finds_a_separator_that_came_in_pieces():
    async def main():
        reader = reader_of(b"head\r")
        feed_later(reader, b"\n\r", b"\r\n", b"\r\nbody")
        print(await reader.readuntil(b"\r\n\r\n"))
        print(await reader.read(100))

    asyncio.run(main())


@scenario("R3")
def of_several_separators_the_one_that_ends_first_wins():
    async def main():
        for data, separators in (
            (b"a;b,c", (b",", b";")),
            (b"xABCDy", (b"ABCD", b"BC")),
            (b"xABC", (b"ABC", b"BC")),
            (b"xABCy", (b"A", b"AB", b"ABC")),
            (b"1#2", (b"#", b"#")),
        ):
            reader = reader_of(data, eof=True)
            print(await reader.readuntil(separators), await reader.read())

    asyncio.run(main())


@scenario("R3")
def of_several_separators_the_long_one_comes_in_pieces():
    async def main():
        reader = reader_of(b"dataSEPARA")
        feed_later(reader, b"TO", b"R rest")
        print(await reader.readuntil((b"#", b"SEPARATOR")))

    asyncio.run(main())


@scenario("R3")
def iteration_gives_the_lines():
    async def main():
        reader = reader_of(b"a\nb")
        feed_later(reader, b"b\n", b"\nc", eof=True)
        async for line in reader:
            print(line)

    asyncio.run(main())


@scenario("R3")
def a_reader_goes_on_in_the_next_iteration():
    async def main():
        reader = reader_of()

        async def read():
            print("read", await reader.read(10))

        task = asyncio.create_task(read())
        await pause()
        asyncio.get_running_loop().call_soon(print, "before")
        reader.feed_data(b"x")
        asyncio.get_running_loop().call_soon(print, "after")
        print("fed")
        await task

    asyncio.run(main())


@scenario("R3")
def how_a_reader_describes_itself():
    async def main():
        print(reader_of())
        print(reader_of(b"abc", limit=7))
        print(reader_of(b"abc", eof=True))

    asyncio.run(main())


# ---- R4: misuse and errors -------------------------------------------------------------------


@scenario("R4")
def two_readers_are_one_too_many():
    async def main():
        reader = reader_of()
        first = asyncio.create_task(reader.read(100))
        await pause()
        print(await outcome(reader.read(1)))
        print(await outcome(reader.read()))
        print(await outcome(reader.readexactly(1)))
        print(await outcome(reader.readuntil(b"#")))
        reader.feed_data(b"x")
        print(await first)

    asyncio.run(main())


@scenario("R4")
def arguments_are_checked():
    async def main():
        reader = reader_of()
        print(await outcome(reader.readexactly(-1)))
        print(await outcome(reader.readuntil(b"")))
        print(await outcome(reader.readuntil((b"a", b""))))
        print(await outcome(reader.readuntil(())))
        for limit in 0, -1:
            try:
                asyncio.StreamReader(limit=limit)
            except Exception as exc:
                print(kind(exc))

    asyncio.run(main())


@scenario("R4")
def a_stored_exception_is_raised_by_every_read():
    async def main():
        reader = reader_of(b"data\n")
        error = Oops("broken")
        reader.set_exception(error)
        print(reader.exception() is error)
        for read in (
            reader.read(),
            reader.read(1),
            reader.read(0),
            reader.readexactly(1),
            reader.readexactly(0),
            reader.readline(),
            reader.readuntil(b"\n"),
        ):
            print(await outcome(read))

    asyncio.run(main())


@scenario("R4")
def an_exception_wakes_the_reader():
    async def main():
        reader = reader_of(b"abc")
        task = asyncio.create_task(reader.readexactly(5))
        await pause()
        reader.set_exception(Oops("broken"))
        print(await outcome(task))

    asyncio.run(main())


@scenario("R4")
def an_exception_behind_data_lets_the_data_be_read():
    async def main():
        reader = reader_of()
        task = asyncio.create_task(reader.read(5))
        await pause()
        reader.feed_data(b"abc")
        reader.set_exception(Oops("broken"))
        print(await outcome(task))
        print(await outcome(reader.read(5)))

    asyncio.run(main())


@scenario("R4")
def a_cancelled_read_takes_nothing():
    async def main():
        reader = reader_of(b"abc")
        task = asyncio.create_task(reader.readexactly(5))
        await pause()
        task.cancel()
        print(await outcome(task))
        feed_later(reader, b"de")
        print(await reader.readexactly(5))

    asyncio.run(main())


@scenario("R4")
def a_read_that_is_cancelled_after_data_came_takes_nothing():
    async def main():
        reader = reader_of()
        task = asyncio.create_task(reader.read(5))
        await pause()
        reader.feed_data(b"abc")
        task.cancel()
        print(await outcome(task))
        print(await reader.read(5))

    asyncio.run(main())


@scenario("R4")
def a_read_with_a_time_limit_can_be_repeated():
    async def main():
        reader = reader_of(b"ab")
        try:
            await asyncio.wait_for(reader.readline(), 0.001)
        except TimeoutError:
            print("timeout")
        reader.feed_data(b"c\n")
        print(await reader.readline())

    asyncio.run(main())
