package jasyncio.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// The turns of one loop that have been recorded, in the order in which they began. There may be
/// millions, so that each is a row in arrays, and is spoken of by its index.
///
/// Times are nanoseconds of the recording's clock.
final class RecordedLoop {
  /// What stands for a turn that there is not.
  static final int NONE = -1;

  /// The number of a waker that is no turn: I/O, a timer, another thread.
  static final long OUTSIDE = 0;

  /// Likewise of one that is not known.
  private static final long UNKNOWN = -1;

  /// A turn, as it was recorded.
  ///
  /// @param wokenBy the number of the turn that made it ready, [#OUTSIDE], or less if that is not
  ///   known
  /// @param queued how long it was ready
  /// @param task the task's number; 0 for a callback
  /// @param waited from the task's turn before until it was ready; 0 if that is not known
  record Turn(
      long number,
      long wokenBy,
      long start,
      long nanos,
      long queued,
      String who,
      int task,
      String function,
      boolean isFirst,
      boolean isLast,
      long waited,
      @Nullable String what,
      @Nullable PathKind kind) {}

  /// A turn that had begun before turns were recorded, or went on when that ended; or both.
  ///
  /// @param before for how long it had lasted before, at least
  /// @param doing what it was seen to do
  record Cut(
      long start,
      long end,
      String who,
      int task,
      String function,
      boolean begunBefore,
      long before,
      boolean goesOn,
      boolean isLast,
      String doing) {
    private boolean isOf(RecordedLoop loop, int turn) {
      return loop.task[turn] == task && loop.start[turn] <= middle() && loop.end[turn] >= middle();
    }

    private boolean isOf(Cut other) {
      return other != this
          && other.task == task
          && other.start <= middle()
          && other.end >= middle()
          && other.end - other.start >= end - start;
    }

    private long middle() {
      return start + (end - start) / 2;
    }
  }

  private static final String USUAL_NAME = "Task-";
  private static final long CLOCKS_DIFFER = 10_000_000; // nanoseconds, at most
  private static final int MANY = 1000; // turns, behind which another one may be ready
  private static final int BYTES =
      6 * Long.BYTES + 8 * Integer.BYTES + 1; // of a turn, in all columns
  private static final byte FIRST = 1;
  private static final byte LAST = 2;
  private static final byte CUT_AT_START = 4;
  private static final byte CUT_AT_END = 8;

  final String name;
  private int size;
  private long[] number = new long[16];
  private long[] wokenBy = new long[16];
  private long[] start = new long[16];
  private long[] end = new long[16];
  private long[] queued = new long[16];
  private long[] waited = new long[16];
  private @Nullable String[] who = new @Nullable String[16]; // null for the name that tasks get
  private String[] function = new String[16];
  private @Nullable String[] what = new @Nullable String[16];
  private @Nullable PathKind[] kind = new @Nullable PathKind[16];
  private int[] task = new int[16];
  private byte[] flags = new byte[16];
  private final List<Cut> cuts = new ArrayList<>();
  private final Map<Long, Cut> cutByNumber = new HashMap<>(); // those that are turns of their own

  // Known once all are there:
  private int[] tasks = {}; // their numbers, in order
  private int[] lastOfTask = {}; // in the same order
  private int[] previous = {}; // of the same task
  private int[] first = {}; // likewise
  private int[] outer = {}; // in which it lies, as it was started eagerly there; or none
  private int[] byNumber = {}; // none if the numbers rise as the times do
  private boolean isShared;

  RecordedLoop(String name) {
    this.name = name;
  }

  void add(Turn turn) {
    if (size == number.length) {
      grow();
    }
    int i = size++;
    number[i] = turn.number;
    wokenBy[i] = turn.wokenBy;
    start[i] = turn.start;
    end[i] = turn.start + Math.max(0, turn.nanos);
    queued[i] = Math.max(0, turn.queued);
    waited[i] = Math.max(0, turn.waited);
    who[i] = isUsualName(turn.who, turn.task) ? null : turn.who;
    function[i] = turn.function;
    what[i] = turn.what;
    kind[i] = turn.kind;
    task[i] = turn.task;
    flags[i] = (byte) ((turn.isFirst ? FIRST : 0) | (turn.isLast ? LAST : 0));
  }

  /// Adds one that is cut off. It is told of whenever a part of the recording ends, so that there
  /// may be more of the same turn, or that turn itself.
  void add(Cut cut) {
    cuts.add(cut);
  }

