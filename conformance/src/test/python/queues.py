"""Queues: rules Q1 to Q4, and W3."""

import asyncio

from harness import *


def sentence(exc):
    """What an exception says, or its kind if it says nothing, without module and address."""
    text = re.sub(r"<(\w+) at 0x\w+", r"<\1", str(exc))
    return text or kind(exc)


def refusal(call):
    """How a call is refused."""
    try:
        call()
        return "no refusal"
    except Exception as exc:
        return sentence(exc)


async def refused(aw):
    """How an await is refused."""
    try:
        await aw
        return "no refusal"
    except Exception as exc:
        return sentence(exc)


async def take(queue, name):
    """Takes an item."""
    try:
        item = await queue.get()
        print(name, "got", item)
    except asyncio.CancelledError:
        print(name, "cancelled", queue)
        raise
    except asyncio.QueueShutDown:
        print(name, "is told of the end")


async def give(queue, name):
    """Puts its own name."""
    try:
        await queue.put(name)
        print(name, "put", queue)
    except asyncio.CancelledError:
        print(name, "cancelled", queue)
        raise
    except asyncio.QueueShutDown:
        print(name, "is told of the end")


async def join(queue, name):
    """Waits until all is done."""
    await queue.join()
    print(name, "joined")


def tasks(function, queue, names):
    return [asyncio.create_task(function(queue, name)) for name in names]


def filled(queue, *items):
    for item in items:
        queue.put_nowait(item)
    return queue


def drained(queue):
    items = []
    while not queue.empty():
        items.append(queue.get_nowait())
    return items


class Clock:
    """Counts iterations: its callback is the first of every batch."""

    def __init__(self):
        self.ticks = 0
        self.tick()

    def tick(self):
        self.ticks += 1
        asyncio.get_running_loop().call_soon(self.tick)


# ---- putting and getting ---------------------------------------------------------------------


@scenario("Q1")
def items_come_out_as_they_went_in():
    async def main():
        queue = asyncio.Queue(2)

        async def produce():
            for i in range(6):
                await queue.put(i)
                print("put", i, queue)

        async def consume():
            for _ in range(6):
                item = await queue.get()
                print("got", item, queue)

        await asyncio.gather(produce(), consume())

    asyncio.run(main())


@scenario("Q1")
def getters_are_served_in_the_order_of_arrival():
    async def main():
        queue = asyncio.Queue()
        getters = tasks(take, queue, "abc")
        await pause()
        print(queue)
        for i in range(3):
            queue.put_nowait(i)
            print(queue)
        await asyncio.wait(getters)

    asyncio.run(main())


@scenario("Q1")
def putters_are_served_in_the_order_of_arrival():
    async def main():
        queue = filled(asyncio.Queue(1), "first")
        putters = tasks(give, queue, "abc")
        await pause()
        print(queue)
        for _ in range(4):
            print(queue.get_nowait(), queue)
            await pause()
        await asyncio.wait(putters)

    asyncio.run(main())


@scenario("Q1")
def one_that_need_not_wait_may_be_faster():
    async def main():
        queue = asyncio.Queue()
        getters = tasks(take, queue, "ab")
        await pause()
        queue.put_nowait(1)
        print(await queue.get(), queue)
        await pause(2)
        print(queue)
        queue.put_nowait(2)
        queue.put_nowait(3)
        await asyncio.wait(getters)

    asyncio.run(main())


@scenario("Q1")
def a_getter_that_was_woken_and_cancelled_wakes_the_next():
    async def main():
        queue = asyncio.Queue()
        getters = tasks(take, queue, "abc")
        await pause()
        queue.put_nowait("item")
        getters[0].cancel()
        print(queue)
        await pause(3)
        print(queue, [task.done() for task in getters])
        queue.put_nowait("another")
        await asyncio.wait(getters)

    asyncio.run(main())


@scenario("Q1")
def a_putter_that_was_woken_and_cancelled_wakes_the_next():
    async def main():
        queue = filled(asyncio.Queue(1), "first")
        putters = tasks(give, queue, "abc")
        await pause()
        print(queue.get_nowait())
        putters[0].cancel()
        print(queue)
        await pause(3)
        print(queue, [task.done() for task in putters])
        print(queue.get_nowait())
        await asyncio.wait(putters)

    asyncio.run(main())


