"""Signal handlers: rule P-6."""

import asyncio
import contextvars
import os
import signal

from harness import *

SIGNAL = signal.SIGCONT  # does nothing to a process that has no handler for it


def send():
    os.kill(os.getpid(), SIGNAL)


@scenario("P-6")
def a_handler_runs_as_a_callback():
    async def main():
        loop = asyncio.get_running_loop()
        came = loop.create_future()

        def handler():
            print("handler", asyncio.get_running_loop() is loop, asyncio.current_task())
            came.set_result(None)

        loop.add_signal_handler(SIGNAL, handler)
        send()
        print("sent")
        await came

    asyncio.run(main())


@scenario("P-6")
def the_last_handler_counts():
    async def main():
        loop = asyncio.get_running_loop()
        came = loop.create_future()
        loop.add_signal_handler(SIGNAL, lambda: print("first"))
        loop.add_signal_handler(SIGNAL, lambda: came.set_result("second"))
        send()
        print(await came)
        print(loop.remove_signal_handler(SIGNAL), loop.remove_signal_handler(SIGNAL))

    asyncio.run(main())


@scenario("P-6")
def removing_what_is_not_there():
    async def main():
        print(asyncio.get_running_loop().remove_signal_handler(SIGNAL))

    asyncio.run(main())


@scenario("P-6")
def a_handler_that_fails_is_reported():
    async def main():
        loop = asyncio.get_running_loop()
        came = loop.create_future()

        def handler():
            came.set_result(None)
            raise Oops("in the handler")

        report(loop)
        loop.add_signal_handler(SIGNAL, handler)
        send()
        await came

    asyncio.run(main())


@scenario("P-6")
def a_handler_runs_in_the_context_it_was_added_in():
    variable = contextvars.ContextVar("variable", default="nothing")

    async def main():
        loop = asyncio.get_running_loop()
        came = loop.create_future()
        variable.set("before")
        loop.add_signal_handler(SIGNAL, lambda: came.set_result(variable.get()))
        variable.set("after")
        send()
        print(await came)

    asyncio.run(main())


@scenario("P-6")
def signals_that_cannot_be_caught():
    async def main():
        loop = asyncio.get_running_loop()
        for name, number in (("KILL", signal.SIGKILL), ("STOP", signal.SIGSTOP)):
            try:
                loop.add_signal_handler(number, print)
            except Exception as exc:
                print(name, kind(exc))

    asyncio.run(main())


@scenario("P-6")
def signals_that_do_not_exist():
    async def main():
        loop = asyncio.get_running_loop()
        for call in (
            lambda: loop.add_signal_handler(999, print),
            lambda: loop.remove_signal_handler(999),
        ):
            try:
                call()
            except Exception as exc:
                print(kind(exc))

    asyncio.run(main())


@scenario("P-6")
def a_closed_loop_takes_no_handler():
    with new_loop() as loop:
        pass
    try:
        loop.add_signal_handler(SIGNAL, print)
    except Exception as exc:
        print(describe(exc))


@scenario("P-6")
def closing_the_loop_removes_the_handlers():
    async def main():
        asyncio.get_running_loop().add_signal_handler(SIGNAL, lambda: print("never"))

    asyncio.run(main())
    send()

    async def later():
        loop = asyncio.get_running_loop()
        came = loop.create_future()
        loop.add_signal_handler(SIGNAL, lambda: came.set_result("a new handler"))
        send()
        print(await came)

    asyncio.run(later())


@scenario("P-6")
def a_handler_may_stop_the_program():
    async def main():
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        loop.add_signal_handler(SIGNAL, lambda: task.cancel("by a signal"))
        send()
        await asyncio.sleep(100)

    print(attempt(lambda: asyncio.run(main())))
