/// Loads programs of simulated hosts, with the outside that they ask for in place of the JVM's.
@NullMarked
package jasyncio.testing.internal.program;

import org.jspecify.annotations.NullMarked;
