package jasyncio;

import java.lang.ScopedValue.CallableOp;
import java.util.Objects;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/// Values of [ContextVar]s, as one task, callback or thread sees them.
///
/// Every task runs in a copy of the context that was current where it was created, and every
/// callback in a copy of the one where it was scheduled, unless another is given; what they set
/// there is not seen outside. A coroutine, or a generator, runs in that of whoever awaits or drives
/// it. Copying is free. Not for use by several threads at once. Python: `contextvars.Context`.
public final class Context {
  private static final ThreadLocal<Context> OF_THREAD = ThreadLocal.withInitial(Context::new);

  Bindings bindings;
  private boolean entered;

  /// An empty context.
  public Context() {
    this(Bindings.EMPTY);
  }

  Context(Bindings bindings) {
    this.bindings = bindings;
  }

  /// {@return a copy of the current context}
  public static Context copyContext() {
    return new Context(current());
  }

  /// {@return a copy of this context}
  public Context copy() {
    return new Context(bindings);
  }

  /// {@return the value of `variable` here, or `null` if it has none here}
  ///
  /// @param <T> the variable's type
  /// @param variable the variable; its default does not count
  @SuppressWarnings("unchecked")
  public <T> @Nullable T get(ContextVar<T> variable) {
    return (T) bindings.get(Objects.requireNonNull(variable, "variable"));
  }

  /// {@return whether `variable` has a value here}
  ///
  /// @param variable the variable
  public boolean contains(ContextVar<?> variable) {
    return bindings.has(Objects.requireNonNull(variable, "variable"));
  }

  /// {@return how many variables have a value here}
  public int size() {
    return bindings.size();
  }

  /// Runs `code` with this as the current context: what it sets stays here.
  ///
  /// @param <T> what the code gives
  /// @param code what to run; may suspend, when this is called in a coroutine
  /// @param <X> what the code throws
  /// @return what it gives
  /// @throws X what the code throws
  /// @throws IllegalStateException if this context is entered already
  public <T extends @Nullable Object, X extends Exception> T run(CallableOp<T, X> code) throws X {
    Objects.requireNonNull(code, "code");
    if (entered) {
      throw new IllegalStateException("cannot enter context: it is already entered");
    }
    entered = true;
    var loop = Running.loop();
    try {
      return loop != null ? runOnLoop(loop, code) : runOutsideOfLoops(code);
    } finally {
      entered = false;
    }
  }

  /// Runs `code` with this as the current context: what it sets stays here.
  ///
  /// @param <X> what the code throws
  /// @param code what to run
  /// @throws X what the code throws
  /// @throws IllegalStateException if this context is entered already
  @LowPriorityInOverloadResolution
  public <X extends Exception> void run(Action<X> code) throws X {
    Objects.requireNonNull(code, "code");
    run(code.asAwaitable()::await);
  }

  private <T extends @Nullable Object, X extends Exception> T runOnLoop(
      EventLoop loop, CallableOp<T, X> code) throws X {
    var outer = loop.context;
    switchTo(loop, this);
    try {
      return code.call();
    } finally {
      switchTo(loop, outer);
    }
  }

  /// A task keeps the context that it goes on with after the next await.
  private static void switchTo(EventLoop loop, @Nullable Object context) {
    var task = loop.current();
    if (task != null) {
      task.context = context;
    }
    loop.context = context;
  }

  private <T extends @Nullable Object, X extends Exception> T runOutsideOfLoops(
      CallableOp<T, X> code) throws X {
    var outer = outsideOfLoops();
    setOutsideOfLoops(this);
    try {
      return code.call();
    } finally {
      setOutsideOfLoops(outer);
    }
  }

  /// The current context where no loop runs.
  private static Context outsideOfLoops() {
    var driven = Coroutine.NoLoop.running();
    return driven != null ? driven.context : OF_THREAD.get();
  }

  private static void setOutsideOfLoops(Context context) {
    var driven = Coroutine.NoLoop.running();
    if (driven != null) {
      driven.context = context;
    } else {
      OF_THREAD.set(context);
    }
  }

  /// That of a thread on which neither a loop nor a coroutine runs.
  static Context ofThread() {
    return OF_THREAD.get();
  }

  /// What the calling code sees.
  static Bindings current() {
    var loop = Running.loop();
    return loop == null ? outsideOfLoops().bindings : of(loop.context);
  }

  /// The values in what loops and tasks keep: [Bindings], a context, or `null` for none.
  static Bindings of(@Nullable Object kept) {
    if (kept == null) {
      return Bindings.EMPTY;
    }
    return kept instanceof Bindings bindings ? bindings : ((Context) kept).bindings;
  }

  /// The context that the calling code may write to. Where it has only values so far, it gets one
  /// now.
  static Context writable() {
    var loop = Running.loop();
    if (loop == null) {
      return outsideOfLoops();
    }
    if (loop.context instanceof Context context) {
      return context;
    }
    var context = new Context(of(loop.context));
    var task = loop.current();
    if (task != null && task.context == loop.context) {
      task.context = context;
    }
    loop.context = context;
    return context;
  }
}
