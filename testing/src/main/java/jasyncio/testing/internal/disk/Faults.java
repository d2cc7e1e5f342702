package jasyncio.testing.internal.disk;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The faults that were asked for outright. Nodes are known by their numbers, which outlive a
/// crash.
final class Faults {
  private final List<Range> badReads = new ArrayList<>();
  private final List<Range> badWrites = new ArrayList<>();
  private final List<Range> badPages = new ArrayList<>();
  private final List<Long> failingSyncs = new ArrayList<>();
  private int failingSyncsOfAny;
  private int longestRead = Integer.MAX_VALUE;
  private int longestWrite = Integer.MAX_VALUE;
  private boolean readOnly;

  private record Range(long node, long from, long to) {
    boolean hits(Node other, long start, long end) {
      return node == other.number() && start < to && end > from;
    }
  }

  void failReads(Node node, long from, long to) {
    badReads.add(new Range(node.number(), from, to));
  }

  void failWrites(Node node, long from, long to) {
    badWrites.add(new Range(node.number(), from, to));
  }

  void failWritingBack(Node node, long from, long to) {
    badPages.add(new Range(node.number(), from, to));
  }

  void failNextSync(@Nullable Node node) {
    if (node == null) {
      failingSyncsOfAny++;
    } else {
      failingSyncs.add(node.number());
    }
  }

  void shortenNextRead(int most) {
    longestRead = most;
  }

  void shortenNextWrite(int most) {
    longestWrite = most;
  }

  void setReadOnly(boolean newReadOnly) {
    readOnly = newReadOnly;
  }

  boolean readOnly() {
    return readOnly;
  }

  /// Ends all of them.
  void clear() {
    badReads.clear();
    badWrites.clear();
    badPages.clear();
    failingSyncs.clear();
    failingSyncsOfAny = 0;
    longestRead = Integer.MAX_VALUE;
    longestWrite = Integer.MAX_VALUE;
    readOnly = false;
  }

  private static boolean isHit(List<Range> ranges, Node node, long from, long to) {
    return !ranges.isEmpty() && ranges.stream().anyMatch(r -> r.hits(node, from, to));
  }

  boolean readFails(Node node, long from, long to) {
    return isHit(badReads, node, from, to);
  }

  boolean writeFails(Node node, long from, long to) {
    return isHit(badWrites, node, from, to);
  }

  boolean pageFails(Node node, long page) {
    long from = page * Pages.PAGE;
    return isHit(badPages, node, from, from + Pages.PAGE);
  }

  /// Whether a sync fails that happens now: once for each that was asked for.
  boolean syncFails(Node node) {
    if (failingSyncs.remove((Long) node.number())) {
      return true;
    }
    if (failingSyncsOfAny > 0) {
      failingSyncsOfAny--;
      return true;
    }
    return false;
  }

  int takeRead(int wanted) {
    int n = Math.min(wanted, longestRead);
    longestRead = Integer.MAX_VALUE;
    return n;
  }

  int takeWrite(int wanted) {
    int n = Math.min(wanted, longestWrite);
    longestWrite = Integer.MAX_VALUE;
    return n;
  }
}