  /// One that began before `from` and is told of as a whole, because another recording had gone on
  /// then, is cut off as well.
  private void cutEarly(long from) {
    for (int i = 0; i < size; i++) {
      if (start[i] + CLOCKS_DIFFER < from && end[i] > from) {
        var early =
            new Cut(
                from,
                end[i],
                who(i),
                task[i],
                function[i],
                true,
                from - start[i],
                false,
                isLast(i),
                doing(i));
        cutByNumber.put(number[i], early);
        start[i] = from;
        queued[i] = 0;
        flags[i] |= CUT_AT_START;
      }
    }
  }

  /// What a turn was seen to do, if it was.
  private String doing(int turn) {
    return cuts.stream()
        .filter(cut -> cut.isOf(this, turn))
        .map(Cut::doing)
        .findFirst()
        .orElse("it has ended");
  }

  private void addCuts() {
    long smallest = LongStream.of(number).limit(size).min().orElse(1);
    long largest = LongStream.of(number).limit(size).max().orElse(0);
    int whole = size;
    var kept = new ArrayList<Cut>();
    for (Cut cut : cuts) {
      boolean isKnown =
          IntStream.range(0, whole).anyMatch(turn -> cut.isOf(this, turn))
              || kept.stream().anyMatch(cut::isOf)
              || cuts.stream().anyMatch(other -> cut.isOf(other) && !other.isOf(cut));
      if (!isKnown) {
        kept.add(cut);
      }
    }
    for (Cut cut : kept) {
      long given = cut.begunBefore ? --smallest : ++largest;
      cutByNumber.put(given, cut);
      add(
          new Turn(
              given,
              UNKNOWN,
              cut.start,
              cut.end - cut.start,
              0,
              cut.who,
              cut.task,
              cut.function,
              false,
              cut.isLast,
              0,
              null,
              null));
      flags[size - 1] |=
          (byte) ((cut.begunBefore ? CUT_AT_START : 0) | (cut.goesOn ? CUT_AT_END : 0));
    }
  }

  /// Whether a task is called so that has not been given a name. There may be as many of these as
  /// there are turns.
  static boolean isUsualName(String name, int task) {
    int start = USUAL_NAME.length();
    return task > 0
        && name.startsWith(USUAL_NAME)
        && name.length() > start
        && name.length() <= start + 10
        && name.charAt(start) != '0'
        && number(name, start) == task;
  }

