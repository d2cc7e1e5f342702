package jasyncio.cli;

import static jasyncio.Asyncio.wrapFuture;

import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import jasyncio.Runner;
import jasyncio.SystemExit;
import jasyncio.inspect.LoopInfo;
import jasyncio.inspect.TaskInfo;
import jasyncio.internal.loop.LoopAccess;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The event loop of a REPL: it runs what it is given, one input after the other, and its tasks go
/// on in between.
final class ReplLoop implements ReplHost {
  /* Overview
   * Two threads: the one in serve() runs the loop, the other gives it inputs and waits for each.
   *
   * An input is to the loop what a main coroutine is to run(): so Ctrl-C, which arrives as an interrupt of the loop's
   * thread, cancels it as it would there. Between two inputs the loop runs for a future which the next one completes;
   * it comes from another thread, so the loop knows that it has something to wait for.
   *
   * Only while an input runs the thread is interrupted, as `interrupts` knows. What comes too late for an input is taken
   * back before the next begins; what comes while it is still being compiled keeps it from running.
   */
  private static final int PATIENCE_SECONDS = 2;
  private static final String GREETING =
      "Every input runs on the event loop: write await(…) or sleep(1) directly, without run(…).";
  private static final String HELP =
      """
      The loop goes on while you type, and so do the tasks that you have made.
      asyncio's functions and classes are imported, and java.base.

        /ps [OPTION]... all tasks of the loop, and what each waits for; or some, with the
                        options of 'jasyncio ps': --name 'db*', --state, --waiting-on, --older
        /exit [STATUS]  ends the REPL and cancels its tasks; so does Ctrl-D
        /help           this text

      Ctrl-C cancels the input that runs; pressed again, it breaks it off. Tab completes names.\
      """;

  private final SnippetClasses classes;
  private final Runner runner = new Runner();
  private final EventLoop loop = runner.getLoop();
  private final Thread thread = Thread.currentThread();
  private volatile CompletableFuture<Input> next = new CompletableFuture<>();
  private final boolean endsByInterrupt;
  private volatile @Nullable Integer status; // of the end, once it is there; thread of serve()
  private volatile boolean left; // by who gives the inputs; any thread
  private final InputInterrupts interrupts = new InputInterrupts();
  private volatile Breaker breaker = on -> {};

  /// Stops code that does not wait, at its next loop or call.
  @FunctionalInterface
  interface Breaker {
    /// Asks for that, or takes it back.
    void set(boolean on);
  }

  /// What an input came to: a value, or what it threw.
  private record Input(Awaitable<String, ?> body, CompletableFuture<String> result) {}

  /// The input was interrupted by Ctrl-C.
  static final class Interrupted extends Exception {
    private static final long serialVersionUID = 1L;

    Interrupted() {
      super("interrupted", null, false, false);
    }
  }

  /// The loop has ended, and takes no more.
  static final class Ended extends Exception {
    private static final long serialVersionUID = 1L;

    Ended() {
      super("the loop has ended", null, false, false);
    }
  }

  /// A loop for this thread.
  ///
  /// @param classes those of the inputs
  /// @param endsByInterrupt whether a Ctrl-C that reaches the loop as [KeyboardInterrupt] ends it
  ReplLoop(SnippetClasses classes, boolean endsByInterrupt) {
    this.classes = classes;
    this.endsByInterrupt = endsByInterrupt;
  }

  // ---- the loop's thread ------------------------------------------------------------------------

  @Override
  public int serve() {
    thread.setContextClassLoader(classes.loader()); // not the line editor's
    while (status == null) {
      try {
        Input input = runner.run(wrapFuture(next.copy(), loop)); // a copy may be cancelled
        next = new CompletableFuture<>();
        run(input);
      } catch (CancelledError e) { // Ctrl-C, while no input ran
        heed(new KeyboardInterrupt());
      } catch (Throwable e) {
        heed(e);
      }
    }
    int end = Objects.requireNonNull(status);
    var _ = next.whenComplete((input, e) -> input.result().completeExceptionally(new Ended()));
    return end;
  }

