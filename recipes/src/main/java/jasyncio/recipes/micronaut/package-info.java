/// A Micronaut application, one of whose beans is a loop.
@NullMarked
package jasyncio.recipes.micronaut;

import org.jspecify.annotations.NullMarked;
