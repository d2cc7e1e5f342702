package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.CancellableEntry;
import java.util.List;
import org.jetbrains.annotations.Async;
import org.jspecify.annotations.Nullable;

/// A callback that is scheduled: see [EventLoop#callSoon(Runnable)].
///
/// Python: `asyncio.Handle`.
@SuppressWarnings("exports") // the machine's base class has nothing public to show
public sealed class Handle extends CancellableEntry permits TimerHandle, DoneCallback {
  final EventLoop loop;
  private final StackTraceElement @Nullable [] source; // debug mode only
  private @Nullable Runnable callback; // null once cancelled, or once it ran if it runs once
  private @Nullable Object context;
  private @Nullable Object naming; // of the callback that it had: see Describe.naming
  private boolean repeats;

  @Async.Schedule // debuggers show the stack of whoever scheduled the callback
  Handle(EventLoop loop, Runnable callback, @Nullable Object context) {
    this.loop = loop;
    this.callback = callback;
    this.context = context;
    this.source = loop.getDebug() ? Debug.callerStack() : null;
  }

  /// It will run again and again: keeps its callback.
  Handle repeating() {
    repeats = true;
    return this;
  }

  /// Whether it does: then it is what a channel calls.
  boolean repeats() {
    return repeats;
  }

  /// Cancels the callback; without effect if it ran already. Any thread.
  public void cancel() {
    if (!isCancelled()) {
      var c = callback;
      if (loop.getDebug() && c != null) {
        naming = naming(c);
      }
      loop.core.cancel(this);
      drop();
      context = null;
    }
  }

  /// {@return whether the callback was cancelled}
  public boolean cancelled() {
    return isCancelled();
  }

  /// {@return the context in which the callback runs; an empty one after [#cancel()]}
  public Context getContext() {
    if (context instanceof Context c) {
      return c;
    }
    var c = new Context(Context.of(context));
    context = c;
    return c;
  }

  @Nullable Object context() {
    return context;
  }

  /// After a run: what the callback set is there in the next one.
  void keepContext(@Nullable Object ranIn) {
    if (context != ranIn && !isCancelled()) {
      context = ranIn;
    }
  }

  @Nullable Runnable callback() {
    return callback;
  }

  List<StackTraceElement> source() {
    return Debug.list(source);
  }

  /// For the loop.
  ///
  /// @hidden
  @Override
  protected @Nullable Fiber turn() {
    return isCancelled() ? null : IN_PLACE;
  }

  /// For the loop.
  ///
  /// @hidden
  @Override
  @Async.Execute
  protected void run() {
    var c = callback; // another thread may cancel meanwhile
    if (c != null) {
      call(c);
      if (!repeats && !isCancelled()) { // whoever keeps it does not keep what the callback captured
        naming = naming(c);
        drop();
      }
    }
  }

  /// What the callback throws ends here.
  private void call(Runnable c) {
    loop.enter(context);
    try {
      try {
        c.run();
      } finally {
        keepContext(loop.context); // which was but values, until the callback set one
      }
    } catch (KeyboardInterrupt | SystemExit e) {
      loop.core.escape(e);
    } catch (Throwable e) {
      loop.reports.tellOnLoop(
          ErrorContext.of("Exception in callback " + this).exception(e).handle(this));
    } finally {
      loop.leave(this);
    }
  }

  /// See [Describe#naming].
  Object naming(Runnable callback) {
    return Describe.naming(callback);
  }

  void drop() {
    callback = null;
  }

  /// The name of the function that it calls or has called, as far as it is known.
  String functionName() {
    var c = callback;
    var name = c != null ? naming(c) : naming;
    return name == null ? "a callback" : Describe.name(name);
  }

  /// How [#toString] begins.
  String kind() {
    return "Handle";
  }

  /// {@return `<Handle f()>`, as asyncio describes it}
  @Override
  public String toString() {
    var text = new StringBuilder("<").append(kind());
    if (isCancelled()) {
      text.append(" cancelled");
    }
    var c = callback;
    var name = c != null ? naming(c) : naming;
    if (name != null) {
      text.append(' ').append(Describe.name(name)).append("()");
    }
    if (source != null && source.length > 0) {
      text.append(" created at ").append(Describe.place(source[0]));
    }
    return text.append('>').toString();
  }
}
