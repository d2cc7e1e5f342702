/// One loop, and several.
@NullMarked
package jasyncio.bench.loops;

import org.jspecify.annotations.NullMarked;
