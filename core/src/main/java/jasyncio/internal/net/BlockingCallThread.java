package jasyncio.internal.net;

import jasyncio.EventLoop;
import jasyncio.internal.base.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A thread that makes blocking calls for a loop, one after the other. It ends when it is closed,
/// and closes what it works on.
final class BlockingCallThread {
  /* Overview
   *   no thread -> waits      the first submit()
   *   waits     -> calls      submit(): the loop puts a job into `next` and unparks the thread
   *   calls     -> waits      the thread has sent the loop what the job gave
   *   any       -> ended      close(): END is in `next`, in place of a job that was not begun
   * One job at a time: whoever submits the next has been given the answer to the one before. So `next` is all that the two
   * threads share, and what a job works on is the thread's from submit() until the loop runs the answer.
   */
  private static final long STACK_SIZE = 128 * 1024;
  private static final Job END = () -> () -> {};

  private final EventLoop loop;
  private final LoopIo io;
  private final String name;
  private final AutoCloseable resource;
  private final boolean closesWhileInUse;
  private final AtomicReference<@Nullable Job> next = new AtomicReference<>();
  private @Nullable Thread thread; // loop thread only
  private boolean closed; // loop thread only

  /// A blocking call. It gives what the loop is to do then, and must not throw.
  interface Job {
    Runnable call();
  }

  /// @param name of the thread
  /// @param resource what the calls are made on
  /// @param closesWhileInUse whether it may be closed while a call is made, and ends that
  BlockingCallThread(
      EventLoop loop, String name, AutoCloseable resource, boolean closesWhileInUse) {
    this.loop = loop;
    this.io = LoopIo.of(loop);
    this.name = name;
    this.resource = resource;
    this.closesWhileInUse = closesWhileInUse;
  }

  /// Has a call made. Not before the loop has done what the one before gave it.
  void submit(Job job) {
    if (thread == null) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .name(name)
              .stackSize(STACK_SIZE)
              .inheritInheritableThreadLocals(false)
              .start(this::work); // what can fail comes first
    }
    io.answerExpected();
    next.set(job);
    LockSupport.unpark(thread);
  }

  private void work() {
    while (true) {
      var job = next.getAndSet(null);
      if (job == END) {
        closeResource();
        return;
      } else if (job == null) {
        LockSupport.park(this);
      } else {
        var answer = job.call();
        try {
          loop.callSoonThreadsafe(() -> {
            io.answered();
            answer.run();
          });
        } catch (IllegalStateException e) {
          io.answered(); // the loop is closed
        }
      }
    }
  }

  /// Ends the thread, after the call that it makes now. Idempotent.
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (closesWhileInUse || thread == null) {
      closeResource();
    }
    if (thread != null) {
      if (next.getAndSet(END) != null) {
        io.answered(); // a call that was never made
      }
      LockSupport.unpark(Objects.requireNonNull(thread));
    }
  }

  private void closeResource() {
    try {
      resource.close();
    } catch (IOException e) {
      Log.log(Level.DEBUG, "cannot close a pipe", e);
    } catch (Throwable e) { // a stream of the user's own making
      Log.log(Level.WARNING, "cannot close a pipe", e);
    }
  }
}
