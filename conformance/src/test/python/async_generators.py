"""Asynchronous generators: rules C3 and C7."""

import asyncio
import contextlib
import inspect

from harness import *


def agen_state(generator):
    return inspect.getasyncgenstate(generator).removeprefix("AGEN_")


async def ticker(n, name="ticker"):
    try:
        for i in range(n):
            await asyncio.sleep(0)
            yield i
    finally:
        print(name, "cleans up")
        await asyncio.sleep(0)
        print(name, "cleaned up")


async def echoing():
    got = yield "ready"
    while got is not None:
        await asyncio.sleep(0)
        got = yield "got " + got


@scenario("C7")
def iteration_lets_others_run():
    async def other():
        for i in range(4):
            print("other", i)
            await asyncio.sleep(0)

    async def main():
        task = asyncio.create_task(other())
        async for item in ticker(3):
            print("item", item)
        await task

    asyncio.run(main())


@scenario("C7")
def the_end_of_an_async_generator():
    async def main():
        g = ticker(1)
        print(await outcome(anext(g)))
        print(await outcome(anext(g)))
        print(await outcome(anext(g)))

    asyncio.run(main())


@scenario("C7")
def asend_is_what_yield_gives():
    async def main():
        g = echoing()
        print(await outcome(g.asend("too early")))
        print(await g.asend(None))
        print(await g.asend("a"))
        print(await outcome(anext(g)))
        print(await outcome(g.asend("too late")))

    asyncio.run(main())


@scenario("C7")
def athrow_raises_at_the_yield():
    async def work():
        try:
            yield 1
        except Oops as exc:
            print("caught", describe(exc))
            await asyncio.sleep(0)
        yield 2

    async def main():
        g = work()
        await anext(g)
        print(await g.athrow(Oops("a")))
        print(await outcome(g.athrow(Oops("b"))))
        print(await outcome(anext(g)))

    asyncio.run(main())


@scenario("C7")
def athrow_before_the_beginning_ends_it():
    async def main():
        g = ticker(3)
        print(await outcome(g.athrow(Oops("x"))))
        print(await outcome(anext(g)))

    asyncio.run(main())


@scenario("C7")
def aclose_runs_finally_blocks():
    async def main():
        g = ticker(3)
        print(await anext(g))
        print(await outcome(g.aclose()))
        print(await outcome(anext(g)))
        print(await outcome(g.aclose()))

    asyncio.run(main())


@scenario("C7")
def aclose_of_a_fresh_one_does_nothing():
    async def main():
        g = ticker(3)
        print(await outcome(g.aclose()))
        print(await outcome(anext(g)))

    asyncio.run(main())


@scenario("C7")
def an_async_generator_may_not_ignore_aclose():
    async def work():
        try:
            yield 1
        except GeneratorExit:
            yield 2

    async def main():
        g = work()
        await anext(g)
        print(await outcome(g.aclose()))

    asyncio.run(main())


@scenario("C7")
def aclose_passes_on_another_error():
    async def work():
        try:
            yield 1
        finally:
            raise Oops("x")

    async def main():
        g = work()
        await anext(g)
        print(await outcome(g.aclose()))
        print(await outcome(g.aclose()))

    asyncio.run(main())


@scenario("C7")
def a_second_task_is_refused():
    async def work(gate):
        yield await gate

    async def main():
        gate = asyncio.get_running_loop().create_future()
        g = work(gate)
        first = asyncio.ensure_future(outcome(anext(g)))
        await asyncio.sleep(0)
        print(await outcome(anext(g)))
        print(await outcome(g.athrow(Oops("x"))))
        print(await outcome(g.aclose()))
        gate.set_result("value")
        print(await first)
        await g.aclose()

    asyncio.run(main())


@scenario("C7")
def cancelling_reaches_the_body():
    async def work():
        try:
            await hang("body")
        finally:
            print("finally")
        yield

    async def main():
        g = work()
        task = asyncio.create_task(step(g))
        await asyncio.sleep(0)
        task.cancel("enough")
        print(await outcome(task))
        print(await outcome(anext(g)))

    async def step(g):
        return await anext(g)

    asyncio.run(main())


@scenario("C7")
def a_cancellation_swallowed_by_the_body():
    async def work():
        try:
            await hang("body")
        except asyncio.CancelledError:
            pass
        yield "goes on"

    async def step(g):
        return await anext(g)

    async def main():
        g = work()
        task = asyncio.create_task(step(g))
        await asyncio.sleep(0)
        task.cancel()
        print(await outcome(task))
        await g.aclose()

    asyncio.run(main())


@scenario("C7")
def breaking_off_leaves_it_open():
    async def main():
        g = ticker(3)
        async for item in g:
            print("item", item)
            break
        print("after the loop")
        print(await anext(g))
        await g.aclose()

    asyncio.run(main())


@scenario("C7")
def closing_in_a_with_statement():
    async def main():
        async with contextlib.aclosing(ticker(3)) as g:
            async for item in g:
                print("item", item)
                break
            print("leaving")
        print("left")

    asyncio.run(main())


@scenario("C7")
def run_closes_what_is_open():
    kept = []

    async def main():
        for _ in range(2):  # in no certain order: the loop has a set of them
            kept.append(ticker(3))
            await anext(kept[-1])
        print("main ends")

    asyncio.run(main())
    print("run is over", agen_state(kept[0]))


@scenario("C7")
def errors_of_closing_at_the_end_are_told():
    kept = []

    async def work():
        try:
            yield 1
        finally:
            raise Oops("x")

    async def main():
        def handler(loop, context):
            print(context["message"].partition(" <")[0], "|", describe(context["exception"]))

        asyncio.get_running_loop().set_exception_handler(handler)
        kept.append(work())
        await anext(kept[0])

    asyncio.run(main())


@scenario("C7")
def one_that_has_ended_is_not_closed_again():
    kept = []

    async def main():
        g = ticker(1)
        kept.append(g)
        async for item in g:
            print("item", item)

    asyncio.run(main())
    print("run is over", agen_state(kept[0]))


@scenario("C7")
def shutdown_asyncgens_closes_side_by_side():
    kept = []

    async def main():
        for _ in range(3):
            kept.append(ticker(3))
            await anext(kept[-1])
        await asyncio.get_running_loop().shutdown_asyncgens()
        print(await outcome(anext(kept[0])))

    asyncio.run(main())


@scenario("C3")
def stop_iteration_may_not_leave_an_async_generator():
    async def work(exc):
        yield 1
        raise exc

    async def main():
        for exc in (StopIteration("x"), StopAsyncIteration("x")):
            g = work(exc)
            await anext(g)
            try:
                await anext(g)
            except RuntimeError as error:
                print(describe(error), "| cause", kind(error.__cause__))

    asyncio.run(main())


@scenario("C7")
def an_async_generator_over_another():
    async def doubled(source):
        async for item in source:
            yield 2 * item

    async def main():
        print([item async for item in doubled(ticker(3))])

    asyncio.run(main())


@scenario("C7")
def a_timeout_around_the_iteration():
    async def slow():
        try:
            yield 1
            await asyncio.sleep(3600)
            yield 2
        finally:
            print("finally")

    async def main():
        try:
            async with asyncio.timeout(0.01):
                async for item in slow():
                    print("item", item)
        except TimeoutError as exc:
            print(describe(exc))

    asyncio.run(main())


@scenario("C7")
def two_async_generators_take_turns():
    async def consume(name):
        async for item in ticker(2, name):
            print(name, item)

    async def main():
        await asyncio.gather(consume("a"), consume("b"))

    asyncio.run(main())
