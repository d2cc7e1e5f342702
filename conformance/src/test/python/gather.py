"""gather: rules G1 to G5."""

import asyncio

from harness import *


def described(results):
    """Results of gather, with exceptions as text."""
    return [describe(r) if isinstance(r, BaseException) else r for r in results]


@scenario("G1")
def results_come_in_argument_order():
    async def main():
        print(await asyncio.gather(echo("slow", 3), echo("quick"), echo("middle", 1)))

    asyncio.run(main())


@scenario("G1")
def children_run_side_by_side():
    async def main():
        print(await asyncio.gather(steps("a", 2), steps("b", 3)))

    asyncio.run(main())


@scenario("G1")
def a_future_given_twice_appears_twice():
    async def main():
        task = asyncio.create_task(steps("task", 1))
        print(await asyncio.gather(task, echo("other"), task))

    asyncio.run(main())


@scenario("G1")
def a_coroutine_given_twice_runs_once():
    async def main():
        coro = steps("coroutine", 1)
        print(await asyncio.gather(coro, coro))

    asyncio.run(main())


@scenario("G1")
def gather_of_nothing_is_done():
    async def main():
        group = asyncio.gather()
        await pause()
        print(group.done(), await group)

    asyncio.run(main())


@scenario("G1")
def gather_of_done_futures_is_done():
    async def main():
        futures = [asyncio.get_running_loop().create_future() for _ in range(2)]
        futures[0].set_result("a")
        futures[1].set_result("b")
        group = asyncio.gather(*futures)
        print(group.done(), await group)

    asyncio.run(main())


@scenario("G1")
def gather_takes_coroutines_tasks_and_futures():
    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        loop.call_soon(future.set_result, "future")
        task = asyncio.create_task(echo("task"))
        print(await asyncio.gather(future, task, echo("coroutine")))

    asyncio.run(main())


@scenario("G1")
def gather_may_be_nested():
    async def main():
        inner = asyncio.gather(echo(1), echo(2, 2))
        print(await asyncio.gather(inner, asyncio.gather(echo(3))))

    asyncio.run(main())


@scenario("G1")
def gather_starts_its_children_unawaited():
    async def main():
        group = asyncio.gather(steps("a", 1), steps("b", 1))
        print("not yet")
        await pause(3)
        print(group.done(), group.result())

    asyncio.run(main())


@scenario("G1")
def gather_refuses_futures_of_two_loops():
    async def main():
        with new_loop() as other:
            foreign = other.create_future()
            mine = asyncio.get_running_loop().create_future()
            print(attempt(lambda: asyncio.gather(mine, foreign)))

    asyncio.run(main())


@scenario("G2")
def the_first_failure_ends_the_gather_at_once():
    async def main():
        slow = asyncio.create_task(steps("slow", 5))
        print(await outcome(asyncio.gather(slow, fail("x", 1))))
        print(slow.done())
        await slow
        print(slow.done())

    asyncio.run(main())


@scenario("G2")
def later_failures_are_not_told():
    async def main():
        print(await outcome(asyncio.gather(fail("first"), fail("second", 1), fail("third", 2))))
        await pause(3)

    with logs():
        asyncio.run(main())
        collect()


@scenario("G2")
def the_failure_is_the_very_exception():
    async def main():
        oops = Oops("x")

        async def bad():
            raise oops

        group = asyncio.gather(echo(1, 2), bad())
        try:
            await group
        except Oops as exc:
            print(exc is oops, group.exception() is oops)

    asyncio.run(main())


@scenario("G2")
def a_failed_gather_cannot_be_cancelled():
    async def main():
        slow = asyncio.create_task(steps("slow", 6))
        group = asyncio.gather(slow, fail("x"))
        print(await outcome(group))
        print(group.cancel(), group.cancelled(), slow.cancelling())
        print(await slow)

    asyncio.run(main())


@scenario("G2")
def one_failed_future_at_the_start():
    async def main():
        failed = asyncio.get_running_loop().create_future()
        failed.set_exception(Oops("x"))
        group = asyncio.gather(failed)
        print(group.done(), await outcome(group))

    asyncio.run(main())


@scenario("G3")
def a_cancelled_child_fails_the_gather():
    async def main():
        child = asyncio.create_task(hang("child"))
        group = asyncio.gather(child, echo("other"))
        await pause()
        child.cancel("why")
        print(await outcome(group))
        print(group.done(), group.cancelled())

    asyncio.run(main())


