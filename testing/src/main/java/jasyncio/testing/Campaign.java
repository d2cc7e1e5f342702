package jasyncio.testing;

import jasyncio.testing.Exploration.Outcome;
import jasyncio.testing.Exploration.Search;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/// Explores tests for as long as there is time, whatever fails; and remembers what did.
///
/// One thread only. Several campaigns, each with a seed of its own, may share a folder; the others
/// begin when the first is [ready][Listener#ready].
final class Campaign {
  /* Overview
   * At first the runs that failed in earlier campaigns are tried again, those that were fixed since as well. Then the
   * tests take turns, a run each, that first which has had the least time so far. A run that fails is a finding if
   * nothing failed in that way before (Outcome.kind), here, in the runs that were tried again, or in a campaign that
   * goes on beside this one, which shows in the corpus. It is shrunk, told of, and kept.
   *
   * A test has had its turns when its plain run fails, when all runs have been tried, or when it has failed in so many
   * ways that more would tell nothing.
   */

  /// What is known of a failure.
  enum State {
    /// Nobody has seen it before.
    NEW,
    /// An earlier campaign has found it.
    KNOWN,
    /// An earlier campaign has found it, and it passes now.
    FIXED,
    /// It was fixed, and fails again.
    REGRESSION
  }

  /// A failure, or one that is no more.
  ///
  /// @param replay the run
  /// @param kind what makes it another failure than others
  /// @param deviations what it takes
  /// @param message the whole of what is to be said of it
  /// @param isOfChance whether it cannot be replayed, as it depends on something else
  /// @param trace the file with all events, if there is one
  record Finding(
      String test,
      State state,
      String replay,
      String kind,
      List<String> deviations,
      String message,
      boolean isOfChance,
      @Nullable Path trace) {}

  /// How far a test is.
  ///
  /// @param runs how many there were
  /// @param failed how many of them failed
  /// @param over why there are no more, or `null`
  /// @param properties what has to be so in some run, and whether it was
  record Standing(
      String test, int runs, int failed, @Nullable String over, Map<String, Boolean> properties) {}

  /// Is told of what happens.
  interface Listener {
    /// Earlier failures have been tried again; what is found from now on is of this campaign.
    void ready();

    /// Something was found.
    void found(Finding finding);

    /// There was a run more.
    void ran();
  }

  private static final int ENOUGH = 20; // ways to fail

  private final List<Course> courses = new ArrayList<>();
  private final boolean isFirst;
  private final Listener listener;

  /// @param tests what is explored
  /// @param folder where failures are kept
  /// @param seed what chance begins with; not 0
  /// @param isFirst whether it is this one, of several that go on side by side, that tells of
  ///   earlier failures
  Campaign(List<ExploredTest> tests, Path folder, long seed, boolean isFirst, Listener listener) {
    this.isFirst = isFirst;
    this.listener = listener;
    tests.forEach(test -> courses.add(new Course(test, folder, seed)));
  }

  /// Goes on until somebody says that it is enough, or nothing is left to be tried.
  ///
  /// @throws IOException if failures cannot be kept
  /// @throws IllegalArgumentException if a file of failures is none
  void run(BooleanSupplier goesOn) throws IOException {
    for (var course : courses) {
      course.tryAgain();
    }
    listener.ready();
    while (goesOn.getAsBoolean()) {
      var next =
          courses.stream()
              .filter(course -> course.over == null)
              .min(Comparator.comparingLong(course -> course.nanos));
      if (next.isEmpty()) {
        return;
      }
      next.get().step();
    }
  }

  /// How far each of the tests is.
  List<Standing> standings() {
    return courses.stream().map(Course::standing).toList();
  }

  /// A test in this campaign.
  private final class Course {
    private final String name;
    private final Exploration exploration;
    private final Corpus corpus;
    private final Set<String> kinds = new HashSet<>(); // that failures had
    private @Nullable Search search; // after the plain run
    private long nanos; // that it has taken
    private int runs;
    private int failed;
    private @Nullable String over;

