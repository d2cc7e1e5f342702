/// Structured concurrency of the JDK's, a preview in 25.
@NullMarked
package jasyncio.recipes.structured;

import org.jspecify.annotations.NullMarked;
