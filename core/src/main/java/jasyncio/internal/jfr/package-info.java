/// What Java Flight Recorder is told, if the JVM has it and somebody records.
///
/// Nothing here is loaded before: the first event class costs half a second of a busy machine.
@NullMarked
package jasyncio.internal.jfr;

import org.jspecify.annotations.NullMarked;
