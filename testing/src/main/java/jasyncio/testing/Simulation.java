package jasyncio.testing;

import jasyncio.Action;
import jasyncio.Asyncio;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/// A world that is simulated: hosts with loops of their own, in one time, with a network and disks
/// that may fail. A parameter of [Explore] tests.
///
/// ```java
/// class LeaseTest {
///   @Explore
///   void onlyOneHoldsTheLease(Simulation sim) {
///     var lease = new Lease();
///     var hosts = sim.hosts("n", 3, _ -> () -> work(lease));
///     sim.always("one holder", () -> lease.holders() <= 1);
///     hosts.getFirst().pause();
///     sleep(20);
///     hosts.getFirst().resume();
///     sim.eventually(60, "it is free", () -> lease.holders() == 0);
///   }
/// }
/// ```
///
/// The test itself is a coroutine on a loop of its own. All run on one thread at a time, in virtual
/// time, in an order that [Explore] chooses, shrinks and replays. When the test is over, the
/// programs that still run are cancelled, and awaited; what failed on a host and nobody was told of
/// fails the test.
///
/// Counterparts: turmoil, madsim.
public final class Simulation {
  private static final double GRACE = 10; // seconds, for programs to end

  private final SimulatedWorld world;
  private final Map<String, Host> hosts = new LinkedHashMap<>();
  private final List<Property> always = new ArrayList<>();
  private final List<Property> sometimes = new ArrayList<>(); // that have held in no run yet
  private final Set<String> unreachable = new LinkedHashSet<>();
  private final Properties properties; // of all runs
  private boolean asked; // the programs, to end: not if the test was given up

  Simulation(SimulatedWorld world, Properties properties) {
    this.world = world;
    this.properties = properties;
    world.addCheck(this::check);
  }

  // ---- hosts ------------------------------------------------------------------------------------

  /// Makes a host, and starts its program. Does not suspend.
  ///
  /// @param name its name, which others can connect to
  /// @param program what runs on it: a coroutine, from the beginning after each restart
  /// @return the host
  /// @throws IllegalArgumentException if there is a host of that name
  public Host host(String name, Action<?> program) {
    Objects.requireNonNull(program, "program");
    if (hosts.containsKey(Objects.requireNonNull(name, "name"))
        || name.equals(SimulatedWorld.TEST)) {
      throw new IllegalArgumentException("there is a host " + name + " already");
    }
    var host = new Host(world, name, program);
    hosts.put(name, host);
    host.start();
    return host;
  }

  /// Makes several hosts, and starts their programs. Does not suspend.
  ///
  /// @param prefix their names are this and a number from 0: `n0`, `n1`
  /// @param count how many
  /// @param programs gives the program of each number
  /// @return the hosts
  /// @throws IllegalArgumentException if there is a host of one of these names
  public List<Host> hosts(String prefix, int count, IntFunction<? extends Action<?>> programs) {
    var made = new ArrayList<Host>();
    for (int i = 0; i < count; i++) {
      made.add(host(prefix + i, programs.apply(i)));
    }
    return List.copyOf(made);
  }

  /// Makes a host, and starts a program on it that knows nothing of simulations: a class with a
  /// `main`, public or not, static or not, with arguments or without. Does not suspend.
  ///
  /// The class, and all others in its package and those below, are loaded once more for each start,
  /// so that their static fields are this process's own; and they are rewritten, so that what they
  /// ask the JDK for comes from the host: `System.currentTimeMillis()`, `Instant.now()` and the
  /// like; `Random`, `UUID.randomUUID()`; `Path.of`, which is on the host's disk; NIO's sockets,
  /// and names. `Set.of` and `Map.of` keep their order, `System.exit` ends the program, and [run][
  /// jasyncio.Asyncio#run] runs on the loop that is there. What is asked for by reflection, or by
  /// other libraries, is not replaced.
  ///
  /// @param name its name, which others can connect to
  /// @param main the class
  /// @param arguments what `main` gets
  /// @return the host
  /// @throws IllegalArgumentException if there is a host of that name, or the class has no `main`
  public Host program(String name, Class<?> main, String... arguments) {
    return host(name, new HostProgram(main, List.of(arguments), List.of()));
  }

  /// {@return the host of that name}
  ///
  /// @param name the name
  /// @throws IllegalArgumentException if there is none
  public Host host(String name) {
    var host = hosts.get(name);
    if (host == null) {
      throw new IllegalArgumentException("there is no host " + name + " among " + hosts.keySet());
    }
    return host;
  }

  /// {@return all hosts, in the order in which they were made}
  public List<Host> hosts() {
    return List.copyOf(hosts.values());
  }

  // ---- the network ------------------------------------------------------------------------------

