/// What jasyncio is compared with on the JVM; see `benchmarks/README.md`.
@NullMarked
package jasyncio.bench.compare;

import org.jspecify.annotations.NullMarked;
