"""Futures: rules F1 to F6."""

import asyncio
import concurrent.futures
import contextvars
import threading

from harness import *


def future_of(loop, result):
    future = loop.create_future()
    future.set_result(result)
    return future


@scenario("F1")
def done_callbacks_run_in_order_of_registration():
    with new_loop() as loop:
        future = loop.create_future()
        for name in "a", "b", "c":
            future.add_done_callback(lambda f, name=name: print(name, f.result()))
        future.set_result(1)
        print("set")
        one_iteration(loop)


@scenario("F1")
def a_callback_on_a_done_future_is_scheduled():
    with new_loop() as loop:
        future = future_of(loop, 1)
        future.add_done_callback(lambda f: print("called", f is future))
        print("added")
        one_iteration(loop)


@scenario("F1")
def done_callbacks_take_their_turn():
    with new_loop() as loop:
        future = loop.create_future()
        future.add_done_callback(lambda f: print("done callback"))
        loop.call_soon(future.set_result, 1)
        loop.call_soon(print, "same batch")
        one_iteration(loop)
        print("--")
        loop.call_soon(print, "later")
        one_iteration(loop)


@scenario("F1")
def a_callback_added_twice_runs_twice():
    with new_loop() as loop:
        future = loop.create_future()
        callback = lambda f: print("called")
        future.add_done_callback(callback)
        future.add_done_callback(callback)
        future.set_result(1)
        one_iteration(loop)


@scenario("F1")
def callbacks_keep_the_context_of_their_registration():
    var = contextvars.ContextVar("var", default="none")
    with new_loop() as loop:
        future = loop.create_future()
        for value in "first", "second":
            var.set(value)
            future.add_done_callback(lambda f: print(var.get()))
        context = contextvars.copy_context()
        context.run(var.set, "given")
        future.add_done_callback(lambda f: print(var.get()), context=context)
        var.set("last")
        future.set_result(1)
        one_iteration(loop)


@scenario("F1")
def a_failing_done_callback_does_not_stop_the_others():
    with new_loop() as loop:
        report(loop)

        def bad(future):
            raise Oops("x")

        future = loop.create_future()
        future.add_done_callback(bad)
        future.add_done_callback(lambda f: print("second"))
        future.set_result(1)
        one_iteration(loop)


@scenario("F1")
def callbacks_run_after_cancel_too():
    with new_loop() as loop:
        future = loop.create_future()
        future.add_done_callback(lambda f: print("cancelled", f.cancelled()))
        future.cancel()
        one_iteration(loop)


@scenario("F1")
def waiters_wake_in_order():
    async def main():
        future = asyncio.get_running_loop().create_future()

        async def wait(name):
            print(name, await future)

        tasks = [asyncio.create_task(wait(name)) for name in ("a", "b", "c")]
        await asyncio.sleep(0)
        future.set_result("woken")
        print("set")
        await asyncio.gather(*tasks)

    asyncio.run(main())


@scenario("F2")
def remove_done_callback_counts():
    with new_loop() as loop:
        twice = lambda f: print("twice")
        once = lambda f: print("once")
        future = loop.create_future()
        for callback in twice, once, twice:
            future.add_done_callback(callback)
        print(future.remove_done_callback(twice))
        print(future.remove_done_callback(twice))
        future.set_result(1)
        print(future.remove_done_callback(once))
        one_iteration(loop)


@scenario("F3")
def states_of_a_future():
    with new_loop() as loop:
        pending, finished, failed, cancelled = (loop.create_future() for _ in range(4))
        finished.set_result(1)
        failed.set_exception(Oops("x"))
        print(cancelled.cancel())
        for future in pending, finished, failed, cancelled:
            print(future.done(), future.cancelled())
        print(describe(failed.exception()))


@scenario("F3")
def nothing_to_read_before_it_is_done():
    with new_loop() as loop:
        future = loop.create_future()
        print(attempt(future.result))
        print(attempt(future.exception))


@scenario("F3")
def a_future_is_set_once():
    with new_loop() as loop:
        future = future_of(loop, 1)
        for call in lambda: future.set_result(2), lambda: future.set_exception(Oops("x")):
            try:
                call()
            except asyncio.InvalidStateError as exc:
                print(kind(exc))
        print(future.cancel())
        print(future.result(), future.exception())