  /// {@return the way between two hosts, in both directions}
  ///
  /// @param a the name of a host; `test` for where the test runs
  /// @param b that of another
  /// @throws IllegalArgumentException if there is no such host, or they are the same
  public Link link(String a, String b) {
    return new Link(List.of(direction(a, b), direction(b, a)));
  }

  /// {@return the way from a host to another}
  ///
  /// @param from the name of the host that sends; `test` for where the test runs
  /// @param to that of the one that receives
  /// @throws IllegalArgumentException if there is no such host, or they are the same
  public Link oneWay(String from, String to) {
    return new Link(List.of(direction(from, to)));
  }

  /// {@return all ways between hosts}
  public Link links() {
    return among(List.copyOf(hosts.keySet()), List.copyOf(hosts.keySet()));
  }

  /// Cuts some hosts off from all others, in both directions; among themselves they are not. The
  /// test itself is with the others.
  ///
  /// <!-- given: jasyncio.testing.Simulation sim; -->
  ///
  /// ```java fragment
  /// try (var cut = sim.partition("n0")) {
  ///   sleep(20);
  /// }
  /// ```
  ///
  /// @param names of the hosts
  /// @return closing it ends it; idempotent
  /// @throws IllegalArgumentException if there is no such host
  public Link.Fault partition(String... names) {
    var inside = List.of(names);
    inside.forEach(world::machine);
    var outside = new ArrayList<>(hosts.keySet());
    outside.add(SimulatedWorld.TEST);
    outside.removeAll(inside);
    return among(inside, outside).cut();
  }

  /// Something that is on its way from a host to another.
  ///
  /// @param from the name of the host that has sent it
  /// @param to that of the one that it is for
  /// @param kind `SYN`, `data`, `FIN`, `datagram`, …
  /// @param bytes how many of a program's
  /// @param due when it arrives, if nothing holds it up: as [#elapsed()] will say then
  public record InFlight(String from, String to, String kind, int bytes, Duration due) {}

  /// {@return what is on its way: host by host, as it was sent}
  public List<InFlight> inFlight() {
    return world.network().inFlight().stream()
        .map(p -> new InFlight(p.from(), p.to(), p.kind(), p.bytes(), Duration.ofNanos(p.due())))
        .toList();
  }

  private Link among(List<String> some, List<String> others) {
    var all = new LinkedHashSet<jasyncio.testing.internal.net.Link>();
    for (var a : some) {
      for (var b : others) {
        if (!a.equals(b)) {
          all.add(direction(a, b));
          all.add(direction(b, a));
        }
      }
    }
    return new Link(List.copyOf(all));
  }

  private jasyncio.testing.internal.net.Link direction(String from, String to) {
    if (from.equals(to)) {
      throw new IllegalArgumentException(
          "a link is between two hosts, and not of " + from + " alone");
    }
    return world.network().link(world.machine(from), world.machine(to));
  }

  // ---- what happens by chance -------------------------------------------------------------------

  /// Has the exploration choose: whether something happens, when, or what. It is 0 in the plain
  /// run; in others any is as likely, and shrinking has it be 0 if that makes no difference. Does
  /// not suspend.
  ///
  /// <!-- given: jasyncio.testing.Simulation sim; -->
  ///
  /// ```java fragment
  /// if (sim.choose("the database crashes", 2) == 1) {
  ///   sim.host("db").restart();
  /// }
  /// ```
  ///
  /// @param what it is, for the message of a failure that it leads to
  /// @param bound how many possibilities there are, at least 1
  /// @return the choice, from 0 to `bound` - 1
  /// @throws IllegalArgumentException if there is none
  public int choose(String what, int bound) {
    checked(what);
    if (bound < 1) {
      throw new IllegalArgumentException("there is 1 possibility or more, not " + bound);
    }
    return world.chooseForTest(what, bound, String::valueOf);
  }

  /// Has the exploration choose one of several things: the first in the plain run. Does not
  /// suspend.
  ///
  /// @param <T> what they are
  /// @param what it is for, for the message of a failure that it leads to
  /// @param options what there is to be chosen from; their `toString` is in the message
  /// @return the chosen one
  /// @throws IllegalArgumentException if there is none
  public <T> T choose(String what, List<? extends T> options) {
    checked(what);
    if (options.isEmpty()) {
      throw new IllegalArgumentException("there is nothing to choose from");
    }
    return options.get(
        world.chooseForTest(what, options.size(), i -> String.valueOf(options.get(i))));
  }

  // ---- properties -------------------------------------------------------------------------------

  private record Property(String name, BooleanSupplier condition) {}

