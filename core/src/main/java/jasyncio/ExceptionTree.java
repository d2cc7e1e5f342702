package jasyncio;

import jasyncio.internal.base.Traces;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The stack trace of an [ExceptionGroup], with its members in a frame of lines, as Python draws
/// it:
///
/// ```text
/// jasyncio.ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
///         at Main.main(Main.java:9)
///   +-+---------------- 1 ----------------
///     | java.lang.IllegalStateException: one
///     |         at Main.one(Main.java:3)
///     +---------------- 2 ----------------
///     | java.io.IOException: two
///     |         at Main.two(Main.java:5)
///     +------------------------------------
/// ```
final class ExceptionTree {
  private static final int MAX_MEMBERS = 15; // of a group, as in Python
  private static final int MAX_DEPTH = 10;
  private static final StackTraceElement[] NO_FRAMES = {};
  private static final String BAR = "| ";
  private static final String RULE = "----------------";

  private final StringBuilder text = new StringBuilder();
  private final Set<Throwable> shown = Collections.newSetFromMap(new IdentityHashMap<>());
  private String margin = "";
  private boolean open; // the frame of the last group that was drawn

  private ExceptionTree() {}

  /// The lines, each with its end.
  static String of(ExceptionGroup group) {
    var tree = new ExceptionTree();
    tree.add("", group, NO_FRAMES, 0);
    return tree.text.toString();
  }

  /// An exception and its causes.
  ///
  /// @param enclosing the frames of whose cause it is, or who suppressed it
  private void add(String caption, Throwable first, StackTraceElement[] enclosing, int depth) {
    Throwable cause;
    for (Throwable e = first; e != null; e = cause) {
      if (!shown.add(e)) {
        lines(caption + "[as above: " + Describe.text(e) + "]");
        return;
      }
      lines(caption + Describe.text(e));
      var frames = Traces.of(e);
      addFrames(frames, enclosing);
      var members = members(e);
      addSuppressed(e, members, frames, depth);
      if (e instanceof ExceptionGroup group) {
        addMembers(group, depth);
      }
      cause = causeOf(e);
      if (members.contains(cause)) {
        return;
      }
      enclosing = frames;
      caption = "Caused by: ";
    }
  }

  private void addFrames(StackTraceElement[] frames, StackTraceElement[] enclosing) {
    int common = 0;
    while (common < Math.min(frames.length, enclosing.length)
        && frames[frames.length - 1 - common].equals(enclosing[enclosing.length - 1 - common])) {
      common++;
    }
    for (int i = 0; i < frames.length - common; i++) {
      lines("\tat " + frames[i]);
    }
    if (common > 0) {
      lines("\t... " + common + " more");
    }
  }

  private void addSuppressed(
      Throwable e, Set<Throwable> members, StackTraceElement[] frames, int depth) {
    for (var suppressed : e.getSuppressed()) {
      if (members.contains(suppressed)) {
        continue;
      }
      if (depth == MAX_DEPTH) {
        lines("\tSuppressed: " + Describe.text(suppressed));
        continue;
      }
      var outer = margin;
      margin = outer + "\t";
      add("Suppressed: ", suppressed, frames, depth + 1);
      margin = outer;
    }
  }

  private void addMembers(ExceptionGroup group, int depth) {
    if (depth == MAX_DEPTH) {
      lines("... and what is in it");
      return;
    }
    var outer = margin;
    var indent =
        outer.endsWith(BAR) ? outer.substring(0, outer.length() - BAR.length()) : outer + "  ";
    var members = group.exceptions();
    for (int i = 0; i < members.size(); i++) {
      boolean more = i == MAX_MEMBERS;
      margin = indent + (i == 0 ? "+-" : "  ");
      lines("+" + RULE + " " + (more ? "..." : i + 1) + " " + RULE);
      margin = indent + "  " + BAR;
      open = true;
      if (more) {
        lines("and " + (members.size() - i) + " more");
        break;
      }
      add("", members.get(i), NO_FRAMES, depth + 1);
    }
    if (open) { // else the last member is a group, whose frame ends with the same line
      margin = indent + "  ";
      lines("+" + RULE + "----" + RULE);
      open = false;
    }
    margin = outer;
  }

  /// A group's members, which are its causes and suppressed exceptions, too, for others to print.
  private static Set<Throwable> members(Throwable e) {
    Set<Throwable> members = Collections.newSetFromMap(new IdentityHashMap<>());
    if (e instanceof ExceptionGroup group) {
      members.addAll(group.exceptions());
    }
    return members;
  }

  private static @Nullable Throwable causeOf(Throwable e) {
    try {
      return e.getCause();
    } catch (Throwable x) { // of a method that is overridden
      return null;
    }
  }

  private void lines(String many) {
    many.lines().forEach(line -> text.append(margin).append(line).append(System.lineSeparator()));
  }
}