@scenario("F3")
def a_cancelled_future_cannot_be_set():
    with new_loop() as loop:
        future = loop.create_future()
        print(future.cancel())
        try:
            future.set_result(1)
        except asyncio.InvalidStateError as exc:
            print(kind(exc))
        print(future.cancel())


@scenario("F3")
def a_cancelled_future_raises_from_both_accessors():
    with new_loop() as loop:
        future = loop.create_future()
        future.cancel()
        print(attempt(future.result))
        print(attempt(future.exception))


@scenario("F3")
def result_raises_the_very_exception():
    with new_loop() as loop:
        oops = Oops("x")
        future = loop.create_future()
        future.set_exception(oops)
        for _ in range(2):
            try:
                future.result()
            except Oops as exc:
                print(exc is oops)
        print(future.exception() is oops)


@scenario("F3")
def a_none_result_is_a_result():
    with new_loop() as loop:
        future = future_of(loop, None)
        print(future.done(), future.result(), future.exception())


@scenario("F3")
def a_future_knows_its_loop():
    with new_loop() as loop:
        print(loop.create_future().get_loop() is loop)
        print(asyncio.Future(loop=loop).get_loop() is loop)

        async def main():
            print(asyncio.Future().get_loop() is loop)

        loop.run_until_complete(main())


@scenario("F3")
def every_waiter_gets_the_same_error():
    async def main():
        oops = Oops("x")
        future = asyncio.get_running_loop().create_future()

        async def wait():
            try:
                await future
            except Oops as exc:
                return exc is oops

        tasks = [asyncio.create_task(wait()) for _ in range(2)]
        await asyncio.sleep(0)
        future.set_exception(oops)
        print(await asyncio.gather(*tasks))

    asyncio.run(main())


@scenario("F4")
def a_future_repeats_its_cancel_message():
    with new_loop() as loop:
        future = loop.create_future()
        future.cancel("why")
        for _ in range(2):
            print(attempt(future.result))
        print(attempt(future.exception))


@scenario("F4")
def an_awaited_future_passes_its_cancel_message_on():
    async def main():
        future = asyncio.get_running_loop().create_future()
        future.cancel("why")
        print(await outcome(future))

    asyncio.run(main())


@scenario("F4")
def a_task_tells_its_cancel_message_once():
    async def main():
        task = asyncio.create_task(hang("task"))
        await asyncio.sleep(0)
        task.cancel("why")
        print(await outcome(task))
        print(attempt(task.result))
        print(attempt(task.exception))

    asyncio.run(main())


@scenario("F5")
def an_error_nobody_read_is_told():
    def forget(loop):
        loop.create_future().set_exception(Oops("x"))

    with logs(), new_loop() as loop:
        forget(loop)
        collect(messages=1)


@scenario("F5")
def a_task_error_nobody_read_is_told():
    def forget(loop):
        loop.create_task(fail("x"))
        one_iteration(loop)
        one_iteration(loop)

    with logs(), new_loop() as loop:
        forget(loop)
        collect(messages=1)


@scenario("F5")
def what_the_handler_knows_of_an_unread_error():
    def forget(loop):
        loop.create_task(fail("x"))
        one_iteration(loop)
        one_iteration(loop)

    def handler(_, context):
        print(context["message"])
        print(describe(context["exception"]), context["future"].done())

    with logs(), new_loop() as loop:
        loop.set_exception_handler(handler)
        forget(loop)
        collect()


@scenario("F5")
def a_read_error_is_not_told():
    def read(loop, reader):
        future = loop.create_future()
        future.set_exception(Oops("x"))
        reader(future)

    with logs(), new_loop() as loop:
        read(loop, lambda f: print(attempt(f.result)))
        read(loop, lambda f: print(describe(f.exception())))
        read(loop, lambda f: print(attempt(lambda: loop.run_until_complete(f))))
        collect()
        print("silent")


@scenario("F5")
def an_awaited_error_is_not_told():
    async def main():
        print(await outcome(asyncio.create_task(fail("x"))))

    with logs():
        asyncio.run(main())
        collect()
        print("silent")


@scenario("F5")
def a_cancelled_future_is_not_told():
    def forget(loop):
        loop.create_future().cancel()
        failed = loop.create_future()
        failed.set_exception(Oops("x"))
        print(failed.cancel())

    with logs(), new_loop() as loop:
        forget(loop)
        collect()
        print("silent")


