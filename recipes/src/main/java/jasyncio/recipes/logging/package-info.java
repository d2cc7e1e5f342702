/// SLF4J and logback, with the MDC.
@NullMarked
package jasyncio.recipes.logging;

import org.jspecify.annotations.NullMarked;
