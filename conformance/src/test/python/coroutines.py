"""The await machine: rules C1 to C6."""

import asyncio

from harness import *


async def forgotten():
    print("never")


@scenario("C1")
def the_return_value_arrives_as_stop_iteration():
    coro = echo("value")
    try:
        coro.send(None)
    except StopIteration as stop:
        print(stop.value)


@scenario("C1")
def the_first_send_must_be_none():
    coro = echo("value")
    print(attempt(lambda: coro.send(1)))
    print(attempt(lambda: coro.send(None)))


@scenario("C1")
def values_go_both_ways():
    async def talk():
        print("received", await suspend("first"))
        print("received", await suspend("second"))
        return "end"

    coro = talk()
    print("yielded", coro.send(None))
    print("yielded", coro.send(1))
    try:
        coro.send(2)
    except StopIteration as stop:
        print("returned", stop.value)


@scenario("C1")
def a_finished_coroutine_cannot_be_sent_to():
    coro = echo("value")
    print(attempt(lambda: coro.send(None)))
    print(attempt(lambda: coro.send(None)))
    print(attempt(lambda: coro.throw(Oops("x"))))
    print(attempt(coro.close))


@scenario("C1")
def a_failed_coroutine_cannot_be_sent_to():
    coro = fail("x")
    print(attempt(lambda: coro.send(None)))
    print(attempt(lambda: coro.send(None)))


@scenario("C1")
def a_closed_coroutine_cannot_be_sent_to():
    coro = echo("value")
    coro.close()
    print(attempt(lambda: coro.send(None)))


@scenario("C1")
def states_of_a_coroutine():
    async def work():
        print(state(coro))
        await suspend()

    coro = work()
    print(state(coro))
    coro.send(None)
    print(state(coro))
    coro.close()
    print(state(coro))


@scenario("C1")
def throw_raises_where_the_coroutine_waits():
    async def work():
        try:
            await suspend("waiting")
        except Oops as exc:
            print("caught", describe(exc))
            print("received", await suspend("waiting again"))
        return "end"

    coro = work()
    print(coro.send(None))
    print(coro.throw(Oops("x")))
    print(attempt(lambda: coro.send("y")))


@scenario("C1")
def throw_that_is_not_caught_ends_the_coroutine():
    async def work():
        try:
            await suspend()
        finally:
            print("finally")

    coro = work()
    coro.send(None)
    oops = Oops("x")
    try:
        coro.throw(oops)
    except Oops as exc:
        print(exc is oops, state(coro))


@scenario("C1")
def throw_into_a_new_coroutine_skips_its_body():
    async def work():
        print("never")

    coro = work()
    print(attempt(lambda: coro.throw(Oops("x"))))
    print(state(coro))


@scenario("C1")
def close_runs_finally_blocks():
    async def inner():
        try:
            await suspend()
        finally:
            print("inner finally")

    async def outer():
        try:
            await inner()
        except GeneratorExit as exc:
            print("outer got", kind(exc))
            raise

    coro = outer()
    coro.send(None)
    coro.close()
    print(state(coro))
    coro.close()


@scenario("C1")
def close_of_a_new_coroutine_skips_its_body():
    async def work():
        print("never")

    coro = work()
    coro.close()
    print(state(coro))


@scenario("C1")
def a_coroutine_may_not_ignore_close():
    async def work():
        try:
            await suspend()
        except GeneratorExit:
            await suspend()

    coro = work()
    coro.send(None)
    print(attempt(coro.close))


@scenario("C1")
def close_passes_on_another_error():
    async def work():
        try:
            await suspend()
        finally:
            raise Oops("x")

    coro = work()
    coro.send(None)
    print(attempt(coro.close))
    print(state(coro))


@scenario("C1")
def a_coroutine_cannot_send_to_itself():
    async def work():
        try:
            coro.send(None)
        except ValueError as exc:
            print(exc)

    coro = work()
    print(attempt(lambda: coro.send(None)))


@scenario("C1")
def a_coroutine_is_awaited_once():
    async def main():
        coro = echo("value")
        print(await coro)
        print(await outcome(coro))

    asyncio.run(main())


@scenario("C1")
def two_tasks_cannot_await_one_coroutine():
    async def main():
        coro = echo("value", 2)

        async def wait():
            return await coro

        first = asyncio.create_task(wait())
        second = asyncio.create_task(wait())
        print(await outcome(second))
        print(await outcome(first))

    asyncio.run(main())


@scenario("C1")
def a_coroutine_may_be_driven_inside_a_task():
    async def work():
        print("received", await suspend("by hand"))

    async def main():
        coro = work()
        print(coro.send(None))
        await asyncio.sleep(0)
        print(attempt(lambda: coro.send("x")))

    asyncio.run(main())


