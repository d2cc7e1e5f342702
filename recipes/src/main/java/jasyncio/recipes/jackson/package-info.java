/// Jackson.
@NullMarked
package jasyncio.recipes.jackson;

import org.jspecify.annotations.NullMarked;
