"""How many loop iterations an await costs: the measured table, row by row."""

import asyncio

from harness import *


def measure(main):
    """Runs main(clock) on a loop with a clock."""
    with new_loop() as loop:
        loop.run_until_complete(main(Clock(loop)))


def done(value="done"):
    future = asyncio.get_running_loop().create_future()
    future.set_result(value)
    return future


@scenario("2.0")
def a_coroutine_that_returns_at_once():
    async def main(clock):
        print(await clock.count(echo("value")))
        print(await clock.count(fail("x")))

    measure(main)


@scenario("2.0")
def a_done_future():
    async def main(clock):
        print(await clock.count(done()))

    measure(main)


@scenario("2.0")
def sleeping_zero():
    async def main(clock):
        print(await clock.count(asyncio.sleep(0)))
        print(await clock.count(asyncio.sleep(-1)))
        print(await clock.count(pause(3)))

    measure(main)


@scenario("2.0")
def a_new_task():
    async def main(clock):
        print(await clock.count(asyncio.create_task(echo("value"))))
        print(await clock.count(asyncio.create_task(fail("x"))))

    measure(main)


@scenario("2.0")
def a_new_task_that_sleeps_once():
    async def main(clock):
        print(await clock.count(asyncio.create_task(echo("value", 1))))

    measure(main)


@scenario("2.0")
def a_new_task_that_awaits_a_new_task():
    async def main(clock):
        async def outer():
            await asyncio.create_task(echo("value"))

        print(await clock.count(asyncio.create_task(outer())))

    measure(main)


@scenario("2.0")
def a_future_set_by_a_callback():
    async def main(clock):
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, 1)
        print(await clock.count(future))

    measure(main)


@scenario("2.0")
def gather_of_nothing():
    async def main(clock):
        print(await clock.count(asyncio.gather()))

    measure(main)


@scenario("2.0")
def gather_of_a_done_future():
    async def main(clock):
        print(await clock.count(asyncio.gather(done())))

    measure(main)


@scenario("2.0")
def gather_of_coroutines():
    async def main(clock):
        print(await clock.count(asyncio.gather(echo(1))))
        print(await clock.count(asyncio.gather(echo(1), echo(2), echo(3))))
        print(await clock.count(asyncio.gather(echo(1), fail("x"))))

    measure(main)


@scenario("2.0")
def gather_of_gathers():
    async def main(clock):
        print(await clock.count(asyncio.gather(asyncio.gather(echo(1)))))

    measure(main)


@scenario("2.0")
def wait_for_of_a_coroutine():
    async def main(clock):
        print(await clock.count(asyncio.wait_for(echo(1), 1)))
        print(await clock.count(asyncio.wait_for(echo(1, 1), 1)))

    measure(main)


@scenario("2.0")
def wait_for_of_a_future():
    async def main(clock):
        print(await clock.count(asyncio.wait_for(done(), 1)))
        print(await clock.count(asyncio.wait_for(asyncio.create_task(echo(1)), 1)))

    measure(main)


@scenario("2.0")
def wait_for_of_a_coroutine_with_no_time():
    async def main(clock):
        print(await clock.count(asyncio.wait_for(echo(1), 0)))

    measure(main)


@scenario("2.0")
def wait_for_of_a_future_with_no_time():
    async def main(clock):
        print(await clock.count(asyncio.wait_for(done(), 0)))
        print(await clock.count(asyncio.wait_for(asyncio.create_task(echo(1)), 0)))

    measure(main)


@scenario("2.0")
def waiting_for_a_done_future():
    async def main(clock):
        print(await clock.count(asyncio.wait([done()])))

    measure(main)


@scenario("2.0")
def waiting_for_a_new_task():
    async def main(clock):
        print(await clock.count(asyncio.wait([asyncio.create_task(echo(1))])))

    measure(main)


@scenario("2.0")
def shield_of_a_done_future():
    async def main(clock):
        print(await clock.count(asyncio.shield(done())))

    measure(main)


@scenario("2.0")
def shield_of_a_coroutine():
    async def main(clock):
        print(await clock.count(asyncio.shield(echo(1))))

    measure(main)


@scenario("2.0")
def an_empty_group():
    async def group():
        async with asyncio.TaskGroup():
            pass

    async def main(clock):
        print(await clock.count(group()))

    measure(main)


@scenario("2.0")
def a_group_with_one_child():
    async def group(child):
        async with asyncio.TaskGroup() as tg:
            tg.create_task(child)

    async def main(clock):
        print(await clock.count(group(echo(1))))
        print(await clock.count(group(fail("x"))))

    measure(main)


@scenario("2.0")
def a_timeout_around_nothing():
    async def limited(seconds):
        async with asyncio.timeout(seconds):
            pass

    async def main(clock):
        print(await clock.count(limited(1)))
        print(await clock.count(limited(-1)))

    measure(main)


@scenario("2.0")
def a_timeout_of_zero():
    async def limited(seconds):
        async with asyncio.timeout(0):
            await asyncio.sleep(seconds)

    async def main(clock):
        print(await clock.count(limited(10)))
        print(await clock.count(limited(0)))

    measure(main)


@scenario("2.0")
def one_item_of_as_completed():
    async def main(clock):
        for item in asyncio.as_completed([echo(1)]):
            print(await clock.count(item))

    measure(main)


@scenario("2.0")
def cancel_of_an_unstarted_task():
    async def main(clock):
        task = asyncio.create_task(echo(1))
        task.cancel()
        print(await clock.count(task))

    measure(main)


@scenario("2.0")
def cancel_of_a_sleeping_task():
    async def main(clock):
        async def start_and_cancel():
            task = asyncio.create_task(asyncio.sleep(60))
            await asyncio.sleep(0)
            task.cancel()
            await task

        print(await clock.count(start_and_cancel()))

    measure(main)


@scenario("2.0")
def an_eager_task():
    async def main(clock):
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        print(await clock.count(asyncio.create_task(echo(1))))
        print(await clock.count(asyncio.create_task(echo(1, 1))))
        print(await clock.count(asyncio.gather(echo(1), echo(2))))

    measure(main)


@scenario("2.0")
def a_whole_run_of_a_coroutine():
    with new_loop() as loop:
        clock = Clock(loop)
        loop.run_until_complete(echo("value"))
        print(clock.ticks)


@scenario("2.0")
def a_whole_run_of_a_done_future():
    with new_loop() as loop:
        clock = Clock(loop)
        future = loop.create_future()
        future.set_result("done")
        loop.run_until_complete(future)
        print(clock.ticks)
