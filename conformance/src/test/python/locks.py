"""Locks, events, conditions, semaphores, barriers: rules K1 to K6."""

import asyncio

from harness import *


def short(thing):
    """Its repr without module and address."""
    return re.sub(r"asyncio\.\w+\.(\w+) object at 0x\w+", r"\1", repr(thing))


def sentence(exc):
    """What an exception says, without module and address."""
    return re.sub(r"asyncio\.\w+\.(\w+) object at 0x\w+", r"\1", str(exc))


def refusal(call):
    """The sentence with which a call is refused."""
    try:
        call()
        return "no refusal"
    except Exception as exc:
        return sentence(exc)


async def refused(aw):
    """The sentence with which an await is refused."""
    try:
        await aw
        return "no refusal"
    except Exception as exc:
        return sentence(exc)


async def take(what, name, pauses=0):
    """Acquires it, holds it for some sleep(0), and releases it."""
    try:
        await what.acquire()
    except asyncio.CancelledError:
        print(name, "cancelled", short(what))
        raise
    print(name, "has it", short(what))
    await pause(pauses)
    what.release()
    print(name, "released it", short(what))


async def keep(what, name):
    """Acquires it for good."""
    await what.acquire()
    print(name, "has it")


async def run_all(*tasks):
    await asyncio.wait(tasks)


class Clock:
    """Counts iterations: its callback is the first of every batch."""

    def __init__(self):
        self.ticks = 0
        self.tick()

    def tick(self):
        self.ticks += 1
        asyncio.get_running_loop().call_soon(self.tick)


# ---- Lock ------------------------------------------------------------------------------------


@scenario("K1")
def a_lock_goes_round_in_the_order_of_arrival():
    async def main():
        lock = asyncio.Lock()
        await run_all(*[asyncio.create_task(take(lock, name, 2)) for name in "abc"])

    asyncio.run(main())


@scenario("K1")
def nobody_barges_in_when_a_lock_is_released():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        first = asyncio.create_task(take(lock, "first"))
        await pause()
        lock.release()
        print(lock.locked(), short(lock))
        await take(lock, "main")
        await first

    asyncio.run(main())


@scenario("K1")
def the_greedy_one_waits_its_turn_too():
    async def main():
        lock = asyncio.Lock()

        async def greedy(name):
            for _ in range(3):
                async with lock:
                    print(name)

        await run_all(*[asyncio.create_task(greedy(name)) for name in "abc"])
        await lock.acquire()
        tasks = [asyncio.create_task(greedy(name)) for name in "abc"]
        await pause()
        lock.release()
        await run_all(*tasks)

    asyncio.run(main())


@scenario("K1")
def the_waiter_that_was_woken_and_cancelled_passes_the_lock_on():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        tasks = [asyncio.create_task(take(lock, name)) for name in "abc"]
        await pause()
        lock.release()
        tasks[0].cancel()
        print(short(lock))
        await run_all(*tasks)

    asyncio.run(main())


@scenario("K1")
def the_first_waiter_is_cancelled_and_then_the_lock_released():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        tasks = [asyncio.create_task(take(lock, name)) for name in "abc"]
        await pause()
        tasks[0].cancel()
        lock.release()
        print(short(lock))
        late = asyncio.create_task(take(lock, "late"))
        for _ in range(5):
            await pause()
            print("-", short(lock))
        await run_all(*tasks, late)

    asyncio.run(main())


@scenario("K1")
def a_lock_whose_waiters_are_all_cancelled_is_free_for_newcomers():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        tasks = [asyncio.create_task(take(lock, name)) for name in "ab"]
        await pause()
        for task in tasks:
            task.cancel()
        lock.release()
        await take(lock, "main")
        await run_all(*tasks)
        print(short(lock))

    asyncio.run(main())


@scenario("K1")
def only_one_gets_a_lock_that_is_released_while_the_first_is_cancelled():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        tasks = [asyncio.create_task(keep(lock, name)) for name in "abc"]
        await pause()

        def trigger():
            tasks[0].cancel()
            lock.release()

        asyncio.get_running_loop().call_soon(trigger)
        print(await outcome(tasks[0]))
        await pause(3)
        print([task.done() for task in tasks], short(lock))
        tasks[2].cancel()
        await pause()
        print(tasks[2].cancelled(), short(lock))

    asyncio.run(main())


