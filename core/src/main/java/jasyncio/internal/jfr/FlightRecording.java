package jasyncio.internal.jfr;

import jdk.jfr.FlightRecorder;

/// Whether Flight Recorder is in use.
///
/// Who has something to tell asks [#isOn()] first, and names an event class only then.
public final class FlightRecording {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private static volatile boolean on; // and stays so: then the events know who wants them

  private FlightRecording() {}

  /// Whether events may be wanted. Any thread.
  public static boolean isOn() {
    return on;
  }

  /// Looks whether somebody has begun to record. Any thread; costs next to nothing.
  public static void look() {
    if (!on && PRESENT && FlightRecorder.isInitialized()) {
      on = true;
    }
  }

  /// Tells where no fiber runs. JDK 25 drops the first event of a thread that has carried virtual
  /// threads, so another one does it.
  public static void tell(Runnable telling) {
    var thread = Thread.ofPlatform().name("jasyncio-recording").daemon().start(telling);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Which of the events are wanted for which a loop has to take notes.
  ///
  /// @param steps of each step
  /// @param waits of each wait
  /// @param blockingCalls of each blocking call
  /// @param turns of each turn, and what has made it ready
  public record Wanted(boolean steps, boolean waits, boolean blockingCalls, boolean turns) {
    /// None.
    public static final Wanted NOTHING = new Wanted(false, false, false, false);

    /// Whether any is.
    public boolean any() {
      // to compare by equals() of the record would slow every start
      return steps || waits || blockingCalls || turns;
    }
  }

  /// What is wanted now. Any thread.
  public static Wanted wanted() {
    return on
        ? new Wanted(
            StepEvent.isWanted(),
            WaitEvent.isWanted(),
            BlockingCallEvent.isWanted(),
            TurnEvent.isWanted())
        : Wanted.NOTHING;
  }
}
