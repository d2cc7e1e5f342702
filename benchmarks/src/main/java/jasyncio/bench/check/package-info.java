/// Two builds of jasyncio beside each other: what moved.
@NullMarked
package jasyncio.bench.check;

import org.jspecify.annotations.NullMarked;
