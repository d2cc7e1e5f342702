package jasyncio.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Everything that the users of a module can see, as text: one line a member, sorted, so that a
/// change of the API is a change of lines in a committed file.
public final class ApiListing {
  private static final Pattern EXPORTS = Pattern.compile("(?m)^\\s*exports ([\\w.]+);");
  private static final Pattern SELF_EVIDENT =
      Pattern.compile("\\b(java\\.lang\\.(?=[A-Z])|org\\.jspecify\\.annotations\\.)");

  private final List<String> lines = new ArrayList<>();

  private ApiListing() {}

  /// {@return the listing of a module}
  ///
  /// @param moduleInfo its `module-info.java`, which says what is exported
  /// @param inside a class of the module
  public static String of(Path moduleInfo, Class<?> inside) {
    var listing = new ApiListing();
    packages(moduleInfo)
        .forEach(name -> {
          listing.lines.add((listing.lines.isEmpty() ? "" : "\n") + "package " + name);
          types(name, inside).forEach(listing::addType);
        });
    return String.join("\n", listing.lines) + "\n";
  }

  /// {@return the classes and interfaces of a module that its users can see}
  ///
  /// @param moduleInfo its `module-info.java`, which says what is exported
  /// @param inside a class of the module
  public static List<Class<?>> types(Path moduleInfo, Class<?> inside) {
    return packages(moduleInfo).flatMap(name -> types(name, inside)).toList();
  }

  private static Stream<String> packages(Path moduleInfo) {
    try {
      return EXPORTS
          .matcher(Files.readString(moduleInfo))
          .results()
          .map(found -> found.group(1))
          .sorted();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Class<?>> types(String packageName, Class<?> inside) {
    try {
      var classes = Path.of(inside.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (var files = Files.list(classes.resolve(packageName.replace('.', '/')))) {
        return files
            .map(file -> file.getFileName().toString())
            .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
            .map(file -> packageName + "." + file.substring(0, file.length() - ".class".length()))
            .sorted()
            .<Class<?>>map(name -> load(name, inside.getClassLoader()))
            .filter(ApiListing::isVisible)
            .toList()
            .stream();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> load(String name, ClassLoader loader) {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isVisible(Class<?> type) {
    for (Class<?> c = type; c != null; c = c.getDeclaringClass()) {
      if (!isVisible(c.getModifiers()) || c.isAnonymousClass() || c.isLocalClass()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private void addType(Class<?> type) {
    var supertypes =
        Stream.concat(
                type.isInterface() || type.isEnum() || type.isRecord() || type == Object.class
                    ? Stream.empty()
                    : Stream.of(type.getAnnotatedSuperclass()),
                Arrays.stream(type.getAnnotatedInterfaces()))
            .map(ApiListing::text)
            .filter(name -> !name.equals("Object"))
            .toList();
    lines.add(
        "\n"
            + deprecation(type)
            + modifiers(type.getModifiers() & ~(type.isInterface() ? Modifier.ABSTRACT : 0))
            + (type.isSealed() ? "sealed " : "")
            + kind(type)
            + text(type.getName())
            + variables(type.getTypeParameters())
            + (supertypes.isEmpty() ? "" : " : " + String.join(", ", supertypes)));
    Stream.of(
            Arrays.stream(type.getDeclaredFields())
                .filter(f -> isVisible(f.getModifiers()) && !f.isSynthetic())
                .map(ApiListing::field),
            Arrays.stream(type.getDeclaredConstructors())
                .filter(c -> isVisible(c.getModifiers()) && !c.isSynthetic() && !type.isEnum())
                .map(ApiListing::constructor),
            Arrays.stream(type.getDeclaredMethods())
                .filter(m -> isVisible(m.getModifiers()) && !m.isSynthetic())
                .map(ApiListing::method))
        .flatMap(members -> members.sorted())
        .forEach(member -> lines.add("  " + member));
  }

  private static String kind(Class<?> type) {
    return type.isAnnotation()
        ? "@interface "
        : type.isInterface()
            ? "interface "
            : type.isEnum() ? "enum " : type.isRecord() ? "record " : "class ";
  }

  private static String field(Field field) {
    return field.isEnumConstant()
        ? field.getName()
        : field.getName()
            + ": "
            + deprecation(field)
            + modifiers(field.getModifiers())
            + text(field.getAnnotatedType());
  }

  private static String constructor(Constructor<?> constructor) {
    return "new"
        + signature(constructor)
        + ": "
        + deprecation(constructor)
        + modifiers(constructor.getModifiers()).strip()
        + thrown(constructor);
  }

  private static String method(Method method) {
    return method.getName()
        + signature(method)
        + ": "
        + deprecation(method)
        + (method.isDefault() ? "default " : "")
        + modifiers(method.getModifiers() & Modifier.methodModifiers())
        + variables(method.getTypeParameters()).replaceFirst("(.)$", "$1 ")
        + text(method.getAnnotatedReturnType())
        + thrown(method);
  }

  private static String signature(Executable member) {
    var types = Arrays.stream(member.getAnnotatedParameterTypes()).map(ApiListing::text).toList();
    var text = String.join(", ", types);
    return "("
        + (member.isVarArgs() ? text.substring(0, text.lastIndexOf("[]")) + "..." : text)
        + ")";
  }

  private static String thrown(Executable member) {
    var types =
        Arrays.stream(member.getAnnotatedExceptionTypes())
            .map(ApiListing::text)
            .collect(Collectors.joining(", "));
    return types.isEmpty() ? "" : " throws " + types;
  }

  private static String variables(TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Arrays.stream(variables)
            .map(v -> {
              var bounds =
                  Arrays.stream(v.getAnnotatedBounds())
                      .map(ApiListing::text)
                      .filter(bound -> !bound.equals("Object"))
                      .collect(Collectors.joining(" & "));
              return bounds.isEmpty() ? v.getName() : v.getName() + " extends " + bounds;
            })
            .collect(Collectors.joining(", ", "<", ">"));
  }

  private static String deprecation(AnnotatedElement element) {
    return element.isAnnotationPresent(Deprecated.class) ? "@Deprecated " : "";
  }

  /// What a user need not know of, or takes for granted, is left out.
  private static String modifiers(int modifiers) {
    int told = Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT | Modifier.PROTECTED;
    var text = Modifier.toString(modifiers & told);
    return text.isEmpty() ? "" : text + " ";
  }

  private static String text(AnnotatedType type) {
    return text(type.toString());
  }

  private static String text(String name) {
    return SELF_EVIDENT.matcher(name).replaceAll("").replace("@Nullable()", "@Nullable");
  }
}
