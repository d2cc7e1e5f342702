package jasyncio.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jasyncio.examples.Programs.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One program of the seed documents, and in which way its two outputs may differ.
///
/// Times are checked from below only: nothing comes early. How late it comes is up to the machine.
final class SeedProgram {
  private static final String MASK = "…";

  /// What clocks of different kinds, and rounding, may take from a time.
  private static final double CLOCKS_DIFFER_SECONDS = 0.001;

  private record Timing(Pattern pattern, List<Double> nominal, boolean sinceFirst) {}

  private record Shuffled(int from, int to) {}

  private final String name;
  private final List<UnaryOperator<String>> rewrites = new ArrayList<>();
  private final List<Timing> timings = new ArrayList<>();
  private final List<Shuffled> shuffled = new ArrayList<>();
  private final List<Pattern> distinct = new ArrayList<>();
  private List<Double> paces = List.of();
  private String javaError = "";
  private String pythonError = "";
  private int exit;
  private boolean gevent;

  SeedProgram(String name) {
    this.name = name;
    mask("(?<=coro=)<(?:[^<>]|<[^<>]*>)*>");
    mask("(?<=cb=)\\[[^\\]]*\\]");
    rewrites.add(line -> line.replaceAll("\\bTrue\\b", "true").replaceAll("\\bFalse\\b", "false"));
  }

  // ---------------------------------------------------------------- declared differences

  /// What the pattern finds is left out of the comparison.
  SeedProgram mask(String pattern) {
    rewrites.add(line -> line.replaceAll(pattern, MASK));
    return this;
  }

  /// Python's spelling of a value, and Java's.
  SeedProgram same(String python, String java) {
    rewrites.add(line -> line.replace(python, java));
    return this;
  }

  /// The lines from the one index up to the other come in any order.
  SeedProgram anyOrder(int from, int to) {
    shuffled.add(new Shuffled(from, to));
    return this;
  }

  /// Lines that are sets of tasks: compared as sets, and whether empty.
  SeedProgram taskSets() {
    rewrites.add(SeedProgram::sortSet);
    return same("set()", "[]");
  }

  /// The group of the pattern is different in every line that has it.
  SeedProgram distinct(String pattern) {
    distinct.add(Pattern.compile(pattern));
    return mask(pattern);
  }

  /// Lines that match become what the replacement says.
  SeedProgram rewrite(String pattern, String replacement) {
    rewrites.add(line -> line.replaceAll(pattern, replacement));
    return this;
  }

  /// The group of the pattern is a number of seconds: at least these, one after the other.
  SeedProgram elapsed(String pattern, double... nominal) {
    timings.add(new Timing(Pattern.compile(pattern), boxed(nominal), false));
    return mask(pattern);
  }

  /// The group of the pattern is a loop time: at least these seconds after the first one.
  SeedProgram clock(String pattern, double... nominal) {
    timings.add(new Timing(Pattern.compile(pattern), boxed(nominal), true));
    return mask(pattern);
  }

  /// The lines come at least these seconds after the program's start.
  SeedProgram paced(double... nominal) {
    paces = boxed(nominal);
    return this;
  }

  /// A line of the standard error output contains this in Java, and that in Python.
  SeedProgram warns(String java, String python) {
    javaError = java;
    pythonError = python;
    return this;
  }

  /// As [#warns], and the program ends with exit code 1.
  SeedProgram fails(String java, String python) {
    exit = 1;
    return warns(java, python);
  }

  /// The original needs gevent, and the twin the scheduled runtime: on the other one it says so.
  SeedProgram gevent() {
    gevent = true;
    return this;
  }

  // ---------------------------------------------------------------- checks

  boolean isGevent() {
    return gevent;
  }

  /// On a fiber runtime on which it cannot work.
  void checkRefusal(Run run) {
    assertEquals(1, run.exit(), run::toString);
    assertEquals(List.of(), run.out());
    assertContains("Monkey.patchAll() needs the scheduled fiber runtime", run);
  }

  String name() {
    return name;
  }

  /// The item of the acceptance list: 21 for `Seed000_21a_CancelBeforeStart`.
  int number() {
    return Integer.parseInt(name.replaceFirst("Seed\\d+_(\\d+).*", "$1"));
  }

  void checkJava(Run run, List<String> expected) {
    assertEquals(exit, run.exit(), run::toString);
    assertSameLines(expected, run.out());
    assertContains(javaError, run);
    for (Pattern pattern : distinct) {
      List<String> found = groups(pattern, run.out());
      assertEquals(new HashSet<>(found).size(), found.size(), run::toString);
      assertTrue(!found.isEmpty(), run::toString);
    }
    for (Timing timing : timings) {
      List<Double> times = times(timing, run);
      assertEquals(timing.nominal().size(), times.size(), run::toString);
      assertNotEarly(timing.nominal(), times, run);
    }
    if (!paces.isEmpty()) {
      assertEquals(paces.size(), run.out().size(), run::toString);
      assertNotEarly(paces, run.seconds(), run);
    }
  }

  void checkPython(Run run, List<String> expected) {
    assertEquals(exit, run.exit(), run::toString);
    assertSameLines(expected, run.out());
    assertContains(pythonError, run);
  }

  private static void assertNotEarly(List<Double> nominal, List<Double> times, Run run) {
    for (int i = 0; i < times.size(); i++) {
      double time = times.get(i);
      double earliest = nominal.get(i) - CLOCKS_DIFFER_SECONDS;
      assertTrue(time >= earliest, () -> "too early: " + time + "\n" + run);
    }
  }

  private static List<Double> times(Timing timing, Run run) {
    List<Double> times = groups(timing.pattern(), run.out()).stream().map(Double::valueOf).toList();
    double base = timing.sinceFirst() && !times.isEmpty() ? times.getFirst() : 0;
    return times.stream().map(time -> time - base).toList();
  }

  private static List<Double> boxed(double[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  private static List<String> groups(Pattern pattern, List<String> lines) {
    return lines.stream()
        .flatMap(line -> pattern.matcher(line).results())
        .map(match -> match.group(1))
        .toList();
  }

  private void assertContains(String text, Run run) {
    assertTrue(
        run.err().stream().anyMatch(line -> line.contains(text)) || text.isEmpty(), run::toString);
  }

  private void assertSameLines(List<String> expected, List<String> actual) {
    assertEquals(String.join("\n", normalise(expected)), String.join("\n", normalise(actual)));
  }

  private List<String> normalise(List<String> lines) {
    var normal = new ArrayList<String>();
    for (String line : lines) {
      for (UnaryOperator<String> rewrite : rewrites) {
        line = rewrite.apply(line);
      }
      normal.add(line);
    }
    for (Shuffled range : shuffled) {
      if (range.to() <= normal.size()) {
        normal.subList(range.from(), range.to()).sort(Comparator.naturalOrder());
      }
    }
    return normal;
  }

  private static String sortSet(String line) {
    Matcher set = Pattern.compile("[\\[{](<Task.*>)[\\]}]").matcher(line);
    if (!set.matches()) {
      return line;
    }
    return Arrays.stream(set.group(1).split("(?<=>), (?=<Task)")).sorted().toList().toString();
  }
}
