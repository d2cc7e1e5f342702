package jasyncio.net;

import java.io.IOException;

/// There are more bytes before the separator than the limit allows.
///
/// Python: `asyncio.LimitOverrunError`; `readline` throws it, too, where asyncio has a
/// `ValueError`.
public final class LimitOverrunException extends IOException {
  private static final long serialVersionUID = 1;

  /// How many bytes belong to what is too long, as far as is known.
  private final int consumed;

  /// An exception with a message.
  ///
  /// @param message what happened
  /// @param consumed how many bytes belong to what is too long, as far as is known
  public LimitOverrunException(String message, int consumed) {
    super(message);
    this.consumed = consumed;
  }

  /// {@return how many bytes belong to what is too long: up to the separator if that was found,
  /// else as many as surely do not belong to one}
  public int consumed() {
    return consumed;
  }
}