@scenario("K1")
def a_waiter_cancelled_before_it_waits_does_not_stop_the_others():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        first = asyncio.create_task(keep(lock, "first"))
        await pause()
        second = asyncio.create_task(keep(lock, "second"))
        first.cancel()
        lock.release()
        await pause()
        print(lock.locked(), first.cancelled())
        await second

    asyncio.run(main())


@scenario("K1")
def a_lock_that_is_free_cannot_be_released():
    async def main():
        lock = asyncio.Lock()
        print(refusal(lock.release))
        await lock.acquire()
        lock.release()
        print(refusal(lock.release))

    asyncio.run(main())


@scenario("K1")
def anybody_may_release_a_lock():
    async def main():
        lock = asyncio.Lock()
        await asyncio.create_task(keep(lock, "task"))
        print(short(lock))
        lock.release()
        print(short(lock))

    asyncio.run(main())


@scenario("K1")
def a_lock_in_a_with_block_is_released_whatever_happens():
    async def main():
        lock = asyncio.Lock()
        async with lock:
            print(lock.locked())
        print(lock.locked())

        async def failing():
            async with lock:
                await fail("inside")

        print(await outcome(failing()), lock.locked())

    asyncio.run(main())


@scenario("K1")
def a_time_limit_on_a_lock():
    async def main():
        lock = asyncio.Lock()
        await lock.acquire()
        print(await outcome(asyncio.wait_for(lock.acquire(), 0.01)))
        print(short(lock))
        lock.release()
        print(short(lock))

    asyncio.run(main())


@scenario("2.0")
def what_free_and_contended_locks_cost():
    async def main():
        clock = Clock()
        event = asyncio.Event()
        event.set()
        for aw in (asyncio.Lock().acquire(), asyncio.Semaphore().acquire(), event.wait()):
            start = clock.ticks
            await aw
            print(clock.ticks - start)
        lock = asyncio.Lock()
        await lock.acquire()
        waiter = asyncio.create_task(lock.acquire())
        start = clock.ticks
        await asyncio.sleep(0)
        lock.release()
        await waiter
        print(clock.ticks - start)

    asyncio.run(main())


# ---- Event -----------------------------------------------------------------------------------


@scenario("K2")
def an_event_wakes_everybody_even_if_cleared_at_once():
    async def main():
        event = asyncio.Event()

        async def wait(name):
            print(name, await event.wait(), event.is_set())

        tasks = [asyncio.create_task(wait(name)) for name in "abc"]
        await pause()
        print(short(event))
        event.set()
        event.clear()
        print(short(event))
        late = asyncio.create_task(wait("late"))
        await run_all(*tasks)
        print(late.done(), short(event))
        event.set()
        event.set()
        await late
        print(short(event), await event.wait())

    asyncio.run(main())


@scenario("K2")
def a_cancelled_wait_for_an_event():
    async def main():
        event = asyncio.Event()
        task = asyncio.create_task(event.wait())
        await pause()
        task.cancel("why")
        print(await outcome(task), short(event))
        print(await outcome(asyncio.wait_for(event.wait(), 0.01)), short(event))
        event.set()
        print(await asyncio.wait_for(event.wait(), 0.01))

    asyncio.run(main())


# ---- Condition -------------------------------------------------------------------------------


@scenario("K3")
def a_condition_wakes_as_many_as_it_is_told():
    async def main():
        cond = asyncio.Condition()

        async def wait(name):
            async with cond:
                print(name, await cond.wait(), short(cond))

        tasks = [asyncio.create_task(wait(name)) for name in "abcde"]
        await pause(2)
        print(short(cond))
        for count in (1, 2, 100):
            async with cond:
                cond.notify(count)
            await pause(8)
            print("-", [task.done() for task in tasks])

    asyncio.run(main())


