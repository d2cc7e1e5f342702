package jasyncio;

import jasyncio.internal.loop.LoopAccess;
import jasyncio.testing.CancelEverywhere.Way;
import jasyncio.testkit.OpenSockets;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/// Cancels the waiting calls of this library everywhere, with the test kit's
/// [CancelEverywhere][jasyncio.testing.CancelEverywhere], in every way that it knows.
///
/// What is special here: nobody may be left in the lists of the objects themselves, which are
/// [looked through][Run#watch]; and what waits for the system leaves no socket open.
final class CancelEverywhere {
  /// Makes objects and tasks; a coroutine.
  @FunctionalInterface
  interface Setup {
    void begin(Run run) throws Exception;
  }

  /// A waiting call and what belongs to it.
  ///
  /// @param calls the methods of the public API that it covers, like `Lock.acquire`
  /// @param title what is special about it
  /// @param external whether threads, sockets or processes take part
  /// @param ways what is done to the victim
  /// @param expected reports that are no fault
  record Scenario(
      List<String> calls,
      String title,
      Setup setup,
      boolean external,
      Set<Way> ways,
      Predicate<ErrorContext> expected) {

    /// A scenario.
    ///
    /// @param calls the methods that it covers, separated by blanks
    static Scenario scenario(String calls, String title, Setup setup) {
      return new Scenario(
          List.of(calls.split(" ")), title, setup, false, EnumSet.allOf(Way.class), e -> false);
    }

    /// Threads, sockets or processes take part.
    Scenario asExternal() {
      return new Scenario(calls, title, setup, true, without(Way.OTHERS).ways, expected);
    }

    Scenario without(Way... unwanted) {
      var fewer = EnumSet.copyOf(ways);
      fewer.removeAll(List.of(unwanted));
      return new Scenario(calls, title, setup, external, fewer, expected);
    }

    Scenario expecting(Predicate<ErrorContext> reports) {
      return new Scenario(calls, title, setup, external, ways, reports);
    }

    @Override
    public String toString() {
      return String.join(", ", calls) + ": " + title;
    }
  }

  private CancelEverywhere() {}

  /// Fails with everything that goes wrong in `scenario`.
  static void check(Scenario scenario) {
    var sockets = scenario.external ? OpenSockets.now() : Set.<String>of();
    jasyncio.testing.CancelEverywhere.of(run -> new Run(scenario, run).setUp())
        .ways(scenario.ways.toArray(Way[]::new))
        .expecting(scenario.expected)
        .patience(scenario.external ? 20 : 0)
        .check();
    if (scenario.external) {
      var left = OpenSockets.leftSince(sockets);
      if (!left.isEmpty()) {
        throw new AssertionError("left open: " + left);
      }
    }
  }

  /// A test for each scenario.
  static Stream<DynamicTest> tests(Collection<Scenario> scenarios) {
    return scenarios.stream().map(s -> DynamicTest.dynamicTest(s.toString(), () -> check(s)));
  }

  /// One run of a scenario.
  static final class Run {
    private final Scenario scenario;
    private final jasyncio.testing.CancelEverywhere.Scenario run;
    private final EventLoop loop = Asyncio.getRunningLoop();
    private final List<Object> got = new ArrayList<>();
    private final List<Object> put = new ArrayList<>();
    private final List<Object> watched = new ArrayList<>();
    private final List<Handle> timers = new ArrayList<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final List<Action<?>> endings = new ArrayList<>();
    private int expected;

    private Run(Scenario scenario, jasyncio.testing.CancelEverywhere.Scenario run) {
      this.scenario = scenario;
      this.run = run;
    }

    private void setUp() throws Exception {
      var handler = Objects.requireNonNull(loop.getExceptionHandler());
      loop.setExceptionHandler((l, error) -> {
        if (scenario.expected.test(error)) {
          expected++;
        }
        handler.handle(l, error);
      });
      scenario.setup.begin(this);
      run.invariant(this::end);
    }

    private void end() throws Exception {
      timers.forEach(Handle::cancel);
      try {
        for (var ending : endings) {
          ending.run();
        }
        var found = new ArrayList<String>();
        for (var object : watched) {
          new Waiters(found).visit(object, object.getClass().getSimpleName());
        }
        LoopAccess.get().core(loop).channels().watched().forEach(c -> found.add("watched: " + c));
        if (!found.isEmpty()) {
          throw new AssertionError(String.join(", ", found));
        }
      } finally {
        for (var resource : resources.reversed()) {
          resource.close();
        }
      }
    }