@scenario("Q1")
def cancelled_getters_and_putters_leave():
    async def main():
        queue = asyncio.Queue(1)
        getters = tasks(take, queue, "ab")
        await pause()
        getters[0].cancel()
        await pause()
        print(queue)
        queue.put_nowait(1)
        await pause()
        queue.put_nowait(2)
        putters = tasks(give, queue, "cd")
        await pause()
        putters[0].cancel()
        await pause()
        print(queue, drained(queue))
        await asyncio.wait(putters)
        print(drained(queue))

    asyncio.run(main())


@scenario("Q1")
def all_getters_cancelled_after_items_came():
    async def main():
        queue = asyncio.Queue()
        getters = tasks(take, queue, "ab")
        await pause()
        for i in range(2):
            queue.put_nowait(i)
        for task in getters:
            task.cancel()
        await asyncio.wait(getters)
        print(queue)
        await take(queue, "main")
        await take(queue, "main")

    asyncio.run(main())


@scenario("Q1")
def without_waiting():
    async def main():
        queue = asyncio.Queue(1)
        print(refusal(queue.get_nowait))
        queue.put_nowait("item")
        print(refusal(lambda: queue.put_nowait("more")))
        print(queue.get_nowait(), queue.empty())

    asyncio.run(main())


@scenario("2.0")
def what_queues_cost():
    async def main():
        clock = Clock()
        queue = asyncio.Queue(1)
        start = clock.ticks
        await queue.put(1)
        print(clock.ticks - start)
        await queue.get()
        print(clock.ticks - start)
        getter = asyncio.create_task(queue.get())
        start = clock.ticks
        await pause()
        queue.put_nowait(2)
        await getter
        print(clock.ticks - start)

    asyncio.run(main())


@scenario("W3")
def a_time_limit_loses_no_item():
    async def main():
        queue = asyncio.Queue()
        loop = asyncio.get_running_loop()

        async def late():
            async with asyncio.timeout(0.01) as limit:
                loop.call_at(limit.when(), queue.put_nowait, "item")
                return await queue.get()

        print(await outcome(asyncio.wait_for(queue.get(), 0.01)), queue)
        got = await outcome(late())
        print(got == "'item'" or queue.get_nowait() == "item", queue.empty())

    asyncio.run(main())


@scenario("W3")
def a_timeout_that_fires_after_the_wake_up_leaves_the_item():
    async def main():
        queue = asyncio.Queue()

        async def work():
            async with asyncio.timeout(None) as limit:

                def both():
                    queue.put_nowait("item")
                    limit.reschedule(asyncio.get_running_loop().time() - 1)

                asyncio.get_running_loop().call_soon(both)
                return await queue.get()

        first = asyncio.create_task(work())
        await pause(4)
        print(await outcome(first), queue)

    asyncio.run(main())


# ---- sizes and orders ------------------------------------------------------------------------


@scenario("Q2")
def maximal_sizes():
    async def main():
        for maxsize in (-1, 0, 1, 2):
            queue = asyncio.Queue(maxsize)
            print(queue.maxsize, queue.full(), queue.empty(), queue.qsize(), queue)
            queue.put_nowait("a")
            print(queue.full(), queue.empty(), queue.qsize(), queue)

    asyncio.run(main())


@scenario("Q2")
def the_smallest_first():
    async def main():
        queue = filled(asyncio.PriorityQueue(), 3, 1, 5, 2, 4)
        print(queue.qsize(), drained(queue))
        bounded = filled(asyncio.PriorityQueue(2), 3, 1)
        print(refusal(lambda: bounded.put_nowait(2)))
        putter = asyncio.create_task(bounded.put(2))
        await pause()
        print(bounded.get_nowait())
        await putter
        print(drained(bounded))

    asyncio.run(main())


@scenario("Q2")
def the_newest_first():
    async def main():
        queue = filled(asyncio.LifoQueue(), 3, 1, 5)
        print(queue.get_nowait())
        queue.put_nowait(9)
        print(drained(queue))
        bounded = filled(asyncio.LifoQueue(1), 1)
        print(bounded.full(), refusal(lambda: bounded.put_nowait(2)), bounded)

    asyncio.run(main())


# ---- finishing -------------------------------------------------------------------------------