@scenario("K3")
def notify_all_and_its_order():
    async def main():
        cond = asyncio.Condition()

        async def wait(name):
            async with cond:
                await cond.wait()
                print(name, short(cond))
                await pause()

        tasks = [asyncio.create_task(wait(name)) for name in "abc"]
        await pause(2)
        async with cond:
            cond.notify_all()
            print(short(cond))
        await run_all(*tasks)
        print(short(cond))

    asyncio.run(main())


@scenario("K3")
def a_condition_without_its_lock():
    async def main():
        cond = asyncio.Condition()
        print(await refused(cond.wait()))
        print(refusal(cond.notify))
        print(refusal(cond.notify_all))
        print(refusal(cond.release))
        print(await cond.wait_for(lambda: True))
        print(await refused(cond.wait_for(lambda: False)))

    asyncio.run(main())


@scenario("K3")
def a_cancelled_wait_has_the_lock_again_before_it_goes_on():
    async def main():
        cond = asyncio.Condition()

        async def wait():
            async with cond:
                try:
                    await cond.wait()
                except asyncio.CancelledError as exc:
                    print(describe(exc), cond.locked())
                    raise

        task = asyncio.create_task(wait())
        await pause()
        await cond.acquire()
        for message in ("one", "two", "three"):
            task.cancel(message)
            await pause(2)
            print(task.done(), short(cond))
        cond.release()
        print(await outcome(task), short(cond))

    asyncio.run(main())


@scenario("K3")
def a_signal_to_one_that_is_cancelled_is_passed_on():
    async def main():
        cond = asyncio.Condition()
        items = []

        async def consume(name):
            async with cond:
                await cond.wait_for(lambda: items)
                print(name, items.pop())

        tasks = [asyncio.create_task(consume(name)) for name in "ab"]
        await pause()
        async with cond:
            items.append("item")
            cond.notify()
            tasks[0].cancel()
        print([await outcome(task) for task in tasks])

    asyncio.run(main())


@scenario("K3")
def a_signal_to_one_that_is_cancelled_while_it_waits_for_the_lock_is_passed_on():
    async def main():
        cond = asyncio.Condition()
        items = []

        async def consume(name):
            async with cond:
                await cond.wait_for(lambda: items)
                print(name, items.pop())

        tasks = [asyncio.create_task(consume(name)) for name in "ab"]
        await pause()
        async with cond:
            items.append("item")
            cond.notify()
            await pause()
            tasks[0].cancel("late")
        print([await outcome(task) for task in tasks])

    asyncio.run(main())


@scenario("K3")
def a_cancelled_waiter_wakes_another_without_need():
    async def main():
        cond = asyncio.Condition()

        async def wait(name):
            async with cond:
                await cond.wait()
                print(name, "woken")

        tasks = [asyncio.create_task(wait(name)) for name in "ab"]
        await pause()
        tasks[0].cancel()
        print([await outcome(task) for task in tasks])

    asyncio.run(main())


@scenario("K3")
def two_conditions_on_one_lock():
    async def main():
        lock = asyncio.Lock()
        full, free = asyncio.Condition(lock), asyncio.Condition(lock)
        items = []

        async def produce():
            for i in range(4):
                async with free:
                    await free.wait_for(lambda: not items)
                    items.append(i)
                    print("put", i)
                    full.notify()

        async def consume():
            for _ in range(4):
                async with full:
                    await full.wait_for(lambda: items)
                    print("got", items.pop())
                    free.notify()

        await asyncio.gather(consume(), produce())
        async with lock:
            print(short(full), short(free))

    asyncio.run(main())


# ---- Semaphore -------------------------------------------------------------------------------


@scenario("K4")
def a_semaphore_lets_in_so_many_in_order():
    async def main():
        sem = asyncio.Semaphore(2)
        await run_all(*[asyncio.create_task(take(sem, name, 3)) for name in "abcde"])
        print(short(sem))

    asyncio.run(main())


@scenario("K4")
def permits_are_reserved_when_somebody_is_woken():
    async def main():
        sem = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(keep(sem, name)) for name in "ab"]
        await pause()
        print(short(sem))
        for _ in range(3):
            sem.release()
            print(short(sem), sem.locked())
        late = asyncio.create_task(keep(sem, "late"))
        await run_all(*tasks)
        await late
        print(short(sem))

    asyncio.run(main())


