/// The door for authors of extensions: what schedulers, generators, other styles of concurrency and
/// adapters of foreign frameworks need of a loop, and programs do not.
///
/// [Lowlevel][jasyncio.lowlevel.Lowlevel] has all of it; `jasyncio.generator` and `jasyncio.gevent`
/// are made with it. What is here is public and kept stable like the rest, but it hands out sharp
/// tools: a coroutine that is driven by hand has to be driven to its end, and a loop that is
/// stopped at once leaves half an iteration behind. Locks and queues of one's own are made of
/// [jasyncio.WaitList].
package jasyncio.lowlevel;