@scenario("F6")
def wrap_future_brings_the_result_over():
    async def main():
        source = concurrent.futures.Future()
        future = asyncio.wrap_future(source)
        thread = threading.Thread(target=lambda: source.set_result("from a thread"))
        print(future.done())
        thread.start()
        print(await future)
        thread.join()

    asyncio.run(main())


@scenario("F6")
def wrap_future_brings_the_error_over():
    async def main():
        oops = Oops("x")
        source = concurrent.futures.Future()
        future = asyncio.wrap_future(source)
        source.set_exception(oops)
        print(await outcome(future))
        print(future.exception() is oops)

    asyncio.run(main())


@scenario("F6")
def cancelling_a_wrapped_future_cancels_its_source():
    async def main():
        source = concurrent.futures.Future()
        future = asyncio.wrap_future(source)
        future.cancel()
        print(await outcome(future), source.cancelled())
        await pause()
        print(source.cancelled())

    asyncio.run(main())


@scenario("F6")
def cancelling_the_source_cancels_the_wrapped_future():
    async def main():
        source = concurrent.futures.Future()
        future = asyncio.wrap_future(source)
        source.cancel()
        print(await outcome(future))
        print(future.cancelled())

    asyncio.run(main())


@scenario("F6")
def run_coroutine_threadsafe_gives_the_result():
    async def main():
        loop = asyncio.get_running_loop()
        result = await asyncio.to_thread(
            lambda: asyncio.run_coroutine_threadsafe(echo("value", 2), loop).result()
        )
        print(result)

    asyncio.run(main())


@scenario("F6")
def run_coroutine_threadsafe_gives_the_error():
    async def main():
        loop = asyncio.get_running_loop()
        print(
            await asyncio.to_thread(
                lambda: attempt(asyncio.run_coroutine_threadsafe(fail("x", 1), loop).result)
            )
        )

    asyncio.run(main())


@scenario("F6")
def cancelling_the_threadsafe_future_cancels_the_task():
    async def main():
        future = asyncio.run_coroutine_threadsafe(hang("task"), asyncio.get_running_loop())
        await pause(2)
        print(future.cancel())
        await pause(4)
        print(future.cancelled())

    asyncio.run(main())


@scenario("F6")
def a_cancelled_task_cancels_the_threadsafe_future():
    async def main():
        tasks = []

        async def work():
            tasks.append(asyncio.current_task())
            await hang("task")

        future = asyncio.run_coroutine_threadsafe(work(), asyncio.get_running_loop())
        await pause(2)
        tasks[0].cancel()
        await pause(4)
        print(future.cancelled())

    asyncio.run(main())


@scenario("F6")
def a_source_set_after_the_loop_closed_is_dropped():
    with logs():
        with new_loop() as loop:
            source = concurrent.futures.Future()
            future = asyncio.wrap_future(source, loop=loop)
        source.set_result("late")
        print(source.result(), future.done())


@scenario("repr")
def repr_of_a_future():
    with new_loop() as loop:
        future = loop.create_future()
        print(tidy(repr(future)))
        future.add_done_callback(print)
        print(tidy(repr(future)))
        future.set_result("value")
        print(tidy(repr(future)))
        failed = loop.create_future()
        failed.set_exception(Oops("x"))
        print(tidy(repr(failed)), describe(failed.exception()))
        cancelled = loop.create_future()
        cancelled.cancel()
        print(tidy(repr(cancelled)))


@scenario("await")
def awaiting_a_done_future_does_not_switch():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon(print, "callback")
        print(await future_of(loop, "done"))
        failed = loop.create_future()
        failed.set_exception(Oops("x"))
        print(await outcome(failed))
        await asyncio.sleep(0)
        print("end")

    asyncio.run(main())


@scenario("await")
def a_future_may_be_awaited_again():
    async def main():
        future = future_of(asyncio.get_running_loop(), "value")
        print(await future, await future)

    asyncio.run(main())


@scenario("await")
def a_system_error_passes_through_unchanged():
    async def main():
        broken = OSError("disk")
        future = asyncio.get_running_loop().create_future()
        future.set_exception(broken)
        try:
            await future
        except OSError as exc:
            print(exc is broken, describe(exc))

    asyncio.run(main())