@scenario("K4")
def nobody_barges_in_at_a_semaphore():
    async def main():
        sem = asyncio.Semaphore(1)

        async def work(name):
            for i in (1, 2):
                await sem.acquire()
                print(name, i)
                await pause(2)
                sem.release()

        await run_all(*[asyncio.create_task(work(name)) for name in "abc"])

    asyncio.run(main())


@scenario("K4")
def one_that_releases_and_acquires_again_goes_to_the_end():
    async def main():
        sem = asyncio.Semaphore(1)

        async def again():
            await keep(sem, "second")
            sem.release()
            await keep(sem, "second again")

        first = asyncio.create_task(keep(sem, "first"))
        second = asyncio.create_task(again())
        third = asyncio.create_task(keep(sem, "third"))
        await pause()
        sem.release()
        sem.release()
        await run_all(first, second, third)

    asyncio.run(main())


@scenario("K4")
def cancelled_waiters_at_a_semaphore_are_passed_over():
    async def main():
        sem = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(keep(sem, name)) for name in "abcd"]
        await pause()
        tasks[0].cancel()
        tasks[1].cancel()
        sem.release()
        print(short(sem))
        await pause(2)
        print([task.done() for task in tasks], short(sem))
        tasks[3].cancel()
        await pause()
        print(short(sem))

    asyncio.run(main())


@scenario("K4")
def a_permit_for_one_that_is_cancelled_goes_to_the_next():
    async def main():
        sem = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(keep(sem, name)) for name in "abc"]
        await pause()
        sem.release()
        tasks[0].cancel()
        print(short(sem))
        for _ in range(3):
            await pause()
            print(short(sem), [task.done() for task in tasks])
        sem.release()
        await run_all(*tasks)

    asyncio.run(main())


@scenario("K4")
def a_semaphore_whose_waiter_is_cancelled_by_the_holder():
    async def main():
        sem = asyncio.Semaphore(1)

        async def holder():
            async with sem:
                await pause()
            waiter.cancel()

        holding = asyncio.create_task(holder())
        waiter = asyncio.create_task(keep(sem, "never"))
        await run_all(holding, waiter)
        print(waiter.cancelled(), short(sem))
        await asyncio.wait_for(sem.acquire(), 1)
        print(short(sem))

    asyncio.run(main())


@scenario("K4")
def whoever_leaves_the_line_lets_in_as_many_as_there_is_room_for():
    async def main():
        sem = asyncio.Semaphore(0)

        async def releases():
            for _ in range(3):
                sem.release()
            print(short(sem))
            await keep(sem, "second")

        first = asyncio.create_task(keep(sem, "first"))
        second = asyncio.create_task(releases())
        third = asyncio.create_task(keep(sem, "third"))
        for _ in range(4):
            await pause()
            print(short(sem))
        await run_all(first, second, third)

    asyncio.run(main())


@scenario("K4")
def the_bounds_of_semaphores():
    async def main():
        print(attempt(lambda: asyncio.Semaphore(-1)))
        print(attempt(lambda: asyncio.BoundedSemaphore(-1)))
        sem = asyncio.BoundedSemaphore(2)
        print(refusal(sem.release))
        async with sem:
            print(short(sem))
        print(refusal(sem.release), short(sem))
        free = asyncio.Semaphore()
        free.release()
        print(short(free))

    asyncio.run(main())


# ---- Barrier ---------------------------------------------------------------------------------


async def meet(barrier, name):
    try:
        print(name, await barrier.wait(), short(barrier))
    except asyncio.CancelledError:
        print(name, "cancelled", short(barrier))
        raise
    except Exception as exc:
        print(name, describe(exc), short(barrier))


