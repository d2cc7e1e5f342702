package jasyncio.net;

import java.io.EOFException;
import java.util.Objects;
import java.util.OptionalInt;

/// The stream ended before all was there that was to be read.
///
/// Python: `asyncio.IncompleteReadError`.
public final class IncompleteReadException extends EOFException {
  private static final long serialVersionUID = 1;
  private static final int UNKNOWN = -1;

  /// What there was before the end.
  private final byte[] partial;

  /// How many bytes were wanted, or -1.
  private final int expected;

  /// An exception with what was read.
  ///
  /// @param partial what there was before the end
  /// @param expected how many bytes there should have been, if that is known
  public IncompleteReadException(byte[] partial, OptionalInt expected) {
    super(
        Objects.requireNonNull(partial, "partial").length
            + " bytes read on a total of "
            + (expected.isPresent() ? expected.getAsInt() : "undefined")
            + " expected bytes");
    this.partial = partial;
    this.expected = expected.orElse(UNKNOWN);
  }

  /// {@return what there was before the end; it is no longer in the reader}
  public byte[] partial() {
    return partial.clone();
  }

  /// {@return how many bytes were wanted; empty if that was not a matter of number}
  public OptionalInt expected() {
    return expected == UNKNOWN ? OptionalInt.empty() : OptionalInt.of(expected);
  }
}
