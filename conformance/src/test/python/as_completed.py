"""as_completed: rule A1."""

import asyncio

from harness import *


@scenario("A1")
def results_come_as_they_complete():
    async def main():
        for item in asyncio.as_completed([echo("slow", 6), echo("quick"), echo("middle", 3)]):
            print(await item)

    asyncio.run(main())


@scenario("A1")
def as_completed_by_timers():
    async def main():
        async def work(name, seconds):
            await asyncio.sleep(seconds)
            return name

        works = [work("c", 0.05), work("a", 0.01), work("b", 0.03)]
        print([await item for item in asyncio.as_completed(works)])

    asyncio.run(main())


@scenario("A1")
def the_plain_form_gives_fresh_awaitables():
    async def main():
        tasks = [asyncio.create_task(echo("a")), asyncio.create_task(echo("b", 3))]
        for item in asyncio.as_completed(tasks):
            print(item in tasks, await item)

    asyncio.run(main())


@scenario("A1")
def the_async_form_gives_the_very_futures():
    async def main():
        slow = asyncio.create_task(echo("slow", 3))
        quick = asyncio.create_task(echo("quick"))
        async for task in asyncio.as_completed([slow, quick]):
            print(task is slow, task is quick, task.done(), await task)

    asyncio.run(main())


@scenario("A1")
def errors_come_with_their_item():
    async def main():
        for item in asyncio.as_completed([fail("x"), echo("fine", 3)]):
            print(await outcome(item))

    asyncio.run(main())


@scenario("A1")
def cancelled_tasks_are_items_too():
    async def main():
        task = asyncio.create_task(hang("task"))
        await pause()
        task.cancel("why")
        for item in asyncio.as_completed([task, echo("other", 5)]):
            print(await outcome(item))

    asyncio.run(main())


@scenario("A1")
def every_item_left_at_the_timeout_raises():
    async def main():
        tasks = [
            asyncio.create_task(coro)
            for coro in (echo("quick"), asyncio.sleep(60), asyncio.sleep(60))
        ]
        for item in asyncio.as_completed(tasks, timeout=0.05):
            print(await outcome(item))
        print([task.done() for task in tasks])

    asyncio.run(main())


@scenario("A1")
def the_async_form_raises_at_the_timeout():
    async def main():
        tasks = [asyncio.create_task(c) for c in (echo("quick"), asyncio.sleep(60))]
        try:
            async for task in asyncio.as_completed(tasks, timeout=0.05):
                print(await task)
        except TimeoutError as exc:
            print(describe(exc))
        print([task.cancelling() for task in tasks])

    asyncio.run(main())


@scenario("A1")
def a_duplicate_is_one_item():
    async def main():
        task = asyncio.create_task(echo("value"))
        print([await item for item in asyncio.as_completed([task, task])])

    asyncio.run(main())


@scenario("A1")
def as_completed_of_nothing():
    async def main():
        print([await item for item in asyncio.as_completed([])])

    asyncio.run(main())


@scenario("A1")
def done_tasks_come_first():
    async def main():
        slow = asyncio.create_task(echo("slow", 5))
        done = asyncio.create_task(echo("done"))
        await pause(2)
        print([await item for item in asyncio.as_completed([slow, done])])

    asyncio.run(main())


@scenario("A1")
def leaving_early_cancels_nothing():
    async def main():
        slow = asyncio.create_task(echo("slow", 5))
        quick = asyncio.create_task(echo("quick"))
        for item in asyncio.as_completed([slow, quick]):
            print(await item)
            break
        print(slow.done(), slow.cancelling())
        print(await slow)

    asyncio.run(main())
