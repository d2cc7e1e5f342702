"""TaskGroup: rules TG1 to TG7."""

import asyncio

from harness import *


@scenario("TG1")
def a_group_waits_for_its_children():
    async def main():
        async with asyncio.TaskGroup() as tg:
            a = tg.create_task(steps("a", 2))
            b = tg.create_task(steps("b", 3), name="b")
            print("body ends", b.get_name())
        print(a.result(), b.result())

    asyncio.run(main())


@scenario("TG1")
def an_empty_group_does_not_switch():
    async def main():
        asyncio.get_running_loop().call_soon(print, "callback")
        async with asyncio.TaskGroup():
            print("body")
        print("after")

    asyncio.run(main())


@scenario("TG1")
def a_group_that_is_not_entered_takes_no_tasks():
    async def main():
        coro = echo(1)
        print(attempt(lambda: asyncio.TaskGroup().create_task(coro)))
        print(state(coro))

    asyncio.run(main())


@scenario("TG1")
def a_finished_group_takes_no_tasks():
    async def main():
        async with asyncio.TaskGroup() as tg:
            tg.create_task(echo(1))
        coro = echo(2)
        print(attempt(lambda: tg.create_task(coro)))
        print(state(coro))

    asyncio.run(main())


@scenario("TG1")
def a_group_that_shuts_down_takes_no_tasks():
    async def main():
        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(fail("x"))
                try:
                    await asyncio.sleep(60)
                finally:
                    print(attempt(lambda: tg.create_task(echo(1))))
        except* Oops as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG1")
def a_child_may_start_siblings_during_the_exit():
    async def main():
        async def parent(tg):
            await pause(2)
            tg.create_task(steps("late child", 2))
            print("parent done")

        async with asyncio.TaskGroup() as tg:
            tg.create_task(parent(tg))
            print("body ends")
        print("group ends")

    asyncio.run(main())


@scenario("TG2")
def the_first_failure_cancels_the_siblings():
    async def main():
        try:
            async with asyncio.TaskGroup() as tg:
                a = tg.create_task(asyncio.sleep(60))
                tg.create_task(fail("x", 1))
                b = tg.create_task(asyncio.sleep(60))
        except ExceptionGroup as group:
            print(describe(group))
        print(a.cancelled(), b.cancelled())

    asyncio.run(main())


@scenario("TG2")
def a_failure_interrupts_the_body():
    async def main():
        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(fail("x"))
                print("body got", await outcome(asyncio.sleep(60)))
                print("body goes on")
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG2")
def errors_of_the_cleanup_are_included():
    async def main():
        async def bad_cleanup():
            try:
                await asyncio.sleep(60)
            finally:
                raise Oops("in the cleanup")

        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(bad_cleanup())
                tg.create_task(fail("first", 1))
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG2")
def the_error_of_the_body_comes_last():
    async def main():
        async def bad_cleanup():
            try:
                await asyncio.sleep(60)
            finally:
                raise Oops("child")

        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(bad_cleanup())
                await asyncio.sleep(0)
                raise Oops("body")
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG2")
def an_error_of_the_body_alone():
    async def main():
        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(hang("child"))
                await asyncio.sleep(0)
                raise Oops("body")
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG2")
def a_body_that_fails_before_its_children_start():
    async def main():
        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(steps("never", 1))
                raise Oops("body")
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG2")
def a_cancelled_child_is_no_failure():
    async def main():
        async with asyncio.TaskGroup() as tg:
            a = tg.create_task(hang("a"))
            b = tg.create_task(steps("b", 3))
            await asyncio.sleep(0)
            a.cancel()
        print(a.cancelled(), b.result())

    asyncio.run(main())


@scenario("TG2")
def two_failures_in_one_iteration():
    async def main():
        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(fail("first"))
                tg.create_task(fail("second"))
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG2")
def the_group_waits_for_slow_cleanups():
    async def main():
        async def slow_cleanup():
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.01)
                print("cleaned up")

        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(slow_cleanup())
                tg.create_task(fail("x"))
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG2")
def a_child_may_swallow_the_cancel():
    async def main():
        async def stubborn():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return "kept"

        try:
            async with asyncio.TaskGroup() as tg:
                task = tg.create_task(stubborn())
                tg.create_task(fail("x"))
        except ExceptionGroup as group:
            print(describe(group))
        print(task.result())

    asyncio.run(main())


