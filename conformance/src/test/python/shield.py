"""shield: rule S1."""

import asyncio

from harness import *


@scenario("S1")
def shield_gives_the_result():
    async def main():
        print(await asyncio.shield(echo("value", 2)))

    asyncio.run(main())


@scenario("S1")
def shield_gives_the_error():
    async def main():
        print(await outcome(asyncio.shield(fail("x", 1))))

    asyncio.run(main())


@scenario("S1")
def cancelling_the_caller_spares_the_inner_task():
    async def main():
        inner = asyncio.create_task(steps("inner", 5))

        async def work():
            await asyncio.shield(inner)

        caller = asyncio.create_task(work())
        await pause(2)
        caller.cancel("why")
        print(await outcome(caller))
        print(inner.done(), inner.cancelling())
        print(await inner)

    asyncio.run(main())


@scenario("S1")
def the_caller_may_wait_on():
    async def main():
        async def work():
            inner = asyncio.create_task(steps("inner", 4))
            try:
                return await asyncio.shield(inner)
            except asyncio.CancelledError:
                print("waiting on")
                return await inner

        caller = asyncio.create_task(work())
        await pause(2)
        caller.cancel()
        print(await outcome(caller))

    asyncio.run(main())


@scenario("S1")
def a_cancelled_inner_task_cancels_the_outer_future():
    async def main():
        inner = asyncio.create_task(hang("inner"))
        outer = asyncio.shield(inner)
        await pause()
        inner.cancel("why")
        print(await outcome(outer))
        print(outer.cancelled())

    asyncio.run(main())


@scenario("S1")
def a_done_inner_future_is_returned_as_it_is():
    async def main():
        future = asyncio.get_running_loop().create_future()
        print(asyncio.shield(future) is future)
        future.set_result("value")
        print(asyncio.shield(future) is future)

    asyncio.run(main())


@scenario("S1")
def cancelling_the_outer_future_directly():
    async def main():
        inner = asyncio.create_task(echo("value", 2))
        outer = asyncio.shield(inner)
        print(outer.cancel("why"), inner.cancelling())
        print(await outcome(outer))
        print(await inner)

    asyncio.run(main())


@scenario("S1")
def two_shields_of_one_task():
    async def main():
        inner = asyncio.create_task(echo("value", 2))
        first, second = asyncio.shield(inner), asyncio.shield(inner)
        first.cancel()
        print(await second, first.cancelled())

    asyncio.run(main())


@scenario(
    "S1",
    since=(3, 14),
    expected="""
        cancelled
        handler: Oops exception in shielded future | Oops: x
    """,
)
def an_error_after_the_caller_left_is_told():
    async def main():
        report(asyncio.get_running_loop())
        outer = asyncio.shield(fail("x", 2))
        await pause()
        outer.cancel()
        print("cancelled")
        await pause(4)

    with logs():
        asyncio.run(main())
        collect()


@scenario("S1")
def a_result_after_the_caller_left_is_not_told():
    async def main():
        report(asyncio.get_running_loop())
        outer = asyncio.shield(steps("inner", 3))
        await pause()
        outer.cancel()
        print("cancelled")
        await pause(4)

    with logs():
        asyncio.run(main())
        collect()


@scenario("S1")
def a_shield_inside_a_timeout():
    async def main():
        release = asyncio.get_running_loop().create_future()

        async def wait():
            return await release

        inner = asyncio.create_task(wait())
        print(await outcome(asyncio.wait_for(asyncio.shield(inner), 0.01)))
        print(inner.done())
        release.set_result("inner")
        print(await inner)

    asyncio.run(main())
