package jasyncio;

import jasyncio.internal.base.Interrupts;
import jasyncio.internal.loop.Entry;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Between our futures and the JDK's: results go one way, cancellation both ways.
@SuppressWarnings("FutureReturnValueIgnored") // whenComplete returns what nobody needs
final class JdkFutures {
  private JdkFutures() {}

  // ---- theirs to ours ---------------------------------------------------------------------------

  static <T extends @Nullable Object> Future<T> wrap(CompletionStage<T> stage, EventLoop loop) {
    Objects.requireNonNull(stage, "stage");
    return wrap(stage, loop, infoOn(stage));
  }

  /// What is waited for, without the object itself, which may be large.
  private static WaitInfo.Source infoOn(Object theirs) {
    var naming = Describe.naming(theirs);
    return () -> new WaitInfo(WaitInfo.Kind.FUTURE, Describe.name(naming));
  }

  static <T extends @Nullable Object> Future<T> wrap(
      CompletionStage<T> stage, EventLoop loop, WaitInfo.Source info) {
    var future = new DescribedFuture<T>(loop, info);
    var completable = asCompletable(stage);
    if (completable != null && completable.isDone()) {
      completable.whenComplete((value, error) -> settle(future, value, error));
      return future;
    }
    loop.idleHooks.askStage(() ->
        stage.whenComplete((value, error) ->
            loop.thread.sendUnlessClosed(() -> {
              loop.idleHooks.stageAnswered();
              settle(future, value, error);
            })));
    if (completable != null) {
      cancelWith(future, () -> completable.cancel(true));
    }
    return future;
  }

