package jasyncio.conformance;

import static jasyncio.conformance.Trace.attempt;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.print;
import static jasyncio.conformance.Trace.repr;
import static jasyncio.gevent.Gevent.getHub;
import static jasyncio.gevent.Gevent.getcurrent;
import static jasyncio.gevent.Gevent.idle;
import static jasyncio.gevent.Gevent.iwait;
import static jasyncio.gevent.Gevent.joinall;
import static jasyncio.gevent.Gevent.killall;
import static jasyncio.gevent.Gevent.sleep;
import static jasyncio.gevent.Gevent.spawn;
import static jasyncio.gevent.Gevent.spawnLater;
import static jasyncio.gevent.Gevent.withTimeout;

import jasyncio.Action;
import jasyncio.gevent.AsyncResult;
import jasyncio.gevent.Event;
import jasyncio.gevent.Gevent;
import jasyncio.gevent.Greenlet;
import jasyncio.gevent.GreenletExit;
import jasyncio.gevent.Group;
import jasyncio.gevent.Linkable;
import jasyncio.gevent.LoopExit;
import jasyncio.gevent.Pool;
import jasyncio.gevent.Queue;
import jasyncio.gevent.Semaphore;
import jasyncio.gevent.Timeout;
import jasyncio.gevent.WaitOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// gevent: rules V1 to V4.
final class GreenletsScenarios {
  private GreenletsScenarios() {}

  /// Prints the errors that the hub is left with.
  private static void reports() {
    getHub()
        .loop()
        .setExceptionHandler((loop, context) -> {
          var e = context.exception();
          print("hub:", e == null ? context.message() : describe(e));
        });
  }

  private static String steps(String name, int count) {
    for (int i = 0; i < count; i++) {
      print(name, i);
      sleep(0);
    }
    return name;
  }

  private static String fail(String message) {
    throw new Oops(message);
  }

  private static void states(Greenlet<?> g) {
    print(
        "ready", g.ready(), "successful", g.successful(), "started", g.started(), "dead", g.dead());
  }

  /// What it gave, or what it raised, or that it was killed.
  private static String outcome(Greenlet<?> g) {
    if (!g.ready()) {
      return "pending";
    }
    if (g.exception() != null) {
      return describe(g.exception());
    }
    return g.exit() != null ? "killed" : repr(g.value());
  }

  private static List<String> outcomes(Collection<? extends Greenlet<?>> greenlets) {
    return greenlets.stream().map(GreenletsScenarios::outcome).toList();
  }

  private static <T> List<T> values(List<Greenlet<? extends T>> greenlets) {
    var values = new ArrayList<T>();
    greenlets.forEach(g -> values.add(g.value()));
    return values;
  }

  private static void hang(String name) {
    try {
      sleep(1000);
    } catch (Throwable e) {
      print(name, "got", describe(e));
      throw e;
    }
  }

  private static <T> T after(double seconds, T value) {
    sleep(seconds);
    return value;
  }

  // ---- V1 ---------------------------------------------------------------------------------------

  @Scenario("V1")
  static void spawnDoesNotRunTheGreenlet() {
    var g = spawn(() -> print("runs"));
    print("spawned");
    g.join();
    print("joined");
  }

  @Scenario("V1")
  static void greenletsTakeTurnsInTheOrderOfSpawning() {
    joinall(Stream.of("a", "b", "c").map(name -> spawn(() -> steps(name, 3))).toList());
  }

  @Scenario("V1")
  static void theMainProgramTakesItsTurnLikeAGreenlet() {
    var a = spawn(() -> steps("a", 2));
    var b = spawn(() -> steps("b", 4));
    print("main");
    sleep(0);
    print("main again");
    a.join();
    print("a has ended");
    sleep(0);
    print("main once more");
    b.join();
    print("b has ended");
  }

  private static void joiner(String name, Greenlet<?> g) {
    g.join();
    print(name);
  }

  @Scenario("V1")
  static void joinersRunInTheOrderInWhichTheyCame() {
    var g = spawn(() -> steps("g", 2));
    joinall(Stream.of(0, 1, 2).map(i -> spawn(() -> joiner("joiner " + i, g))).toList());
    joiner("late", g);
  }

  @Scenario("V1")
  static void getGivesTheValueOrRaisesTheVeryError() {
    reports();
    var problem = new Oops("mine");
    var good = spawn(() -> 42);
    var bad =
        spawn(() -> {
          throw problem;
        });
    print(good.get());
    try {
      bad.get();
    } catch (Oops e) {
      print(e == problem, e == bad.exception());
    }
    bad.join();
    print(attempt(() -> bad.get()));
  }

