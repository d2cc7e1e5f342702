/// Reactor and RxJava, by the JDK's Flow.
@NullMarked
package jasyncio.recipes.reactive;

import org.jspecify.annotations.NullMarked;