@scenario("TG2")
def groups_may_be_nested():
    async def main():
        try:
            async with asyncio.TaskGroup() as outer:
                outer.create_task(hang("outer child"))
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(hang("inner child"))
                    inner.create_task(fail("x", 1))
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG2")
def a_failure_outside_reaches_the_inner_group():
    async def main():
        try:
            async with asyncio.TaskGroup() as outer:
                outer.create_task(fail("x", 1))
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(hang("inner child"))
                print("never")
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG2")
def the_group_of_errors_can_be_split():
    async def main():
        async def broken():
            raise OSError("disk")

        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(broken())
                tg.create_task(fail("x"))
        except ExceptionGroup as group:
            mine, rest = group.split(Oops)
            print(describe(mine))
            print(describe(rest))
            print(group.subgroup(KeyError))

    asyncio.run(main())


@scenario("TG3")
def the_parent_is_not_cancelled_afterwards():
    async def main():
        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(fail("x"))
                await asyncio.sleep(60)
        except ExceptionGroup as group:
            print(describe(group))
        print(asyncio.current_task().cancelling())
        await asyncio.sleep(0)
        print("goes on")

    asyncio.run(main())


@scenario("TG3")
def errors_win_over_a_cancel_from_outside():
    async def main():
        async def bad_cleanup():
            try:
                await asyncio.sleep(60)
            finally:
                raise Oops("in the cleanup")

        async def work():
            try:
                async with asyncio.TaskGroup() as tg:
                    tg.create_task(bad_cleanup())
            except ExceptionGroup as group:
                print(describe(group))
            print("cancelling", asyncio.current_task().cancelling())
            print(await outcome(asyncio.sleep(0)))

        task = asyncio.create_task(work())
        await pause(2)
        task.cancel()
        print(await outcome(task))

    asyncio.run(main())


@scenario("TG4")
def a_cancel_from_outside_cancels_the_children():
    async def main():
        async def work():
            async with asyncio.TaskGroup() as tg:
                tg.create_task(hang("a"))
                tg.create_task(steps("b", 1))
                print("body ends")

        task = asyncio.create_task(work())
        await pause(3)
        task.cancel("why")
        print(await outcome(task))

    asyncio.run(main())


@scenario("TG4")
def a_cancel_from_outside_during_the_body():
    async def main():
        async def work():
            async with asyncio.TaskGroup() as tg:
                tg.create_task(hang("child"))
                await hang("body")

        task = asyncio.create_task(work())
        await pause(2)
        task.cancel("why")
        print(await outcome(task))
        print(task.cancelled())

    asyncio.run(main())


@scenario("TG5")
def keyboard_interrupt_of_the_body_comes_out_bare():
    async def main():
        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(hang("child"))
                await asyncio.sleep(0)
                raise KeyboardInterrupt()
        except KeyboardInterrupt as exc:
            print(describe(exc))

    asyncio.run(main())


@scenario("TG5")
def system_exit_of_a_child_comes_out_bare():
    async def child():
        raise SystemExit(3)

    async def main():
        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(child())
                tg.create_task(hang("other"))
        except SystemExit as exc:
            print("group raised", kind(exc))
            raise

    try:
        asyncio.run(main())
    except SystemExit as exc:
        print(kind(exc), exc.code)


@scenario("TG6")
def repeated_cancels_keep_waiting():
    async def main():
        async def slow_cleanup():
            try:
                await asyncio.sleep(60)
            finally:
                await pause(4)
                print("cleaned up")

        async def work():
            async with asyncio.TaskGroup() as tg:
                tg.create_task(slow_cleanup())

        task = asyncio.create_task(work())
        await pause(2)
        task.cancel("first")
        await pause()
        task.cancel("second")
        await pause()
        print(task.done())
        print(await outcome(task))

    asyncio.run(main())


@scenario("TG6")
def a_group_is_entered_once():
    async def main():
        tg = asyncio.TaskGroup()
        async with tg:
            print("body")
            print(await outcome(tg.__aenter__()))
        print(await outcome(tg.__aenter__()))

    asyncio.run(main())


@scenario("TG6")
def children_leave_the_group_one_by_one():
    async def main():
        async with asyncio.TaskGroup() as tg:
            first = tg.create_task(echo("first"))
            second = tg.create_task(echo("second", 3))
            print(await first, second.done())
        print(second.done())

    asyncio.run(main())


@scenario("TG6")
def a_group_inside_a_timeout():
    async def main():
        try:
            async with asyncio.timeout(0.02):
                async with asyncio.TaskGroup() as tg:
                    a = tg.create_task(asyncio.sleep(60))
                    b = tg.create_task(asyncio.sleep(60))
        except TimeoutError as exc:
            print(describe(exc), asyncio.current_task().cancelling())
        print(a.cancelled(), b.cancelled())

    asyncio.run(main())


