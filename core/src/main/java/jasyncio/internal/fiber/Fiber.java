package jasyncio.internal.fiber;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A stack that can be parked and resumed. A [Hub] runs its fibers one at a time; see there for who
/// may touch what.
public abstract class Fiber {
  /// Whether there may be fibers of the scheduled runtime: which portable ones are not to load.
  static boolean scheduled;

  Hub hub;

  /// The fiber that gets control when this one gives it up next; `null`: the hub's source decides.
  @Nullable Fiber returnTo;

  /// Its thread; may be `null` before the fiber first ran.
  @Nullable Thread thread;

  /// What the user of the fiber runs on it at the moment (a task, a coroutine): its affair alone.
  /// Until it runs: its body. There may be a million fibers, so one field must do.
  private @Nullable Object owner;

  private @Nullable Fiber waitingFor;

  Fiber(Hub hub, Runnable body) {
    this.hub = hub;
    this.owner = body;
  }

  /// A value that is told from all fibers; it never runs.
  public static Fiber marker() {
    return new Marker();
  }

  /// The fiber whose code calls this; `null` on any other thread. Takes the same time however many
  /// hubs there are.
  public static @Nullable Fiber current() {
    var self = Thread.currentThread();
    if (!self.isVirtual()) {
      return null;
    }
    Fiber fiber = scheduled ? ScheduledFiber.of(self) : null;
    if (fiber == null) {
      fiber = PortableHub.PortableFiber.OF_THREAD.get();
    }
    return fiber != null && fiber.thread == self && fiber.hub.current == fiber ? fiber : null;
  }

  /// Whose hub schedules a virtual thread, that of a fiber or one that was started on a fiber: see
  /// [FiberSource#owner]. `null` for others, and on the portable runtime. Any thread.
  public static @Nullable Object ownerOf(Thread virtual) {
    var fiber = scheduled ? ScheduledFiber.of(virtual) : null;
    return fiber == null ? null : fiber.hub.source.owner();
  }

  /// The thread this fiber's code sees as current, or `null` before it first ran.
  public final @Nullable Thread thread() {
    return thread;
  }

  /// The body, to be run now. Forgets it: the JDK may keep a thread for a while after its end, and
  /// so the fiber.
  final Runnable takeBody() {
    var body = (Runnable) Objects.requireNonNull(owner);
    owner = null;
    return body;
  }

  /// Whether the body has returned.
  public abstract boolean ended();

  /// The hub that runs this fiber.
  public final Hub hub() {
    return hub;
  }

  public final @Nullable Object owner() {
    return owner;
  }

  /// Only on the fiber, once it runs.
  public final void setOwner(@Nullable Object owner) {
    this.owner = owner;
  }

  /// Whether whoever runs the fiber is to get control back before the hub's source is asked.
  public final boolean hasCaller() {
    return returnTo != null;
  }

  /// Whoever gets control back, or `null`.
  public final @Nullable Fiber caller() {
    return returnTo;
  }

  /// The fiber that handed out what the code of this one waits for: of a generator, say, that it
  /// drives. `null` if it waits for something of its own.
  public final @Nullable Fiber waitingFor() {
    return waitingFor;
  }

  /// Only on the fiber.
  public final void setWaitingFor(@Nullable Fiber fiber) {
    waitingFor = fiber;
  }

  private static final class Marker extends Fiber {
    @SuppressWarnings("NullAway") // nobody asks it for a hub
    Marker() {
      super(null, () -> {});
    }

    @Override
    public boolean ended() {
      return false;
    }
  }
}
