package jasyncio.cli;

import jasyncio.KeyboardInterrupt;
import jasyncio.SystemExit;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A loaded program, to be started by the JDK's launch protocol: `main` may be static or not, with
/// or without `String[]`.
///
/// @param type the class whose `main` it is
/// @param main what to call
record Program(Class<?> type, Method main) {

  /// Loads a compiled program with a class loader of its own and finds its `main`.
  ///
  /// As with `java FILE.java`, that is the `main` of the first top-level type, or else of the one
  /// named after the file; failing both, any other type's.
  ///
  /// @throws CommandException if there is none
  static Program load(CompiledProgram compiled, ClassPath classPath)
      throws CommandException, ClassNotFoundException {
    ClassLoader loader = new ProgramLoader(compiled.classes(), classPath);
    Thread.currentThread().setContextClassLoader(loader);
    for (String name : candidates(compiled)) {
      Class<?> type = Class.forName(name, false, loader);
      Method main = findMain(type);
      if (main != null) {
        return new Program(type, main);
      }
    }
    throw CommandException.usage(compiled.source().displayName() + " has no main method");
  }

  private static List<String> candidates(CompiledProgram compiled) {
    List<String> names = new ArrayList<>(compiled.typeNames());
    String ending = "." + compiled.source().simpleName();
    for (String name : compiled.typeNames()) {
      if (("." + name).endsWith(ending) && names.indexOf(name) > 0) {
        names.remove(name);
        names.add(1, name);
      }
    }
    return names;
  }

  private static @Nullable Method findMain(Class<?> type) {
    Method withArguments = findMethod(type, String[].class);
    return withArguments != null ? withArguments : findMethod(type);
  }

  /// Like the JDK's own search: public methods with all that is inherited first, then the others.
  private static @Nullable Method findMethod(Class<?> type, Class<?>... parameters) {
    Method method = publicMethod(type, parameters);
    for (Class<?> at = type; method == null && at != null; at = at.getSuperclass()) {
      method = declaredMethod(at, parameters);
    }
    return method != null
            && method.getReturnType() == void.class
            && !Modifier.isPrivate(method.getModifiers())
        ? method
        : null;
  }

  private static @Nullable Method publicMethod(Class<?> type, Class<?>... parameters) {
    try {
      return type.getMethod("main", parameters);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  private static @Nullable Method declaredMethod(Class<?> type, Class<?>... parameters) {
    try {
      return type.getDeclaredMethod("main", parameters);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  /// Calls `main` on the current thread. A [SystemExit] that it throws ends the JVM.
  ///
  /// @return the exit status, if `main` returns or was interrupted by Ctrl-C
  /// @throws CommandException if `main` needs an instance that cannot be made
  /// @throws Throwable if the program throws it; the launcher's own frames are off its stack trace
  int run(List<String> args) throws Throwable {
    try {
      Object receiver = Modifier.isStatic(main.getModifiers()) ? null : newInstance();
      main.setAccessible(true);
      if (main.getParameterCount() == 0) {
        main.invoke(receiver);
      } else {
        main.invoke(receiver, (Object) args.toArray(String[]::new));
      }
      return ExitStatus.OK;
    } catch (InvocationTargetException e) {
      return failed(Objects.requireNonNull(e.getCause()));
    } catch (LinkageError e) {
      return failed(e);
    }
  }

  private Object newInstance() throws CommandException, ReflectiveOperationException {
    if (Modifier.isAbstract(type.getModifiers())) {
      throw CommandException.usage(type.getName() + " is abstract, so its main needs to be static");
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      if (!Modifier.isPrivate(constructor.getModifiers())) {
        constructor.setAccessible(true);
        return constructor.newInstance();
      }
    } catch (NoSuchMethodException e) {
      // answered below
    }
    throw CommandException.usage(
        type.getName() + " needs a constructor without parameters that is not private");
  }

  private static int failed(Throwable problem) throws Throwable {
    if (problem instanceof SystemExit exit) {
      System.exit(exit.code());
    }
    if (problem instanceof KeyboardInterrupt) {
      System.err.println("Interrupted");
      return ExitStatus.INTERRUPTED;
    }
    LauncherFrames.trim(problem);
    throw problem;
  }
}
