/// Speed of jasyncio-http beside other servers and clients; see `benchmarks/README.md`.
@NullMarked
package jasyncio.bench.http;

import org.jspecify.annotations.NullMarked;
