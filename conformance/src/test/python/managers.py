"""except*, asynccontextmanager and AsyncExitStack: rules X1 to X3."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

from harness import *


def group():
    return ExceptionGroup(
        "outer", [Oops("a"), ExceptionGroup("inner", [OSError("b"), Oops("c")]), ValueError("d")]
    )


def leaves(exc):
    if isinstance(exc, BaseExceptionGroup):
        return [leaf for member in exc.exceptions for leaf in leaves(member)]
    return [exc]


def handled(group, by="handled"):
    for leaf in leaves(group):
        print(by, describe(leaf))


# ---- except* -----------------------------------------------------------------------------------


@scenario("X1")
def what_is_not_handled_goes_on():
    try:
        try:
            raise group()
        except* Oops as e:
            handled(e)
    except BaseExceptionGroup as e:
        print("left", describe(e))


@scenario("X1")
def all_is_handled():
    try:
        raise group()
    except* Exception as e:
        handled(e)
    print("done")


@scenario("X1")
def the_first_handler_that_fits_gets_it():
    try:
        raise group()
    except* Oops as e:
        handled(e, "first")
    except* OSError as e:
        handled(e, "second")
    except* Exception as e:
        handled(e, "third")
    print("done")


@scenario("X1")
def a_group_of_which_nothing_is_handled_goes_on():
    try:
        try:
            raise group()
        except* KeyError as e:
            handled(e)
    except BaseExceptionGroup as e:
        print(describe(e))


@scenario("X1")
def what_a_handler_raises_goes_on_with_the_rest():
    try:
        try:
            raise group()
        except* OSError as e:
            handled(e)
            raise Oops("by the handler")
    except BaseExceptionGroup as e:
        handled(e, "left")


@scenario("X1")
def later_handlers_do_not_get_what_an_earlier_one_raises():
    try:
        try:
            raise group()
        except* ValueError as e:
            handled(e, "first")
            raise Oops("by the handler")
        except* Oops as e:
            handled(e, "second")
    except BaseExceptionGroup as e:
        handled(e, "left")


@scenario("X1")
def errors_of_a_group_of_tasks_are_handled_by_class():
    async def main():
        async def broken():
            await asyncio.sleep(0)
            raise OSError("broken")

        try:
            async with asyncio.TaskGroup() as tg:
                tg.create_task(fail("oops", 1))
                tg.create_task(broken())
                tg.create_task(hang("third"))
        except* OSError as e:
            await asyncio.sleep(0)
            handled(e, "first")
        except* Oops as e:
            handled(e, "second")
        print("done")

    asyncio.run(main())


# ---- asynccontextmanager -----------------------------------------------------------------------


@asynccontextmanager
async def noting(name):
    await asyncio.sleep(0)
    print(name, "opens")
    try:
        yield name
        print(name, "goes on")
    except BaseException as exc:
        print(name, "sees", describe(exc))
        raise
    finally:
        await asyncio.sleep(0)
        print(name, "closes")


@asynccontextmanager
async def swallowing(name):
    try:
        yield name
    except Exception as exc:
        print(name, "swallows", describe(exc))


@asynccontextmanager
async def replacing(name):
    try:
        yield name
    except Exception as exc:
        print(name, "replaces", describe(exc))
        raise OSError(name)


@scenario("X2")
def a_body_runs_between_opening_and_closing():
    async def main():
        other = asyncio.create_task(steps("other", 4))
        async with noting("a") as value:
            print("body", value)
            await asyncio.sleep(0)
            print("body ends")
        await other

    asyncio.run(main())


@scenario("X2")
def what_a_body_raises_comes_out_of_yield_and_goes_on():
    async def main():
        error = Oops("x")
        try:
            async with noting("a"):
                raise error
        except Oops as exc:
            print(exc is error)

    asyncio.run(main())


@scenario("X2")
def a_manager_may_swallow_the_error():
    async def main():
        async with swallowing("a"):
            raise Oops("x")
        print("goes on")

    asyncio.run(main())


@scenario("X2")
def a_manager_may_replace_the_error():
    async def main():
        async with replacing("a"):
            raise Oops("x")

    print(attempt(lambda: asyncio.run(main())))


@scenario("X2")
def managers_inside_each_other_close_from_the_inside():
    async def main():
        async with noting("outer"):
            async with swallowing("middle"):
                async with noting("inner"):
                    raise Oops("x")

    asyncio.run(main())


@scenario("X2")
def an_opening_that_fails_has_no_body():
    @asynccontextmanager
    async def failing():
        await asyncio.sleep(0)
        raise Oops("opening")
        yield

    async def main():
        async with failing():
            print("body")

    print(attempt(lambda: asyncio.run(main())))


@scenario("X2")
def a_closing_that_fails_is_what_goes_on():
    @asynccontextmanager
    async def failing():
        try:
            yield
        finally:
            raise Oops("closing")

    async def main(error):
        async with failing():
            if error:
                raise OSError("body")

    print(attempt(lambda: asyncio.run(main(False))))
    print(attempt(lambda: asyncio.run(main(True))))


@scenario("X2")
def a_manager_without_a_yield_is_an_error():
    @asynccontextmanager
    async def empty():
        if False:
            yield

    async def main():
        try:
            async with empty():
                print("body")
        except RuntimeError as exc:
            print(kind(exc))

    asyncio.run(main())


@scenario("X2")
def a_second_yield_is_an_error():
    @asynccontextmanager
    async def twice():
        yield 1
        yield 2

    async def main():
        try:
            async with twice() as value:
                print("body", value)
        except RuntimeError as exc:
            print(kind(exc))

    asyncio.run(main())


@scenario("X2")
def a_cancelled_body_is_cleaned_up_after():
    async def main():
        async def work():
            async with noting("a"):
                await hang("body")

        task = asyncio.create_task(work())
        await pause(3)
        print(task.cancel("stop"))
        print(await outcome(task), task.cancelled())

    asyncio.run(main())


@scenario("X2")
def a_manager_may_swallow_a_cancellation():
    async def main():
        @asynccontextmanager
        async def deaf():
            try:
                yield
            except asyncio.CancelledError:
                await asyncio.sleep(0)
                print("swallowed")

        async def work():
            async with deaf():
                await hang("body")
            return "result"

        task = asyncio.create_task(work())
        await pause()
        task.cancel()
        print(await outcome(task), task.cancelled(), task.cancelling())

    asyncio.run(main())


# ---- AsyncExitStack ----------------------------------------------------------------------------


def exit_of(name, swallows=False):
    async def call(kind_of_exc, exc, traceback):
        await asyncio.sleep(0)
        print(name, "gets", describe(exc) if exc else None)
        return swallows

    return call


@scenario("X3")
def a_stack_ends_what_is_on_it_in_reverse_order():
    async def main():
        async with AsyncExitStack() as stack:
            print(await stack.enter_async_context(noting("first")))
            stack.callback(print, "second")
            stack.push_async_exit(exit_of("third"))
            print("body")
        print("after")

    asyncio.run(main())


@scenario("X3")
def what_is_on_a_stack_sees_the_error():
    async def main():
        async with AsyncExitStack() as stack:
            stack.push_async_exit(exit_of("first"))
            await stack.enter_async_context(noting("second"))
            stack.callback(print, "third")
            raise Oops("x")

    print(attempt(lambda: asyncio.run(main())))


@scenario("X3")
def an_error_that_is_swallowed_is_not_seen_further_out():
    async def main():
        async with AsyncExitStack() as stack:
            stack.push_async_exit(exit_of("first"))
            stack.push_async_exit(exit_of("second", swallows=True))
            stack.push_async_exit(exit_of("third"))
            raise Oops("x")
        print("goes on")

    asyncio.run(main())


@scenario("X3")
def an_error_that_is_replaced_is_seen_further_out():
    async def main():
        async with AsyncExitStack() as stack:
            stack.push_async_exit(exit_of("first"))
            await stack.enter_async_context(replacing("second"))
            stack.push_async_exit(exit_of("third"))
            raise Oops("x")

    print(attempt(lambda: asyncio.run(main())))


@scenario("X3")
def an_error_in_a_callback_is_seen_further_out():
    async def main():
        async with AsyncExitStack() as stack:
            stack.push_async_exit(exit_of("first"))
            stack.push_async_callback(fail, "second")
            stack.push_async_exit(exit_of("third"))

    print(attempt(lambda: asyncio.run(main())))


@scenario("X3")
def what_was_entered_before_an_entry_fails_is_closed():
    @asynccontextmanager
    async def failing():
        raise Oops("entry")
        yield

    async def main():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(noting("first"))
            await stack.enter_async_context(failing())

    print(attempt(lambda: asyncio.run(main())))


@scenario("X3")
def what_is_moved_to_another_stack_outlives_the_first():
    async def main():
        async with AsyncExitStack() as stack:
            stack.callback(print, "moved")
            other = stack.pop_all()
            stack.callback(print, "stayed")
        print("after the first")
        await other.aclose()
        await other.aclose()
        print("after the other")

    asyncio.run(main())


@scenario("X3")
def a_stack_that_was_ended_can_be_used_again():
    async def main():
        stack = AsyncExitStack()
        stack.callback(print, "once")
        await stack.aclose()
        await stack.enter_async_context(noting("twice"))
        await stack.aclose()

    asyncio.run(main())


@scenario("X3")
def the_rest_of_a_stack_is_ended_after_a_cancellation():
    async def main():
        async def work():
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(noting("first"))
                stack.push_async_callback(hang, "second")

        task = asyncio.create_task(work())
        await pause(3)
        task.cancel()
        print(await outcome(task), task.cancelled())

    asyncio.run(main())