@scenario("Q3")
def join_waits_until_all_is_done():
    async def main():
        queue = asyncio.Queue()
        await join(queue, "main")
        queue = filled(asyncio.Queue(), 1, 2)
        joiners = tasks(join, queue, "ab")
        await pause()
        print(drained(queue), queue)
        queue.task_done()
        await pause(2)
        print([task.done() for task in joiners], queue)
        queue.task_done()
        await asyncio.wait(joiners)
        print(queue)

    asyncio.run(main())


@scenario("Q3")
def join_ends_even_if_more_is_put_at_once():
    async def main():
        queue = filled(asyncio.Queue(), 1)
        joiners = tasks(join, queue, "a")
        await pause()
        queue.task_done()
        queue.put_nowait(2)
        late = tasks(join, queue, "b")
        await asyncio.wait(joiners)
        await pause(3)
        print(late[0].done(), queue)
        queue.task_done()
        await asyncio.wait(late)

    asyncio.run(main())


@scenario("Q3")
def task_done_too_often():
    async def main():
        queue = asyncio.Queue()
        print(refusal(queue.task_done))
        queue.put_nowait(1)
        queue.task_done()
        print(refusal(queue.task_done), queue)

    asyncio.run(main())


# ---- shutting down ---------------------------------------------------------------------------


@scenario("Q4")
def after_shutdown_items_can_be_taken_but_not_put():
    async def main():
        queue = filled(asyncio.Queue(2), 1, 2)
        queue.shutdown()
        print(queue, refusal(lambda: queue.put_nowait(3)), await refused(queue.put(3)))
        print(await queue.get(), queue.get_nowait())
        print(refusal(queue.get_nowait), await refused(queue.get()), queue)
        queue.shutdown()
        queue.task_done()
        queue.task_done()
        await queue.join()
        print(queue)

    asyncio.run(main())


@scenario("Q4")
def shutdown_wakes_all_getters():
    async def main():
        queue = asyncio.Queue()
        getters = tasks(take, queue, "abc")
        await pause()
        queue.put_nowait("item")
        queue.shutdown()
        print(queue)
        await asyncio.wait(getters)

    asyncio.run(main())


@scenario("Q4")
def shutdown_wakes_all_putters_and_none_inserts():
    async def main():
        queue = filled(asyncio.Queue(1), "first")
        putters = tasks(give, queue, "abc")
        await pause()
        print(queue.get_nowait())
        queue.shutdown()
        await asyncio.wait(putters)
        print(queue)

    asyncio.run(main())


@scenario("Q4")
def immediate_shutdown_drops_the_items():
    async def main():
        queue = filled(asyncio.Queue(3), 1, 2, 3)
        print(queue.get_nowait())
        joiners = tasks(join, queue, "a")
        putters = tasks(give, queue, "xy")
        await pause(2)
        print(queue)
        queue.shutdown(immediate=True)
        print(queue, refusal(queue.get_nowait))
        await asyncio.wait(putters)
        print(joiners[0].done(), queue)
        queue.task_done()
        await asyncio.wait(joiners)

    asyncio.run(main())


@scenario("Q4")
def immediate_shutdown_releases_join():
    async def main():
        queue = filled(asyncio.LifoQueue(), 1, 2)
        joiners = tasks(join, queue, "ab")
        await pause()
        queue.shutdown()
        await pause(2)
        print([task.done() for task in joiners], queue.qsize())
        queue.shutdown(immediate=True)
        await asyncio.wait(joiners)
        queue.shutdown(immediate=True)
        print(queue, refusal(queue.task_done))

    asyncio.run(main())


@scenario("Q4")
def a_cancelled_getter_of_a_queue_that_is_shut_down():
    async def main():
        queue = asyncio.Queue()
        getters = tasks(take, queue, "ab")
        await pause()
        queue.shutdown()
        getters[0].cancel()
        await asyncio.wait(getters)
        print(queue)

    asyncio.run(main())


# ---- loops -----------------------------------------------------------------------------------


@scenario("K6")
def a_queue_belongs_to_the_loop_of_its_first_wait():
    queue = asyncio.Queue(1)

    async def free():
        await queue.put(1)
        print(await queue.get())

    async def waits():
        print(await outcome(asyncio.wait_for(queue.get(), 0.001)))

    async def refuses():
        print(await refused(queue.get()))
        await free()

    asyncio.run(free())
    asyncio.run(free())
    asyncio.run(waits())
    asyncio.run(refuses())