@scenario("K5")
def a_barrier_lets_its_parties_go_on_together():
    async def main():
        barrier = asyncio.Barrier(3)
        print(short(barrier), barrier.parties, barrier.n_waiting, barrier.broken)
        tasks = [asyncio.create_task(meet(barrier, name)) for name in "abcdef"]
        await run_all(*tasks)
        print(short(barrier))
        print(attempt(lambda: asyncio.Barrier(0)))
        print(await asyncio.Barrier(1).wait())

    asyncio.run(main())


@scenario("K5")
def newcomers_wait_while_a_barrier_drains():
    async def main():
        barrier = asyncio.Barrier(2)
        first = asyncio.create_task(meet(barrier, "a"))
        await pause()
        print(short(barrier))
        second = asyncio.create_task(meet(barrier, "b"))
        third = asyncio.create_task(meet(barrier, "c"))
        for _ in range(6):
            await pause()
            print("-", short(barrier))
        print(first.done(), second.done(), third.done())
        await meet(barrier, "d")
        await third

    asyncio.run(main())


@scenario("K5")
def an_aborted_barrier_is_broken_until_it_is_reset():
    async def main():
        barrier = asyncio.Barrier(3)
        tasks = [asyncio.create_task(meet(barrier, name)) for name in "ab"]
        await pause()
        await barrier.abort()
        print(short(barrier), barrier.broken)
        await run_all(*tasks)
        await meet(barrier, "late")
        await barrier.reset()
        print(short(barrier), barrier.broken)
        await run_all(*[asyncio.create_task(meet(barrier, name)) for name in "abc"])

    asyncio.run(main())


@scenario("K5")
def a_reset_breaks_those_who_wait_only():
    async def main():
        barrier = asyncio.Barrier(3)
        tasks = [asyncio.create_task(meet(barrier, name)) for name in "ab"]
        await pause()
        await barrier.reset()
        print(short(barrier))
        late = [asyncio.create_task(meet(barrier, name)) for name in "cde"]
        await run_all(*tasks, *late)
        print(short(barrier))

    asyncio.run(main())


@scenario("K5")
def a_cancelled_waiter_leaves_a_barrier():
    # It gives the others new numbers only in Java: here two of them get the same one.
    async def main():
        barrier = asyncio.Barrier(3)
        tasks = [asyncio.create_task(barrier.wait()) for name in "ab"]
        await pause(2)
        tasks[0].cancel()
        await pause()
        print(short(barrier))
        tasks += [asyncio.create_task(barrier.wait()) for name in "cd"]
        await run_all(*tasks)
        print(short(barrier))

    asyncio.run(main())


@scenario("K5")
def an_abort_while_a_barrier_drains():
    async def main():
        barrier = asyncio.Barrier(2)
        tasks = [asyncio.create_task(meet(barrier, name)) for name in "abc"]
        await pause(2)
        print(short(barrier))
        await barrier.abort()
        print(short(barrier))
        await run_all(*tasks)
        print(short(barrier))

    asyncio.run(main())


# ---- loops -----------------------------------------------------------------------------------


@scenario("K6")
def a_lock_belongs_to_the_loop_of_its_first_wait():
    lock = asyncio.Lock()

    async def free():
        async with lock:
            print(short(lock))

    async def contended():
        await lock.acquire()
        waiter = asyncio.create_task(lock.acquire())
        await pause()
        lock.release()
        await waiter
        lock.release()

    async def refuses():
        async with lock:
            print(await refused(lock.acquire()))

    asyncio.run(free())
    asyncio.run(free())
    asyncio.run(contended())
    asyncio.run(free())
    asyncio.run(refuses())


@scenario("K6")
def events_semaphores_and_conditions_belong_to_loops_too():
    event, sem, cond = asyncio.Event(), asyncio.Semaphore(0), asyncio.Condition()

    async def wait_once():
        for aw in (event.wait(), sem.acquire()):
            print(await outcome(asyncio.wait_for(aw, 0.001)))
        async with cond:
            print(await outcome(asyncio.wait_for(cond.wait(), 0.001)))

    async def refuses():
        print(await refused(event.wait()))
        print(await refused(sem.acquire()))
        async with cond:
            print(await refused(cond.wait()))
            print(short(cond))

    asyncio.run(wait_once())
    asyncio.run(refuses())
