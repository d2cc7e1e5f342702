/// Python's generators: code that hands out values one by one and waits in between, with `yield`
/// and `yield from`. Start with [Generators][jasyncio.generator.Generators].
///
/// Plain generators need no event loop. Asynchronous ones are closed by the loop on which they were
/// begun. A generator is used by one thread at a time; it may be handed from one to another.
package jasyncio.generator;