  private void run(Input input) {
    interrupts.begin();
    String value = null;
    Throwable error = null;
    try {
      value = runner.run(input.body());
    } catch (Throwable e) {
      error = e;
    }
    int count =
        interrupts.end(() -> {
          Thread.interrupted(); // came too late
          breaker.set(false);
        });
    if (error == null) {
      input.result().complete(value);
    } else {
      heed(error);
      input
          .result()
          .completeExceptionally(
              status != null
                  ? new Ended()
                  : isInterrupt(error, count > 0) ? new Interrupted() : error);
    }
  }

  /// Some errors are orders to end.
  private void heed(Throwable error) {
    if (error instanceof SystemExit exit) {
      status = exit.code();
    } else if (error instanceof KeyboardInterrupt && endsByInterrupt) {
      status = ExitStatus.INTERRUPTED;
    }
  }

  private static boolean isInterrupt(Throwable error, boolean interrupted) {
    return error instanceof KeyboardInterrupt
        || (interrupted
            && (error instanceof InterruptedException || error instanceof CancelledError));
  }

  /// Ends the loop: cancels what is left of its tasks and waits for them; says so, if that takes a
  /// while. After [#serve].
  @Override
  public void close() {
    var ended = new CountDownLatch(1);
    Thread.ofPlatform().name("jasyncio-repl-end").daemon().start(() -> tellOfDelay(ended));
    try {
      runner.close();
      if (left) { // what variables of the session keep will never be read, either
        LoopAccess.get().reportForgotten(loop, System.err::println);
      }
    } finally {
      ended.countDown();
    }
  }

  private void tellOfDelay(CountDownLatch ended) {
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        String tasks = ask(() -> LoopInfo.capture(loop).format()).get();
        System.err.println("waiting for tasks that were cancelled; Ctrl-C ends that\n" + tasks);
      }
    } catch (InterruptedException | ExecutionException | RuntimeException e) {
      return; // it has ended meanwhile
    }
  }

  // ---- other threads ----------------------------------------------------------------------------

  /// Runs an input and waits for it.
  ///
  /// @return what it gives
  /// @throws Interrupted if [#interrupt] ended it
  /// @throws Ended if the loop ends
  /// @throws Throwable what it throws
  String run(Awaitable<String, ?> body) throws Throwable {
    var input = new Input(body, new CompletableFuture<>());
    next.complete(input);
    try {
      return input.result().get();
    } catch (ExecutionException e) {
      throw e.getCause() != null ? e.getCause() : e;
    }
  }

  /// @throws Interrupted if [#interrupt] has come before the input ran
  void checkNotInterrupted() throws Interrupted {
    interrupts.check();
  }

  @Override
  public InputInterrupts interrupts() {
    return interrupts;
  }

  /// The first time the input is cancelled, the second time broken off.
  @Override
  public void interrupt() {
    interrupts.interrupt(count -> {
      breaker.set(count > 1);
      thread.interrupt();
    });
  }

  EventLoop loop() {
    return loop;
  }

  @Override
  public boolean hasEnded() {
    return status != null;
  }

  void setBreaker(Breaker breaker) {
    this.breaker = breaker;
  }

  @Override
  public void end(int code) {
    left = !hasEnded();
    next.complete(
        new Input(
            () -> {
              throw new SystemExit(code);
            },
            new CompletableFuture<>()));
  }

  @Override
  public InputExecution execution(int limit) {
    return new SnippetExecution(classes, this, limit);
  }

  @Override
  public String greeting() {
    return GREETING;
  }

  @Override
  public String help() {
    return HELP;
  }

  @Override
  public String tasks(TaskFilter filter) throws Exception {
    LoopInfo all = ask(() -> LoopInfo.capture(loop)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    List<TaskInfo> meant = all.tasks().stream().filter(filter::isMeant).toList();
    return new LoopInfo(all.loop(), all.statistics(), meant).format(filter.limit());
  }

  /// Has the loop answer a question, also while an input runs.
  <T> CompletableFuture<T> ask(Supplier<T> question) {
    Executor onLoop = loop::callSoonThreadsafe;
    return CompletableFuture.supplyAsync(question, onLoop);
  }
}