  @Scenario("V1")
  static void anErrorIsReportedAndStopsNobodyElse() {
    reports();
    var bad = spawn(() -> fail("alone"));
    var good = spawn(() -> steps("good", 2));
    joinall(List.of(bad, good));
    print(outcome(bad), outcome(good));
  }

  @Scenario("V1")
  static void statesOfAGreenlet() {
    var g = new Greenlet<>(() -> steps("g", 1));
    states(g);
    g.start();
    states(g);
    sleep(0);
    states(g);
    g.join();
    states(g);
    print(g.value(), g.exception());
  }

  @Scenario("V1")
  static void statesOfAGreenletThatFails() {
    reports();
    var g = spawn(() -> fail("oops"));
    g.join();
    states(g);
    print(g.value(), describe(g.exception()));
  }

  @Scenario("V1")
  static void startingTwiceRunsOnce() {
    var g = Greenlet.of(() -> print("once"));
    g.start();
    g.start();
    g.join();
    g.start();
    sleep(0);
  }

  @Scenario("V1")
  static void spawnLaterRunsInTheOrderOfTime() {
    var late = spawnLater(0.1, () -> print("late"));
    var soon = spawnLater(0.01, () -> print("soon"));
    var now = spawn(() -> print("now"));
    states(soon);
    joinall(List.of(late, soon, now));
  }

  @Scenario("V1")
  static void linksAreCalledInOrderAfterTheEnd() {
    reports();
    Greenlet<Object> good = spawn(() -> 1);
    Greenlet<Object> bad = spawn(() -> fail("bad"));
    for (var g : List.of(good, bad)) {
      var name = g == good ? "good" : "bad";
      g.link(x -> print(name, "link", outcome(x)));
      g.linkValue(x -> print(name, "value", outcome(x)));
      g.linkException(x -> print(name, "exception", outcome(x)));
    }
    joinall(List.of(good, bad));
    print("joined");
    sleep(0);
    good.link(g -> print("late link", outcome(g)));
    print("linked");
    sleep(0);
    sleep(0);
  }

  @Scenario("V1")
  static void unlinkTakesALinkBack() {
    var g = spawn(() -> steps("g", 1));
    Consumer<Greenlet<String>> link = x -> print("never");
    g.link(link);
    g.unlink(link);
    g.unlink(link);
    g.join();
    sleep(0);
  }

  @Scenario("V1")
  static void anEarlyLinkTakesBackALaterOne() {
    Consumer<Greenlet<String>> later = x -> print("never");
    var g = spawn(() -> steps("g", 1));
    g.link(x -> {
      print("early");
      x.unlink(later);
    });
    g.link(later);
    g.join();
    sleep(0);
  }

  @Scenario("V1")
  static void aLinkMayWaitAndMayFail() {
    reports();
    var ended = new Event();
    var g = spawn(() -> print("g"));
    g.link(x -> {
      print("link begins");
      sleep(0.01);
      print("link ends");
      ended.set();
    });
    g.link(x -> fail("in a link"));
    g.link(x -> print("last link"));
    ended.await();
  }

  @Scenario("V1")
  static void idleWaitsUntilNobodyIsReady() {
    var g = spawn(() -> steps("g", 4));
    idle();
    print("idle");
    g.join();
  }

  @Scenario("V1")
  static void greenletsStartGreenlets() {
    print(
        spawn(
                () -> {
                  var child = spawn(() -> steps("child", 2));
                  print("parent waits");
                  print("parent got", child.get());
                  return "parent";
                })
            .get());
  }

  // ---- V2 ---------------------------------------------------------------------------------------

  @Scenario("V2")
  static void killRaisesWhereTheGreenletWaits() {
    var g = spawn(() -> hang("g"));
    sleep(0);
    g.kill();
    print("killed");
    states(g);
    print(outcome(g), g.exception());
  }

  @Scenario("V2")
  static void killBeforeTheStartRunsNothing() {
    Action<?> never = () -> print("never");
    List<Supplier<Greenlet<?>>> starts =
        List.of(() -> spawn(never), () -> spawnLater(0.001, never), () -> Greenlet.of(never));
    for (var start : starts) {
      var victim = start.get();
      victim.link(x -> print("link", outcome(x)));
      victim.kill();
      states(victim);
      print(outcome(victim));
      victim.start();
    }
    sleep(0.01);
  }

