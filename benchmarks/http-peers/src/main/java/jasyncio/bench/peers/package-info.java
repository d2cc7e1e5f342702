/// Servers and clients on what jasyncio-http is compared with; see `benchmarks/README.md`.
@NullMarked
package jasyncio.bench.peers;

import org.jspecify.annotations.NullMarked;
