package jasyncio.conformance;

import static jasyncio.Asyncio.newEventLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.conformance.Trace.brief;
import static jasyncio.conformance.Trace.describe;
import static jasyncio.conformance.Trace.print;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.Future;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// What the scenarios share. The twin of the second half of `harness.py`.
final class Helpers {
  private static final Logger LOGGER = Logger.getLogger("jasyncio");
  private static final AtomicInteger LOGGED = new AtomicInteger();

  static {
    LOGGER.setUseParentHandlers(false); // what a scenario logs is in its trace or not wanted
  }

  private Helpers() {}

  // ---- logging ----------------------------------------------------------------------------------

  /// Prints the first line of every warning and error that is logged, but for slow steps.
  static void logs(Action<?> body) throws Exception {
    logs(false, body);
  }

  /// Prints the first line of every warning and error that is logged; of slow steps if asked.
  static void logs(boolean slow, Action<?> body) throws Exception {
    collect(); // what earlier scenarios left is not this one's
    LOGGED.set(0);
    var printer = new Printer(slow);
    LOGGER.addHandler(printer);
    try {
      body.run();
    } finally {
      LOGGER.removeHandler(printer);
    }
  }

  private static final class Printer extends Handler {
    private final boolean slow;

    Printer(boolean slow) {
      this.slow = slow;
    }

    @Override
    public void publish(LogRecord record) {
      var message = new SimpleFormatter().formatMessage(record);
      if (record.getLevel().intValue() >= Level.WARNING.intValue()
          && (slow || !message.startsWith("Executing "))
          && !message.contains(" up the event loop")) { // how busy the machine is
        var line = brief(message.lines().findFirst().orElse(""));
        print("log:", line.replaceAll("took [\\d.]+ seconds.*", "took N seconds"));
        LOGGED.incrementAndGet();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /// Collects garbage.
  static void collect() {
    for (int i = 0; i < 3; i++) {
      System.gc();
      blockFor(0.005);
    }
  }

  /// Collects garbage until so many messages were logged since `logs`; after a while the comparison
  /// says what is missing.
  static void collect(int messages) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    do {
      collect();
    } while (LOGGED.get() < messages && System.nanoTime() < end);
  }

  // ---- loops ------------------------------------------------------------------------------------

  /// Something to do with a loop.
  @FunctionalInterface
  interface LoopBody {
    void run(EventLoop loop) throws Exception;
  }

  /// Makes a fresh loop and closes it in the end.
  static void withLoop(LoopBody body) throws Exception {
    var loop = newEventLoop();
    try {
      body.run(loop);
    } finally {
      loop.close();
    }
  }

  /// Runs what is ready now and nothing more.
  static void oneIteration(EventLoop loop) {
    loop.stop();
    loop.runForever();
  }

  /// Blocks the thread, which is what a callback that is slow, or a patched call, has to do; and a
  /// collection is given a while, as the JVM tells of its end on another thread.
  static void blockFor(double seconds) {
    try {
      Thread.sleep((long) (seconds * 1000));
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while blocking", e);
    }
  }

  /// Prints what the loop's exception handler is told.
  static void report(EventLoop loop) {
    loop.setExceptionHandler((l, context) -> {
      var e = context.exception();
      print("handler:", brief(context.message()), "|", e == null ? null : describe(e));
    });
  }

  // ---- threads ----------------------------------------------------------------------------------

  /// Runs on a thread of its own and waits for its end.
  static void onThread(Runnable body) {
    join(Thread.ofPlatform().start(body));
  }

  /// Sends this process the signal of Ctrl-C, and returns when it was heard, as in Python: a signal
  /// that came later might end the process.
  static void interruptThisProcess() {
    var signal = new Signal("INT");
    var heard = new CountDownLatch(1);
    var handler = new AtomicReference<SignalHandler>();
    handler.set(
        Signal.handle(
            signal,
            s -> {
              handler.get().handle(s);
              heard.countDown();
            }));
    Signal.raise(signal);
    try {
      heard.await();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while raising a signal", e);
    } finally {
      Signal.handle(signal, handler.get());
    }
  }

  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while joining", e);
    }
  }

  // ---- coroutines -------------------------------------------------------------------------------

  /// Gives the value.
  static <T> T echo(T value) {
    return value;
  }

  /// Gives the value after some sleep(0).
  static <T> T echo(T value, int pauses) {
    pause(pauses);
    return value;
  }

  /// Raises Oops.
  static Object fail(String message) {
    throw new Oops(message);
  }

  /// Raises Oops after some sleep(0).
  static Object fail(String message, int pauses) {
    pause(pauses);
    throw new Oops(message);
  }

  /// Throws anything. A statement after which the compiler goes on.
  static void raise(Throwable e) {
    Helpers.<RuntimeException>sneak(e);
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable e) throws X {
    throw (X) e;
  }

  /// Prints each of its steps, with a sleep(0) between two.
  static String steps(String name, int count) {
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        sleep(0);
      }
      print(name, i);
    }
    return name;
  }

  /// Waits until it is cancelled, and says so.
  static @Nullable Object hang(String name) {
    try {
      return new Future<@Nullable Object>().await();
    } catch (CancelledError e) {
      print(name, "got", describe(e));
      throw e;
    }
  }

  /// Lets the loop run one iteration.
  static void pause() {
    pause(1);
  }

  /// Lets the loop run so many iterations.
  static void pause(int count) {
    for (int i = 0; i < count; i++) {
      sleep(0);
    }
  }
}
