package jasyncio;

import jasyncio.internal.fiber.Fiber;
import jasyncio.internal.loop.Timer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A callback that is scheduled: see [EventLoop#callSoon(Runnable)].
///
/// Python: `asyncio.Handle`.
@SuppressWarnings("exports") // the machine's base class has nothing public to show
public sealed class Handle extends Timer permits TimerHandle, DoneCallback {
  final EventLoop loop;
  private final StackTraceElement @Nullable [] source; // debug mode only
  private @Nullable Runnable callback; // null once cancelled
  private @Nullable Object context;
  private @Nullable String cancelledName; // debug mode only

  Handle(EventLoop loop, Runnable callback, @Nullable Object context) {
    this.loop = loop;
    this.callback = callback;
    this.context = context;
    this.source = loop.getDebug() ? Debug.callerStack() : null;
  }

  /// Cancels the callback; without effect if it ran already. Any thread.
  public void cancel() {
    if (!isCancelled()) {
      var c = callback;
      if (loop.getDebug() && c != null) {
        cancelledName = describe(c);
      }
      loop.core.cancel(this);
      callback = null;
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
  protected void run() {
    var c = callback; // another thread may cancel meanwhile
    if (c != null) {
      loop.runCallback(this, c);
    }
  }

  String describe(Runnable callback) {
    return Describe.function(callback);
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
    if (c != null) {
      text.append(' ').append(describe(c));
    } else if (cancelledName != null) {
      text.append(' ').append(cancelledName);
    }
    if (source != null && source.length > 0) {
      text.append(" created at ").append(Describe.place(source[0]));
    }
    return text.append('>').toString();
  }
}