  @Scenario("V2")
  static void killWithAnotherErrorIsAFailure() {
    reports();
    var g = spawn(() -> hang("g"));
    var unstarted = spawn(() -> print("never"));
    unstarted.kill(new Oops("early"));
    print(outcome(unstarted), unstarted.successful());
    sleep(0);
    g.kill(new Oops("on purpose"));
    print(outcome(g), g.successful());
  }

  @Scenario("V2")
  static void aGreenletMayRefuseToBeKilled() {
    var g =
        spawn(() -> {
          try {
            sleep(1000);
          } catch (GreenletExit e) {
            print("not me");
          }
          return after(0.01, "done");
        });
    sleep(0);
    g.kill();
    print(outcome(g));
  }

  @Scenario("V2")
  static void killWithoutWaiting() {
    var g = spawn(() -> hang("g"));
    sleep(0);
    g.kill(false);
    print("not yet", outcome(g));
    sleep(0);
    print("now", outcome(g));
    Gevent.kill(g);
    g.kill();
    print("dead already");
  }

  @Scenario("V2")
  static void killArrivesAfterWhatTheGreenletWasWokenWith() {
    var queue = new Queue<String>();
    var g =
        spawn(() -> {
          print("received", queue.get());
          sleep(0);
          print("never");
        });
    sleep(0);
    queue.put("item");
    g.kill();
    print(outcome(g));
  }

  @Scenario("V2")
  static void aGreenletMayKillItself() {
    var g =
        spawn(() -> {
          try {
            getcurrent().kill();
          } finally {
            print("cleaned up");
          }
        });
    g.join();
    print(outcome(g));
  }

  @Scenario("V2")
  static void aRaisedExitIsASuccess() {
    var g =
        spawn(() -> {
          throw new GreenletExit("bye");
        });
    g.join();
    print(g.successful(), outcome(g), g.exception());
  }

  private static List<Greenlet<?>> hanging() {
    return new ArrayList<>(List.of(spawn(() -> hang("g0")), spawn(() -> hang("g1"))));
  }

  @Scenario("V2")
  static void killallEndsAllAndStartsNone() {
    var all = hanging();
    sleep(0);
    var running = List.copyOf(all);
    all.add(spawn(() -> print("never")));
    killall(all);
    print(outcomes(all));
    killall(running);
  }

  @Scenario("V2")
  static void killallMayNotWait() {
    var running = hanging();
    sleep(0);
    killall(running, null, false, 0);
    print(outcomes(running));
    joinall(running);
    print(outcomes(running));
  }

  @Scenario("V2")
  static void killOfAGreenletThatJoinsLeavesTheJoinedOneAlone() {
    var g = spawn(() -> steps("g", 3));
    var joiner = spawn(() -> g.join());
    sleep(0);
    joiner.kill();
    print(outcome(joiner), outcome(g));
    g.join();
    print(outcome(g));
  }

  // ---- V3 ---------------------------------------------------------------------------------------

  @Scenario("V3")
  static void aTimeoutRaisesItself() {
    var timeout = new Timeout(0.01);
    timeout.start();
    print(timeout.pending());
    try {
      sleep(1000);
    } catch (Timeout e) {
      print(e == timeout, describe(e), timeout.pending());
    } finally {
      timeout.close();
    }
    Object thrown = timeout;
    print(thrown instanceof Exception);
  }

  @Scenario("V3")
  static void aTimeoutThatIsCancelledDoesNothing() {
    var cancelled = Timeout.startNew(0.001);
    cancelled.cancel();
    print(cancelled.pending());
    sleep(0.01);
    var timeout = new Timeout(1000);
    try (var running = timeout.start()) {
      print("pending", running.pending());
    }
    print("pending", timeout.pending());
  }

  @Scenario("V3")
  static void aSilentTimeoutGoesOnAfterTheBlock() {
    Timeout.silently(
        0.01,
        () -> {
          sleep(1000);
          print("never");
        });
    print("after");
    Timeout.silently(1000, () -> print("in time"));
  }

  private static void nested(double outerSeconds, double innerSeconds) {
    var outer = new Timeout(outerSeconds);
    var inner = new Timeout(innerSeconds);
    try {
      outer.start();
      try {
        inner.start();
        sleep(1000);
      } catch (Timeout e) {
        print("inside:", e == inner ? "inner" : "outer");
        if (e != inner) {
          throw e;
        }
      } finally {
        inner.close();
      }
    } catch (Timeout e) {
      print("outside:", e == outer);
    } finally {
      outer.close();
    }
  }

