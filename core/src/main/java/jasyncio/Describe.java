package jasyncio;

import jasyncio.internal.base.Functions;
import jasyncio.internal.loop.Entry;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Words for objects in descriptions, in the style of Python's `repr`.
final class Describe {
  private static final int MAX_VALUE = 200;

  private static final int MAX_DEPTH = 4;

  /// What is being described on this thread, each as part of the one before.
  private static final ThreadLocal<Set<Object>> UNDER_WAY =
      ThreadLocal.withInitial(() -> Collections.newSetFromMap(new IdentityHashMap<>()));

  private Describe() {}

  /// A description, or `...` inside of itself, or too far inside of others: results, and who is
  /// waited for, may lead back, and far away.
  static String once(Object thing, Supplier<String> description) {
    var underWay = UNDER_WAY.get();
    if (underWay.size() == MAX_DEPTH || !underWay.add(thing)) {
      return "...";
    }
    try {
      return description.get();
    } finally {
      underWay.remove(thing);
      if (underWay.isEmpty()) {
        UNDER_WAY.remove();
      }
    }
  }

  /// A value: strings quoted, exceptions as `Name('message')`, long ones cut.
  ///
  /// It calls the value's own code, which may fail, and a description never does.
  static String value(@Nullable Object value) {
    try {
      return switch (value) {
        case String s -> "'" + cut(s) + "'";
        case Throwable e -> exception(e);
        case null, default -> cut(String.valueOf(value));
      };
    } catch (Throwable e) {
      return unprintable(Objects.requireNonNull(value));
    }
  }

  /// What an object says of itself, or that it fails to say anything.
  static String text(Object object) {
    try {
      return object.toString();
    } catch (Throwable e) {
      return unprintable(object);
    }
  }

  private static String unprintable(Object object) {
    return "<unprintable " + object.getClass().getSimpleName() + ">";
  }

  private static String exception(Throwable e) {
    var message = e.getMessage();
    return e.getClass().getSimpleName()
        + "("
        + (message == null ? "" : "'" + cut(message) + "'")
        + ")";
  }

  private static String cut(String s) {
    return s.length() <= MAX_VALUE ? s : s.substring(0, MAX_VALUE) + "...";
  }

  /// A function: `Owner.<lambda>()` for a lambda, the name of its class for any other object.
  static String function(Object function) {
    return name(naming(function)) + "()";
  }

  /// What is to be kept of a function so that [#name] can name it: costs nothing, and keeps nothing
  /// of the function alive.
  static Object naming(Object function) {
    return function instanceof Class<?> ? function : function.getClass();
  }

  /// The name of a function by its [#naming]: a class, or the name itself.
  static String name(Object naming) {
    return naming instanceof String name ? name : Functions.name((Class<?>) naming);
  }

  /// The first and the last one, and how many stand between.
  static String callbacks(List<Entry> entries) {
    var first = Entry.nameOf(entries.getFirst());
    var last = Entry.nameOf(entries.getLast());
    return switch (entries.size()) {
      case 1 -> "[" + first + "]";
      case 2 -> "[" + first + ", " + last + "]";
      default -> "[" + first + ", <" + (entries.size() - 2) + " more>, " + last + "]";
    };
  }

  /// `File.java:12`.
  static String place(StackTraceElement frame) {
    return frame.getFileName() + ":" + frame.getLineNumber();
  }

  /// `Owner.method at File.java:12`.
  static String frame(StackTraceElement frame) {
    return Functions.simple(frame.getClassName())
        + "."
        + frame.getMethodName()
        + " at "
        + place(frame);
  }

  static String stack(List<StackTraceElement> stack) {
    return stack.stream().map(f -> "\n  at " + f).collect(Collectors.joining());
  }
}
