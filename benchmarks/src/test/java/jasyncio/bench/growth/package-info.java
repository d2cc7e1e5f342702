@NullMarked
package jasyncio.bench.growth;

import org.jspecify.annotations.NullMarked;
