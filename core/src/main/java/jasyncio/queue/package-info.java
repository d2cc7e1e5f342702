/// Queues: between coroutines of one loop, and between threads and loops.
///
/// | class | gives out | between |
/// | --- | --- | --- |
/// | [jasyncio.queue.Queue] | the oldest item | coroutines of one loop |
/// | [jasyncio.queue.PriorityQueue] | the smallest item | coroutines of one loop |
/// | [jasyncio.queue.LifoQueue] | the newest item | coroutines of one loop |
/// | [jasyncio.queue.ThreadsafeQueue] | the oldest item | threads, and coroutines of any loops |
///
/// A queue with a maximal size makes producers wait for consumers: back-pressure. Its end is told
/// by `shutdown()`, and `for (var item : queue)` runs until then. `Queue.select(a, b)` takes from
/// whichever queue has something. No item is ever lost to a cancellation or a time limit: a `get`
/// that throws has taken nothing, and a `put` that throws has put nothing. Python:
/// `asyncio.queues`, and the library janus.
package jasyncio.queue;