@scenario("G3")
def a_cancelled_child_leaves_its_siblings_alone():
    async def main():
        child = asyncio.create_task(hang("child"))
        sibling = asyncio.create_task(steps("sibling", 5))
        group = asyncio.gather(child, sibling)
        await pause()
        child.cancel()
        print(await outcome(group))
        print(await sibling)

    asyncio.run(main())


@scenario("G4")
def cancelling_the_gather_cancels_its_children():
    async def main():
        group = asyncio.gather(hang("a"), hang("b"), echo("done"))
        await pause(2)
        print(group.cancel())
        print(await outcome(group), group.cancelled())

    asyncio.run(main())


@scenario("G4")
def cancelling_the_waiting_task_cancels_the_children():
    async def main():
        async def work():
            await asyncio.gather(hang("a"), hang("b"))

        task = asyncio.create_task(work())
        await pause(2)
        print(task.cancel("why"))
        print(await outcome(task))

    asyncio.run(main())


@scenario("G4")
def a_cancelled_gather_waits_for_its_children():
    async def main():
        async def stubborn():
            try:
                await asyncio.sleep(60)
            finally:
                await pause(3)
                print("cleaned up")

        group = asyncio.gather(stubborn(), hang("b"), return_exceptions=True)
        await pause(2)
        group.cancel()
        await pause(3)
        print(group.done())
        print(await outcome(group), group.cancelled())

    asyncio.run(main())


@scenario("G4")
def a_cancelled_gather_ends_with_its_first_cancelled_child():
    async def main():
        async def stubborn():
            try:
                await asyncio.sleep(60)
            finally:
                await pause(4)
                print("cleaned up")

        child = asyncio.create_task(stubborn())
        group = asyncio.gather(child, hang("b"))
        await pause(2)
        group.cancel()
        print(await outcome(group), group.cancelled())
        print(child.done())
        print(await outcome(child))

    asyncio.run(main())


@scenario("G4")
def a_cancelled_gather_with_return_exceptions():
    async def main():
        group = asyncio.gather(hang("a"), hang("b"), return_exceptions=True)
        await pause(2)
        print(group.cancel())
        print(await outcome(group))

    asyncio.run(main())


@scenario("G4")
def children_may_swallow_the_cancel_of_the_gather():
    async def main():
        async def stubborn():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return "kept"

        group = asyncio.gather(stubborn(), stubborn())
        await pause(2)
        print(group.cancel())
        print(await outcome(group))

    asyncio.run(main())


@scenario("G4")
def a_done_gather_cannot_be_cancelled():
    async def main():
        group = asyncio.gather(echo("value"))
        print(await group)
        print(group.cancel(), group.cancelled())

    asyncio.run(main())


@scenario("G5")
def return_exceptions_puts_them_into_the_list():
    async def main():
        results = await asyncio.gather(
            echo("value"), fail("x"), echo("slow", 3), return_exceptions=True
        )
        print(described(results))

    asyncio.run(main())


@scenario("G5")
def return_exceptions_includes_cancellations():
    async def main():
        plain = asyncio.create_task(hang("plain"))
        told = asyncio.create_task(hang("told"))
        group = asyncio.gather(plain, told, fail("x"), return_exceptions=True)
        await pause()
        plain.cancel()
        told.cancel("why")
        print(described(await group))

    asyncio.run(main())


@scenario("G5")
def return_exceptions_of_done_futures():
    async def main():
        loop = asyncio.get_running_loop()
        failed = loop.create_future()
        failed.set_exception(Oops("x"))
        cancelled = loop.create_future()
        cancelled.cancel()
        group = asyncio.gather(failed, cancelled, return_exceptions=True)
        print(group.done(), described(await group))

    asyncio.run(main())


@scenario("G4")
def a_cancel_in_the_batch_in_which_the_gather_ends():
    async def main():
        loop = asyncio.get_running_loop()
        child = loop.create_future()

        async def wait():
            group = asyncio.gather(child)
            print(await outcome(group))
            print(group.done(), group.result())
            return "went on"

        task = asyncio.create_task(wait())
        await pause()
        child.set_result(1)
        loop.call_soon(task.cancel)
        print(await outcome(task))

    asyncio.run(main())
