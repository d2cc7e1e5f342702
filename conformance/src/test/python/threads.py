"""Threads and executors: rule N5, and L11 seen from tasks."""

import asyncio
import concurrent.futures
import contextvars
import threading

from harness import *


@scenario("N5")
def run_in_executor_gives_the_result():
    async def main():
        loop = asyncio.get_running_loop()
        print(await loop.run_in_executor(None, lambda: "value"))
        print(await outcome(loop.run_in_executor(None, attempt, lambda: 1)))

    asyncio.run(main())


@scenario("N5")
def run_in_executor_gives_the_very_error():
    async def main():
        oops = Oops("x")

        def call():
            raise oops

        try:
            await asyncio.get_running_loop().run_in_executor(None, call)
        except Oops as exc:
            print(exc is oops)

    asyncio.run(main())


@scenario("N5")
def executor_calls_run_on_other_threads():
    async def main():
        loop = asyncio.get_running_loop()
        mine = threading.current_thread()
        theirs = await loop.run_in_executor(None, threading.current_thread)
        print(mine is theirs)
        print(await loop.run_in_executor(None, attempt, asyncio.get_running_loop))

    asyncio.run(main())


@scenario("N5")
def names_of_the_default_executors_threads():
    async def main():
        name = await asyncio.to_thread(lambda: threading.current_thread().name)
        print(name.startswith("asyncio_"))

    asyncio.run(main())


@scenario("N5")
def the_loop_goes_on_meanwhile():
    async def main():
        release = threading.Event()
        future = asyncio.get_running_loop().run_in_executor(None, release.wait)
        print(await steps("loop", 3), future.done())
        release.set()
        await future
        print("done")

    asyncio.run(main())


@scenario("N5")
def a_given_executor_is_used():
    async def main():
        loop = asyncio.get_running_loop()
        with concurrent.futures.ThreadPoolExecutor(1) as executor:
            first = await loop.run_in_executor(executor, threading.current_thread)
            second = await loop.run_in_executor(executor, threading.current_thread)
            other = await loop.run_in_executor(None, threading.current_thread)
        print(first is second, first is other)

    asyncio.run(main())


@scenario("N5")
def the_default_executor_can_be_set():
    async def main():
        loop = asyncio.get_running_loop()
        loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(1))
        first = await loop.run_in_executor(None, threading.current_thread)
        second = await asyncio.to_thread(threading.current_thread)
        print(first is second)

    asyncio.run(main())


@scenario("N5")
def cancel_cannot_stop_a_started_call():
    async def main():
        started, release = threading.Event(), threading.Event()

        def call():
            started.set()
            release.wait()
            print("call ended")

        future = asyncio.get_running_loop().run_in_executor(None, call)
        started.wait()
        print(future.cancel(), await outcome(future))
        release.set()

    asyncio.run(main())
    print("run ended")


@scenario("N5")
def cancel_keeps_a_waiting_call_from_starting():
    async def main():
        loop = asyncio.get_running_loop()
        release = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(1) as executor:
            first = loop.run_in_executor(executor, release.wait)
            second = loop.run_in_executor(executor, print, "never")
            print(second.cancel())
            await pause(2)
            release.set()
            await first
            print(second.cancelled())

    asyncio.run(main())


@scenario("N5")
def a_shut_down_executor_refuses_calls():
    async def main():
        loop = asyncio.get_running_loop()
        print(await loop.run_in_executor(None, lambda: "value"))
        await loop.shutdown_default_executor()
        print(attempt(lambda: loop.run_in_executor(None, print)))
        print(await outcome(asyncio.to_thread(print)))

    asyncio.run(main())


@scenario("N5")
def shutdown_waits_for_running_calls():
    async def main():
        loop = asyncio.get_running_loop()
        release = threading.Event()

        def call():
            release.wait()
            print("call ended")

        loop.run_in_executor(None, call)
        loop.call_later(0.01, release.set)
        await loop.shutdown_default_executor()
        print("shut down")

    asyncio.run(main())


@scenario("N5")
def to_thread_gives_result_and_error():
    async def main():
        def bad():
            raise Oops("x")

        print(await asyncio.to_thread(lambda: "value"))
        print(await outcome(asyncio.to_thread(bad)))

    asyncio.run(main())


@scenario("N5")
def to_thread_lets_other_tasks_run():
    async def main():
        release = threading.Event()

        async def work():
            await asyncio.to_thread(release.wait)
            print("thread done")

        task = asyncio.create_task(work())
        await pause()
        print(await steps("loop", 2))
        release.set()
        await task

    asyncio.run(main())


@scenario("N5")
def to_thread_copies_the_context():
    var = contextvars.ContextVar("var", default="none")

    async def main():
        def call():
            print("thread reads", var.get())
            var.set("thread")
            print("thread reads", var.get())

        var.set("task")
        await asyncio.to_thread(call)
        print("task reads", var.get())

    asyncio.run(main())


@scenario("N5")
def a_cancelled_to_thread_leaves_its_call_running():
    async def main():
        started, release = threading.Event(), threading.Event()

        def call():
            started.set()
            release.wait()
            print("call ended")

        async def work():
            await asyncio.to_thread(call)

        task = asyncio.create_task(work())
        await pause()
        started.wait()
        task.cancel()
        print(await outcome(task))
        release.set()

    asyncio.run(main())


@scenario("L11")
def a_thread_may_wake_a_waiting_task():
    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        thread = threading.Thread(
            target=lambda: loop.call_soon_threadsafe(future.set_result, "from a thread")
        )
        loop.call_later(0.01, thread.start)
        print(await future)
        thread.join()

    asyncio.run(main())


@scenario("L11")
def threadsafe_calls_of_one_thread_keep_their_order():
    async def main():
        loop = asyncio.get_running_loop()
        seen = []

        def elsewhere():
            for i in range(200):
                loop.call_soon_threadsafe(seen.append, i)

        await asyncio.to_thread(elsewhere)
        await pause(2)
        print(seen == list(range(200)))

    asyncio.run(main())


@scenario("L11")
def threadsafe_callbacks_take_their_turn():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon(print, "a")
        loop.call_soon_threadsafe(print, "b")
        loop.call_soon(print, "c")
        await pause()

    asyncio.run(main())
