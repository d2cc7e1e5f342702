package jasyncio.files;

import jasyncio.Action;
import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.WaitInfo;
import jasyncio.internal.base.Log;
import jasyncio.internal.face.Current;
import jasyncio.internal.face.Tasks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Calls on the loop's executor.
final class Calls {
  private Calls() {}

  /// Makes a call on a file or a folder. A cancellation drops it if it has not begun, else its
  /// result. Suspends.
  static <T extends @Nullable Object> T call(Path path, Callable<T> call) throws IOException {
    return Tasks.<T>runInExecutor(Current.loop(), call, infoOn(path)).await(IOException.class);
  }

  /// Makes a call that gives nothing. Suspends.
  static void run(Path path, Action<?> call) throws IOException {
    Calls.<@Nullable Void>call(path, () -> call.asAwaitable().await());
  }

  /// What is waited for: a call on that, or on something new.
  static WaitInfo.Source infoOn(@Nullable Path path) {
    return () ->
        new WaitInfo(
            WaitInfo.Kind.THREAD,
            "a call on " + (path == null ? "a new file" : path) + ", by another thread");
  }

  /// What takes back what a call has made.
  interface Undo<T> {
    void undo(T made) throws IOException;
  }

  /// Makes a call whose result must not get lost: if the caller is cancelled, it is dropped if it
  /// has not begun, else undone. Suspends.
  ///
  /// @param path on what; `null`: on something new
  static <T> T make(@Nullable Path path, Callable<T> call, Undo<T> undo) throws IOException {
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
      awaitEnd(loop, future, infoOn(path));
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
  ///
  /// @param info what is waited for
  static void awaitEnd(EventLoop loop, Future<?> call, WaitInfo.Source info) {
    if (!call.done()) {
      var over = loop.<Boolean>createFuture(info);
      call.addDoneCallback(f -> {
        if (!over.done()) {
          over.setResult(true);
        }
      });
      over.await();
    }
  }
}
