package jasyncio.internal.base;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Adds to an error that comes out of a wait the frames of who waited, so that its stack trace
/// leads from where it was thrown to the outermost caller, through all tasks and threads between.
///
/// To be called wherever an error is thrown that was made on another stack, or may have been. It
/// costs nothing before something fails. Any thread.
public final class AwaitedAt {
  /* Overview
   * A trace is what was recorded as the error was made, then sections: the frames of one who awaited it, without the
   * library's own; the first is labelled. A section that is there already is not added again: so one place that awaits
   * the same error for ever, and a chain of tasks that await each other at one line, leave one section; and as their
   * number is limited, a chain costs the same for each link, and an error that is shared stays of limited size.
   *
   * If several threads add to the same error at once, a section may get lost; the trace is whole at any time.
   */
  private static final String AWAITED = "… awaited at ";
  private static final String RESUMED = "… resumed at ";
  private static final int MAX_SECTIONS = 16;

  private AwaitedAt() {}

  /// Notes in `error` that the caller's caller has awaited what it ended.
  ///
  /// @return the error
  public static <E extends Throwable> E add(E error) {
    add(error, AWAITED);
    return error;
  }

  /// Notes in `error` that the caller's caller has resumed a coroutine or a generator, whose body
  /// it ended.
  ///
  /// @return the error
  public static <E extends Throwable> E addResumed(E error) {
    add(error, RESUMED);
    return error;
  }

  private static void add(Throwable error, String label) {
    if (!Traces.TELL_AWAITING) {
      return;
    }
    try {
      var trace = error.getStackTrace();
      if (trace.length == 0) { // one without a trace stays so: a cancellation, say
        return;
      }
      var stack = new Throwable().getStackTrace(); // less work than a StackWalker's frames
      var section = program(stack, stack.length);
      if (!section.isEmpty()) {
        var first = Frames.labelled(label, section.getFirst());
        if (!isKnown(trace, section, first)) {
          error.setStackTrace(joined(trace, section, first));
        }
      }
    } catch (Throwable e) { // of methods that are overridden, or there is no room: less is told
      return;
    }
  }

  /// The program's frames among the first of `stack`, up to where the machine has called them.
  private static List<StackTraceElement> program(StackTraceElement[] stack, int end) {
    var frames = new ArrayList<StackTraceElement>();
    for (int i = 0; i < end && !Frames.areMachine(stack[i].getClassName()); i++) {
      if (!Frames.areMachinery(stack[i].getClassName())) {
        frames.add(stack[i]);
      }
    }
    return frames;
  }

  private static boolean isKnown(
      StackTraceElement[] trace, List<StackTraceElement> section, StackTraceElement first) {
    int sections = 0;
    int end = trace.length; // of the part that is looked at
    for (int i = end - 1; i >= 0; i--) {
      if (isLabelled(trace[i])) {
        if (++sections == MAX_SECTIONS
            || (trace[i].equals(first) && isRest(trace, i + 1, end, section))) {
          return true;
        }
        end = i;
      }
    }
    return wasThrownBy(section, trace, end);
  }

  /// Whether the frames of another stack begin here, one that awaited.
  public static boolean isLabelled(StackTraceElement frame) {
    var name = frame.getClassName();
    return name.startsWith(AWAITED) || name.startsWith(RESUMED);
  }

  private static boolean isRest(
      StackTraceElement[] trace, int begin, int end, List<StackTraceElement> section) {
    return Arrays.asList(trace).subList(begin, end).equals(section.subList(1, section.size()));
  }

  /// Whether the error was thrown on the stack that awaits it: that tells where already.
  private static boolean wasThrownBy(
      List<StackTraceElement> section, StackTraceElement[] trace, int end) {
    var thrower = program(trace, end);
    int outside = thrower.size() - section.size();
    return outside >= 0 && thrower.subList(outside, thrower.size()).equals(section);
  }

  private static StackTraceElement[] joined(
      StackTraceElement[] trace, List<StackTraceElement> section, StackTraceElement first) {
    var joined = Arrays.copyOf(trace, trace.length + section.size());
    joined[trace.length] = first;
    for (int i = 1; i < section.size(); i++) {
      joined[trace.length + i] = section.get(i);
    }
    return joined;
  }
}
