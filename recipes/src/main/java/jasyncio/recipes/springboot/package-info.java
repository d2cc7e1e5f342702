/// A Spring Boot application, one of whose beans is a loop.
@NullMarked
package jasyncio.recipes.springboot;

import org.jspecify.annotations.NullMarked;
