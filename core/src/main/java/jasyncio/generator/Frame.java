package jasyncio.generator;

import jasyncio.Coroutine;
import jasyncio.GeneratorExit;
import jasyncio.internal.base.AwaitedAt;
import jasyncio.internal.base.Sneaky;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of a generator, and how far it has come.
///
/// It knows nothing of the [Cursor] that whoever iterates holds: only so can it be found out that
/// nobody holds one any more. See [GeneratorStack] for how bodies run.
final class Frame {
  /* Overview
   * States:  new       `code` set, no stack
   *          begun     on a stack: running while the stack runs, else suspended at a yield
   *          ended     `code` null, no stack; `error`, or `result`, tells how
   * `claimed`: the outcome has been told to somebody. Python tells it once, and afterwards only that it is over.
   */

  /// What the body of a frame does.
  interface Code {
    @Nullable Object run(Frame frame) throws Exception;
  }

  final GeneratorKind kind;
  final String name;
  @Nullable GeneratorStack stack;
  private @Nullable Code code;
  private @Nullable Object result;
  private @Nullable Throwable error;
  private boolean returned;
  private boolean claimed;
  private @Nullable Frame below; // who delegates to it, on the same stack
  private @Nullable GeneratorExit exit; // whoever delegates to it is being closed, and so it is

  Frame(GeneratorKind kind, String name, Code code) {
    this.kind = kind;
    this.name = Objects.requireNonNull(name, "name");
    this.code = code;
  }

  // ---- state ------------------------------------------------------------------------------------

  boolean isNew() {
    return code != null && stack == null;
  }

  boolean isEnded() {
    return code == null;
  }

  Coroutine.State state() {
    if (isEnded()) {
      return Coroutine.State.CLOSED;
    }
    var s = stack;
    if (s == null) {
      return Coroutine.State.CREATED;
    }
    return s.isRunning() ? Coroutine.State.RUNNING : Coroutine.State.SUSPENDED;
  }

  void ensureNotRunning(String method) {
    var s = stack;
    if (s != null && s.isRunning()) {
      throw kind.running(method);
    }
  }

  // ---- outside: driving -------------------------------------------------------------------------

  /// Runs the body up to its next yield, once it has begun: whether it yielded; else it has ended.
  boolean drive(@Nullable Object sent, @Nullable Throwable thrown) {
    return Objects.requireNonNull(stack).drive(this, sent, thrown);
  }

  /// The item that was yielded.
  @Nullable Object takeItem() {
    return Objects.requireNonNull(stack).takeItem();
  }

  /// Ends one that is new.
  void endBeforeBegin() {
    code = null;
    claimed = true;
  }

  /// Has its `finally` blocks run.
  void close() {
    if (isEnded()) {
      return;
    }
    if (isNew()) {
      endBeforeBegin();
      return;
    }
    if (drive(null, new GeneratorExit())) {
      throw kind.ignoredExit();
    }
    claimed = true;
    var e = takeError();
    if (e != null && !(e instanceof GeneratorExit)) {
      throw Sneaky.sneak(AwaitedAt.addResumed(e));
    }
  }

  /// What to throw at whoever asks for another item of an ended one.
  NoSuchElementException stop() {
    var value = claimed ? null : result;
    claimed = true;
    return kind.stop(value);
  }

  @Nullable Throwable takeError() {
    var e = error;
    error = null;
    return e;
  }

  /// What it returned, to those who ask later.
  @Nullable Object result() {
    if (!returned) {
      throw new IllegalStateException(
          (isEnded() ? "it failed or was closed: " : "it has not returned yet: ") + this);
    }
    return result;
  }

  // ---- inside -----------------------------------------------------------------------------------

  /// Runs the body to its end, on a stack.
  void run() {
    try {
      result = Objects.requireNonNull(code).run(this);
      returned = true;
    } catch (Throwable e) {
      error = kind.leaving(e);
    } finally { // also if the stack is so full that the above fails
      code = null;
      stack = null;
    }
  }

  @Nullable Object handOut(@Nullable Object item) {
    var s = innermost();
    if (exit != null) {
      throw kind.ignoredExit();
    }
    return s.handOut(item);
  }

  /// The stack, if this frame is the one that runs on it.
  private GeneratorStack innermost() {
    var s = stack;
    if (s == null || !s.isInnermost(this)) {
      throw new IllegalStateException(
          "yield outside of the body of its generator: " + this + " does not run here");
    }
    return s;
  }

  /// Yields what `sub` yields, and gives what it returns.
  @Nullable Object delegate(Cursor<?> sub) {
    var s = innermost();
    var f = sub.frame;
    return f.isNew() ? host(s, f) : relay(sub);
  }

  /// Runs the body of a new generator here, as a call, on our own stack: whoever drives us drives
  /// it, so that an item costs the same at any depth.
  private @Nullable Object host(GeneratorStack s, Frame sub) {
    sub.stack = s;
    sub.below = this;
    s.push(sub);
    try {
      sub.run();
    } finally {
      s.popTo(this);
      sub.below = null;
    }
    if (s.isDriven(sub)) { // by somebody else, who gets the outcome, while we go on waiting
      s.handOutEnd();
      return null;
    }
    sub.claimed = true;
    var e = sub.takeError();
    var x = sub.exit;
    if (x != null && (e == null || e instanceof GeneratorExit)) {
      throw x;
    }
    if (e != null) {
      throw Sneaky.sneak(e);
    }
    return sub.result;
  }

  /// Who delegates to it is being closed: the exit that it will throw.
  void exitWith(GeneratorExit e) {
    exit = e;
  }

  @Nullable Frame below() {
    return below;
  }

  /// Passes on between whoever drives us and a generator with a stack of its own. Python: PEP 380.
  private @Nullable Object relay(Cursor<?> sub) {
    for (boolean more = sub.hasNext(); more; ) {
      Object sent = null;
      Throwable thrown = null;
      try {
        sent = handOut(sub.take());
      } catch (GeneratorExit e) {
        sub.close();
        throw e;
      } catch (Throwable e) {
        thrown = e;
      }
      more = sub.advance("yieldFrom", sent, thrown);
    }
    var result = sub.frame.claimed ? null : sub.frame.result;
    sub.frame.claimed = true;
    return result;
  }

  /// Yields what an iterator gives. It can be closed, but neither sent values nor errors.
  void delegate(Iterator<?> items) {
    innermost();
    while (items.hasNext()) {
      Object sent;
      try {
        sent = handOut(items.next());
      } catch (GeneratorExit e) {
        if (items instanceof AutoCloseable closeable) {
          close(closeable);
        }
        throw e;
      }
      if (sent != null) {
        throw new IllegalStateException(
            "a value was sent to " + this + ", which yields from an iterator that can take none");
      }
    }
  }

  private static void close(AutoCloseable items) {
    try {
      items.close();
    } catch (Exception e) {
      throw Sneaky.sneak(e);
    }
  }

  @Override
  public String toString() {
    return kind.describe(name);
  }
}
