"""Tasks and cancellation: rules T1 to T12."""

import asyncio
import contextvars

from harness import *


@scenario("T1")
def a_task_does_not_start_at_once():
    async def main():
        task = asyncio.create_task(steps("task", 1))
        print("created", task.done())
        await asyncio.sleep(0)
        print("slept", task.done())

    asyncio.run(main())


@scenario("T1")
def tasks_start_in_order_of_creation():
    async def main():
        asyncio.get_running_loop().call_soon(print, "callback 1")
        tasks = [asyncio.create_task(steps(name, 2)) for name in ("a", "b")]
        asyncio.get_running_loop().call_soon(print, "callback 2")
        await asyncio.wait(tasks)

    asyncio.run(main())


@scenario("T1")
def task_names():
    async def main():
        first = asyncio.create_task(echo(1))
        second = asyncio.create_task(echo(2))
        named = asyncio.create_task(echo(3), name="named")
        number = [int(task.get_name().removeprefix("Task-")) for task in (first, second)]
        print(number[1] - number[0], named.get_name())
        named.set_name("renamed")
        print(named.get_name())
        await asyncio.wait([first, second, named])

    asyncio.run(main())


@scenario("T1")
def a_task_gives_its_result():
    async def main():
        task = asyncio.create_task(echo("value", 1))
        print(await task)
        print(task.result(), task.exception(), task.done(), task.cancelled())

    asyncio.run(main())


@scenario("T1")
def a_task_may_be_awaited_by_many():
    async def main():
        task = asyncio.create_task(echo("value", 1))

        async def wait(name):
            print(name, await task)

        await asyncio.gather(wait("a"), wait("b"))
        print(await task)

    asyncio.run(main())


@scenario("T1")
def a_task_cannot_be_set_from_outside():
    async def main():
        task = asyncio.create_task(echo("value"))
        print(attempt(lambda: task.set_result(1)))
        print(attempt(lambda: task.set_exception(Oops("x"))))
        print(attempt(task.result))
        print(await task)

    asyncio.run(main())


@scenario("T1")
def done_callbacks_of_a_task():
    async def main():
        task = asyncio.create_task(echo("value"))
        task.add_done_callback(lambda t: print("callback", t is task, t.result()))
        await task
        print("awaited")

    asyncio.run(main())


@scenario("T2")
def cancel_reaches_the_awaited_future():
    async def main():
        future = asyncio.get_running_loop().create_future()

        async def wait():
            await future

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        print(task.cancel(), future.cancelled(), task.cancelled(), task.cancelling())
        print(await outcome(task))
        print(task.cancelled(), task.cancelling())

    asyncio.run(main())


@scenario("T2")
def cancel_of_a_done_task_is_refused():
    async def main():
        task = asyncio.create_task(echo("value"))
        await task
        print(task.cancel(), task.cancelling(), task.cancelled(), task.result())

    asyncio.run(main())


@scenario("T2")
def every_cancel_counts():
    async def main():
        task = asyncio.create_task(hang("task"))
        await asyncio.sleep(0)
        print(task.cancelling())
        print(task.cancel(), task.cancelling())
        print(task.cancel(), task.cancelling())
        print(await outcome(task))

    asyncio.run(main())


@scenario("T2")
def the_first_cancel_message_wins():
    async def main():
        task = asyncio.create_task(hang("task"))
        await asyncio.sleep(0)
        task.cancel("first")
        task.cancel("second")
        await asyncio.wait([task])

    asyncio.run(main())


@scenario("T2")
def cancel_travels_down_a_chain_of_tasks():
    async def main():
        async def wait(name, task):
            try:
                await task
            except asyncio.CancelledError as exc:
                print(name, describe(exc))
                raise

        a = asyncio.create_task(hang("a"))
        b = asyncio.create_task(wait("b", a))
        c = asyncio.create_task(wait("c", b))
        await pause(2)
        c.cancel("why")
        await asyncio.wait([c])
        print(a.cancelled(), b.cancelled(), c.cancelled())

    asyncio.run(main())


@scenario("T2")
def cancel_interrupts_a_sleep():
    async def main():
        async def sleeper():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError as exc:
                print("sleeper", describe(exc))
                raise

        task = asyncio.create_task(sleeper())
        await asyncio.sleep(0)
        task.cancel()
        print(await outcome(task))

    asyncio.run(main())


