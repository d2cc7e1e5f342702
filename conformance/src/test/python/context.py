"""contextvars: rule N6."""

import asyncio
import contextvars

from contextvars import ContextVar, copy_context

from harness import *


def in_own_context(body):
    """Runs in a copy of the context, so that nothing is left behind."""
    return copy_context().run(body)


@scenario("N6")
def a_task_copies_the_context_when_it_is_created():
    var = ContextVar("var", default="none")

    async def work():
        print("task reads", var.get())

    async def main():
        var.set("before")
        task = asyncio.create_task(work())
        var.set("after")
        await task
        print("main reads", var.get())

    asyncio.run(main())


@scenario("N6")
def what_a_task_sets_stays_in_it():
    var = ContextVar("var", default="none")

    async def work(name):
        var.set(name)
        await asyncio.sleep(0)
        print(name, "reads", var.get())

    async def main():
        await asyncio.gather(work("a"), work("b"))
        print("main reads", var.get())

    asyncio.run(main())


@scenario("N6")
def an_awaited_coroutine_shares_the_context():
    var = ContextVar("var", default="none")

    async def work():
        var.set("set by the callee")

    async def main():
        await work()
        print(var.get())

    asyncio.run(main())


@scenario("N6")
def a_given_context_is_shared():
    var = ContextVar("var", default="none")

    async def work(value):
        print("task reads", var.get())
        var.set(value)

    async def main():
        context = contextvars.copy_context()
        task = asyncio.create_task(work("first"), context=context)
        print(task.get_context() is context)
        await task
        await asyncio.create_task(work("second"), context=context)
        print(context.run(var.get), var.get())

    asyncio.run(main())


@scenario("N6")
def an_empty_context_knows_nothing():
    var = ContextVar("var", default="none")

    async def work():
        print("task reads", var.get())

    async def main():
        var.set("main")
        await asyncio.create_task(work(), context=contextvars.Context())

    asyncio.run(main())


@scenario("N6")
def callbacks_keep_the_context_of_their_call():
    var = ContextVar("var", default="none")

    async def main():
        loop = asyncio.get_running_loop()
        show = lambda: print(var.get())
        var.set("soon")
        loop.call_soon(show)
        var.set("threadsafe")
        loop.call_soon_threadsafe(show)
        var.set("later")
        loop.call_later(0, show)
        var.set("last")
        await asyncio.sleep(0.01)

    asyncio.run(main())


@scenario("N6")
def callbacks_take_a_given_context():
    var = ContextVar("var", default="none")

    async def main():
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        context.run(var.set, "given")
        handle = loop.call_soon(lambda: (print(var.get()), var.set("changed")), context=context)
        print(handle.get_context() is context)
        loop.call_later(0, lambda: print(var.get()), context=context)
        await asyncio.sleep(0.01)
        print(var.get())

    asyncio.run(main())


@scenario("N6")
def a_callback_does_not_change_the_context_of_its_scheduler():
    var = ContextVar("var", default="none")

    async def main():
        loop = asyncio.get_running_loop()
        var.set("main")
        loop.call_soon(lambda: var.set("callback"))
        await asyncio.sleep(0)
        print(var.get())

    asyncio.run(main())


@scenario("N6")
def wait_for_runs_a_coroutine_in_the_callers_context():
    var = ContextVar("var", default="none")

    async def work():
        var.set("set inside wait_for")

    async def main():
        await asyncio.wait_for(work(), 5)
        print(var.get())

    asyncio.run(main())


@scenario("N6")
def gather_gives_every_child_a_copy():
    var = ContextVar("var", default="none")

    async def work():
        var.set(var.get() + "+")
        return var.get()

    async def main():
        var.set("main")
        print(await asyncio.gather(work(), work()), var.get())

    asyncio.run(main())


@scenario("N6")
def tasks_of_a_group_take_a_context():
    var = ContextVar("var", default="none")

    async def work():
        var.set("child")

    async def main():
        context = contextvars.copy_context()
        async with asyncio.TaskGroup() as tg:
            tg.create_task(work(), context=context)
            tg.create_task(work())
        print(context.run(var.get), var.get())

    asyncio.run(main())


@scenario("N6")
def the_context_survives_every_switch():
    var = ContextVar("var", default="none")

    async def work(name):
        var.set(name)
        for _ in range(3):
            await asyncio.sleep(0)
            assert var.get() == name
        await asyncio.sleep(0.01)
        return var.get()

    async def main():
        print(await asyncio.gather(*(work(name) for name in "abcd")))

    asyncio.run(main())


@scenario("contextvars")
def a_token_restores_the_old_value():
    var = ContextVar("var", default="none")

    def body():
        first = var.set("first")
        second = var.set("second")
        print(var.get(), second.old_value)
        var.reset(second)
        print(var.get())
        var.reset(first)
        print(var.get())

    in_own_context(body)


@scenario("contextvars")
def a_token_is_used_once():
    var = ContextVar("var", default="none")

    def body():
        token = var.set("value")
        var.reset(token)
        try:
            var.reset(token)
        except RuntimeError as exc:
            print(kind(exc))

    in_own_context(body)


@scenario("contextvars")
def a_token_belongs_to_its_variable_and_context():
    var, other = ContextVar("var", default="none"), ContextVar("other")

    def body():
        token = var.set("value")
        print(kind_of(lambda: other.reset(token)))
        print(copy_context().run(kind_of, lambda: var.reset(token)))

    def kind_of(call):
        try:
            call()
        except ValueError as exc:
            return kind(exc)

    in_own_context(body)


@scenario("contextvars")
def reading_a_variable_that_was_never_set():
    var = ContextVar("var")
    try:
        print(var.get())
    except LookupError:
        print("not set")
    print(var.get("fallback"))
    print(ContextVar("other", default="default").get("fallback"))
    print(ContextVar("other", default="default").get())


@scenario("contextvars")
def a_context_runs_in_isolation():
    var = ContextVar("var", default="none")
    context = contextvars.Context()
    context.run(var.set, "inside")
    print(var.get(), context.run(var.get), context.get(var))
    copy = context.copy()
    copy.run(var.set, "in the copy")
    print(context.get(var), copy.get(var))


@scenario("contextvars")
def a_context_is_not_entered_twice():
    context = contextvars.Context()
    try:
        context.run(context.run, print)
    except RuntimeError as exc:
        print(kind(exc))
    context.run(print, "usable again")


@scenario("contextvars")
def an_error_leaves_the_context():
    var = ContextVar("var", default="none")
    context = contextvars.Context()

    def bad():
        var.set("inside")
        raise Oops("x")

    print(attempt(lambda: context.run(bad)))
    print(var.get(), context.get(var))


@scenario("contextvars")
def a_generator_runs_in_the_context_of_who_iterates():
    var = ContextVar("var", default="none")

    def items():
        yield var.get()
        var.set("generator")
        yield var.get()
        yield var.get()

    def body():
        var.set("first")
        generator = items()
        print(next(generator), var.get())
        print(next(generator), var.get())
        var.set("third")
        print(next(generator), var.get())

    in_own_context(body)
