@NullMarked
package jasyncio.bench.http;

import org.jspecify.annotations.NullMarked;
