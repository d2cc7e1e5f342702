/// What programs of simulated hosts call in place of what the JDK has: not to be called by others.
@NullMarked
package jasyncio.testing.program;

import org.jspecify.annotations.NullMarked;
