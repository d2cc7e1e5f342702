/// asyncio's concepts under asyncio's names: [Asyncio][jasyncio.Asyncio] is the face, with the
/// event loop, futures, tasks and what waits for them.
///
/// Unless a method says otherwise it is called on the thread that runs the loop: from a coroutine,
/// a callback, or before the loop runs. What runs there sees everything that ran there before.
package jasyncio;