@scenario("T2")
def cancel_during_sleep_zero():
    async def main():
        async def work():
            try:
                await asyncio.sleep(0)
                print("not reached")
            except asyncio.CancelledError as exc:
                print("work", describe(exc))

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel("why")
        print(await outcome(task), task.cancelled())

    asyncio.run(main())


@scenario("T2")
def a_cancelled_future_cancels_its_waiter():
    async def main():
        future = asyncio.get_running_loop().create_future()

        async def wait():
            await future

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        future.cancel()
        print(await outcome(task))
        print(task.cancelled(), task.cancelling())

    asyncio.run(main())


@scenario("T2")
def cancel_after_the_wake_up_still_arrives():
    async def main():
        future = asyncio.get_running_loop().create_future()

        async def wait():
            try:
                print("received", await future)
            except asyncio.CancelledError as exc:
                print("wait", describe(exc), "| future", future.result())
                raise

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        future.set_result("value")
        print(task.cancel("late"))
        print(await outcome(task))

    asyncio.run(main())


@scenario("T3")
def cancel_before_the_first_step():
    async def main():
        async def work():
            print("never")

        task = asyncio.create_task(work())
        print(task.cancel("early"), task.cancelled())
        print(await outcome(task))
        print(task.cancelled())

    asyncio.run(main())


@scenario("T3")
def an_unstarted_task_takes_its_turn_to_end():
    async def main():
        first = asyncio.create_task(steps("first", 1))
        second = asyncio.create_task(hang("second"))
        second.add_done_callback(lambda t: print("second ended"))
        second.cancel()
        await asyncio.wait([first])
        print(second.cancelled())

    asyncio.run(main())


@scenario("T4")
def a_task_that_cancels_itself_and_returns():
    async def main():
        async def work():
            asyncio.current_task().cancel()
            return "lost"

        task = asyncio.create_task(work())
        print(await outcome(task))
        print(task.cancelled())

    asyncio.run(main())


@scenario("T4")
def a_task_that_cancels_itself_and_awaits():
    async def main():
        async def work():
            print(asyncio.current_task().cancel("me"))
            print("goes on")
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError as exc:
                print("work", describe(exc))
                raise

        task = asyncio.create_task(work())
        print(await outcome(task))

    asyncio.run(main())


@scenario("T4")
def a_task_that_cancels_itself_and_fails():
    async def main():
        async def work():
            asyncio.current_task().cancel()
            raise Oops("x")

        print(await outcome(asyncio.create_task(work())))

    asyncio.run(main())


@scenario("T4")
def self_cancel_waits_for_a_real_suspension():
    async def main():
        async def work():
            asyncio.current_task().cancel()
            done = asyncio.get_running_loop().create_future()
            done.set_result("no suspension")
            print(await done)
            print(await echo("no suspension either"))
            print(await outcome(asyncio.sleep(0)))

        print(await outcome(asyncio.create_task(work())))

    asyncio.run(main())


@scenario("T5")
def a_swallowed_cancel_is_over():
    async def main():
        async def work():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                print("swallowed")
            await asyncio.sleep(0)
            print("still alive", asyncio.current_task().cancelling())
            return "result"

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        print(await outcome(task), task.cancelled(), task.cancelling())

    asyncio.run(main())


@scenario("T5")
def a_task_may_swallow_several_cancels():
    async def main():
        async def work():
            for i in range(3):
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError as exc:
                    print(i, describe(exc), asyncio.current_task().cancelling())

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        for message in "one", "two", "three":
            task.cancel(message)
            await asyncio.sleep(0)
        print(await outcome(task), task.cancelled())

    asyncio.run(main())


@scenario("T5")
def cleanup_may_await():
    async def main():
        async def work():
            try:
                await asyncio.sleep(60)
            finally:
                print("cleaning")
                await asyncio.sleep(0.01)
                print("cleaned")

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        print(await outcome(task))

    asyncio.run(main())


@scenario("T5")
def a_second_cancel_interrupts_the_cleanup():
    async def main():
        async def work():
            try:
                await asyncio.sleep(60)
            finally:
                print("cleaning")
                await asyncio.sleep(60)
                print("never")

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        print(await outcome(task))

    asyncio.run(main())


@scenario("T6")
def uncancel_counts_down_to_zero():
    async def main():
        async def work():
            task = asyncio.current_task()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                print(task.cancelling())
            print(task.uncancel(), task.uncancel(), task.uncancel(), task.cancelling())

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        task.cancel()
        await task

    asyncio.run(main())


