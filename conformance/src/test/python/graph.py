"""Who awaits whom: rule N7. CPython has the call graph since 3.14."""

import asyncio

from harness import *


def awaiters(future):
    """A future's name, with those who wait for it in parentheses."""
    return tree(asyncio.capture_call_graph(future))


def tree(graph):
    name = graph.future.get_name() if isinstance(graph.future, asyncio.Task) else "future"
    waiting = sorted(tree(waiter) for waiter in graph.awaited_by)
    return f"{name}({', '.join(waiting)})" if waiting else name


def start(coro, name):
    return asyncio.create_task(coro, name=name)


@scenario(
    "N7",
    since=(3, 14),
    expected="""
        future(a, b)
        future
    """,
)
def a_future_knows_its_waiters():
    async def main():
        future = asyncio.get_running_loop().create_future()

        async def wait():
            await future

        tasks = [start(wait(), "a"), start(wait(), "b")]
        await pause()
        print(awaiters(future))
        future.set_result("value")
        await asyncio.wait(tasks)
        print(awaiters(future))

    asyncio.run(main())


@scenario(
    "N7",
    since=(3, 14),
    expected="""
        c(b(a))
        c
    """,
)
def tasks_that_await_tasks():
    async def main():
        async def wait(task):
            return await task

        c = start(echo("value", 3), "c")
        b = start(wait(c), "b")
        a = start(wait(b), "a")
        await pause(2)
        print(awaiters(c))
        await a
        print(awaiters(c))

    asyncio.run(main())


@scenario(
    "N7",
    since=(3, 14),
    expected="""
        child(parent)
        child
    """,
)
def children_of_gather():
    async def main():
        child = start(echo("value", 4), "child")

        async def work():
            await asyncio.gather(child, echo("other"))

        parent = start(work(), "parent")
        await pause(2)
        print(awaiters(child))
        await parent
        print(awaiters(child))

    asyncio.run(main())


@scenario(
    "N7",
    since=(3, 14),
    expected="""
        child(parent)
        child
    """,
)
def members_of_wait():
    async def main():
        child = start(echo("value", 4), "child")

        async def work():
            await asyncio.wait([child])

        parent = start(work(), "parent")
        await pause(2)
        print(awaiters(child))
        await parent
        print(awaiters(child))

    asyncio.run(main())


@scenario(
    "N7",
    since=(3, 14),
    expected="""
        child(parent)
        child
    """,
)
def children_of_a_group():
    async def main():
        children = []

        async def work():
            async with asyncio.TaskGroup() as tg:
                children.append(tg.create_task(echo("value", 4), name="child"))

        parent = start(work(), "parent")
        await pause(2)
        print(awaiters(children[0]))
        await parent
        print(awaiters(children[0]))

    asyncio.run(main())


@scenario(
    "N7",
    since=(3, 14),
    expected="""
        child(parent)
        child
    """,
)
def a_shielded_task():
    async def main():
        child = start(echo("value", 4), "child")

        async def work():
            await asyncio.shield(child)

        parent = start(work(), "parent")
        await pause(2)
        print(awaiters(child))
        await parent
        print(awaiters(child))

    asyncio.run(main())
