package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Entry;
import jasyncio.internal.loop.LoopCore;
import jasyncio.internal.loop.Waiting;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What a loop does before it waits, and whether anything is in sight that could end the wait.
final class IdleHooks implements LoopCore.IdleListener, Waiting.Outside {
  /* Overview
   * A stall, when nothing is in sight:  untold -> told      the handler is called
   *                                     told -> untold      something has happened since (`again` is false)
   *
   * Whoever asks another thread for something says so with ask() or answerExpected(); as long as `answers` counts
   * somebody, the wait is not in vain. The rest belongs to the loop's logical thread.
   */
  private final EventLoop loop;
  private final ArrayDeque<Handle> callbacks = new ArrayDeque<>();
  private final AtomicInteger answers = new AtomicInteger(); // any thread
  private final AtomicInteger stages = new AtomicInteger(); // of these; any thread
  private @Nullable Runnable stallHandler;
  private boolean told; // of the stall that the loop is in

  IdleHooks(EventLoop loop) {
    this.loop = loop;
  }

  /// Has `callback` run once, as soon as nothing else is ready and the loop would wait. Outside
  /// debug mode also from other threads.
  Handle callWhenIdle(Runnable callback) {
    loop.life.checkNotClosed();
    loop.thread.check();
    var handle = loop.newHandle(callback, null);
    loop.core.inTurn(() -> {
      callbacks.add(handle);
      listen();
    });
    return handle;
  }

  /// The loop is closed.
  void clear() {
    callbacks.forEach(Handle::cancel);
    callbacks.clear();
    stallHandler = null;
  }

  /// Sets what is called when nothing is in sight that could end the wait. Outside debug mode also
  /// from other threads.
  void setStallHandler(@Nullable Runnable handler) {
    loop.thread.check();
    loop.core.inTurn(() -> {
      stallHandler = handler;
      listen();
    });
  }

  /// Another thread is going to answer. Any thread.
  void answerExpected() {
    answers.incrementAndGet();
  }

  /// Asks another thread for something that it is going to answer; nothing is expected of it if
  /// that fails. Any thread.
  void ask(Runnable request) {
    answerExpected();
    try {
      request.run();
    } catch (Throwable e) {
      answered();
      throw e;
    }
  }

  /// Asks for a future of the JDK to be told of, as [#ask] does.
  void askStage(Runnable request) {
    stages.incrementAndGet();
    try {
      ask(request);
    } catch (Throwable e) {
      stages.decrementAndGet();
      throw e;
    }
  }

  /// That has answered.
  void stageAnswered() {
    stages.decrementAndGet();
    answered();
  }

  /// It has answered. Called when the answer is dealt with, not when it is sent; any thread.
  void answered() {
    answers.decrementAndGet();
  }

  @Override
  public boolean answers() {
    return answers.get() > 0;
  }

  @Override
  public boolean areStages() {
    return stages.get() == answers.get();
  }

  @Override
  public List<Thread> blocked() {
    return loop.blocked.toList().stream().map(Fiber::thread).filter(Objects::nonNull).toList();
  }

  /// Whether another thread is going to answer, or is in the blocking call of a task that has been
  /// set aside.
  boolean expectsAnswer() {
    return answers() || !loop.blocked.isEmpty();
  }

  /// Whether somebody wants to be told when the loop is idle. Any thread, for others than the
  /// loop's a guess.
  boolean isWanted() {
    return !callbacks.isEmpty() || stallHandler != null;
  }

  @Override
  public @Nullable Entry beforeWait(boolean forever, boolean again) {
    told &= again;
    var callback = callbacks.poll();
    if (callback != null) {
      listen();
      return callback;
    }
    var handler = stallHandler;
    if (handler == null || !forever || told || expectsAnswer()) {
      return null;
    }
    told = true;
    return new Handle(loop, handler, Bindings.EMPTY).repeating();
  }

  /// Asking costs a look at the selector each time: only while somebody wants to know.
  private void listen() {
    loop.core.setIdleListener(isWanted() ? this : null);
  }
}