@scenario("TG6")
def a_timeout_inside_a_group():
    async def main():
        async def limited():
            async with asyncio.timeout(0.01):
                await hang("limited")

        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(hang("other"))
                tg.create_task(limited())
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario("TG6")
def a_cancel_in_the_batch_in_which_the_last_child_ends():
    async def main():
        loop = asyncio.get_running_loop()
        end = loop.create_future()
        children = []

        async def work():
            async with asyncio.TaskGroup() as tg:
                children.append(tg.create_task(outcome(end)))
            print("never")

        task = asyncio.create_task(work())
        await pause(2)
        end.set_result(1)
        loop.call_soon(loop.call_soon, task.cancel)
        print(await outcome(task), task.cancelling())
        print(children[0].result())

    asyncio.run(main())


@scenario("TG6")
def a_swallowed_cancel_of_a_child_ends_with_its_value():
    async def main():
        async def stubborn():
            print(await outcome(hang("stubborn")))
            await pause()
            return "value"

        async with asyncio.TaskGroup() as tg:
            child = tg.create_task(stubborn())
            await pause()
            child.cancel("once")
        print(child.result(), child.cancelling())

    asyncio.run(main())


@scenario("TG6")
def a_child_that_was_done_before_the_exit():
    async def main():
        async with asyncio.TaskGroup() as tg:
            task = tg.create_task(echo("value"))
            await pause(3)
            print(task.done())
        print(task.result())

    asyncio.run(main())


@scenario(
    "TG7",
    since=(3, 15),
    expected="""
        body goes on
        after True True 0
        still not cancelled
    """,
)
def cancel_ends_the_group_without_an_error():
    async def main():
        async with asyncio.TaskGroup() as tg:
            a = tg.create_task(asyncio.sleep(60))
            b = tg.create_task(asyncio.sleep(60))
            await asyncio.sleep(0)
            tg.cancel()
            print("body goes on")
        print("after", a.cancelled(), b.cancelled(), asyncio.current_task().cancelling())
        await asyncio.sleep(0)
        print("still not cancelled")

    asyncio.run(main())


@scenario(
    "TG7",
    since=(3, 15),
    expected="""
        quitter
        other got CancelledError
        body got CancelledError
        after 0
    """,
)
def a_child_may_cancel_its_group():
    async def main():
        async def quitter(tg):
            print("quitter")
            tg.cancel()

        async with asyncio.TaskGroup() as tg:
            tg.create_task(hang("other"))
            tg.create_task(quitter(tg))
            await hang("body")
        print("after", asyncio.current_task().cancelling())

    asyncio.run(main())


@scenario(
    "TG7",
    since=(3, 15),
    expected="""
        after True
        child got CancelledError
        group ends 0
    """,
)
def an_eager_child_that_cancels_its_group_is_cancelled_too():
    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)

        async def child(tg):
            tg.cancel()
            await hang("child")

        async with asyncio.TaskGroup() as tg:
            task = tg.create_task(child(tg))
            print("after", task.cancelling() > 0)
        print("group ends", asyncio.current_task().cancelling())

    asyncio.run(main())


@scenario(
    "TG7",
    since=(3, 15),
    expected="""
        RuntimeError: TaskGroup <TaskGroup> is shutting down
        ExceptionGroup: unhandled errors in a TaskGroup [Oops: in the cleanup]
    """,
)
def errors_after_the_cancel_are_raised():
    async def main():
        async def bad_cleanup():
            try:
                await asyncio.sleep(60)
            finally:
                raise Oops("in the cleanup")

        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(bad_cleanup())
                await asyncio.sleep(0)
                tg.cancel()
                tg.cancel()
                print(attempt(lambda: tg.create_task(echo(1))))
        except ExceptionGroup as group:
            print(describe(group))

    asyncio.run(main())


@scenario(
    "TG7",
    since=(3, 15),
    expected="""
        CancelledError
        1
    """,
)
def a_cancel_from_outside_outlives_the_groups_own():
    async def main():
        async def work():
            async with asyncio.TaskGroup() as tg:
                tg.cancel()
                asyncio.current_task().cancel()
                await asyncio.sleep(60)
            print("never")

        task = asyncio.create_task(work())
        print(await outcome(task))
        print(task.cancelling())

    asyncio.run(main())
