package jasyncio;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Several exceptions together, as a [TaskGroup] throws them.
///
/// The first one is also the [cause][Throwable#getCause] and the others are
/// [suppressed][Throwable#getSuppressed], so that a stack trace shows them all. Groups may hold
/// groups. Python: `ExceptionGroup` and `BaseExceptionGroup`.
public final class ExceptionGroup extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// The message without the count.
  private final String title;

  /// The members.
  @SuppressWarnings("serial") // List.copyOf gives a list that is
  private final List<Throwable> exceptions;

  /// A group.
  ///
  /// @param message what they have in common
  /// @param exceptions at least one
  /// @throws IllegalArgumentException if `exceptions` is empty
  public ExceptionGroup(String message, List<? extends Throwable> exceptions) {
    super(
        Objects.requireNonNull(message, "message")
            + " ("
            + Objects.requireNonNull(exceptions, "exceptions").size()
            + (exceptions.size() == 1 ? " sub-exception)" : " sub-exceptions)"),
        exceptions.isEmpty() ? null : exceptions.getFirst());
    if (exceptions.isEmpty()) {
      throw new IllegalArgumentException("an exception group needs at least one exception");
    }
    this.title = message;
    this.exceptions = List.copyOf(exceptions);
    this.exceptions.stream().skip(1).forEach(this::addSuppressed);
  }

  /// {@return the message without the count}
  public String message() {
    return title;
  }

  /// {@return the exceptions, in order}
  public List<Throwable> exceptions() {
    return exceptions;
  }

  /// The part of this group, with its nesting, whose exceptions satisfy `condition`; a group that
  /// satisfies it is taken whole.
  ///
  /// @param condition which exceptions to keep
  /// @return the part, or `null` if it would be empty
  public @Nullable ExceptionGroup subgroup(Predicate<? super Throwable> condition) {
    return split(condition).matching();
  }

  /// The part of this group, with its nesting, that holds only exceptions of `type`.
  ///
  /// @param type the exceptions to keep
  /// @return the part, or `null` if it would be empty
  public @Nullable ExceptionGroup subgroup(Class<? extends Throwable> type) {
    return subgroup(Objects.requireNonNull(type, "type")::isInstance);
  }

  /// Splits the group, keeping the nesting on both sides.
  ///
  /// @param condition which exceptions go to the first side
  /// @return both sides
  public Split split(Predicate<? super Throwable> condition) {
    Objects.requireNonNull(condition, "condition");
    if (condition.test(this)) {
      return new Split(this, null);
    }
    var matching = new ArrayList<Throwable>();
    var rest = new ArrayList<Throwable>();
    for (var e : exceptions) {
      if (e instanceof ExceptionGroup group) {
        var parts = group.split(condition);
        addTo(matching, parts.matching());
        addTo(rest, parts.rest());
      } else {
        (condition.test(e) ? matching : rest).add(e);
      }
    }
    return new Split(derive(matching), derive(rest));
  }

  /// What to handle when the group is more than is wanted: the exception itself, if it is no group
  /// or one of several; else the only exception inside, through any number of groups of one.
  ///
  /// @param e any exception
  /// @return the exception inside
  public static Throwable unwrap(Throwable e) {
    Objects.requireNonNull(e, "e");
    while (e instanceof ExceptionGroup group && group.exceptions.size() == 1) {
      e = group.exceptions.getFirst();
    }
    return e;
  }

  private static void addTo(List<Throwable> list, @Nullable ExceptionGroup group) {
    if (group != null) {
      list.add(group);
    }
  }

  private @Nullable ExceptionGroup derive(List<Throwable> part) {
    if (part.isEmpty()) {
      return null;
    }
    var group = new ExceptionGroup(title, part);
    group.setStackTrace(getStackTrace());
    return group;
  }

  /// Both sides of [#split].
  ///
  /// @param matching what satisfied the condition, or `null`
  /// @param rest what did not, or `null`
  public record Split(@Nullable ExceptionGroup matching, @Nullable ExceptionGroup rest) {}
}
