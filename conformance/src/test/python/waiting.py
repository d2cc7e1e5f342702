"""wait and wait_for: rules W1 to W3."""

import asyncio

from harness import *


def names(tasks):
    return sorted(task.get_name() for task in tasks)


def start(coro, name):
    return asyncio.create_task(coro, name=name)


@scenario("W1")
def wait_waits_for_all():
    async def main():
        tasks = [start(echo(1), "a"), start(echo(2, 3), "b"), start(fail("x"), "c")]
        done, pending = await asyncio.wait(tasks)
        print(names(done), names(pending))
        print(describe(tasks[2].exception()))

    asyncio.run(main())


@scenario("W1")
def wait_for_the_first_completed():
    async def main():
        tasks = [start(echo(1), "a"), start(echo(2, 5), "b"), start(echo(3), "c")]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        print(names(done), names(pending))

    asyncio.run(main())


@scenario("W1")
def wait_for_the_first_exception():
    async def main():
        tasks = [start(echo(1), "a"), start(fail("x", 1), "b"), start(echo(2, 9), "c")]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        print(names(done), names(pending))
        print(describe(tasks[1].exception()))

    asyncio.run(main())


@scenario("W1")
def a_cancellation_is_no_first_exception():
    async def main():
        tasks = [start(hang("a"), "a"), start(echo(2, 4), "b")]
        await pause()
        tasks[0].cancel()
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        print(names(done), names(pending))

    asyncio.run(main())


@scenario("W1")
def the_first_exception_may_be_there_already():
    async def main():
        tasks = [start(fail("x"), "a"), start(hang("b"), "b")]
        await pause(2)
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        print(names(done), names(pending), describe(tasks[0].exception()))

    asyncio.run(main())


@scenario("W1")
def wait_gives_up_after_its_timeout():
    async def main():
        tasks = [start(echo(1), "a"), start(hang("b"), "b")]
        done, pending = await asyncio.wait(tasks, timeout=0.05)
        print(names(done), names(pending))
        print(tasks[1].done(), tasks[1].cancelling())

    asyncio.run(main())


@scenario("W1")
def wait_with_a_timeout_of_zero():
    async def main():
        tasks = [start(echo(1), "a"), start(hang("b"), "b")]
        done, pending = await asyncio.wait(tasks, timeout=0)
        print(names(done), names(pending))

    asyncio.run(main())


@scenario("W1")
def wait_in_time():
    async def main():
        tasks = [start(echo(1), "a"), start(echo(2, 2), "b")]
        done, pending = await asyncio.wait(tasks, timeout=5)
        print(names(done), names(pending))

    asyncio.run(main())


@scenario("W1")
def wait_needs_something_to_wait_for():
    async def main():
        print(await outcome(asyncio.wait([])))

    asyncio.run(main())


@scenario("W1")
def wait_for_done_futures():
    async def main():
        tasks = [start(echo(1), "a"), start(echo(2), "b")]
        await pause(2)
        done, pending = await asyncio.wait(tasks)
        print(names(done), names(pending))

    asyncio.run(main())


@scenario("W1")
def a_task_given_twice_counts_once():
    async def main():
        task = start(echo(1), "a")
        done, pending = await asyncio.wait([task, task])
        print(names(done), names(pending))

    asyncio.run(main())


@scenario("W1")
def cancelling_the_wait_spares_its_members():
    async def main():
        member = start(hang("member"), "member")

        async def work():
            await asyncio.wait([member])

        waiter = asyncio.create_task(work())
        await pause(2)
        waiter.cancel()
        print(await outcome(waiter))
        print(member.done(), member.cancelling())

    asyncio.run(main())


@scenario("W1")
def wait_takes_plain_futures():
    async def main():
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in range(3)]
        loop.call_soon(futures[1].set_result, "second")
        done, pending = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        print([f in done for f in futures], [f in pending for f in futures])

    asyncio.run(main())


@scenario("W2")
def wait_for_gives_the_result():
    async def main():
        print(await asyncio.wait_for(echo("coroutine", 2), 5))
        print(await asyncio.wait_for(asyncio.create_task(echo("task", 2)), 5))

    asyncio.run(main())


@scenario("W2")
def wait_for_gives_the_error():
    async def main():
        print(await outcome(asyncio.wait_for(fail("x", 1), 5)))

    asyncio.run(main())


