@NullMarked
package jasyncio.bench.compare;

import org.jspecify.annotations.NullMarked;
