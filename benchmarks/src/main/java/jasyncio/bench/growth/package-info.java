/// What things cost as they become many or large.
@NullMarked
package jasyncio.bench.growth;

import org.jspecify.annotations.NullMarked;
