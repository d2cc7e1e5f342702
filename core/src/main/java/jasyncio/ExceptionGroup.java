package jasyncio;

import jasyncio.internal.base.Members;
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
    this.exceptions = Members.copy(exceptions, "exception");
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
  /// @param type the exceptions to keep, as for [#split(Class)]
  /// @return the part, or `null` if it would be empty
  public @Nullable ExceptionGroup subgroup(Class<? extends Throwable> type) {
    return split(type).matching();
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

  /// Splits the group by the class of its exceptions, as the other form does. That a group is a
  /// [RuntimeException], too, does not count: it is what is in it that is looked at.
  ///
  /// @param type the exceptions that go to the first side; that of a group takes all
  /// @return both sides
  public Split split(Class<? extends Throwable> type) {
    Objects.requireNonNull(type, "type");
    return split(e ->
        type.isInstance(e) && (type == ExceptionGroup.class || !(e instanceof ExceptionGroup)));
  }

  // ---- handling ---------------------------------------------------------------------------------

  /// Deals with the exceptions of one class.
  ///
  /// @param <E> the class
  @FunctionalInterface
  public interface Handler<E extends Throwable> {
    /// Deals with an exception; may suspend.
    ///
    /// @param e the exception
    /// @throws Exception what the code throws
    void handle(E e) throws Exception;
  }

  /// Handles the exceptions of a class, at whatever depth, one after the other, and throws the
  /// others, as the group of what is left: they cannot be forgotten. Returns only if there are no
  /// others. Suspends if the handler does.
  ///
  /// An exception that the handler throws joins what is left. An [Error], such as a
  /// [CancelledError], leaves at once, with what is left as suppressed. Python: `except*`.
  ///
  /// ```java fragment
  /// try {
  ///   taskGroup(tg -> {});
  /// } catch (ExceptionGroup e) {
  ///   e.handle(ArithmeticException.class, a -> IO.println(a.getMessage()));
  /// }
  /// ```
  ///
  /// @param <A> what is handled
  /// @param type its class, not that of a group
  /// @param handler what to do with each
  /// @throws IllegalArgumentException if the class is that of a group
  /// @throws ExceptionGroup if something is left
  public <A extends Throwable> void handle(Class<A> type, Handler<? super A> handler) {
    check(type, "type", handler, "handler");
    new Handling(this).handle(type, handler).end();
  }

  /// Handles the exceptions of two classes; what is of both goes to the first handler. Else as
  /// [#handle(Class, Handler)].
  ///
  /// @param <A> what is handled first
  /// @param <B> what is handled then
  /// @param type1 the class of the first
  /// @param handler1 what to do with each of these
  /// @param type2 the class of the second
  /// @param handler2 what to do with each of those
  /// @throws ExceptionGroup if something is left
  public <A extends Throwable, B extends Throwable> void handle(
      Class<A> type1, Handler<? super A> handler1, Class<B> type2, Handler<? super B> handler2) {
    check(type1, "type1", handler1, "handler1");
    check(type2, "type2", handler2, "handler2");
    new Handling(this).handle(type1, handler1).handle(type2, handler2).end();
  }

  /// Handles the exceptions of three classes; each goes to the first handler that fits. Else as
  /// [#handle(Class, Handler)].
  ///
  /// @param <A> what is handled first
  /// @param <B> what is handled then
  /// @param <C> what is handled last
  /// @param type1 the class of the first
  /// @param handler1 what to do with each of these
  /// @param type2 the class of the second
  /// @param handler2 what to do with each of those
  /// @param type3 the class of the third
  /// @param handler3 what to do with each of them
  /// @throws ExceptionGroup if something is left
  public <A extends Throwable, B extends Throwable, C extends Throwable> void handle(
      Class<A> type1,
      Handler<? super A> handler1,
      Class<B> type2,
      Handler<? super B> handler2,
      Class<C> type3,
      Handler<? super C> handler3) {
    check(type1, "type1", handler1, "handler1");
    check(type2, "type2", handler2, "handler2");
    check(type3, "type3", handler3, "handler3");
    new Handling(this)
        .handle(type1, handler1)
        .handle(type2, handler2)
        .handle(type3, handler3)
        .end();
  }

  private static void check(Class<?> type, String typeName, Handler<?> handler, String name) {
    if (Objects.requireNonNull(type, typeName).equals(ExceptionGroup.class)) {
      throw new IllegalArgumentException(
          "what is handled is in groups, and no group itself; use split, or catch the group");
    }
    Objects.requireNonNull(handler, name);
  }

  /// What is left of a group while handlers take their parts.
  private static final class Handling {
    private final ExceptionGroup group;
    private final List<Throwable> loose = new ArrayList<>(); // of handlers, or unseen by them
    private @Nullable ExceptionGroup rest;

    Handling(ExceptionGroup group) {
      this.group = group;
      this.rest = group;
    }

    <E extends Throwable> Handling handle(Class<E> type, Handler<? super E> handler) {
      if (rest != null) {
        var parts = rest.split(type);
        rest = parts.rest();
        if (parts.matching() != null) {
          var members = parts.matching().members(type);
          for (int i = 0; i < members.size(); i++) {
            call(handler, members.get(i), members.subList(i + 1, members.size()));
          }
        }
      }
      return this;
    }

    private <E extends Throwable> void call(Handler<? super E> handler, E e, List<E> unseen) {
      try {
        handler.handle(e);
      } catch (Exception failure) {
        loose.add(failure);
      } catch (Error failure) {
        loose.addAll(unseen);
        var left = left();
        if (left != null) {
          failure.addSuppressed(left);
        }
        throw failure;
      }
    }

    private @Nullable ExceptionGroup left() {
      if (loose.isEmpty()) {
        return rest;
      }
      var all = new ArrayList<>(loose);
      addTo(all, rest);
      return new ExceptionGroup(group.title, all);
    }

    void end() {
      var left = left();
      if (left != null) {
        throw left;
      }
    }
  }

  /// The exceptions in a group that holds none but those of `type`, each once.
  private <E extends Throwable> List<E> members(Class<E> type) {
    var found = new ArrayList<E>();
    walk(
        this,
        e -> {
          if (!(e instanceof ExceptionGroup)) {
            found.add(type.cast(e));
          }
        });
    return found;
  }

  // ---- parts ------------------------------------------------------------------------------------

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

  /// Calls `action` with an exception, and if that is a group with everything in it, each once, in
  /// the order in which a trace shows them.
  static void walk(Throwable e, Consumer<Throwable> action) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    var open = new ArrayDeque<Throwable>();
    open.add(e);
    while (!open.isEmpty()) {
      var next = open.pop();
      if (seen.add(next)) {
        action.accept(next);
        if (next instanceof ExceptionGroup group) {
          group.exceptions.reversed().forEach(open::push);
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
