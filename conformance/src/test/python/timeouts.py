"""timeout: rules TO1 to TO5."""

import asyncio

from harness import *


@scenario("TO1")
def a_body_in_time():
    async def main():
        async with asyncio.timeout(5) as t:
            print(await echo("value", 2))
        print(t.expired())

    asyncio.run(main())


@scenario("TO1")
def a_timeout_is_used_once():
    async def main():
        t = asyncio.timeout(5)
        async with t:
            print("body")
        try:
            async with t:
                print("never")
        except RuntimeError as exc:
            print(describe(exc))

    asyncio.run(main())


@scenario("TO1")
def a_timeout_is_not_reentrant():
    async def main():
        t = asyncio.timeout(5)
        async with t:
            try:
                async with t:
                    print("never")
            except RuntimeError as exc:
                print(describe(exc))

    asyncio.run(main())


@scenario("TO1")
def reschedule_only_while_active():
    async def main():
        when = asyncio.get_running_loop().time() + 5
        t = asyncio.timeout(5)
        print(attempt(lambda: t.reschedule(when)))
        async with t:
            print(attempt(lambda: t.reschedule(when)), t.when() == when)
        print(attempt(lambda: t.reschedule(when)))

    asyncio.run(main())


@scenario("TO1")
def an_expired_timeout_cannot_be_rescheduled():
    async def main():
        when = asyncio.get_running_loop().time() + 5
        t = asyncio.timeout(0)
        try:
            async with t:
                try:
                    await asyncio.sleep(60)
                finally:
                    print(attempt(lambda: t.reschedule(when)))
        except TimeoutError:
            print(attempt(lambda: t.reschedule(when)))

    asyncio.run(main())


@scenario("TO1")
def a_deadline_in_the_past_spares_a_body_without_await():
    async def main():
        async with asyncio.timeout(-1) as t:
            print("body", t.expired())
        print(t.expired())
        await asyncio.sleep(0)
        print("goes on", asyncio.current_task().cancelling())

    asyncio.run(main())


@scenario("TO1")
def a_deadline_in_the_past_ends_the_first_await():
    async def main():
        try:
            async with asyncio.timeout(-1):
                print("body")
                await asyncio.sleep(0)
                print("first await")
                await asyncio.sleep(0)
                print("second await")
        except TimeoutError as exc:
            print(describe(exc))

    asyncio.run(main())


@scenario("TO1")
def a_timeout_may_be_moved_back():
    async def main():
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(0.01) as t:
            t.reschedule(loop.time() + 5)
            await asyncio.sleep(0.02)
        print(t.expired())

    asyncio.run(main())


@scenario("TO1")
def a_timeout_may_be_moved_forward():
    async def main():
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(60) as t:
                t.reschedule(loop.time() + 0.01)
                await asyncio.sleep(30)
        except TimeoutError as exc:
            print(describe(exc), t.expired())

    asyncio.run(main())


@scenario("TO1")
def a_timeout_knows_its_deadline():
    async def main():
        loop = asyncio.get_running_loop()
        when = loop.time() + 5
        async with asyncio.timeout_at(when) as t:
            print(t.when() == when)
        async with asyncio.timeout(7) as t:
            print(6 < t.when() - loop.time() <= 7)

    asyncio.run(main())


@scenario("TO1")
def a_timeout_needs_a_task():
    with new_loop() as loop:

        def callback():
            coro = asyncio.timeout(5).__aenter__()
            print(attempt(lambda: coro.send(None)))

        loop.call_soon(callback)
        one_iteration(loop)


@scenario("TO2")
def expiry_becomes_a_timeout_error():
    async def main():
        try:
            async with asyncio.timeout(0.01) as t:
                await hang("body")
        except TimeoutError as exc:
            print(describe(exc), "| cause", kind(exc.__cause__))
        print(t.expired(), asyncio.current_task().cancelling())

    asyncio.run(main())


@scenario("TO2")
def an_expired_timeout_whose_body_goes_on():
    async def main():
        async with asyncio.timeout(0.01) as t:
            print(await outcome(asyncio.sleep(60)))
            print("goes on", asyncio.current_task().cancelling())
        print(t.expired(), asyncio.current_task().cancelling())

    asyncio.run(main())


@scenario("TO2")
def a_cancel_from_outside_wins():
    async def main():
        async def work():
            async with asyncio.timeout(0.01):
                try:
                    await asyncio.sleep(60)
                finally:
                    await asyncio.sleep(60)

        task = asyncio.create_task(work())
        await asyncio.sleep(0.03)
        task.cancel()
        print(await outcome(task))
        print(task.cancelled(), task.cancelling())

    asyncio.run(main())


