/// Locks, events, conditions, semaphores and barriers for coroutines of one loop.
///
/// Between two awaits nothing else runs on the loop, so most state needs no lock. These are for
/// what has to hold across an await, and for waiting for each other:
///
/// | to | use |
/// | --- | --- |
/// | let one at a time do something that awaits | [jasyncio.sync.Lock] |
/// | tell others that something has happened | [jasyncio.sync.Event] |
/// | wait until shared state is as it should be | [jasyncio.sync.Condition] |
/// | let at most n at a time do something | [jasyncio.sync.Semaphore], [jasyncio.sync.BoundedSemaphore] |
/// | the same, with n changing and each holder known | [jasyncio.sync.CapacityLimiter] |
/// | let n go on together | [jasyncio.sync.Barrier] |
///
/// What can be held is [jasyncio.sync.Acquirable]: `try (var held = lock.acquire()) { … }` or
/// `lock.run(() -> …)`.
///
/// All of them are fair: who waits is served in the order of arrival, and nobody who comes later
/// goes first, not even if what they wait for is free at that moment and the next one has merely
/// not had its turn yet. All are safe to cancel: whoever is woken and cancelled before going on
/// hands the wake-up on.
///
/// None may be used from several threads. Each belongs to the loop on which it is first waited for;
/// until somebody has to wait it belongs to none. To wait between threads and loops, use
/// `jasyncio.queue.ThreadsafeQueue`. Python: `asyncio.locks`.
package jasyncio.sync;