    Course(ExploredTest test, Path folder, long seed) {
      name = test.name();
      exploration = test.exploration().runs(Exploration.UNLIMITED).seed(seed);
      corpus = new Corpus(folder, test.fullName());
    }

    Standing standing() {
      return new Standing(name, runs, failed, over, new TreeMap<>(exploration.properties()));
    }

    // ---- earlier failures -----------------------------------------------------------------------

    void tryAgain() throws IOException {
      for (var entry : corpus.entries()) {
        var outcome = exploration.runWith(ReplayCode.decode(entry.replay()));
        count(outcome);
        if (outcome.failed()) {
          kinds.add(kind(outcome));
        }
        if (isFirst) {
          tellAgain(entry, outcome);
        }
      }
    }

    private void tellAgain(Corpus.Entry entry, Outcome outcome) throws IOException {
      var now =
          new Corpus.Entry(
              !outcome.failed(), entry.replay(), outcome.failed() ? kind(outcome) : entry.kind());
      corpus.change(entries ->
          entries.stream().map(e -> e.replay().equals(entry.replay()) ? now : e).toList());
      if (outcome.failed()) {
        var state = entry.isFixed() ? State.REGRESSION : State.KNOWN;
        tell(state, now.kind(), entry.replay(), exploration.found(outcome));
      } else if (!entry.isFixed()) {
        listener.found(
            new Finding(
                name,
                State.FIXED,
                entry.replay(),
                entry.kind(),
                List.of(),
                "test " + name + "() passes in a run in which it failed: " + entry.kind(),
                false,
                null));
      }
    }

    // ---- new ones -------------------------------------------------------------------------------

    void step() throws IOException {
      long began = System.nanoTime();
      if (search == null) {
        runPlain();
      } else {
        runAnother(search);
      }
      nanos += System.nanoTime() - began;
    }

    private void runPlain() throws IOException {
      var outcome = exploration.runWith(Choices.NOBODY);
      if (outcome.failure() instanceof TestAbortedException e) {
        over = "an assumption does not hold: " + e.getMessage();
        return;
      }
      count(outcome);
      if (outcome.failed()) {
        over = "it fails in the plain order of events";
        consider(outcome, exploration::found);
      } else {
        search = exploration.search(outcome);
      }
    }

    private void runAnother(Search theSearch) throws IOException {
      var outcome = theSearch.next();
      if (outcome == null) {
        over = "these are all runs";
        return;
      }
      count(outcome);
      if (outcome.failed()) {
        consider(outcome, theSearch::found);
        if (kinds.size() >= ENOUGH) {
          over = "it has failed in " + ENOUGH + " ways";
        }
      }
    }

    private void count(Outcome outcome) {
      runs++;
      failed += outcome.failed() ? 1 : 0;
      listener.ran();
    }

    /// @param found what is to be said of it, which takes a while to find out
    private void consider(Outcome outcome, Function<Outcome, ExplorationFailure> found)
        throws IOException {
      var kind = kind(outcome);
      if (!kinds.add(kind)) {
        return;
      }
      var failure = found.apply(outcome);
      if (failure.isOfChance() || keep(failure.replay(), kind)) {
        tell(State.NEW, kind, failure.replay(), failure);
      }
    }

    /// Whether nobody has kept it meanwhile.
    private boolean keep(String replay, String kind) throws IOException {
      boolean[] isNew = {true};
      corpus.change(entries -> {
        isNew[0] = entries.stream().noneMatch(e -> !e.isFixed() && e.kind().equals(kind));
        if (!isNew[0]) {
          return entries;
        }
        var all = new ArrayList<>(entries);
        all.removeIf(e -> e.replay().equals(replay));
        all.add(new Corpus.Entry(false, replay, kind));
        return all;
      });
      return isNew[0];
    }

    private void tell(State state, String kind, String replay, ExplorationFailure failure) {
      listener.found(
          new Finding(
              name,
              state,
              replay,
              kind,
              failure.deviations(),
              Objects.requireNonNull(failure.getMessage()),
              failure.isOfChance(),
              failure.trace()));
    }

    private static String kind(Outcome outcome) {
      return outcome.kind().replaceAll("\\s+", " ").strip();
    }
  }
}