@scenario("T6")
def uncancel_to_zero_takes_a_pending_cancel_back():
    async def main():
        async def work():
            task = asyncio.current_task()
            task.cancel()
            print(task.uncancel())
            await asyncio.sleep(0)
            return "not cancelled"

        print(await outcome(asyncio.create_task(work())))

    asyncio.run(main())


@scenario("T6")
def uncancel_above_zero_leaves_a_pending_cancel():
    async def main():
        async def work():
            task = asyncio.current_task()
            task.cancel()
            task.cancel()
            print(task.uncancel())
            await asyncio.sleep(0)
            return "not cancelled"

        print(await outcome(asyncio.create_task(work())))

    asyncio.run(main())


@scenario("T7")
def a_cancelled_error_nobody_asked_for():
    async def main():
        async def work():
            raise asyncio.CancelledError("own")

        task = asyncio.create_task(work())
        print(await outcome(task))
        print(task.cancelled(), task.cancelling())

    asyncio.run(main())


@scenario("T7")
def another_error_wins_over_the_cancel():
    async def main():
        async def work():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                raise Oops("instead")

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        print(await outcome(task))
        print(task.cancelled())

    asyncio.run(main())


@scenario("T7")
def keyboard_interrupt_in_a_task_leaves_the_loop():
    with new_loop() as loop:

        async def work():
            raise KeyboardInterrupt()

        async def main():
            await task

        task = loop.create_task(work())
        outer = loop.create_task(main())
        print(attempt(lambda: loop.run_until_complete(outer)))
        print(task.done(), describe(task.exception()))
        print(attempt(lambda: loop.run_until_complete(outer)))


@scenario("T7")
def system_exit_in_the_main_task():
    async def main():
        raise SystemExit(3)

    try:
        asyncio.run(main())
    except SystemExit as exc:
        print(kind(exc), exc.code)


@scenario("T8")
def a_task_destroyed_pending_is_told():
    def abandon():
        with new_loop() as loop:
            loop.create_task(forever())
            one_iteration(loop)

    async def forever():
        await asyncio.get_running_loop().create_future()

    with logs():
        abandon()
        collect(messages=1)


@scenario("T8")
def a_task_the_loop_still_needs_is_not_collected():
    async def main():
        async def work():
            await asyncio.sleep(0.01)
            print("finished")

        asyncio.create_task(work())
        await asyncio.sleep(0)
        collect()
        await asyncio.sleep(0.03)

    with logs():
        asyncio.run(main())


@scenario("T9")
def the_result_is_read_when_the_waiter_wakes():
    async def main():
        values = []
        future = asyncio.get_running_loop().create_future()

        async def wait():
            print(await future)

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        future.set_result(values)
        values.append("added before the wake-up")
        await task

    asyncio.run(main())


@scenario("T9")
def order_of_waiters_and_callbacks():
    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()

        async def wait(name):
            await future
            print(name)

        future.add_done_callback(lambda f: print("callback 1"))
        tasks = [asyncio.create_task(wait("waiter 1"))]
        await asyncio.sleep(0)
        future.add_done_callback(lambda f: print("callback 2"))
        tasks.append(asyncio.create_task(wait("waiter 2")))
        await asyncio.sleep(0)
        loop.call_soon(print, "before set")
        future.set_result(None)
        loop.call_soon(print, "after set")
        await asyncio.wait(tasks)

    asyncio.run(main())


def eager_run(main):
    """Runs with the eager task factory."""

    async def outer():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        await main()

    asyncio.run(outer())


@scenario("T10")
def an_eager_task_starts_inside_create_task():
    async def main():
        task = asyncio.create_task(steps("task", 2))
        print("created", task.done())
        print(await task)

    eager_run(main)


@scenario("T10")
def an_eager_task_may_be_done_at_once():
    async def main():
        task = asyncio.create_task(echo("value"))
        print(task.done(), task.result())
        failed = asyncio.create_task(fail("x"))
        print(failed.done(), describe(failed.exception()))

    eager_run(main)


@scenario("T10")
def the_current_task_inside_an_eager_start():
    async def main():
        creator = asyncio.current_task()
        seen = []

        async def work():
            seen.append(asyncio.current_task())
            await asyncio.sleep(0)
            seen.append(asyncio.current_task())

        task = asyncio.create_task(work())
        print(seen == [task], asyncio.current_task() is creator)
        print(task in asyncio.all_tasks())
        await task
        print(seen == [task, task])

    eager_run(main)