  @Scenario("V3")
  static void nestedTimeoutsAreToldApartByIdentity() {
    nested(1000, 0.01);
    nested(0.01, 1000);
  }

  @Scenario("V3")
  static void aSilentTimeoutLetsAnotherOnePass() {
    var outer = new Timeout(0.01);
    try (var running = outer.start()) {
      print(running.pending() ? Timeout.silently(1000, () -> sleep(1000)) : "not running");
    } catch (Timeout e) {
      print(e == outer);
    }
  }

  @Scenario("V3")
  static void aTimeoutMayRaiseSomethingElse() {
    reports();
    var g =
        spawn(() -> {
          var timeout = new Timeout(0.01, new Oops("too slow"));
          timeout.start();
          try {
            sleep(1000);
          } finally {
            timeout.close();
          }
        });
    g.join();
    print(outcome(g));
  }

  @Scenario("V3")
  static void aTimeoutIsForTheGreenletThatStartedIt() {
    joinall(
        List.of(
            spawn(() -> {
              Timeout.silently(0.01, () -> sleep(1000));
              print("limited goes on");
            }),
            spawn(() -> {
              sleep(0.2);
              print("other is not disturbed");
            })));
  }

  @Scenario("V3")
  static void withTimeoutGivesTheValueInItsPlace() {
    print(withTimeout(1000, () -> "in time", "late"));
    print(withTimeout(0.01, () -> after(1000, "in time"), "late"));
    print(attempt(() -> withTimeout(0.01, () -> after(1000, "in time"))));
  }

  @Scenario("V3")
  static void waitsWithATimeout() {
    var g = spawn(() -> hang("g"));
    g.join(0.01);
    print(outcome(g));
    print(attempt(() -> g.get(0.01)));
    print(attempt(() -> g.getNowait()));
    print(new Event().await(0.01));
    print(attempt(() -> new AsyncResult<String>().get(0.01)));
    print(new AsyncResult<String>().await(0.01));
    print(new Semaphore(0).acquire(0.01));
    g.kill();
  }

  // ---- V4 ---------------------------------------------------------------------------------------

  @Scenario("V4")
  static void joinallGivesThoseThatHaveEndedInThisOrder() {
    var go = new Event();
    var slow =
        spawn(() -> {
          go.await();
          return "slow";
        });
    var quick =
        spawn(() -> {
          sleep(0.01);
          go.set();
          return "quick";
        });
    var instant = spawn(() -> "instant");
    print(values(joinall(List.of(slow, quick, instant))));
    print(values(joinall(List.of(slow, quick))));
    print(joinall(List.<Greenlet<String>>of()));
  }

  @Scenario("V4")
  static void joinallWithATimeoutOrACount() {
    var never = new Event();
    Supplier<Greenlet<Integer>> waiting =
        () ->
            spawn(() -> {
              never.await();
              return 0;
            });
    var greenlets = List.of(waiting.get(), spawn(() -> 1), waiting.get());
    print(values(joinall(greenlets, 0.1)));
    killall(greenlets);
    var sleepers = Stream.of(1000.0, 0.01, 0.02).map(s -> spawn(() -> after(s, s))).toList();
    print(values(joinall(sleepers, WaitOptions.defaults().count(2))));
    print(values(joinall(sleepers, WaitOptions.defaults().count(0))));
    killall(sleepers);
  }

  private static List<Greenlet<String>> goodAndBad() {
    return List.of(spawn(() -> steps("good", 2)), spawn(() -> fail("bad")));
  }

  @Scenario("V4")
  static void joinallRaisesAnErrorIfAsked() {
    reports();
    print(outcomes(joinall(goodAndBad())).toArray());
    print(attempt(() -> joinall(goodAndBad(), WaitOptions.defaults().raiseError(true))));
    sleep(0);
    sleep(0);
  }

  @Scenario("V4")
  static void iwaitGivesObjectsAsTheyGetReady() {
    var greenlets = Stream.of(0.15, 0.01, 0.08).map(s -> spawn(() -> after(s, s))).toList();
    for (Greenlet<Double> g : iwait(greenlets)) {
      print(g.value());
    }
  }

  private static void counter(String name, int count) {
    for (int i = 0; i < count; i++) {
      print(name, i);
      sleep(0);
    }
  }

