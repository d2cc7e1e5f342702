package jasyncio.internal.process;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A child that the JDK started.
final class JdkChild implements Child {
  /* Overview
   * The JDK gives 128 + N for a process that a signal N ended, and for one whose exit code is 128 + N. It is taken
   * for a signal if we have sent that signal to the process, and for an exit code if not.
   * The JDK also takes the status by itself, so that a signal may come too late, and the id may be another
   * process's: the JDK's own ProcessHandle compares start times, and the `kill` program is asked at once after it.
   */
  private static final int BY_SIGNAL = 128;
  private static final int HIGHEST = 64; // of Linux; other systems have fewer

  private final Process process;
  private final Set<Integer> sent = new HashSet<>();

  JdkChild(Process process) {
    this.process = process;
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public void whenEnded(Runnable listener) {
    var _ = process.onExit().thenRun(listener);
  }

  @Override
  public int reap() {
    int code = process.exitValue();
    return code > BY_SIGNAL && sent.contains(code - BY_SIGNAL) ? BY_SIGNAL - code : code;
  }

  @Override
  public void signal(int number) {
    if (number < 0 || number > HIGHEST) {
      throw new IllegalArgumentException("there is no signal " + number);
    } else if (!process.isAlive()) {
      return;
    }
    var handle = process.toHandle(); // Process.destroy would close the streams, too
    boolean done =
        switch (number) {
          case SignalNumbers.TERM -> handle.destroy();
          case SignalNumbers.KILL -> handle.destroyForcibly();
          default -> killProgram(number);
        };
    if (done) {
      sent.add(number);
    } else if (handle.isAlive()) { // not the process, which has to be told of its end
      throw new IllegalStateException("cannot send signal " + number + " to process " + pid());
    }
  }

  /// Every shell has `kill`; it is waited for, so that signals arrive in the order in which they
  /// were sent.
  private boolean killProgram(int number) {
    Process kill;
    try {
      kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + number + " " + pid())
              .redirectInput(Redirect.from(new File("/dev/null")))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new IllegalStateException("cannot send signal " + number + ": no shell", e);
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return kill.waitFor() == 0;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean awaitEnd(long nanos) throws InterruptedException {
    return process.waitFor(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void abandon() {} // the JDK takes the status anyway

  @Override
  public OutputStream stdin() {
    return process.getOutputStream();
  }

  @Override
  public InputStream stdout() {
    return process.getInputStream();
  }

  @Override
  public InputStream stderr() {
    return process.getErrorStream();
  }
}
