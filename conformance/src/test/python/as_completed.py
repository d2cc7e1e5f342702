"""as_completed: rules A1 and A2."""

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


@scenario("A2")
def who_is_cancelled_leaves_the_item_to_the_next():
    async def main():
        loop = asyncio.get_running_loop()
        item = loop.create_future()
        iterator = aiter(asyncio.as_completed([item, loop.create_future()]))

        async def consume(name):
            try:
                print(name, await anext(iterator) is item)
            except asyncio.CancelledError as exc:
                print(name, describe(exc))
                raise

        first = asyncio.create_task(consume("first"))
        second = asyncio.create_task(consume("second"))
        await pause()
        item.set_result(1)
        loop.call_soon(first.cancel, "behind the item")
        await asyncio.wait([first, second])
        print(first.cancelled(), second.cancelled())

    asyncio.run(main())


@scenario("A2")
def who_is_cancelled_and_goes_on_finds_the_item():
    async def main():
        loop = asyncio.get_running_loop()
        item = loop.create_future()

        async def consume():
            for each in asyncio.as_completed([item, loop.create_future()]):
                got = await outcome(each)
                print(got)
                if got == "1":
                    break

        consumer = asyncio.create_task(consume())
        await pause()
        item.set_result(1)
        loop.call_soon(consumer.cancel)
        await consumer

    asyncio.run(main())


@scenario("A2")
def who_waits_first_gets_the_first_result():
    async def main():
        loop = asyncio.get_running_loop()
        one = loop.create_future()
        two = loop.create_future()
        items = asyncio.as_completed([one, two])
        handed_out_first = next(items)
        handed_out_second = next(items)
        early = asyncio.create_task(outcome(handed_out_second))
        await pause()
        late = asyncio.create_task(outcome(handed_out_first))
        await pause()
        one.set_result(1)
        two.set_result(2)
        print(await early, await late)

    asyncio.run(main())


@scenario("A2")
def many_waiters_are_served_in_turn():
    async def main():
        loop = asyncio.get_running_loop()
        futures = [loop.create_future() for _ in range(4)]
        iterator = aiter(asyncio.as_completed(futures))

        async def consume(name):
            print(name, await (await anext(iterator)))

        consumers = [asyncio.create_task(consume(name)) for name in "abcd"]
        await pause()
        for i in (2, 0, 3, 1):
            futures[i].set_result(i)
        await asyncio.wait(consumers)

    asyncio.run(main())