  /// Itself, or for a minimal stage a copy that follows it; not every stage has one.
  private static <T extends @Nullable Object> @Nullable CompletableFuture<T> asCompletable(
      CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture();
    } catch (UnsupportedOperationException e) {
      return null;
    }
  }

  static <T extends @Nullable Object> Future<T> wrap(
      java.util.concurrent.Future<T> theirs, EventLoop loop) {
    Objects.requireNonNull(theirs, "future");
    if (theirs instanceof CompletionStage<?>) {
      @SuppressWarnings("unchecked")
      var stage = (CompletionStage<T>) theirs;
      return wrap(stage, loop);
    }
    var future = new DescribedFuture<T>(loop, infoOn(theirs));
    if (theirs.isDone()) {
      copy(theirs, future);
      return future;
    }
    loop.idleHooks.askStage(() ->
        Thread.ofVirtual()
            .name("jasyncio-wrap-future")
            .start(() -> {
              waitFor(theirs);
              loop.thread.sendUnlessClosed(() -> {
                loop.idleHooks.stageAnswered();
                copy(theirs, future);
              });
            }));
    cancelWith(future, () -> theirs.cancel(true));
    return future;
  }

  private static void waitFor(java.util.concurrent.Future<?> theirs) {
    try {
      theirs.get();
    } catch (Throwable e) { // also what a future of somebody's own making may throw
      return; // copy() will see
    }
  }

  private static <T extends @Nullable Object> void copy(
      java.util.concurrent.Future<T> theirs, Future<T> ours) {
    try {
      switch (theirs.state()) {
        case SUCCESS -> settle(ours, theirs.resultNow(), null);
        case FAILED -> settle(ours, CoroutineBody.nothing(), theirs.exceptionNow());
        default -> ours.cancel();
      }
    } catch (Throwable e) { // a future of somebody's own making
      settle(ours, CoroutineBody.nothing(), e);
    }
  }

  private static <T extends @Nullable Object> void settle(
      Future<T> ours, T value, @Nullable Throwable error) {
    if (ours.done()) {
      return;
    }
    error = inner(error);
    switch (error) {
      case null -> ours.setResult(value);
      case CancellationException e -> ours.cancel();
      case CancelledError e -> ours.cancelBy(Cancellation.again(ours, e));
      default -> ours.setException(error);
    }
  }

  /// What the JDK wrapped: of causes that go round in a circle, any.
  private static @Nullable Throwable inner(@Nullable Throwable error) {
    for (int i = 0; i < Interrupts.MAX_CAUSES; i++) {
      if (!(error instanceof CompletionException || error instanceof ExecutionException)
          || error.getCause() == null) {
        break;
      }
      error = error.getCause();
    }
    return error;
  }

  private static void cancelWith(Future<?> ours, Runnable cancelTheirs) {
    ours.addDoneCallback(f -> { // what cancelling throws is reported, as that of any callback
      if (f.cancelled()) {
        cancelTheirs.run();
      }
    });
  }

  // ---- ours to theirs ---------------------------------------------------------------------------

  static <T extends @Nullable Object> CompletableFuture<T> toCompletableFuture(Future<T> ours) {
    var theirs = new OfLoop<T>(ours.getLoop());
    follow(ours, theirs);
    return theirs;
  }

  /// A future that the loop completes, and which therefore cannot be waited for by the loop's own
  /// thread, unless others run meanwhile; nor can what is made of it.
  private static final class OfLoop<T extends @Nullable Object> extends CompletableFuture<T> {
    private final EventLoop loop;

    OfLoop(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
      return new OfLoop<>(loop);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
      checkMayWait();
      return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      checkMayWait();
      return super.get(timeout, unit);
    }

    @Override
    public T join() {
      checkMayWait();
      return super.join();
    }

    private void checkMayWait() {
      if (!isDone() && loop.thread.isHere() && loop.getBlockingPolicy() != BlockingPolicy.SWITCH) {
        throw new IllegalStateException(
            "this would wait for ever: the future is completed by the loop whose thread would wait;"
                + " await the asyncio future, or await(...) this one");
      }
    }
  }

  /// Makes `theirs` end like `ours`, and a cancellation of `theirs` cancel `ours`.
  static <T extends @Nullable Object> void follow(Future<T> ours, CompletableFuture<T> theirs) {
    ours.whenDone(
        new Entry() {
          @Override
          protected void run() {
            if (ours.cancelled()) {
              theirs.cancel(false);
            } else {
              var error = ours.exception();
              if (error == null) {
                theirs.complete(ours.result());
              } else {
                theirs.completeExceptionally(error);
              }
            }
          }
        });
    theirs.whenComplete((value, error) -> {
      if (theirs.isCancelled()) {
        cancelFromAnywhere(ours);
      }
    });
  }

  private static void cancelFromAnywhere(Future<?> ours) {
    var loop = ours.getLoop();
    if (loop.thread.isHere()) {
      ours.cancel();
    } else {
      var cancellation = Cancellation.request(ours, null);
      loop.thread.sendUnlessClosed(() -> ours.cancelBy(cancellation));
    }
  }

  static <T extends @Nullable Object> CompletableFuture<T> runThreadsafe(
      Awaitable<T, ?> body, EventLoop loop) {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(loop, "loop");
    if (body instanceof Future<?>) {
      throw new IllegalArgumentException(
          "A coroutine object is required, got a future, which is on its way already; give a lambda"
              + " that awaits it: runCoroutineThreadsafe(() -> await(future), loop), or from another"
              + " thread use future.toCompletableFuture()");
    }
    var theirs = new OfLoop<T>(loop);
    loop.callSoonThreadsafe(() -> {
      if (theirs.isCancelled()) {
        CoroutineBody.drop(body);
        return;
      }
      try {
        follow(Future.ensure(new Call<>(body, theirs), loop), theirs);
      } catch (Throwable e) {
        theirs.completeExceptionally(e);
        throw e;
      }
    });
    return theirs;
  }

  /// A body that another thread asked for, and may have cancelled before its first step.
  record Call<T extends @Nullable Object, X extends Exception>(
      Awaitable<T, X> body, CompletableFuture<T> theirs) implements Awaitable<T, X> {
    @Override
    public T await() throws X {
      if (theirs.isCancelled()) {
        CoroutineBody.drop(body);
        throw new CancelledError();
      }
      return body.await();
    }
  }
}