    /// Makes the task that is cancelled. With [Way#GO_ON] `call` is called again after that.
    void victim(Action<?> call) {
      run.victim(call);
    }

    /// Makes a task that must come to its end whatever happens to the victim.
    void other(Action<?> body) {
      run.other(body);
    }

    /// Makes a line of tasks that all do the same, of which one is the victim.
    void inLine(int size, int victimAt, Action<?> body) {
      for (int i = 0; i < size; i++) {
        if (i == victimAt) {
          victim(body);
        } else {
          other(body);
        }
      }
    }

    /// Has something done later, at the latest before the run ends.
    void later(double seconds, Runnable callback) {
      timers.add(loop.callLater(seconds, callback));
    }

    /// Notes something.
    void got(Object what) {
      got.add(what);
    }

    /// Notes that something was put where others can get it.
    void put(Object what) {
      put.add(what);
    }

    /// What has been put.
    List<Object> put() {
      return put;
    }

    /// What has been noted, in this order.
    List<Object> got() {
      return got;
    }

    /// Whether the victim has come to its end by itself.
    boolean succeeded() {
      return run.succeeded();
    }

    /// Whether the victim has got so far as to make its call.
    boolean begun() {
      return run.begun();
    }

    /// Whether all but the victim can be expected to have done their part.
    boolean othersUndisturbed() {
      return run.way() != Way.OTHERS;
    }

    /// Says that nobody may be waiting in these objects, or in what they consist of, at the end.
    <T> T watch(T object) {
      watched.add(object);
      return object;
    }

    /// Has something closed after the run.
    <T extends AutoCloseable> T closing(T resource) {
      resources.add(resource);
      return resource;
    }

    /// What is to happen when nothing happens any more, to look what is there and clean up.
    void atEnd(Action<?> ending) {
      endings.add(ending);
    }

    Way way() {
      return run.way();
    }

    /// How many reports have come that were expected.
    int expected() {
      return expected;
    }

    EventLoop loop() {
      return loop;
    }
  }

  /// Finds who waits in an object, or was left in one of its lists.
  private static final class Waiters {
    private static final List<String> LINES = List.of("Waiter", "OfTask", "OfThread", "Visitor");

    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> found;

    Waiters(List<String> found) {
      this.found = found;
    }

    void visit(@Nullable Object object, String path) {
      if (object == null || !seen.add(object)) {
        return;
      }
      switch (object) {
        case EventLoop _, Task<?> _, Thread _, Class<?> _, Enum<?> _ -> {}
        case WaitList list when list.size() > 0 ->
            found.add(list.size() + " wait in " + path + ", " + list);
        case WaitList _ -> {}
        case Future<?> future -> {
          if (future.awaitedBy().stream().anyMatch(f -> !f.done())) {
            found.add(path + " is awaited by " + future.awaitedBy());
          }
        }
        case Collection<?> all -> all.forEach(e -> visitMember(e, path));
        case Map<?, ?> map -> {
          map.keySet().forEach(e -> visitMember(e, path));
          map.values().forEach(e -> visitMember(e, path));
        }
        case AtomicReference<?> reference -> visit(reference.get(), path);
        case Object[] array -> Arrays.asList(array).forEach(e -> visitMember(e, path));
        default -> visitFields(object, path);
      }
    }

    private void visitMember(@Nullable Object member, String path) {
      if (member == null) {
        return;
      }
      boolean waits =
          LINES.contains(member.getClass().getSimpleName())
              || (member instanceof Future<?> && !(member instanceof Task<?>) && !isResults(path));
      if (waits) {
        found.add("left in " + path + ": " + member);
      } else {
        visit(member, path + "[]");
      }
    }

    private static boolean isResults(String path) {
      return path.matches(".*AsCompleted.(done|ready|todo)");
    }

    private void visitFields(Object object, String path) {
      for (Class<?> c = object.getClass();
          c != null && c.getName().startsWith("jasyncio.");
          c = c.getSuperclass()) {
        if (c.getName().startsWith("jasyncio.internal.loop")) {
          return;
        }
        for (var field : c.getDeclaredFields()) {
          if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
            visit(get(field, object), path + "." + field.getName());
          }
        }
      }
    }

    private static @Nullable Object get(Field field, Object object) {
      try {
        field.setAccessible(true);
        return field.get(object);
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }
  }
}