  private static int echo(int value) {
    print("ends", value);
    return value;
  }

  private static List<Greenlet<Integer>> echoes() {
    return Stream.of(0, 1, 2).map(i -> spawn(() -> echo(i))).toList();
  }

  private static void takeAll(List<Greenlet<Integer>> greenlets) {
    for (Greenlet<Integer> g : iwait(greenlets)) {
      print("got", g.value());
    }
    print("end");
  }

  @Scenario("V4")
  static void iwaitInAGreenletTakesOneTurnForThoseThatEndTogether() {
    var taker = spawn(() -> takeAll(echoes()));
    joinall(List.of(taker, spawn(() -> counter("other", 5))));
  }

  @Scenario("V4")
  static void iwaitInTheMainProgramTakesOneTurnForThoseThatEndTogether() {
    var other = spawn(() -> counter("other", 5));
    takeAll(echoes());
    other.join();
  }

  @Scenario("V4")
  static void iwaitForThoseThatHaveEndedTakesOneTurn() {
    var ended = echoes();
    sleep(0);
    var taker = spawn(() -> takeAll(ended));
    joinall(List.of(taker, spawn(() -> counter("other", 5))));
    var other = spawn(() -> counter("other", 3));
    takeAll(ended);
    other.join();
  }

  @Scenario("V4")
  static void waitTakesEventsAndResultsToo() {
    var event = new Event();
    var result = new AsyncResult<Integer>();
    var g = spawn(() -> {});
    spawnLater(0.01, event::set);
    spawnLater(0.1, () -> result.set(1));
    Map<Linkable, String> names = Map.of(event, "event", result, "result", g, "greenlet");
    List<Linkable> objects = List.of(result, event, g);
    print(Gevent.<Linkable>wait(objects).stream().map(names::get).toList());
    print(Gevent.<Event>wait(List.of(new Event()), WaitOptions.defaults().timeout(0.01)));
  }

  @Scenario("V4")
  static void waitingForNothingIsToldAndTheHubGoesOn() {
    var event = new Event();
    var g = spawn(() -> event.await(Double.POSITIVE_INFINITY));
    try {
      g.join();
    } catch (LoopExit e) {
      print(e.getMessage().lines().findFirst().orElseThrow());
    }
    print(outcome(g));
    event.set();
    g.join();
    print(outcome(g));
  }

  @Scenario("V4")
  static void waitingForEverybodyEndsWhenNothingCanHappen() {
    getHub().loop().close(); // that in virtual time: the limit of join is no timer of the loop's
    spawn(() -> steps("g", 2));
    spawnLater(0.01, () -> print("later"));
    var hanging = spawn(() -> new Event().await());
    print(getHub().join(10));
    print(outcome(hanging));
    spawnLater(0.2, () -> print("too late"));
    print(getHub().join(0.01));
    sleep(0.3);
    hanging.kill();
  }

  // ---- 1.9: events, locks, queues, pools
  // ----------------------------------------------------------

  @Scenario("1.9")
  static void anEventWakesAllInOrder() {
    var event = new Event();
    var all =
        Stream.of("w0", "w1", "w2")
            .map(name -> spawn(() -> print(name, event.await(Double.POSITIVE_INFINITY))))
            .toList();
    sleep(0);
    event.set();
    event.clear();
    print("set and cleared", event.isSet());
    joinall(all);
    event.set();
    print(event.await(1), event.ready());
  }

  @Scenario("1.9")
  static void anAsyncResultHasAValueOrAnError() {
    var result = new AsyncResult<Integer>();
    print(result.ready(), result.successful(), result.value(), result.exception());
    var getter = spawn(() -> print("got", result.get()));
    spawn(() -> result.set(1));
    getter.join();
    print(result.ready(), result.successful(), result.value());
    var failed = new AsyncResult<Integer>();
    failed.setException(new Oops("stored"));
    print(
        attempt(() -> failed.get()),
        failed.await(),
        failed.successful(),
        describe(failed.exception()));
    print(attempt(() -> new AsyncResult<Integer>().getNowait()));
  }

  @Scenario("1.9")
  static void anAsyncResultTakesTheOutcomeOfAGreenlet() {
    reports();
    var good = new AsyncResult<Integer>();
    var bad = new AsyncResult<String>();
    spawn(() -> 1).link(good);
    spawn(() -> fail("passed on")).link(bad);
    print(good.get(), attempt(() -> bad.get()));
  }

