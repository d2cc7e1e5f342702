package jasyncio.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.testing.Campaign.Finding;
import jasyncio.testing.Campaign.Standing;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A campaign in a JVM of its own, as `jasyncio sim` starts them: tells of what happens on standard
/// output, in objects of JSON, one a line.
///
/// It ends when its standard input does, so that none is left behind. What tests print is dropped,
/// but for a run that is replayed, where it goes to standard error.
final class CampaignMain implements Campaign.Listener {
  /* Overview of the events
   *   tests     names                     what is explored
   *   ready                               others may begin
   *   found     see Finding               a failure
   *   standing  tests: see Standing       now and then, and at the end
   *   replayed  failed, message, events   the run that was asked for
   *   mistake   message                   nothing was done
   *   end                                 all is told
   */
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final PrintStream out;
  private @Nullable Campaign campaign;
  private long told = System.nanoTime();

  CampaignMain(PrintStream out) {
    this.out = out;
  }

  /// What is to be done.
  ///
  /// @param folder where failures are kept
  /// @param seconds for how long
  /// @param seed what chance begins with
  /// @param isFirst whether it tells of earlier failures
  /// @param replay the only run there is to be; empty for a campaign
  /// @param target who asks, for messages
  /// @param method the only one there is to be; empty for all
  /// @param classes where the tests are; those without any are left out
  record Order(
      Path folder,
      double seconds,
      long seed,
      boolean isFirst,
      String replay,
      String target,
      String method,
      List<String> classes) {
    static Order of(String[] args) {
      return new Order(
          Path.of(args[0]),
          Double.parseDouble(args[1]),
          Long.parseLong(args[2]),
          Boolean.parseBoolean(args[3]),
          args[4],
          args[5],
          args[6],
          List.of(args).subList(7, args.length));
    }
  }

  static void main(String[] args) {
    var order = Order.of(args);
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    var err = System.err;
    System.setOut(err);
    if (order.replay.isEmpty()) {
      var nowhere = new PrintStream(OutputStream.nullOutputStream());
      System.setOut(nowhere);
      System.setErr(nowhere);
    }
    Thread.ofPlatform().daemon().name("jasyncio-sim-input").start(CampaignMain::endWithInput);
    try {
      new CampaignMain(out).execute(order);
    } catch (Throwable e) {
      e.printStackTrace(err);
      Runtime.getRuntime().halt(1);
    }
    Runtime.getRuntime().halt(0); // whatever threads a test has left
  }

  private static void endWithInput() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // it has ended as well
    }
    Runtime.getRuntime().halt(0);
  }

  void execute(Order order) throws IOException {
    try {
      var tests = tests(order);
      if (order.replay.isEmpty()) {
        explore(tests, order);
      } else {
        replay(tests, order);
      }
    } catch (IllegalArgumentException e) {
      out.println(new JsonLine("mistake").with("message", e.getMessage()));
    }
  }

  private static List<ExploredTest> tests(Order order) {
    var tests = new ArrayList<ExploredTest>();
    for (var name : order.classes) {
      var type = load(name);
      tests.addAll(ExploredTest.in(type, order.method.isEmpty() ? null : order.method));
    }
    if (tests.isEmpty()) {
      throw new IllegalArgumentException(
          order.target
              + " has no @Explore method"
              + (order.method.isEmpty() ? "" : " named " + order.method));
    }
    return tests;
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("there is no class " + name + " on the class path", e);
    } catch (LinkageError e) {
      throw new IllegalArgumentException("cannot load " + name + ": " + e, e);
    }
  }

  // ---- a campaign -------------------------------------------------------------------------------

  private void explore(List<ExploredTest> tests, Order order) throws IOException {
    campaign = new Campaign(tests, order.folder, order.seed, order.isFirst, this);
    out.println(
        new JsonLine("tests").with("names", tests.stream().map(ExploredTest::name).toList()));
    long began = System.nanoTime();
    long nanos = (long) (order.seconds * 1e9);
    try {
      campaign.run(() -> System.nanoTime() - began < nanos);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot keep failures in " + order.folder + ": " + e, e);
    }
    tellStandings();
    out.println(new JsonLine("end"));
  }

  @Override
  public void ready() {
    out.println(new JsonLine("ready"));
  }

  @Override
  public void ran() {
    if (System.nanoTime() - told > INTERVAL_NANOS) {
      tellStandings();
      told = System.nanoTime();
    }
  }

  private void tellStandings() {
    if (campaign != null) {
      out.println(
          new JsonLine("standing")
              .with("tests", campaign.standings().stream().map(CampaignMain::fields).toList()));
    }
  }

  private static Map<String, @Nullable Object> fields(Standing standing) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("test", standing.test());
    fields.put("runs", standing.runs());
    fields.put("failed", standing.failed());
    fields.put("over", standing.over());
    fields.put("properties", standing.properties());
    return fields;
  }

  @Override
  public void found(Finding finding) {
    out.println(
        new JsonLine("found")
            .with("test", finding.test())
            .with("state", finding.state().name().toLowerCase(Locale.ROOT))
            .with("replay", finding.replay())
            .with("kind", finding.kind())
            .with("deviations", finding.deviations())
            .with("message", finding.message())
            .with("deterministic", !finding.isOfChance())
            .with("trace", finding.trace())
            .with("timeline", timeline(finding.trace())));
  }

  private static @Nullable Path timeline(@Nullable Path trace) {
    if (trace == null) {
      return null;
    }
    var page = FailureReport.timelineBeside(trace);
    return Files.exists(page) ? page : null;
  }

  // ---- a single run -----------------------------------------------------------------------------

  private void replay(List<ExploredTest> tests, Order order) {
    var choices = ReplayCode.decode(order.replay);
    if (tests.size() > 1) {
      throw new IllegalArgumentException(
          order.target
              + " has several @Explore methods; say which is to be replayed: "
              + tests.stream()
                  .map(test -> order.target + "#" + test.methodName())
                  .collect(Collectors.joining(", ")));
    }
    var exploration = tests.getFirst().exploration();
    var outcome = exploration.runWith(choices);
    out.println(
        new JsonLine("replayed")
            .with("test", tests.getFirst().name())
            .with("failed", outcome.failed())
            .with("message", outcome.failed() ? exploration.found(outcome).getMessage() : null)
            .with("events", exploration.events(outcome)));
    out.println(new JsonLine("end"));
  }
}
