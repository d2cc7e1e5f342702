package jasyncio.internal.fiber;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.function.Consumer;

/// Hears of an interrupt of a carrier even if the JDK clears the flag before anybody has looked, as
/// it does whenever a virtual thread is left: for the JDK this is a channel on which the carrier
/// blocks all the time, and which an interrupt closes. So it hears one interrupt.
final class CarrierEar extends AbstractInterruptibleChannel {
  /// How many interrupts were known when it began to listen.
  final long known;

  private final Consumer<CarrierEar> onInterrupt;

  /// @param onInterrupt called by the thread that interrupts
  CarrierEar(long known, Consumer<CarrierEar> onInterrupt) {
    this.known = known;
    this.onInterrupt = onInterrupt;
  }

  /// Listens to interrupts of the calling thread, until that blocks in a channel or a selector.
  void listen() {
    begin();
  }

  /// Ends it. Returns whether the calling thread was interrupted meanwhile.
  boolean leave() {
    try {
      end(true);
      return false;
    } catch (ClosedByInterruptException e) {
      return true;
    } catch (AsynchronousCloseException e) {
      throw new AssertionError(e); // not of what was completed
    }
  }

  @Override
  protected void implCloseChannel() {
    onInterrupt.accept(this);
  }
}