@scenario("W2")
def wait_for_cancels_what_is_late():
    async def main():
        try:
            await asyncio.wait_for(hang("late"), 0.01)
        except TimeoutError as exc:
            print(describe(exc), "| cause", kind(exc.__cause__))

    asyncio.run(main())


@scenario("W2")
def wait_for_cancels_a_late_task():
    async def main():
        task = asyncio.create_task(hang("late"))
        print(await outcome(asyncio.wait_for(task, 0.01)))
        print(task.cancelled())

    asyncio.run(main())


@scenario("W2")
def wait_for_waits_for_the_cleanup():
    async def main():
        async def work():
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.02)
                print("cleaned up")

        print(await outcome(asyncio.wait_for(work(), 0.01)))

    asyncio.run(main())


@scenario("W2")
def wait_for_returns_what_a_late_one_gives():
    async def main():
        async def work():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return "anyway"

        print(await outcome(asyncio.wait_for(work(), 0.01)))
        print(asyncio.current_task().cancelling())

    asyncio.run(main())


@scenario("W2")
def wait_for_passes_on_the_error_of_a_late_one():
    async def main():
        async def work():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                raise Oops("in the cleanup")

        print(await outcome(asyncio.wait_for(work(), 0.01)))

    asyncio.run(main())


@scenario("W2")
def wait_for_zero_of_a_done_future():
    async def main():
        task = asyncio.create_task(echo("done"))
        await pause(2)
        print(await asyncio.wait_for(task, 0), await asyncio.wait_for(task, -1))

    asyncio.run(main())


@scenario("W2")
def wait_for_zero_never_starts_the_body():
    async def main():
        async def work():
            print("never")

        print(await outcome(asyncio.wait_for(work(), 0)))
        task = asyncio.create_task(work())
        print(await outcome(asyncio.wait_for(task, 0)), task.cancelled())

    asyncio.run(main())


@scenario("W2")
def wait_for_without_a_limit():
    async def main():
        print(await asyncio.wait_for(echo("value", 2), None))

    asyncio.run(main())


@scenario("W2")
def cancelling_wait_for_cancels_the_inner_one():
    async def main():
        inner = asyncio.create_task(hang("inner"))
        outer = asyncio.create_task(asyncio.wait_for(inner, 5))
        await pause(2)
        outer.cancel("why")
        print(await outcome(outer))
        print(inner.cancelled(), outer.cancelled())

    asyncio.run(main())


@scenario("W2")
def a_cancelled_inner_one_is_no_timeout():
    async def main():
        inner = asyncio.create_task(hang("inner"))

        async def work():
            await asyncio.wait_for(inner, 5)

        outer = asyncio.create_task(work())
        await pause(2)
        inner.cancel("why")
        print(await outcome(outer))

    asyncio.run(main())


@scenario("W2")
def wait_for_may_be_nested():
    async def main():
        async def work():
            try:
                await asyncio.wait_for(hang("inner"), 0.01)
            except TimeoutError:
                print("inner timeout")
            return "done"

        print(await outcome(asyncio.wait_for(work(), 5)))

    asyncio.run(main())


class Mailbox:
    """A queue as asyncio builds it: an item wakes the getter, who then takes it."""

    def __init__(self):
        self.items = []
        self.getter = asyncio.get_running_loop().create_future()

    async def get(self):
        while not self.items:
            await self.getter
        return self.items.pop(0)

    def put(self, item):
        self.items.append(item)
        if not self.getter.done():
            self.getter.set_result(None)


async def get_at_the_deadline(put_after):
    """Puts an item so many seconds after the deadline; both timers run in one batch."""
    loop = asyncio.get_running_loop()
    mailbox = Mailbox()
    deadline = loop.time() + 0.01
    loop.call_at(deadline + put_after, mailbox.put, "item")
    loop.call_soon(block_for, 0.03)
    try:
        async with asyncio.timeout_at(deadline):
            print(await mailbox.get())
    except TimeoutError as exc:
        print(describe(exc))
    await asyncio.sleep(0.01)
    print("left", mailbox.items)


@scenario("W3")
def an_item_that_comes_right_after_the_deadline_is_kept():
    asyncio.run(get_at_the_deadline(0.002))


@scenario("W3")
def an_item_that_comes_right_before_the_deadline_is_kept():
    asyncio.run(get_at_the_deadline(-0.002))