  private static long number(String digits, int start) {
    long number = 0;
    for (int i = start; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c < '0' || c > '9') {
        return NONE;
      }
      number = 10 * number + c - '0';
    }
    return number;
  }

  /// How much memory it takes when so many turns more have been added, and all are in order.
  long bytesWith(int more) {
    return (long) BYTES * (size + more < number.length ? number.length : nextLength());
  }

  private int nextLength() {
    return size + (size >> 1);
  }

  private void grow() {
    int length = nextLength();
    number = Arrays.copyOf(number, length);
    wokenBy = Arrays.copyOf(wokenBy, length);
    start = Arrays.copyOf(start, length);
    end = Arrays.copyOf(end, length);
    queued = Arrays.copyOf(queued, length);
    waited = Arrays.copyOf(waited, length);
    who = Arrays.copyOf(who, length);
    function = Arrays.copyOf(function, length);
    what = Arrays.copyOf(what, length);
    kind = Arrays.copyOf(kind, length);
    task = Arrays.copyOf(task, length);
    flags = Arrays.copyOf(flags, length);
  }

  // ---- order ------------------------------------------------------------------------------------

  /// All of them are there: puts them in order.
  ///
  /// @param from when what is looked at begins
  void finish(long from) {
    cutEarly(from);
    addCuts();
    sort((a, b) -> Long.compare(number[a], number[b]));
    isShared = hasTwice();
    if (isShared) { // several loops have this name, and each of them has counted
      sort((a, b) -> Long.compare(start[a], start[b]));
      orderNumbers();
    }
    findTasks();
    previous = new int[size];
    first = new int[size];
    outer = new int[size];
    for (int i = 0; i < size; i++) {
      if (i > 0) { // the clock may have been set back
        start[i] = Math.max(start[i], start[i - 1]);
        end[i] = Math.max(start[i], end[i]);
      }
      int before = NONE;
      if (task[i] != 0) {
        int place = Arrays.binarySearch(tasks, task[i]);
        before = lastOfTask[place];
        lastOfTask[place] = i;
      }
      previous[i] = before;
      first[i] = before == NONE ? i : first[before];
      outer[i] = i - 1;
      while (outer[i] != NONE && end[outer[i]] <= start[i]) {
        outer[i] = outer[outer[i]];
      }
    }
  }

  private void findTasks() {
    int[] all = Arrays.copyOf(task, size);
    Arrays.sort(all);
    int count = 0;
    for (int number : all) {
      if (number != 0 && (count == 0 || all[count - 1] != number)) {
        all[count++] = number;
      }
    }
    tasks = Arrays.copyOf(all, count);
    lastOfTask = new int[count];
    Arrays.fill(lastOfTask, NONE);
  }

  private boolean hasTwice() {
    for (int i = 1; i < size; i++) {
      if (number[i] == number[i - 1]) {
        return true;
      }
    }
    return false;
  }

  /// Sorts, if need be. What is equal keeps its order.
  private void sort(IntBinaryOperator comparison) {
    if (IntStream.range(1, size).allMatch(i -> comparison.applyAsInt(i - 1, i) <= 0)) {
      return;
    }
    int[] order = sorted(IntStream.range(0, size).toArray(), comparison);
    number = sorted(number, order);
    wokenBy = sorted(wokenBy, order);
    start = sorted(start, order);
    end = sorted(end, order);
    queued = sorted(queued, order);
    waited = sorted(waited, order);
    who = sorted(who, order);
    function = sorted(function, order);
    what = sorted(what, order);
    kind = sorted(kind, order);
    flags = sorted(flags, order);
    int[] tasks = task;
    task = IntStream.of(order).map(i -> tasks[i]).toArray();
  }

  /// Sorts indexes by merging. What is equal keeps its order, and what is in order costs little.
  private static int[] sorted(int[] indexes, IntBinaryOperator comparison) {
    int[] from = indexes;
    int[] to = new int[indexes.length];
    for (int run = 1; run < from.length; run *= 2) {
      for (int start = 0; start < from.length; start += 2 * run) {
        int middle = Math.min(start + run, from.length);
        merge(from, to, start, middle, Math.min(middle + run, from.length), comparison);
      }
      int[] sorted = to;
      to = from;
      from = sorted;
    }
    return from;
  }

  private static void merge(
      int[] from, int[] to, int start, int middle, int end, IntBinaryOperator comparison) {
    if (middle == end || comparison.applyAsInt(from[middle - 1], from[middle]) <= 0) {
      System.arraycopy(from, start, to, start, end - start);
      return;
    }
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      boolean isLeft =
          right == end || (left < middle && comparison.applyAsInt(from[left], from[right]) <= 0);
      to[i] = isLeft ? from[left++] : from[right++];
    }
  }

  private static long[] sorted(long[] column, int[] order) {
    return IntStream.of(order).mapToLong(i -> column[i]).toArray();
  }

  private static byte[] sorted(byte[] column, int[] order) {
    var copy = new byte[order.length];
    for (int i = 0; i < order.length; i++) {
      copy[i] = column[order[i]];
    }
    return copy;
  }

  private static <T extends @Nullable Object> T[] sorted(T[] column, int[] order) {
    T[] copy = Arrays.copyOf(column, order.length);
    for (int i = 0; i < order.length; i++) {
      copy[i] = column[order[i]];
    }
    return copy;
  }

  private void orderNumbers() {
    byNumber =
        sorted(IntStream.range(0, size).toArray(), (a, b) -> Long.compare(number[a], number[b]));
  }

  // ---- a turn -----------------------------------------------------------------------------------

  int size() {
    return size;
  }

  long start(int turn) {
    return start[turn];
  }

  long end(int turn) {
    return end[turn];
  }

  long nanos(int turn) {
    return end[turn] - start[turn];
  }

  /// When it was made ready.
  long ready(int turn) {
    return start[turn] - queued[turn];
  }

  long number(int turn) {
    return number[turn];
  }

  String who(int turn) {
    String name = who[turn];
    return name != null ? name : USUAL_NAME + task[turn];
  }

  int task(int turn) {
    return task[turn];
  }

  String function(int turn) {
    return function[turn];
  }

  long waited(int turn) {
    return waited[turn];
  }

  @Nullable String what(int turn) {
    return what[turn];
  }

  @Nullable PathKind kind(int turn) {
    return kind[turn];
  }

  boolean isFirst(int turn) {
    return (flags[turn] & FIRST) != 0;
  }

  boolean isLast(int turn) {
    return (flags[turn] & LAST) != 0;
  }

  /// Whether it had begun before turns were recorded.
  boolean isCutAtStart(int turn) {
    return (flags[turn] & CUT_AT_START) != 0;
  }

  /// Whether it went on when that ended.
  boolean isCutAtEnd(int turn) {
    return (flags[turn] & CUT_AT_END) != 0;
  }

  /// What is known of a turn that is cut off; `null` of any other.
  @Nullable Cut cut(int turn) {
    return isCutAtStart(turn) || isCutAtEnd(turn) ? cutByNumber.get(number[turn]) : null;
  }

  /// The turn of the same task before, or [#NONE].
  int previous(int turn) {
    return previous[turn];
  }

  /// The first turn of the same task that was recorded.
  int first(int turn) {
    return first[turn];
  }

  boolean isFromOutside(int turn) {
    return wokenBy[turn] == OUTSIDE;
  }

  /// The turn that made it ready, or [#NONE] if that was no turn, or it was not recorded.
  int waker(int turn) {
    long by = wokenBy[turn];
    int found = by <= OUTSIDE ? NONE : find(by, turn);
    return found < turn ? found : NONE;
  }

  private int find(long by, int before) {
    if (byNumber.length == 0) {
      int found = Arrays.binarySearch(number, 0, before, by);
      return found < 0 ? NONE : found;
    }
    int low = 0;
    int high = size;
    while (low < high) { // to the first that is too great, or too late
      int middle = (low + high) >>> 1;
      int turn = byNumber[middle];
      if (number[turn] < by || (number[turn] == by && turn < before)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low > 0 && number[byNumber[low - 1]] == by ? byNumber[low - 1] : NONE;
  }

  /// Since when the task of this turn has waited before it, as far as that was recorded; when it
  /// was ready if not at all.
  long waitsSince(int turn) {
    int before = previous[turn];
    long said = ready(turn) - waited[turn];
    if (before == NONE) {
      return isFirst(turn) ? ready(turn) : said;
    }
    boolean isGapBetween = number[turn] - number[before] > turn - before && waited[turn] > 0;
    return isGapBetween ? Math.max(said, end[before]) : end[before];
  }

  /// A turn that ran, and for how long.
  interface Ran {
    void ran(int turn, long nanos);
  }

  /// Gives the turns that ran in a time, the latest first, but not more than many.
  void forEachBetween(long from, long to, Ran consumer) {
    int turn = lastBegunBy(to);
    for (int seen = 0; turn >= 0 && seen < MANY; seen++) {
      long common = Math.min(end[turn], to) - Math.max(start[turn], from);
      if (common > 0) {
        consumer.ran(turn, common);
      }
      // What ended before ends this, unless it lies in one that went on.
      turn = end[turn] > from ? turn - 1 : outer[turn];
    }
  }

  /// Whether nobody ran in a time, or next to nobody. It is not said where turns are missing, as
  /// their beginning is not in the recording, or it has lost them.
  boolean isIdleBetween(long from, long to) {
    int before = lastBegunBy(from);
    int last = lastBegunBy(to);
    if (before == NONE || isShared || number[last] - number[before] != last - before) {
      return false;
    }
    long counted = from; // up to here
    for (int turn = before; turn != NONE; turn = outer[turn]) {
      counted = Math.max(counted, Math.min(end[turn], to));
    }
    long busy = counted - from;
    for (int turn = before + 1; turn <= last; turn++) {
      busy += Math.max(0, Math.min(end[turn], to) - Math.max(start[turn], counted));
      counted = Math.max(counted, end[turn]);
    }
    return busy * 10 < to - from;
  }

  private int lastBegunBy(long time) {
    int found = Arrays.binarySearch(start, 0, size, time);
    return found < 0 ? -found - 2 : found;
  }

  /// Who ran for longest in a time, `null` if nobody did.
  @Nullable String longestBetween(long from, long to) {
    var sums = new HashMap<String, Long>();
    forEachBetween(from, to, (turn, nanos) -> sums.merge(who(turn), nanos, Long::sum));
    return sums.entrySet().stream()
        .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse(null);
  }

  // ---- all of them ------------------------------------------------------------------------------

  /// Gives each task's last turn.
  void forEachTask(IntConsumer consumer) {
    for (int last : lastOfTask) {
      consumer.accept(last);
    }
  }

  /// Whether several loops have this name, so that it may not be known who was whose waker.
  boolean isShared() {
    return isShared;
  }

  /// How many turns there were between the first and the last one that were not recorded.
  long missing() {
    return size == 0 || isShared ? 0 : number[size - 1] - number[0] + 1 - size;
  }

  /// How long all turns took. One in which a task was started eagerly has another one in it.
  long busyNanos() {
    long sum = 0;
    long counted = Long.MIN_VALUE; // up to here
    for (int i = 0; i < size; i++) {
      sum += Math.max(0, end[i] - Math.max(start[i], counted));
      counted = Math.max(counted, end[i]);
    }
    return sum;
  }

  long longestNanos() {
    return IntStream.range(0, size).mapToLong(this::nanos).max().orElse(0);
  }

  long longestReadyNanos() {
    return Arrays.stream(queued, 0, size).max().orElse(0);
  }
}
