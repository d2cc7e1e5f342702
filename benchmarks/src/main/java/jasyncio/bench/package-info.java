/// Benchmarks of jasyncio: [jasyncio.bench.Peer] is compared with other libraries as a whole
/// process, the classes named `…Benchmark` measure single operations with JMH.
@NullMarked
package jasyncio.bench;

import org.jspecify.annotations.NullMarked;
