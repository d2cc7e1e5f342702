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

  /// Whether the time of each step is wanted. Any thread.
  public static boolean wantsSteps() {
    return on && StepEvent.isWanted();
  }

  /// Whether the time of each blocking call is wanted. Any thread.
  public static boolean wantsBlockingCalls() {
    return on && BlockingCallEvent.isWanted();
  }

  /// Whether the time of each wait is wanted. Any thread.
  public static boolean wantsWaits() {
    return on && WaitEvent.isWanted();
  }
}
