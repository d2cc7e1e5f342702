/// Fibers: stacks that can be parked and resumed, on either of two runtimes. Knows no event loop.
package jasyncio.internal.fiber;
