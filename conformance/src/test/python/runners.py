"""run and Runner: rules N1 to N4."""

import asyncio
import contextvars
import signal
import threading

from harness import *


@scenario("N1")
def run_gives_the_result():
    print(asyncio.run(echo("value", 2)))


@scenario("N1")
def run_raises_the_very_error():
    oops = Oops("x")

    async def main():
        raise oops

    try:
        asyncio.run(main())
    except Oops as exc:
        print(exc is oops)


@scenario("N1")
def run_closes_its_loop():
    loops = []

    async def main():
        loops.append(asyncio.get_running_loop())
        print(loops[-1].is_running(), loops[-1].is_closed())

    asyncio.run(main())
    asyncio.run(main())
    print([loop.is_closed() for loop in loops], loops[0] is loops[1])


@scenario("N1")
def leftover_tasks_are_cancelled():
    async def main():
        asyncio.create_task(hang("leftover"))
        await pause()
        print("main ends")
        return "value"

    print(asyncio.run(main()))


@scenario("N1")
def leftover_tasks_may_clean_up():
    async def leftover():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            print("cleaned up")

    async def main():
        asyncio.create_task(leftover())
        await pause()

    asyncio.run(main())
    print("after run")


@scenario("N1")
def leftover_tasks_are_cancelled_after_a_failure_too():
    async def main():
        asyncio.create_task(hang("leftover"))
        await pause()
        raise Oops("x")

    print(attempt(lambda: asyncio.run(main())))


@scenario("N1")
def an_error_during_the_shutdown_is_reported():
    async def leftover():
        try:
            await asyncio.sleep(60)
        finally:
            raise Oops("in the cleanup")

    async def main():
        report(asyncio.get_running_loop())
        asyncio.create_task(leftover())
        await pause()

    with logs():
        asyncio.run(main())
        collect()


@scenario("N1")
def an_error_during_the_shutdown_is_logged():
    async def leftover():
        try:
            await asyncio.sleep(60)
        finally:
            raise Oops("in the cleanup")

    async def main():
        asyncio.create_task(leftover())
        await pause()

    with logs():
        asyncio.run(main())


@scenario("N1")
def a_leftover_task_may_outlive_its_cancel():
    async def leftover():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            print("swallowed")
        await asyncio.sleep(0.01)
        print("ends by itself")

    async def main():
        asyncio.create_task(leftover())
        await pause()

    asyncio.run(main())


@scenario("N1")
def the_executor_is_joined_after_the_tasks():
    release = threading.Event()

    def call():
        release.wait()
        print("call ended")

    async def leftover():
        try:
            await asyncio.sleep(60)
        finally:
            print("task ended")
            release.set()

    async def main():
        asyncio.get_running_loop().run_in_executor(None, call)
        asyncio.create_task(leftover())
        await pause()
        print("main ended")

    asyncio.run(main())
    print("run ended")


@scenario("N1")
def run_with_debug():
    async def main():
        print(asyncio.get_running_loop().get_debug())

    asyncio.run(main(), debug=True)
    asyncio.run(main(), debug=False)


@scenario("N1")
def run_with_a_loop_factory():
    made = []

    def factory():
        print("factory")
        made.append(asyncio.new_event_loop())
        return made[-1]

    async def main():
        print(asyncio.get_running_loop() is made[-1])

    asyncio.run(main(), loop_factory=factory)
    print(len(made), made[0].is_closed())


@scenario("N1")
def run_of_a_main_that_is_cancelled():
    async def main():
        asyncio.current_task().cancel("why")
        await asyncio.sleep(0)

    print(attempt(lambda: asyncio.run(main())))


@scenario("N2")
def tasks_made_last_get_their_first_step():
    async def late():
        print("late starts")
        await asyncio.sleep(0)
        print("never")

    async def main():
        asyncio.create_task(late())
        print("main ends")

    asyncio.run(main())


@scenario("N2")
def tasks_made_last_may_finish_without_awaiting():
    async def main():
        asyncio.create_task(steps("late", 1))
        print("main ends")

    asyncio.run(main())