@scenario("C2")
def a_coroutine_never_awaited_is_told():
    def forget():
        forgotten()

    with logs():
        forget()
        collect(messages=1)


@scenario("C2")
def a_closed_coroutine_is_not_told():
    def forget():
        echo("value").close()

    with logs():
        forget()
        collect()
        print("silent")


@scenario("C3")
def stop_iteration_may_not_leave_a_coroutine():
    async def work():
        raise StopIteration("x")

    coro = work()
    try:
        coro.send(None)
    except RuntimeError as exc:
        print(describe(exc), "| cause", kind(exc.__cause__))


@scenario("C3")
def stop_iteration_may_not_leave_a_task():
    async def work():
        raise StopIteration("x")

    print(attempt(lambda: asyncio.run(work())))


@scenario("C3")
def a_future_turns_stop_iteration_into_an_error():
    async def main():
        future = asyncio.get_running_loop().create_future()
        future.set_exception(StopIteration("x"))
        print(await outcome(future))
        print("cause", kind(future.exception().__cause__))

    asyncio.run(main())


@scenario("C4")
def a_task_may_not_await_a_foreign_future():
    with new_loop() as other:
        foreign = other.create_future()

        async def main():
            print(await outcome(foreign))
            await asyncio.sleep(0)
            print("goes on")

        asyncio.run(main())


@scenario("C4")
def a_task_may_not_await_itself():
    async def main():
        print(await outcome(asyncio.current_task()))
        await asyncio.sleep(0)
        print("goes on")

    asyncio.run(main())


@scenario("C4")
def a_task_may_not_yield_values():
    async def main():
        print(await outcome(suspend(42)))
        print(await outcome(suspend("text")))

    asyncio.run(main())


@scenario("C4")
def a_task_may_not_yield_a_future_unawaited():
    async def main():
        future = asyncio.get_running_loop().create_future()
        print(await outcome(suspend(future)))

    asyncio.run(main())


@scenario("C5")
def a_bare_yield_is_one_iteration():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_soon(print, "callback 1")
        print("received", await suspend())
        loop.call_soon(print, "callback 2")
        await asyncio.sleep(0)
        loop.call_soon(print, "callback 3")
        await asyncio.sleep(-1)
        print("end")

    asyncio.run(main())


@scenario("C5")
def sleep_zero_takes_turns():
    async def main():
        await asyncio.gather(steps("a", 3), steps("b", 3), steps("c", 2))

    asyncio.run(main())


@scenario("C5")
def sleep_gives_its_result():
    async def main():
        print(await asyncio.sleep(0, "zero"))
        print(await asyncio.sleep(0.01, "later"))
        print(await outcome(asyncio.sleep(-1)))

    asyncio.run(main())


@scenario("C5")
def sleep_refuses_nan():
    async def main():
        print(await outcome(asyncio.sleep(float("nan"))))

    asyncio.run(main())


@scenario("C5")
def sleepers_wake_by_deadline():
    async def sleeper(name, seconds):
        await asyncio.sleep(seconds)
        print(name)

    async def main():
        await asyncio.gather(sleeper("c", 0.03), sleeper("a", 0.01), sleeper("b", 0.02))

    asyncio.run(main())


@scenario("C6")
def send_reaches_the_innermost_coroutine():
    async def inner():
        return await suspend("from inner")

    async def middle():
        return await inner() + 1

    async def outer():
        return await middle() * 10

    coro = outer()
    print(coro.send(None))
    print(attempt(lambda: coro.send(4)))


@scenario("C6")
def throw_travels_outwards():
    async def inner():
        try:
            await suspend()
        finally:
            print("inner finally")

    async def middle():
        try:
            await inner()
        except Oops as exc:
            print("middle caught", describe(exc))
            return "handled"

    async def outer():
        print("outer got", await middle())
        await suspend("waiting")

    coro = outer()
    coro.send(None)
    print(coro.throw(Oops("x")))
    coro.close()


@scenario("C6")
def an_error_keeps_its_identity_through_frames():
    oops = Oops("x")

    async def inner():
        await asyncio.sleep(0)
        raise oops

    async def middle():
        await inner()

    async def main():
        task = asyncio.create_task(middle())
        try:
            await task
        except Oops as exc:
            print(exc is oops, task.exception() is oops)

    asyncio.run(main())


@scenario("C6")
def a_coroutine_object_is_awaited_like_a_call():
    async def main():
        coro = echo("object", 1)
        print(await coro)
        print(await echo("call", 1))
        print(state(coro))

    asyncio.run(main())
