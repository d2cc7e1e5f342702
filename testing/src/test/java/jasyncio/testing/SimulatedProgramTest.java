package jasyncio.testing;

import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Programs that were compiled for the JDK's own outside.
class SimulatedProgramTest {
  private static final Class<?> DIARY = diary();

  private static Class<?> diary() {
    try {
      return Class.forName("jasyncio.testing.programs.Diary");
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /// What each run has written.
  private static List<List<String>> diaries(int runs, String... arguments) {
    var diaries = new ArrayList<List<String>>();
    Exploration.of(
            "a program's diary",
            scope -> {
              var sim = scope.simulation();
              var host = sim.program("n", DIARY, arguments);
              sleep(100);
              diaries.add(Files.readAllLines(host.disk().path("/diary")));
            })
        .simulated()
        .runs(runs)
        .check();
    return diaries;
  }

  @Test
  void outside_isTheHosts() {
    var diary = diaries(1, "one").getFirst();
    assertThat(diary)
        .hasSize(9)
        .contains(
            "start 1 [one]",
            "time 2000-01-01T00:00:00Z 946684800000",
            "later 2000-01-01T00:00:10Z 10000000000",
            "order [z, y, x, w] {b=1, a=2, c=3}",
            "thread 2000-01-01T00:00:10Z",
            "host n/10.0.0.2",
            "end");
  }

  @Test
  void chance_isThatOfTheRun() {
    var first = diaries(40);
    assertThat(diaries(40)).isEqualTo(first);
    assertThat(new TreeSet<>(first.stream().map(d -> d.get(3)).toList())).hasSizeGreaterThan(5);
  }

  @Test
  void exit_endsTheProgramAlone() {
    assertThat(diaries(1, "one", "two").getFirst()).doesNotContain("end").hasSize(8);
  }

  @Test
  void eachStart_hasStaticFieldsOfItsOwn() {
    var starts = new ArrayList<String>();
    Exploration.of(
            "restart",
            scope -> {
              var sim = scope.simulation();
              var host = sim.program("n", DIARY);
              sleep(100);
              host.restart();
              sleep(100);
              Files.readAllLines(host.disk().path("/diary")).stream()
                  .filter(line -> line.startsWith("start"))
                  .forEach(starts::add);
            })
        .simulated()
        .runs(1)
        .check();
    assertThat(starts).containsExactly("start 1 []", "start 1 []");
  }

  @Test
  void classWithoutMain_isRefused() {
    Exploration.of(
            "no program",
            scope ->
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> scope.simulation().program("n", Set.class))
                    .withMessage(
                        "java.util.Set is no program: it has neither main(String[]) nor main()"))
        .simulated()
        .runs(1)
        .check();
  }
}