@scenario("T10")
def gather_of_eager_tasks_is_done_at_once():
    async def main():
        group = asyncio.gather(echo(1), echo(2))
        print(group.done())
        print(await group)
        mixed = asyncio.gather(echo(1), echo(2, 1))
        print(mixed.done())
        print(await mixed)

    eager_run(main)


@scenario("T10")
def an_eager_task_has_its_own_context():
    var = contextvars.ContextVar("var", default="none")

    async def main():
        async def work():
            var.set("task")
            print(var.get())

        var.set("creator")
        asyncio.create_task(work())
        print(var.get())

    eager_run(main)


@scenario("T10")
def an_eager_task_may_start_another():
    async def main():
        async def outer():
            print("outer starts")
            task = asyncio.create_task(steps("inner", 2))
            print("outer goes on")
            await task
            print("outer ends")

        await asyncio.create_task(outer())

    eager_run(main)


@scenario("T10")
def an_eager_task_is_cancelled_at_its_first_await():
    async def main():
        task = asyncio.create_task(hang("task"))
        print(task.cancel())
        print(await outcome(task))

    eager_run(main)


@scenario("T10")
def an_eager_start_needs_a_running_loop():
    with new_loop() as loop:
        loop.set_task_factory(asyncio.eager_task_factory)
        task = loop.create_task(steps("task", 1))
        print("created")
        loop.run_until_complete(task)


@scenario("T11")
def a_task_factory_makes_the_tasks():
    async def main():
        loop = asyncio.get_running_loop()

        def factory(the_loop, coro, **options):
            print("factory", the_loop is loop, state(coro))
            return asyncio.Task(coro, loop=the_loop, **options)

        print(loop.get_task_factory())
        loop.set_task_factory(factory)
        print(loop.get_task_factory() is factory)
        print(await asyncio.create_task(echo("one")))
        print(await asyncio.gather(echo("two")))
        loop.set_task_factory(None)
        print(await asyncio.create_task(echo("three")))

    asyncio.run(main())


@scenario("T12")
def current_task_is_none_in_callbacks():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: print(asyncio.current_task()))
        await asyncio.sleep(0)
        task = asyncio.current_task()
        await asyncio.sleep(0)
        print(asyncio.current_task() is task)

    asyncio.run(main())


@scenario("T12")
def all_tasks_leaves_the_done_ones_out():
    async def main():
        def names():
            return sorted(task.get_name() for task in asyncio.all_tasks())

        asyncio.current_task().set_name("main")
        a = asyncio.create_task(echo("a"), name="a")
        b = asyncio.create_task(hang("b"), name="b")
        print(names())
        await a
        print(names())
        b.cancel()
        print(names())
        await asyncio.wait([b])
        print(names())

    asyncio.run(main())


@scenario("T12")
def all_tasks_of_another_loop():
    with new_loop() as loop:
        task = loop.create_task(echo("value"), name="idle")
        print([task.get_name() for task in asyncio.all_tasks(loop)])

        async def main():
            print(len(asyncio.all_tasks()), len(asyncio.all_tasks(loop)))

        asyncio.run(main())
        print(loop.run_until_complete(task))
        print(asyncio.all_tasks(loop) == set())


@scenario("repr")
def repr_of_a_task():
    with new_loop() as loop:
        future = loop.create_future()

        async def wait():
            return await future

        task = loop.create_task(wait(), name="x")
        print(tidy(repr(task)))
        one_iteration(loop)
        print(tidy(repr(task)))
        future.set_result("value")
        one_iteration(loop)
        print(tidy(repr(task)))
        failed = loop.create_task(fail("x"), name="y")
        cancelled = loop.create_task(echo("x"), name="z")
        cancelled.cancel()
        one_iteration(loop)
        print(tidy(repr(failed)), describe(failed.exception()))
        print(tidy(repr(cancelled)))


@scenario("repr")
def repr_of_a_task_being_cancelled():
    with new_loop() as loop:
        task = loop.create_task(echo("value", 1), name="x")
        one_iteration(loop)
        task.cancel()
        print(tidy(repr(task)))
        one_iteration(loop)
        print(tidy(repr(task)))


@scenario("ensure_future")
def ensure_future_leaves_futures_alone():
    async def main():
        future = asyncio.get_running_loop().create_future()
        print(asyncio.ensure_future(future) is future)
        task = asyncio.create_task(echo("task"))
        print(asyncio.ensure_future(task) is task)
        made = asyncio.ensure_future(echo("coroutine"))
        print(isinstance(made, asyncio.Task), await made, await task)

    asyncio.run(main())
