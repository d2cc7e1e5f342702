package jasyncio.recipes;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// The tests of a recipe: a row in the table of `docs/recipes`.
///
/// What is in the row's other cells is said at the tests that show it, by [Shows].
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Servers.class)
public @interface Recipe {
  /// {@return the name of the row}
  String name();

  /// {@return the program, which is on the page: that is named like the program's package}
  Class<?> program();

  /// {@return a class of each library; their jars say which version it was}
  Class<?>[] libraries();

  /// {@return the servers that are started for it; without them its tests are skipped}
  Class<? extends LocalServer>[] servers() default {};

  /// {@return what else is to be known}
  String notes() default "";
}
