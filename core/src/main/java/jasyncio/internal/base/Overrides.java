package jasyncio.internal.base;

import static java.util.stream.Collectors.joining;

import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Finds methods that look like an override of one of ours and are none, such as
/// `connectionLost(Exception)` beside `connectionLost(Throwable)`: without `@Override` the compiler
/// takes them for overloads, and nobody ever calls them.
public final class Overrides {
  private static final ClassValue<List<String>> FINDINGS =
      new ClassValue<>() {
        @Override
        protected List<String> computeValue(Class<?> type) {
          var findings = find(type);
          findings.forEach(finding -> Log.log(Level.WARNING, () -> finding)); // once for a class
          return findings;
        }
      };

  private Overrides() {}

  /// Logs what is wrong with the class of an object that we are going to call, once for each class.
  ///
  /// @return what is wrong
  public static List<String> check(Object callee) {
    try {
      return FINDINGS.get(callee.getClass());
    } catch (LinkageError | RuntimeException e) { // a class that cannot be looked at is not judged
      return List.of();
    }
  }

  private static List<String> find(Class<?> type) {
    var ours = new ArrayList<Method>();
    for (var face : faces(type, new LinkedHashSet<>())) {
      if (Frames.areOurs(face.getName())) {
        ours.addAll(List.of(face.getDeclaredMethods()));
      }
    }
    ours.removeIf(m -> m.isSynthetic() || Modifier.isStatic(m.getModifiers()));
    var theirs = new ArrayList<Method>();
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      theirs.addAll(List.of(c.getDeclaredMethods()));
    }
    theirs.removeIf(m -> m.isSynthetic() || Modifier.isStatic(m.getModifiers()));
    var overridden =
        theirs.stream()
            .filter(their -> ours.stream().anyMatch(our -> overrides(their, our)))
            .map(Method::getName)
            .toList();
    return theirs.stream()
        .filter(their -> !overridden.contains(their.getName())) // else it may be a helper
        .filter(their -> ours.stream().anyMatch(our -> our.getName().equals(their.getName())))
        .map(their -> describe(their, ours))
        .toList();
  }

  private static Set<Class<?>> faces(Class<?> type, Set<Class<?>> found) {
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (var face : c.getInterfaces()) {
        if (found.add(face)) {
          faces(face, found);
        }
      }
    }
    return found;
  }

  private static boolean overrides(Method their, Method our) {
    return their.getName().equals(our.getName())
        && Arrays.equals(their.getParameterTypes(), our.getParameterTypes());
  }

  private static String describe(Method their, List<Method> ours) {
    return their.getDeclaringClass().getName()
        + " declares "
        + signature(their)
        + ", which is never called; what is called is "
        + ours.stream()
            .filter(our -> our.getName().equals(their.getName()))
            .map(Overrides::signature)
            .distinct()
            .collect(joining(" or "))
        + "; write @Override, and the compiler tells";
  }

  private static String signature(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(joining(", ", method.getName() + "(", ")"));
  }
}
