package jasyncio.testing;

import jasyncio.Action;
import jasyncio.testing.internal.program.ProgramLoader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A program with a `main`, as what runs on a host: it is loaded anew for each start.
final class HostProgram implements Action<Exception> {
  private final Class<?> type;
  private final List<String> arguments;
  private final List<String> packages;

  /// @throws IllegalArgumentException if the class has no `main`
  HostProgram(Class<?> type, List<String> arguments, List<String> packages) {
    this.type = Objects.requireNonNull(type, "main");
    this.arguments = arguments;
    this.packages = packages;
    if (main(type) == null) {
      throw new IllegalArgumentException(
          type.getName() + " is no program: it has neither main(String[]) nor main()");
    }
  }

  private static @Nullable Method main(Class<?> type) {
    for (var parameters : new Class<?>[][] {{String[].class}, {}}) {
      try {
        return type.getDeclaredMethod("main", parameters);
      } catch (NoSuchMethodException e) {
        // maybe the other one
      }
    }
    return null;
  }

  @Override
  public void run() throws Exception {
    var loaded = new ProgramLoader(type, packages).program();
    var main = Objects.requireNonNull(main(loaded));
    main.setAccessible(true);
    Object[] given = main.getParameterCount() == 0 ? new Object[0] : new Object[] {texts()};
    try {
      main.invoke(Modifier.isStatic(main.getModifiers()) ? null : instance(loaded), given);
    } catch (InvocationTargetException e) {
      throw unwrapped(e);
    }
  }

  private String[] texts() {
    return arguments.toArray(String[]::new);
  }

  private static Object instance(Class<?> loaded) throws Exception {
    var constructor = loaded.getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }

  private static Exception unwrapped(InvocationTargetException e) {
    return switch (e.getCause()) {
      case Error error -> throw error;
      case Exception exception -> exception;
      case null, default -> e;
    };
  }
}
