package jasyncio.internal.base;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/// How much stack traces tell, as `-Djasyncio.traces` says; and their folding: a row of the
/// library's own frames becomes one line.
public final class Traces {
  private static final StackTraceElement[] NONE = {};
  private static final String FULL = "full";
  private static final String OFF = "off";
  private static final String SETTING = setting();
  private static final boolean FOLDED = !SETTING.equals(FULL) && !SETTING.equals(OFF);

  /// Whether errors are told where they were awaited.
  static final boolean TELL_AWAITING = !SETTING.equals(OFF);

  private Traces() {}

  private static String setting() {
    var setting = System.getProperty("jasyncio.traces", "folded");
    if (!setting.equals("folded") && !setting.equals(FULL) && !setting.equals(OFF)) {
      Log.log(
          Level.WARNING,
          () -> "jasyncio.traces is '" + setting + "'; it takes folded, full or off");
    }
    return setting;
  }

  /// Folds the trace of an error that nobody catches, and of all that it leads to. Never fails.
  public static void fold(Throwable error) {
    if (!FOLDED) {
      return;
    }
    try {
      foldAll(error);
    } catch (Throwable e) { // of methods that are overridden: it stays as it is
      return;
    }
  }

  private static void foldAll(Throwable error) {
    var seen = Collections.<Throwable>newSetFromMap(new IdentityHashMap<>());
    var open = new ArrayDeque<Throwable>();
    open.add(error);
    while (!open.isEmpty()) {
      var next = open.remove();
      if (!seen.add(next)) {
        continue;
      }
      var trace = next.getStackTrace();
      var folded = folded(trace);
      if (folded.length < trace.length) {
        next.setStackTrace(folded);
      }
      if (next.getCause() != null) {
        open.add(next.getCause());
      }
      Collections.addAll(open, next.getSuppressed());
    }
  }

  /// The trace of `error` as it is to be printed. Never fails.
  public static StackTraceElement[] of(Throwable error) {
    try {
      StackTraceElement @Nullable [] trace = error.getStackTrace();
      return trace == null ? NONE : FOLDED ? folded(trace) : trace;
    } catch (Throwable e) { // of a method that is overridden
      return NONE;
    }
  }

  /// User frames, and lone frames of ours, stay what they are.
  static StackTraceElement[] folded(StackTraceElement[] trace) {
    var lines = new ArrayList<StackTraceElement>(trace.length);
    for (int i = 0; i < trace.length; ) {
      int end = i;
      StackTraceElement first = null; // of ours
      while (end < trace.length && Frames.areMachinery(trace[end].getClassName())) {
        if (first == null && Frames.areOurs(trace[end].getClassName())) {
          first = trace[end];
        }
        end++;
      }
      if (first != null && end - i > 1) {
        lines.add(Frames.labelled("… " + (end - i) + " library frames at ", first));
        i = end;
      } else {
        lines.add(trace[i++]);
      }
    }
    return lines.toArray(NONE);
  }
}