@scenario("N2")
def callbacks_made_last_still_run():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: (print("callback"), loop.call_soon(print, "second callback")))
        loop.call_later(30, print, "never")
        print("main ends")

    asyncio.run(main())


@scenario("N3")
def the_first_interrupt_cancels_main():
    async def main():
        signal.raise_signal(signal.SIGINT)
        await hang("main")

    print(attempt(lambda: asyncio.run(main())))


@scenario("N3")
def an_interrupt_that_main_swallows():
    async def main():
        try:
            signal.raise_signal(signal.SIGINT)
            await hang("main")
        except asyncio.CancelledError:
            return "value"

    print(attempt(lambda: asyncio.run(main())))


@scenario("N3")
def an_interrupt_of_a_main_that_takes_turns():
    async def interrupt():
        await asyncio.sleep(0.01)
        signal.raise_signal(signal.SIGINT)

    async def main():
        asyncio.create_task(interrupt())
        try:
            while True:
                await asyncio.sleep(0)
        except asyncio.CancelledError as exc:
            print(describe(exc))
        raise asyncio.CancelledError()

    print(attempt(lambda: asyncio.run(main())))


@scenario("N3")
def an_interrupt_after_a_cancellation():
    async def main():
        asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
        try:
            await hang("main")
        except asyncio.CancelledError:
            signal.raise_signal(signal.SIGINT)
            await hang("main again")

    print(attempt(lambda: asyncio.run(main())))


@scenario("N3")
def an_interrupt_ends_leftover_tasks_too():
    async def main():
        asyncio.create_task(hang("leftover"))
        await pause()
        signal.raise_signal(signal.SIGINT)
        await hang("main")

    print(attempt(lambda: asyncio.run(main())))


@scenario("N4")
def run_inside_a_running_loop():
    async def main():
        coro = echo("value")
        print(attempt(lambda: asyncio.run(coro)))
        print(await coro)

    asyncio.run(main())


@scenario("N4")
def runner_inside_a_running_loop():
    runner = asyncio.Runner()

    async def main():
        coro = echo("value")
        print(attempt(lambda: runner.run(coro)))
        print(await coro)

    asyncio.run(main())
    runner.close()


@scenario("N4")
def a_runner_runs_many_times_on_one_loop():
    async def loop_of():
        return asyncio.get_running_loop()

    with asyncio.Runner() as runner:
        first = runner.run(loop_of())
        second = runner.run(loop_of())
        print(first is second, first is runner.get_loop(), first.is_closed())
    print(first.is_closed())


@scenario("N4")
def the_runs_of_a_runner_share_their_context():
    var = contextvars.ContextVar("var", default="none")

    async def set_it():
        var.set("set by the first run")

    async def get_it():
        return var.get()

    with asyncio.Runner() as runner:
        runner.run(set_it())
        print(runner.run(get_it()))
        print(runner.run(get_it(), context=contextvars.Context()))
    print(var.get())


@scenario("N4")
def tasks_live_on_between_two_runs():
    tasks = []

    async def first():
        tasks.append(asyncio.create_task(steps("task", 4)))
        await pause(2)
        print("first run ends")

    async def second():
        print("second run")
        print(await tasks[0])

    with asyncio.Runner() as runner:
        runner.run(first())
        runner.run(second())


@scenario("N4")
def a_runner_closes_once():
    runner = asyncio.Runner()
    print(runner.run(echo("value")))
    runner.close()
    runner.close()
    coro = echo("never")
    print(attempt(lambda: runner.run(coro)))
    print(attempt(runner.get_loop))
    coro.close()


@scenario("N4")
def a_runner_goes_on_after_an_error():
    with asyncio.Runner() as runner:
        print(attempt(lambda: runner.run(fail("x"))))
        print(attempt(lambda: runner.run(echo("value"))))


@scenario("N4")
def closing_a_runner_cancels_leftovers():
    async def main():
        asyncio.create_task(hang("leftover"))
        await pause()

    with asyncio.Runner() as runner:
        runner.run(main())
        print("run ended")
    print("closed")


@scenario("N4")
def get_loop_starts_a_runner():
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        print(loop.is_running(), loop.is_closed())

        async def main():
            print(asyncio.get_running_loop() is loop)

        runner.run(main())
