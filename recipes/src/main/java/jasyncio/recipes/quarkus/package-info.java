/// Beans of Quarkus, one of which is a loop.
@NullMarked
package jasyncio.recipes.quarkus;

import org.jspecify.annotations.NullMarked;