  @Scenario("1.9")
  static void aSemaphoreServesInOrder() {
    var semaphore = new Semaphore(2);
    joinall(
        Stream.of("a", "b", "c", "d")
            .map(name ->
                spawn(() -> {
                  var permit = semaphore.hold();
                  try (permit) {
                    print(name, "in");
                    sleep(0);
                    print(name, "out");
                  }
                }))
            .toList());
    print(semaphore.counter(), semaphore.locked(), semaphore.acquireNowait());
  }

  private static void expect(
      Class<? extends Throwable> type, Action<?> call, Supplier<String> text) {
    try {
      call.run();
    } catch (Throwable e) {
      if (!type.isInstance(e)) {
        throw new AssertionError(e);
      }
      print(text.get());
    }
  }

  @Scenario("1.9")
  static void aQueueHandsItemsOverInOrder() {
    var queue = new Queue<Integer>(2);
    joinall(
        List.of(
            spawn(() -> {
              for (int i = 0; i < 4; i++) {
                queue.put(i);
              }
            }),
            spawn(() -> {
              for (int i = 0; i < 4; i++) {
                print("got", queue.get());
              }
            })));
    print(queue.empty(), queue.full(), queue.qsize());
    expect(Queue.Empty.class, () -> queue.getNowait(), () -> "empty");
    expect(Queue.Empty.class, () -> queue.get(0.01), () -> "empty");
    queue.put(1);
    queue.put(2);
    expect(Queue.Full.class, () -> queue.putNowait(3), () -> "full " + queue.qsize());
    expect(Queue.Full.class, () -> queue.put(3, 0.01), () -> "full " + queue.qsize());
  }

  @Scenario("1.9")
  static void aChannelHandsItemsFromHandToHand() {
    var channel = new Queue<Integer>(0);
    var g =
        spawn(() -> {
          for (int i = 0; i < 2; i++) {
            channel.put(i);
          }
        });
    sleep(0);
    print("main gets");
    print("got", channel.get());
    print("got", channel.get());
    g.join();
  }

  private static <T> List<T> list(Iterable<T> items) {
    return StreamSupport.stream(items.spliterator(), false).toList();
  }

  @Scenario("1.9")
  static void mapAndItsKin() {
    var times = List.of(0.15, 0.01, 0.08);
    for (var group : List.of(new Group(), new Pool(3))) {
      print(group.map(s -> after(s, s), times));
      print(list(group.imap(s -> after(s, s), times)));
      print(list(group.imapUnordered(s -> after(s, s), times)));
      print(group.apply(() -> after(0.01, 0.01)), group.size());
    }
  }

  @Scenario("1.9")
  static void imapRaisesWhereTheErrorBelongs() {
    reports();
    var results =
        new Group()
            .<Integer, @Nullable Object>imap(i -> i == 1 ? fail("one") : i, List.of(0, 1, 2))
            .iterator();
    for (int i = 0; i < 3; i++) {
      print(attempt(results::next));
    }
  }

  @Scenario("1.9")
  static void aFullPoolLetsSpawnWait() {
    var pool = new Pool(2);
    for (var name : List.of("a", "b", "c")) {
      pool.spawn(() -> {
        print(name, "begins");
        sleep(name.equals("b") ? 0.5 : 0.01);
        print(name, "ends");
      });
      print("spawned", name, "free", pool.freeCount(), pool.full());
    }
    pool.join();
    print("free", pool.freeCount(), pool.full());
  }

  @Scenario("1.9")
  static void aGroupKeepsThoseThatHaveNotEnded() {
    var group = new Group();
    var a = group.spawn(() -> steps("a", 1));
    var b = group.spawn(() -> hang("b"));
    print(group.size(), group.contains(a));
    a.join();
    sleep(0);
    print(group.size(), group.contains(a));
    group.kill();
    print(group.size(), outcome(b));
    print(group.join(1));
    group.add(spawn(() -> sleep(1000)));
    print(group.join(0.01), group.size());
    group.kill();
  }

  @Scenario("1.9")
  static void aGroupRaisesAnErrorIfAsked() {
    reports();
    var group = new Group();
    group.spawn(() -> fail("member"));
    print(attempt(() -> group.join(WaitOptions.defaults().raiseError(true))));
  }

  @Scenario("1.9")
  static void applyInsideAFullPoolRunsAtOnce() {
    var pool = new Pool(1);
    print(pool.apply(() -> pool.apply(() -> "inner")));
  }
}
