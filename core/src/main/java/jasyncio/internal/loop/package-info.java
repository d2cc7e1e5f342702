/// The machine under an event loop: ready queue, timers, channels, the wait, and the iteration that
/// joins them. Knows no sockets, and no tasks: whatever is to happen is an
/// [jasyncio.internal.loop.Entry].
package jasyncio.internal.loop;
