package jasyncio;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Kotlin does not look into a lambda to choose between `Awaitable` and `Action`, and would take
/// the one that drops the result, or neither. So of two overloads that take the same lambda, the
/// one without a result has to say that Kotlin shall take it last.
@Tag("architecture")
class KotlinOverloadsTest {
  private static final String LAST = "Lkotlin/internal/LowPriorityInOverloadResolution;";

  @Test
  void overloads_thatDropTheResultOfALambda_areTheLastThatKotlinTakes() throws Exception {
    var wrong = new ArrayList<Method>();
    int found = 0;
    for (Class<?> type : publicClasses()) {
      Map<String, Boolean> last = last(type);
      List<Method> methods =
          Arrays.stream(type.getDeclaredMethods())
              .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
              .toList();
      for (Method method : methods) {
        boolean drops = methods.stream().anyMatch(other -> dropsWhatIsKeptBy(method, other));
        found += drops ? 1 : 0;
        if (last.get(descriptor(method)) != drops) {
          wrong.add(method);
        }
      }
    }
    assertThat(wrong)
        .as("@LowPriorityInOverloadResolution stands where a result is dropped, and only there")
        .isEmpty();
    assertThat(found).isGreaterThan(30);
  }

  private static List<Class<?>> publicClasses() throws Exception {
    Path root = Path.of(Asyncio.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (var files = Files.walk(root)) {
      var types = new ArrayList<Class<?>>();
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = root.relativize(file).toString().replace(File.separatorChar, '.');
        if (name.endsWith(".class")
            && !name.contains("internal")
            && !name.endsWith("-info.class")) {
          var type =
              Class.forName(
                  name.substring(0, name.length() - ".class".length()),
                  false,
                  Asyncio.class.getClassLoader());
          if (Modifier.isPublic(type.getModifiers())) {
            types.add(type);
          }
        }
      }
      return types;
    }
  }

  /// Of each method, by name and descriptor, whether Kotlin takes it last. Reflection does not see
  /// that annotation.
  private static Map<String, Boolean> last(Class<?> type) throws IOException {
    String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
    try (var in = type.getResourceAsStream(file)) {
      ClassModel model = ClassFile.of().parse(in.readAllBytes());
      return model.methods().stream()
          .collect(
              toMap(
                  method -> method.methodName().stringValue() + method.methodType().stringValue(),
                  KotlinOverloadsTest::isLast));
    }
  }

  private static boolean isLast(MethodModel method) {
    return method
        .findAttribute(Attributes.runtimeInvisibleAnnotations())
        .map(found ->
            found.annotations().stream()
                .anyMatch(annotation -> annotation.className().equalsString(LAST)))
        .orElse(false);
  }

  private static String descriptor(Method method) {
    return method.getName()
        + MethodType.methodType(method.getReturnType(), method.getParameterTypes())
            .descriptorString();
  }

  /// Whether the two differ in a lambda only, and one has no use for the result.
  private static boolean dropsWhatIsKeptBy(Method one, Method other) {
    if (!one.getName().equals(other.getName())
        || one.getParameterCount() != other.getParameterCount()) {
      return false;
    }
    boolean drops = false;
    for (int i = 0; i < one.getParameterCount(); i++) {
      Class<?> a = one.getParameterTypes()[i];
      Class<?> b = other.getParameterTypes()[i];
      if (a != b) {
        var mine = lambda(a);
        var others = lambda(b);
        if (mine.isEmpty() || others.isEmpty() || !takeTheSame(mine.get(), others.get())) {
          return false;
        }
        drops |= mine.get().getReturnType() == void.class;
        drops &= others.get().getReturnType() != void.class;
      }
    }
    return drops;
  }

  /// Whether Kotlin takes one lambda for both: one without parameters may have one, `it`.
  private static boolean takeTheSame(Method one, Method other) {
    return one.getParameterCount() == other.getParameterCount()
        || one.getParameterCount() + other.getParameterCount() == 1;
  }

  /// The one abstract method of a functional interface.
  private static Optional<Method> lambda(Class<?> type) {
    if (!type.isInterface()) {
      return Optional.empty();
    }
    var methods =
        Arrays.stream(type.getMethods())
            .filter(method -> Modifier.isAbstract(method.getModifiers()))
            .collect(toMap(Method::getName, Function.identity(), (a, b) -> a));
    return methods.size() == 1 ? methods.values().stream().findAny() : Optional.empty();
  }
}