@scenario("TO2")
def a_cancel_before_the_expiry_is_no_timeout():
    async def main():
        async def work():
            async with asyncio.timeout(5):
                await hang("work")

        task = asyncio.create_task(work())
        await pause()
        task.cancel("why")
        print(await outcome(task))

    asyncio.run(main())


@scenario("TO2")
def a_timeout_in_a_task_that_was_cancelled_before():
    async def main():
        async def work():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                print("swallowed")
            try:
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(60)
            except TimeoutError as exc:
                print(describe(exc), asyncio.current_task().cancelling())

        task = asyncio.create_task(work())
        await pause()
        task.cancel()
        await task

    asyncio.run(main())


@scenario("TO2")
def an_error_in_time_passes():
    async def main():
        async with asyncio.timeout(5):
            await fail("x", 1)

    print(attempt(lambda: asyncio.run(main())))


@scenario("TO3")
def an_inner_timeout_leaves_the_outer_alone():
    async def main():
        async with asyncio.timeout(5) as outer:
            try:
                async with asyncio.timeout(0.01) as inner:
                    await asyncio.sleep(60)
            except TimeoutError as exc:
                print(describe(exc))
            print(inner.expired(), outer.expired())
            await asyncio.sleep(0)
        print("done")

    asyncio.run(main())


@scenario("TO3")
def an_outer_timeout_passes_through_the_inner():
    async def main():
        try:
            async with asyncio.timeout(0.01) as outer:
                try:
                    async with asyncio.timeout(60) as inner:
                        await asyncio.sleep(60)
                except asyncio.CancelledError as exc:
                    print("between", describe(exc))
                    raise
        except TimeoutError as exc:
            print(describe(exc))
        print(inner.expired(), outer.expired())

    asyncio.run(main())


@scenario("TO3")
def two_timeouts_with_one_deadline():
    async def main():
        when = asyncio.get_running_loop().time() + 0.01
        try:
            async with asyncio.timeout_at(when) as outer:
                try:
                    async with asyncio.timeout_at(when) as inner:
                        await asyncio.sleep(60)
                except asyncio.CancelledError as exc:
                    print("between", describe(exc))
                    raise
        except TimeoutError as exc:
            print(describe(exc))
        print(inner.expired(), outer.expired(), asyncio.current_task().cancelling())

    asyncio.run(main())


@scenario("TO3")
def a_timeout_error_of_the_inner_one_ends_the_outer_in_time():
    async def main():
        try:
            async with asyncio.timeout(60) as outer:
                async with asyncio.timeout(0.01):
                    await asyncio.sleep(60)
        except TimeoutError as exc:
            print(describe(exc), outer.expired())

    asyncio.run(main())


def has_timeout_in_its_history(exc):
    while exc is not None:
        exc = exc.__context__
        if isinstance(exc, TimeoutError):
            return True
    return False


@scenario("TO4")
def an_error_raised_instead_knows_of_the_timeout():
    async def main():
        try:
            async with asyncio.timeout(0.01):
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError as cancelled:
                    raise Oops("instead") from cancelled
        except Oops as exc:
            print(describe(exc), has_timeout_in_its_history(exc))
        print(asyncio.current_task().cancelling())

    asyncio.run(main())


@scenario("TO4")
def the_errors_of_a_group_know_of_the_timeout():
    async def main():
        async def child():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError as cancelled:
                raise Oops("instead") from cancelled

        try:
            async with asyncio.timeout(0.01):
                async with asyncio.TaskGroup() as tg:
                    tg.create_task(child())
        except ExceptionGroup as group:
            print(describe(group), has_timeout_in_its_history(group.exceptions[0]))

    asyncio.run(main())


@scenario("TO5")
def a_timeout_without_a_limit():
    async def main():
        async with asyncio.timeout(None) as t:
            await asyncio.sleep(0.01)
        print(t.expired())

    asyncio.run(main())


@scenario("TO5")
def a_timeout_may_be_armed_later():
    async def main():
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as t:
                await asyncio.sleep(0)
                t.reschedule(loop.time() + 0.01)
                await asyncio.sleep(60)
        except TimeoutError as exc:
            print(describe(exc), t.expired())

    asyncio.run(main())


@scenario("TO5")
def a_timeout_may_be_disarmed():
    async def main():
        async with asyncio.timeout(0.01) as t:
            t.reschedule(None)
            await asyncio.sleep(0.02)
        print(t.expired())

    asyncio.run(main())


@scenario("TO5")
def expired_is_true_from_the_moment_the_timer_ran():
    async def main():
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(0) as t:
                loop.call_soon(lambda: print("callback", t.expired()))
                print("body", t.expired())
                try:
                    await asyncio.sleep(60)
                finally:
                    print("finally", t.expired())
        except TimeoutError:
            print("after", t.expired())

    asyncio.run(main())
