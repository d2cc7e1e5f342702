@NullMarked
package jasyncio.bench.check;

import org.jspecify.annotations.NullMarked;
