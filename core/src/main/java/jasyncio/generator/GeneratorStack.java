package jasyncio.generator;

import jasyncio.Coroutine;
import jasyncio.GeneratorExit;
import jasyncio.StopIteration;
import jasyncio.lowlevel.Lowlevel;
import org.jspecify.annotations.Nullable;

/// A stack on which the body of a generator runs, with the bodies of the generators to which it
/// delegates on top.
final class GeneratorStack {
  /* Overview
   * One stack is one coroutine driven by hand. Frames lie on it as calls do: `root` at the bottom, `innermost` on
   * top, each but the last inside its yieldFrom. All of them are suspended at once and run at once.
   *
   *   drive(f)   the innermost frame goes on -> it yields      f's driver gets the item, whatever lies between
   *                                          -> it ends        the frame below goes on, in its yieldFrom
   *                                          -> f itself ends  f's driver gets the outcome
   *
   * Usually f is the root. But a frame further up may be driven, too, by whoever else has its generator; if it
   * ends then, the frame below must not go on, and the stack is suspended where f ended.
   *
   * What the coroutine hands out is YIELDED, with the item in `item`, or ENDED; anything else is what the body
   * awaits, and is passed on to the task that drives us.
   *
   * A stack that is suspended lies in the heap, and when it goes on only its uppermost frames are copied back to
   * the thread's own stack, which is of limited size. So a stack that grows by many frames without a yield is
   * suspended for a moment now and then, and its depth is limited by the heap alone.
   */
  private static final Object YIELDED = new Object();
  private static final Object ENDED = new Object();
  private static final int FRAMES_AT_ONCE = 32; // up to 40 KB of stack

  private final Frame root;
  private final Coroutine<Void> coroutine;
  private Frame innermost;
  private Frame driven;
  private boolean running;
  private int depth;
  private @Nullable Object item;

  /// A stack for a new frame, which is begun by this.
  GeneratorStack(Frame root) {
    this.root = root;
    this.innermost = root;
    this.driven = root;
    this.coroutine = Lowlevel.coroutine(root.name, root::run);
    root.stack = this;
  }

  Frame root() {
    return root;
  }

  boolean isRunning() {
    return running;
  }

  /// Whether nothing of the body has run.
  boolean isUntouched() {
    return coroutine.state() == Coroutine.State.CREATED;
  }

  @Nullable Object takeItem() {
    var i = item;
    item = null;
    return i;
  }

  // ---- outside ----------------------------------------------------------------------------------

  /// Goes on until `frame` yields or ends: whether it yielded.
  boolean drive(Frame frame, @Nullable Object sent, @Nullable Throwable thrown) {
    driven = frame;
    running = true;
    try {
      var out = thrown == null ? coroutine.send(sent) : coroutine.throwError(thrown);
      while (out != YIELDED && out != ENDED) {
        out = pass(out);
      }
      return out == YIELDED;
    } catch (StopIteration e) { // the root has ended; frames never throw on their stack
      return false;
    } finally {
      running = false;
    }
  }

  /// The body awaits: has the task that drives us do it, and goes on with the answer.
  private @Nullable Object pass(@Nullable Object request) {
    Object answer;
    try {
      answer = Lowlevel.suspendFor(coroutine, request);
    } catch (Throwable e) {
      return coroutine.throwError(e);
    }
    return coroutine.send(answer);
  }

  // ---- inside -----------------------------------------------------------------------------------

  boolean isInnermost(Frame frame) {
    return innermost == frame && running;
  }

  boolean isDriven(Frame frame) {
    return driven == frame;
  }

  /// A frame begins, on top.
  void push(Frame frame) {
    innermost = frame;
    if (++depth % FRAMES_AT_ONCE == 0) {
      Lowlevel.relieveStack(coroutine);
    }
  }

  /// The frame on top has ended, and `frame`, below it, goes on.
  void popTo(Frame frame) {
    innermost = frame;
    depth--;
  }

  @Nullable Object handOut(@Nullable Object value) {
    item = value;
    return handOver(YIELDED);
  }

  void handOutEnd() {
    handOver(ENDED);
  }

  private @Nullable Object handOver(Object out) {
    try {
      return Lowlevel.emit(coroutine, out);
    } catch (GeneratorExit exit) { // the frames above the one that is closed are closed before
      for (Frame f = innermost; f != null && f != driven; f = f.below()) {
        f.exitWith(exit);
      }
      throw exit;
    }
  }
}