  /// Says what has to hold at any time: it is looked at whenever a host has run. If it does not
  /// hold, the test fails. Does not suspend.
  ///
  /// @param name for the message
  /// @param condition which must neither wait nor change anything
  public void always(String name, BooleanSupplier condition) {
    always.add(new Property(checked(name), Objects.requireNonNull(condition, "condition")));
  }

  private static String checked(String name) {
    return Objects.requireNonNull(name, "name");
  }

  /// A host has run.
  private void check() {
    for (var property : always) {
      if (!property.condition.getAsBoolean()) {
        world.fail(new AssertionError("always(\"" + property.name + "\") does not hold any more"));
      }
    }
    if (!sometimes.isEmpty()) {
      sometimes.removeIf(property -> {
        boolean holds = property.condition.getAsBoolean();
        if (holds) {
          properties.hold(property.name);
        }
        return holds;
      });
    }
  }

  /// Says what has to hold in some run, at some time: it is looked at whenever a host has run. If
  /// it has held in none when the exploration is over, that fails: what was to be tested has not
  /// been. Does not suspend.
  ///
  /// @param name for the message
  /// @param condition which must neither wait nor change anything
  public void sometimes(String name, BooleanSupplier condition) {
    Objects.requireNonNull(condition, "condition");
    var property = "sometimes(\"" + checked(name) + "\")";
    properties.want(property);
    if (!properties.has(property)) {
      sometimes.add(new Property(property, condition));
    }
  }

  /// Says that in some run the program of some host has to come to a [point][jasyncio.util.Point].
  /// If it has in none when the exploration is over, that fails. Does not suspend.
  ///
  /// @param point the point's name
  public void reachable(String point) {
    properties.want(reachableAs(checked(point)));
  }

  private static String reachableAs(String point) {
    return "reachable(\"" + point + "\")";
  }

  /// Says that the program of no host may come to a [point][jasyncio.util.Point]: the test fails if
  /// it does. Does not suspend.
  ///
  /// @param point the point's name
  public void unreachable(String point) {
    unreachable.add(checked(point));
  }

  /// A host's program comes to a point.
  void cameTo(String point) {
    properties.holdIfWanted(reachableAs(point));
    if (unreachable.contains(point)) {
      world.fail(new AssertionError("unreachable(\"" + point + "\") was come to"));
    }
  }

  /// Waits until something holds. Suspends. **Cancellation** ends the wait.
  ///
  /// @param seconds how long at most, in simulated seconds
  /// @param name for the message
  /// @param condition which must neither wait nor change anything
  /// @throws AssertionError if it does not hold by then
  public void eventually(double seconds, String name, BooleanSupplier condition) {
    Objects.requireNonNull(condition, "condition");
    var held = Asyncio.getRunningLoop().createFuture();
    Runnable check =
        () -> {
          if (condition.getAsBoolean() && !held.done()) {
            held.getLoop()
                .callSoonThreadsafe(() -> {
                  if (!held.done()) {
                    held.setResult(true);
                  }
                });
          }
        };
    if (condition.getAsBoolean()) {
      return;
    }
    world.addCheck(check);
    try {
      Asyncio.waitFor(held, seconds);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError(
          "eventually(\"" + name + "\") does not hold within " + seconds + " s", e);
    } finally {
      world.removeCheck(check);
    }
  }

  /// {@return how much simulated time has passed; any thread}
  public Duration elapsed() {
    return Duration.ofNanos(world.nanos());
  }

  // ---- the end ----------------------------------------------------------------------------------

  /// Who waits for what on each host.
  String describe() {
    var text = new StringBuilder();
    for (var host : hosts.values()) {
      if (host.isRunning()) {
        text.append("\n  on host ").append(host.name()).append(':');
        text.append(WaitGraph.describe(host.loop(), null).replace("\n", "\n  "));
      }
    }
    return text.toString();
  }

  /// Ends what still runs. A coroutine of the test's loop.
  void end() {
    asked = true;
    hosts
        .values()
        .forEach(host -> {
          host.resume();
          host.stop();
        });
    double until = Asyncio.getRunningLoop().time() + GRACE;
    while (hosts.values().stream().anyMatch(Host::isRunning)
        && Asyncio.getRunningLoop().time() < until) {
      Asyncio.sleep(0.001);
    }
  }

  /// Tells what is wrong, and drops what is left.
  void finish(Problems problems) {
    for (var host : hosts.values()) {
      if (host.isRunning()) {
        if (asked) {
          problems.failure(doesNotEnd(host));
        }
        host.crash();
      }
      host.tell(problems);
    }
  }

  private static AssertionError doesNotEnd(Host host) {
    return new AssertionError(
        "the program of host "
            + host.name()
            + " does not end within "
            + GRACE
            + " s after it was cancelled");
  }
}
