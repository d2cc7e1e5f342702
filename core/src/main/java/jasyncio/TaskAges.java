package jasyncio;

/// How old tasks are, without a field in any: they are numbered in the order in which they are
/// made, and now and then it is noted how many there have been.
final class TaskAges {
  /* The notes are in the order of time. When there is no room, the one is dropped whose lack matters least, measured by
   * its age: so the older a task is, the less exactly is its age known, and that remains some percent of it.
   *
   * One thread writes them, and any reads them: each time there are new ones.
   */
  private static final int MAX = 256;
  private static final int UNNOTED = 100_000_000; // so many tasks may be made between two notes

  /// What was noted; nobody changes it.
  private static final class Notes {
    final int[] numbers; // of the last task that there was
    final long[] times; // when, in nanoseconds

    Notes(int[] numbers, long[] times) {
      this.numbers = numbers;
      this.times = times;
    }
  }

  private volatile Notes notes = new Notes(new int[0], new long[0]);

  /// Notes that there have been tasks up to this number. One thread.
  void note(int number, long nanos) {
    var before = notes;
    int size = before.times.length;
    if (size > 0 && before.numbers[size - 1] == number) {
      return;
    }
    int dropped =
        size < MAX ? size : leastImportant(before.times, nanos); // the end is none of them
    int kept = size < MAX ? size : size - 1;
    var numbers = new int[kept + 1];
    var times = new long[kept + 1];
    System.arraycopy(before.numbers, 0, numbers, 0, dropped);
    System.arraycopy(before.times, 0, times, 0, dropped);
    if (dropped < size) {
      System.arraycopy(before.numbers, dropped + 1, numbers, dropped, kept - dropped);
      System.arraycopy(before.times, dropped + 1, times, dropped, kept - dropped);
    }
    numbers[kept] = number;
    times[kept] = nanos;
    notes = new Notes(numbers, times);
  }

  private static int leastImportant(long[] times, long nanos) {
    int least = 1;
    double gap = Double.MAX_VALUE;
    for (int i = 1; i < times.length - 1; i++) {
      double without = (double) (times[i + 1] - times[i - 1]) / (nanos - times[i]);
      if (without < gap) {
        gap = without;
        least = i;
      }
    }
    return least;
  }

  /// How old the task of this number is, in nanoseconds: at least so much, and not much more. Any
  /// thread.
  long age(int number, long nanos) {
    var now = notes;
    int size = now.numbers.length;
    int newest = size == 0 ? 0 : now.numbers[size - 1];
    if (size == 0 || Integer.compareUnsigned(number - newest - 1, UNNOTED) < 0) {
      return 0; // it was made since
    }
    int low = 0;
    int high = size - 1;
    while (low < high) { // by how many before the newest, as the counter may have begun anew
      int middle = (low + high) >>> 1;
      if (Integer.compareUnsigned(newest - now.numbers[middle], newest - number) <= 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return Math.max(0, nanos - now.times[low]);
  }
}
