package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jasyncio.testing.Campaign.Finding;
import jasyncio.testing.Campaign.State;
import jasyncio.testing.Explore.Level;
import jasyncio.testing.Explore.Strategy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CampaignTest {
  private static final int MANY = 2000; // runs: what has one deviation is found in a few of them

  @TempDir Path folder;

  private final List<Finding> found = new ArrayList<>();
  private int runs;
  private int runsWhenReady;

  @BeforeEach
  void nothingIsMended() {
    Orders.isMended = false;
    ByChance.calls = 0;
  }

  // ---- what is explored -------------------------------------------------------------------------

  static class Orders {
    static boolean isMended;
    private final List<String> order = new ArrayList<>();

    @BeforeEach
    void nobodyHasCome() {
      order.clear();
    }

    @Explore(level = Level.CHAOS, strategy = Strategy.EXHAUSTIVE)
    void firstComesFirst() {
      var first = createTask(() -> order.add("first"), "first");
      var second = createTask(() -> order.add("second"), "second");
      await(first);
      await(second);
      if (!isMended) {
        assertThat(order).containsExactly("first", "second");
      }
    }
  }

  static class TwoFaults {
    @Explore
    void late(TestClock clock) throws Exception {
      sleep(1);
      if (clock.elapsed().toNanos() > 1_000_000_000) {
        throw new IllegalStateException("the first is late");
      }
      sleep(1);
      if (clock.elapsed().toNanos() > 2_000_000_000) {
        throw new IllegalStateException("the second is late");
      }
    }
  }

  static class Plainly {
    @Explore
    void fails() {
      throw new IllegalStateException("in any case");
    }
  }

  static class ByChance {
    static int calls;

    @Explore
    void now() {
      if (++calls == 5) {
        throw new IllegalStateException("the fifth");
      }
    }
  }

  static class Never {
    @Explore
    void happens(Simulation sim) {
      sim.sometimes("the impossible", () -> false);
      sim.sometimes("the usual", () -> true);
      sim.host("any", () -> sleep(1));
      sleep(2);
    }
  }

  static class Parted {
    @Explore
    void fails(Simulation sim) {
      sim.host("any", () -> sleep(1));
      sleep(2);
      throw new IllegalStateException("in any case");
    }
  }

  static class WithBeforeAll {
    @BeforeAll
    static void once() {}

    @Explore
    void test() {}
  }

  static class Nothing {
    @Test
    void isExplored() {}

    @Disabled
    @Explore
    void now() {}
  }

  // ---- campaigns --------------------------------------------------------------------------------

  private Campaign campaign(Class<?> type, boolean isFirst) {
    return new Campaign(
        ExploredTest.in(type, null),
        folder,
        1,
        isFirst,
        new Campaign.Listener() {
          @Override
          public void ready() {
            runsWhenReady = runs;
          }

          @Override
          public void found(Finding finding) {
            found.add(finding);
          }

          @Override
          public void ran() {
            runs++;
          }
        });
  }

  private Campaign run(Class<?> type, BooleanSupplier goesOn) throws IOException {
    found.clear();
    runs = 0;
    var campaign = campaign(type, true);
    campaign.run(goesOn);
    return campaign;
  }

  private List<State> states() {
    return found.stream().map(Finding::state).toList();
  }

  private String file(Class<?> type, String method) throws IOException {
    return Files.readString(folder.resolve(type.getName() + "." + method + ".seeds"));
  }

  @Test
  void failure_isNewOnce_thenKnown_thenFixed_andARegressionIfItComesAgain() throws IOException {
    run(Orders.class, () -> runs < MANY);
    assertThat(states()).containsExactly(State.NEW);
    var first = found.getFirst();
    assertThat(first.test()).isEqualTo("Orders.firstComesFirst");
    assertThat(first.message())
        .startsWith("test Orders.firstComesFirst() failed in run ")
        .contains(first.replay());
    assertThat(first.deviations()).hasSize(1);
    assertThat(first.trace()).exists();
    assertThat(file(Orders.class, "firstComesFirst")).contains("\nfails " + first.replay() + " ");

    run(Orders.class, () -> runs < MANY);
    assertThat(states()).containsExactly(State.KNOWN);
    assertThat(found.getFirst().replay()).isEqualTo(first.replay());

    Orders.isMended = true;
    run(Orders.class, () -> runs < MANY);
    assertThat(states()).containsExactly(State.FIXED);
    assertThat(found.getFirst().replay()).isEqualTo(first.replay());
    assertThat(file(Orders.class, "firstComesFirst")).contains("\nfixed " + first.replay() + " ");

    run(Orders.class, () -> runs < MANY);
    assertThat(found).as("it is told once that it is fixed").isEmpty();

    Orders.isMended = false;
    run(Orders.class, () -> runs < MANY);
    assertThat(states()).containsExactly(State.REGRESSION);
    assertThat(file(Orders.class, "firstComesFirst")).contains("\nfails " + first.replay() + " ");
  }

  @Test
  void earlierFailures_areTriedFirst() throws IOException {
    run(Orders.class, () -> runs < MANY);
    run(Orders.class, () -> false);
    assertThat(runs).isEqualTo(1);
    assertThat(runsWhenReady).isEqualTo(1);
    assertThat(states()).containsExactly(State.KNOWN);
  }

  @Test
  void campaign_goesOnAfterAFailure_andTellsOfEachOnce() throws IOException {
    var campaign = run(TwoFaults.class, () -> runs < MANY);
    assertThat(found)
        .extracting(Finding::message)
        .anyMatch(message -> message.contains("the first is late"))
        .anyMatch(message -> message.contains("the second is late"))
        .hasSize(2);
    assertThat(campaign.standings().getFirst().failed()).isGreaterThan(2);
    assertThat(campaign.standings().getFirst().runs()).isEqualTo(runs);
  }

  @Test
  void test_thatFailsInThePlainOrder_isNotExploredFurther() throws IOException {
    var campaign = run(Plainly.class, () -> true);
    assertThat(states()).containsExactly(State.NEW);
    assertThat(runs).isEqualTo(1);
    assertThat(campaign.standings().getFirst().over())
        .isEqualTo("it fails in the plain order of events");
  }

  @Test
  void allRuns_whenTheyHaveBeenTried_areTheEnd() throws IOException {
    Orders.isMended = true;
    var campaign = run(Orders.class, () -> true);
    assertThat(found).isEmpty();
    assertThat(campaign.standings().getFirst().over()).isEqualTo("these are all runs");
  }

  @Test
  void failureOfChance_isTold_andNotKept() throws IOException {
    run(ByChance.class, () -> runs < 20);
    assertThat(found).hasSize(1);
    assertThat(found.getFirst().isOfChance()).isTrue();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void campaignBesideAnother_doesNotTellWhatThatHasFound() throws IOException {
    var other = campaign(Orders.class, false);
    boolean[] isFirst = {true};
    other.run(() -> {
      if (isFirst[0]) { // it has tried again what there was, which is nothing
        isFirst[0] = false;
        try {
          run(Orders.class, () -> runs < MANY);
        } catch (IOException e) {
          throw new AssertionError(e);
        }
        runs = 0;
      }
      return runs < MANY;
    });
    assertThat(states()).containsExactly(State.NEW);
    assertThat(other.standings().getFirst().failed()).isPositive();
  }

  @Test
  void campaignBesideAnother_leavesEarlierFailuresToThat() throws IOException {
    run(Orders.class, () -> runs < MANY);
    found.clear();
    campaign(Orders.class, false).run(() -> false);
    assertThat(found).isEmpty();
  }

  @Test
  void property_thatNeverHeld_isInTheStanding() throws IOException {
    var campaign = run(Never.class, () -> runs < 3);
    assertThat(campaign.standings().getFirst().properties()).containsValues(true, false).hasSize(2);
  }

  @Test
  void corpus_withALineThatIsNone_saysWhere() throws IOException {
    var file = folder.resolve(Orders.class.getName() + ".firstComesFirst.seeds");
    Files.writeString(file, "# ours\n\nfails j1:AQE x\nbroken\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run(Orders.class, () -> true))
        .withMessage(
            file
                + ", line 4: begins neither with 'fails' nor with 'fixed'; mend it, or take it"
                + " out");
    Files.writeString(file, "fails x1:AQE x\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run(Orders.class, () -> true))
        .withMessageStartingWith(file + ", line 1: 'x1:AQE' is no run to replay");
  }

  // ---- in a JVM of its own ----------------------------------------------------------------------

  /// What it prints.
  private List<String> lines(String replay, String method, Class<?>... types) throws IOException {
    var bytes = new ByteArrayOutputStream();
    new CampaignMain(new PrintStream(bytes, true, UTF_8))
        .execute(
            new CampaignMain.Order(
                folder,
                60, // which it does not take, as nothing is left to be tried
                1,
                true,
                replay,
                "A.java",
                method,
                List.of(types).stream().map(Class::getName).toList()));
    return bytes.toString(UTF_8).lines().toList();
  }

  @Test
  void events_areAnObjectInEachLine() throws IOException {
    assertThat(lines("", "", Plainly.class, Nothing.class))
        .satisfiesExactly(
            line ->
                assertThat(line).isEqualTo("{\"event\":\"tests\",\"names\":[\"Plainly.fails\"]}"),
            line -> assertThat(line).isEqualTo("{\"event\":\"ready\"}"),
            line ->
                assertThat(line)
                    .startsWith(
                        "{\"event\":\"found\",\"test\":\"Plainly.fails\",\"state\":\"new\","
                            + "\"replay\":\"j1:\",")
                    .contains("\\u000a  replay:  @Replay(\\\"j1:\\\")")
                    .endsWith("\"timeline\":null}"),
            line ->
                assertThat(line)
                    .isEqualTo(
                        "{\"event\":\"standing\",\"tests\":[{\"test\":\"Plainly.fails\","
                            + "\"runs\":1,\"failed\":1,"
                            + "\"over\":\"it fails in the plain order of events\","
                            + "\"properties\":{}}]}"),
            line -> assertThat(line).isEqualTo("{\"event\":\"end\"}"));
  }

  @Test
  void failureOfASimulation_isToldWithItsTimeline() throws IOException {
    assertThat(lines("", "", Parted.class))
        .anySatisfy(line ->
            assertThat(line)
                .startsWith("{\"event\":\"found\",\"test\":\"Parted.fails\"")
                .containsPattern("\"timeline\":\"[^\"]*Parted.fails[^\"]*[.]html\"}$"));
  }

  @Test
  void run_thatIsAskedFor_isTheOnlyOne() throws IOException {
    run(Orders.class, () -> runs < MANY);
    var replay = found.getFirst().replay();
    assertThat(lines(replay, "", Orders.class).getFirst())
        .startsWith(
            "{\"event\":\"replayed\",\"test\":\"Orders.firstComesFirst\",\"failed\":true,"
                + "\"message\":\"test Orders.firstComesFirst() failed when it was replayed")
        .contains("\"events\":[\"");
    assertThat(lines("j1:", "", Orders.class).getFirst())
        .contains("\"failed\":false,\"message\":null,\"events\":[\"");
  }

  @Test
  void mistakes_areTold() throws IOException {
    assertThat(lines("", "", Nothing.class))
        .containsExactly("{\"event\":\"mistake\",\"message\":\"A.java has no @Explore method\"}");
    assertThat(lines("", "nope", Orders.class))
        .containsExactly(
            "{\"event\":\"mistake\",\"message\":\"A.java has no @Explore method named nope\"}");
    assertThat(lines("", "", WithBeforeAll.class).getFirst())
        .contains("has @BeforeAll, which only JUnit calls");
    assertThat(lines("j1:", "", Orders.class, Plainly.class).getFirst())
        .contains("say which is to be replayed: A.java#firstComesFirst, A.java#fails");
    assertThat(lines("nonsense", "", Orders.class).getFirst()).contains("is no run to replay");
  }
}
