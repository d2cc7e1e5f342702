package jasyncio;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Several exceptions together, as a [TaskGroup] throws them.
///
/// [#printStackTrace()] draws them as a tree. For whoever prints stack traces in another way the
/// first one is also the [cause][Throwable#getCause], unless the group is given another, and the
/// others are [suppressed][Throwable#getSuppressed]. Groups may hold groups. Python:
/// `ExceptionGroup` and `BaseExceptionGroup`.
public final class ExceptionGroup extends RuntimeException {
  /* Overview
   * Groups in groups may be nested deeper than a stack is, and one group may be a member of many: what goes through
   * them keeps a stack of its own and visits each group once. Members are fixed, so there are no cycles.
   */
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
            + (exceptions.size() == 1 ? " sub-exception)" : " sub-exceptions)"));
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

  /// {@return the cause that the group was given, or else the first exception}
  @Override
  public synchronized Throwable getCause() {
    var given = super.getCause();
    return given != null ? given : exceptions.getFirst();
  }

  /// Gives the group a cause of its own. The first exception is then a suppressed one, like the
  /// others.
  ///
  /// @param cause the cause
  /// @return this group
  /// @throws IllegalStateException if it was given one before
  @Override
  public synchronized Throwable initCause(@Nullable Throwable cause) {
    super.initCause(cause);
    var first = exceptions.getFirst();
    if (cause != null && cause != first) {
      addSuppressed(first);
    }
    return this;
  }

  /// Prints the group as a tree: what it has in common with others, then its members.
  ///
  /// @param out where to
  @Override
  public void printStackTrace(PrintStream out) {
    Objects.requireNonNull(out, "out").print(ExceptionTree.of(this));
  }

  /// Prints the group as a tree.
  ///
  /// @param out where to
  @Override
  public void printStackTrace(PrintWriter out) {
    Objects.requireNonNull(out, "out").print(ExceptionTree.of(this));
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

  /// Splits the group, keeping the nesting on both sides, and for each part of a group its stack
  /// trace, its cause, and what was added to it as suppressed.
  ///
  /// @param condition which exceptions go to the first side
  /// @return both sides
  public Split split(Predicate<? super Throwable> condition) {
    Objects.requireNonNull(condition, "condition");
    var known = new IdentityHashMap<ExceptionGroup, Split>();
    var open = new ArrayDeque<Splitting>();
    open.push(new Splitting(this));
    while (!open.isEmpty()) {
      var splitting = open.element();
      var inner = splitting.goOn(condition, known);
      if (inner == null) {
        open.pop();
      } else {
        open.push(new Splitting(inner));
      }
    }
    return Objects.requireNonNull(known.get(this));
  }

  /// One group that is being split.
  private static final class Splitting {
    private final ExceptionGroup group;
    private final List<Throwable> matching = new ArrayList<>();
    private final List<Throwable> rest = new ArrayList<>();
    private int next = -1; // -1: the group itself is to be tested

    Splitting(ExceptionGroup group) {
      this.group = group;
    }

    /// Goes on until another group has to be split first, which it returns, or to the end.
    @Nullable ExceptionGroup goOn(
        Predicate<? super Throwable> condition, Map<ExceptionGroup, Split> known) {
      if (next < 0) {
        if (condition.test(group)) {
          known.put(group, new Split(group, null));
          return null;
        }
        next = 0;
      }
      for (; next < group.exceptions.size(); next++) {
        var e = group.exceptions.get(next);
        if (e instanceof ExceptionGroup inner) {
          var parts = known.get(inner);
          if (parts == null) {
            return inner;
          }
          addTo(matching, parts.matching());
          addTo(rest, parts.rest());
        } else {
          (condition.test(e) ? matching : rest).add(e);
        }
      }
      known.put(group, new Split(group.derive(matching), group.derive(rest)));
      return null;
    }
  }

  /// Calls `action` with an exception, and if that is a group with everything in it, each once.
  static void walk(Throwable e, Consumer<Throwable> action) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    var open = new ArrayDeque<Throwable>();
    open.add(e);
    while (!open.isEmpty()) {
      var next = open.remove();
      if (seen.add(next)) {
        action.accept(next);
        if (next instanceof ExceptionGroup group) {
          open.addAll(group.exceptions);
        }
      }
    }
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
    var cause = super.getCause();
    if (cause != null) {
      group.initCause(cause);
    }
    Set<Throwable> members = Collections.newSetFromMap(new IdentityHashMap<>());
    members.addAll(exceptions);
    for (var suppressed : getSuppressed()) {
      if (!members.contains(suppressed)) {
        group.addSuppressed(suppressed);
      }
    }
    return group;
  }

  /// Both sides of [#split].
  ///
  /// @param matching what satisfied the condition, or `null`
  /// @param rest what did not, or `null`
  public record Split(@Nullable ExceptionGroup matching, @Nullable ExceptionGroup rest) {}
}
