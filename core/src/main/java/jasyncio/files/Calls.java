package jasyncio.files;

import jasyncio.Action;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.WaitInfo;
import jasyncio.internal.base.Log;
import jasyncio.internal.face.Current;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Calls on the loop's executor.
final class Calls {
  private Calls() {}

  /// Makes a call. A cancellation drops it if it has not begun, else its result. Suspends.
  static <T extends @Nullable Object> T call(Callable<T> call) throws IOException {
    return Current.loop().runInExecutor(null, call).await(IOException.class);
  }

  /// Makes a call that gives nothing. Suspends.
  static void run(Action<?> call) throws IOException {
    Current.loop().runInExecutor(null, call).await(IOException.class);
  }

  /// What takes back what a call has made.
  interface Undo<T> {
    void undo(T made) throws IOException;
  }

  /// Makes a call whose result must not get lost: if the caller is cancelled, it is dropped if it
  /// has not begun, else undone. Suspends.
  static <T> T make(Callable<T> call, Undo<T> undo) throws IOException {
    var loop = Current.loop();
    var settled = new AtomicBoolean(); // that it is made, or that it is dropped
    var future =
        loop.runInExecutor(
            null,
            () -> {
              if (!settled.compareAndSet(false, true)) {
                throw new CancellationException();
              }
              return call.call();
            });
    try {
      awaitEnd(loop, future);
    } catch (Throwable e) {
      if (settled.compareAndSet(false, true)) {
        future.cancel();
      } else {
        future.addDoneCallback(f -> undo(f, undo));
      }
      throw e;
    }
    return future.await(IOException.class);
  }

  private static <T> void undo(Future<T> future, Undo<T> undo) {
    if (future.exception() == null) {
      try {
        undo.undo(future.result());
      } catch (IOException e) {
        Log.log(System.Logger.Level.DEBUG, () -> "cannot take back " + future.result(), e);
      }
    }
  }

  /// Waits until a call is over. A cancellation ends the waiting, and not the call. Suspends.
  static void awaitEnd(EventLoop loop, Future<?> call) {
    if (!call.done()) {
      var over =
          loop.<Boolean>createFuture(
              () -> new WaitInfo(WaitInfo.Kind.THREAD, "a call on a file, by another thread"));
      call.addDoneCallback(f -> {
        if (!over.done()) {
          over.setResult(true);
        }
      });
      over.await();
    }
  }
}
